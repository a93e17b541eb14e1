//! Rule `host-in-indicator-list`: what others have seen, new on a page or approved on it.

use crate::harness::{approved_with, check, compared, inserted, names, scanned, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "host-in-indicator-list";
const SCRIPT: &str = "<script src=\"https://cdn.listed.example/stat.js\"></script>";

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn a_new_host_is_critical_and_an_approved_one_is_high() {
    assert_eq!(worst(&inserted(RULE, "</main>", SCRIPT), RULE), Some((Critical, Firm)));
    let news = "<p>お知らせを追加しました</p>";
    assert_eq!(worst(&approved_with(RULE, SCRIPT, "</main>", news), RULE), Some((High, Firm)));
}

#[test]
fn entry_source_and_age_are_told() {
    let found = compared(RULE, "tampered-script");
    let told = found.iter().find(|finding| finding.rule == RULE).expect("told");
    for part in ["listed.example", "list of the day", "1970-01-01"] {
        assert!(told.summary.en.contains(part) && told.summary.ja.contains(part), "{told:?}");
    }
    assert_eq!(told.evidence, "https://cdn.listed.example/stat.js");
}

#[test]
fn a_first_snapshot_is_judged_alone_and_links_do_not_count() {
    for name in names(RULE, "tampered") {
        assert_eq!(worst(&scanned(RULE, &name), RULE), Some((Critical, Firm)), "{name}");
    }
    for name in names(RULE, "harmless") {
        assert_eq!(worst(&scanned(RULE, &name), RULE), None, "{name}");
    }
}
