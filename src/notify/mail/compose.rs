//! A message as RFC 5322 text: the same bytes at every attempt.

use super::SendError;
use crate::model::{Message, display_line};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder, MultiPart, SinglePart};
use std::time::SystemTime;

/// Incidents named in the header; a storm has more, and they stand in the text.
const MOST_INCIDENTS: usize = 20;

const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");
const NO_AUTO_REPLY: HeaderName = HeaderName::new_from_ascii_str("X-Auto-Response-Suppress");
const INCIDENT: HeaderName = HeaderName::new_from_ascii_str("X-Hinomi-Incident");

/// The mail.
///
/// # Errors
/// Gives up when the receiver's address is none.
pub(super) fn compose(
    message: &Message,
    from: &Mailbox,
    reply_to: Option<&Mailbox>,
) -> Result<lettre::Message, SendError> {
    let give_up = |what: String| SendError::GiveUp { detail: what };
    let address = message.receiver.address.trim().parse().map_err(|_| {
        give_up(format!("'{}' is no mail address; correct the contact", display_line(&message.receiver.address)))
    })?;
    let name = Some(display_line(&message.receiver.name)).filter(|name| !name.is_empty());
    let builder = headers(message).from(from.clone()).to(Mailbox::new(name, address));
    let builder = reply_to.into_iter().fold(builder, |builder, mailbox| builder.reply_to(mailbox.clone()));
    builder.multipart(body(message)).map_err(|error| give_up(format!("the mail cannot be written: {error}")))
}

fn headers(message: &Message) -> MessageBuilder {
    let mut builder = lettre::Message::builder()
        .date(SystemTime::from(message.at))
        .message_id(Some(one_id(&message.message_id)))
        .subject(display_line(&message.subject))
        .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()))
        .raw_header(HeaderValue::new(NO_AUTO_REPLY, "All".to_owned()));
    if let Some(latest) = message.references.last() {
        let all: Vec<String> = message.references.iter().map(|id| one_id(id)).collect();
        builder = builder.in_reply_to(one_id(latest)).references(all.join(" "));
    }
    if !message.incidents.is_empty() {
        let ids: Vec<String> = message.incidents.iter().take(MOST_INCIDENTS).map(ToString::to_string).collect();
        builder = builder.raw_header(HeaderValue::new(INCIDENT, ids.join(", ")));
    }
    builder
}

/// A Message-ID as one word without spaces: nothing else can get into the header through it.
fn one_id(id: &str) -> String {
    id.chars().filter(char::is_ascii_graphic).collect()
}

fn body(message: &Message) -> MultiPart {
    // The boundary is not random, so that the same message gives the same bytes; nobody else knows the id beforehand.
    let parts = MultiPart::alternative().boundary(format!("=_hinomi_{}", message.id.simple()));
    parts.singlepart(SinglePart::plain(message.text.clone())).singlepart(SinglePart::html(message.html.clone()))
}
