//! How the model's values stand in columns: times as microseconds, digests as bytes, the rest as text or small integers.

use crate::model::words;
use crate::model::{Digest, IncidentState, IndicatorKind, OrganisationId, Persona, TargetId, UnseenReason, Verdict};
use crate::store::StoreError;
use crate::store::pack::{pack, unpack};
use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error as E;
        match error {
            E::FromSqlConversionFailure(..) | E::InvalidColumnType(..) | E::IntegralValueOutOfRange(..) => {
                Self::Damaged(words!(
                    "a row of the database cannot be read: {error}; restore a backup",
                    "データベースの行が読めません: {error}。バックアップを戻してください"
                ))
            }
            E::SqliteFailure(code, _) if code.code == rusqlite::ErrorCode::DatabaseCorrupt => Self::Damaged(words!(
                "the database file is damaged: {error}; restore a backup",
                "データベースのファイルが壊れています: {error}。バックアップを戻してください"
            )),
            _ => Self::Database(error.to_string()),
        }
    }
}

/// A time, to the microsecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Time(pub(super) Timestamp);

impl ToSql for Time {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_microsecond().into())
    }
}

impl FromSql for Time {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let microseconds = value.as_i64()?;
        Timestamp::from_microsecond(microseconds).map(Self).map_err(|_| FromSqlError::OutOfRange(microseconds))
    }
}

impl ToSql for Digest {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_bytes().as_slice().into())
    }
}

impl FromSql for Digest {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let bytes = value.as_blob()?;
        let found = bytes.len();
        bytes
            .try_into()
            .map(Self::from_bytes)
            .map_err(|_| FromSqlError::InvalidBlobSize { expected_size: 32, blob_size: found })
    }
}

/// Something structured, as JSON text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Json<T>(pub(super) T);

impl<T: Serialize> ToSql for Json<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let text = serde_json::to_string(&self.0);
        text.map(ToSqlOutput::from).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
    }
}

impl<T: DeserializeOwned> FromSql for Json<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_slice(value.as_bytes()?).map(Self).map_err(FromSqlError::other)
    }
}

/// A thing as compressed JSON text; what was written before it was compressed is read too.
pub(super) struct Packed<T>(pub(super) T);

impl<T: Serialize> ToSql for Packed<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| rusqlite::Error::ToSqlConversionFailure(error);
        let text = serde_json::to_vec(&self.0).map_err(|error| failed(error.into()))?;
        pack(&text).map(ToSqlOutput::from).map_err(|error| failed(error.into()))
    }
}

impl<T: DeserializeOwned> FromSql for Packed<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = match value {
            ValueRef::Blob(packed) => Cow::Owned(unpack(packed).map_err(FromSqlError::other)?),
            other => Cow::Borrowed(other.as_bytes()?),
        };
        serde_json::from_slice(&text).map(Self).map_err(FromSqlError::other)
    }
}

macro_rules! integers {
    ($($type:ident { $($variant:ident = $code:literal)* })*) => {
        $(impl ToSql for $type {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(match self { $(Self::$variant => $code,)* }.into())
            }
        }

        impl FromSql for $type {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                match value.as_i64()? {
                    $($code => Ok(Self::$variant),)*
                    other => Err(FromSqlError::OutOfRange(other)),
                }
            }
        })*
    };
}

// These numbers stand in databases: a new variant takes a new number.
integers! {
    Persona { Desktop = 0_i64 Mobile = 1_i64 SearchVisitor = 2_i64 SearchBot = 3_i64 }
    Verdict { Unchanged = 0_i64 Routine = 1_i64 Unseen = 2_i64 Review = 3_i64 Alarm = 4_i64 }
    IncidentState { Open = 0_i64 Acknowledged = 1_i64 Resolved = 2_i64 }
    IndicatorKind { Host = 0_i64 Url = 1_i64 Address = 2_i64 Sha256 = 3_i64 }
}

macro_rules! texts {
    ($($type:ident)*) => {
        $(impl ToSql for $type {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(self.as_str().into())
            }
        }

        impl FromSql for $type {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                value.as_str()?.parse().map_err(FromSqlError::other)
            }
        })*
    };
}

texts! { TargetId OrganisationId }

impl ToSql for UnseenReason {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.code().into())
    }
}

impl FromSql for UnseenReason {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let code = value.as_str()?;
        let known = Self::ALL.iter().copied().find(|reason| reason.code() == code);
        known.ok_or_else(|| FromSqlError::other(std::io::Error::other(format!("unknown reason {code:?}"))))
    }
}

/// Drops a row that cannot be read, and says so: one damaged row never hides the others.
pub(super) fn readable<T>(row: rusqlite::Result<T>, of: &str) -> Option<crate::store::Result<T>> {
    match row.map_err(StoreError::from) {
        Err(StoreError::Damaged(words)) => {
            tracing::error!(of, detail = words.en, "a damaged row of the database is left out");
            None
        }
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back_and_what_was_not_is_read() {
        let db = rusqlite::Connection::open_in_memory().expect("a database");
        let read = |value: &dyn ToSql| {
            let row = db.query_row("SELECT ?1", [value], |row| row.get::<_, Packed<Vec<String>>>(0));
            row.map(|packed| packed.0).map_err(StoreError::from)
        };
        let words = vec!["お知らせ".to_owned(); 200];
        assert_eq!(read(&Packed(&words)).expect("packed"), words);
        assert_eq!(read(&Json(&words)).expect("plain"), words);
        assert!(matches!(read(&vec![1_u8, 2, 3]), Err(StoreError::Damaged(_))));
    }
}
