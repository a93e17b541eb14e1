//! Rule `hidden-links`: links that only robots read, planted spam, and honest menus.

use crate::harness::{Outcome, alarms, check, compared, inserted, names, outcome, scan_alone, scanned, worst};
use hinomi::model::{Confidence::*, Severity::*};
use hinomi::monitor::Form;

const RULE: &str = "hidden-links";

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn blocks_of_links_are_high() {
    for name in ["offscreen", "hidden", "noscript", "visible", "siblings", "noise", "class"] {
        let found = compared(RULE, &format!("tampered-{name}"));
        assert_eq!(worst(&found, RULE), Some((High, Firm)), "{name}: {found:#?}");
    }
    assert_eq!(worst(&compared(RULE, "review-one"), RULE).map(|w| w.0), Some(Medium));
}

#[test]
fn spam_that_hides_is_seen_without_a_baseline() {
    assert_eq!(worst(&scanned(RULE, "tampered-offscreen"), RULE), Some((High, Firm)));
    for name in names(RULE, "harmless").into_iter().chain(["baseline".to_owned()]) {
        assert_eq!(worst(&scanned(RULE, &name), RULE), None, "{name}");
    }
}

#[test]
fn the_sites_are_told() {
    let found = compared(RULE, "tampered-offscreen");
    let told = found.iter().find(|f| f.rule == RULE).expect("a finding");
    assert!(told.evidence.contains("spam.invalid") && told.summary.en.contains("3 links"), "{told:#?}");
}

/// A block of links to three unknown sites, without words of spam.
const LINKS: &str = "<a href=\"https://a.invalid/\">shoes</a> <a href=\"https://b.invalid/\">bags</a> \
                     <a href=\"https://c.invalid/\">watches</a>";

#[test]
fn every_way_to_hide_a_block_is_seen() {
    for (open, close) in [
        ("<div style=\"position:absolute;clip:rect(1px,1px,1px,1px)\">", "</div>"),
        ("<div style=\"position:absolute;transform:translateX(-2000px)\">", "</div>"),
        ("<div style=\"position:absolute;left:calc(-9999px)\">", "</div>"),
        ("<div style=\"position:fixed;left:200vw\">", "</div>"),
        ("<div style=\"position:absolute;inset-inline-start:-9999px\">", "</div>"),
        ("<div style=\"transform:scale(0.0)\">", "</div>"),
        ("<div style=\"color:#fff;background:#FFFFFF\">", "</div>"),
        ("<style>#ft .k2 {display:none}</style><div id=ft><p class=k2>", "</p></div>"),
        ("<style>@media (min-width:1px){.k3{display:none}}</style><p class=k3>", "</p>"),
        (
            "<style>@media screen and (min-width:30em){section>.k{position:absolute;top:-999px}}</style><section><p class=k>",
            "</p></section>",
        ),
        ("<style>dfn{display:none}</style><dfn>", "</dfn>"),
        ("<style>.a{position:absolute}.b{left:-9999px}</style><p class=\"a b\">", "</p>"),
        ("<style>.x{ color:red; .y{display:none} }</style><p class=y>", "</p>"),
        ("<style>.z{dis/**/play:none}</style><p class=z>", "</p>"),
    ] {
        let found = inserted(RULE, "</main>", &format!("{open}{LINKS}{close}"));
        assert_eq!(outcome(&found), Outcome::Alarm, "{open}: {found:#?}");
    }
}

#[test]
fn what_a_desktop_shows_is_not_hidden() {
    for (open, close) in [
        ("<div>", "</div>"),
        ("<style>@media print{.k{display:none}}</style><p class=k>", "</p>"),
        ("<style media=print>.k{display:none}</style><p class=k>", "</p>"),
        ("<style>@media (max-width:640px){.k{display:none}}</style><p class=k>", "</p>"),
        ("<style>#other .k{display:none} .k:hover{display:none} .k *{display:none}</style><p class=k>", "</p>"),
        ("<style>nav ul{display:none}</style><ul><li>", "</ul>"),
        ("<div style=\"color:#fff;background:#003366\">", "</div>"),
        ("<div style=\"transform:translate(-50%,-50%)\">", "</div>"),
    ] {
        let found = inserted(RULE, "</main>", &format!("{open}{LINKS}{close}"));
        assert_eq!(outcome(&found), Outcome::Quiet, "{open}: {found:#?}");
    }
}

#[test]
fn words_of_every_shop_count_beside_others_or_hidden() {
    let links = |words: [&str; 3]| {
        let links = words
            .iter()
            .enumerate()
            .map(|(at, word)| format!("<li><a href=\"https://s{at}.invalid/\">{word}</a></li>"));
        links.collect::<String>()
    };
    let shop = links(["ふるさと納税 送料無料の返礼品", "通販サイト", "正規品"]);
    assert_eq!(outcome(&inserted(RULE, "</main>", &format!("<ul>{shop}</ul>"))), Outcome::Quiet);
    assert_eq!(outcome(&inserted(RULE, "</main>", &format!("<ul style=\"display:none\">{shop}</ul>"))), Outcome::Alarm);
    let fake = links(["スーパーコピー 送料無料", "通販サイト", "正規品"]);
    assert_eq!(outcome(&inserted(RULE, "</main>", &format!("<ul>{fake}</ul>"))), Outcome::Alarm);
}

#[test]
fn a_farm_of_hidden_links_needs_no_baseline() {
    let links =
        |count: usize| (0..count).map(|n| format!("<a href=//www.farm{n}.example/>友{n}</a> ")).collect::<String>();
    let page = |count| {
        format!("<!doctype html><title>例示市</title><div style='display:none'>{}</div><p>お知らせ", links(count))
    };
    assert!(scan_alone(&page(40), Form::Page).0.iter().any(|finding| finding.rule == RULE && alarms(finding)));
    assert!(!scan_alone(&page(12), Form::Page).0.iter().any(alarms));
}
