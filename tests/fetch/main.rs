//! Fetching against servers on the loopback that misbehave on purpose.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "servers of the tests open sockets")]

mod again;
mod limits;
mod names;
mod pages;
mod proxy;
mod redirects;
mod server;
mod tls;

use hinomi::fetch::{Failure, FetchOptions, Fetcher, HttpFetcher, Request};
use hinomi::model::{Capture, Fetched, Persona};
use hinomi::net::{AllowedRanges, TableLookup};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Limits that end soon; the loopback is allowed by name, and `*.example` lies there.
fn options() -> FetchOptions {
    let mut options = FetchOptions {
        first_byte_timeout: Duration::from_millis(400),
        total_timeout: Duration::from_secs(5),
        max_transfer: 1 << 20,
        max_body: 1 << 20,
        gap: Duration::ZERO,
        ..FetchOptions::default()
    };
    options.client.connect_timeout = Duration::from_secs(2);
    options.client.guard.allowed = AllowedRanges::parse(&["127.0.0.0/8"]).expect("range");
    let home = || vec![IpAddr::V4(Ipv4Addr::LOCALHOST)];
    let names = ["www.city.example", "www.town.example", "proxy.example"];
    options.client.lookup = Arc::new(TableLookup::new(names.map(|name| (name.to_owned(), home()))));
    options
}

fn fetcher(options: FetchOptions) -> HttpFetcher {
    HttpFetcher::new(options).expect("fetcher")
}

fn request(url: &str) -> Request {
    let url = url.parse().expect("url");
    Request { url, persona: Persona::Desktop, validators: None, fresh_connection: false, page: None }
}

/// The root page of a server.
fn at(server: SocketAddr) -> Request {
    request(&format!("http://{server}/"))
}

async fn fetch(request: Request) -> Result<Fetched, Failure> {
    within(fetcher(options()).fetch(request)).await
}

/// A backstop: a test that hangs fails.
async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future).await.expect("it hangs")
}

fn full(result: Result<Fetched, Failure>) -> Capture {
    match result.expect("an answer") {
        Fetched::Full(capture) => *capture,
        Fetched::NotModified(head) => panic!("not modified: {head:?}"),
    }
}

fn url(text: &str) -> Url {
    text.parse().expect("url")
}
