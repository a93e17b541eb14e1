//! What a judged page teaches about what is normal for it: only states that are followed or approved, and before the first
//! approval those in which nothing was found.

use super::Desk;
use super::opinion::{Opinion, body_of};
use crate::fetch::Fetcher;
use crate::judge::weigh;
use crate::learn::{self, Lesson, Since};
use crate::model::{Digest, Learned, Snapshot, Verdict};
use crate::monitor::check::Checker;
use crate::monitor::examine::{Examination, Read, Source, read, since};
use crate::store::{Result, Slot, Store};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What waits for the first approval and was shown before: there is no approved state yet to compare with.
pub(super) type First = Option<(Snapshot, Vec<u8>)>;

/// The state that waits for the first approval, where there is one and it can be read.
pub(super) async fn first<S: Store, F: Fetcher>(checker: &Checker<S, F>, desk: &Desk) -> Result<First> {
    let Some(waiting) = &desk.waiting else { return Ok(None) };
    let body = body_of(checker, waiting.bytes).await?;
    Ok(body.map(|body| (waiting.clone(), body)))
}

/// A judged page, as a lesson needs it.
pub(super) struct Judged<'a> {
    pub(super) now: &'a Read<'a>,
    pub(super) state: Digest,
    pub(super) approved: &'a [Read<'a>],
    pub(super) examination: &'a Examination,
    /// It is a special page.
    pub(super) special: bool,
}

/// What is remembered of the page's habits after it; none when it is no lesson. What fails here costs the lesson alone.
pub(super) fn taught(desk: &Desk, judged: &Judged, first: &First) -> Option<Learned> {
    if !is_lesson(desk, judged) {
        return None;
    }
    let learned = catch_unwind(AssertUnwindSafe(|| match first {
        Some((snapshot, body)) => {
            let before = read(Source::answer(body, &snapshot.head, &[]), &desk.target.masks);
            let difference = crate::diff::compare(before.version(), judged.now.version());
            lesson(desk, judged.now, Since::Before(&before.page, &difference))
        }
        None => lesson(desk, judged.now, since(judged.examination, judged.approved)),
    }));
    learned.map_err(|_| tracing::error!(target = %desk.target.id, "nothing was learned from a state: a panic")).ok()
}

fn is_lesson(desk: &Desk, judged: &Judged) -> bool {
    let Judged { state, examination, special, .. } = judged;
    let waits_first =
        || desk.baseline.revision == 0 && examination.findings.iter().all(|one| weigh(one) <= Verdict::Routine);
    let accepted = match examination.judgement.verdict {
        Verdict::Unchanged | Verdict::Routine => true,
        Verdict::Review => waits_first(),
        Verdict::Unseen | Verdict::Alarm => false,
    };
    let new = desk.habits.learned.is_none() || desk.last != Some(*state);
    // A special page (disaster, election, maintenance) is approved, and nothing that is usual.
    accepted && new && !special && learn::is_due(&desk.habits, desk.now)
}

fn lesson(desk: &Desk, now: &Read, since: Since) -> Learned {
    let (organisation, provisional) = (desk.organisation.as_deref(), desk.baseline.revision == 0);
    let (page, url, at) = (&now.page, now.url, desk.now);
    learn::learn(&desk.habits, &Lesson { since, now: page, url, organisation, provisional, at })
}

/// What is kept: nothing of a state that people have rejected meanwhile.
pub(super) fn kept(desk: &Desk, opinion: &mut Opinion) -> Slot<Learned> {
    let rejected = opinion.examination.judgement.verdict == Verdict::Alarm;
    match opinion.learned.take().filter(|_| !rejected) {
        Some(learned) => Slot::Put(learned),
        // What cannot be read is told once.
        None if desk.habits.damaged => Slot::Clear,
        None => Slot::Keep,
    }
}
