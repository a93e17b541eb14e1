//! One persona's view of a URL: bytes, headers, redirects, address, certificate, within limits.

mod body;
mod budget;
pub mod classify;
pub mod conditional;
mod cookies;
mod decode;
mod http;
mod persona;

pub use http::{FetchOptions, HttpFetcher};
pub use persona::Identity;

use crate::model::{Fetched, Hop, Persona, UnseenReason};
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;
use url::Url;

/// What to fetch, and how.
#[derive(Debug, Clone)]
pub struct Request {
    /// What.
    pub url: Url,
    /// As whom.
    pub persona: Persona,
    /// `(etag, last-modified)` of the last full answer, to make the request conditional; none for a full fetch.
    pub validators: Option<(Option<String>, Option<String>)>,
    /// Over a new connection: for confirmations.
    pub fresh_connection: bool,
    /// The page that loads it; none for a page itself.
    pub page: Option<Url>,
}

/// Why nothing came home.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", reason.code())]
pub struct Failure {
    /// The kind.
    pub reason: UnseenReason,
    /// The technical detail: the whole chain of causes, without secrets.
    pub detail: String,
    /// Redirects on the way.
    pub hops: Vec<Hop>,
    /// The address that was reached, if one was.
    pub remote: Option<SocketAddr>,
    /// When the host asked us to come again.
    pub retry_after: Option<Duration>,
}

/// Returns what a persona sees.
pub trait Fetcher: Send + Sync + 'static {
    /// Fetches once, within the limits. Never panics on what comes back.
    fn fetch(&self, request: Request) -> impl Future<Output = Result<Fetched, Failure>> + Send;
}
