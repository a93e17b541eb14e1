//! Rule `script-in-text-element`: titles, attributes, tables, repetition.

use crate::harness::{check, compared, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "script-in-text-element";

fn told(name: &str) -> Option<(hinomi::model::Severity, hinomi::model::Confidence)> {
    worst(&compared(RULE, name), RULE)
}

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn the_title_is_the_worst_place() {
    assert_eq!(told("tampered-title"), Some((Critical, Firm)));
    assert_eq!(told("tampered-escaped"), Some((Critical, Firm)));
    assert_eq!(told("tampered-attribute"), Some((High, Firm)));
    assert_eq!(told("tampered-repeated"), Some((Critical, Firm)));
    assert_eq!(told("review-text"), Some((High, Tentative)));
}

#[test]
fn lessons_and_markup_to_copy_are_no_attack() {
    assert_eq!(told("harmless-tutorial"), None);
    assert_eq!(told("harmless-share"), Some((Low, Tentative)));
}
