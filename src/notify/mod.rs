//! An incident in words (Japanese and English), and one file per channel.

mod letter;
mod mail;
mod webhook;

pub use letter::write;
pub use mail::{MailError, MailOptions, Mailer, SmtpOptions, Transport};
pub use webhook::{Endpoint, Webhook, WebhookError, WebhookOptions, sign};

use crate::model::{Channel, Event, Excerpt, Incident, Message, Proposal, Receiver, Target, TargetId};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use std::time::Duration;
use uuid::Uuid;

/// Why a message did not go out. Texts hold no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It may go later; the outbox tries again.
    #[error("{detail}")]
    Retry {
        /// What happened.
        detail: String,
        /// Not before, when the other side said so.
        after: Option<Duration>,
    },
    /// It never will.
    #[error("{detail}")]
    GiveUp {
        /// What happened.
        detail: String,
    },
}

/// A channel: sends once and says *retry* or *give up*; retrying belongs to the outbox.
pub trait Notifier: Send + Sync {
    /// Which receivers it serves.
    fn channel(&self) -> Channel;

    /// Sends one message once, within a time limit of its own. The same message sent twice carries the same Message-ID.
    ///
    /// # Errors
    /// [`SendError`], with no secret in its text.
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Result<(), SendError>>;
}

/// One event with everything its wording needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// What happened.
    pub event: Event,
    /// The target it is about, and the name of its organisation.
    pub target: Option<(Target, String)>,
    /// The incident it is about, as it stands now.
    pub incident: Option<Incident>,
    /// The proposal it is about.
    pub proposal: Option<Proposal>,
    /// Readable excerpts of what changed, most important first.
    pub excerpts: Vec<Excerpt>,
}

/// One message to be written: who gets it, and all that is told in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    /// Id of the message.
    pub id: Uuid,
    /// Who gets it.
    pub receiver: Receiver,
    /// What is told; never empty.
    pub stories: Vec<Story>,
    /// Message-IDs of earlier mails of the same incident to the same receiver, oldest first.
    pub references: Vec<String>,
    /// Domain for the Message-ID.
    pub domain: String,
    /// Mail address of the operators: whom an owner answers to.
    pub operators: String,
    /// Head of each approval chain, for the operators' daily digest; empty elsewhere.
    pub chain_heads: Vec<String>,
    /// Approvals that end soon, the first to end first, for digests; empty elsewhere.
    pub endings: Vec<Ending>,
    /// Now.
    pub at: Timestamp,
}

/// An approval that ends soon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// Whose page, and the name of its organisation.
    pub target: (TargetId, String),
    /// When.
    pub at: Timestamp,
}
