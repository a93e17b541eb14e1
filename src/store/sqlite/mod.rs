//! The store on SQLite: one writer thread that commits in groups, read-only connections beside it, and the record.

mod agreed;
mod approval;
mod backup;
mod body;
mod check;
mod column;
mod connection;
mod coverage;
mod face;
mod habit;
mod incident;
mod indicator;
mod ledger;
mod migrate;
mod outbox;
mod proposal;
mod prune;
mod registry;
mod repair;
mod schedule;
mod writer;

pub use backup::{Restored, restore};

use super::record::Record;
use super::{Damage, Result, StoreError};
use crate::model::Digest;
use connection::{Readers, blocking};
use jiff::Timestamp;
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::Arc;
use uuid::Uuid;
use writer::Writer;

/// Where things lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The database file.
    pub database: PathBuf,
    /// The folder of the record, `baselines/`.
    pub baselines: PathBuf,
}

/// The working memory in SQLite, and the record of approvals in files.
#[derive(Debug)]
pub struct Sqlite {
    shared: Arc<Shared>,
    repairs: Vec<Damage>,
}

#[derive(Debug)]
struct Shared {
    database: PathBuf,
    writer: Writer,
    readers: Arc<Readers>,
    record: Record,
    /// Tells the checks begun here from those of other processes.
    me: i64,
}

impl Sqlite {
    /// Opens database and record, brings the database forward to this version, and repairs what a crash left behind.
    /// Several processes may have it open at once. It blocks; with nothing to repair, for milliseconds.
    ///
    /// # Errors
    /// [`StoreError::TooNew`] for a database of a newer hinomi, [`StoreError::Refused`] for one of another program,
    /// [`StoreError::Database`] and [`StoreError::File`] when it cannot be opened.
    pub fn open(paths: Paths, now: Timestamp) -> Result<Self> {
        if let Some(folder) = paths.database.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            let told = |error: std::io::Error| StoreError::File { path: folder.to_owned(), detail: error.to_string() };
            std::fs::create_dir_all(folder).map_err(told)?;
        }
        let record = Record::open(paths.baselines)?;
        let mut db = connection::writing(&paths.database)?;
        migrate::migrate(&mut db)?;
        let repairs = ledger::settle_at_opening(&db, &record, now)?;
        for told in &repairs {
            tracing::warn!(path = %told.path.display(), line = told.line, "{}", told.what.en);
        }
        let readers = Arc::new(Readers::new(paths.database.clone()));
        let writer = Writer::start(db)?;
        let shared = Shared { database: paths.database, writer, readers, record, me: new_owner() };
        Ok(Self { shared: Arc::new(shared), repairs })
    }

    /// What was found and done in the record when it was opened: repairs of torn lines, lines taken in (which also stand
    /// among the untold repairs), and damage that a person must mend.
    #[must_use]
    pub fn repairs(&self) -> &[Damage] {
        &self.repairs
    }

    async fn read<T: Send + 'static>(&self, work: impl FnOnce(&Connection) -> Result<T> + Send + 'static) -> Result<T> {
        self.shared.readers.run(work).await
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.shared.writer.run(work).await
    }

    /// Runs something that reads or writes files of the record.
    async fn files<T: Send + 'static>(&self, work: impl FnOnce(&Shared) -> Result<T> + Send + 'static) -> Result<T> {
        let shared = self.shared.clone();
        blocking(move || work(&shared)).await
    }
}

/// A number of its own for this opening: the random part of a UUID.
fn new_owner() -> i64 {
    let (_, random) = Uuid::now_v7().as_u64_pair();
    (random & i64::MAX.unsigned_abs()).cast_signed()
}

impl Shared {
    /// A body from the memory or from the record, checked.
    fn body(&self, digest: Digest) -> Result<Option<Vec<u8>>> {
        match self.readers.read(|db| body::get(db, digest))? {
            Some(data) => body::open(digest, &data).map(Some),
            None => self.record.object(digest),
        }
    }

    fn missing(&self, digests: &[Digest]) -> Result<Vec<Digest>> {
        let mut missing = self.readers.read(|db| body::missing(db, digests))?;
        missing.retain(|digest| !self.record.has_object(*digest));
        Ok(missing)
    }
}
