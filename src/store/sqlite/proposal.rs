//! Proposals: what waits for a person, at most one a watch.

use super::column::{Json, Time, readable};
use super::{coverage, habit, incident, outbox};
use crate::model::words;
use crate::model::{Incident, IncidentKind, IncidentState, Mark, Persona, Proposal, Snapshot, TargetId};
use crate::store::{Rejection, Result, Slot, StoreError};
use rusqlite::{Connection, OptionalExtension, params};

/// Puts, keeps or clears the proposal of a watch.
pub(super) fn put(db: &Connection, watch: i64, proposal: &Slot<Proposal>) -> Result<()> {
    match proposal {
        Slot::Keep => {}
        Slot::Clear => {
            db.prepare_cached("DELETE FROM proposal WHERE watch = ?1")?.execute([watch])?;
        }
        Slot::Put(proposal) => {
            let sql = "INSERT INTO proposal (watch, since, proposed_body, body) VALUES (?1, ?2, ?3, ?4) \
                       ON CONFLICT (watch) DO UPDATE SET since = ?2, proposed_body = ?3, body = ?4";
            let (since, bytes) = (Time(proposal.since), proposal.snapshot.bytes);
            db.prepare_cached(sql)?.execute(params![watch, since, bytes, Json(proposal)])?;
            db.prepare_cached("DELETE FROM proposal_earlier WHERE watch = ?1")?.execute([watch])?;
            for digest in std::iter::once(&proposal.snapshot).chain(&proposal.earlier).flat_map(Snapshot::kept) {
                let sql = "INSERT OR IGNORE INTO proposal_earlier (watch, digest) VALUES (?1, ?2)";
                db.prepare_cached(sql)?.execute(params![watch, digest])?;
            }
        }
    }
    Ok(())
}

/// All proposals, oldest first.
pub(super) fn all(db: &Connection) -> Result<Vec<Proposal>> {
    let mut query = db.prepare_cached("SELECT body FROM proposal ORDER BY since, watch")?;
    let rows = query.query_map([], |row| Ok(row.get::<_, Json<Proposal>>(0)?.0))?;
    rows.filter_map(|row| readable(row, "proposals")).collect()
}

/// The proposal of a target and persona. One that cannot be read is none: the next check that finds something proposes anew.
pub(super) fn get(db: &Connection, target: &TargetId, persona: Persona) -> Result<Option<Proposal>> {
    let sql = "SELECT body FROM proposal JOIN watch ON watch.id = watch WHERE target = ?1 AND persona = ?2";
    let row = db.prepare_cached(sql)?.query_row(params![target, persona], |row| Ok(row.get::<_, Json<Proposal>>(0)?.0));
    row.optional().transpose().and_then(|row| readable(row, "proposal")).transpose()
}

/// Drops the proposal of a target and persona; `false` when there was none.
pub(super) fn clear(db: &Connection, target: &TargetId, persona: Persona) -> Result<bool> {
    let sql = "DELETE FROM proposal WHERE watch = (SELECT id FROM watch WHERE target = ?1 AND persona = ?2)";
    Ok(db.prepare_cached(sql)?.execute(params![target, persona])? > 0)
}

/// Drops a proposal that a person rejected. Their mark acknowledges the open incidents that nobody has acknowledged, and
/// stands as a note besides; the incident that follows from it is opened, or changed, and told.
pub(super) fn reject(db: &Connection, rejection: Rejection) -> Result<Incident> {
    let Rejection { target, persona, mark, state, after } = rejection;
    let Some(proposal) = get(db, &target, persona)? else {
        let why = words!(
            "nothing of {target} ({persona}) waits for approval; see `hinomi baseline list`",
            "{target}（{persona}）に承認待ちのものはありません。`hinomi baseline list` をご覧ください",
            persona = persona.as_str()
        );
        return Err(StoreError::Refused(why));
    };
    let waits = proposal.snapshot.state;
    if state.is_some_and(|named| named != waits) {
        let why = words!(
            "{target} shows another state by now: what waits is {waits}. Look at it (`hinomi baseline diff {target}`) and \
             reject that digest if it is not yours either",
            "{target} はすでに別の状態です。承認待ちは {waits} です。内容を確認し（`hinomi baseline diff {target}`）、\
             これも当方の更新でなければ、そのダイジェストを却下してください"
        );
        return Err(StoreError::Refused(why));
    }
    clear(db, &target, persona)?;
    habit::forget_unapproved(db, &target, persona)?;
    let open = incident::open(db, &target, persona)?;
    let attack = open.iter().find(|incident| incident.kind == IncidentKind::Attack);
    let (incident, notices) = after(&proposal, attack);
    open.iter().filter(|open| open.acknowledged.is_none()).try_for_each(|open| acknowledge(db, open, &mark))?;
    incident::put(db, &incident, incident::Writer::Check)?;
    outbox::put_notices(db, &notices)?;
    let text = serde_json::to_string(&mark).unwrap_or_default();
    coverage::put_note(db, &format!("rejected {target} {}", persona.as_str()), &text)?;
    Ok(incident)
}

fn acknowledge(db: &Connection, open: &Incident, mark: &Mark) -> Result<()> {
    let mut incident = Incident { acknowledged: Some(mark.clone()), escalate_at: None, ..open.clone() };
    incident.state = IncidentState::Acknowledged;
    incident::put(db, &incident, incident::Writer::Person)
}
