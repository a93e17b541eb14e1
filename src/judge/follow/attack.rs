//! Incidents of attack: opened, growing worse, over.

use super::{Context, FollowUp, Seen, open_incident, silenced_until, tell};
use crate::model::{
    CaptureOf, Event, Evidence, Finding, Incident, IncidentKind, IncidentState, Judgement, Mark, Snapshot, Trail,
    Verdict, worst_findings,
};
use jiff::Timestamp;
use std::time::Duration;

pub(super) fn alarm(context: &Context, seen: &Seen, up: &mut FollowUp) {
    // What is told is compared within what an incident keeps: the same page brings the same findings each time.
    let worst = worst_findings(seen.findings.to_vec());
    let seen = &Seen { findings: &worst, ..*seen };
    match open_incident(context, IncidentKind::Attack) {
        None => open(context, seen, up),
        Some(open) => again(context, open, seen, up),
    }
}

fn open(context: &Context, seen: &Seen, up: &mut FollowUp) {
    let mut incident = blank(context, IncidentKind::Attack, seen.judgement.clone());
    incident.join_findings(seen.findings.iter().cloned());
    incident.note_told(alarming(seen.findings), context.now);
    incident.evidence = Some(seen.snapshot.bytes);
    incident.keep_capture(capture(seen.snapshot, CaptureOf::First));
    incident.alarmed_state = Some(seen.snapshot.state);
    incident.confirmed = seen.confirmed;
    incident.excerpts = seen.excerpts.to_vec();
    let event = Event::Opened { incident: incident.id };
    tell(context, 1, &event, after(context.now, context.timing.group_alarms), up);
    up.incidents.push(incident);
}

/// The findings that alarm by themselves.
fn alarming(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    findings.iter().filter(|finding| super::super::weigh(finding) == Verdict::Alarm)
}

/// A snapshot as evidence.
pub(in crate::judge) fn capture(snapshot: &Snapshot, of: CaptureOf) -> Evidence {
    let Snapshot { at, bytes, size, state, ref head, ref resources } = *snapshot;
    Evidence { of, at, bytes, size, state: Some(state), head: head.clone(), resources: resources.clone() }
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
        trail: Trail::default(),
    }
}

/// The incident shows again. People are told once more only of what is news, see [`RuleTold`](crate::model::RuleTold).
fn again(context: &Context, open: &Incident, seen: &Seen, up: &mut FollowUp) {
    let mut incident = Incident { seen: context.now, clean: None, ..open.clone() };
    incident.alarmed_state = Some(seen.snapshot.state);
    if seen.confirmed == Some(true) || incident.confirmed == Some(false) {
        // Whatever comes a second time, in whichever check, has been confirmed.
        incident.confirmed = Some(true);
    }
    let news: Vec<Finding> =
        alarming(seen.findings).filter(|finding| open.is_news(finding, context.now)).cloned().collect();
    if news.is_empty() {
        incident.keep_capture(capture(seen.snapshot, CaptureOf::Last));
    } else {
        worse(context, &mut incident, seen, up);
    }
    // What is news stands first among its equals, where a message shows it.
    let before = std::mem::replace(&mut incident.findings, news);
    incident.join_findings(before.into_iter().chain(seen.findings.iter().cloned()));
    incident.note_shown(seen.findings);
    up.incidents.push(incident);
}

/// It has grown: everybody who knows of it is told, and an acknowledgement was of something smaller.
fn worse(context: &Context, incident: &mut Incident, seen: &Seen, up: &mut FollowUp) {
    if incident.trail.told.is_empty() {
        let told = std::mem::take(&mut incident.findings);
        incident.note_told(alarming(&told), incident.opened);
        incident.findings = told;
    }
    incident.note_told(alarming(seen.findings), context.now);
    incident.keep_capture(capture(seen.snapshot, CaptureOf::Worse));
    incident.judgement = seen.judgement.clone();
    if !seen.excerpts.is_empty() {
        incident.excerpts = seen.excerpts.to_vec();
    }
    reopen(context, incident);
    let event = Event::Worse { incident: incident.id };
    let not_before = after(context.now, context.timing.group_alarms);
    (1..=incident.level).for_each(|level| tell(context, level, &event, not_before, up));
}

/// An incident that somebody looked after is open again, and escalates anew from the level that was told last.
fn reopen(context: &Context, incident: &mut Incident) {
    let Some(mark) = incident.acknowledged.take() else { return };
    incident.trail.earlier.push(mark);
    incident.trail.reopened = Some(context.now);
    incident.state = IncidentState::Open;
    let wait = context.timing.escalate_after.get(usize::from(incident.level.max(1)) - 1);
    incident.escalate_at = wait.map(|wait| after(context.now, *wait));
}

/// Enough clean fetches: over, and everybody who was alarmed is told.
pub(super) fn resolve_by_itself(context: &Context, incident: &mut Incident, up: &mut FollowUp) {
    let count = incident.clean.map_or(0, |(_, count)| count);
    let reason = format!("{count} clean full fetches in a row");
    incident.resolved = Some(Mark { by: "hinomi".to_owned(), at: context.now, reason });
    incident.state = IncidentState::Resolved;
    incident.escalate_at = None;
    let event = Event::Resolved { incident: incident.id };
    let not_before = match incident.kind {
        IncidentKind::Attack => after(context.now, context.timing.group_alarms),
        IncidentKind::Unseen => {
            let soon = after(context.now, context.timing.group_unseen);
            silenced_until(context).map_or(soon, |until| until.max(soon))
        }
    };
    (1..=incident.level).for_each(|level| tell(context, level, &event, not_before, up));
}

/// `time + wait`, at the end of time at the latest.
pub(in crate::judge) fn after(time: Timestamp, wait: Duration) -> Timestamp {
    time.saturating_add(wait).unwrap_or(Timestamp::MAX)
}
