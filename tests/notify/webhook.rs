//! Webhooks against a small HTTP server that answers as it is told.

use super::contract::{Fate, attempt, expect};
use super::samples::{message, opened};
use hinomi::model::{Channel, Message, Secret};
use hinomi::net::{AllowedRanges, Client, ClientOptions, Guard, Ports, Trust};
use hinomi::notify::{Endpoint, Notifier, SendError, Webhook, WebhookError, WebhookOptions, sign};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

const KEY: &str = "shared-secret-key";
const SECRETS: [&str; 3] = [KEY, "tok-8Zq1", "hook-path-77"];

/// Head and body of one request.
type Request = (String, Vec<u8>);

struct Server {
    port: u16,
    received: Arc<Mutex<Vec<Request>>>,
}

/// Answers every request with `answer`; with none it never answers.
async fn server(answer: Option<&'static str>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let received: Arc<Mutex<Vec<Request>>> = Arc::default();
    let taken = received.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let taken = taken.clone();
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                let mut head = String::new();
                while !head.ends_with("\r\n\r\n") && stream.read_line(&mut head).await.is_ok_and(|read| read > 0) {}
                let length =
                    head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
                let mut body = vec![0; length.unwrap_or(0)];
                let _ = stream.read_exact(&mut body).await;
                taken.lock().expect("lock").push((head, body));
                match answer {
                    Some(answer) => drop(stream.write_all(answer.as_bytes()).await),
                    None => drop(stream.read_to_end(&mut Vec::new()).await),
                }
            });
        }
    });
    Server { port, received }
}

fn webhook(port: u16, limit: Duration) -> Webhook {
    let guard =
        Guard { allowed: AllowedRanges::parse(&["127.0.0.0/8"]).expect("a range"), ports: Ports { also: vec![port] } };
    let client = Client::new(ClientOptions { guard, ..ClientOptions::new(Trust::Strict) }).expect("a client");
    let url = Secret::new(format!("http://127.0.0.1:{port}/hook-path-77?token=tok-8Zq1"));
    let endpoints = BTreeMap::from([("default".to_owned(), Endpoint { url, key: Secret::new(KEY) })]);
    Webhook::new(WebhookOptions { client, endpoints, user_agent: "hinomi-test".to_owned(), limit }).expect("a webhook")
}

const AMPLE: Duration = Duration::from_secs(20);

fn post() -> Message {
    message(vec![opened()], Channel::Webhook)
}

#[tokio::test]
async fn what_is_tried_again_and_what_is_given_up() {
    let table = [
        ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", Fate::Sent),
        ("HTTP/1.1 204 No Content\r\n\r\n", Fate::Sent),
        ("HTTP/1.1 301 Moved\r\nlocation: http://127.0.0.1/x\r\ncontent-length: 0\r\n\r\n", Fate::GiveUp),
        ("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n", Fate::GiveUp),
        ("HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n", Fate::GiveUp),
        ("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", Fate::GiveUp),
        ("HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n", Fate::Retry),
        ("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n", Fate::GiveUp),
        ("HTTP/1.1 425 Too Early\r\ncontent-length: 0\r\n\r\n", Fate::Retry),
        ("HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n", Fate::Retry),
        ("HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n", Fate::Retry),
        ("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n", Fate::Retry),
        ("", Fate::Retry),
        ("220 mail.example ESMTP\r\n", Fate::Retry),
    ];
    for (answer, fate) in table {
        let server = server(Some(answer)).await;
        let webhook = webhook(server.port, AMPLE);
        expect(answer, &webhook, &post(), &SECRETS, fate).await;
    }
}

