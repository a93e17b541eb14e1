//! What people agreed beforehand: silences and planned changes, both with an end.

use super::column::{Json, Time, readable};
use super::incident::{self, whole_id};
use crate::model::{Event, IncidentKind, Notice, PlannedChange, Silence, TargetId};
use crate::store::Result;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// Something with an id and an end, kept in a table of its own.
pub(super) trait Agreed: Serialize + DeserializeOwned {
    /// Its table.
    const TABLE: &'static str;
    fn id(&self) -> Uuid;
    fn until(&mut self) -> &mut Timestamp;
}

impl Agreed for Silence {
    const TABLE: &'static str = "silence";
    fn id(&self) -> Uuid {
        self.id
    }
    fn until(&mut self) -> &mut Timestamp {
        &mut self.until
    }
}

impl Agreed for PlannedChange {
    const TABLE: &'static str = "plan";
    fn id(&self) -> Uuid {
        self.id
    }
    fn until(&mut self) -> &mut Timestamp {
        &mut self.until
    }
}

/// Those that have not ended, the first to end first.
pub(super) fn current<T: Agreed>(db: &Connection, now: Timestamp) -> Result<Vec<T>> {
    let sql = format!("SELECT body FROM {} WHERE until > ?1 ORDER BY until, id", T::TABLE);
    let mut query = db.prepare_cached(&sql)?;
    let rows = query.query_map([Time(now)], |row| Ok(row.get::<_, Json<T>>(0)?.0))?;
    rows.filter_map(|row| readable(row, T::TABLE)).collect()
}

/// Adds one, or replaces that of the same id.
pub(super) fn put<T: Agreed>(db: &Connection, mut agreed: T) -> Result<()> {
    let sql = format!("INSERT OR REPLACE INTO {} (id, until, body) VALUES (?1, ?2, ?3)", T::TABLE);
    let (id, until) = (agreed.id().to_string(), Time(*agreed.until()));
    db.prepare_cached(&sql)?.execute(params![id, until, Json(&agreed)])?;
    Ok(())
}

/// Ends one by its id or a beginning of it, and returns it as it was; none when there is none that has not ended.
pub(super) fn end<T: Agreed + Clone>(db: &Connection, id: &str, now: Timestamp) -> Result<Option<T>> {
    let Some(id) = whole_id(db, T::TABLE, id)? else { return Ok(None) };
    let sql = format!("SELECT body FROM {} WHERE id = ?1 AND until > ?2", T::TABLE);
    let found: Option<Json<T>> =
        db.prepare_cached(&sql)?.query_row(params![id, Time(now)], |row| row.get(0)).optional()?;
    let Some(Json(agreed)) = found else { return Ok(None) };
    let mut ended = agreed.clone();
    *ended.until() = now;
    put(db, ended)?;
    Ok(Some(agreed))
}

/// Ends a silence and lets go what it alone held back.
pub(super) fn end_silence(db: &Connection, id: &str, now: Timestamp) -> Result<bool> {
    let Some(silence) = end::<Silence>(db, id, now)? else { return Ok(false) };
    let others = current::<Silence>(db, now)?;
    for notice in held_back(db, silence.until)? {
        let Some(target) = may_be_held(db, &notice.event)? else { continue };
        let covers = |silence: &&Silence| silence.target.as_ref().is_none_or(|covered| *covered == target);
        if !covers(&&silence) {
            continue;
        }
        let longest = others.iter().filter(covers).map(|other| other.until).max();
        let free = longest.map_or(now, |until| until.max(now));
        let not_before = match notice.event {
            // What is told at once waited for the very end of the silence, a review for the first digest after it.
            _ if notice.not_before == silence.until => free,
            Event::Review { .. } => first_digest(notice.not_before, free),
            _ => continue,
        };
        if not_before < notice.not_before {
            let (id, earlier) = (notice.id.to_string(), Notice { not_before, ..notice });
            let sql = "UPDATE notice SET not_before = ?2, body = ?3 WHERE id = ?1 AND message IS NULL";
            db.prepare_cached(sql)?.execute(params![id, Time(not_before), Json(&earlier)])?;
        }
    }
    Ok(true)
}

/// Notices in no message that wait for this time or a later one.
fn held_back(db: &Connection, from: Timestamp) -> Result<Vec<Notice>> {
    let sql = "SELECT body FROM notice WHERE message IS NULL AND not_before >= ?1";
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map([Time(from)], |row| Ok(row.get::<_, Json<Notice>>(0)?.0))?;
    rows.filter_map(|row| readable(row, "notices")).collect()
}

/// Whose page an event is about that a silence may hold back: reviews, and incidents of not seeing.
fn may_be_held(db: &Connection, event: &Event) -> Result<Option<TargetId>> {
    match event {
        Event::Review { target, .. } => Ok(Some(target.clone())),
        Event::Opened { incident } | Event::Resolved { incident } => {
            let found = incident::find(db, &incident.to_string())?;
            Ok(found.filter(|incident| incident.kind == IncidentKind::Unseen).map(|incident| incident.target))
        }
        _ => Ok(None),
    }
}

/// The first time from `from` on that lies whole days before `digest`, which Japan time allows: it knows no summer time.
fn first_digest(digest: Timestamp, from: Timestamp) -> Timestamp {
    let days = digest.duration_since(from).as_hours() / 24;
    digest.saturating_sub(SignedDuration::from_hours(24 * days.max(0))).unwrap_or(digest)
}
