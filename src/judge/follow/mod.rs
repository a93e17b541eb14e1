//! What follows from a check: incidents, the proposal, the followed state, and who is told what.

mod attack;
mod unseen;

pub(super) use attack::{after as attack_after, capture};

use super::{Directory, Timing, receivers};
use crate::model::{
    Event, Evidence, Excerpt, Finding, Incident, IncidentKind, Judgement, Notice, Persona, PlannedChange, Proposal,
    Silence, Snapshot, Target, TargetState, UnseenReason, Verdict,
};
use jiff::Timestamp;
use uuid::Uuid;

/// What surrounds the check.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Whose page.
    pub target: &'a Target,
    /// As whom it was fetched.
    pub persona: Persona,
    /// What the memory holds about it.
    pub state: &'a TargetState,
    /// The proposal that waits, if any.
    pub proposal: Option<&'a Proposal>,
    /// Who may be told.
    pub directory: Directory<'a>,
    /// Silences that have not ended.
    pub silences: &'a [Silence],
    /// Planned changes that have not ended.
    pub plans: &'a [PlannedChange],
    /// Spans of time.
    pub timing: &'a Timing,
    /// Now.
    pub now: Timestamp,
    /// A fresh id, made outside: for an incident that opens.
    pub fresh: Uuid,
}

/// What the check saw.
#[derive(Debug, Clone, Copy)]
pub enum Sight<'a> {
    /// A page, judged.
    Seen {
        /// What was seen.
        snapshot: &'a Snapshot,
        /// What was said of it.
        judgement: &'a Judgement,
        /// What was found.
        findings: &'a [Finding],
        /// What changed, most important first.
        excerpts: &'a [Excerpt],
        /// It was seen a second time over a new connection; none when no confirmation was made.
        confirmed: Option<bool>,
        /// Name of the special page it equals, if it equals one.
        special: Option<&'a str>,
        /// Name of the special page that was shown at the last check.
        special_before: Option<&'a str>,
    },
    /// Nothing that could be compared.
    Unseen {
        /// Why.
        reason: UnseenReason,
        /// The technical detail.
        detail: &'a str,
        /// What came, when the page could not be examined.
        capture: Option<&'a Evidence>,
    },
}

/// What becomes of everything. `None` means: stays as it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FollowUp {
    /// Incidents opened or changed.
    pub incidents: Vec<Incident>,
    /// What is told.
    pub notices: Vec<Notice>,
    /// The proposal: put, or taken away (`Some(None)`).
    pub proposal: Option<Option<Proposal>>,
    /// The followed state: put, or taken away.
    pub followed: Option<Option<Snapshot>>,
    /// Unseen checks in a row.
    pub unseen: Option<(Timestamp, u32)>,
}

/// A page that was seen, as the parts of following pass it on.
#[derive(Debug, Clone, Copy)]
struct Seen<'a> {
    snapshot: &'a Snapshot,
    judgement: &'a Judgement,
    findings: &'a [Finding],
    excerpts: &'a [Excerpt],
    confirmed: Option<bool>,
}

/// What follows from one check.
#[must_use]
pub fn follow(context: &Context, sight: &Sight) -> FollowUp {
    let mut up = FollowUp { unseen: context.state.unseen, ..FollowUp::default() };
    match *sight {
        Sight::Unseen { reason, detail, capture } => {
            unseen::unseen(context, &unseen::Missed { reason, detail, capture }, &mut up);
        }
        Sight::Seen { snapshot, judgement, findings, excerpts, confirmed, special, special_before } => {
            let seen = Seen { snapshot, judgement, findings, excerpts, confirmed };
            up.unseen = None;
            match judgement.verdict {
                Verdict::Alarm => attack::alarm(context, &seen, &mut up),
                Verdict::Review => dirty(context, IncidentKind::Attack, &mut up),
                Verdict::Unchanged | Verdict::Routine => clean(context, IncidentKind::Attack, &mut up),
                Verdict::Unseen => {}
            }
            clean(context, IncidentKind::Unseen, &mut up);
            propose(context, &seen, &mut up);
            tell_special(context, special, special_before, &mut up);
        }
    }
    up
}

/// The open incident of a kind.
fn open_incident<'a>(context: &Context<'a>, kind: IncidentKind) -> Option<&'a Incident> {
    context.state.incidents.iter().find(|incident| incident.kind == kind && incident.resolved.is_none())
}

/// A full fetch in which the incident does not show: after enough of them, over enough time, it is over.
fn clean(context: &Context, kind: IncidentKind, up: &mut FollowUp) {
    let Some(open) = open_incident(context, kind) else { return };
    let mut incident = open.clone();
    let (since, count) = incident.clean.unwrap_or((context.now, 0));
    let count = count.saturating_add(1);
    incident.clean = Some((since, count));
    incident.note_shown(&[]);
    let lasted = context.now.duration_since(since).unsigned_abs() >= context.timing.clean_over;
    if count >= context.timing.clean_fetches && lasted {
        attack::resolve_by_itself(context, &mut incident, up);
    }
    up.incidents.push(incident);
}

