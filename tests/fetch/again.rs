//! What is sent again, and how soon: courtesy holds for failures too.

use crate::server::{Server, page, read_head};
use crate::{at, fetcher, full, options, within};
use hinomi::fetch::{FetchOptions, Fetcher};
use hinomi::model::UnseenReason;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

const KEPT: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage";
const GARBAGE: &[u8] = b"\x00\x01 garbage \xff\r\n\r\n";

/// Answers the first request of a connection well; what becomes of the second is the test's.
async fn once_then(mut stream: TcpStream, heads: Arc<Mutex<Vec<String>>>, second: &[u8]) -> io::Result<()> {
    for answer in [KEPT, second] {
        let head = read_head(&mut stream).await?;
        heads.lock().expect("heads").push(head);
        stream.write_all(answer).await?;
    }
    stream.shutdown().await
}

#[tokio::test]
async fn a_failure_on_a_new_connection_is_sent_once() {
    for answer in [GARBAGE, b"", b"HTTP/1.1 20"] {
        let server = Server::answering(answer).await;
        let failure = within(fetcher(options()).fetch(at(server.address))).await.expect_err("garbage");
        assert_eq!(failure.reason, UnseenReason::BrokenAnswer);
        assert_eq!(server.connections(), 1, "{}", answer.escape_ascii());
    }
}

#[tokio::test]
async fn a_kept_connection_that_was_closed_is_replaced_once() {
    let server = Server::raw(|stream, heads| once_then(stream, heads, b"")).await;
    let fetcher = fetcher(options());
    for connections in [1, 2] {
        assert_eq!(full(within(fetcher.fetch(at(server.address))).await).body, b"page");
        assert_eq!(server.connections(), connections);
    }
    assert_eq!(server.heads().len(), 3, "the second request came twice");
}

#[tokio::test]
async fn a_kept_connection_that_answers_garbage_is_not_replaced() {
    let server = Server::raw(|stream, heads| once_then(stream, heads, GARBAGE)).await;
    let fetcher = fetcher(options());
    full(within(fetcher.fetch(at(server.address))).await);
    let failure = within(fetcher.fetch(at(server.address))).await.expect_err("garbage");
    assert_eq!((failure.reason, server.connections()), (UnseenReason::BrokenAnswer, 1));
    assert_eq!(server.heads().len(), 2);
}

#[tokio::test]
async fn starts_keep_their_gap_over_failures_and_redirects() {
    let starts: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let seen = Arc::clone(&starts);
    let server = Server::by_path(move |path| {
        seen.lock().expect("starts").push(Instant::now());
        match path {
            "/" => page("302 Found", "Location: /garbage\r\n", b""),
            _ => GARBAGE.to_vec(),
        }
    })
    .await;
    let gap = Duration::from_millis(150);
    let courteous = fetcher(FetchOptions { gap, ..options() });
    for _ in 0..2 {
        within(courteous.fetch(at(server.address))).await.expect_err("garbage");
    }
    let starts = starts.lock().expect("starts").clone();
    assert_eq!(starts.len(), 4);
    for pair in starts.windows(2) {
        // A request starts at its permit and is seen a moment later, so that two may be seen a little closer.
        assert!(pair[1] - pair[0] >= gap / 2, "{:?}", pair[1] - pair[0]);
    }
}
