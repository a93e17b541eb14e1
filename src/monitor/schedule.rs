//! The scheduler: a query for what is due, a bounded number of checks at a time, and care after a crash.

use super::check::{Checker, Thoroughness};
use super::pulse::Pulse;
use crate::fetch::Fetcher;
use crate::model::{Event, Notice, Persona, Target, TargetId, Words};
use crate::store::{Due, InFlight, Result, Store};
use futures_util::FutureExt;
use jiff::Timestamp;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

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
async fn gather(running: &mut JoinSet<Result<()>>, workers: usize, pulse: &Pulse) -> Result<()> {
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
    running: &mut JoinSet<Result<()>>,
    free: usize,
) -> Result<usize> {
    if free == 0 {
        return Ok(0);
    }
    let limit = u32::try_from(free).unwrap_or(u32::MAX);
    let due = checker.store.due(Timestamp::now(), limit, checker.world.pace.per_host).await?;
    let marks = due.iter().map(|due| (due.target.id.clone(), due.persona)).collect();
    if !due.is_empty() {
        checker.store.begin(marks, Timestamp::now()).await?;
    }
    let count = due.len();
    for Due { target, persona, .. } in due {
        let checker = checker.clone();
        running.spawn(async move { guarded(&checker, target, persona, Thoroughness::Usual).await });
    }
    Ok(count)
}

/// One check; a panic inside is caught and becomes *unseen: internal error*.
async fn guarded<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    target: Target,
    persona: Persona,
    how: Thoroughness,
) -> Result<()> {
    let check = checker.check(target.clone(), persona, how);
    match AssertUnwindSafe(check).catch_unwind().await {
        Ok(done) => done.map(drop),
        Err(_) => {
            tracing::error!(target = %target.id, "a check panicked");
            checker.broken(target, persona, "the check panicked").await.map(drop)
        }
    }
}

fn settle(ended: std::result::Result<Result<()>, tokio::task::JoinError>, pulse: &Pulse) -> Result<()> {
    pulse.checked(Timestamp::now());
    match ended {
        Ok(result) => result,
        Err(error) if error.is_cancelled() => Ok(()),
        Err(error) => Err(crate::store::StoreError::Damaged(format!("a check could not be written down: {error}"))),
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
            checker.store.begin(vec![(target.id.clone(), suspect.persona)], Timestamp::now()).await?;
            guarded(checker, target, suspect.persona, Thoroughness::Full).await?;
        }
    }
    Ok(())
}

async fn set_aside<S: Store, F: Fetcher>(checker: &Checker<S, F>, suspect: &InFlight) -> Result<()> {
    let now = Timestamp::now();
    tracing::error!(target = %suspect.target, "set aside: its check killed the process again and again");
    checker.store.quarantine(suspect.target.clone(), suspect.persona, true, now).await?;
    let event = quarantine_event(&suspect.target);
    let notices = checker.world.operators.iter().map(|receiver| Notice {
        id: Uuid::now_v7(),
        receiver: receiver.clone(),
        event: event.clone(),
        at: now,
        not_before: now,
    });
    checker.store.put_notices(notices.collect()).await
}

fn quarantine_event(target: &TargetId) -> Event {
    let words = Words::new(
        format!(
            "The check of {target} killed the process again and again. The target has been set aside and is NOT watched \
             any more; all others are. Look at the page by hand, then run `hinomi check {target}` to take it back."
        ),
        format!(
            "{target} の点検が繰り返しプロセスを停止させたため、この監視対象を隔離しました。現在この対象は監視されていません\
             (他の対象は監視を続けています)。ページを手動で確認し、`hinomi check {target}` で監視に戻してください。"
        ),
    );
    Event::Operations { trouble: "quarantined".to_owned(), words, over: false }
}