/// Anything but a clean fetch: the count of clean fetches starts anew.
fn dirty(context: &Context, kind: IncidentKind, up: &mut FollowUp) {
    if let Some(open) = open_incident(context, kind).filter(|incident| incident.clean.is_some()) {
        up.incidents.push(Incident { clean: None, ..open.clone() });
    }
}

/// Keeps the one proposal of the target true: put in place, replaced, or taken away when nothing waits any more.
fn propose(context: &Context, seen: &Seen, up: &mut FollowUp) {
    let Seen { snapshot, judgement, findings, excerpts, .. } = *seen;
    match judgement.verdict {
        Verdict::Review | Verdict::Alarm => {
            let known = context.proposal.is_some_and(|waiting| waiting.snapshot.state == snapshot.state);
            let proposal = Proposal {
                target: context.target.id.clone(),
                persona: context.persona,
                snapshot: snapshot.clone(),
                judgement: judgement.clone(),
                findings: findings.to_vec(),
                excerpts: excerpts.to_vec(),
                since: context.proposal.map_or(context.now, |waiting| waiting.since),
                planned: planned(context, snapshot, excerpts),
                earlier: context.proposal.map(|waiting| waiting.shown_before(snapshot.state)).unwrap_or_default(),
            };
            // The same answer again brings no excerpts: what waits already says more.
            if !(known && excerpts.is_empty()) {
                up.proposal = Some(Some(proposal));
            }
            if judgement.verdict == Verdict::Review && !known {
                tell_review(context, up);
            }
        }
        Verdict::Routine => {
            up.proposal = context.proposal.map(|_| None);
            up.followed = Some(Some(snapshot.clone()));
        }
        Verdict::Unchanged => up.proposal = context.proposal.map(|_| None),
        Verdict::Unseen => {}
    }
}

/// The planned change that announced this state: by digest, or by a window around now, and every change in its region.
fn planned(context: &Context, snapshot: &Snapshot, excerpts: &[Excerpt]) -> Option<String> {
    let inside = |region: &str| {
        let on_the_way = |path: &str| path.split(" > ").any(|step| step == region || step.ends_with(region));
        !excerpts.is_empty() && excerpts.iter().all(|excerpt| on_the_way(&excerpt.path))
    };
    let fits = |plan: &&PlannedChange| {
        plan.target == context.target.id
            && plan.from <= context.now
            && context.now < plan.until
            && plan.digest.is_none_or(|digest| digest == snapshot.state)
            && plan.region.as_deref().is_none_or(inside)
    };
    context.plans.iter().find(fits).map(|plan| format!("{} ({})", plan.mark.reason, plan.mark.by))
}

fn tell_review(context: &Context, up: &mut FollowUp) {
    let event = Event::Review { target: context.target.id.clone(), persona: context.persona };
    let digest = context.timing.next_digest(context.now);
    let not_before = silenced_until(context).map_or(digest, |until| context.timing.next_digest(until).max(digest));
    tell(context, 1, &event, not_before, up);
}

fn tell_special(context: &Context, now: Option<&str>, before: Option<&str>, up: &mut FollowUp) {
    if now == before {
        return;
    }
    for (name, entered) in [(before, false), (now, true)] {
        if let Some(name) = name {
            let event = Event::Special { target: context.target.id.clone(), name: name.to_owned(), entered };
            tell(context, 1, &event, context.now, up);
        }
    }
}

/// Until when messages about review and unseen are held back.
fn silenced_until(context: &Context) -> Option<Timestamp> {
    let fits = |silence: &&Silence| {
        silence.until > context.now && silence.target.as_ref().is_none_or(|target| *target == context.target.id)
    };
    context.silences.iter().filter(fits).map(|silence| silence.until).max()
}

/// Writes a notice for every receiver of a level.
fn tell(context: &Context, level: u8, event: &Event, not_before: Timestamp, up: &mut FollowUp) {
    for receiver in receivers(&context.directory, context.target, level) {
        if up.notices.iter().any(|notice| notice.receiver == receiver && notice.event == *event) {
            continue;
        }
        // Version 5: the same fact told to the same receiver is the same notice, however often it is written down.
        let seed = format!("{} {level} {receiver:?} {event:?} {}", context.fresh, context.now);
        let id = notice_id(&seed);
        up.notices.push(Notice { id, receiver, event: event.clone(), at: context.now, not_before });
    }
}

/// An id drawn from what a notice says.
pub(in crate::judge) fn notice_id(seed: &str) -> Uuid {
    let digest = crate::model::Digest::of(seed);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.as_bytes()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests;
