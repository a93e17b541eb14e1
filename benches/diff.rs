//! Time of a comparison beside the parse of the same page: an ordinary front page of 40 kB, a long list, hostile pages.

use criterion::{Criterion, criterion_group, criterion_main};
use hinomi::model::*;
use hinomi::{diff, parse, script};
use std::fmt::Write;
use std::hint::black_box;

/// A parsed page with the reports on its scripts.
struct Read {
    page: Page,
    scripts: Vec<ScriptReport>,
}

impl Read {
    fn of(html: &str) -> Self {
        let page = parse::page(html.as_bytes(), &parse::Options::default());
        let scripts = script::reports(&page);
        Self { page, scripts }
    }

    fn version(&self) -> Version<'_> {
        Version {
            page: &self.page,
            head: None,
            scripts: &self.scripts,
            url: None,
            resources: &[],
            signed: Signed::nothing(),
            approved_at: None,
        }
    }
}

/// A front page of about 40 kB: ten lists of news, a few scripts, a form.
fn front(item: impl Fn(usize) -> String) -> String {
    let mut html = "<!DOCTYPE html><html lang=ja><head><meta charset=utf-8><title>例示市</title>".to_owned();
    html.push_str("<script src=/js/jquery.js?ver=3.6.0></script><script>var at = '2024-05-01';</script></head><body>");
    html.push_str("<form action=/search><input name=q></form>");
    for list in 0..10 {
        let _ = write!(html, "<section class=news id=list-{list}><h2>お知らせ {list}</h2><ul>");
        for at in 0..30 {
            let number = list * 30 + at;
            let _ = write!(html, "<li class=item><a href=\"/news/{number}.html\">{}</a></li>", item(number));
        }
        html.push_str("</ul></section>");
    }
    html.push_str("</body></html>");
    html
}

fn news(number: usize) -> String {
    format!("令和6年第{number}回の会議の予定を公表しました")
}

fn flat(count: usize, text: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut html, at| {
        let _ = write!(html, "<p>{}</p>", text(at));
        html
    })
}

fn compare(c: &mut Criterion, name: &str, old: &str, new: &str) {
    let (old, new) = (Read::of(old), Read::of(new));
    c.bench_function(name, |bench| bench.iter(|| diff::compare(black_box(old.version()), black_box(new.version()))));
}

fn ordinary(c: &mut Criterion) {
    let old = front(news);
    c.bench_function("parse: the front page", |bench| bench.iter(|| Read::of(black_box(&old))));
    compare(c, "diff: the front page with itself", &old, &old);
    let edited = front(|at| if at == 150 { "変更しました".to_owned() } else { news(at) });
    compare(c, "diff: one text edited", &old, &edited);
    let rolled = front(|at| news(at + usize::from(at / 30 == 4)));
    compare(c, "diff: one list rolled on", &old, &rolled);
    let updated = front(|at| news(at + 3)).replace("3.6.0", "3.7.1").replace("2024-05-01", "2024-05-02");
    compare(c, "diff: all lists rolled on, scripts updated", &old, &updated);
    compare(c, "diff: replaced page", &old, "<title>x</title><center>Hacked by nobody</center>");
}

fn long(c: &mut Criterion) {
    let item = |at: usize| format!("item {at}");
    let edited = |at: usize| format!("item {at}{}", if at == 5_000 { " changed" } else { "" });
    compare(c, "diff: one of 10,000 items edited", &flat(10_000, item), &flat(10_000, edited));
    let list = flat(60_000, |at| format!("old {at}"));
    c.bench_function("parse: 60,000 children", |bench| bench.iter(|| Read::of(black_box(&list))));
    compare(c, "diff: 60,000 unrelated children", &list, &flat(60_000, |at| format!("new {}", at * 7)));
    let gaps = |salt: usize| {
        flat(60_000, |at| if at.is_multiple_of(64) { format!("anchor {at}") } else { format!("{salt} {}", at * salt) })
    };
    compare(c, "diff: 60,000 children, a thousand gaps", &gaps(3), &gaps(7));
    let cycle = |kinds: usize| flat(60_000, |at| format!("a longer item {}", at * 7_919 % kinds));
    compare(c, "diff: 60,000 repeated children", &cycle(5_000), &cycle(7_000));
}

criterion_group! { name = benches; config = Criterion::default().sample_size(10); targets = ordinary, long }
criterion_main!(benches);
