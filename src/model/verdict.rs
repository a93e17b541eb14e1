//! Verdicts, and the reasons behind them.

use super::{Drift, Words};
use serde::{Deserialize, Serialize};

/// What hinomi says about one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Equal to an approved or followed state.
    Unchanged,
    /// Content-plane changes within what this page normally does.
    Routine,
    /// The comparison could not be made.
    Unseen,
    /// An unapproved change without a sign of attack: a person looks at leisure.
    Review,
    /// A sign of attack.
    Alarm,
}

impl Verdict {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Routine => "routine",
            Self::Unseen => "unseen",
            Self::Review => "review",
            Self::Alarm => "alarm",
        }
    }

    /// Whether a person is needed (exit code 1).
    #[must_use]
    pub const fn needs_person(self) -> bool {
        matches!(self, Self::Unseen | Self::Review | Self::Alarm)
    }
}

/// A verdict with its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// What led to it, most important first.
    pub because: Vec<Words>,
    /// What spoke against it.
    pub despite: Vec<Words>,
    /// An alarm that no second fetch needs to confirm.
    pub certain: bool,
    /// How far the page is from the nearest approved state; none where it was not compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<Drift>,
}
