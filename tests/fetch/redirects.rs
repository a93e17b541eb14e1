//! Redirects: followed by hand, guarded, recorded, and never for ever.

use crate::server::{Server, page};
use crate::{at, fetch, fetcher, full, options, request, url, within};
use hinomi::fetch::{FetchOptions, Fetcher};
use hinomi::model::UnseenReason;

fn to(status: &str, location: &str) -> Vec<u8> {
    page(status, &format!("Location: {location}\r\n"), b"moved")
}

#[tokio::test]
async fn a_chain_across_hosts_is_followed() {
    let server = Server::start(move |head, mut stream| async move {
        let port = stream.local_addr()?.port();
        let answer = match head.split(' ').nth(1).unwrap_or("") {
            "/" => to("301 Moved", &format!("http://www.town.example:{port}/a?x=1#part")),
            "/a?x=1" => to("308 Permanent", "b/../c"),
            _ => page("200 OK", "", b"page"),
        };
        tokio::io::AsyncWriteExt::write_all(&mut stream, &answer).await
    })
    .await;
    let port = server.address.port();
    let capture = full(fetch(request(&format!("http://www.city.example:{port}/"))).await);
    let hops: Vec<_> = capture.head.hops.iter().map(|hop| (hop.status, hop.location.as_str().to_owned())).collect();
    assert_eq!(
        hops,
        [
            (301, format!("http://www.town.example:{port}/a?x=1#part")),
            (308, format!("http://www.town.example:{port}/c")),
        ]
    );
    assert_eq!(capture.head.final_url, url(&format!("http://www.town.example:{port}/c")));
    assert_eq!(capture.head.requested, url(&format!("http://www.city.example:{port}/")));
}

#[tokio::test]
async fn circles_and_long_chains_end() {
    let circle = Server::by_path(|path| to("302 Found", if path == "/" { "/a" } else { "/" })).await;
    let failure = fetch(at(circle.address)).await.expect_err("a circle");
    assert_eq!(failure.reason, UnseenReason::TooManyRedirects);
    assert_eq!((failure.hops.len(), circle.connections()), (2, 2));
    let chain = Server::by_path(|path| to("302 Found", &format!("{path}x"))).await;
    let failure = fetch(at(chain.address)).await.expect_err("a chain");
    assert_eq!(failure.reason, UnseenReason::TooManyRedirects);
    assert_eq!((failure.hops.len(), chain.connections()), (11, 11));
}

#[tokio::test]
async fn redirects_to_forbidden_places_are_not_followed() {
    for (location, reason) in [
        ("http://169.254.169.254/latest/meta-data/", UnseenReason::AddressRefused),
        ("http://[fd00:ec2::254]/", UnseenReason::AddressRefused),
        ("http://2852039166/", UnseenReason::AddressRefused),
        ("http://0x0a.1/", UnseenReason::AddressRefused),
        ("http://[::ffff:10.0.0.1]/", UnseenReason::AddressRefused),
        ("file:///etc/passwd", UnseenReason::UrlRefused),
        ("javascript:alert(1)", UnseenReason::UrlRefused),
        ("http://www.city.example:22/", UnseenReason::UrlRefused),
        ("http://a:b@www.city.example/", UnseenReason::UrlRefused),
        ("http://[broken/", UnseenReason::UrlRefused),
    ] {
        let server = Server::answering(to("302 Found", location)).await;
        let failure = fetch(at(server.address)).await.expect_err(location);
        assert_eq!(failure.reason, reason, "{location}");
        assert_eq!(failure.hops.len(), usize::from(location != "http://[broken/"), "{location}: the hop is evidence");
    }
}

#[tokio::test]
async fn a_host_that_tests_for_cookies_is_no_circle() {
    let server = Server::start(|head, mut stream| async move {
        let answer = if head.contains("cookie: seen=1") {
            page("200 OK", "", b"page")
        } else {
            page("302 Found", "Location: /\r\nSet-Cookie: seen=1; Path=/\r\n", b"")
        };
        tokio::io::AsyncWriteExt::write_all(&mut stream, &answer).await
    })
    .await;
    let fetcher = fetcher(options());
    for _ in 0..2 {
        let capture = full(within(fetcher.fetch(at(server.address))).await);
        assert_eq!(
            (capture.body.as_slice(), capture.head.hops.len()),
            (&b"page"[..], 1),
            "no cookie outlives its fetch"
        );
    }
}

#[tokio::test]
async fn a_redirect_without_a_target_is_an_answer() {
    let server = Server::answering(page("302 Found", "", b"where to?")).await;
    assert_eq!(full(fetch(at(server.address)).await).head.status, 302);
    let refresh = Server::answering(page("200 OK", "Refresh: 0; url=http://10.0.0.1/\r\n", b"page")).await;
    let capture = full(fetch(at(refresh.address)).await);
    assert_eq!((capture.head.hops.len(), capture.head.header("refresh")), (0, Some("0; url=http://10.0.0.1/")));
}

#[tokio::test]
async fn a_location_in_other_bytes_is_followed() {
    let server = Server::start(|head, mut stream| async move {
        let answer = match head.split(' ').nth(1).unwrap_or("") {
            "/" => [&b"HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: /\x93\xfa\r\n\r\n"[..], b""].concat(),
            "/%93%FA" => page("200 OK", "", b"page"),
            other => page("404 Not Found", "", other.as_bytes()),
        };
        tokio::io::AsyncWriteExt::write_all(&mut stream, &answer).await
    })
    .await;
    assert_eq!(full(fetch(at(server.address)).await).body, b"page");
}

#[tokio::test]
async fn one_permit_at_a_time_lets_chains_cross() {
    let server = Server::by_path(|path| match path {
        "/" => to("302 Found", "/next"),
        _ => page("200 OK", "", b"page"),
    })
    .await;
    let narrow = fetcher(FetchOptions { per_host: 1, ..options() });
    let all = (0..6).map(|_| narrow.fetch(at(server.address)));
    for result in within(futures_util::future::join_all(all)).await {
        assert_eq!(full(result).body, b"page");
    }
}
