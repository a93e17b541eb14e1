//! Answers that come home: what is kept of them, codings, conditions, personas, connections.

use crate::server::{Server, page, read_head};
use crate::{at, fetch, fetcher, full, options, within};
use compression_codecs::brotli::params::EncoderParams;
use compression_codecs::core::Level;
use compression_codecs::core::util::{PartialBuffer, WriteBuffer};
use compression_codecs::flate::params::FlateEncoderParams;
use compression_codecs::{BrotliEncoder, EncodeV2, GzipEncoder, ZlibEncoder, ZstdEncoder};
use hinomi::fetch::{Fetcher, Request};
use hinomi::model::{Digest, Fetched, Persona, UnseenReason};
use tokio::io::AsyncWriteExt;

#[tokio::test]
async fn a_page_comes_home_with_its_facts() {
    let server =
        Server::answering(page("200 OK", "Content-Type: text/html\r\nX-A: 1\r\nX-A: 2\r\n", b"<p>a\0b</p>")).await;
    let capture = full(fetch(at(server.address)).await);
    assert_eq!(capture.body, b"<p>a\0b</p>", "NUL bytes are part of the page");
    assert_eq!(capture.sha256, Digest::of(b"<p>a\0b</p>"));
    assert_eq!((capture.head.status, capture.transferred), (200, 10));
    assert_eq!(capture.head.remote, Some(server.address));
    assert_eq!(capture.head.header("content-type"), Some("text/html"));
    assert_eq!(capture.head.headers.iter().filter(|(name, _)| name == "x-a").count(), 2);
    assert!(capture.head.certificate.is_none() && capture.head.hops.is_empty());
}

#[tokio::test]
async fn error_pages_come_home_too() {
    let server = Server::answering(page("503 Service Unavailable", "", b"<h1>Hacked</h1>")).await;
    let capture = full(fetch(at(server.address)).await);
    assert_eq!((capture.head.status, capture.body.as_slice()), (503, &b"<h1>Hacked</h1>"[..]));
}

#[tokio::test]
async fn bodies_end_with_the_connection_or_the_last_chunk() {
    for answer in [
        "HTTP/1.0 200 OK\r\n\r\n<p>page</p>",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<p>p\r\n7\r\nage</p>\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n<p>page</p> and more than announced",
    ] {
        let server = Server::answering(answer).await;
        assert_eq!(full(fetch(at(server.address)).await).body, b"<p>page</p>", "{answer}");
    }
}

#[tokio::test]
async fn headers_that_browsers_forgive_are_forgiven() {
    for headers in ["No colon here\r\n", "Spaced : value\r\n", "X-Bytes: \u{e9}\u{706b}\r\n", "X-Folded: a\r\n b\r\n"] {
        let server = Server::answering(page("200 OK", headers, b"page")).await;
        assert_eq!(full(fetch(at(server.address)).await).body, b"page", "{headers}");
    }
}

fn compress(mut encoder: impl EncodeV2, body: &[u8]) -> Vec<u8> {
    let mut out = vec![0; body.len() + 1_024];
    let mut buffer = WriteBuffer::new_initialized(&mut out);
    encoder.encode(&mut PartialBuffer::new(body), &mut buffer).expect("encode");
    encoder.finish(&mut buffer).expect("finish");
    buffer.written().to_vec()
}

#[tokio::test]
async fn every_coding_is_undone_and_its_header_kept() {
    let body = "<p>火の見</p>".repeat(4_000).into_bytes();
    let level = || FlateEncoderParams::from(Level::Default);
    for (name, wire) in [
        ("gzip", compress(GzipEncoder::new(level()), &body)),
        ("deflate", compress(ZlibEncoder::new(level()), &body)),
        ("br", compress(BrotliEncoder::new(EncoderParams::default()), &body)),
        ("zstd", compress(ZstdEncoder::new(3), &body)),
    ] {
        let server = Server::answering(page("200 OK", &format!("Content-Encoding: {name}\r\n"), &wire)).await;
        let capture = full(fetch(at(server.address)).await);
        assert!(capture.body == body, "{name}");
        assert_eq!(capture.transferred, wire.len() as u64, "{name}");
        assert_eq!(capture.head.header("content-encoding"), Some(name));
        let head = &server.heads()[0];
        assert!(head.contains("accept-encoding: gzip, deflate, br, zstd\r\n"), "{head}");
    }
}

#[tokio::test]
async fn conditions_are_sent_and_not_modified_is_told() {
    let server = Server::answering("HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\nConnection: close\r\n\r\n").await;
    let validators = Some((Some("\"1\"".to_owned()), Some("Mon, 05 Jan 2026 00:00:00 GMT".to_owned())));
    let answer = fetch(Request { validators, ..at(server.address) }).await.expect("answer");
    assert!(matches!(answer, Fetched::NotModified(head) if head.status == 304 && head.header("etag") == Some("\"1\"")));
    let head = server.heads().remove(0);
    assert!(head.contains("if-none-match: \"1\"\r\n"), "{head}");
    assert!(head.contains("if-modified-since: Mon, 05 Jan 2026 00:00:00 GMT\r\n"), "{head}");
    let unasked = fetch(at(server.address)).await.expect_err("nothing to be unmodified");
    assert_eq!(unasked.reason, UnseenReason::BrokenAnswer);
}

#[tokio::test]
async fn hostile_validators_are_not_sent_back() {
    let server = Server::answering(page("200 OK", "", b"page")).await;
    let validators = Some((Some("\"a\"\r\nX-Injected: 1".to_owned()), Some("火".to_owned())));
    full(fetch(Request { validators, ..at(server.address) }).await);
    assert!(!server.heads()[0].to_lowercase().contains("injected"));
}

#[tokio::test]
async fn personas_are_told_apart_and_name_hinomi() {
    let server = Server::answering(page("200 OK", "", b"page")).await;
    for persona in Persona::ALL {
        full(fetch(Request { persona, ..at(server.address) }).await);
        let head = server.heads().pop().expect("a request");
        assert!(head.contains("hinomi/") && head.contains("accept-language: ja"), "{head}");
        assert_eq!(head.contains("referer: https://www.google.co.jp/"), persona == Persona::SearchVisitor, "{head}");
        assert_eq!(head.contains("Googlebot"), persona == Persona::SearchBot, "{head}");
    }
}

/// Serves a connection until it is closed.
async fn keeping_alive() -> Server {
    Server::raw(|mut stream, _| async move {
        loop {
            read_head(&mut stream).await?;
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage").await?;
        }
    })
    .await
}

#[tokio::test]
async fn connections_are_kept_and_confirmations_take_a_new_one() {
    let server = keeping_alive().await;
    let fetcher = fetcher(options());
    for (fresh_connection, connections) in [(false, 1), (false, 1), (true, 2), (true, 3)] {
        full(within(fetcher.fetch(Request { fresh_connection, ..at(server.address) })).await);
        assert_eq!(server.connections(), connections);
    }
}

#[tokio::test]
async fn a_kept_connection_that_was_closed_meanwhile_harms_nothing() {
    let server = Server::raw(|mut stream, heads| async move {
        read_head(&mut stream).await?;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage").await?;
        // The second request on this connection is read and never answered.
        if let Ok(head) = read_head(&mut stream).await {
            heads.lock().expect("heads").push(head);
        }
        Ok(())
    })
    .await;
    let fetcher = fetcher(options());
    for _ in 0..3 {
        assert_eq!(full(within(fetcher.fetch(at(server.address))).await).body, b"page");
    }
    assert!(!server.heads().is_empty(), "a kept connection was used");
}
