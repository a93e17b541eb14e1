//! Rule `page-replaced`: nothing left, and pages that changed much but are still their owner's.

use crate::harness::{Outcome, alarms, check, compared, inserted, outcome, scanned, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "page-replaced";

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn a_foreign_page_is_critical() {
    for name in ["tampered-flag", "tampered-text", "tampered-short"] {
        assert_eq!(worst(&compared(RULE, name), RULE), Some((Critical, Firm)), "{name}");
    }
}

#[test]
fn the_owners_new_page_is_for_review() {
    for name in ["review-disaster", "review-redesign"] {
        assert_eq!(worst(&compared(RULE, name), RULE), Some((Medium, Firm)), "{name}");
        assert!(!compared(RULE, name).iter().any(alarms), "{name}");
    }
    for name in ["review-maintenance", "review-empty"] {
        assert_eq!(worst(&compared(RULE, name), RULE), Some((High, Tentative)), "{name}");
    }
}

#[test]
fn without_a_baseline_nothing_is_said() {
    assert_eq!(worst(&scanned(RULE, "tampered-flag"), RULE), None);
}

#[test]
fn a_page_that_is_covered_or_hidden_is_replaced() {
    for (mark, snippet) in [
        (
            "<header>",
            "<div style=\"position:fixed;top:0;left:0;width:100%;height:100%;z-index:99999;background:#000\"><img src=\"/uploads/flag.jpg\"></div>",
        ),
        ("<header>", "<div style=\"position:absolute;inset:0;background:black\"><h1>Freedom</h1></div>"),
        ("</main>", "<style>#z{position:fixed;inset:0;background:url(/uploads/flag.jpg)}</style><div id=z></div>"),
        ("</main>", "<style>.p{position:fixed}.q{inset:0;z-index:9}</style><div class=\"p q\"><img src=/a.png></div>"),
        (
            "<header>",
            "<style>body>*{display:none!important} body>#zq{display:block!important}</style><div id=zq><img src=\"/uploads/flag.jpg\"></div>",
        ),
        ("<header>", "<style>body{visibility:hidden}#zq{visibility:visible}</style><div id=zq><h1>Freedom</h1></div>"),
    ] {
        let found = inserted(RULE, mark, snippet);
        assert!(found.iter().any(|f| f.rule == RULE && alarms(f)), "{snippet}: {found:#?}");
    }
}

#[test]
fn notices_dialogues_and_turning_pictures_cover_nothing() {
    for (mark, snippet, expected) in [
        (
            "</main>",
            "<div style=\"position:fixed;bottom:0;left:0;width:100%;z-index:9999;background:#333\"><p>Cookieを使用します</p><button>同意</button></div>",
            Outcome::Quiet,
        ),
        (
            "</main>",
            "<div style=\"display:none;position:fixed;inset:0;z-index:9999;background:#fff\"><p>メニュー</p><img src=/a.png></div>",
            Outcome::Quiet,
        ),
        (
            "<header>",
            "<div style=\"background:#c00;color:#fff\"><h2>避難指示を発令しています</h2><img src=\"/img/keiho.png\"></div>",
            Outcome::Quiet,
        ),
        ("</main>", "<style>@media print{body>*{display:none}}</style><p>印刷用</p>", Outcome::Quiet),
        (
            "</main>",
            "<div class=v style=\"position:relative\"><img style=\"position:absolute;top:0;left:0;width:100%;height:100%\" src=/a.jpg></div>",
            Outcome::Quiet,
        ),
        (
            "<header>",
            "<div style=\"position:fixed;inset:0;background:#fff\"><img src=\"/img/loading.gif\"></div>",
            Outcome::Review,
        ),
        ("</head>", "<style id=antiClickjack>body{display:none}</style>", Outcome::Review),
    ] {
        let found = inserted(RULE, mark, snippet);
        assert_eq!(outcome(&found), expected, "{snippet}: {found:#?}");
    }
}
