//! Rule `event-handler-added`: what runs unasked is the worst.

use crate::harness::{check, compared, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "event-handler-added";

fn told(name: &str) -> Option<(hinomi::model::Severity, hinomi::model::Confidence)> {
    worst(&compared(RULE, name), RULE)
}

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn what_runs_unasked_and_acts_is_the_worst() {
    assert_eq!(told("tampered-onerror"), Some((High, Firm)));
    assert_eq!(told("tampered-link"), Some((High, Tentative)));
    assert_eq!(told("tampered-data"), Some((High, Tentative)));
    assert_eq!(told("tampered-quiet"), Some((Medium, Firm)));
    assert_eq!(told("harmless-print"), Some((Low, Firm)));
}
