//! Notices, messages and receivers: what is told, to whom, on which way.

use super::{Language, Persona, TargetId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// On which way a receiver is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// By mail.
    Mail,
    /// By webhook.
    Webhook,
}

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Receiver {
    /// The way.
    pub channel: Channel,
    /// Mail address, or the webhook's name (`default`), never its URL: that is a secret.
    pub address: String,
    /// How a person is addressed.
    pub name: String,
    /// Language of what they get.
    pub language: Language,
}

/// What is told about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// An incident opened.
    Opened {
        /// Which.
        incident: Uuid,
    },
    /// An open incident shows something new that is worse or elsewhere.
    Worse {
        /// Which.
        incident: Uuid,
    },
    /// Nobody acknowledged an incident: the next level is told.
    Escalated {
        /// Which.
        incident: Uuid,
        /// The level told now.
        level: u8,
    },
    /// An incident is over.
    Resolved {
        /// Which.
        incident: Uuid,
    },
    /// A state waits for approval; goes into the daily digest.
    Review {
        /// Whose page.
        target: TargetId,
        /// As whom it was fetched.
        persona: Persona,
    },
    /// A special page that was approved beforehand is shown now, or no longer.
    Special {
        /// Whose page.
        target: TargetId,
        /// Name of the special page.
        name: String,
        /// It is shown now.
        entered: bool,
    },
    /// Something about hinomi itself, for the operators.
    Operations {
        /// What kind of trouble, kebab-case: `monitor-offline`, `overdue`, `outbox-stuck`, `disk-full`, `worker-died`, …
        trouble: String,
        /// What happened, what it means, what to do.
        words: super::Words,
        /// It is over.
        over: bool,
    },
    /// A harmless message that proves the way.
    Test,
}

/// Something decided to be told to one receiver, waiting to be put into a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Its id.
    pub id: Uuid,
    /// Who is told.
    pub receiver: Receiver,
    /// What.
    pub event: Event,
    /// When it was decided.
    pub at: Timestamp,
    /// Not put into a message before: notices of one receiver that are due together share a message.
    pub not_before: Timestamp,
}

/// A message whose receiver, text and Message-ID are fixed; it is sent until it arrived or was refused for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its id.
    pub id: Uuid,
    /// Who gets it.
    pub receiver: Receiver,
    /// RFC 5322 Message-ID with its angle brackets; the same at each attempt.
    pub message_id: String,
    /// Message-IDs it refers to, oldest first.
    pub references: Vec<String>,
    /// Subject, one line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// HTML.
    pub html: String,
    /// What a webhook gets.
    pub json: serde_json::Value,
    /// Incidents it speaks of: the ids of its threads.
    pub incidents: Vec<Uuid>,
    /// When it was written.
    pub at: Timestamp,
    /// Attempts so far.
    pub attempts: u32,
    /// Next attempt.
    pub next_attempt: Timestamp,
    /// How the last attempt failed.
    pub last_error: Option<String>,
}
