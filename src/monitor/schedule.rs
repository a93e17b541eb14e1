//! The scheduler: a query for what is due, a bounded number of checks at a time, and care after a crash.

use super::check::{Checker, Thoroughness};
use super::pulse::Pulse;
use super::trouble::{Trouble, set_aside_words};
use crate::fetch::Fetcher;
use crate::model::words;
use crate::model::{Persona, Target, TargetState, Verdict};
use crate::store::{Due, InFlight, Result, Store};
use futures_util::FutureExt;
use jiff::Timestamp;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A check that was in flight at this many deaths of the process in a row, the last time alone, is the culprit. Two
/// deaths more than a culprit needs: power cuts in a row must not set an innocent page aside, though the first thing
/// after each is the check that the last one cut off.
const DEATHS: u32 = 4;

/// How long a free place waits for others.
const MOMENT: Duration = Duration::from_millis(20);

/// Runs checks as they become due, until told to stop; running checks are ended in good order.
///
/// # Errors
/// When the store fails: the process must end.
pub async fn run_checks<S: Store, F: Fetcher>(
    checker: Checker<S, F>,
    pulse: Arc<Pulse>,
    mut stop: watch::Receiver<bool>,
) -> Result<()> {
    greet_witnesses(&checker);
    after_a_crash(&checker, &pulse, &stop).await?;
    let mut running = JoinSet::new();
    while !*stop.borrow() {
        let free = checker.world.pace.workers.saturating_sub(running.len());
        let started = start_due(&checker, &mut running, free).await?;
        pulse.scheduled(Timestamp::now());
        let full = running.len() >= checker.world.pace.workers;
        if started == 0 || full {
            let wait = if full { checker.world.pace.tick } else { until_next(&checker).await? };
            tokio::select! {
                Some(ended) = running.join_next() => settle(ended, &pulse)?,
                () = tokio::time::sleep(wait) => {}
                _ = stop.changed() => {}
            }
            gather(&mut running, checker.world.pace.workers, &pulse).await?;
        }
        while let Some(ended) = running.try_join_next() {
            settle(ended, &pulse)?;
        }
    }
    while let Some(ended) = running.join_next().await {
        settle(ended, &pulse)?;
    }
    Ok(())
}

/// Witnesses are asked once at the start: only those that answered then or later count when they are silent.
fn greet_witnesses<S: Store, F: Fetcher>(checker: &Checker<S, F>) {
    let checker = checker.clone();
    tokio::spawn(async move { checker.world.witnesses.reachable(checker.fetcher.as_ref()).await });
}

/// Waits a moment until a quarter of the places is free: checks that start together share one query and one durable mark.
/// Where the others are slow, those that are due do not wait for them longer than that moment.
async fn gather(running: &mut JoinSet<Result<bool>>, workers: usize, pulse: &Pulse) -> Result<()> {
    let moment = tokio::time::sleep(MOMENT);
    tokio::pin!(moment);
    while running.len() > workers - workers / 4 {
        tokio::select! {
            Some(ended) = running.join_next() => settle(ended, pulse)?,
            () = &mut moment => break,
        }
    }
    Ok(())
}

async fn start_due<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    running: &mut JoinSet<Result<bool>>,
    free: usize,
) -> Result<usize> {
    if free == 0 {
        return Ok(0);
    }
    let limit = u32::try_from(free).unwrap_or(u32::MAX);
    let due = checker.store.due(Timestamp::now(), limit, checker.world.pace.per_host).await?;
    let marks = due.iter().map(|due| (due.target.id.clone(), due.persona)).collect();
    if due.is_empty() {
        return Ok(0);
    }
    let states = checker.store.begin(marks, Timestamp::now()).await?;
    let count = due.len();
    for (Due { target, persona, .. }, state) in due.into_iter().zip(states) {
        let Some(state) = state else { continue };
        let checker = checker.clone();
        running.spawn(async move { guarded(&checker, target, persona, state, Thoroughness::Usual).await });
    }
    Ok(count)
}

/// One check, and whether it saw the page; a panic inside is caught and becomes *unseen: internal error*.
async fn guarded<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    target: Target,
    persona: Persona,
    state: TargetState,
    how: Thoroughness,
) -> Result<bool> {
    let check = checker.check_from(state, target.clone(), persona, how);
    match AssertUnwindSafe(check).catch_unwind().await {
        Ok(done) => Ok(done?.verdict != Verdict::Unseen),
        Err(_) => {
            tracing::error!(target = %target.id, "a check panicked");
            checker.broken(target, persona, "the check panicked").await.map(|_| false)
        }
    }
}

fn settle(ended: std::result::Result<Result<bool>, tokio::task::JoinError>, pulse: &Pulse) -> Result<()> {
    match ended {
        Ok(seen) => {
            pulse.checked(Timestamp::now(), seen?);
            Ok(())
        }
        Err(error) if error.is_cancelled() => Ok(()),
        Err(error) => Err(crate::store::StoreError::Damaged(words!(
            "a check could not be written down: {error}",
            "検査の結果を書き留められませんでした: {error}"
        ))),
    }
}

/// How long there is nothing to start.
async fn until_next<S: Store, F: Fetcher>(checker: &Checker<S, F>) -> Result<Duration> {
    let tick = checker.world.pace.tick;
    let next = checker.store.next_due().await?;
    let wait =
        next.map_or(tick, |at| Duration::try_from(at.duration_since(Timestamp::now())).unwrap_or(Duration::ZERO));
    // Never spin: what is due but held back by the per-host limit waits for a moment too.
    Ok(wait.clamp(Duration::from_millis(20).min(tick), tick))
}

/// What was in flight when the process died is checked one at a time, and what dies alone again and again is set aside.
async fn after_a_crash<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    pulse: &Pulse,
    stop: &watch::Receiver<bool>,
) -> Result<()> {
    let suspects = checker.store.in_flight().await?;
    let registry = checker.world.registry();
    for suspect in &suspects {
        checker.store.abandon(suspect.target.clone(), suspect.persona).await?;
    }
    for suspect in suspects {
        pulse.scheduled(Timestamp::now());
        let Some(target) = registry.targets.get(&suspect.target).cloned() else { continue };
        if suspect.alone && suspect.deaths >= DEATHS {
            set_aside(checker, &suspect).await?;
        } else if !*stop.borrow() {
            let marks = vec![(target.id.clone(), suspect.persona)];
            let Some(Some(state)) = checker.store.begin(marks, Timestamp::now()).await?.pop() else { continue };
            let seen = guarded(checker, target, suspect.persona, state, Thoroughness::Full).await?;
            pulse.checked(Timestamp::now(), seen);
        }
    }
    Ok(())
}

async fn set_aside<S: Store, F: Fetcher>(checker: &Checker<S, F>, suspect: &InFlight) -> Result<()> {
    let now = Timestamp::now();
    tracing::error!(target = %suspect.target, "set aside: its check killed the process again and again");
    // Told in the same write: a crash in between would leave a page unwatched and nobody would know.
    let trouble = Trouble::set_aside(&suspect.target, suspect.persona);
    let told = trouble.begins(&checker.world.operators, &set_aside_words(&suspect.target), now);
    checker.store.quarantine(suspect.target.clone(), suspect.persona, true, told, now).await
}
