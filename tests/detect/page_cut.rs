//! Rule `page-cut`: limits are told, never kept quiet.

use crate::harness::{check, compared, worst};
use hinomi::model::{Confidence::*, Severity::*};

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
