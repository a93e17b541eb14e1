//! Coverage: comparisons made against comparisons due, and the small notes kept by name.

use super::column::{Time, readable};
use crate::store::{Coverage, Result};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

const HOUR: i64 = 3600 * 1_000_000;

/// The hour of a time, counted from 1970.
pub(super) fn hour(at: Timestamp) -> i64 {
    at.as_microsecond().div_euclid(HOUR)
}

/// Counts one check.
pub(super) fn count(db: &Connection, watch: i64, at: Timestamp, compared: bool) -> Result<()> {
    let sql = "INSERT INTO coverage (hour, watch, checks, compared) VALUES (?1, ?2, 1, ?3) \
               ON CONFLICT (hour, watch) DO UPDATE SET checks = checks + 1, compared = compared + ?3";
    db.prepare_cached(sql)?.execute(params![hour(at), watch, compared])?;
    Ok(())
}

/// Coverage of every enabled watch since the beginning of an hour.
pub(super) fn coverage(db: &Connection, since: Timestamp, now: Timestamp) -> Result<Vec<Coverage>> {
    let sql = "SELECT target, persona, coalesce(sum, 0), compared_at, next_due, aside, counted_from, interval \
               FROM watch LEFT JOIN (SELECT watch, sum(compared) AS sum FROM coverage WHERE hour >= ?1 GROUP BY watch) \
               ON watch = id WHERE enabled = 1 ORDER BY target, persona";
    let from = hour(since);
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map([from], |row| {
        let due = due(from * HOUR, now.as_microsecond(), row.get(6)?, row.get(7)?);
        Ok(Coverage {
            target: row.get(0)?,
            persona: row.get(1)?,
            due,
            compared: row.get::<_, u32>(2)?.into(),
            last: row.get::<_, Option<Time>>(3)?.map(|time| time.0),
            next_due: row.get::<_, Time>(4)?.0,
            quarantined: row.get(5)?,
        })
    })?;
    rows.filter_map(|row| readable(row, "coverage")).collect()
}

/// Comparisons due by the interval between `since` and `now`; the first one is due at `counted_from` itself.
fn due(since: i64, now: i64, counted_from: i64, interval: i64) -> u64 {
    let first = counted_from >= since;
    let span = now.saturating_sub(counted_from.max(since));
    let whole = u64::try_from(span).map(|span| span / interval.max(1).unsigned_abs());
    whole.map_or(0, |whole| whole + u64::from(first))
}

/// A note by its name.
pub(super) fn note(db: &Connection, name: &str) -> Result<Option<String>> {
    Ok(db.prepare_cached("SELECT value FROM note WHERE name = ?1")?.query_row([name], |row| row.get(0)).optional()?)
}

/// The notes whose names begin so, by name.
pub(super) fn notes(db: &Connection, beginning: &str) -> Result<Vec<(String, String)>> {
    let sql = "SELECT name, value FROM note WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name";
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map([beginning], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Keeps a note.
pub(super) fn put_note(db: &Connection, name: &str, value: &str) -> Result<()> {
    let sql = "INSERT INTO note (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2";
    db.prepare_cached(sql)?.execute([name, value])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_counts_the_first_check_and_then_by_interval() {
        assert_eq!(due(0, 99, 100, 10), 0);
        assert_eq!(due(0, 100, 100, 10), 1);
        assert_eq!(due(0, 129, 100, 10), 3);
        assert_eq!(due(1000, 1100, 100, 10), 10);
        assert_eq!(due(0, i64::MAX, i64::MIN, 0), i64::MAX.unsigned_abs());
    }
}
