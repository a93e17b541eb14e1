//! A proxy on the way out: it is used for everything, and the guard stands before it.

use crate::server::{Server, page};
use crate::{fetcher, full, options, request, within};
use hinomi::fetch::{FetchOptions, Fetcher};
use hinomi::model::{Secret, UnseenReason};
use hinomi::net::{Client, Proxy, SetupError, TableLookup};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const PUBLIC: [u8; 4] = [93, 184, 215, 14];

fn through(scheme: &str, proxy: SocketAddr, resolves_names: bool) -> FetchOptions {
    let mut options = options();
    let url = Secret::new(format!("{scheme}://user:pa55word@proxy.example:{}", proxy.port()));
    options.client.proxy = Some(Proxy { url, resolves_names });
    // The guard opens nothing here: the proxy's own address lies on the loopback and is used all the same.
    options.client.guard = Default::default();
    let table = [
        ("proxy.example", IpAddr::from([127, 0, 0, 1])),
        ("www.city.example", IpAddr::from(PUBLIC)),
        ("inside.example", IpAddr::from([10, 0, 0, 1])),
    ];
    options.client.lookup = Arc::new(TableLookup::new(table.map(|(name, ip)| (name.to_owned(), vec![ip]))));
    options
}

#[tokio::test]
async fn requests_go_through_the_proxy() {
    let proxy = Server::answering(page("200 OK", "", b"page")).await;
    let fetcher = fetcher(through("http", proxy.address, false));
    let capture = full(within(fetcher.fetch(request("http://www.city.example/a"))).await);
    assert_eq!(capture.body, b"page");
    let head = proxy.heads().remove(0);
    assert!(head.starts_with("GET http://www.city.example/a HTTP/1.1\r\n"), "{head}");
    assert!(head.to_lowercase().contains("proxy-authorization: basic "), "{head}");
}

#[tokio::test]
async fn what_the_guard_refuses_never_reaches_the_proxy() {
    let proxy = Server::answering(page("200 OK", "", b"page")).await;
    for resolves_names in [false, true] {
        let fetcher = fetcher(through("http", proxy.address, resolves_names));
        for host in ["10.0.0.1", "127.0.0.1", "169.254.169.254", "[::1]"] {
            let failure = within(fetcher.fetch(request(&format!("http://{host}/")))).await.expect_err(host);
            assert_eq!(failure.reason, UnseenReason::AddressRefused, "{host}");
        }
    }
    let fetcher = fetcher(through("http", proxy.address, false));
    for host in ["inside.example", "proxy.example", "localhost"] {
        let failure = within(fetcher.fetch(request(&format!("http://{host}/")))).await.expect_err(host);
        assert_eq!(failure.reason, UnseenReason::AddressRefused, "{host}");
    }
    assert_eq!(proxy.connections(), 0);
}

#[tokio::test]
async fn names_can_be_left_to_the_proxy() {
    let proxy = Server::answering(page("200 OK", "", b"page")).await;
    let fetcher = fetcher(through("http", proxy.address, true));
    assert_eq!(full(within(fetcher.fetch(request("http://only-the-proxy-knows.example/"))).await).body, b"page");
}

#[tokio::test]
async fn a_proxy_that_refuses_is_told_without_its_password() {
    let proxy = Server::answering(page("407 Proxy Authentication Required", "", b"")).await;
    let fetcher = fetcher(through("http", proxy.address, false));
    let failure = within(fetcher.fetch(request("https://www.city.example/"))).await.expect_err("407");
    assert!(!format!("{failure:?}").contains("pa55word"), "{failure:?}");
    assert!(proxy.heads()[0].starts_with("CONNECT www.city.example:443 HTTP/1.1\r\n"), "{}", proxy.heads()[0]);
    assert_eq!(failure.reason, UnseenReason::ConnectFailed, "{}", failure.detail);
}

#[tokio::test]
async fn a_socks_proxy_gets_the_address_that_was_checked() {
    let proxy = Server::raw(|mut stream, heads| async move {
        // RFC 1928 and RFC 1929: methods, user and password, then the request.
        let mut methods = [0; 2];
        stream.read_exact(&mut methods).await?;
        let mut list = vec![0; methods[1].into()];
        stream.read_exact(&mut list).await?;
        stream.write_all(&[5, 2]).await?;
        let mut login = [0; 15];
        stream.read_exact(&mut login).await?;
        stream.write_all(&[1, 0]).await?;
        let mut connect = [0; 10];
        stream.read_exact(&mut connect).await?;
        heads.lock().expect("heads").push(format!("{connect:?}"));
        stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
        crate::server::read_head(&mut stream).await?;
        stream.write_all(&page("200 OK", "", b"page")).await
    })
    .await;
    let fetcher = fetcher(through("socks5", proxy.address, false));
    assert_eq!(full(within(fetcher.fetch(request("http://www.city.example/"))).await).body, b"page");
    let [a, b, c, d] = PUBLIC;
    assert_eq!(proxy.heads(), [format!("{:?}", [5, 1, 0, 1, a, b, c, d, 0, 80])]);
    let failure = within(fetcher.fetch(request("http://inside.example/"))).await.expect_err("inside");
    assert_eq!(failure.reason, UnseenReason::AddressRefused);
}

#[tokio::test]
async fn proxies_that_cannot_be_used_are_told_at_the_start() {
    for url in ["gopher://proxy.example", "proxy.example:3128", "http://", "nonsense pa55word"] {
        let mut options = options().client;
        options.proxy = Some(Proxy { url: Secret::new(url), resolves_names: false });
        match Client::new(options) {
            Err(error @ SetupError::Proxy(_)) => assert!(!error.to_string().contains("pa55word"), "{error}"),
            other => panic!("{url}: {:?}", other.err()),
        }
    }
}
