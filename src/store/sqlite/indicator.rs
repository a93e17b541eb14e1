//! Indicators of compromise by their source.

use super::column::{Time, readable};
use crate::model::{Indicator, IndicatorSource};
use crate::store::Result;
use jiff::Timestamp;
use rusqlite::{Connection, params};

/// Puts the indicators of a source in the place of those it had.
pub(super) fn put(db: &Connection, name: &str, indicators: &[Indicator], now: Timestamp) -> Result<()> {
    remove(db, name)?;
    db.execute("INSERT INTO indicator_source (name, imported, count) VALUES (?1, ?2, 0)", params![name, Time(now)])?;
    let (source, mut count) = (db.last_insert_rowid(), 0);
    let sql =
        "INSERT OR IGNORE INTO indicator (source, kind, value, since, until, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let mut insert = db.prepare_cached(sql)?;
    for one in indicators {
        count +=
            insert.execute(params![source, one.kind, one.value, Time(one.since), one.until.map(Time), one.note])?;
    }
    // Counted once: the service looks at the sources every few seconds.
    db.execute("UPDATE indicator_source SET count = ?2 WHERE id = ?1", params![source, count as i64])?;
    Ok(())
}

/// Takes a source away; `false` when there is none of that name.
pub(super) fn remove(db: &Connection, name: &str) -> Result<bool> {
    let of = "DELETE FROM indicator WHERE source = (SELECT id FROM indicator_source WHERE name = ?1)";
    db.execute(of, [name])?;
    Ok(db.execute("DELETE FROM indicator_source WHERE name = ?1", [name])? > 0)
}

/// The sources by name.
pub(super) fn sources(db: &Connection) -> Result<Vec<IndicatorSource>> {
    let mut query = db.prepare_cached("SELECT name, imported, count FROM indicator_source ORDER BY name")?;
    let rows = query.query_map([], |row| {
        let count = row.get::<_, i64>(2)?.unsigned_abs();
        Ok(IndicatorSource { name: row.get(0)?, imported: row.get::<_, Time>(1)?.0, count })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// All of them, by source.
pub(super) fn all(db: &Connection) -> Result<Vec<(IndicatorSource, Vec<Indicator>)>> {
    let mut all = Vec::new();
    for source in sources(db)? {
        let indicators = of(db, &source.name)?;
        all.push((source, indicators));
    }
    Ok(all)
}

fn of(db: &Connection, name: &str) -> Result<Vec<Indicator>> {
    let sql = "SELECT kind, value, since, until, note FROM indicator \
               WHERE source = (SELECT id FROM indicator_source WHERE name = ?1)";
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map([name], |row| {
        let (since, until) = (row.get::<_, Time>(2)?.0, row.get::<_, Option<Time>>(3)?.map(|time| time.0));
        Ok(Indicator { kind: row.get(0)?, value: row.get(1)?, since, until, note: row.get(4)? })
    })?;
    rows.filter_map(|row| readable(row, "indicators")).collect()
}