#[tokio::test]
async fn a_silent_server_is_left_at_the_limit() {
    let server = server(None).await;
    let webhook = webhook(server.port, Duration::from_millis(300));
    expect("silent", &webhook, &post(), &SECRETS, Fate::Retry).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_again() {
    let unused = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = unused.local_addr().expect("an address").port();
    drop(unused);
    expect("refused", &webhook(port, AMPLE), &post(), &SECRETS, Fate::Retry).await;
}

#[tokio::test]
async fn retry_after_is_believed_up_to_a_day() {
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    let table = [
        ("HTTP/1.1 429 Slow\r\nretry-after: 120\r\ncontent-length: 0\r\n\r\n", seconds(120)),
        ("HTTP/1.1 503 Busy\r\nretry-after: 99999999\r\ncontent-length: 0\r\n\r\n", seconds(86_400)),
        (
            "HTTP/1.1 503 Busy\r\nretry-after: Thu, 31 Dec 9998 23:59:59 GMT\r\ncontent-length: 0\r\n\r\n",
            seconds(86_400),
        ),
        ("HTTP/1.1 503 Busy\r\nretry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-length: 0\r\n\r\n", None),
        ("HTTP/1.1 503 Busy\r\nretry-after: -1\r\ncontent-length: 0\r\n\r\n", None),
    ];
    for (answer, expected) in table {
        let server = server(Some(answer)).await;
        let error = webhook(server.port, AMPLE).send(&post()).await.expect_err("busy");
        let SendError::Retry { after, .. } = error else { panic!("{error:?}") };
        assert_eq!(after, expected, "{answer}");
    }
}

#[tokio::test]
async fn what_arrives_is_signed_and_the_same_at_each_attempt() {
    let server = server(Some("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")).await;
    let webhook = webhook(server.port, AMPLE);
    let message = post();
    for _ in 0..2 {
        expect("sent", &webhook, &message, &SECRETS, Fate::Sent).await;
    }
    let received = server.received.lock().expect("lock").clone();
    let [(head, body), (_, again)] = received.as_slice() else { panic!("{} requests", received.len()) };
    assert_eq!(body, again);
    let json: serde_json::Value = serde_json::from_slice(body).expect("json");
    assert_eq!(json, message.json);
    assert_eq!(json["subject"], message.subject);
    let header = |name: &str| {
        let of = |line: &str| {
            line.split_once(": ").filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| v.to_owned())
        };
        head.lines().find_map(of).unwrap_or_else(|| panic!("no {name} in {head}"))
    };
    let signature = header("Hinomi-Signature");
    let unix = signature.strip_prefix("t=").and_then(|s| s.split(',').next()).and_then(|t| t.parse().ok()).expect("t");
    assert_eq!(signature, sign(&Secret::new(KEY), unix, body));
    assert_eq!(header("Idempotency-Key"), message.id.to_string());
    assert_eq!(header("Content-Type"), "application/json; charset=utf-8");
    assert_eq!(header("User-Agent"), "hinomi-test");
}

#[test]
fn the_signature_is_the_one_others_compute() {
    // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac key
    let expected = "t=1700000000,v1=a438e398bfafc57e4396bb7fc2304422f0f768e965d073ca313cb52e22e6ad03";
    assert_eq!(sign(&Secret::new("key"), 1_700_000_000, b"{\"a\":1}"), expected);
}

#[tokio::test]
async fn an_unknown_name_is_given_up_and_nothing_secret_is_shown() {
    let webhook = webhook(9, AMPLE);
    let mut message = post();
    message.receiver.address = "gone".to_owned();
    let (fate, text) = attempt(&webhook, &message, &SECRETS).await;
    assert_eq!(fate, Fate::GiveUp);
    assert!(text.contains("gone"), "{text}");
    let shown = format!("{webhook:?}");
    assert!(SECRETS.iter().all(|secret| !shown.contains(secret)), "{shown}");
}

#[test]
fn wrong_settings_are_named_without_a_secret() {
    let new = |url: &str, key: &str| {
        let client = Client::new(ClientOptions::new(Trust::Strict)).expect("a client");
        let endpoint = Endpoint { url: Secret::new(url), key: Secret::new(key) };
        let endpoints = BTreeMap::from([("ops".to_owned(), endpoint)]);
        Webhook::new(WebhookOptions { client, endpoints, user_agent: String::new(), limit: AMPLE })
    };
    for url in ["", "tok-8Zq1", "file:///tok-8Zq1", "mailto:tok-8Zq1"] {
        let error = new(url, KEY).expect_err("a wrong url");
        assert_eq!(error, WebhookError::Url("ops".to_owned()));
        assert!(!error.to_string().contains("tok-8Zq1"));
    }
    assert_eq!(new("https://hooks.example/", "").expect_err("no key"), WebhookError::Key("ops".to_owned()));
}
