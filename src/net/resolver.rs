//! Name resolution that hands out checked addresses only; a connection goes nowhere else.

use super::error::Error;
use super::guard::Guard;
use crate::model::UnseenReason;
use futures_util::future::BoxFuture;
use hickory_resolver::config::LookupIpStrategy;
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::{ResolverBuilder, TokioResolver};
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
        let built = TokioResolver::builder_tokio().and_then(build);
        let resolver = Arc::new(built.map_err(|error| failed(&format!("settings of this machine: {error}")))?);
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
            let answer = ask(&resolver, &name).await;
            if answer.as_ref().is_err_and(|error| error.reason == UnseenReason::NameServerFailed) {
                Self::forget(&current);
            }
            answer
        })
    }
}

/// All addresses of a name. With its dot at the end it is asked as it is, without this machine's search domains.
async fn ask(resolver: &TokioResolver, name: &str) -> Result<Vec<IpAddr>, Error> {
    match resolver.lookup_ip(format!("{}.", name.trim_end_matches('.'))).await {
        Ok(found) => Ok(found.iter().take(MAX_ADDRESSES).collect()),
        Err(error) if error.is_no_records_found() => {
            Err(Error::new(UnseenReason::NameNotFound, format!("{name}: {error}")))
        }
        Err(error) => Err(failed(&format!("{name}: {error}"))),
    }
}

fn failed(detail: &str) -> Error {
    Error::new(UnseenReason::NameServerFailed, detail)
}

fn build(mut builder: ResolverBuilder<TokioRuntimeProvider>) -> Result<TokioResolver, NetError> {
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
    use hickory_resolver::config::{NameServerConfig, ResolverConfig};

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

    /// A name server on the loopback that knows what the first label says.
    async fn name_server() -> SocketAddr {
        let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.expect("socket");
        let address = socket.local_addr().expect("address");
        tokio::spawn(async move {
            let mut query = [0; 512];
            while let Ok((length, from)) = socket.recv_from(&mut query).await {
                socket.send_to(&reply(&query[..length]), from).await.expect("reply");
            }
        });
        address
    }

    /// RFC 1035, section 4: the header, the question again, and at most one answer that points back to its name.
    fn reply(query: &[u8]) -> Vec<u8> {
        let end = 12 + query[12..].iter().position(|byte| *byte == 0).expect("end of the name") + 5;
        let v6 = query[end - 3] == 28;
        let label = query[13..13 + usize::from(query[12])].to_ascii_lowercase();
        let (code, address): (u8, &[u8]) = match (label.as_slice(), v6) {
            (b"good" | b"both", false) => (0, &[93, 184, 215, 14]),
            (b"both", true) => (0, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
            (b"gone", _) => (3, &[]),
            (b"broken", _) => (2, &[]),
            _ => (0, &[]),
        };
        let count = u8::from(!address.is_empty());
        let mut reply = [&query[..2], &[0x81, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0], &query[12..end]].concat();
        if count == 1 {
            reply.extend([0xc0, 12, 0, if v6 { 28 } else { 1 }, 0, 1, 0, 0, 0, 60, 0, address.len() as u8]);
            reply.extend(address);
        }
        reply
    }

    #[tokio::test]
    async fn what_name_servers_say_is_told_apart() {
        let server = name_server().await;
        let mut config = NameServerConfig::udp(server.ip());
        config.connections.iter_mut().for_each(|connection| connection.port = server.port());
        let config = ResolverConfig::from_parts(None, Vec::new(), vec![config]);
        let resolver =
            build(TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())).expect("resolver");
        let public = IpAddr::from([93, 184, 215, 14]);
        assert_eq!(ask(&resolver, "good.test-zone.example").await, Ok(vec![public]));
        let both = ask(&resolver, "both.test-zone.example.").await.expect("both families");
        assert!(both.len() == 2 && both.contains(&public), "{both:?}");
        for (label, reason) in [
            ("gone", UnseenReason::NameNotFound),
            ("empty", UnseenReason::NameNotFound),
            ("broken", UnseenReason::NameServerFailed),
        ] {
            let error = ask(&resolver, &format!("{label}.test-zone.example")).await.expect_err(label);
            assert_eq!(error.reason, reason, "{error}");
        }
    }

    #[tokio::test]
    async fn localhost_is_this_machine_where_allowed() {
        let own = resolver(&[], &["127.0.0.0/8"]);
        assert_eq!(own.addresses("localhost").await, Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]));
    }
}
