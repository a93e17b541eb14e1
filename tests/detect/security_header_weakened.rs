//! Rule `security-header-weakened`: protections that are gone or wider.

use crate::harness::{check, compared, scanned, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "security-header-weakened";

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn lost_protection_is_for_review() {
    for name in ["policy-gone", "policy-wide", "transport", "frames", "integrity", "sandbox"] {
        let found = compared(RULE, &format!("review-{name}"));
        assert_eq!(worst(&found, RULE), Some((Medium, Firm)), "{name}: {found:#?}");
    }
}

#[test]
fn with_a_strangers_script_it_alarms() {
    assert_eq!(worst(&compared(RULE, "tampered-policy-script"), RULE), Some((High, Firm)));
    assert_eq!(worst(&scanned(RULE, "tampered-policy-script"), RULE), None);
}
