//! Rule `comment-sentinels`: marks on both sides, and comments of tools.

use crate::harness::{alarms, check, compared, names, scanned, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "comment-sentinels";

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn each_way_of_writing_alarms_against_a_baseline() {
    for name in ["tampered-frame", "tampered-script", "tampered-digest"] {
        let found = compared(RULE, name);
        assert!(found.iter().any(|f| f.rule == RULE && alarms(f)), "{name}: {found:#?}");
    }
}

#[test]
fn a_first_snapshot_is_judged_alone() {
    for name in ["tampered-frame", "tampered-script", "tampered-digest"] {
        let found = scanned(RULE, name);
        assert!(worst(&found, RULE) >= Some((Medium, Tentative)), "{name}: {found:#?}");
    }
    for name in names(RULE, "harmless").into_iter().chain(["baseline".to_owned()]) {
        assert!(worst(&scanned(RULE, &name), RULE) <= Some((Low, Certain)), "{name}");
    }
}

#[test]
fn a_builds_mark_at_first_sight_is_for_a_person() {
    assert_eq!(worst(&scanned(RULE, "built"), RULE), Some((Medium, Tentative)));
    assert!(compared(RULE, "built").iter().any(|f| f.rule == RULE && alarms(f)));
}
