//! Incidents: opened and changed by checks and by people, neither undoing what the other wrote.

mod merge;

use super::column::{Json, Time, readable};
use super::outbox;
use crate::model::words;
use crate::model::{Event, Evidence, Incident, IncidentState, Mark, Notice, Persona, TargetId};
use crate::store::{Result, StoreError};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, ToSql, params};
use uuid::Uuid;

/// Who writes an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writer {
    /// A check: it alone says what the page shows.
    Check,
    /// A person, or the escalation: what they read may be older than the latest check.
    Person,
}

/// Writes an incident. What was written since it was read stays: the marks of people, the first evidence, the findings,
/// and, when it is not a check that writes, what the latest check saw.
pub(super) fn put(db: &Connection, incident: &Incident, writer: Writer) -> Result<()> {
    let incident = match load(db, incident.id)? {
        Some(stored) => merge::merge(stored, incident.clone(), writer),
        None => incident.clone(),
    };
    let sql = "INSERT INTO incident (id, target, persona, state, opened, ended, escalate_at, evidence, body) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (id) DO UPDATE SET \
               target = ?2, persona = ?3, state = ?4, opened = ?5, ended = ?6, escalate_at = ?7, evidence = ?8, body = ?9";
    let ended = incident
        .resolved
        .as_ref()
        .map(|mark| mark.at)
        .or((incident.state == IncidentState::Resolved).then_some(incident.seen));
    db.prepare_cached(sql)?.execute(params![
        incident.id.to_string(),
        incident.target,
        incident.persona,
        incident.state,
        Time(incident.opened),
        ended.map(Time),
        incident.escalate_at.map(Time),
        incident.evidence,
        Json(&incident),
    ])?;
    put_captures(db, &incident)
}

/// The bodies that an incident keeps, where retention looks for them.
fn put_captures(db: &Connection, incident: &Incident) -> Result<()> {
    let id = incident.id.to_string();
    db.prepare_cached("DELETE FROM incident_capture WHERE incident = ?1")?.execute([&id])?;
    for digest in incident.trail.captures.iter().flat_map(Evidence::kept) {
        let sql = "INSERT OR IGNORE INTO incident_capture (incident, digest) VALUES (?1, ?2)";
        db.prepare_cached(sql)?.execute(params![id, digest])?;
    }
    Ok(())
}

/// Writes the incidents of a check. One that another check has opened in the meantime goes on as that one; returns the
/// ids that were given up for it.
pub(super) fn put_all(db: &Connection, incidents: &[Incident]) -> Result<Vec<Uuid>> {
    let mut given_up = Vec::new();
    for incident in incidents {
        match twin(db, incident)? {
            Some(id) => {
                given_up.push(incident.id);
                put(db, &Incident { id, ..incident.clone() }, Writer::Check)?;
            }
            None => put(db, incident, Writer::Check)?,
        }
    }
    Ok(given_up)
}

/// The open incident of the same kind on the same page, when this one is new.
fn twin(db: &Connection, incident: &Incident) -> Result<Option<Uuid>> {
    if incident.state == IncidentState::Resolved || load(db, incident.id)?.is_some() {
        return Ok(None);
    }
    let open = open(db, &incident.target, incident.persona)?;
    Ok(open.into_iter().find(|other| other.kind == incident.kind).map(|other| other.id))
}

/// A damaged row is replaced by whoever writes the incident next.
fn load(db: &Connection, id: Uuid) -> Result<Option<Incident>> {
    let sql = "SELECT body FROM incident WHERE id = ?1";
    let row = db.prepare_cached(sql)?.query_row([id.to_string()], |row| Ok(row.get::<_, Json<Incident>>(0)?.0));
    row.optional().transpose().and_then(|row| readable(row, "incident")).transpose()
}

fn list(db: &Connection, sql: &str, values: &[&dyn ToSql]) -> Result<Vec<Incident>> {
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map(values, |row| Ok(row.get::<_, Json<Incident>>(0)?.0))?;
    rows.filter_map(|row| readable(row, "incidents")).collect()
}

/// The incidents of a watch that are not resolved, oldest first. A damaged row is passed over: a check that does not know of
/// an incident opens it a second time, which is better than a watch that ends with every start.
pub(super) fn open(db: &Connection, target: &TargetId, persona: Persona) -> Result<Vec<Incident>> {
    let sql = "SELECT body FROM incident WHERE target = ?1 AND persona = ?2 AND state < 2 ORDER BY opened, id";
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map(params![target, persona], |row| Ok(row.get::<_, Json<Incident>>(0)?.0))?;
    rows.filter_map(|row| readable(row, "incidents")).collect()
}

/// Incidents, newest first.
pub(super) fn incidents(db: &Connection, all: bool, limit: u32) -> Result<Vec<Incident>> {
    let sql = if all {
        "SELECT body FROM incident ORDER BY opened DESC, id DESC LIMIT ?1"
    } else {
        "SELECT body FROM incident WHERE state < 2 ORDER BY opened DESC, id DESC LIMIT ?1"
    };
    list(db, sql, params![limit])
}

/// An incident by its id or a beginning of it.
pub(super) fn find(db: &Connection, id: &str) -> Result<Option<Incident>> {
    let Some(id) = whole_id(db, "incident", id)? else { return Ok(None) };
    let sql = "SELECT body FROM incident WHERE id = ?1";
    Ok(db.prepare_cached(sql)?.query_row([id], |row| row.get::<_, Json<Incident>>(0)).optional()?.map(|json| json.0))
}

/// Open incidents whose next level is due.
pub(super) fn escalations(db: &Connection, now: Timestamp) -> Result<Vec<Incident>> {
    let sql = "SELECT body FROM incident WHERE state = 0 AND escalate_at IS NOT NULL AND escalate_at <= ?1 \
               ORDER BY escalate_at, id";
    list(db, sql, params![Time(now)])
}

/// Resolves the incidents of a target that is no longer watched, and tells everybody who was told of them.
pub(super) fn resolve_removed(db: &Connection, target: &TargetId, persona: Persona, now: Timestamp) -> Result<()> {
    let sql = "SELECT body FROM incident WHERE target = ?1 AND persona = ?2 AND state < 2";
    for mut incident in list(db, sql, params![target, persona])? {
        incident.state = IncidentState::Resolved;
        incident.resolved = Some(Mark { by: "hinomi".to_owned(), at: now, reason: "removed".to_owned() });
        put(db, &incident, Writer::Person)?;
        let event = Event::Resolved { incident: incident.id };
        let notice = |receiver| Notice { id: Uuid::now_v7(), receiver, event: event.clone(), at: now, not_before: now };
        let told: Vec<Notice> = outbox::told_of(db, incident.id)?.into_iter().map(notice).collect();
        outbox::put_notices(db, &told)?;
    }
    Ok(())
}

/// The whole id that begins so, in a table with textual UUIDs as `id`.
pub(super) fn whole_id(db: &Connection, table: &str, start: &str) -> Result<Option<String>> {
    let start = start.to_ascii_lowercase();
    if start.is_empty() || !start.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit()) {
        return Ok(None);
    }
    let sql = format!("SELECT id FROM {table} WHERE id >= ?1 AND id < ?1 || 'g' ORDER BY id LIMIT 2");
    let mut query = db.prepare_cached(&sql)?;
    let found: Vec<String> = query.query_map([&start], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    match found.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one.clone())),
        [first, ..] if *first == start => Ok(Some(start)),
        _ => Err(StoreError::Refused(words!(
            "several ids begin with {start}; write more of it",
            "{start} で始まるIDが複数あります。もっと長く書いてください"
        ))),
    }
}
