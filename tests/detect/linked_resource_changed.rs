//! Rule `linked-resource-changed`: contents that nobody approved, on a page that stays the same.

use crate::harness::{check, compared, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "linked-resource-changed";

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn what_the_new_content_does_is_told_with_its_address() {
    let found = compared(RULE, "tampered-frame");
    let frame = found.iter().find(|finding| finding.rule == "hidden-frame").expect("the frame it writes");
    let place = frame.location.as_ref().expect("a place");
    assert_eq!(place.path, "https://www.city.example/js/menu.js");
    assert!(found.iter().any(|finding| finding.rule == "script-appended"), "{found:#?}");
}

#[test]
fn being_blind_is_told_with_the_reason() {
    let found = compared(RULE, "review-blind");
    assert_eq!(worst(&found, RULE), Some((Medium, Firm)));
    assert!(found[0].summary.en.contains("blocked"), "{found:#?}");
}

#[test]
fn what_changes_by_nature_is_told_only_when_it_alarms() {
    assert!(compared(RULE, "harmless-tags").is_empty());
}
