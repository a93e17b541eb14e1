//! Repairs of the record: kept, whoever made them, until the operators have been told.

use super::column::{Json, Time, readable};
use crate::model::Words;
use crate::store::{Damage, Repair, Result};
use jiff::Timestamp;
use rusqlite::{Connection, params};

/// Keeps a repair.
pub(super) fn put(db: &Connection, repair: &Damage, at: Timestamp) -> Result<()> {
    let sql = "INSERT INTO repair (at, path, line, what) VALUES (?1, ?2, ?3, ?4)";
    let line = repair.line.map(|line| i64::try_from(line).unwrap_or(i64::MAX));
    db.prepare_cached(sql)?.execute(params![Time(at), repair.path.to_string_lossy(), line, Json(&repair.what)])?;
    Ok(())
}

/// Repairs that nobody has been told of, oldest first.
pub(super) fn untold(db: &Connection) -> Result<Vec<Repair>> {
    let mut query = db.prepare_cached("SELECT id, at, path, line, what FROM repair WHERE told = 0 ORDER BY id")?;
    let rows = query.query_map([], |row| {
        let (path, line): (String, Option<i64>) = (row.get(2)?, row.get(3)?);
        let Json(what): Json<Words> = row.get(4)?;
        let damage = Damage { path: path.into(), line: line.map(i64::unsigned_abs), what };
        Ok(Repair { id: row.get(0)?, at: row.get::<_, Time>(1)?.0, damage })
    })?;
    rows.filter_map(|row| readable(row, "repairs")).collect()
}

/// They have been told.
pub(super) fn told(db: &Connection, repairs: &[i64]) -> Result<()> {
    for repair in repairs {
        db.prepare_cached("UPDATE repair SET told = 1 WHERE id = ?1")?.execute([repair])?;
    }
    Ok(())
}

/// Drops those that were told and are older than `before`.
pub(super) fn prune(db: &Connection, before: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM repair WHERE told = 1 AND at < ?1";
    Ok(db.prepare_cached(sql)?.execute([Time(before)])? as u64)
}
