//! Rule `page-replaced`: nothing left, and pages that changed much but are still their owner's.

use crate::harness::{alarms, check, compared, scanned, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "page-replaced";

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn a_foreign_page_is_critical() {
    for name in ["tampered-flag", "tampered-text", "tampered-short"] {
        assert_eq!(worst(&compared(RULE, name), RULE), Some((Critical, Firm)), "{name}");
    }
}

#[test]
fn the_owners_new_page_is_for_review() {
    for name in ["review-disaster", "review-redesign"] {
        assert_eq!(worst(&compared(RULE, name), RULE), Some((Medium, Firm)), "{name}");
        assert!(!compared(RULE, name).iter().any(alarms), "{name}");
    }
    for name in ["review-maintenance", "review-empty"] {
        assert_eq!(worst(&compared(RULE, name), RULE), Some((High, Tentative)), "{name}");
    }
}

#[test]
fn without_a_baseline_nothing_is_said() {
    assert_eq!(worst(&scanned(RULE, "tampered-flag"), RULE), None);
}
