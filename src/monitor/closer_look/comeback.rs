//! Sees that a page shows again what a person approved before and replaced since: it may show several states in turn.

use super::opinion::{Opinion, body_of, source};
use super::thread::{admitted, on_a_thread};
use super::{Desk, judge};
use crate::fetch::Fetcher;
use crate::model::{
    Approval, ApprovalAction, Baseline, Capture, Digest, Persona, Plane, Snapshot, Verdict, japan_day, words,
};
use crate::monitor::check::Checker;
use crate::monitor::examine::{Source, acts_anew, read};
use crate::store::{Result, Store};
use std::collections::HashSet;
use std::sync::Arc;

/// Approvals that were replaced and are looked at, newest first.
const MOST_EARLIER: usize = 4;

/// Adds to a review that what acts in the page had been approved once, and how to keep both. An alarm is left as it is: what
/// was approved then may have been a mistake that was mended since.
pub(super) async fn tell<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    desk: &Desk,
    capture: &Arc<Capture>,
    opinion: &mut Opinion,
) -> Result<()> {
    if !asks_about_what_acts(opinion) || desk.baseline.revision < 2 {
        return Ok(());
    }
    let approvals = checker.store.approvals(desk.target.id.clone()).await?;
    let mut earlier = Vec::new();
    for approval in replaced(approvals, capture.persona, &desk.baseline) {
        earlier.extend(body_of(checker, approval.snapshot.bytes).await?.map(|body| (approval, body)));
    }
    if let Some(approval) = came_back(checker, desk, capture, earlier).await {
        let reason = words!(
            "everything in the page that acts had been approved before (on {at} by {by}) and was replaced since; where the page \
             shows both in turn, approve it with --beside, and both stay approved",
            "ページ内の作用する要素はすべて、以前に承認され({at}、{by})、その後置き換えられたものです。両方が交互に表示されるページであれば、\
             --beside を付けて承認すると、両方が承認済みのまま残ります",
            at = japan_day(approval.at),
            by = approval.by
        );
        judge::add_reason(&mut opinion.examination.judgement, Verdict::Review, reason);
    }
    Ok(())
}

fn asks_about_what_acts(opinion: &Opinion) -> bool {
    let changed = opinion.examination.difference.as_ref();
    let acts = changed.is_some_and(|one| !one.active.is_empty() || one.count(Plane::Active) > 0);
    acts && !opinion.approved && opinion.examination.judgement.verdict == Verdict::Review
}

/// The ordinary states that others took the place of, newest first; none that a person took back.
fn replaced(approvals: Vec<Approval>, persona: Persona, baseline: &Baseline) -> Vec<Approval> {
    let mut seen: HashSet<Digest> = baseline.states.iter().map(|standing| standing.snapshot.state).collect();
    let ours = approvals.into_iter().rev().filter(|one| one.persona == persona && one.special.is_none());
    let last = ours.filter(|one| seen.insert(one.snapshot.state));
    last.filter(|one| one.action == ApprovalAction::Approve).take(MOST_EARLIER).collect()
}

/// The newest of these states that holds everything that acts in the page.
async fn came_back<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    desk: &Desk,
    capture: &Arc<Capture>,
    earlier: Vec<(Approval, Vec<u8>)>,
) -> Option<Approval> {
    let sizes = earlier.iter().map(|(_, body)| body.len() as u64).max()?;
    let place = admitted(checker, [capture.body.len() as u64, sizes].into_iter()).await.ok()?;
    let (capture, target) = (Arc::clone(capture), Arc::clone(&desk.target));
    let look = move || {
        let now = read(source(&capture, &[]), &target.masks);
        let holds_all = |snapshot: &Snapshot, body: &[u8]| {
            !acts_anew(&now, &[&read(Source::answer(body, &snapshot.head, &[]), &target.masks)])
        };
        earlier.into_iter().find(|(approval, body)| holds_all(&approval.snapshot, body)).map(|(approval, _)| approval)
    };
    on_a_thread(checker.world.pace.examine_within, &place, look).await.ok().flatten()
}
