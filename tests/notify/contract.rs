//! The contract of every notifier: what is tried again, what is given up, and what an error text never holds.

use hinomi::model::Message;
use hinomi::notify::{Notifier, SendError};
use std::time::Duration;

/// What became of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Sent,
    Retry,
    GiveUp,
}

/// Sends once and checks what holds for every error: it says something, in one visible line, without a secret.
pub(crate) async fn attempt(notifier: &dyn Notifier, message: &Message, secrets: &[&str]) -> (Fate, String) {
    assert_eq!(notifier.channel(), message.receiver.channel);
    // A guard against a hanging test, far beyond every notifier's own limit.
    let sent = tokio::time::timeout(Duration::from_secs(60), notifier.send(message)).await;
    let error = match sent.expect("a notifier ends by its own limit") {
        Ok(()) => return (Fate::Sent, String::new()),
        Err(error) => error,
    };
    let fate = match &error {
        SendError::Retry { .. } => Fate::Retry,
        SendError::GiveUp { .. } => Fate::GiveUp,
    };
    for text in [error.to_string(), format!("{error:?}")] {
        for secret in secrets {
            assert!(!text.contains(secret), "a secret in an error text: {text}");
        }
    }
    let text = error.to_string();
    assert!(!text.trim().is_empty() && !text.contains(char::is_control), "{text:?}");
    assert!(text.len() < 2000, "{text}");
    (fate, text)
}

/// One row of the table of failures.
pub(crate) async fn expect(name: &str, notifier: &dyn Notifier, message: &Message, secrets: &[&str], fate: Fate) {
    let (became, text) = attempt(notifier, message, secrets).await;
    assert_eq!(became, fate, "{name}: {text}");
}

/// What a mail must still say after its travel.
pub(crate) fn assert_mail_survived(mail: &[u8], message: &Message) {
    let read = mail_parser::MessageParser::default().parse(mail).expect("a mail");
    let lines = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_owned();
    assert_eq!(read.subject(), Some(message.subject.as_str()));
    assert_eq!(lines(&read.body_text(0).expect("text")), lines(&message.text));
    assert_eq!(lines(&read.body_html(0).expect("html")), lines(&message.html));
    assert_eq!(read.message_id().map(|id| format!("<{id}>")).as_ref(), Some(&message.message_id));
    let ids = |value: &mail_parser::HeaderValue| {
        let list = value.as_text_list().unwrap_or_default();
        list.iter().map(|id| format!("<{id}>")).collect::<Vec<_>>()
    };
    assert_eq!(ids(read.references()), message.references);
    assert_eq!(ids(read.in_reply_to()).last(), message.references.last());
    let to = read.to().and_then(|to| to.first()).expect("a receiver");
    assert_eq!(
        (to.name(), to.address()),
        (Some(message.receiver.name.as_str()), Some(message.receiver.address.as_str()))
    );
    let from = read.from().and_then(|from| from.first()).expect("a sender");
    assert_eq!((from.name(), from.address()), (Some("火の見 監視室"), Some("hinomi@noc.example")));
    assert_eq!(read.date().map(mail_parser::DateTime::to_timestamp), Some(message.at.as_second()));
    let header = |name: &str| read.header(name).and_then(|value| value.as_text()).map(str::to_owned);
    assert_eq!(header("Auto-Submitted").as_deref(), Some("auto-generated"));
    let incidents = message.incidents.iter().take(20).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    assert_eq!(header("X-Hinomi-Incident").unwrap_or_default().replace("\r\n", ""), incidents);
    assert!(read.header("Bcc").is_none() && read.header("X").is_none());
    assert_eq!(read.content_type_is("multipart", "alternative"), Some(true));
    assert!(mail.is_ascii(), "no server must know 8BITMIME");
    assert!(mail.split(|byte| *byte == b'\n').all(|line| line.len() <= 998), "lines of RFC 5322");
}

trait IsType {
    fn content_type_is(&self, kind: &str, sub: &str) -> Option<bool>;
}

impl IsType for mail_parser::Message<'_> {
    fn content_type_is(&self, kind: &str, sub: &str) -> Option<bool> {
        use mail_parser::MimeHeaders;
        let found = self.content_type()?;
        Some(found.ctype() == kind && found.subtype() == Some(sub))
    }
}
