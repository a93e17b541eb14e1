//! Habits: what was learned of a page, written by checks, and people's marks on it, written by people.

use super::column::{Json, Packed, readable};
use crate::model::words;
use crate::model::{Digest, HabitMark, Habits, Learned, MAX_HABIT_MARKS, Persona, TargetId};
use crate::store::{Result, Slot, StoreError};
use rusqlite::{Connection, OptionalExtension, params};

/// What is remembered. A row that cannot be read costs this page what was learned, never the fleet its watch.
pub(super) fn habits(db: &Connection, target: &TargetId, persona: Persona) -> Result<Habits> {
    let sql = "SELECT body FROM habit JOIN watch ON watch.id = watch WHERE target = ?1 AND persona = ?2";
    let row = db.prepare_cached(sql)?.query_row(params![target, persona], |row| row.get::<_, Packed<Learned>>(0));
    let (learned, damaged) = match row.optional().map_err(StoreError::from) {
        Ok(row) => (row.map(|packed| packed.0), false),
        Err(StoreError::Damaged(detail)) => {
            tracing::error!(%target, detail = %detail.en, "what was learned of a page cannot be read: it begins anew");
            (None, true)
        }
        Err(error) => return Err(error),
    };
    Ok(Habits { learned, marks: marks(db, target)?, damaged })
}

fn marks(db: &Connection, target: &TargetId) -> Result<Vec<HabitMark>> {
    let mut query = db.prepare_cached("SELECT body FROM habit_mark WHERE target = ?1 ORDER BY habit")?;
    let rows = query.query_map([target], |row| Ok(row.get::<_, Json<HabitMark>>(0)?.0))?;
    rows.filter_map(|row| readable(row, "marks on habits")).collect()
}

/// Puts, keeps or clears what was learned of a watch.
pub(super) fn put(db: &Connection, watch: i64, learned: &Slot<Learned>) -> Result<()> {
    match learned {
        Slot::Keep => {}
        Slot::Clear => drop(db.prepare_cached("DELETE FROM habit WHERE watch = ?1")?.execute([watch])?),
        Slot::Put(learned) => {
            let sql = "INSERT INTO habit (watch, body) VALUES (?1, ?2) ON CONFLICT (watch) DO UPDATE SET body = ?2";
            db.prepare_cached(sql)?.execute(params![watch, Packed(learned)])?;
        }
    }
    Ok(())
}

/// Forgets what was learned of a page that nobody has approved yet: a person said that it is not theirs.
pub(super) fn forget_unapproved(db: &Connection, target: &TargetId, persona: Persona) -> Result<()> {
    let sql = "DELETE FROM habit WHERE watch IN \
               (SELECT id FROM watch WHERE target = ?1 AND persona = ?2 AND revision = 0)";
    db.prepare_cached(sql)?.execute(params![target, persona])?;
    Ok(())
}

/// Puts a person's mark on a habit in the place of the one before; without a mark takes it away.
pub(super) fn mark(db: &Connection, target: &TargetId, habit: Digest, mark: Option<&HabitMark>) -> Result<()> {
    db.prepare_cached("DELETE FROM habit_mark WHERE target = ?1 AND habit = ?2")?.execute(params![target, habit])?;
    judge_again(db, target)?;
    let Some(mark) = mark else { return Ok(()) };
    let count: u32 = db
        .prepare_cached("SELECT count(*) FROM habit_mark WHERE target = ?1")?
        .query_row([target], |row| row.get(0))?;
    if count as usize >= MAX_HABIT_MARKS {
        return Err(StoreError::Refused(words!(
            "{target} has {MAX_HABIT_MARKS} marks on habits, which is the most; release some first",
            "{target} の習慣への指定は上限の{MAX_HABIT_MARKS}件に達しています。先にいくつか解除してください"
        )));
    }
    let sql = "INSERT INTO habit_mark (target, habit, body) VALUES (?1, ?2, ?3)";
    db.prepare_cached(sql)?.execute(params![target, habit, Json(mark)])?;
    Ok(())
}

/// What was said under another word of a person may no longer stand: the next check looks at the whole page again.
fn judge_again(db: &Connection, target: &TargetId) -> Result<()> {
    let sql = "UPDATE watch SET fingerprint = zeroblob(32), etag = NULL, modified = NULL, again = begun IS NOT NULL OR again \
               WHERE target = ?1 AND fingerprint IS NOT NULL";
    db.prepare_cached(sql)?.execute([target])?;
    Ok(())
}

/// Drops marks on habits of targets of which nothing is left.
pub(super) fn prune(db: &Connection) -> Result<u64> {
    let sql = "DELETE FROM habit_mark WHERE target NOT IN (SELECT target FROM watch)";
    Ok(db.prepare_cached(sql)?.execute([])? as u64)
}
