//! What is due, what is in flight, and what is set aside.

use super::check::target_state;
use super::column::{Json, Time, readable};
use crate::model::{Persona, Target, TargetId, TargetState};
use crate::store::{Due, InFlight, Result};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::HashMap;

/// A mark of another process that nobody took over holds a target back no longer than this: that process died or lost it.
const FORGOTTEN: SignedDuration = SignedDuration::from_mins(15);

/// Enabled watches whose time has come.
pub(super) fn due(db: &Connection, me: i64, now: Timestamp, limit: u32, per_host: u32) -> Result<Vec<Due>> {
    let forgotten = now.saturating_sub(FORGOTTEN).unwrap_or(Timestamp::MIN);
    let mut busy = busy_hosts(db, me, forgotten)?;
    let mut found = Vec::new();
    let mut take = |row: &Row<'_>| -> Result<bool> {
        let busy = busy.entry(row.get(1)?).or_default();
        if *busy < per_host
            && let Some(due) = load(db, row.get(0)?)?
        {
            *busy += 1;
            found.push(due);
        }
        Ok((found.len() as u64) < u64::from(limit))
    };
    let lost = "SELECT id, host FROM watch WHERE begun < ?2 AND owner <> ?3 AND alone IS NULL \
                AND enabled = 1 AND aside = 0 AND next_due <= ?1 ORDER BY next_due";
    let waiting = "SELECT id, host FROM watch INDEXED BY watch_due \
                   WHERE enabled = 1 AND begun IS NULL AND aside = 0 AND next_due <= ?1 ORDER BY next_due, host, id";
    if limit > 0 && each(db, lost, params![Time(now), Time(forgotten), me], &mut take)? {
        each(db, waiting, params![Time(now)], &mut take)?;
    }
    found.sort_by_key(|due| due.at);
    Ok(found)
}

/// Hands rows over until `take` says that it is enough; `false` then.
fn each(
    db: &Connection,
    sql: &str,
    values: &[&dyn rusqlite::ToSql],
    take: &mut impl FnMut(&Row<'_>) -> Result<bool>,
) -> Result<bool> {
    let mut query = db.prepare_cached(sql)?;
    let mut rows = query.query(values)?;
    while let Some(row) = rows.next()? {
        if !take(row)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn busy_hosts(db: &Connection, me: i64, forgotten: Timestamp) -> Result<HashMap<String, u32>> {
    let sql = "SELECT host, count(*) FROM watch WHERE begun IS NOT NULL \
               AND NOT (begun < ?1 AND owner <> ?2 AND alone IS NULL) GROUP BY host";
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map(params![Time(forgotten), me], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn load(db: &Connection, watch: i64) -> Result<Option<Due>> {
    let sql = "SELECT watch.persona, watch.next_due, target.body FROM watch \
               JOIN target ON target.id = watch.target WHERE watch.id = ?1";
    let row = db.prepare_cached(sql)?.query_row([watch], |row| {
        let (persona, at) = (row.get(0)?, row.get::<_, Time>(1)?.0);
        Ok(Due { target: row.get::<_, Json<Target>>(2)?.0, persona, at })
    });
    row.optional().transpose().and_then(|row| readable(row, "target")).transpose()
}

/// When the next watch is due.
pub(super) fn next_due(db: &Connection) -> Result<Option<Timestamp>> {
    let sql = "SELECT min(next_due) FROM watch INDEXED BY watch_due \
               WHERE enabled = 1 AND begun IS NULL AND aside = 0";
    let next: Option<Time> = db.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    Ok(next.map(|time| time.0))
}

/// Marks checks as in flight, and reads what each begins from.
pub(super) fn begin(
    db: &Connection,
    me: i64,
    checks: &[(TargetId, Persona)],
    now: Timestamp,
) -> Result<Vec<Option<TargetState>>> {
    let sql = "UPDATE watch SET begun = ?3, owner = ?4, alone = NULL, again = 0 \
               WHERE target = ?1 AND persona = ?2 AND enabled >= 0";
    let mut update = db.prepare_cached(sql)?;
    let mut states = Vec::with_capacity(checks.len());
    for (target, persona) in checks {
        let known = update.execute(params![target, persona, Time(now), me])? > 0;
        states.push(known.then(|| target_state(db, target, *persona)).transpose()?);
    }
    Ok(states)
}

/// Whose mark of a check in flight the opened store `?1` may change: its own, and that of a process known to be dead.
pub(super) const OURS: &str = "(owner IS NULL OR owner = ?1 OR alone IS NOT NULL)";

/// Takes a mark away without a result.
pub(super) fn abandon(db: &Connection, me: i64, target: &TargetId, persona: Persona) -> Result<()> {
    let sql = format!(
        "UPDATE watch SET begun = NULL, owner = NULL, alone = NULL, again = 0 \
         WHERE target = ?2 AND persona = ?3 AND {OURS}"
    );
    db.prepare_cached(&sql)?.execute(params![me, target, persona])?;
    Ok(())
}

/// The marks of processes that died, each death counted once.
pub(super) fn in_flight(db: &Connection, me: i64) -> Result<Vec<InFlight>> {
    // Counted first and marked then: an UPDATE that counts would see its own marks.
    let sql =
        "SELECT owner, count(*) FROM watch WHERE begun IS NOT NULL AND owner <> ?1 AND alone IS NULL GROUP BY owner";
    let mut query = db.prepare_cached(sql)?;
    let dead = query.query_map([me], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
    for (owner, marks) in dead.collect::<rusqlite::Result<Vec<_>>>()? {
        let sql = "UPDATE watch SET deaths = deaths + 1, alone = ?2 \
                   WHERE begun IS NOT NULL AND owner = ?1 AND alone IS NULL";
        db.prepare_cached(sql)?.execute(params![owner, marks == 1])?;
    }
    let mut query = db.prepare_cached(
        "SELECT target, persona, alone, deaths FROM watch WHERE begun IS NOT NULL AND owner <> ?1 ORDER BY begun, id",
    )?;
    let rows = query.query_map([me], |row| {
        Ok(InFlight { target: row.get(0)?, persona: row.get(1)?, alone: row.get(2)?, deaths: row.get(3)? })
    })?;
    rows.filter_map(|row| readable(row, "checks in flight")).collect()
}

/// Sets a watch aside.
pub(super) fn set_aside(db: &Connection, me: i64, target: &TargetId, persona: Persona) -> Result<()> {
    let sql = format!(
        "UPDATE watch SET aside = 1, begun = iif({OURS}, NULL, begun), again = iif({OURS}, 0, again), \
         owner = iif({OURS}, NULL, owner), alone = iif({OURS}, NULL, alone) WHERE target = ?2 AND persona = ?3"
    );
    db.prepare_cached(&sql)?.execute(params![me, target, persona])?;
    Ok(())
}

/// Takes a watch back that was set aside, and makes it due; any other stays as it is.
pub(super) fn take_back(db: &Connection, target: &TargetId, persona: Persona, now: Timestamp) -> Result<()> {
    let sql = "UPDATE watch SET aside = 0, deaths = 0, next_due = min(next_due, ?3) \
               WHERE target = ?1 AND persona = ?2 AND aside = 1";
    db.prepare_cached(sql)?.execute(params![target, persona, Time(now)])?;
    Ok(())
}
