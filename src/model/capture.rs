//! What a fetch brought home.

use super::{Digest, Persona};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use url::Url;

/// One redirect that was followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// Where the answer came from.
    pub url: Url,
    /// Its status.
    pub status: u16,
    /// Where it sent us.
    pub location: Url,
}

/// The leaf certificate a host showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// SHA-256 of its DER form.
    pub sha256: Digest,
    /// Subject.
    pub subject: String,
    /// Issuer.
    pub issuer: String,
    /// DNS names and addresses it is good for.
    pub names: Vec<String>,
    /// Good from.
    pub not_before: Timestamp,
    /// Good until.
    pub not_after: Timestamp,
    /// Why a browser would refuse it; none when it would not.
    pub problem: Option<String>,
}

/// Everything about an answer but its body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// What was asked for.
    pub requested: Url,
    /// Where the answer came from in the end.
    pub final_url: Url,
    /// HTTP status.
    pub status: u16,
    /// Headers in order, names in lower case, values as text (bytes that are no UTF-8 replaced).
    pub headers: Vec<(String, String)>,
    /// Redirects on the way.
    pub hops: Vec<Hop>,
    /// The address that answered.
    pub remote: Option<SocketAddr>,
    /// The certificate it showed.
    pub certificate: Option<Certificate>,
}

/// Response headers that change what a page can do to a visitor; they are part of its state.
pub const ACTING_HEADERS: [&str; 13] = [
    "content-disposition",
    "content-security-policy",
    "content-security-policy-report-only",
    "cross-origin-embedder-policy",
    "cross-origin-opener-policy",
    "link",
    "permissions-policy",
    "referrer-policy",
    "refresh",
    "service-worker-allowed",
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
];

impl Head {
    /// The first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The headers that act, in the order of their names. `content-type` counts too: it decides how a page is read.
    pub fn acting_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut acting: Vec<_> = self
            .headers
            .iter()
            .filter(|(name, _)| name == "content-type" || ACTING_HEADERS.contains(&name.as_str()))
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        acting.sort_unstable();
        acting.into_iter()
    }
}

/// A full answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// As whom it was fetched.
    pub persona: Persona,
    /// When the answer was complete.
    pub at: Timestamp,
    /// Everything but the body.
    pub head: Head,
    /// The body, decompressed.
    pub body: Vec<u8>,
    /// SHA-256 of the body.
    pub sha256: Digest,
    /// Bytes that came over the wire for the body.
    pub transferred: u64,
}

/// How a fetch ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// A full answer.
    Full(Box<Capture>),
    /// The host says that nothing changed since the validators we sent: a hint, no comparison.
    NotModified(Box<Head>),
}
