//! What checks read before and leave behind: the hot path of the store.

use super::body::{self, Packed};
use super::column::{Json, Time};
use super::schedule::OURS;
use super::{coverage, habit, incident, outbox, proposal};
use crate::model::{
    Digest, Event, Finding, Judged, Judgement, Notice, Observation, Persona, Resource, Snapshot, TargetId, TargetState,
    kept_bytes,
};
use crate::store::{CheckRecord, Result, Slot};
use jiff::Timestamp;
use rusqlite::types::FromSql;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// What the memory holds about a watch between checks; the default for one that is not there.
pub(super) fn target_state(db: &Connection, target: &TargetId, persona: Persona) -> Result<TargetState> {
    let sql = "SELECT fingerprint, state, judgement, findings, etag, modified, since_full, followed, unseen_since, \
               unseen_count, compared_at, revision, approval_ends, resources, terms \
               FROM watch LEFT JOIN memory ON watch = id WHERE target = ?1 AND persona = ?2";
    let state = db.prepare_cached(sql)?.query_row(params![target, persona], read_state).optional()?;
    let Some(mut state) = state else { return Ok(TargetState::default()) };
    state.incidents = incident::open(db, target, persona)?;
    Ok(state)
}

/// Reads what is there. A value that cannot be read costs this page its memory of that, never the fleet its watch.
fn read_state(row: &Row<'_>) -> rusqlite::Result<TargetState> {
    let mut reading = Reading { row, damaged: false };
    let state = TargetState {
        revision: reading.value::<u32>(11).into(),
        approval_ends: reading.time(12),
        last: reading.judged(),
        validators: (reading.value(4), reading.value(5)),
        since_full: reading.value(6),
        followed: reading.value::<Option<Json<Snapshot>>>(7).map(|json| json.0),
        unseen: reading.time(8).map(|since| (since, reading.value(9))),
        compared_at: reading.time(10),
        incidents: Vec::new(),
        damaged: false,
    };
    Ok(TargetState { damaged: reading.damaged, ..state })
}

/// A row that may be damaged.
struct Reading<'a, 'b> {
    row: &'a Row<'b>,
    damaged: bool,
}

impl Reading<'_, '_> {
    /// A value; the default in place of one that cannot be read.
    fn value<T: FromSql + Default>(&mut self, column: usize) -> T {
        self.row.get(column).unwrap_or_else(|error| {
            tracing::error!(column, %error, "a damaged value in the memory of a page is left out");
            self.damaged = true;
            T::default()
        })
    }

    fn time(&mut self, column: usize) -> Option<Timestamp> {
        self.value::<Option<Time>>(column).map(|time| time.0)
    }

    fn judged(&mut self) -> Option<Judged> {
        let (fingerprint, state) = (self.value::<Option<Digest>>(0)?, self.value::<Option<Digest>>(1)?);
        let Json(judgement) = self.value::<Option<Json<Judgement>>>(2)?;
        let Json(findings) = self.value::<Option<Json<Vec<Finding>>>>(3)?;
        let resources = self.value::<Option<Json<Vec<Resource>>>>(13).map(|json| json.0).unwrap_or_default();
        // None in what was written before it was kept: that is judged again.
        let terms = self.value::<Option<Digest>>(14).unwrap_or_default();
        Some(Judged { fingerprint, terms, state, judgement, findings, resources })
    }
}

/// The watch a check belongs to.
struct Watch {
    id: i64,
    sequence: i64,
    latest: Option<i64>,
    revision: u64,
    /// Approved or registered anew while the check was running.
    again: bool,
}

