//! An alarm that nobody has acknowledged goes to the next level of contacts.

use super::follow::{attack_after, notice_id};
use super::{Directory, Timing, receivers};
use crate::model::{Event, Incident, IncidentState, Notice, Target};
use jiff::Timestamp;

/// Tells the next level, when its time has come; returns the incident as it stands then and what is told.
#[must_use]
pub fn escalate(
    incident: &Incident,
    target: &Target,
    directory: &Directory,
    timing: &Timing,
    now: Timestamp,
) -> Option<(Incident, Vec<Notice>)> {
    if incident.state != IncidentState::Open || incident.escalate_at.is_none_or(|at| at > now) {
        return None;
    }
    let mut incident = incident.clone();
    incident.level = incident.level.saturating_add(1);
    let next = timing.escalate_after.get(usize::from(incident.level) - 1);
    let since = incident.trail.reopened.unwrap_or(incident.opened);
    incident.escalate_at = next.map(|wait| attack_after(since, *wait).max(now));
    let event = Event::Escalated { incident: incident.id, level: incident.level };
    let notices = receivers(directory, target, incident.level)
        .into_iter()
        .map(|receiver| Notice {
            id: notice_id(&format!("{} {} {receiver:?}", incident.id, incident.level)),
            receiver,
            event: event.clone(),
            at: now,
            not_before: now,
        })
        .collect();
    Some((incident, notices))
}
