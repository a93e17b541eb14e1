//! Name resolution that hands out checked addresses only; a connection goes nowhere else.

use super::error::Error;
use super::guard::Guard;
use crate::model::UnseenReason;
use futures_util::future::BoxFuture;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::LookupIpStrategy;
use hickory_resolver::net::NetError;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Answers that are kept, in number of responses.
const CACHE: u64 = 4_096;
/// No answer is believed for longer, whatever its TTL says.
const MAX_TTL: Duration = Duration::from_secs(300);
/// "No such name" is believed this long at most.
const MAX_NEGATIVE_TTL: Duration = Duration::from_secs(30);
/// Time for one try, of which there are two.
const TRY: Duration = Duration::from_secs(3);
/// After a failure the system's settings are read again, but not more often than this.
const REREAD: Duration = Duration::from_secs(60);
/// More addresses of one name than this are not used.
const MAX_ADDRESSES: usize = 32;

/// Where names become addresses.
pub trait Lookup: Send + Sync + 'static {
    /// All addresses of a name, both families.
    ///
    /// [`UnseenReason::NameNotFound`] or [`UnseenReason::NameServerFailed`] otherwise.
    fn lookup(&self, name: String) -> BoxFuture<'static, Result<Vec<IpAddr>, Error>>;
}

/// The name servers and the hosts file of this machine, with a cache that keeps to the TTLs.
pub struct SystemLookup {
    current: Arc<Mutex<Current>>,
}

/// The resolver in use and since when, once there is one.
type Current = Option<(Arc<TokioResolver>, Instant)>;

impl SystemLookup {
    /// A resolver that reads this machine's settings at the first question, and again after failures.
    #[must_use]
    pub fn new() -> Self {
        Self { current: Arc::default() }
    }

    fn resolver(current: &Mutex<Current>) -> Result<Arc<TokioResolver>, Error> {
        let mut current = current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((resolver, _)) = current.as_ref() {
            return Ok(resolver.clone());
        }
        let resolver = Arc::new(build().map_err(|error| failed(&format!("settings of this machine: {error}")))?);
        *current = Some((resolver.clone(), Instant::now()));
        Ok(resolver)
    }

    /// Lets go of settings that may be out of date (a laptop that moved, a renewed lease).
    fn forget(current: &Mutex<Current>) {
        let mut current = current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_some_and(|(_, since)| since.elapsed() >= REREAD) {
            *current = None;
        }
    }
}

impl Default for SystemLookup {
    fn default() -> Self {
        Self::new()
    }
}

impl Lookup for SystemLookup {
    fn lookup(&self, name: String) -> BoxFuture<'static, Result<Vec<IpAddr>, Error>> {
        let current = self.current.clone();
        Box::pin(async move {
            let resolver = Self::resolver(&current)?;
            // With its dot at the end the name is asked as it is, without this machine's search domains.
            let answer = resolver.lookup_ip(format!("{}.", name.trim_end_matches('.'))).await;
            match answer {
                Ok(found) => Ok(found.iter().take(MAX_ADDRESSES).collect()),
                Err(error) if is_not_found(&error) => Err(Error::new(UnseenReason::NameNotFound, error.to_string())),
                Err(error) => {
                    Self::forget(&current);
                    Err(failed(&error.to_string()))
                }
            }
        })
    }
}

fn is_not_found(error: &NetError) -> bool {
    error.is_nx_domain() || error.is_no_records_found()
}

fn failed(detail: &str) -> Error {
    Error::new(UnseenReason::NameServerFailed, detail)
}

fn build() -> Result<TokioResolver, NetError> {
    let mut builder = TokioResolver::builder_tokio()?;
    let options = builder.options_mut();
    options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
    options.cache_size = CACHE;
    options.positive_max_ttl = Some(MAX_TTL);
    options.negative_max_ttl = Some(MAX_NEGATIVE_TTL);
    options.timeout = TRY;
    options.attempts = 2;
    builder.build()
}

/// A fixed table of names, for tests and the demo.
#[derive(Debug, Clone, Default)]
pub struct TableLookup(HashMap<String, Vec<IpAddr>>);

impl TableLookup {
    /// A table; every name that is not in it does not exist.
    pub fn new(names: impl IntoIterator<Item = (String, Vec<IpAddr>)>) -> Self {
        Self(names.into_iter().collect())
    }
}

