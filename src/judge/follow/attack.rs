//! Incidents of attack: opened, growing worse, over.

use super::{Context, FollowUp, Seen, open_incident, silenced_until, tell};
use crate::model::{Event, Finding, Incident, IncidentKind, IncidentState, Judgement, Mark, Verdict};
use jiff::Timestamp;
use std::time::Duration;

/// Findings kept in one incident; a page that changes with every fetch must not grow it without end.
const MAX_FINDINGS: usize = 50;

pub(super) fn alarm(context: &Context, seen: &Seen, up: &mut FollowUp) {
    match open_incident(context, IncidentKind::Attack) {
        None => open(context, seen, up),
        Some(open) => again(context, open, seen, up),
    }
}

fn open(context: &Context, seen: &Seen, up: &mut FollowUp) {
    let mut incident = blank(context, IncidentKind::Attack, seen.judgement.clone());
    incident.findings = seen.findings.iter().take(MAX_FINDINGS).cloned().collect();
    incident.evidence = Some(seen.snapshot.bytes);
    incident.alarmed_state = Some(seen.snapshot.state);
    incident.confirmed = seen.confirmed;
    incident.excerpts = seen.excerpts.to_vec();
    let event = Event::Opened { incident: incident.id };
    tell(context, 1, &event, after(context.now, context.timing.group_alarms), up);
    up.incidents.push(incident);
}

/// An incident as it opens, with the first escalation set.
pub(super) fn blank(context: &Context, kind: IncidentKind, judgement: Judgement) -> Incident {
    Incident {
        id: context.fresh,
        target: context.target.id.clone(),
        persona: context.persona,
        kind,
        state: IncidentState::Open,
        opened: context.now,
        seen: context.now,
        findings: Vec::new(),
        judgement,
        unseen: None,
        detail: None,
        excerpts: Vec::new(),
        evidence: None,
        alarmed_state: None,
        confirmed: None,
        level: 1,
        escalate_at: context.timing.escalate_after.first().map(|wait| after(context.now, *wait)),
        clean: None,
        acknowledged: None,
        resolved: None,
    }
}

/// The incident shows again. People are told once more only when a rule speaks that has not spoken before.
fn again(context: &Context, open: &Incident, seen: &Seen, up: &mut FollowUp) {
    let mut incident = Incident { seen: context.now, clean: None, ..open.clone() };
    incident.alarmed_state = Some(seen.snapshot.state);
    if seen.confirmed == Some(true) || incident.confirmed == Some(false) {
        // Whatever comes a second time, in whichever check, has been confirmed.
        incident.confirmed = Some(true);
    }
    let fresh: Vec<_> = seen.findings.iter().filter(|f| !known(&incident.findings, f)).cloned().collect();
    let worse = fresh
        .iter()
        .any(|f| super::super::weigh(f) == Verdict::Alarm && !open.findings.iter().any(|old| old.rule == f.rule));
    incident.findings.extend(fresh);
    incident.findings.truncate(MAX_FINDINGS);
    if worse {
        incident.judgement = seen.judgement.clone();
        incident.excerpts = seen.excerpts.to_vec();
        let event = Event::Worse { incident: incident.id };
        let not_before = after(context.now, context.timing.group_alarms);
        (1..=incident.level).for_each(|level| tell(context, level, &event, not_before, up));
    }
    up.incidents.push(incident);
}

fn known(findings: &[Finding], one: &Finding) -> bool {
    findings.iter().any(|old| old.rule == one.rule && old.evidence == one.evidence)
}

/// Enough clean fetches: over, and everybody who was alarmed is told.
pub(super) fn resolve_by_itself(context: &Context, incident: &mut Incident, up: &mut FollowUp) {
    let count = incident.clean.map_or(0, |(_, count)| count);
    let reason = format!("{count} clean full fetches in a row");
    incident.resolved = Some(Mark { by: "hinomi".to_owned(), at: context.now, reason });
    incident.state = IncidentState::Resolved;
    incident.escalate_at = None;
    let event = Event::Resolved { incident: incident.id };
    let silent = silenced_until(context).filter(|_| incident.kind == IncidentKind::Unseen);
    let not_before = silent.unwrap_or(context.now);
    (1..=incident.level).for_each(|level| tell(context, level, &event, not_before, up));
}

/// `time + wait`, at the end of time at the latest.
pub(in crate::judge) fn after(time: Timestamp, wait: Duration) -> Timestamp {
    time.saturating_add(wait).unwrap_or(Timestamp::MAX)
}
