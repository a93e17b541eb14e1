//! Rule `pictures-replaced`: a stranger's picture everywhere alarms, other pictures do not.

use crate::harness::{Outcome, alarms, check, compared, outcome, rewritten, worst};
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
fn where_one_picture_stood_everywhere_only_a_stranger_counts() {
    let pictures = |picture: &str| format!("<img src='{picture}'> ").repeat(20);
    let found = |old: &str, new: &str| worst(&rewritten("hidden-frame", &pictures(old), &pictures(new)), RULE);
    assert_eq!(found("/img/blank.jpg", "http://img.stranger.example/flag.jpg"), Some((High, Firm)));
    assert_eq!(found("/img/blank.jpg", "/img/empty.jpg"), None);
    assert_eq!(found("https://static.partner.example/1.png", "https://static.partner.example/2.png"), None);
}

#[test]
fn new_pictures_of_many_kinds_are_none() {
    for name in ["harmless-one", "harmless-all-new"] {
        let found = compared(RULE, name);
        assert_eq!(worst(&found, RULE), None, "{name}");
        assert_eq!(outcome(&found), Outcome::Quiet, "{name}");
    }
}
