//! Names: what they resolve to decides, at the moment of each connection.

use crate::server::{Server, page};
use crate::{fetch, fetcher, full, options, request, within};
use futures_util::future::BoxFuture;
use hinomi::fetch::{FetchOptions, Fetcher, HttpFetcher, Request};
use hinomi::model::UnseenReason;
use hinomi::net::{AllowedRanges, Error, Lookup, TableLookup};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

fn with_names(names: &[(&str, &[&str])]) -> HttpFetcher {
    let ips = |ips: &[&str]| ips.iter().map(|ip| ip.parse().expect("ip")).collect();
    let table = names.iter().map(|(name, list)| ((*name).to_owned(), ips(list)));
    let mut options = options();
    options.client.lookup = Arc::new(TableLookup::new(table));
    fetcher(options)
}

#[tokio::test]
async fn a_name_with_one_forbidden_address_is_refused_and_named() {
    let server = Server::answering(page("200 OK", "", b"page")).await;
    let fetcher = with_names(&[
        ("good.example", &["127.0.0.1"]),
        ("both.example", &["127.0.0.1", "10.0.0.1"]),
        ("six.example", &["::ffff:10.0.0.1"]),
        ("metadata.example", &["169.254.169.254"]),
    ]);
    let visit = |name: &str| fetcher.fetch(request(&format!("http://{name}:{}/", server.address.port())));
    for name in ["both.example", "six.example", "metadata.example"] {
        let failure = within(visit(name)).await.expect_err(name);
        assert_eq!(failure.reason, UnseenReason::AddressRefused, "{name}: {}", failure.detail);
        assert!(failure.detail.contains(name), "{}", failure.detail);
    }
    assert_eq!(server.connections(), 0, "nothing was sent");
    assert_eq!(full(within(visit("good.example")).await).body, b"page");
    let failure = within(visit("none.example")).await.expect_err("no such name");
    assert_eq!(failure.reason, UnseenReason::NameNotFound);
}

/// Answers with an allowed address first, and with a forbidden one ever after.
struct Rebinding(AtomicUsize);

impl Lookup for Rebinding {
    fn lookup(&self, _name: String) -> BoxFuture<'static, Result<Vec<IpAddr>, Error>> {
        let ip = if self.0.fetch_add(1, Ordering::SeqCst) == 0 { "127.0.0.1" } else { "127.0.0.2" };
        Box::pin(async move { Ok(vec![ip.parse().expect("ip")]) })
    }
}

#[tokio::test]
async fn a_name_cannot_change_between_check_and_connection() {
    let server = Server::answering(page("200 OK", "", b"page")).await;
    let lookup = Arc::new(Rebinding(AtomicUsize::new(0)));
    let mut options = options();
    options.client.guard.allowed = AllowedRanges::parse(&["127.0.0.1"]).expect("range");
    options.client.lookup = lookup.clone();
    let fetcher = fetcher(options);
    let visit =
        Request { fresh_connection: true, ..request(&format!("http://rebind.example:{}/", server.address.port())) };
    let capture = full(within(fetcher.fetch(visit.clone())).await);
    assert_eq!(capture.head.remote, Some(server.address));
    assert_eq!(lookup.0.load(Ordering::SeqCst), 1, "the check and the connection use one and the same answer");
    let failure = within(fetcher.fetch(visit)).await.expect_err("rebound");
    assert_eq!(failure.reason, UnseenReason::AddressRefused);
}

/// Name servers that are down.
struct Down;

impl Lookup for Down {
    fn lookup(&self, _name: String) -> BoxFuture<'static, Result<Vec<IpAddr>, Error>> {
        Box::pin(async { Err(Error::new(UnseenReason::NameServerFailed, "request timed out")) })
    }
}

#[tokio::test]
async fn name_servers_that_fail_are_told_apart_from_names_that_do_not_exist() {
    let mut options = options();
    options.client.lookup = Arc::new(Down);
    let failure =
        within(fetcher(options).fetch(request("http://www.city.example/"))).await.expect_err("no name server");
    assert_eq!((failure.reason, failure.detail.as_str()), (UnseenReason::NameServerFailed, "request timed out"));
}

#[tokio::test]
async fn the_loopback_is_closed_unless_allowed() {
    let server = Server::answering(page("200 OK", "", b"page")).await;
    let port = server.address.port();
    let closed = || {
        let mut closed = options();
        closed.client.guard.allowed = AllowedRanges::default();
        closed
    };
    for host in
        ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "localhost", "a.localhost", "[::1]", "１２７．０．０．１"]
    {
        let closed: FetchOptions = closed();
        let failure = within(fetcher(closed).fetch(request(&format!("http://{host}:{port}/")))).await.expect_err(host);
        assert_eq!(failure.reason, UnseenReason::AddressRefused, "{host}");
    }
    assert_eq!(server.connections(), 0);
    for host in ["127.0.0.1", "2130706433", "localhost"] {
        assert_eq!(full(fetch(request(&format!("http://{host}:{port}/"))).await).body, b"page", "{host}");
    }
}
