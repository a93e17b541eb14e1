//! What can go wrong on the way out, each kind as the reason a person is told, with the whole chain of causes.

use crate::model::{UnseenReason, Words};
use std::error::Error as StdError;
use std::io;

/// Longest detail in bytes that is kept.
const MAX_DETAIL: usize = 600;

/// Why nothing came home. The detail holds the chain of causes and no secret: neither the URL nor a proxy's password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", reason.code())]
pub struct Error {
    /// The kind.
    pub reason: UnseenReason,
    /// The technical detail.
    pub detail: String,
}

/// Why the way out could not be set up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The proxy's URL cannot be used.
    #[error("the proxy cannot be used: {0}; write http://, https:// or socks5:// with host and port")]
    Proxy(String),
    /// An extra root certificate cannot be read.
    #[error("an extra root certificate cannot be read: {0}; give X.509 certificates in DER form")]
    Root(String),
    /// A header value holds characters that cannot be sent.
    #[error("the {0} cannot be sent as a header: use printable ASCII only")]
    Header(&'static str),
    /// TLS or the client refused its settings.
    #[error("the HTTP client could not be set up: {0}")]
    Client(String),
}

impl SetupError {
    /// The same in both languages.
    #[must_use]
    pub fn words(&self) -> Words {
        let ja = match self {
            Self::Proxy(why) => {
                format!("プロキシを使えません: {why}。http://、https://、socks5://とホスト、ポートを書いてください")
            }
            Self::Root(why) => format!("追加のルート証明書を読めません: {why}。DER形式のX.509証明書を指定してください"),
            Self::Header(name) => format!("{name} はヘッダーとして送れません。印字可能なASCIIだけを使ってください"),
            Self::Client(why) => format!("HTTPクライアントを準備できません: {why}"),
        };
        Words { en: self.to_string(), ja }
    }
}

impl Error {
    /// An error of a kind.
    pub fn new(reason: UnseenReason, detail: impl Into<String>) -> Self {
        let mut detail = detail.into();
        if detail.len() > MAX_DETAIL {
            let end = (0..=MAX_DETAIL).rev().find(|at| detail.is_char_boundary(*at)).unwrap_or(0);
            detail.truncate(end);
            detail.push('…');
        }
        Self { reason, detail }
    }

    /// What the HTTP client says, sorted by what lies at the bottom of its chain of causes.
    pub(super) fn from_client(error: reqwest::Error) -> Self {
        let error = error.without_url();
        if let Some(own) = find::<Self>(&error) {
            return own.clone();
        }
        Self::new(reason(&error), chain(&error))
    }

    /// Whether a standing connection failed before an answer began: neither connecting nor what was answered is to blame.
    pub(super) fn came_before_an_answer(error: &reqwest::Error) -> bool {
        let answered = find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse);
        let before = !error.is_connect() && !error.is_timeout() && !error.is_builder();
        before && !answered && find::<Self>(error).is_none()
    }
}

fn reason(error: &reqwest::Error) -> UnseenReason {
    let io = find::<io::Error>(error).map(io::Error::kind);
    if find::<rustls::Error>(error).is_some() {
        return UnseenReason::TlsFailed;
    }
    if error.is_connect() {
        return match io {
            _ if error.is_timeout() => UnseenReason::ConnectTimeout,
            Some(io::ErrorKind::TimedOut) => UnseenReason::ConnectTimeout,
            Some(io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData) => UnseenReason::TlsFailed,
            _ => UnseenReason::ConnectFailed,
        };
    }
    match io {
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused | io::ErrorKind::BrokenPipe) => {
            UnseenReason::ConnectFailed
        }
        Some(io::ErrorKind::TimedOut) => UnseenReason::TotalTimeout,
        _ => UnseenReason::BrokenAnswer,
    }
}

/// The first cause of a type, also inside I/O errors that wrap another error.
fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        next = cause(error);
    }
    None
}

/// The next cause: what an I/O error wraps (its `source` would skip that one), or the source.
fn cause<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

/// All causes in a row, each said once.
fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = cause(error);
    while let Some(error) = next {
        let said = error.to_string();
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        next = cause(error);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_detail_is_cut_between_characters() {
        let error = Error::new(UnseenReason::BrokenAnswer, "火".repeat(400));
        assert!(error.detail.len() <= MAX_DETAIL + '…'.len_utf8());
        assert!(error.detail.ends_with("火…"));
    }

    #[test]
    fn what_an_io_error_wraps_is_found() {
        let own = Error::new(UnseenReason::AddressRefused, "10.0.0.1");
        let wrapped = io::Error::other(io::Error::other(own.clone()));
        assert_eq!(find::<Error>(&wrapped), Some(&own));
        assert_eq!(chain(&wrapped), "address-refused: 10.0.0.1");
    }
}
