//! Brings a database forward to the version this hinomi knows, each step in one transaction.

use crate::model::words;
use crate::store::{Result, StoreError};
use rusqlite::{Connection, TransactionBehavior};

/// Marks a database file as hinomi's ("hino").
pub(super) const APPLICATION: i64 = 0x6869_6e6f;

/// Step `n` (from 1) leads to `user_version` `n`. Steps that were shipped are never changed.
const STEPS: &[&str] = &[
    include_str!("../../../migrations/0001-first.sql"),
    include_str!("../../../migrations/0002-repairs.sql"),
    include_str!("../../../migrations/0003-evidence.sql"),
    include_str!("../../../migrations/0004-resources.sql"),
    include_str!("../../../migrations/0005-indicators.sql"),
    include_str!("../../../migrations/0006-habits.sql"),
    include_str!("../../../migrations/0007-packed-habits.sql"),
];

/// The version this hinomi knows.
pub(super) fn known() -> i64 {
    STEPS.len() as i64
}

/// The version of a database.
pub(super) fn version(db: &Connection) -> rusqlite::Result<i64> {
    db.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Refuses a database that a newer hinomi or another program wrote.
pub(super) fn admit(db: &Connection) -> Result<i64> {
    let found = version(db)?;
    if found > known() {
        return Err(StoreError::TooNew { found, known: known() });
    }
    let application: i64 = db.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let foreign = if found == 0 {
        db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))? > 0
    } else {
        application != APPLICATION
    };
    if foreign {
        return Err(StoreError::Refused(words!(
            "this file is a database of another program; point `data.dir` at hinomi's own folder",
            "このファイルはほかのプログラムのデータベースです。`data.dir` にhinomi自身のフォルダーを指定してください"
        )));
    }
    Ok(found)
}

/// Takes the steps that are missing. Several processes may try at once: each step looks again under the write lock.
pub(super) fn migrate(db: &mut Connection) -> Result<()> {
    while admit(db)? < known() {
        let step = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let at = version(&step)?;
        if let Some(sql) = usize::try_from(at).ok().and_then(|at| STEPS.get(at)) {
            step.execute_batch(sql)?;
            step.pragma_update(None, "application_id", APPLICATION)?;
            step.pragma_update(None, "user_version", at + 1)?;
        }
        step.commit()?;
    }
    Ok(())
}
