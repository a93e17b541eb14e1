//! Rule `defacement-phrase`: languages, ways of writing, and pages that write about it.

use crate::harness::{alarms, check, compared, names, scanned};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "defacement-phrase";

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn every_language_alarms_with_and_without_a_baseline() {
    for name in names(RULE, "tampered") {
        assert!(compared(RULE, &name).iter().any(|f| f.rule == RULE && alarms(f)), "{name}");
        if !["tampered-inserted", "tampered-title"].contains(&name.as_str()) {
            assert!(scanned(RULE, &name).iter().any(|f| f.rule == RULE && alarms(f)), "{name} alone");
        }
    }
}

#[test]
fn writing_about_it_does_not_alarm() {
    for name in names(RULE, "harmless").iter().map(String::as_str).chain(["alone-article", "baseline"]) {
        assert!(!scanned(RULE, name).iter().any(alarms), "{name}: {:#?}", scanned(RULE, name));
    }
}

#[test]
fn the_words_and_their_place_are_told() {
    let found = compared(RULE, "tampered-inserted");
    let told = found.iter().find(|f| f.rule == RULE).expect("a finding");
    assert_eq!((told.severity, told.confidence), (High, Firm));
    assert!(told.evidence.contains("Hacked by Example Crew"));
    assert!(told.summary.en.contains("hacked by"));
    assert!(told.location.as_ref().is_some_and(|place| place.path.contains("h1")), "{told:#?}");
}
