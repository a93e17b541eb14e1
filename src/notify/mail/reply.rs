//! What an answer of a mail server means: try again, or give up.

use super::SendError;
use crate::model::{Secret, display_line};
use lettre::transport::smtp;

/// How far the conversation had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Connection, greeting, TLS.
    Connect,
    /// User name and password.
    Login,
    /// The sender's address.
    Sender,
    /// The receiver's address.
    Recipient,
    /// The mail itself.
    Content,
}

impl Stage {
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Connect => ("no connection", "check its address, port and TLS, and whether it runs"),
            Self::Login => ("the login failed", "check user name and password of mail"),
            Self::Sender => ("the sender's address was refused", "check mail.from and whether a login is needed"),
            Self::Recipient => ("the receiver's address was refused", "check the contact's address"),
            Self::Content => ("the mail was refused", "ask the mail server's administrator"),
        }
    }
}

/// Longest text of a mail server that is kept, in characters.
const LONGEST: usize = 300;

/// Judges a failure. Only a permanent refusal of this receiver or this mail is for good; everything else may be our own
/// configuration, or pass.
pub(super) fn judge(stage: Stage, error: &smtp::Error, server: &str, secrets: &[Secret]) -> SendError {
    let said = secrets.iter().fold(display_line(&whole(error)), |text, secret| secret.redact(&text));
    let code = error.status().map(u16::from);
    let said: String = said.chars().take(LONGEST).collect();
    let (what, step) = stage.words();
    let detail = format!("mail server {server}: {what}: {said}; {step}");
    let theirs = matches!(stage, Stage::Recipient | Stage::Content) && !ours(code, &said);
    if error.is_permanent() && theirs { SendError::GiveUp { detail } } else { SendError::Retry { detail, after: None } }
}

/// Permanent refusals that speak of us, not of the receiver: a login is missing, the server does not relay for us, the
/// commands came in a wrong order.
fn ours(code: Option<u16>, said: &str) -> bool {
    matches!(code, Some(503 | 530 | 534 | 535 | 538)) || said.to_ascii_lowercase().contains("relay")
}

/// The error with its causes.
fn whole(error: &smtp::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error).and_then(std::error::Error::source);
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}
