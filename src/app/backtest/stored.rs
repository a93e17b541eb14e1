//! Replays what the store holds of a target: with the settings of today, what would have been said?

use super::Replayed;
use crate::app::Office;
use crate::app::past::{self, Desk, Event};
use crate::model::{Baseline, Difference, Persona, Plane, Snapshot, Target, Verdict, Words, counted};
use crate::store::Store as _;
use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::time::Instant;

/// Most observations and incidents of the store that are looked at.
const MOST: u32 = 200_000;

/// What came of the replay of one target as one persona.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// As whom it was seen.
    pub persona: Persona,
    /// The kept states with what is said of them today, oldest first.
    pub replayed: Vec<Replayed>,
    /// States of which the bytes are no longer kept.
    pub lost: usize,
    /// Checks of that time, and the states that were an alarm or a review then.
    pub then: (usize, usize, usize),
    /// Days that were looked back.
    pub days: u32,
}

impl Stored {
    /// How many of the kept states are this today.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.replayed.iter().filter(|one| one.verdict == verdict).count()
    }

    /// The whole in one sentence.
    #[must_use]
    pub fn words(&self) -> Words {
        let (alarms, reviews, kept) = (self.count(Verdict::Alarm), self.count(Verdict::Review), self.replayed.len());
        let Self { days, lost, then: (checks, alarmed, reviewed), .. } = self;
        Words::new(
            format!(
                "with these settings you would have had {} and {} in the last {}, by what is kept of {} ({lost} lost); in {} \
                 then, {} alarmed and {reviewed} asked for a review",
                counted(alarms, "alarm"),
                counted(reviews, "review"),
                counted(*days as usize, "day"),
                counted(kept, "state"),
                counted(*checks, "check"),
                counted(*alarmed, "state"),
            ),
            format!(
                "現在の設定では、過去{days}日間の警報は{alarms}件、要確認は{reviews}件でした(保存されている{kept}状態による。失われたもの\
                 {lost}件)。当時の{checks}回の点検では、警報が{alarmed}状態、要確認が{reviewed}状態でした"
            ),
        )
    }
}

impl Office {
    /// Replays the states of a target that the store holds: those that were approved, that are followed or wait, and the
    /// evidence of incidents. Each is judged against what was approved then, with the settings of today.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn backtest(&self, target: &Target, persona: Persona, days: u32) -> Result<Stored> {
        let since = Timestamp::now().saturating_sub(SignedDuration::from_hours(24 * i64::from(days)))?;
        let desk = Desk::of(self, target, persona).await?;
        let then = self.said_then(target, persona, since).await?;
        let mut stored = Stored { persona, replayed: Vec::new(), lost: 0, then, days };
        let mut approved = Baseline::default();
        for event in past::events(self, target, persona).await? {
            match event {
                Event::Approval(approval) => past::enter(&mut approved, *approval),
                Event::Shown(snapshot) if snapshot.at >= since && !approved.states.is_empty() => {
                    match judged(&desk, &snapshot, &approved, stored.replayed.len()).await? {
                        Some(replayed) => stored.replayed.push(replayed),
                        None => stored.lost += 1,
                    }
                }
                Event::Shown(_) => {}
            }
        }
        Ok(stored)
    }

    /// Checks since then, and the states that were an alarm or a review.
    async fn said_then(&self, target: &Target, persona: Persona, since: Timestamp) -> Result<(usize, usize, usize)> {
        let seen = self.store.observations(target.id.clone(), MOST).await?;
        let seen: Vec<_> = seen.into_iter().filter(|one| one.persona == persona && one.at >= since).collect();
        let states = |verdict| {
            let of = seen.iter().filter(|one| one.verdict == verdict);
            of.filter_map(|one| one.state).collect::<BTreeSet<_>>().len()
        };
        Ok((seen.len(), states(Verdict::Alarm), states(Verdict::Review)))
    }
}

/// What is said of a state today; none when its bytes are gone.
async fn judged(desk: &Desk<'_>, snapshot: &Snapshot, approved: &Baseline, index: usize) -> Result<Option<Replayed>> {
    let started = Instant::now();
    let Some(examined) = desk.examine(snapshot, approved).await? else { return Ok(None) };
    let (verdict, difference, findings) = match examined {
        Ok(one) => (one.judgement.verdict, one.difference.unwrap_or_default(), one.findings),
        Err(_) => (Verdict::Unseen, Difference::default(), Vec::new()),
    };
    let changes = (difference.count(Plane::Active).max(difference.active.len()), difference.count(Plane::Content));
    let (version, ms) = (snapshot.at.to_string(), started.elapsed().as_secs_f64() * 1000.0);
    Ok(Some(Replayed { version, index, verdict, changes, findings, ms }))
}
