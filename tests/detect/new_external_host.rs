//! Rule `new-external-host`: strangers alarm, services wait, imitations are the worst.

use crate::harness::{check, compared, scanned, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "new-external-host";

fn told(name: &str) -> Option<(hinomi::model::Severity, hinomi::model::Confidence)> {
    worst(&compared(RULE, name), RULE)
}

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn strangers_alarm_and_odd_places_make_it_worse() {
    assert_eq!(told("tampered-script"), Some((High, Firm)));
    assert_eq!(told("tampered-loader"), Some((High, Firm)));
    assert_eq!(told("tampered-frame"), Some((High, Tentative)), "it is there to be looked at");
    assert_eq!(told("tampered-overlay"), Some((High, Firm)));
    assert_eq!(told("tampered-looks"), Some((Critical, Firm)), "it chooses its victims");
    assert_eq!(told("tampered-import-map"), Some((High, Firm)));
    assert_eq!(told("tampered-between"), Some((Critical, Firm)));
    assert_eq!(told("tampered-disguised"), Some((Critical, Firm)));
    assert_eq!(told("tampered-imitation"), Some((Critical, Firm)));
}

#[test]
fn a_well_known_service_is_named_and_waits_for_a_person() {
    let found = compared(RULE, "service");
    assert_eq!(worst(&found, RULE), Some((Medium, Firm)));
    assert!(found[0].summary.ja.contains("YouTube"), "{found:#?}");
    assert_eq!(found.iter().filter(|f| f.rule != RULE).count(), 0, "the floor rule repeats it: {found:#?}");
}

#[test]
fn without_a_baseline_only_what_is_odd_in_itself_counts() {
    let alone = |name| worst(&scanned(RULE, name), RULE);
    assert_eq!(alone("baseline"), None);
    assert_eq!(alone("tampered-script"), Some((Info, Tentative)));
    assert_eq!(alone("tampered-loader"), None);
    assert_eq!(alone("tampered-looks"), Some((Medium, Tentative)));
    assert_eq!(alone("tampered-disguised"), Some((High, Firm)));
    assert_eq!(alone("tampered-imitation"), Some((High, Firm)));
}
