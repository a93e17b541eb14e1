//! What people agreed beforehand: silences and planned changes, both with an end.

use super::column::{Json, Time, readable};
use super::incident::whole_id;
use crate::model::{PlannedChange, Silence};
use crate::store::Result;
use jiff::Timestamp;
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

/// Ends one by its id or a beginning of it; `false` when there is none that has not ended.
pub(super) fn end<T: Agreed>(db: &Connection, id: &str, now: Timestamp) -> Result<bool> {
    let Some(id) = whole_id(db, T::TABLE, id)? else { return Ok(false) };
    let sql = format!("SELECT body FROM {} WHERE id = ?1 AND until > ?2", T::TABLE);
    let found: Option<Json<T>> =
        db.prepare_cached(&sql)?.query_row(params![id, Time(now)], |row| row.get(0)).optional()?;
    let Some(Json(mut agreed)) = found else { return Ok(false) };
    *agreed.until() = now;
    put(db, agreed)?;
    Ok(true)
}
