//! "This was not us": what follows when a person rejects what waits.

use super::follow::{capture, notice_id};
use super::{Directory, receivers, weigh};
use crate::model::{
    CaptureOf, Event, Incident, IncidentKind, IncidentState, Judgement, Mark, Notice, Proposal, Target, Trail, Verdict,
    Words,
};
use uuid::Uuid;

/// What a rejection is made from.
#[derive(Debug, Clone, Copy)]
pub struct Rejected<'a> {
    /// What waited.
    pub proposal: &'a Proposal,
    /// Whose page.
    pub target: &'a Target,
    /// The attack on it that is open already.
    pub open: Option<&'a Incident>,
    /// Who may be told.
    pub directory: Directory<'a>,
    /// Who rejected it, when and why.
    pub mark: &'a Mark,
    /// A fresh id, for an incident that opens.
    pub fresh: Uuid,
}

/// The incident that a rejection opens or joins: acknowledged by the one who rejected, so that it does not escalate, and
/// open until the page is clean or somebody closes it. Owner and operators are told, unless they know of the alarm.
#[must_use]
pub fn reject(rejected: &Rejected) -> (Incident, Vec<Notice>) {
    let Rejected { proposal, open, mark, .. } = *rejected;
    let mut incident = open.cloned().unwrap_or_else(|| opened(rejected));
    let state = proposal.snapshot.state;
    if !incident.trail.rejected.contains(&state) {
        incident.trail.rejected.push(state);
    }
    if incident.acknowledged.is_none() {
        incident.acknowledged = Some(mark.clone());
    }
    (incident.state, incident.escalate_at) = (IncidentState::Acknowledged, None);
    (incident.clean, incident.alarmed_state) = (None, Some(state));
    let event = match open {
        None => Event::Opened { incident: incident.id },
        Some(_) if proposal.judgement.verdict != Verdict::Alarm => Event::Worse { incident: incident.id },
        Some(_) => return (incident, Vec::new()),
    };
    if open.is_some() {
        incident.keep_capture(capture(&proposal.snapshot, CaptureOf::Worse));
        incident.join_findings(proposal.findings.iter().cloned());
        (incident.judgement, incident.excerpts) = (judgement(rejected), proposal.excerpts.clone());
    }
    let notices = told(rejected, &incident, &event);
    (incident, notices)
}

fn opened(rejected: &Rejected) -> Incident {
    let Rejected { proposal, mark, fresh, .. } = *rejected;
    let mut incident = Incident {
        id: fresh,
        target: proposal.target.clone(),
        persona: proposal.persona,
        kind: IncidentKind::Attack,
        state: IncidentState::Acknowledged,
        opened: mark.at,
        seen: proposal.snapshot.at.max(proposal.since),
        findings: Vec::new(),
        judgement: judgement(rejected),
        unseen: None,
        detail: None,
        excerpts: proposal.excerpts.clone(),
        evidence: Some(proposal.snapshot.bytes),
        alarmed_state: None,
        confirmed: None,
        level: 1,
        escalate_at: None,
        clean: None,
        acknowledged: None,
        resolved: None,
        trail: Trail::default(),
    };
    incident.join_findings(proposal.findings.iter().cloned());
    incident.note_told(proposal.findings.iter().filter(|finding| weigh(finding) == Verdict::Alarm), mark.at);
    incident.keep_capture(capture(&proposal.snapshot, CaptureOf::First));
    incident
}

fn judgement(rejected: &Rejected) -> Judgement {
    let Rejected { proposal, mark, .. } = *rejected;
    let said = Words::new(
        format!("{} said of this change: this was not us", mark.by),
        format!("{} がこの変更に「心当たりがない」と回答しました", mark.by),
    );
    let because = std::iter::once(said).chain(proposal.judgement.because.iter().cloned()).collect();
    Judgement {
        verdict: Verdict::Alarm,
        because,
        drift: proposal.judgement.drift,
        despite: proposal.judgement.despite.clone(),
        certain: true,
    }
}

fn told(rejected: &Rejected, incident: &Incident, event: &Event) -> Vec<Notice> {
    let at = rejected.mark.at;
    let mut all: Vec<_> =
        (1..=incident.level.max(1)).flat_map(|level| receivers(&rejected.directory, rejected.target, level)).collect();
    all.sort();
    all.dedup();
    let notice = |receiver| {
        let id = notice_id(&format!("{} {} {receiver:?} {event:?} {at}", incident.id, rejected.fresh));
        Notice { id, receiver, event: event.clone(), at, not_before: at }
    };
    all.into_iter().map(notice).collect()
}
