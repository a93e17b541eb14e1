//! Pages that are traps: each ends in *unseen* or as a judged page, and harms no other target.

use crate::support::{Answer, Service, Web, pages, quick};
use futures_util::future::join_all;
use hinomi::model::Verdict;
use std::io::{self, Write as _};
use std::net::TcpStream;
use std::time::Duration;

const HTML: &str = "Content-Type: text/html; charset=utf-8\r\nConnection: close\r\n";

fn endless(stream: &mut TcpStream) -> io::Result<()> {
    write!(stream, "HTTP/1.1 200 OK\r\n{HTML}\r\n")?;
    loop {
        stream.write_all(&[b'a'; 4096])?;
    }
}

fn huge(stream: &mut TcpStream) -> io::Result<()> {
    write!(stream, "HTTP/1.1 200 OK\r\n{HTML}Content-Length: 104857600\r\n\r\n")?;
    (0..100).try_for_each(|_| stream.write_all(&vec![b'a'; 1 << 20]))
}

fn drip(stream: &mut TcpStream) -> io::Result<()> {
    write!(stream, "HTTP/1.1 200 OK\r\n{HTML}Content-Length: 100000\r\n\r\n")?;
    loop {
        stream.write_all(b"a")?;
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn silent(stream: &mut TcpStream) -> io::Result<()> {
    io::copy(stream, &mut io::sink()).map(drop)
}

fn bomb() -> Answer {
    let packed = zstd::encode_all(vec![b' '; 200 << 20].as_slice(), 1).expect("a bomb");
    Answer::page(packed).header("Content-Encoding", "zstd")
}

/// What stands under each path, and the ways in which its check may end.
fn traps() -> Vec<(&'static str, Answer, &'static [&'static str])> {
    let mut nul = pages::ordinary().into_bytes();
    nul.splice(600..600, [0; 5000]);
    let latin: Vec<u8> =
        pages::ordinary().into_bytes().into_iter().chain((0..50_000).map(|n| 0x80 | n as u8)).collect();
    let unknown = Answer::page(pages::ordinary()).header("Content-Type", "text/html; charset=x-no-such-charset");
    let attributes: String = (0..100_000).map(|n| format!(" a{n}=1")).collect();
    vec![
        ("/endless", Answer::wild(endless), &["too-large", "total-timeout"]),
        ("/huge", Answer::wild(huge), &["too-large"]),
        ("/drip", Answer::wild(drip), &["total-timeout"]),
        ("/silent", Answer::wild(silent), &["first-byte-timeout", "total-timeout"]),
        ("/bomb", bomb(), &["too-large"]),
        ("/broken", Answer::wild(|stream| stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Len")), &["broken-answer"]),
        ("/nonsense", Answer::wild(|stream| stream.write_all(b"\x16\x03\x01 what?\r\n\r\n")), &["broken-answer"]),
        ("/loop", Answer::page("").status(302).header("Location", "/loop"), &["too-many-redirects"]),
        (
            "/inside",
            Answer::page("").status(302).header("Location", "http://169.254.169.254/latest/"),
            &["address-refused"],
        ),
        ("/elsewhere", Answer::page("").status(302).header("Location", "file:///etc/passwd"), &["url-refused"]),
        ("/nul", Answer::page(nul), &["review", "alarm"]),
        ("/charset", Answer::page(latin), &["review", "alarm"]),
        ("/unknown", unknown, &["review"]),
        ("/nested", Answer::page("<b>".repeat(1_000_000)), &["review", "alarm", "internal-error"]),
        ("/attributes", Answer::page(format!("<p{attributes}>")), &["review", "alarm"]),
        ("/empty", Answer::page(""), &["empty-page"]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn traps_end_within_their_limits_and_harm_nobody_else() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    let traps = traps();
    let mut targets: Vec<_> = traps.iter().map(|(path, ..)| (path[1..].to_owned(), web.url(path))).collect();
    targets.push(("innocent".to_owned(), web.url("/innocent")));
    let service = Service::open(folder.path(), &targets, Duration::from_secs(3600), quick()).await;
    web.put("/innocent", Answer::page(pages::ordinary()));
    assert_eq!(service.check("innocent").await.verdict, Verdict::Review);
    service.approve("innocent").await;
    for (path, answer, _) in &traps {
        web.put(path, answer.clone());
    }
    for round in 0..2 {
        let all = join_all(targets.iter().map(|(id, _)| service.check(id)));
        let reports = tokio::time::timeout(Duration::from_secs(120), all).await.expect("a check hangs");
        for report in &reports {
            let ended = report.unseen.unwrap_or(report.verdict.as_str());
            let path = report.url.path();
            let expected =
                traps.iter().find(|(trap, ..)| *trap == path).map_or(&["unchanged"][..], |(.., ended)| ended);
            assert!(expected.contains(&ended), "round {round}, {path}: {ended} ({})", report.reason.en);
        }
    }
}
