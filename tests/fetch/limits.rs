//! Servers that are traps: each ends in its own reason, within its limits.

use crate::server::{Server, page};
use crate::{at, fetch, fetcher, full, options, request, within};
use compression_codecs::core::Level;
use compression_codecs::core::util::{PartialBuffer, WriteBuffer};
use compression_codecs::flate::params::FlateEncoderParams;
use compression_codecs::{EncodeV2, GzipEncoder};
use hinomi::fetch::{FetchOptions, Fetcher};
use hinomi::model::UnseenReason;
use std::io;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

async fn reason_of(answer: impl Into<Vec<u8>>) -> UnseenReason {
    let server = Server::answering(answer).await;
    fetch(at(server.address)).await.expect_err("a failure").reason
}

async fn endlessly(mut stream: TcpStream, head: &str, piece: Vec<u8>) -> io::Result<()> {
    stream.write_all(head.as_bytes()).await?;
    loop {
        stream.write_all(&piece).await?;
    }
}

#[tokio::test]
async fn an_endless_body_is_cut() {
    let server = Server::start(|_, stream| endlessly(stream, "HTTP/1.1 200 OK\r\n\r\n", vec![b'a'; 65_536])).await;
    let failure = fetch(at(server.address)).await.expect_err("endless");
    assert_eq!(failure.reason, UnseenReason::TooLarge);
    assert_eq!(failure.remote, Some(server.address));
}

#[tokio::test]
async fn an_endless_chunked_body_is_cut() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let server =
        Server::start(move |_, stream| endlessly(stream, head, b"10\r\n0123456789abcdef\r\n".repeat(4_000))).await;
    assert_eq!(fetch(at(server.address)).await.expect_err("endless").reason, UnseenReason::TooLarge);
}

#[tokio::test]
async fn an_endless_head_is_cut() {
    let server = Server::start(|_, stream| endlessly(stream, "HTTP/1.1 200 OK\r\n", b"X-A: b\r\n".repeat(4_000))).await;
    assert_eq!(fetch(at(server.address)).await.expect_err("endless").reason, UnseenReason::BrokenAnswer);
}

/// 1 GB of zeros in about 1 MB of gzip: every block after the first is the same.
fn bomb() -> Vec<u8> {
    let mut encoder = GzipEncoder::new(FlateEncoderParams::from(Level::Best));
    let zeros = vec![0; 1 << 20];
    let mut block = || {
        let mut out = vec![0; 65_536];
        let mut buffer = WriteBuffer::new_initialized(&mut out);
        encoder.encode(&mut PartialBuffer::new(&zeros), &mut buffer).expect("encode");
        encoder.flush(&mut buffer).expect("flush");
        buffer.written().to_vec()
    };
    let first = block();
    let next = block();
    [first, next.repeat(1_023)].concat()
}

#[tokio::test]
async fn a_bomb_is_cut_at_the_cap() {
    let bomb = bomb();
    assert!(bomb.len() > 900_000, "{} bytes", bomb.len());
    let server = Server::answering(page("200 OK", "Content-Encoding: gzip\r\n", &bomb)).await;
    let roomy = FetchOptions { max_transfer: 8 << 20, max_body: 8 << 20, ..options() };
    let failure = within(fetcher(roomy).fetch(at(server.address))).await.expect_err("a bomb");
    assert_eq!(failure.reason, UnseenReason::TooLarge);
    assert!(failure.detail.contains("after decoding"), "{}", failure.detail);
}

#[tokio::test]
async fn stacked_codings_are_refused() {
    let answer = page("200 OK", "Content-Encoding: gzip, gzip\r\n", &bomb()[..1_000]);
    assert_eq!(reason_of(answer).await, UnseenReason::BrokenAnswer);
}

#[tokio::test]
async fn all_lines_of_the_coding_count() {
    let mut encoder = GzipEncoder::new(FlateEncoderParams::from(Level::Best));
    let mut out = vec![0; 1_000];
    let mut buffer = WriteBuffer::new_initialized(&mut out);
    encoder.encode(&mut PartialBuffer::new(&b"page"[..]), &mut buffer).expect("encode");
    encoder.finish(&mut buffer).expect("finish");
    let two_lines = "Content-Encoding: identity\r\nContent-Encoding: gzip\r\n";
    let server = Server::answering(page("200 OK", two_lines, buffer.written())).await;
    assert_eq!(full(fetch(at(server.address)).await).body, b"page");
    let stacked = page("200 OK", "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n", b"page");
    assert_eq!(reason_of(stacked).await, UnseenReason::BrokenAnswer);
}

#[tokio::test]
async fn a_page_of_100_mb_is_not_even_begun() {
    let server = Server::answering("HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n<p>").await;
    let failure = fetch(at(server.address)).await.expect_err("large");
    assert_eq!(failure.reason, UnseenReason::TooLarge);
    assert!(failure.detail.contains("104857600"), "{}", failure.detail);
}

#[tokio::test]
async fn a_body_may_be_exactly_as_large_as_allowed() {
    for (size, fits) in [(1 << 20, true), ((1 << 20) + 1, false)] {
        let open = [b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; size]].concat();
        let server = Server::answering(open).await;
        assert_eq!(fetch(at(server.address)).await.is_ok(), fits, "{size}");
    }
}

