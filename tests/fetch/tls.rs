//! TLS: a bad certificate is a fact beside the page; what is no TLS at all is a failure.

use crate::server::{Server, page, read_head};
use crate::{fetcher, full, options, request, within};
use hinomi::fetch::{FetchOptions, Fetcher, Request};
use hinomi::model::{Certificate, Digest, UnseenReason};
use hinomi::net::{Client, Method, Trust};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

/// An authority of the test's own.
struct Authority {
    der: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
}

/// A leaf with its key.
struct Leaf {
    der: CertificateDer<'static>,
    key: Vec<u8>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "Test Authority");
        let key = KeyPair::generate().expect("key");
        let der = params.self_signed(&key).expect("authority").der().to_vec();
        Self { der, issuer: Issuer::new(params, key) }
    }

    fn leaf(&self, name: &str, expired: bool) -> Leaf {
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("names");
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = if expired { date_time_ymd(2021, 1, 1) } else { date_time_ymd(2090, 1, 1) };
        let key = KeyPair::generate().expect("key");
        let der = params.signed_by(&key, &self.issuer).expect("leaf").der().clone();
        Leaf { der, key: key.serialize_der() }
    }
}

fn acceptor(leaf: &Leaf, alpn: &[&[u8]]) -> TlsAcceptor {
    let key = PrivateKeyDer::try_from(leaf.key.clone()).expect("key");
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der.clone()], key)
        .expect("certificate");
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    TlsAcceptor::from(Arc::new(config))
}

async fn serving(leaf: &Leaf) -> Server {
    answering(leaf, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage").await
}

async fn answering(leaf: &Leaf, answer: &str) -> Server {
    let (acceptor, answer) = (acceptor(leaf, &[b"http/1.1"]), Arc::new(answer.to_owned()));
    Server::raw(move |stream, heads| {
        let (acceptor, answer) = (acceptor.clone(), answer.clone());
        async move {
            let mut stream = acceptor.accept(stream).await?;
            loop {
                let head = read_head(&mut stream).await?;
                heads.lock().expect("heads").push(head);
                stream.write_all(answer.as_bytes()).await?;
            }
        }
    })
    .await
}

fn trusting(authority: &Authority) -> FetchOptions {
    let mut options = options();
    options.client.extra_roots = vec![authority.der.clone()];
    options
}

fn visit(server: &Server, name: &str) -> Request {
    request(&format!("https://{name}:{}/", server.address.port()))
}

async fn shown(leaf: &Leaf, trusted: &Authority, name: &str) -> Certificate {
    let server = serving(leaf).await;
    let capture = full(within(fetcher(trusting(trusted)).fetch(visit(&server, name))).await);
    assert_eq!(capture.body, b"page", "a bad certificate does not hide the page");
    assert_eq!(capture.head.remote, Some(server.address));
    capture.head.certificate.expect("a certificate")
}

#[tokio::test]
async fn a_good_certificate_is_recorded_without_a_problem() {
    let authority = Authority::new();
    let leaf = authority.leaf("www.city.example", false);
    let certificate = shown(&leaf, &authority, "www.city.example").await;
    assert_eq!(certificate.problem, None);
    assert_eq!(certificate.sha256, Digest::of(&leaf.der));
    assert_eq!(certificate.names, ["www.city.example"]);
    assert!(certificate.issuer.contains("Test Authority"), "{}", certificate.issuer);
    assert_eq!(certificate.not_after.to_string(), "2090-01-01T00:00:00Z");
}

#[tokio::test]
async fn bad_certificates_are_facts() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    for (leaf, problem) in [
        (authority.leaf("www.city.example", true), "expired"),
        (authority.leaf("www.other.example", false), "wrong name"),
        (stranger.leaf("www.city.example", false), "unknown issuer"),
    ] {
        let certificate = shown(&leaf, &authority, "www.city.example").await;
        let told = certificate.problem.expect(problem);
        assert!(told.contains(problem), "{told}");
        assert_eq!(certificate.sha256, Digest::of(&leaf.der));
    }
}

#[tokio::test]
async fn a_bad_certificate_on_the_way_is_a_fact_of_its_hop() {
    let authority = Authority::new();
    let page = serving(&authority.leaf("www.city.example", false)).await;
    let location = visit(&page, "www.city.example").url;
    let moved = format!("HTTP/1.1 301 Moved\r\nContent-Length: 0\r\nLocation: {location}\r\n\r\n");
    let leaf = authority.leaf("www.other.example", false);
    let first = answering(&leaf, &moved).await;
    let capture = full(within(fetcher(trusting(&authority)).fetch(visit(&first, "www.town.example"))).await);
    assert_eq!(capture.head.certificate.as_ref().expect("certificate").problem, None);
    let [hop] = capture.head.hops.as_slice() else { panic!("{:?}", capture.head.hops) };
    assert_eq!(hop.remote, Some(first.address));
    assert_eq!(hop.certificate.as_ref().map(|shown| shown.sha256), Some(Digest::of(&leaf.der)));
    let (url, _, problem) = capture.head.bad_certificate().expect("a problem on the way");
    assert_eq!(url.host_str(), Some("www.town.example"));
    assert!(problem.starts_with("wrong name: it is for www.other.example,"), "{problem}");
}

