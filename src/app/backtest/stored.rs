//! Replays what the store holds of a target: with the settings of today, what would have been said?

use super::Replayed;
use crate::app::Office;
use crate::app::judging::of_snapshot;
use crate::fetch::classify::classify;
use crate::judge::Known;
use crate::model::{Approval, ApprovalAction, Evidence, Habits, Persona, Plane, Snapshot, Target, Verdict, Words};
use crate::monitor::{About, Knowledge, Read, Terms, examine_answer, read};
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
                "with these settings you would have had {alarms} alarms and {reviews} reviews in the last {days} days, by the \
                 {kept} states that are kept ({lost} are not); in {checks} checks then, {alarmed} states were an alarm and \
                 {reviewed} a review"
            ),
            format!(
                "現在の設定では、過去{days}日間の警報は{alarms}件、要確認は{reviews}件でした(保存されている{kept}状態による。失われたもの\
                 {lost}件)。当時の{checks}回の点検では、警報が{alarmed}状態、要確認が{reviewed}状態でした"
            ),
        )
    }
}

/// What happened to a page, in the order of time.
enum Event {
    Approval(Box<Approval>),
    Shown(Box<Snapshot>),
}

impl Event {
    /// At the same moment a state was shown before it was approved.
    fn order(&self) -> (Timestamp, bool) {
        match self {
            Self::Shown(snapshot) => (snapshot.at, false),
            Self::Approval(approval) => (approval.at, true),
        }
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
        let desk = Desk {
            office: self,
            target,
            knowledge: self.knowledge().await?,
            habits: self.store.habits(target.id.clone(), persona).await?,
        };
        let then = self.said_then(target, persona, since).await?;
        let mut stored = Stored { persona, replayed: Vec::new(), lost: 0, then, days };
        let mut approved: Vec<Approved> = Vec::new();
        for event in self.events(target, persona).await? {
            match event {
                Event::Approval(approval) => enter(&mut approved, *approval),
                Event::Shown(snapshot) if snapshot.at >= since && !approved.is_empty() => {
                    match desk.judge(&snapshot, &approved, stored.replayed.len()).await? {
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

    /// Approvals and the kept states, each state once at a time, oldest first.
    async fn events(&self, target: &Target, persona: Persona) -> Result<Vec<Event>> {
        let approvals = self.store.approvals(target.id.clone()).await?;
        let approvals: Vec<Approval> = approvals.into_iter().filter(|one| one.persona == persona).collect();
        let followed = self.store.target_state(target.id.clone(), persona).await?.followed;
        let proposal = self.store.proposal(target.id.clone(), persona).await?;
        let waiting = proposal.into_iter().flat_map(|one| std::iter::once(one.snapshot).chain(one.earlier));
        let incidents = self.store.incidents(true, MOST).await?;
        let ours = incidents.into_iter().filter(|one| one.target == target.id && one.persona == persona);
        let captures = ours.flat_map(|incident| incident.trail.captures).filter_map(of_evidence);
        let shown = approvals.iter().map(|one| one.snapshot.clone());
        let mut seen = BTreeSet::new();
        let shown = shown.chain(followed).chain(waiting).chain(captures).filter(|one| seen.insert((one.state, one.at)));
        let mut events: Vec<Event> = shown.map(|one| Event::Shown(Box::new(one))).collect();
        events.extend(approvals.into_iter().map(|one| Event::Approval(Box::new(one))));
        events.sort_by_key(Event::order);
        Ok(events)
    }
}

fn of_evidence(evidence: Evidence) -> Option<Snapshot> {
    let Evidence { at, bytes, size, state, head, resources, .. } = evidence;
    Some(Snapshot { at, bytes, size, state: state?, head, resources })
}

/// A state that is approved, and whether it is a special page.
type Approved = (Snapshot, bool);

/// An approval takes the place of the ordinary states before it; special ones and those that say so stand beside.
fn enter(approved: &mut Vec<Approved>, approval: Approval) {
    let Approval { action, snapshot, special, beside, .. } = approval;
    let replaces = action == ApprovalAction::Approve && special.is_none() && !beside;
    approved.retain(|(one, special)| one.state != snapshot.state && (*special || !replaces));
    if action == ApprovalAction::Approve {
        approved.push((snapshot, special.is_some()));
    }
}

/// What each state is judged with.
struct Desk<'a> {
    office: &'a Office,
    target: &'a Target,
    knowledge: Knowledge,
    habits: Habits,
}

impl Desk<'_> {
    /// What is said of a state today; none when its bytes are gone.
    async fn judge(&self, snapshot: &Snapshot, approved: &[Approved], index: usize) -> Result<Option<Replayed>> {
        let Ok(body) = self.office.body(snapshot).await else { return Ok(None) };
        let mut bodies = Vec::new();
        for (known, _) in approved {
            bodies.extend(self.office.body(known).await.ok().map(|body| (known, body)));
        }
        let all: Vec<&Snapshot> = approved.iter().map(|(known, _)| known).chain([snapshot]).collect();
        let linked = self.office.linked_bodies(&all).await?;
        let started = Instant::now();
        let read = |snapshot, body| {
            read(of_snapshot(snapshot, body), &self.target.masks).signed(body, self.knowledge.signatures.as_ref())
        };
        let (now, old) = (read(snapshot, &body), bodies.iter().map(|(known, body)| read(known, body)));
        let old: Vec<Read> = old.collect();
        let organisation = self.office.registry.owner(self.target).map(|owner| owner.name.as_str());
        let known = match old.iter().any(|old| old.state() == now.state()) {
            true => Known::Approved { special: None, expired: false, outdated: false },
            false => Known::New,
        };
        let terms = Terms {
            about: About { organisation, ..self.knowledge.about() },
            policy: self.target.policy,
            known,
            approval_ended: false,
            bodies: &linked,
            habits: Some((&self.habits, snapshot.at)),
        };
        let trouble = classify(Some(&snapshot.head), &body);
        let (verdict, difference, findings) = match examine_answer(&now, &old, trouble, &terms) {
            Ok(one) => (one.judgement.verdict, one.difference.unwrap_or_default(), one.findings),
            Err(_) => (Verdict::Unseen, crate::model::Difference::default(), Vec::new()),
        };
        let changes = (difference.count(Plane::Active).max(difference.active.len()), difference.count(Plane::Content));
        let (version, ms) = (snapshot.at.to_string(), started.elapsed().as_secs_f64() * 1000.0);
        Ok(Some(Replayed { version, index, verdict, changes, findings, ms }))
    }
}
