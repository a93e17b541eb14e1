//! Two writers of one incident: what each of them may say, and what stays of the other.

use super::Writer;
use crate::model::{Incident, IncidentState, Mark, Trail};

/// What is stored after `new` was written over `stored`.
pub(super) fn merge(stored: Incident, mut new: Incident, writer: Writer) -> Incident {
    new.opened = new.opened.min(stored.opened);
    if writer == Writer::Person {
        // What the page shows is said by checks alone: a mark that was read before a relapse does not undo it.
        (new.clean, new.alarmed_state) = (stored.clean, stored.alarmed_state);
        (new.judgement, new.excerpts) = (stored.judgement.clone(), stored.excerpts.clone());
        (new.unseen, new.detail) = (stored.unseen, stored.detail.clone());
        new.trail.gone.clone_from(&stored.trail.gone);
    }
    new.seen = new.seen.max(stored.seen);
    if stored.level > new.level {
        // Escalated while this was being decided: its next time is the one that counts.
        (new.level, new.escalate_at) = (stored.level, stored.escalate_at);
    }
    new.evidence = stored.evidence.or(new.evidence);
    new.confirmed = new.confirmed.or(stored.confirmed);
    if new.excerpts.is_empty() {
        new.excerpts = stored.excerpts;
    }
    new.join_findings(stored.findings);
    new.resolved = stored.resolved.or(new.resolved);
    if stored.trail.reopened > new.trail.reopened {
        // Grown worse while this was being decided.
        (new.trail.reopened, new.escalate_at) = (stored.trail.reopened, stored.escalate_at);
    }
    join_trails(stored.trail, &mut new);
    put_marks(stored.acknowledged, &mut new);
    put_state(stored.state, &mut new);
    new
}

fn join_trails(stored: Trail, new: &mut Incident) {
    for (rule, told) in stored.told {
        match new.trail.told.get(&rule) {
            Some(known) if (known.times, known.last) >= (told.times, told.last) => {}
            _ => drop(new.trail.told.insert(rule, told)),
        }
    }
    let captures = std::mem::replace(&mut new.trail.captures, stored.captures);
    captures.into_iter().for_each(|capture| new.keep_capture(capture));
    let added = std::mem::replace(&mut new.trail.rejected, stored.rejected);
    new.trail.rejected.extend(added);
    new.trail.rejected = distinct(std::mem::take(&mut new.trail.rejected));
    let earlier = std::mem::replace(&mut new.trail.earlier, stored.earlier);
    new.trail.earlier.extend(earlier);
}

/// The first acknowledgement counts; one from before the incident grew worse is history.
fn put_marks(stored: Option<Mark>, new: &mut Incident) {
    let reopened = new.trail.reopened;
    let counts = |mark: &Mark| reopened.is_none_or(|at| mark.at >= at);
    let marks: Vec<Mark> = stored.into_iter().chain(new.acknowledged.take()).collect();
    new.acknowledged = marks.iter().find(|mark| counts(mark)).cloned();
    new.trail.earlier.extend(marks.into_iter().filter(|mark| !counts(mark)));
    new.trail.earlier.sort_by_key(|mark| mark.at);
    new.trail.earlier = distinct(std::mem::take(&mut new.trail.earlier));
}

fn put_state(stored: IncidentState, new: &mut Incident) {
    if stored == IncidentState::Resolved || new.resolved.is_some() {
        new.state = IncidentState::Resolved;
    } else if new.acknowledged.is_some() {
        new.state = IncidentState::Acknowledged;
    } else if new.trail.reopened.is_some() {
        new.state = IncidentState::Open;
    }
    if new.state != IncidentState::Open {
        new.escalate_at = None;
    }
}

fn distinct<T: PartialEq>(all: Vec<T>) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    for one in all {
        if !kept.contains(&one) {
            kept.push(one);
        }
    }
    kept
}