#[tokio::test]
async fn an_authority_that_serves_itself_is_told_in_plain_words() {
    let authority = Authority::new();
    let leaf = Leaf { der: authority.der.clone().into(), key: authority.issuer.key().serialize_der() };
    let problem = shown(&leaf, &authority, "www.city.example").await.problem.expect("a problem");
    assert!(problem.starts_with("an authority's own certificate"), "{problem}");
}

#[tokio::test]
async fn the_problem_belongs_to_the_name_that_was_asked_for() {
    let authority = Authority::new();
    let server = serving(&authority.leaf("www.city.example", false)).await;
    let fetcher = fetcher(trusting(&authority));
    // A kept connection gives its certificate with the second answer too.
    for (name, bad) in [("www.city.example", false), ("www.town.example", true), ("www.city.example", false)] {
        let capture = full(within(fetcher.fetch(visit(&server, name))).await);
        assert_eq!(capture.head.certificate.expect("certificate").problem.is_some(), bad, "{name}");
    }
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_literal_address_has_a_certificate_too() {
    let authority = Authority::new();
    let server = serving(&authority.leaf("127.0.0.1", false)).await;
    let capture = full(within(fetcher(trusting(&authority)).fetch(visit(&server, "127.0.0.1"))).await);
    assert_eq!(capture.head.certificate.expect("certificate").problem, None);
}

#[tokio::test]
async fn what_is_no_tls_is_a_failure_of_its_own() {
    let plain =
        Server::raw(|mut stream, _| async move { stream.write_all(&page("400 Bad Request", "", b"")).await }).await;
    let closing = Server::raw(|mut stream, _| async move {
        stream.read_u8().await?;
        Ok(())
    })
    .await;
    for server in [plain, closing] {
        let failure = within(fetcher(options()).fetch(visit(&server, "www.city.example"))).await.expect_err("no TLS");
        assert!(
            matches!(failure.reason, UnseenReason::TlsFailed | UnseenReason::ConnectFailed),
            "{:?} {}",
            failure.reason,
            failure.detail
        );
    }
    let silent = Server::raw(|stream, _| async move {
        tokio::time::sleep(Duration::from_secs(60)).await;
        drop(stream);
        Ok(())
    })
    .await;
    let failure = within(fetcher(options()).fetch(visit(&silent, "www.city.example"))).await.expect_err("no handshake");
    assert_eq!(failure.reason, UnseenReason::ConnectTimeout, "{}", failure.detail);
    assert!(failure.detail.starts_with("no connection within 2s (connect limit)"), "{}", failure.detail);
}

#[tokio::test]
async fn a_strict_client_refuses_what_a_fetch_only_notes() {
    let authority = Authority::new();
    for (leaf, good) in
        [(authority.leaf("www.city.example", false), true), (authority.leaf("www.city.example", true), false)]
    {
        let server = serving(&leaf).await;
        let mut strict = trusting(&authority).client;
        strict.trust = Trust::Strict;
        let request = hinomi::net::Request {
            method: Method::Post,
            url: visit(&server, "www.city.example").url,
            headers: vec![("x-signature", "v1=abc".to_owned())],
            body: b"{}".to_vec(),
            fresh: false,
            first_byte: Duration::from_secs(2),
        };
        let client = Client::new(strict).expect("client");
        let reply = within(client.exchange(&request, 2, Duration::from_secs(5))).await;
        match reply {
            Ok(reply) => assert!(good && reply.status == 200 && reply.body == b"pa", "{reply:?}"),
            Err(error) => assert!(!good && error.reason == UnseenReason::TlsFailed, "{error}"),
        }
        assert_eq!(server.heads().iter().any(|head| head.starts_with("POST / ") && head.contains("x-signature")), good);
    }
}

/// One frame of HTTP/2 (RFC 9113, section 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

#[tokio::test]
async fn http_2_is_spoken_where_offered() {
    let authority = Authority::new();
    let acceptor = acceptor(&authority.leaf("www.city.example", false), &[b"h2"]);
    let server = Server::raw(move |stream, heads| {
        let acceptor = acceptor.clone();
        async move {
            let mut stream = acceptor.accept(stream).await?;
            let mut preface = [0; 24];
            stream.read_exact(&mut preface).await?;
            heads.lock().expect("heads").push(String::from_utf8_lossy(&preface).into_owned());
            stream.write_all(&frame(4, 0, 0, &[])).await?;
            loop {
                let mut head = [0; 9];
                stream.read_exact(&mut head).await?;
                let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
                stream.read_exact(&mut payload).await?;
                match (head[3], head[4]) {
                    (4, 0) => stream.write_all(&frame(4, 1, 0, &[])).await?,
                    (1, _) => {
                        // `:status 200` is entry 8 of the static table.
                        stream.write_all(&frame(1, 4, 1, &[0x88])).await?;
                        stream.write_all(&frame(0, 1, 1, b"page over h2")).await?;
                    }
                    _ => {}
                }
            }
        }
    })
    .await;
    let capture = full(within(fetcher(trusting(&authority)).fetch(visit(&server, "www.city.example"))).await);
    assert_eq!((capture.head.status, capture.body.as_slice()), (200, &b"page over h2"[..]));
    assert_eq!(server.heads(), ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]);
    assert_eq!(capture.head.certificate.expect("certificate").problem, None);
    assert!(rustls::crypto::CryptoProvider::get_default().is_none(), "no process-wide provider is needed");
}
