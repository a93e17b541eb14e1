//! Incidents of not seeing: a page that could not be compared for too long.

use super::attack::{after, blank};
use super::{Context, FollowUp, dirty, open_incident, silenced_until, tell};
use crate::model::{Event, Incident, IncidentKind, Judgement, UnseenReason, Verdict};

pub(super) fn unseen(context: &Context, reason: UnseenReason, detail: &str, up: &mut FollowUp) {
    // A 304 is no comparison, but no trouble either; and when we are offline, the site is not to blame.
    if matches!(reason, UnseenReason::NotCompared | UnseenReason::MonitorOffline) {
        return;
    }
    dirty(context, IncidentKind::Attack, up);
    let (since, count) = context.state.unseen.unwrap_or((context.now, 0));
    let count = count.saturating_add(1);
    up.unseen = Some((since, count));
    match open_incident(context, IncidentKind::Unseen) {
        Some(open) => again(context, open, reason, detail, up),
        None => {
            let lasted = context.now.duration_since(since).unsigned_abs() >= context.timing.unseen_after;
            if count >= context.timing.unseen_checks && lasted {
                open(context, reason, detail, up);
            }
        }
    }
}

fn open(context: &Context, reason: UnseenReason, detail: &str, up: &mut FollowUp) {
    let because = vec![reason.words().to_words()];
    let judgement = Judgement { verdict: Verdict::Unseen, because, despite: vec![], certain: false };
    let mut incident = blank(context, IncidentKind::Unseen, judgement);
    incident.unseen = Some(reason);
    incident.detail = Some(detail.to_owned());
    incident.escalate_at = None;
    let soon = after(context.now, context.timing.group_unseen);
    let not_before = silenced_until(context).map_or(soon, |until| until.max(soon));
    tell(context, 1, &Event::Opened { incident: incident.id }, not_before, up);
    up.incidents.push(incident);
}

fn again(context: &Context, open: &Incident, reason: UnseenReason, detail: &str, up: &mut FollowUp) {
    let detail = Some(detail.to_owned());
    up.incidents.push(Incident { seen: context.now, clean: None, unseen: Some(reason), detail, ..open.clone() });
}
