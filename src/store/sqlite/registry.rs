//! The registry, and how a new one changes what is watched.

use super::column::{Json, Time, readable};
use super::{approval, incident};
use crate::model::words;
use crate::model::{Digest, Organisation, Persona, Registry, Target, TargetId};
use crate::store::{Result, StoreError};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The stored registry. Damaged rows are left out; the next registry replaces them.
pub(super) fn read(db: &Connection) -> Result<Registry> {
    let organisations = bodies::<Organisation>(db, "SELECT body FROM organisation")?;
    let targets = bodies::<Target>(db, "SELECT body FROM target")?;
    Ok(Registry {
        organisations: organisations.into_iter().map(|organisation| (organisation.id.clone(), organisation)).collect(),
        targets: targets.into_iter().map(|target| (target.id.clone(), target)).collect(),
    })
}

fn bodies<T: serde::de::DeserializeOwned>(db: &Connection, sql: &str) -> Result<Vec<T>> {
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map([], |row| row.get::<_, Json<T>>(0).map(|json| json.0))?;
    rows.filter_map(|row| readable(row, "registry")).collect()
}

/// Makes the stored registry equal to this one.
pub(super) fn put(db: &Connection, registry: &Registry, now: Timestamp) -> Result<()> {
    let mut old = stored(db, "SELECT id, body FROM target")?;
    if registry.targets.is_empty() && !old.is_empty() {
        return Err(StoreError::EmptyRegistry { stored: old.len() });
    }
    put_organisations(db, registry)?;
    let mut fresh = Vec::new();
    for target in registry.targets.values() {
        let body = text(target)?;
        match old.remove(target.id.as_str()) {
            Some(before) if before == body => {}
            before => {
                let sql = "INSERT INTO target (id, body) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET body = ?2";
                db.prepare_cached(sql)?.execute(params![target.id, body])?;
                let before = before.and_then(|body| serde_json::from_str::<Target>(&body).ok());
                fresh.extend(register(db, target, before.as_ref(), now)?);
            }
        }
    }
    for id in old.into_keys() {
        db.prepare_cached("DELETE FROM target WHERE id = ?1")?.execute([&id])?;
        // An id that is none was written by hand: nothing else hangs on it.
        if let Ok(id) = id.parse() {
            remove(db, &id, &HashSet::new(), now)?;
        }
    }
    spread(db, fresh, now)
}

fn put_organisations(db: &Connection, registry: &Registry) -> Result<()> {
    let mut old = stored(db, "SELECT id, body FROM organisation")?;
    for organisation in registry.organisations.values() {
        let body = text(organisation)?;
        if old.remove(organisation.id.as_str()).as_ref() != Some(&body) {
            let sql = "INSERT INTO organisation (id, body) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET body = ?2";
            db.prepare_cached(sql)?.execute(params![organisation.id, body])?;
        }
    }
    for id in old.into_keys() {
        db.prepare_cached("DELETE FROM organisation WHERE id = ?1")?.execute([id])?;
    }
    Ok(())
}

fn stored(db: &Connection, sql: &str) -> Result<HashMap<String, String>> {
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn text<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| {
        StoreError::Refused(words!("the registry cannot be stored: {error}", "登録簿を保管できません: {error}"))
    })
}

/// A watch that begins now, waiting for its place in the interval.
struct Fresh {
    watch: i64,
    interval: SignedDuration,
    order: Digest,
}

fn register(db: &Connection, target: &Target, before: Option<&Target>, now: Timestamp) -> Result<Vec<Fresh>> {
    let kept: HashSet<Persona> = target.personas.iter().copied().collect();
    remove(db, &target.id, &kept, now)?;
    let mut fresh = Vec::new();
    for &persona in &kept {
        let sql = "SELECT id, enabled FROM watch WHERE target = ?1 AND persona = ?2";
        let found = db
            .prepare_cached(sql)?
            .query_row(params![target.id, persona], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)? == 1)));
        let (watch, was_enabled) = match found.optional()? {
            Some((watch, was_enabled)) => {
                amend(db, watch, target, before, now)?;
                (watch, was_enabled)
            }
            None => (insert(db, target, persona, now)?, false),
        };
        if target.enabled && !was_enabled {
            let order = Digest::of(format!("{} {}", target.id, persona.as_str()));
            fresh.push(Fresh { watch, interval: interval(target), order });
        }
    }
    Ok(fresh)
}

fn interval(target: &Target) -> SignedDuration {
    SignedDuration::try_from(target.interval).unwrap_or(SignedDuration::MAX)
}

/// An interval as microseconds, at least one.
fn microseconds(interval: SignedDuration) -> i64 {
    i64::try_from(interval.as_micros()).unwrap_or(i64::MAX).max(1)
}

fn host(target: &Target) -> &str {
    target.url.host_str().unwrap_or_default()
}

fn insert(db: &Connection, target: &Target, persona: Persona, now: Timestamp) -> Result<i64> {
    let sql = "INSERT INTO watch (target, persona, host, interval, enabled, counted_from, next_due) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)";
    let interval = microseconds(interval(target));
    db.prepare_cached(sql)?.execute(params![target.id, persona, host(target), interval, target.enabled, Time(now)])?;
    let watch = db.last_insert_rowid();
    approval::refresh(db, &target.id, persona)?;
    Ok(watch)
}

