//! What the store holds of a page's past, and what is said of it today.

use super::Office;
use super::judging::of_snapshot;
use crate::fetch::classify::classify;
use crate::judge::Known;
use crate::model::{
    Approval, ApprovalAction, ApprovedState, Baseline, Evidence, Habits, Persona, Snapshot, Target, UnseenReason,
};
use crate::monitor::{About, Bodies, Examination, Knowledge, Read, Terms, examine_answer, read};
use crate::store::Store as _;
use anyhow::Result;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// Most incidents of the store that are looked at.
const MOST: u32 = 200_000;

/// What happened to a page, in the order of time.
pub(super) enum Event {
    /// A person approved or retired a state.
    Approval(Box<Approval>),
    /// A state was shown that is still kept.
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

/// Approvals and the kept states, each state once at a time, oldest first.
pub(super) async fn events(office: &Office, target: &Target, persona: Persona) -> Result<Vec<Event>> {
    let approvals = office.store.approvals(target.id.clone()).await?;
    let approvals: Vec<Approval> = approvals.into_iter().filter(|one| one.persona == persona).collect();
    let followed = office.store.target_state(target.id.clone(), persona).await?.followed;
    let proposal = office.store.proposal(target.id.clone(), persona).await?;
    let waiting = proposal.into_iter().flat_map(|one| std::iter::once(one.snapshot).chain(one.earlier));
    let incidents = office.store.incidents(true, MOST).await?;
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

fn of_evidence(evidence: Evidence) -> Option<Snapshot> {
    let Evidence { at, bytes, size, state, head, resources, .. } = evidence;
    Some(Snapshot { at, bytes, size, state: state?, head, resources })
}

/// Enters a line of the record into what is approved, as the store does.
pub(super) fn enter(approved: &mut Baseline, approval: Approval) {
    approved.states.retain(|one| stays(one, &approval));
    approved.revision += 1;
    if approval.action == ApprovalAction::Approve {
        approved.states.push(approval.into());
    }
}

/// An approval takes the place of the ordinary states before it; special pages, and those that say so, stand beside.
fn stays(one: &ApprovedState, entered: &Approval) -> bool {
    let same = one.snapshot.state == entered.snapshot.state;
    match (entered.action, &entered.special) {
        (ApprovalAction::Retire, _) => !same,
        (ApprovalAction::Approve, None) => one.special.is_some() || (entered.beside && !same),
        (ApprovalAction::Approve, special) => !(same && one.special == *special),
    }
}

/// What states of the past are judged with: the settings and the knowledge of today.
pub(super) struct Desk<'a> {
    office: &'a Office,
    target: &'a Target,
    knowledge: Knowledge,
    habits: Habits,
}

impl<'a> Desk<'a> {
    /// The desk of a target as one persona.
    ///
    /// # Errors
    /// When the store fails, or a signature cannot be used.
    pub(super) async fn of(office: &'a Office, target: &'a Target, persona: Persona) -> Result<Self> {
        let habits = office.store.habits(target.id.clone(), persona).await?;
        Ok(Self { office, target, knowledge: office.knowledge().await?, habits })
    }

    /// What is said of a state beside those that were approved then, or why it counts as unseen; none when its bytes are
    /// gone.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn examine(
        &self,
        snapshot: &Snapshot,
        approved: &Baseline,
    ) -> Result<Option<std::result::Result<Examination, UnseenReason>>> {
        let Ok(body) = self.office.body(snapshot).await else { return Ok(None) };
        let mut bodies = Vec::new();
        for (_, state) in approved.in_use(snapshot.at) {
            bodies.extend(self.office.body(&state.snapshot).await.ok().map(|body| (state, body)));
        }
        let all: Vec<&Snapshot> = approved.states.iter().map(|state| &state.snapshot).chain([snapshot]).collect();
        let linked = self.office.linked_bodies(&all).await?;
        let now = self.read(snapshot, &body);
        let old =
            bodies.iter().map(|(state, body)| Read { approved_at: Some(state.at), ..self.read(&state.snapshot, body) });
        let old: Vec<Read> = old.collect();
        let known = match old.iter().any(|old| old.state() == now.state()) {
            true => Known::Approved { special: None, expired: false, outdated: false },
            false => Known::New,
        };
        let trouble = classify(Some(&snapshot.head), &body);
        Ok(Some(examine_answer(&now, &old, trouble, &self.terms(known, &linked, snapshot.at))))
    }

    fn read<'b>(&self, snapshot: &'b Snapshot, body: &'b [u8]) -> Read<'b> {
        read(of_snapshot(snapshot, body), &self.target.masks).signed(body, self.knowledge.signatures.as_ref())
    }

    fn terms<'t>(&'t self, known: Known<'t>, bodies: &'t Bodies, at: Timestamp) -> Terms<'t> {
        let organisation = self.office.registry.owner(self.target).map(|owner| owner.name.as_str());
        let about = About { organisation, ..self.knowledge.about() };
        let (policy, habits) = (self.target.policy, Some((&self.habits, at)));
        Terms { policy, known, habits, ..Terms::new(about, bodies) }
    }
}
