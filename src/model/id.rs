//! Ids of organisations and targets: short, safe as a file name, the same everywhere.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::fmt;
use std::str::FromStr;

/// Longest id in bytes; with `.jsonl` behind it, it still fits every file system.
pub const MAX_ID: usize = 64;

/// Why a text is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    /// The text is empty.
    #[error("an id cannot be empty; write 1 to {MAX_ID} of a-z, 0-9 and '-'")]
    Empty,
    /// The text is longer than [`MAX_ID`].
    #[error("an id has at most {MAX_ID} characters; shorten it")]
    TooLong,
    /// A character outside `[a-z0-9-]`, or `-` at an end.
    #[error("an id holds only a-z, 0-9 and '-', and starts and ends with a letter or digit; '{0}' does not fit here")]
    Character(char),
}

fn check(text: &str) -> Result<(), InvalidId> {
    if text.is_empty() {
        return Err(InvalidId::Empty);
    }
    if text.len() > MAX_ID {
        return Err(InvalidId::TooLong);
    }
    let bad = |c: char| !matches!(c, 'a'..='z' | '0'..='9' | '-');
    if let Some(c) = text.chars().find(|&c| bad(c)) {
        return Err(InvalidId::Character(c));
    }
    if text.starts_with('-') || text.ends_with('-') {
        return Err(InvalidId::Character('-'));
    }
    Ok(())
}

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(SmolStr);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                check(text)?;
                Ok(Self(SmolStr::new(text)))
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.to_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id_type! {
    /// Id of an [`Organisation`](super::Organisation).
    OrganisationId
}
id_type! {
    /// Id of a [`Target`](super::Target).
    TargetId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_never_leave_their_folder() {
        for bad in ["", "..", "a/b", "A", "ä", "-a", "a-", "a.b", "a b", "\0"] {
            assert!(bad.parse::<TargetId>().is_err(), "{bad:?} was taken");
        }
        assert!("a".repeat(65).parse::<TargetId>().is_err());
        assert_eq!("city-top1".parse::<TargetId>().map(|i| i.to_string()), Ok("city-top1".to_owned()));
    }
}
