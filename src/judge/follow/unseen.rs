//! Incidents of not seeing: a page that could not be compared for too long.

use super::attack::{after, blank};
use super::{Context, FollowUp, dirty, open_incident, silenced_until, tell};
use crate::model::{CaptureOf, Event, Evidence, Incident, IncidentKind, Judgement, UnseenReason, Verdict};

/// A check that saw nothing it could compare.
#[derive(Debug, Clone, Copy)]
pub(super) struct Missed<'a> {
    pub(super) reason: UnseenReason,
    pub(super) detail: &'a str,
    pub(super) capture: Option<&'a Evidence>,
}

pub(super) fn unseen(context: &Context, missed: &Missed, up: &mut FollowUp) {
    let Missed { reason, .. } = *missed;
    // A 304 is no comparison, but no trouble either; and when we are offline, the site is not to blame.
    if matches!(reason, UnseenReason::NotCompared | UnseenReason::MonitorOffline) {
        return;
    }
    dirty(context, IncidentKind::Attack, up);
    let (since, count) = context.state.unseen.unwrap_or((context.now, 0));
    let count = count.saturating_add(1);
    up.unseen = Some((since, count));
    match open_incident(context, IncidentKind::Unseen) {
        Some(open) => again(context, open, missed, up),
        None => {
            let lasted = context.now.duration_since(since).unsigned_abs() >= context.timing.unseen_after;
            if count >= context.timing.unseen_checks && lasted {
                open(context, missed, up);
            }
        }
    }
}

fn open(context: &Context, missed: &Missed, up: &mut FollowUp) {
    let Missed { reason, detail, capture } = *missed;
    let because = vec![reason.words().to_words()];
    let judgement = Judgement { verdict: Verdict::Unseen, because, despite: vec![], certain: false, drift: None };
    let mut incident = blank(context, IncidentKind::Unseen, judgement);
    incident.unseen = Some(reason);
    incident.detail = Some(detail.to_owned());
    incident.escalate_at = None;
    incident.evidence = capture.map(|capture| capture.bytes);
    capture.into_iter().for_each(|capture| incident.keep_capture(capture.clone()));
    let soon = after(context.now, context.timing.group_unseen);
    let not_before = silenced_until(context).map_or(soon, |until| until.max(soon));
    tell(context, 1, &Event::Opened { incident: incident.id }, not_before, up);
    up.incidents.push(incident);
}

fn again(context: &Context, open: &Incident, missed: &Missed, up: &mut FollowUp) {
    let Missed { reason, detail, capture } = *missed;
    let detail = Some(detail.to_owned());
    let mut incident = Incident { seen: context.now, clean: None, unseen: Some(reason), detail, ..open.clone() };
    if let Some(capture) = capture {
        let first = incident.evidence.get_or_insert(capture.bytes) == &capture.bytes;
        let of = if first { CaptureOf::First } else { CaptureOf::Last };
        incident.keep_capture(Evidence { of, ..capture.clone() });
    }
    up.incidents.push(incident);
}