#[tokio::test]
async fn slow_servers_are_told_apart() {
    let hasty = || FetchOptions { total_timeout: Duration::from_secs(1), ..options() };
    let drip = Server::start(|_, mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
        loop {
            stream.write_all(b"a").await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let failure = within(fetcher(hasty()).fetch(at(drip.address))).await.expect_err("a drip");
    assert_eq!(failure.reason, UnseenReason::TotalTimeout);
    let silent = Server::start(|_, stream| async move {
        tokio::time::sleep(Duration::from_secs(60)).await;
        drop(stream);
        Ok(())
    })
    .await;
    // A long time to connect does not lengthen the wait for the first byte.
    let mut patient = options();
    patient.client.connect_timeout = Duration::from_secs(50);
    let begin = std::time::Instant::now();
    let failure = within(fetcher(patient).fetch(at(silent.address))).await.expect_err("silence");
    assert_eq!(failure.reason, UnseenReason::FirstByteTimeout);
    assert!(failure.detail.contains("no first byte within 400ms (first-byte limit)"), "{}", failure.detail);
    assert!(begin.elapsed() < Duration::from_secs(4), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn answers_that_break_off_are_broken() {
    for answer in [
        &b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"[..],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot hexadecimal\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Encoding: gzip\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200",
        b"",
        b"<html>HTTP/0.9 has no head</html>",
        b"\x00\x01\x02\x03 garbage \xff\xfe\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 99999 OK\r\n\r\n",
    ] {
        assert_eq!(reason_of(answer).await, UnseenReason::BrokenAnswer, "{}", answer.escape_ascii());
    }
}

#[tokio::test]
async fn a_refused_and_a_reset_connection_are_failed_connections() {
    let gone = Server::answering("").await.address;
    let failure = fetch(at(gone)).await.expect_err("nobody listens");
    assert_eq!(failure.reason, UnseenReason::ConnectFailed);
    assert!(failure.detail.to_lowercase().contains("refused"), "{}", failure.detail);
    let server = Server::start(|_, stream| async move {
        stream.set_zero_linger()?;
        drop(stream);
        Ok(())
    })
    .await;
    let failure = fetch(at(server.address)).await.expect_err("reset");
    assert_eq!(failure.reason, UnseenReason::ConnectFailed, "{}", failure.detail);
}

#[tokio::test]
async fn a_reset_in_the_middle_of_a_body_is_a_broken_answer() {
    let server = Server::start(|_, mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<p>").await?;
        tokio::time::sleep(Duration::from_millis(50)).await;
        stream.set_zero_linger()
    })
    .await;
    let failure = fetch(at(server.address)).await.expect_err("reset");
    assert_eq!(failure.reason, UnseenReason::BrokenAnswer, "{}", failure.detail);
}

#[tokio::test]
async fn too_many_headers_are_refused() {
    let many = page("200 OK", &"X-A: b\r\n".repeat(2_000), b"page");
    assert_eq!(reason_of(many).await, UnseenReason::BrokenAnswer);
    let long = page("200 OK", &format!("X-A: {}\r\n", "b".repeat(100_000)), b"page");
    assert_eq!(reason_of(long).await, UnseenReason::TooLarge);
}

#[tokio::test]
async fn many_large_bodies_share_a_small_memory() {
    let server = Server::answering(page("200 OK", "", &vec![b'x'; 900 << 10])).await;
    let tight = fetcher(FetchOptions { memory: 2 << 20, per_host: 100, ..options() });
    let all = (0..12).map(|_| tight.fetch(at(server.address)));
    for result in within(futures_util::future::join_all(all)).await {
        assert_eq!(full(result).body.len(), 900 << 10);
    }
}

#[tokio::test]
async fn slow_traps_do_not_take_the_memory_from_others() {
    // Large bodies that never end hold all large room; a small page comes through all the same.
    let trap = Server::start(|_, mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
        stream.write_all(&vec![b'x'; 400 << 10]).await?;
        tokio::time::sleep(Duration::from_secs(60)).await;
        Ok(())
    })
    .await;
    let page = Server::answering(page("200 OK", "", b"page")).await;
    let tight =
        fetcher(FetchOptions { memory: 2 << 20, per_host: 100, total_timeout: Duration::from_secs(2), ..options() });
    let traps = futures_util::future::join_all((0..2).map(|_| tight.fetch(at(trap.address))));
    let (trapped, seen) = within(futures_util::future::join(traps, tight.fetch(at(page.address)))).await;
    assert_eq!(full(seen).body, b"page");
    assert!(trapped.iter().all(|result| result.as_ref().is_err_and(|f| f.reason == UnseenReason::TotalTimeout)));
}

#[tokio::test]
async fn urls_that_are_not_fetched_never_leave() {
    for (url, reason) in [
        ("ftp://www.city.example/", UnseenReason::UrlRefused),
        ("http://user:secret@www.city.example/", UnseenReason::UrlRefused),
        ("http://www.city.example:25/", UnseenReason::UrlRefused),
        ("http://10.0.0.1/", UnseenReason::AddressRefused),
        ("http://169.254.169.254/latest/meta-data/", UnseenReason::AddressRefused),
    ] {
        let failure = fetch(request(url)).await.expect_err(url);
        assert_eq!(failure.reason, reason, "{url}");
        assert!(!failure.detail.contains("secret") && failure.remote.is_none());
    }
}
