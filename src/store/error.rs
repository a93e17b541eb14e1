//! Why the store could not do something, with the next step for a person.

use crate::model::Words;
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
    #[error("{}", .0.en)]
    Damaged(Words),
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
    #[error("{}", .0.en)]
    Refused(Words),
}

impl StoreError {
    /// The same in both languages.
    #[must_use]
    pub fn words(&self) -> Words {
        let en = self.to_string();
        let ja = match self {
            Self::Damaged(words) | Self::Refused(words) => return words.clone(),
            Self::Database(detail) => {
                format!("データベース: {detail}。データフォルダーの空き容量と権限を確認してください")
            }
            Self::File { path, detail } => format!("{}: {detail}。空き容量と権限を確認してください", path.display()),
            Self::WriterGone(detail) => format!("データベースへの書き込みが止まりました: {detail}"),
            Self::TooNew { found, known } => {
                format!(
                    "データベースの版は{found}で、このhinomiが読めるのは{known}までです。新しいhinomiを使ってください"
                )
            }
            Self::EmptyRegistry { stored } => format!(
                "登録簿に監視対象が1つもありませんが、{stored}件を見張っています。何も変えていません。正しいファイルか確認して\
                 ください（`--targets FILE`）。見張りをやめるには `enabled = false` と書いてください"
            ),
        };
        Words { en, ja }
    }
}

/// Result of a store operation.
pub type Result<T> = std::result::Result<T, StoreError>;
