//! How connections are opened: settings, limits, and the small pool of read-only ones.

use crate::store::{Result, StoreError};
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// How long a statement waits for another process before it gives up.
const BUSY: Duration = Duration::from_secs(10);

/// Longest value in bytes; a compressed body or a message is far smaller.
const MAX_VALUE: i32 = 300 << 20;

/// Prepared statements kept by each connection: more than there are.
const STATEMENTS: usize = 128;

fn settle(db: &Connection) -> rusqlite::Result<()> {
    db.busy_timeout(BUSY)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    // Else a statement is parsed and planned anew each time that another time is bound to it.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    db.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE)?;
    db.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    db.pragma_update(None, "cell_size_check", true)?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(())
}

/// Opens the writing connection, and makes the file where there is none.
///
/// `synchronous=FULL`: in WAL mode NORMAL would lose the last commits with the power, and each write is promised to
/// be durable when it returns. Commits come in groups, so one fsync serves all that wait.
pub(super) fn writing(path: &Path) -> Result<Connection> {
    let db = Connection::open(path).map_err(|error| StoreError::File {
        path: path.to_owned(),
        detail: format!("the database cannot be opened: {error}"),
    })?;
    settle(&db)?;
    write_ahead(&db)?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "wal_autocheckpoint", 2000)?;
    db.pragma_update(None, "journal_size_limit", 64 << 20)?;
    db.pragma_update(None, "cache_size", -8192)?;
    Ok(db)
}

/// Switches to write-ahead logging. The busy time-out does not cover this switch, so two first starts at once try again.
fn write_ahead(db: &Connection) -> Result<()> {
    let started = Instant::now();
    loop {
        match db.pragma_update(None, "journal_mode", "WAL") {
            Ok(()) => return Ok(()),
            Err(error) if is_busy(&error) && started.elapsed() < BUSY => std::thread::sleep(Duration::from_millis(20)),
            Err(error) => return Err(error.into()),
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// Opens a read-only connection.
pub(super) fn reading(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    settle(&db)?;
    db.pragma_update(None, "cache_size", -2048)?;
    Ok(db)
}

/// Read-only connections, made when first needed, used on the runtime's blocking threads.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self { path, idle: Mutex::new(Vec::new()), permits: Arc::new(Semaphore::new(cores.clamp(2, 8))) }
    }

    /// Runs a read on this thread.
    pub(super) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let db = idle.map_or_else(|| reading(&self.path), Ok)?;
        let result = work(&db);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(db);
        result
    }

    /// Runs a read on a blocking thread, as soon as a connection is free.
    pub(super) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let permit = self.permits.clone().acquire_owned().await;
        let readers = self.clone();
        blocking(move || {
            let _permit = permit;
            readers.read(work)
        })
        .await
    }
}

/// Runs something that blocks on a thread of the runtime that may block.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let ended = tokio::task::spawn_blocking(work).await;
    ended.unwrap_or_else(|error| Err(StoreError::Database(format!("the work broke off: {error}"))))
}
