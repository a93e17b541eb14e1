//! Rule `bad-certificate`: the wrong name alarms, an expiry waits.

use crate::harness::{check, compared, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "bad-certificate";

fn told(name: &str) -> Option<(hinomi::model::Severity, hinomi::model::Confidence)> {
    worst(&compared(RULE, name), RULE)
}

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn a_wrong_name_is_worse_than_an_expiry() {
    assert_eq!(told("tampered-name"), Some((High, Firm)));
    assert_eq!(told("review-expired"), Some((Medium, Firm)));
    assert_eq!(told("tampered-hop"), Some((High, Firm)), "on the way to the page");
    assert_eq!(told("harmless-renewed"), None);
}
