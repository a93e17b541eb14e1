//! What a page costs beyond the HTML parser: `scraper::Html::parse_document` alone against the whole of `parse::page`.
//!
//! The pages are made up in the manner of Japanese town halls, about 40 KB each; with `HINOMI_CORPUS` naming a folder,
//! the pages in it are measured too. The last line of each set is the ratio, taken from alternating runs.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "a benchmark reads the clock and its corpus")]

use criterion::{Criterion, Throughput};
use hinomi::parse::{Options, page};
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

/// A page as its text and as the bytes a server would send.
struct Sample {
    text: String,
    bytes: Vec<u8>,
}

/// A news list, a menu, a form, tables and scripts, filled from a simple generator so that no two pages are equal.
fn town_hall(seed: usize, charset: &str) -> Sample {
    const WORDS: &[&str] = &[
        "防災",
        "子育て支援",
        "ごみの収集日",
        "入札・契約",
        "市長の部屋",
        "観光案内",
        "健康診断",
        "図書館",
        "水道料金",
        "選挙管理委員会",
    ];
    let word = |n: usize| WORDS[(n * 7 + seed) % WORDS.len()];
    let mut text = format!(
        "<!DOCTYPE html>\n<html lang=\"ja\">\n<head>\n<meta charset=\"{charset}\">\n<title>例示市公式ホームページ {seed}</title>\n\
         <link rel=\"stylesheet\" href=\"/css/base.css?v={seed}\">\n<script src=\"/js/jquery.min.js\"></script>\n\
         <script async src=\"https://www.analytics.example/tag.js?id=X-{seed}\"></script>\n\
         <script>window.dataLayer=window.dataLayer||[];function tag(){{dataLayer.push(arguments);}}tag('js',new Date());</script>\n\
         <style>.menu li{{float:left}} .hidden{{display:none}}</style>\n</head>\n<body class=\"top page-{seed}\">\n<div id=\"wrap\">\n<ul class=\"menu clearfix\">\n"
    );
    for n in 0..60 {
        text +=
            &format!("  <li class=\"item item{n}\"><a href=\"/{n}/index.html\"><span>{}</span></a></li>\n", word(n));
    }
    text += "</ul>\n<form action=\"/search\" method=\"get\"><input type=\"hidden\" name=\"csrf_token\" value=\"d41d8cd98f00b204e9800998ecf8427e\"><input name=\"q\"><button>検索</button></form>\n<dl class=\"news\">\n";
    for n in 0..110 {
        text += &format!(
            "    <dt><time datetime=\"2024-0{}-1{}\">令和6年{}月1{}日</time></dt>\n    <dd><a href=\"/news/{seed}{n}.html\" class=\"link blank\">{}のお知らせ：{}について（{}課からの重要なご案内です）</a> <img src=\"/img/new.gif?{n}\" alt=\"新着\" width=\"30\" height=\"12\"></dd>\n",
            n % 9 + 1,
            n % 9,
            n % 9 + 1,
            n % 9,
            word(n),
            word(n + 3),
            word(n + 5)
        );
    }
    text += "</dl>\n<table class=\"hours\">\n";
    for n in 0..40 {
        text += &format!(
            "<tr><th scope=\"row\">{}</th><td>午前8時30分から午後5時15分まで</td><td><a href=\"tel:000-000-{n:04}\">電話 000-000-{n:04}</a></td></tr>\n",
            word(n)
        );
    }
    text += "</table>\n<p>〒000-0000 例示県例示市一丁目1番1号　例示市役所</p>\n</div>\n<script>jQuery(function($){$('.news').show();});</script>\n</body>\n</html>\n";
    let bytes =
        encoding_rs::Encoding::for_label(charset.as_bytes()).map_or_else(Vec::new, |e| e.encode(&text).0.into_owned());
    Sample { text, bytes }
}

/// The pages of a folder, decoded by hinomi.
fn corpus(folder: &Path) -> Vec<Sample> {
    let mut folders = vec![folder.to_path_buf()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        for path in entries {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "html" || e == "htm") && found.len() < 2_000 {
                found.push(path);
            }
        }
    }
    found.sort();
    let bytes = found.iter().step_by(found.len() / 200 + 1).filter_map(|path| std::fs::read(path).ok());
    bytes.filter_map(|bytes| Some(Sample { text: String::from_utf8(bytes.clone()).ok()?, bytes })).collect()
}

fn alone(samples: &[Sample]) {
    for sample in samples {
        black_box(scraper::Html::parse_document(&sample.text));
    }
}

fn whole(samples: &[Sample]) {
    for sample in samples {
        black_box(page(&sample.bytes, &Options::default()));
    }
}

/// The least time of each of two runs over several rounds, taken by turns.
fn by_turns(rounds: usize, samples: &[Sample]) -> (Duration, Duration) {
    let time = |run: fn(&[Sample])| {
        let start = Instant::now();
        run(samples);
        start.elapsed()
    };
    (0..rounds).fold((Duration::MAX, Duration::MAX), |(a, b), _| (a.min(time(alone)), b.min(time(whole))))
}

fn measure(criterion: &mut Criterion, name: &str, samples: &[Sample]) {
    let size: usize = samples.iter().map(|sample| sample.bytes.len()).sum();
    let mut group = criterion.benchmark_group(name);
    group.sample_size(20).throughput(Throughput::Bytes(size as u64));
    group.bench_function("scraper alone", |bencher| bencher.iter(|| alone(samples)));
    group.bench_function("parse::page", |bencher| bencher.iter(|| whole(samples)));
    group.finish();
    let (alone, whole) = by_turns(30, samples);
    let ratio = whole.as_secs_f64() / alone.as_secs_f64();
    println!("{name}: {} pages, {size} bytes, alone {alone:?}, whole {whole:?}, ratio {ratio:.2}", samples.len());
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for charset in ["utf-8", "shift_jis", "euc-jp"] {
        let samples: Vec<_> = (0..20).map(|seed| town_hall(seed, charset)).collect();
        measure(&mut criterion, charset, &samples);
    }
    if let Some(folder) = std::env::var_os("HINOMI_CORPUS") {
        let samples = corpus(Path::new(&folder));
        measure(&mut criterion, "corpus", &samples);
    }
    criterion.final_summary();
}
