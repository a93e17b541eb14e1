//! Mails as their receivers see them.

use mail_parser::{HeaderValue, MessageParser};
use std::path::Path;

/// A mail, read back.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    pub(crate) message_id: String,
    pub(crate) references: Vec<String>,
}

impl Mail {
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let mail = MessageParser::default().parse(bytes).expect("a mail");
        let to = mail.to().and_then(|to| to.first()).and_then(|to| to.address()).unwrap_or_default();
        let references = match mail.references() {
            HeaderValue::Text(one) => vec![one.to_string()],
            HeaderValue::TextList(several) => several.iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        };
        Self {
            to: to.to_owned(),
            subject: mail.subject().unwrap_or_default().to_owned(),
            text: mail.body_text(0).unwrap_or_default().into_owned(),
            html: mail.body_html(0).unwrap_or_default().into_owned(),
            message_id: mail.message_id().unwrap_or_default().to_owned(),
            references,
        }
    }

    /// The digest in the approve command, when the mail shows one.
    pub(crate) fn digest(&self) -> Option<String> {
        let after = self.text.split("--digest ").nth(1)?;
        Some(after.chars().take_while(char::is_ascii_hexdigit).collect())
    }
}

/// The mails in a folder, oldest file name first.
pub(crate) fn mails_in(folder: &Path) -> Vec<Mail> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
    paths.sort();
    paths.iter().map(|path| Mail::read(&std::fs::read(path).expect("a mail"))).collect()
}
