//! Rule `base-changed`: another site alarms, the own one does not.

use crate::harness::{check, compared, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "base-changed";

fn told(name: &str) -> Option<(hinomi::model::Severity, hinomi::model::Confidence)> {
    worst(&compared(RULE, name), RULE)
}

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn another_site_is_critical_wherever_it_stands() {
    assert_eq!(told("tampered-foreign"), Some((Critical, Firm)));
    assert_eq!(told("tampered-before"), Some((Critical, Firm)));
    assert_eq!(told("harmless-https"), Some((Low, Firm)));
}