/// Writes what a check leaves behind.
pub(super) fn record(db: &Connection, me: i64, record: &CheckRecord, bodies: &[Packed]) -> Result<()> {
    let seen = &record.observation;
    let sql = "SELECT id, sequence, latest, revision, again FROM watch \
               WHERE target = ?1 AND persona = ?2 AND enabled >= 0";
    let watch = db.prepare_cached(sql)?.query_row(params![seen.target, seen.persona], |row| {
        let (revision, again): (u32, bool) = (row.get(3)?, row.get(4)?);
        Ok(Watch { id: row.get(0)?, sequence: row.get(1)?, latest: row.get(2)?, revision: revision.into(), again })
    });
    let Some(watch) = watch.optional()? else {
        tracing::info!(target = %seen.target, "was removed while its check was running: nothing is kept of it");
        return Ok(());
    };
    let observation = insert_observation(db, &watch, record)?;
    update_watch(db, me, &watch, observation, record)?;
    coverage::count(db, watch.id, seen.at, seen.compared)?;
    let outdated = watch.again || record.revision.is_some_and(|revision| revision != watch.revision);
    if !outdated {
        put_judged(db, watch.id, &record.judged)?;
        put_followed(db, watch.id, &record.followed)?;
        habit::put(db, watch.id, &record.learned)?;
        proposal::put(db, watch.id, &record.proposal)?;
    }
    body::put(db, bodies)?;
    let known = incident::put_all(db, &record.incidents)?;
    let new = |notice: &&Notice| !matches!(&notice.event, Event::Opened { incident } if known.contains(incident));
    outbox::put_notices(db, &record.notices.iter().filter(new).cloned().collect::<Vec<_>>())
}

fn insert_observation(db: &Connection, watch: &Watch, record: &CheckRecord) -> Result<i64> {
    let seen = &record.observation;
    let findings = (!record.findings.is_empty()).then_some(Json(&record.findings));
    let sql = "INSERT INTO observation (watch, sequence, before, at, verdict, unseen, detail, status, bytes, sha256, \
               state, compared, ms, findings) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    db.prepare_cached(sql)?.execute(params![
        watch.id,
        watch.sequence + 1,
        watch.latest,
        Time(seen.at),
        seen.verdict,
        seen.unseen,
        seen.detail,
        seen.status,
        i64::try_from(seen.bytes).unwrap_or(i64::MAX),
        seen.sha256,
        seen.state,
        seen.compared,
        seen.ms,
        findings,
    ])?;
    Ok(db.last_insert_rowid())
}

fn update_watch(db: &Connection, me: i64, watch: &Watch, observation: i64, record: &CheckRecord) -> Result<()> {
    let seen = &record.observation;
    let (keep, etag, modified) = match &record.validators {
        Slot::Keep => (true, &None, &None),
        Slot::Clear => (false, &None, &None),
        Slot::Put((etag, modified)) => (false, etag, modified),
    };
    // The mark of a check that another process has in flight, and what it counts, stays with that process.
    let sql = format!(
        "UPDATE watch SET begun = iif({OURS}, NULL, begun), owner = iif({OURS}, NULL, owner), \
         alone = iif({OURS}, NULL, alone), deaths = iif({OURS}, 0, deaths), again = iif({OURS}, 0, again), \
         sequence = sequence + 1, latest = ?2, next_due = iif(again, ?3, ?4), \
         etag = iif(?5, etag, ?6), modified = iif(?5, modified, ?7), since_full = ?8, unseen_since = ?9, \
         unseen_count = ?10, compared_at = iif(?11, ?3, compared_at) WHERE id = ?12"
    );
    db.prepare_cached(&sql)?.execute(params![
        me,
        observation,
        Time(seen.at),
        Time(record.next_due),
        keep,
        etag,
        modified,
        record.since_full,
        record.unseen.map(|(since, _)| Time(since)),
        record.unseen.map_or(0, |(_, count)| count),
        seen.compared,
        watch.id,
    ])?;
    Ok(())
}

fn put_judged(db: &Connection, watch: i64, judged: &Slot<Judged>) -> Result<()> {
    let judged = match judged {
        Slot::Keep => return Ok(()),
        Slot::Clear => None,
        Slot::Put(judged) => Some(judged),
    };
    let (fingerprint, state) = (judged.map(|j| j.fingerprint), judged.map(|j| j.state));
    let sql = "UPDATE watch SET fingerprint = ?2, state = ?3 WHERE id = ?1";
    db.prepare_cached(sql)?.execute(params![watch, fingerprint, state])?;
    let sql = "INSERT INTO memory (watch, judgement, findings, resources, terms) VALUES (?1, ?2, ?3, ?4, ?5) \
               ON CONFLICT (watch) DO UPDATE SET judgement = ?2, findings = ?3, resources = ?4, terms = ?5";
    let (judgement, findings) = (judged.map(|j| Json(&j.judgement)), judged.map(|j| Json(&j.findings)));
    let resources = judged.filter(|j| !j.resources.is_empty()).map(|j| Json(&j.resources));
    let terms = judged.map(|j| j.terms);
    db.prepare_cached(sql)?.execute(params![watch, judgement, findings, resources, terms])?;
    Ok(())
}

