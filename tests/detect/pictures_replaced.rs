//! Rule `pictures-replaced`: a stranger's picture everywhere alarms, other pictures do not.

use crate::harness::{Outcome, alarms, check, compared, outcome, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "pictures-replaced";

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn one_picture_of_a_stranger_everywhere_is_an_attack() {
    for name in ["tampered-everywhere", "tampered-most"] {
        let found = compared(RULE, name);
        assert_eq!(worst(&found, RULE), Some((High, Firm)), "{name}");
        assert!(found.iter().any(|finding| finding.rule == RULE && alarms(finding)), "{name}");
    }
    assert_eq!(worst(&compared(RULE, "review-own"), RULE), Some((Medium, Firm)));
}

#[test]
fn new_pictures_of_many_kinds_are_none() {
    for name in ["harmless-one", "harmless-all-new"] {
        let found = compared(RULE, name);
        assert_eq!(worst(&found, RULE), None, "{name}");
        assert_eq!(outcome(&found), Outcome::Quiet, "{name}");
    }
}
