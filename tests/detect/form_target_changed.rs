//! Rule `form-target-changed`: what people enter stays with the site.

use crate::harness::{check, compared, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "form-target-changed";

fn told(name: &str) -> Option<(hinomi::model::Severity, hinomi::model::Confidence)> {
    worst(&compared(RULE, name), RULE)
}

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn changed_targets_and_secrets_are_the_worst() {
    for name in ["tampered-action", "tampered-password", "tampered-card"] {
        assert_eq!(told(name), Some((Critical, Firm)), "{name}");
    }
    assert_eq!(told("tampered-button"), Some((High, Firm)));
}

#[test]
fn it_says_what_is_asked_for_and_where_it_went_before() {
    let found = compared(RULE, "tampered-password");
    let told = found.iter().find(|f| f.rule == RULE).expect("told");
    assert!(told.summary.ja.contains("パスワード") && told.summary.ja.contains("www.city.example"), "{told:#?}");
}