impl Lookup for TableLookup {
    fn lookup(&self, name: String) -> BoxFuture<'static, Result<Vec<IpAddr>, Error>> {
        let not_found = || Error::new(UnseenReason::NameNotFound, format!("{name} is not in the table"));
        let answer = self.0.get(name.trim_end_matches('.')).cloned().ok_or_else(not_found);
        Box::pin(async move { answer })
    }
}

/// A lookup behind the guard. It is the HTTP client's only resolver.
#[derive(Clone)]
pub(super) struct GuardedResolver {
    pub(super) lookup: Arc<dyn Lookup>,
    pub(super) guard: Arc<Guard>,
    /// The proxy's own name: it was given by the operator and may lie anywhere.
    pub(super) proxy: Option<String>,
}

impl GuardedResolver {
    /// The addresses of a name, when all of them may be fetched.
    pub(super) async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, Error> {
        let bare = name.trim_end_matches('.').to_ascii_lowercase();
        if bare == "localhost" || bare.ends_with(".localhost") {
            return self.localhost(&bare);
        }
        let addresses = self.lookup.lookup(bare.clone()).await?;
        self.guard.check_addresses(&bare, &addresses)?;
        Ok(addresses)
    }

    /// `localhost` is this machine, whatever a name server says (RFC 6761); of its two addresses the allowed ones count.
    fn localhost(&self, name: &str) -> Result<Vec<IpAddr>, Error> {
        let both = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        let allowed: Vec<_> = both.into_iter().filter(|ip| self.guard.check_address(*ip).is_ok()).collect();
        self.guard.check_addresses(name, if allowed.is_empty() { &both } else { &allowed })?;
        Ok(allowed)
    }

    async fn for_connection(&self, name: &str) -> Result<Vec<IpAddr>, Error> {
        match &self.proxy {
            Some(proxy) if proxy == name => self.proxy_addresses(name).await,
            _ => self.addresses(name).await,
        }
    }

    async fn proxy_addresses(&self, name: &str) -> Result<Vec<IpAddr>, Error> {
        if name == "localhost" {
            return Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)]);
        }
        self.lookup.lookup(name.to_owned()).await
    }
}

impl reqwest::dns::Resolve for GuardedResolver {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let own = self.clone();
        Box::pin(async move {
            let addresses = own.for_connection(name.as_str()).await?;
            let sockets = addresses.into_iter().map(|ip| SocketAddr::new(ip, 0));
            Ok(Box::new(sockets) as reqwest::dns::Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::AllowedRanges;

    fn resolver(table: &[(&str, &[&str])], allowed: &[&str]) -> GuardedResolver {
        let ips = |ips: &[&str]| ips.iter().map(|ip| ip.parse().expect("ip")).collect();
        let table = table.iter().map(|(name, list)| ((*name).to_owned(), ips(list)));
        let allowed = AllowedRanges::parse(allowed).expect("ranges");
        let guard = Arc::new(Guard { allowed, ..Guard::default() });
        GuardedResolver { lookup: Arc::new(TableLookup::new(table)), guard, proxy: None }
    }

    #[tokio::test]
    async fn only_names_whose_addresses_are_all_public_resolve() {
        let table: &[(&str, &[&str])] =
            &[("good.example", &["8.8.8.8"]), ("bad.example", &["10.0.0.1"]), ("both.example", &["8.8.8.8", "::1"])];
        let own = resolver(table, &[]);
        assert_eq!(own.addresses("good.example.").await.expect("public").len(), 1);
        for (name, reason) in [
            ("bad.example", UnseenReason::AddressRefused),
            ("both.example", UnseenReason::AddressRefused),
            ("none.example", UnseenReason::NameNotFound),
            ("localhost", UnseenReason::AddressRefused),
            ("a.LocalHost.", UnseenReason::AddressRefused),
        ] {
            assert_eq!(own.addresses(name).await.expect_err(name).reason, reason, "{name}");
        }
    }

    #[tokio::test]
    async fn localhost_is_this_machine_where_allowed() {
        let own = resolver(&[], &["127.0.0.0/8"]);
        assert_eq!(own.addresses("localhost").await, Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]));
    }
}
