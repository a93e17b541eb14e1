//! Why the store could not do something, with the next step for a person.

use std::path::PathBuf;

/// Why the store could not do something.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused.
    #[error("database: {0}; check free disk space and permissions of the data directory")]
    Database(String),
    /// A file of the record could not be read or written.
    #[error("{path}: {detail}; check free disk space and permissions")]
    File {
        /// Which file.
        path: PathBuf,
        /// What happened.
        detail: String,
    },
    /// What is stored does not fit together; the text says what to do.
    #[error("{0}")]
    Damaged(String),
    /// The writer is gone: the process must end.
    #[error("the database writer has stopped: {0}")]
    WriterGone(String),
    /// The database was written by a newer hinomi.
    #[error("the database has version {found}, this hinomi knows up to {known}; use the newer hinomi")]
    TooNew {
        /// Version of the database.
        found: i64,
        /// Newest version known.
        known: i64,
    },
    /// A registry without a single target would end the watch over all that are stored.
    #[error(
        "the registry holds no target at all, but {stored} are watched; nothing was changed. Check that it is the right \
         file (`--targets FILE`); to stop watching a target write `enabled = false`"
    )]
    EmptyRegistry {
        /// How many targets are stored.
        stored: usize,
    },
    /// A person asked for something that cannot be done; the text says why and what to do.
    #[error("{0}")]
    Refused(String),
}

/// Result of a store operation.
pub type Result<T> = std::result::Result<T, StoreError>;
