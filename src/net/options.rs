//! Settings of the way out.

use super::guard::Guard;
use super::resolver::{Lookup, SystemLookup};
use crate::model::Secret;
use std::sync::Arc;
use std::time::Duration;

/// What a bad certificate does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// It ends the connection: for webhooks and the heartbeat.
    Strict,
    /// It is written down in [`Certificate::problem`](crate::model::Certificate::problem), and the page comes: for fetches.
    Record,
}

/// A proxy on the way out. A SOCKS proxy gets the very address that was checked. An HTTP proxy gets the name, after its
/// addresses were checked here, and resolves it again: against names that change in between it needs rules of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// `http://`, `https://` or `socks5://` with host, port and perhaps user and password.
    pub url: Secret,
    /// Only the proxy can resolve names: names are then handed to it unchecked, and the proxy has to refuse private
    /// addresses. Literal addresses are checked here all the same.
    pub resolves_names: bool,
}

/// Settings of a [`Client`](super::Client).
#[derive(Clone)]
pub struct ClientOptions {
    /// What may be fetched.
    pub guard: Guard,
    /// What a bad certificate does.
    pub trust: Trust,
    /// Root certificates besides those of this machine, in DER form.
    pub extra_roots: Vec<Vec<u8>>,
    /// The proxy, if there is one. The environment's proxy variables are never used.
    pub proxy: Option<Proxy>,
    /// Time for name, TCP and TLS together.
    pub connect_timeout: Duration,
    /// Where names become addresses.
    pub lookup: Arc<dyn Lookup>,
}

impl ClientOptions {
    /// Public addresses, ordinary ports, this machine's resolver and roots, 10 s to connect, no proxy.
    #[must_use]
    pub fn new(trust: Trust) -> Self {
        Self {
            guard: Guard::default(),
            trust,
            extra_roots: Vec::new(),
            proxy: None,
            connect_timeout: Duration::from_secs(10),
            lookup: Arc::new(SystemLookup::new()),
        }
    }
}
