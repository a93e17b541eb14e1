//! Rule `script-appended`: what was added to a script file, and where.

use crate::harness::{alarms, check, compared, names, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "script-appended";

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn what_was_added_is_shown_alone_with_its_place() {
    let found = compared(RULE, "tampered-front");
    let told = found.iter().find(|finding| finding.rule == RULE).expect("told");
    assert!(told.evidence.starts_with("if (document.referrer") && !told.evidence.contains("exampleMenu"), "{told:?}");
    assert!(told.summary.en.contains("beginning"), "{told:?}");
}

#[test]
fn each_family_alarms_by_this_rule_itself() {
    for name in names(RULE, "tampered") {
        let found = compared(RULE, &name);
        assert!(found.iter().any(|finding| finding.rule == RULE && alarms(finding)), "{name}: {found:#?}");
    }
}

#[test]
fn a_module_of_the_site_is_for_a_person() {
    assert_eq!(worst(&compared(RULE, "review-module"), RULE), Some((Medium, Firm)));
    assert_eq!(worst(&compared(RULE, "review-analytics"), RULE), Some((Medium, Firm)));
    assert_eq!(worst(&compared(RULE, "harmless-release"), RULE), None);
}
