//! Whole examination of a changed page of 40 KB (both versions parsed, scripts read, compared, judged) against its parse.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "a benchmark reads the clock")]
#![allow(clippy::unwrap_used, reason = "a benchmark stops when it cannot go on")]

use criterion::Criterion;
use hinomi::model::{Head, Verdict};
use hinomi::monitor::{About, Bodies, Source, Terms, examine, read};
use hinomi::parse;
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// A page of about 40 KB in the manner of a Japanese town hall.
fn page(title: &str, first: usize, extra: &str) -> String {
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\"><title>{title}</title>\n\
         <link rel=\"stylesheet\" href=\"/css/base.css?v=3\"><script src=\"/js/jquery.min.js?ver=3.6.0\"></script>\n\
         <script async src=\"https://www.analytics.example/tag.js?id=X-1\"></script>\n\
         <script>window.dataLayer=window.dataLayer||[];function tag(){{dataLayer.push(arguments);}}tag('js',new Date());</script>\n\
         <style>.menu li{{float:left}} .hidden{{display:none}}</style></head>\n<body class=\"top\"><ul class=\"menu\">\n"
    );
    for n in 0..50 {
        let _ = writeln!(html, "<li class=\"item\"><a href=\"/{n}/index.html\"><span>窓口のご案内 {n}</span></a></li>");
    }
    html.push_str(
        "</ul><form action=\"/search\"><input name=\"q\"><button>検索</button></form>\n<dl class=\"news\">\n",
    );
    for n in first..first + 190 {
        let _ = writeln!(
            html,
            "<dt>令和6年{}月{}日</dt><dd><a href=\"/news/{n}.html\" class=\"link\">第{n}回の会議の予定を公表しました</a>\
             <img src=\"/img/new.gif\" alt=\"新着\"></dd>",
            n % 12 + 1,
            n % 28 + 1
        );
    }
    let _ = write!(html, "</dl>\n<p>例示県例示市一丁目1番1号 例示市役所</p>{extra}\n");
    html.push_str("<script>jQuery(function($){$('.news').show();});</script>\n</body></html>\n");
    html
}

fn head(url: &url::Url) -> Head {
    Head {
        requested: url.clone(),
        final_url: url.clone(),
        status: 200,
        headers: vec![("content-type".to_owned(), "text/html; charset=utf-8".to_owned())],
        hops: vec![],
        remote: None,
        certificate: None,
    }
}

/// Parse, normalisation and digest of one version.
fn parsed(body: &str, head: &Head) {
    let options = parse::Options {
        url: Some(&head.final_url),
        content_type: head.header("content-type"),
        ..parse::Options::default()
    };
    black_box(parse::page(body.as_bytes(), &options).digest());
}

/// All that a check of a changed page does, without fetching and storing.
fn examined(old: &str, new: &str, head: &Head) -> Verdict {
    let read_one = |body| read(Source::answer(body, head, &[]), &[]);
    let now = read_one(new.as_bytes());
    black_box(now.state());
    let approved = [read_one(old.as_bytes())];
    let bodies = &Bodies::new();
    let terms = Terms::new(About { organisation: Some("例示市"), ..About::nothing() }, bodies);
    black_box(examine(&now, &approved, &terms)).judgement.verdict
}

/// The least time of each over several rounds, taken by turns.
fn by_turns(rounds: usize, a: impl Fn(), b: impl Fn()) -> (Duration, Duration) {
    let time = |run: &dyn Fn()| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..rounds).fold((Duration::MAX, Duration::MAX), |(x, y), _| (x.min(time(&a)), y.min(time(&b))))
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args().sample_size(20);
    let url: url::Url = "https://www.city.example/".parse().unwrap();
    let head = head(&url);
    let old = page("例示市公式ホームページ", 0, "");
    let defaced = page("Hacked by nobody", 0, "<script src=\"https://evil.example/x.js\"></script>");
    let cases = [
        ("news of a day", page("例示市公式ホームページ", 3, ""), Verdict::Routine),
        ("a strange script", defaced, Verdict::Alarm),
        ("replaced", "<title>x</title><center><h1>Hacked by nobody</h1></center>".to_owned(), Verdict::Alarm),
    ];
    println!("the page has {} bytes", old.len());
    criterion.bench_function("parse, normalise, digest", |bencher| bencher.iter(|| parsed(&old, &head)));
    for (name, new, verdict) in &cases {
        assert_eq!(examined(&old, new, &head), *verdict, "{name}");
        criterion.bench_function(name, |bencher| bencher.iter(|| examined(&old, new, &head)));
        let (alone, whole) = by_turns(
            200,
            || parsed(&old, &head),
            || {
                black_box(examined(&old, new, &head));
            },
        );
        let ratio = whole.as_secs_f64() / alone.as_secs_f64();
        println!("{name}: parse {alone:?}, whole examination {whole:?}, ratio {ratio:.2}");
    }
    criterion.final_summary();
}
