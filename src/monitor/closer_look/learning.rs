//! What a judged page teaches about what is normal for it: only states that are followed or approved, and before the first
//! approval those in which nothing was found.

use super::opinion::{Opinion, body_of, source};
use super::thread::{admitted, on_a_thread};
use super::{Desk, Look};
use crate::fetch::Fetcher;
use crate::judge::weigh;
use crate::learn::{self, Lesson};
use crate::model::{Capture, Learned, Snapshot, Verdict};
use crate::monitor::check::Checker;
use crate::monitor::examine::{Source, read};
use crate::store::{Result, Slot, Store};
use std::sync::Arc;

/// What is remembered of the page's habits after this check.
pub(super) async fn learned<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    desk: &Desk,
    look: &Look<'_>,
    capture: &Arc<Capture>,
    opinion: &Opinion,
) -> Result<Slot<Learned>> {
    let taught = match is_lesson(desk, look, opinion) {
        true => lesson(checker, desk, look, capture).await?,
        false => None,
    };
    Ok(match taught {
        Some(learned) => Slot::Put(learned),
        // What cannot be read is told once.
        None if desk.habits.damaged => Slot::Clear,
        None => Slot::Keep,
    })
}

fn is_lesson(desk: &Desk, look: &Look, opinion: &Opinion) -> bool {
    let waits_first =
        || desk.baseline.revision == 0 && opinion.examination.findings.iter().all(|one| weigh(one) <= Verdict::Routine);
    let accepted = match opinion.examination.judgement.verdict {
        Verdict::Unchanged | Verdict::Routine => true,
        Verdict::Review => waits_first(),
        Verdict::Unseen | Verdict::Alarm => false,
    };
    let new = desk.habits.learned.is_none() || look.state.last.as_ref().is_none_or(|last| last.state != opinion.state);
    // A special page (disaster, election, maintenance) is approved, and nothing that is usual.
    accepted && new && opinion.special.is_none() && learn::is_due(&desk.habits, desk.now)
}

async fn lesson<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    desk: &Desk,
    look: &Look<'_>,
    capture: &Arc<Capture>,
) -> Result<Option<Learned>> {
    let before = match before(checker, desk, look).await? {
        Some(snapshot) => body_of(checker, snapshot.bytes).await?.map(|body| (snapshot, body)),
        None => None,
    };
    let sizes = [capture.body.len() as u64, before.as_ref().map_or(0, |(_, body)| body.len() as u64)];
    let Ok(place) = admitted(checker, sizes.into_iter()).await else { return Ok(None) };
    let (desk, capture) = (desk.clone(), Arc::clone(capture));
    let work = move || taught(&desk, &capture, before.as_ref());
    let learned = on_a_thread(checker.world.pace.examine_within, &place, work).await;
    Ok(learned.map_err(|why| tracing::warn!(target = %look.target.id, why, "nothing was learned from a state")).ok())
}

fn taught(desk: &Desk, capture: &Capture, before: Option<&(Snapshot, Vec<u8>)>) -> Learned {
    let masks = &desk.target.masks;
    let now = read(source(capture, &[]), masks);
    let old = before.map(|(snapshot, body)| read(Source::answer(body, &snapshot.head, &[]), masks));
    let compared = old.as_ref().map(|old| (old, crate::diff::compare(old.version(), now.version())));
    let before = compared.as_ref().map(|(old, difference)| (&old.page, difference));
    let (organisation, provisional) = (desk.organisation.as_deref(), desk.baseline.revision == 0);
    let lesson = Lesson { before, now: &now.page, url: now.url, organisation, provisional, at: desk.now };
    learn::learn(&desk.habits, &lesson)
}

/// The state that was shown before this one, where it is kept: followed, approved, or waiting for the first approval.
async fn before<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    desk: &Desk,
    look: &Look<'_>,
) -> Result<Option<Snapshot>> {
    if desk.baseline.revision == 0 {
        let proposal = checker.store.proposal(look.target.id.clone(), look.persona).await?;
        return Ok(proposal.map(|proposal| proposal.snapshot));
    }
    let approved = desk.baseline.ordinary().map(|state| &state.snapshot);
    let last = look.state.last.as_ref().map(|last| last.state);
    Ok(desk.followed.iter().chain(approved).find(|known| Some(known.state) == last).cloned())
}
