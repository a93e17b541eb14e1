//! The made-up pages are what they say: read in their own charset, whole, and without signs of attack.

use crate::demo::{SITES, Web};
use crate::model::Verdict;
use crate::monitor::{About, Form, Source, read, scan};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

async fn fetch(address: SocketAddr) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(address).await.expect("connect");
    stream.write_all(b"GET / HTTP/1.0\r\nHost: any\r\n\r\n").await.expect("ask");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("answer");
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    (String::from_utf8_lossy(&answer[..end]).into_owned(), answer[end + 4..].to_vec())
}

#[tokio::test]
async fn every_site_serves_a_whole_page_in_its_charset_without_signs_of_attack() {
    let web = Web::open().await.expect("ports");
    let mut charsets = Vec::new();
    for (site, address) in web.addresses() {
        let (head, body) = fetch(address).await;
        assert!(head.starts_with("HTTP/1.0 200") || head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(!body.windows(2).any(|pair| pair == b"@@"), "{}: a slot was left", site.id);
        let url = format!("http://{}/", site.host).parse().expect("url");
        let read = read(Source { form: Form::Page, ..Source::file(&body, "", Some(&url), false) }, &[]);
        let text = read.page.visible_text(65_536);
        assert!(text.contains(site.name) && text.contains('〒') && text.chars().count() > 400, "{}: {text}", site.id);
        assert!(!text.contains('\u{FFFD}'), "{}: {text}", site.id);
        let (findings, judgement) = scan(&read, About { organisation: Some(site.name), ..About::nothing() });
        assert_eq!(judgement.verdict, Verdict::Routine, "{}: {findings:?}", site.id);
        charsets.push(read.page.charset.used);
    }
    assert_eq!(charsets.len(), SITES.len());
    for charset in ["UTF-8", "Shift_JIS", "EUC-JP"] {
        assert!(charsets.iter().any(|used| *used == charset), "{charset} is missing");
    }
}
