//! The record's lines in the database, and the baselines they lead to.

use super::column::{Json, Time};
use super::proposal;
use crate::model::{
    Approval, ApprovalAction, ApprovedState, Baseline, ChainHead, Digest, OrganisationId, Persona, Registry, TargetId,
};
use crate::store::record::{Entered, Known, Line};
use crate::store::{Owner, Result};
use rusqlite::{Connection, params};
use std::collections::{HashMap, HashSet};
use url::Url;

/// Enters a line of a chain whose file has this length now. What follows from it: an approval takes the place of the
/// ordinary states before it, or joins beside when it says so or is for a special page; a retired state leaves; the proposal
/// is answered, the followed state begins anew, and the target is due at once.
pub(super) fn enter(db: &Connection, line: &Line, length: u64) -> Result<()> {
    let approval = &line.approval;
    let (target, persona) = (&approval.target.id, approval.persona);
    leave(db, approval)?;
    let sql = "INSERT INTO approval (organisation, target, number, persona, at, state, special, expires, active, hash, \
               body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    db.prepare_cached(sql)?.execute(params![
        approval.target.organisation,
        target,
        integer(line.number),
        persona,
        Time(approval.at),
        approval.snapshot.state,
        approval.special,
        Time(approval.expires),
        approval.action == ApprovalAction::Approve,
        line.hash,
        Json(approval),
    ])?;
    put_head(db, line, length)?;
    refresh(db, target, persona)?;
    if approval.action == ApprovalAction::Approve {
        proposal::clear(db, target, persona)?;
    }
    begin_anew(db, approval)
}

/// Takes the states out of the baseline that this line replaces or retires.
fn leave(db: &Connection, approval: &Approval) -> Result<()> {
    let same = "UPDATE approval SET active = 0 WHERE target = ?1 AND persona = ?2 AND active = 1";
    let (target, persona, state) = (&approval.target.id, approval.persona, approval.snapshot.state);
    match (approval.action, &approval.special) {
        // The same state again: a new end, not a second state.
        (ApprovalAction::Approve, None) if approval.beside => {
            let sql = format!("{same} AND state = ?3 AND special IS NULL");
            db.prepare_cached(&sql)?.execute(params![target, persona, state])?;
        }
        (ApprovalAction::Retire, _) => {
            db.prepare_cached(&format!("{same} AND state = ?3"))?.execute(params![target, persona, state])?;
        }
        (ApprovalAction::Approve, None) => {
            db.prepare_cached(&format!("{same} AND special IS NULL"))?.execute(params![target, persona])?;
        }
        (ApprovalAction::Approve, Some(special)) => {
            let sql = format!("{same} AND state = ?3 AND special = ?4");
            db.prepare_cached(&sql)?.execute(params![target, persona, state, special])?;
        }
    }
    Ok(())
}

fn put_head(db: &Connection, line: &Line, length: u64) -> Result<()> {
    let sql = "INSERT INTO chain (organisation, target, count, hash, length) VALUES (?1, ?2, ?3, ?4, ?5) \
               ON CONFLICT (organisation, target) DO UPDATE SET count = ?3, hash = ?4, length = ?5";
    let target = &line.approval.target;
    let (number, length) = (integer(line.number), integer(length));
    db.prepare_cached(sql)?.execute(params![target.organisation, target.id, number, line.hash, length])?;
    Ok(())
}

/// Keeps revision and first expiry of a baseline with its watch, where every check reads them.
pub(super) fn refresh(db: &Connection, target: &TargetId, persona: Persona) -> Result<()> {
    let of = "FROM approval WHERE approval.target = ?1 AND approval.persona = ?2";
    let sql = format!(
        "UPDATE watch SET revision = (SELECT count(*) {of}), approval_ends = (SELECT min(expires) {of} AND active = 1) \
         WHERE target = ?1 AND persona = ?2"
    );
    db.prepare_cached(&sql)?.execute(params![target, persona])?;
    Ok(())
}

fn begin_anew(db: &Connection, approval: &Approval) -> Result<()> {
    let sql = "UPDATE watch SET next_due = min(next_due, ?3), again = begun IS NOT NULL \
               WHERE target = ?1 AND persona = ?2";
    let (target, persona) = (&approval.target.id, approval.persona);
    db.prepare_cached(sql)?.execute(params![target, persona, Time(approval.at)])?;
    let sql = "UPDATE memory SET followed = NULL, followed_body = NULL \
               WHERE watch = (SELECT id FROM watch WHERE target = ?1 AND persona = ?2)";
    db.prepare_cached(sql)?.execute(params![target, persona])?;
    let sql = "DELETE FROM followed_resource WHERE watch = (SELECT id FROM watch WHERE target = ?1 AND persona = ?2)";
    db.prepare_cached(sql)?.execute(params![target, persona])?;
    Ok(())
}

fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The approved states of a target and persona.
pub(super) fn baseline(db: &Connection, target: &TargetId, persona: Persona) -> Result<Baseline> {
    let sql = "SELECT body FROM approval WHERE target = ?1 AND persona = ?2 AND active = 1 ORDER BY id";
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map(params![target, persona], |row| {
        let Json(approval): Json<Approval> = row.get(0)?;
        Ok(ApprovedState::from(approval))
    })?;
    let states = rows.collect::<rusqlite::Result<_>>()?;
    let sql = "SELECT count(*) FROM approval WHERE target = ?1 AND persona = ?2";
    let revision: u32 = db.prepare_cached(sql)?.query_row(params![target, persona], |row| row.get(0))?;
    Ok(Baseline { states, revision: revision.into() })
}

/// Whether a state is in a baseline.
pub(super) fn is_approved(db: &Connection, target: &TargetId, persona: Persona, state: Digest) -> Result<bool> {
    let sql = "SELECT count(*) FROM approval WHERE target = ?1 AND persona = ?2 AND active = 1 AND state = ?3";
    Ok(db.prepare_cached(sql)?.query_row(params![target, persona, state], |row| row.get::<_, i64>(0))? > 0)
}

/// To whom belongs what approved states load. What cannot be read is passed over: it can only make an owner less well known.
pub(super) fn owners(db: &Connection, owner: Owner) -> Result<Vec<(OrganisationId, String)>> {
    // One line that is no JSON would end the whole query.
    let sql = "SELECT organisation, json_extract(line, '$.target.url'), json_extract(resource.value, '$.url') \
               FROM (SELECT organisation, CASE WHEN json_valid(body) THEN body ELSE '{}' END AS line \
                     FROM approval WHERE active = 1), json_each(line, '$.snapshot.resources') AS resource \
               WHERE resource.type = 'object' \
               AND json_extract(resource.value, '$.kind') IN ('script', 'style', 'frame')";
    let mut query = db.prepare(sql)?;
    let mut rows = query.query([])?;
    let mut found = HashSet::new();
    while let Some(row) = rows.next()? {
        let url = |column| row.get(column).ok().and_then(|text: String| Url::parse(&text).ok());
        let (Ok(organisation), Some(page), Some(address)) = (row.get(0), url(1), url(2)) else { continue };
        found.extend(owner(&page, &address).map(|owner| (organisation, owner)));
    }
    Ok(found.into_iter().collect())
}

/// All lines of a target's record, oldest first.
pub(super) fn approvals(db: &Connection, target: &TargetId) -> Result<Vec<Approval>> {
    let mut query = db.prepare_cached("SELECT body FROM approval WHERE target = ?1 ORDER BY at, id")?;
    let rows = query.query_map([target], |row| Ok(row.get::<_, Json<Approval>>(0)?.0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What the database knows of a chain.
pub(super) fn known(db: &Connection, organisation: &OrganisationId, target: &TargetId) -> Result<Known> {
    let sql = "SELECT hash FROM approval WHERE organisation = ?1 AND target = ?2 ORDER BY number";
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map(params![organisation, target], |row| row.get(0))?;
    Ok(Known { hashes: rows.collect::<rusqlite::Result<_>>()? })
}

/// All chains the database knows, with their number of lines.
pub(super) fn entered(db: &Connection) -> Result<Entered> {
    let mut query = db.prepare_cached("SELECT organisation, target, count FROM chain")?;
    let rows = query.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get::<_, i64>(2)?.unsigned_abs())))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Heads of the chains to which lines were entered after a mark, and the mark that stands now.
pub(super) fn heads_after(db: &Connection, mark: u64) -> Result<(u64, Vec<ChainHead>)> {
    let now =
        db.prepare_cached("SELECT coalesce(max(id), 0) FROM approval")?.query_row([], |row| row.get::<_, i64>(0))?;
    let sql = "SELECT organisation, target, count, hash FROM chain WHERE EXISTS (SELECT 1 FROM approval \
               WHERE approval.organisation = chain.organisation AND approval.target = chain.target AND id > ?1) \
               ORDER BY organisation, target";
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map([integer(mark)], |row| {
        let count = row.get::<_, i64>(2)?.unsigned_abs();
        Ok(ChainHead { organisation: row.get(0)?, target: row.get(1)?, count, hash: row.get(3)? })
    })?;
    Ok((now.unsigned_abs(), rows.collect::<rusqlite::Result<_>>()?))
}

/// Length of each chain's file when its last line was entered.
pub(super) fn lengths(db: &Connection) -> Result<HashMap<(OrganisationId, TargetId), u64>> {
    let mut query = db.prepare_cached("SELECT organisation, target, length FROM chain")?;
    let rows = query.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get::<_, i64>(2)?.unsigned_abs())))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The registry as the latest line of each target has it, and the number of all lines.
pub(super) fn registry(db: &Connection) -> Result<(Registry, u64)> {
    let mut query = db.prepare_cached("SELECT body FROM approval ORDER BY at, id")?;
    let rows = query.query_map([], |row| Ok(row.get::<_, Json<Approval>>(0)?.0))?;
    let (mut registry, mut lines) = (Registry::default(), 0);
    for row in rows {
        let approval = row?;
        let lineage = approval.lineage.into_iter().map(|organisation| (organisation.id.clone(), organisation));
        registry.organisations.extend(lineage);
        registry.targets.insert(approval.target.id.clone(), approval.target);
        lines += 1;
    }
    Ok((registry, lines))
}
