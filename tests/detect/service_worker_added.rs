//! Rule `service-worker-added`: what is new waits, what is strange alarms.

use crate::harness::{check, compared, scanned, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "service-worker-added";

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn a_worker_waits_for_a_person_and_a_hidden_one_does_not() {
    assert_eq!(worst(&compared(RULE, "review-plain"), RULE), Some((Medium, Firm)));
    assert_eq!(worst(&compared(RULE, "review-later"), RULE), Some((Medium, Firm)));
    assert_eq!(worst(&compared(RULE, "tampered-coded"), RULE), Some((High, Firm)));
    assert_eq!(worst(&scanned(RULE, "review-plain"), RULE), Some((Info, Firm)));
}
