//! Retention: drops what is old in small steps, so that no check waits long for the writer.

use super::column::Time;
use super::{Shared, body, coverage, habit, outbox, repair};
use crate::store::{Result, Retention};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

/// Rows dropped in one write.
const STEP: u32 = 2000;

fn before(now: Timestamp, age: std::time::Duration) -> Timestamp {
    let age = SignedDuration::try_from(age).unwrap_or(SignedDuration::MAX);
    now.saturating_sub(age).unwrap_or(Timestamp::MIN)
}

/// Drops what retention allows to drop; returns the number of rows.
pub(super) async fn prune(shared: &Shared, retention: Retention, now: Timestamp) -> Result<u64> {
    let mut dropped = observations(shared, &retention, now).await?;
    let (resolved, arrived) = (before(now, retention.incidents), before(now, retention.messages));
    let counted = coverage::hour(before(now, retention.observations));
    dropped += steps(shared, move |db| outbox::prune(db, arrived, STEP)).await?;
    dropped += steps(shared, move |db| outbox::prune_given_up(db, arrived, STEP)).await?;
    dropped += steps(shared, move |db| repair::prune(db, arrived)).await?;
    dropped += steps(shared, move |db| incidents(db, resolved)).await?;
    dropped += steps(shared, move |db| ended(db, resolved)).await?;
    dropped += steps(shared, move |db| old_coverage(db, counted)).await?;
    dropped += steps(shared, unregistered).await?;
    dropped += steps(shared, habit::prune).await?;
    dropped += steps(shared, |db| body::prune(db, STEP)).await?;
    Ok(dropped)
}

/// Repeats a step until it drops nothing more.
async fn steps(shared: &Shared, step: impl Fn(&Connection) -> Result<u64> + Send + Copy + 'static) -> Result<u64> {
    let mut dropped = 0;
    loop {
        let more = shared.writer.run(step).await?;
        dropped += more;
        if more == 0 {
            return Ok(dropped);
        }
    }
}

async fn observations(shared: &Shared, retention: &Retention, now: Timestamp) -> Result<u64> {
    let (old, limit) = (before(now, retention.observations), retention.observations_per_target);
    let range = |db: &Connection| {
        let sql = "SELECT coalesce(min(id), 1), coalesce(max(id), 0) FROM observation";
        Ok(db.query_row(sql, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?)
    };
    let (mut from, last) = shared.readers.run(range).await?;
    let mut dropped = 0;
    while from <= last {
        let to = from.saturating_add(STEP.into());
        dropped += shared.writer.run(move |db| observations_between(db, from, to, old, limit)).await?;
        from = to;
    }
    Ok(dropped)
}

/// Drops those of the ids `from..to` that are old, or have enough newer ones of the same watch after them.
fn observations_between(db: &Connection, from: i64, to: i64, old: Timestamp, limit: u32) -> Result<u64> {
    let sql = "DELETE FROM observation WHERE id >= ?1 AND id < ?2 AND (at < ?3 OR sequence <= \
               (SELECT watch.sequence - ?4 FROM watch WHERE watch.id = observation.watch))";
    Ok(db.prepare_cached(sql)?.execute(params![from, to, Time(old), limit])? as u64)
}

/// Resolved incidents, but for those about which something is still to be told.
fn incidents(db: &Connection, before: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM incident WHERE id IN (SELECT id FROM incident WHERE state = 2 AND ended < ?1 \
               AND NOT EXISTS (SELECT 1 FROM notice WHERE message IS NULL AND notice.incident = incident.id) \
               AND NOT EXISTS (SELECT 1 FROM message_incident AS link JOIN message ON message.id = link.message \
               WHERE link.incident = incident.id AND message.next_attempt IS NOT NULL) LIMIT ?2)";
    Ok(db.prepare_cached(sql)?.execute(params![Time(before), STEP])? as u64)
}

/// Silences and planned changes that ended.
fn ended(db: &Connection, before: Timestamp) -> Result<u64> {
    let silences = db.prepare_cached("DELETE FROM silence WHERE until < ?1")?.execute([Time(before)])?;
    let plans = db.prepare_cached("DELETE FROM plan WHERE until < ?1")?.execute([Time(before)])?;
    Ok((silences + plans) as u64)
}

fn old_coverage(db: &Connection, before: i64) -> Result<u64> {
    let sql = "DELETE FROM coverage WHERE (hour, watch) IN (SELECT hour, watch FROM coverage WHERE hour < ?1 LIMIT ?2)";
    Ok(db.prepare_cached(sql)?.execute(params![before, STEP])? as u64)
}

/// Watches that ended and whose last observation is gone.
fn unregistered(db: &Connection) -> Result<u64> {
    let sql = "DELETE FROM watch WHERE id IN (SELECT id FROM watch WHERE enabled = -1 \
               AND NOT EXISTS (SELECT 1 FROM observation WHERE observation.id = watch.latest) LIMIT ?1)";
    Ok(db.prepare_cached(sql)?.execute([STEP])? as u64)
}
