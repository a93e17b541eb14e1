//! What a fetch brought home.

use super::{Certificate, Digest, Persona};
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
    /// The address that answered; none in what was stored before it was recorded.
    #[serde(default)]
    pub remote: Option<SocketAddr>,
    /// The certificate it showed; none in what was stored before it was recorded.
    #[serde(default)]
    pub certificate: Option<Certificate>,
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

    /// Every answer on the way with its certificate, first hop first, the page itself last.
    pub fn way(&self) -> impl Iterator<Item = (&Url, Option<&Certificate>)> {
        let hops = self.hops.iter().map(|hop| (&hop.url, hop.certificate.as_ref()));
        hops.chain(std::iter::once((&self.final_url, self.certificate.as_ref())))
    }

    /// The first certificate on the way that a browser would refuse: where, which, and why.
    #[must_use]
    pub fn bad_certificate(&self) -> Option<(&Url, &Certificate, &str)> {
        self.way().find_map(|(url, certificate)| {
            let certificate = certificate?;
            Some((url, certificate, certificate.problem.as_deref()?))
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hop_stored_before_its_certificate_was_recorded_is_still_read() {
        let stored = r#"{"url":"https://a.example/","status":301,"location":"https://b.example/"}"#;
        let hop: Hop = serde_json::from_str(stored).expect("a hop");
        assert_eq!((hop.certificate, hop.remote, hop.status), (None, None, 301));
    }
}
