//! What went wrong, in both languages, and its causes as a person reads them.

use crate::config::NoIndicators;
use crate::model::{InvalidDigest, Language, Words};
use crate::net::SetupError;
use crate::notify::{MailError, WebhookError};
use crate::store::StoreError;
use std::error::Error;
use std::fmt;
use std::io;

/// What went wrong, with its cause.
#[derive(Debug)]
pub struct Fault {
    words: Words,
    cause: Option<anyhow::Error>,
}

impl Fault {
    /// What went wrong, without a cause below it.
    #[must_use]
    pub fn new(words: Words) -> Self {
        Self { words, cause: None }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.words.en)
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_ref().map(|cause| &**cause as &(dyn Error + 'static))
    }
}

/// An error without a cause below it.
#[must_use]
pub fn fault(words: Words) -> anyhow::Error {
    Fault::new(words).into()
}

/// Says what an error, or a value that is not there, means.
pub trait OrFault<T> {
    /// The value, or what went wrong above the cause.
    ///
    /// # Errors
    /// A [`Fault`] when there is no value.
    fn or_fault(self, words: impl FnOnce() -> Words) -> anyhow::Result<T>;
}

impl<T, E: Into<anyhow::Error>> OrFault<T> for Result<T, E> {
    fn or_fault(self, words: impl FnOnce() -> Words) -> anyhow::Result<T> {
        self.map_err(|cause| Fault { words: words(), cause: Some(cause.into()) }.into())
    }
}

impl<T> OrFault<T> for Option<T> {
    fn or_fault(self, words: impl FnOnce() -> Words) -> anyhow::Result<T> {
        self.ok_or_else(|| fault(words()))
    }
}

/// An error with its causes, from the outermost inwards.
#[must_use]
pub fn told(error: &anyhow::Error, language: Language) -> String {
    let parts: Vec<String> = error.chain().map(|cause| in_words(cause, language)).collect();
    parts.join(": ")
}

/// An error with its causes, in both languages.
#[must_use]
pub fn in_both(error: &anyhow::Error) -> Words {
    Words { en: told(error, Language::English), ja: told(error, Language::Japanese) }
}

/// One error in a language, without the causes below it.
#[must_use]
pub fn in_words(cause: &(dyn Error + 'static), language: Language) -> String {
    if let Some(fault) = cause.downcast_ref::<Fault>() {
        return fault.words.get(language).to_owned();
    }
    let words = cause
        .downcast_ref()
        .map(StoreError::words)
        .or_else(|| cause.downcast_ref().map(SetupError::words))
        .or_else(|| cause.downcast_ref().map(MailError::words))
        .or_else(|| cause.downcast_ref().map(WebhookError::words))
        .or_else(|| cause.downcast_ref().map(NoIndicators::words));
    if let Some(words) = words {
        return words.get(language).to_owned();
    }
    if let (Some(InvalidDigest), Language::Japanese) = (cause.downcast_ref(), language) {
        return "ダイジェストではありません。SHA-256の64桁の16進数を書いてください".to_owned();
    }
    match (cause.downcast_ref::<io::Error>(), language) {
        (Some(error), Language::Japanese) => system(error),
        _ => cause.to_string(),
    }
}

/// What the system says, for the kinds that a person meets.
fn system(error: &io::Error) -> String {
    let known = match error.kind() {
        io::ErrorKind::NotFound => "ファイルまたはフォルダーがありません",
        io::ErrorKind::PermissionDenied => "許可がありません",
        io::ErrorKind::AlreadyExists => "すでにあります",
        io::ErrorKind::AddrInUse => "アドレスはすでに使われています",
        io::ErrorKind::AddrNotAvailable => "このマシンのアドレスではありません",
        io::ErrorKind::ConnectionRefused => "接続を拒まれました",
        io::ErrorKind::StorageFull => "ディスクに空きがありません",
        io::ErrorKind::ReadOnlyFilesystem => "書き込めないファイルシステムです",
        io::ErrorKind::IsADirectory => "フォルダーです",
        io::ErrorKind::NotADirectory => "フォルダーではありません",
        _ => return error.to_string(),
    };
    format!("{known}（{error}）")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::words;

    #[test]
    fn every_cause_is_told_in_the_language_of_the_reader() {
        let missing = || Err::<(), _>(io::Error::from(io::ErrorKind::NotFound));
        let error = missing().or_fault(|| words!("the page", "ページ")).or_fault(|| words!("cannot", "できません"));
        let error = error.expect_err("a fault");
        assert_eq!(told(&error, Language::English), "cannot: the page: entity not found");
        let japanese = told(&error, Language::Japanese);
        assert!(japanese.starts_with("できません: ページ: ファイルまたはフォルダーがありません（"), "{japanese}");
        let stored = anyhow::Error::from(StoreError::TooNew { found: 9, known: 8 });
        assert!(told(&stored, Language::Japanese).contains("データベースの版は9"));
    }
}