/// Brings a watch in line with its target. What was said about the last answer no longer counts when what is fetched or
/// how it is judged has changed.
fn amend(db: &Connection, watch: i64, target: &Target, before: Option<&Target>, now: Timestamp) -> Result<()> {
    let differs = |part: fn(&Target, &Target) -> bool| before.is_none_or(|before| part(before, target));
    let moved = differs(|a, b| a.url != b.url);
    let due = moved || differs(|a, b| a.masks != b.masks || a.personas != b.personas);
    db.prepare_cached("UPDATE watch SET host = ?2, enabled = ?3 WHERE id = ?1")?.execute(params![
        watch,
        host(target),
        target.enabled
    ])?;
    if differs(|a, b| a.interval != b.interval) {
        change_interval(db, watch, interval(target), now)?;
    }
    if due {
        let sql = "UPDATE watch SET next_due = min(next_due, ?2), again = begun IS NOT NULL WHERE id = ?1";
        db.prepare_cached(sql)?.execute(params![watch, Time(now)])?;
    }
    if due || differs(|a, b| a.policy != b.policy) {
        forget(db, watch, moved)?;
    }
    Ok(())
}

/// The coverage counts anew from here: what was due before was due by another interval.
fn change_interval(db: &Connection, watch: i64, interval: SignedDuration, now: Timestamp) -> Result<()> {
    let next = now.saturating_add(interval).unwrap_or(Timestamp::MAX);
    let sql = "UPDATE watch SET interval = ?2, next_due = min(next_due, ?3), counted_from = ?4 WHERE id = ?1";
    db.prepare_cached(sql)?.execute(params![watch, microseconds(interval), Time(next), Time(now)])?;
    restart_coverage(db, watch, now)
}

fn restart_coverage(db: &Connection, watch: i64, now: Timestamp) -> Result<()> {
    let sql = "DELETE FROM coverage WHERE watch = ?1 AND hour = ?2";
    db.prepare_cached(sql)?.execute(params![watch, super::coverage::hour(now)])?;
    Ok(())
}

/// Forgets what was said of the last answer; and what was followed, when the page is another one.
fn forget(db: &Connection, watch: i64, moved: bool) -> Result<()> {
    let sql = "UPDATE watch SET fingerprint = NULL, state = NULL, etag = NULL, modified = NULL WHERE id = ?1";
    db.prepare_cached(sql)?.execute([watch])?;
    db.prepare_cached("UPDATE memory SET judgement = NULL, findings = NULL WHERE watch = ?1")?.execute([watch])?;
    if moved {
        db.prepare_cached("DELETE FROM memory WHERE watch = ?1")?.execute([watch])?;
    }
    Ok(())
}

/// Ends the watches of a target but for these personas. Observations stay until retention drops them.
fn remove(db: &Connection, target: &TargetId, kept: &HashSet<Persona>, now: Timestamp) -> Result<()> {
    let mut query = db.prepare_cached("SELECT id, persona FROM watch WHERE target = ?1 AND enabled >= 0")?;
    let rows = query.query_map([target], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Persona>(1)?)))?;
    for (watch, persona) in rows.collect::<rusqlite::Result<Vec<_>>>()? {
        if kept.contains(&persona) {
            continue;
        }
        let sql = "UPDATE watch SET enabled = -1, begun = NULL, owner = NULL, alone = NULL, again = 0, deaths = 0, \
                   aside = 0, since_full = 0, unseen_since = NULL, unseen_count = 0, compared_at = NULL WHERE id = ?1";
        db.prepare_cached(sql)?.execute([watch])?;
        forget(db, watch, true)?;
        db.prepare_cached("DELETE FROM proposal WHERE watch = ?1")?.execute([watch])?;
        incident::resolve_removed(db, target, persona, now)?;
    }
    Ok(())
}

/// Spreads first checks evenly over their interval, the first at `now`, in the order of a digest of their ids: the same
/// registry is spread the same way everywhere, and neighbours in it do not come together.
fn spread(db: &Connection, fresh: Vec<Fresh>, now: Timestamp) -> Result<()> {
    let mut groups: BTreeMap<SignedDuration, Vec<(Digest, i64)>> = BTreeMap::new();
    for one in fresh {
        groups.entry(one.interval).or_default().push((one.order, one.watch));
    }
    for (interval, mut group) in groups {
        group.sort_unstable();
        let count = group.len() as i128;
        for (place, (_, watch)) in group.into_iter().enumerate() {
            let offset = i128::from(microseconds(interval)) * place as i128 / count;
            let offset = SignedDuration::from_micros(i64::try_from(offset).unwrap_or(i64::MAX));
            let first = now.saturating_add(offset).unwrap_or(Timestamp::MAX);
            let sql = "UPDATE watch SET next_due = ?2, counted_from = ?2 WHERE id = ?1";
            db.prepare_cached(sql)?.execute(params![watch, Time(first)])?;
            restart_coverage(db, watch, now)?;
        }
    }
    Ok(())
}
