//! Rule `hidden-links`: links that only robots read, planted spam, and honest menus.

use crate::harness::{check, compared, names, scanned, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "hidden-links";

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn blocks_of_links_are_high() {
    for name in ["offscreen", "hidden", "noscript", "visible", "siblings", "noise"] {
        let found = compared(RULE, &format!("tampered-{name}"));
        assert_eq!(worst(&found, RULE), Some((High, Firm)), "{name}: {found:#?}");
    }
    assert_eq!(worst(&compared(RULE, "tampered-class"), RULE), Some((High, Tentative)));
    assert_eq!(worst(&compared(RULE, "tampered-one"), RULE).map(|w| w.0), Some(Medium));
}

#[test]
fn spam_that_hides_is_seen_without_a_baseline() {
    assert_eq!(worst(&scanned(RULE, "tampered-offscreen"), RULE), Some((High, Firm)));
    for name in names(RULE, "harmless").into_iter().chain(["baseline".to_owned()]) {
        assert_eq!(worst(&scanned(RULE, &name), RULE), None, "{name}");
    }
}

#[test]
fn the_sites_are_told() {
    let found = compared(RULE, "tampered-offscreen");
    let told = found.iter().find(|f| f.rule == RULE).expect("a finding");
    assert!(told.evidence.contains("spam.invalid") && told.summary.en.contains("3 links"), "{told:#?}");
}
