//! Rule `server-side-script`: on any host, the worse the odder its place.

use crate::harness::{check, compared, scanned, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "server-side-script";

fn told(name: &str) -> Option<(hinomi::model::Severity, hinomi::model::Confidence)> {
    worst(&compared(RULE, name), RULE)
}

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn the_sites_own_host_is_no_excuse() {
    assert_eq!(told("tampered-own"), Some((High, Firm)));
    assert_eq!(told("tampered-foreign"), Some((Critical, Firm)));
}

#[test]
fn an_old_counter_is_quiet() {
    assert_eq!(told("harmless-news"), None);
    assert_eq!(told("harmless-query"), Some((Low, Firm)), "another query of an approved program waits for a person");
}

#[test]
fn without_a_baseline_the_place_decides() {
    let alone = |name| worst(&scanned(RULE, name), RULE);
    assert_eq!(alone("baseline"), Some((Low, Firm)));
    assert_eq!(alone("tampered-foreign"), Some((High, Firm)));
}
