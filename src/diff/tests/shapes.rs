//! Ordinary edits and attacks, each told as a person would tell it.

use super::{Builder, version};
use crate::diff::compare;
use crate::model::*;

fn news(items: &[&str]) -> Builder {
    let mut builder = Builder::new();
    builder.open("html", &[]).open("body", &[]).leaf("h1", &[], "例示市").open("ul", &[("id", "news")]);
    for item in items {
        builder.open("li", &[]).leaf("a", &[("href", "/news")], item).close();
    }
    builder.close();
    builder
}

fn told(old: &Page, new: &Page) -> Vec<(ChangeKind, Plane, String)> {
    let changes = compare(version(old), version(new)).changes;
    changes.into_iter().map(|change| (change.kind, change.plane, change.path)).collect()
}

#[test]
fn a_rolling_news_list() {
    let old = news(&["一日の予定を公表", "二日の予定を公表", "三日の予定を公表"]).page();
    let new = news(&["四日の予定を公表", "一日の予定を公表", "二日の予定を公表"]).page();
    assert_eq!(
        told(&old, &new),
        [
            (ChangeKind::Insert, Plane::Content, "html > body > ul#news > li[1]".to_owned()),
            (ChangeKind::Delete, Plane::Content, "html > body > ul#news > li[3]".to_owned()),
        ]
    );
}

#[test]
fn an_edited_text() {
    let old = news(&["令和6年度の予算を公表しました", "災害に備えて"]).page();
    let new = news(&["令和7年度の予算を公表しました", "災害に備えて"]).page();
    let difference = compare(version(&old), version(&new));
    let [change] = difference.changes.as_slice() else { panic!("{:?}", difference.changes) };
    assert_eq!((change.kind, change.path.as_str()), (ChangeKind::Update, "html > body > ul#news > li[1] > a > text"));
    assert_eq!(change.old_excerpt.as_deref(), Some("令和6年度の予算を公表しました"));
    assert_eq!(change.new_excerpt.as_deref(), Some("令和7年度の予算を公表しました"));
    assert!(difference.text_kept > 0.9 && difference.nodes_kept > 0.8);
}

#[test]
fn a_changed_attribute_is_shown_alone() {
    let link = |href: &str| Builder::new().leaf("a", &[("class", "button"), ("href", href)], "申請").page();
    let difference = compare(version(&link("/form")), version(&link("/form2")));
    let change = &difference.changes[0];
    assert_eq!(change.old_excerpt.as_deref(), Some("<a href=\"/form\">"));
    assert_eq!(change.new_excerpt.as_deref(), Some("<a href=\"/form2\">"));
}

#[test]
fn a_moved_section_is_one_move() {
    let build = |first: bool| {
        let mut builder = Builder::new();
        builder.open("body", &[]);
        if first {
            builder.leaf("p", &[("class", "notice")], "休日当番医のお知らせ");
        }
        builder.leaf("div", &[("id", "a")], "暮らしの情報をお届けします").leaf("div", &[("id", "b")], "市政の情報");
        if !first {
            builder.open("div", &[("id", "side")]).leaf("p", &[("class", "notice")], "休日当番医のお知らせ").close();
        }
        builder.page()
    };
    let told = told(&build(true), &build(false));
    assert_eq!(told.iter().filter(|(kind, ..)| *kind == ChangeKind::Move).count(), 1, "{told:?}");
    assert_eq!(told.len(), 2, "{told:?}");
    let difference = compare(version(&build(true)), version(&build(false)));
    assert_eq!((difference.text_kept, difference.nodes_kept), (1.0, 1.0));
}

#[test]
fn an_injected_script_is_active_and_a_moved_one_is_not() {
    let plain = news(&["お知らせ"]).page();
    let injected = news(&["お知らせ"]).linked_script("https://evil.example/x.js").page();
    let told_in = told(&plain, &injected);
    assert_eq!(told_in, [(ChangeKind::Insert, Plane::Active, "html > body > script".to_owned())]);
    let gone = told(&injected, &plain);
    assert_eq!(gone, [(ChangeKind::Delete, Plane::Active, "html > body > script".to_owned())]);
    let before = Builder::new().linked_script("https://www.city.example/a.js").leaf("p", &[], "お知らせ").page();
    let after = Builder::new().leaf("p", &[], "お知らせ").linked_script("https://www.city.example/a.js").page();
    assert!(told(&before, &after).iter().all(|(_, plane, _)| *plane == Plane::Content));
    assert!(compare(version(&before), version(&after)).active.is_empty());
}

#[test]
fn a_changed_script_is_told_by_its_code() {
    let page = |code: &str| news(&["お知らせ"]).inline_script(code).page();
    let difference = compare(version(&page("init()")), version(&page("init();steal()")));
    let change = &difference.changes[0];
    assert_eq!((change.kind, change.plane), (ChangeKind::Update, Plane::Active));
    assert_eq!(change.new_excerpt.as_deref(), Some("init();steal()"));
    assert_eq!(difference.active, [ActiveChange { new: Some(0), old: Some(0) }]);
}

#[test]
fn a_mask_hides_content_and_nothing_that_acts() {
    let page = |count: &str, script: bool| {
        let mut builder = Builder::new();
        builder.open("body", &[]).leaf("p", &[], "本文").open("div", &[("id", "counter")]).masked();
        builder.leaf("b", &[], count);
        if script {
            builder.linked_script("https://evil.example/x.js");
        }
        builder.page()
    };
    assert!(compare(version(&page("1", false)), version(&page("2", false))).is_empty());
    let told = told(&page("1", false), &page("2", true));
    let active = (ChangeKind::Insert, Plane::Active, "body > div#counter > script".to_owned());
    assert_eq!(told, [active], "the counter's text under the mask is not told, the script is");
}

#[test]
fn a_replaced_page_keeps_next_to_nothing() {
    let items: Vec<String> = (0..50).map(|day| format!("{day}日の予定を公表しました")).collect();
    let old = news(&items.iter().map(String::as_str).collect::<Vec<_>>()).page();
    let new = Builder::new().open("html", &[]).open("body", &[]).leaf("center", &[], "Hacked by nobody").page();
    let difference = compare(version(&old), version(&new));
    assert!(difference.nodes_kept < 0.05 && difference.text_kept < 0.01, "{difference:?}");
}

#[test]
fn the_same_text_under_other_markup_is_kept() {
    let old = Builder::new().leaf("p", &[], "市役所の開庁時間は8時半からです").page();
    let new = Builder::new().open("section", &[]).leaf("dd", &[], "市役所の開庁時間は8時半からです").page();
    assert_eq!(compare(version(&old), version(&new)).text_kept, 1.0);
}

#[test]
fn a_style_with_an_approved_import_may_change() {
    let page = |css: &str| {
        let mut builder = Builder::new();
        builder.open("style", &[]).acts(ActiveKind::Stylesheet, None, "https://fonts.example/css").text(css);
        let mut page = builder.page();
        page.nodes[2].plane = Plane::Active;
        page
    };
    let told = told(&page("@import 'https://fonts.example/css';"), &page("@import 'https://fonts.example/css'; p {}"));
    assert_eq!(told, [(ChangeKind::Update, Plane::Content, "style > text".to_owned())]);
}