fn put_followed(db: &Connection, watch: i64, followed: &Slot<Snapshot>) -> Result<()> {
    let followed = match followed {
        Slot::Keep => return Ok(()),
        Slot::Clear => None,
        Slot::Put(snapshot) => Some(snapshot),
    };
    let sql = "INSERT INTO memory (watch, followed, followed_body) VALUES (?1, ?2, ?3) \
               ON CONFLICT (watch) DO UPDATE SET followed = ?2, followed_body = ?3";
    db.prepare_cached(sql)?.execute(params![watch, followed.map(Json), followed.map(|snapshot| snapshot.bytes)])?;
    db.prepare_cached("DELETE FROM followed_resource WHERE watch = ?1")?.execute([watch])?;
    for digest in followed.into_iter().flat_map(|snapshot| kept_bytes(&snapshot.resources)) {
        let sql = "INSERT OR IGNORE INTO followed_resource (watch, digest) VALUES (?1, ?2)";
        db.prepare_cached(sql)?.execute(params![watch, digest])?;
    }
    Ok(())
}

/// The latest observations of a target as all its personas, newest first.
pub(super) fn observations(db: &Connection, target: &TargetId, limit: u32) -> Result<Vec<Observation>> {
    let sql = "SELECT persona, latest FROM watch WHERE target = ?1 AND latest IS NOT NULL";
    let mut query = db.prepare_cached(sql)?;
    let heads = query.query_map([target], |row| Ok((row.get::<_, Persona>(0)?, row.get::<_, i64>(1)?)))?;
    let mut found = Vec::new();
    for head in heads {
        let (persona, latest) = head?;
        walk(db, target, persona, latest, limit, &mut found)?;
    }
    found.sort_by_key(|(id, seen): &(i64, Observation)| std::cmp::Reverse((seen.at, *id)));
    found.truncate(limit as usize);
    Ok(found.into_iter().map(|(_, seen)| seen).collect())
}

/// Follows the links from the newest observation of a watch to older ones; the chain ends where retention cut it.
fn walk(
    db: &Connection,
    target: &TargetId,
    persona: Persona,
    latest: i64,
    limit: u32,
    found: &mut Vec<(i64, Observation)>,
) -> Result<()> {
    let sql = "SELECT at, verdict, unseen, detail, status, bytes, sha256, state, compared, ms, before \
               FROM observation WHERE id = ?1";
    let mut query = db.prepare_cached(sql)?;
    let mut next = Some(latest);
    for _ in 0..limit {
        let Some(id) = next else { break };
        let row = query.query_row([id], |row| {
            let seen = Observation {
                target: target.clone(),
                persona,
                at: row.get::<_, Time>(0)?.0,
                verdict: row.get(1)?,
                unseen: row.get(2)?,
                detail: row.get(3)?,
                status: row.get(4)?,
                bytes: row.get::<_, i64>(5)?.unsigned_abs(),
                sha256: row.get(6)?,
                state: row.get(7)?,
                compared: row.get(8)?,
                ms: row.get(9)?,
            };
            Ok((seen, row.get(10)?))
        });
        let Some((seen, before)) = row.optional()? else { break };
        found.push((id, seen));
        next = before;
    }
    Ok(())
}

/// What was found at an observation.
pub(super) fn findings(db: &Connection, target: &TargetId, persona: Persona, at: Timestamp) -> Result<Vec<Finding>> {
    let sql = "WITH RECURSIVE past (id) AS (SELECT latest FROM watch WHERE target = ?1 AND persona = ?2 \
               UNION ALL SELECT before FROM past JOIN observation USING (id) WHERE at > ?3) \
               SELECT findings FROM past JOIN observation USING (id) WHERE at = ?3";
    let row = db.prepare_cached(sql)?.query_row(params![target, persona, Time(at)], |row| row.get(0));
    let findings: Option<Option<Json<Vec<Finding>>>> = row.optional()?;
    Ok(findings.flatten().map(|json| json.0).unwrap_or_default())
}
