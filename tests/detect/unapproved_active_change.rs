//! Rule `unapproved-active-change`: nothing that acts slips under it.

use crate::harness::{check, compared, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "unapproved-active-change";

fn told(name: &str) -> Option<(hinomi::model::Severity, hinomi::model::Confidence)> {
    worst(&compared(RULE, name), RULE)
}

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn severity_follows_kind_and_place() {
    assert_eq!(told("review-script"), Some((Medium, Firm)));
    assert_eq!(told("review-file"), Some((Medium, Firm)));
    assert_eq!(told("tampered-between"), Some((High, Firm)));
    assert_eq!(told("review-appended"), Some((High, Tentative)));
}

#[test]
fn news_are_no_matter_of_the_active_plane() {
    assert_eq!(compared(RULE, "harmless-news"), []);
}
