//! Rule `hidden-frame`: hidden in every way, and the honest shapes.

use crate::harness::{check, compared, names, scanned, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "hidden-frame";

fn told(name: &str) -> Option<(hinomi::model::Severity, hinomi::model::Confidence)> {
    worst(&compared(RULE, name), RULE)
}

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn every_way_to_hide_is_seen() {
    for name in ["tampered-tiny", "tampered-parent", "tampered-style", "tampered-object"] {
        assert_eq!(told(name), Some((Critical, Firm)), "{name}");
    }
}

#[test]
fn honest_shapes_are_silent_without_a_baseline() {
    for name in names(RULE, "harmless") {
        assert_eq!(worst(&scanned(RULE, &name), RULE), None, "{name}");
    }
}

#[test]
fn the_place_is_told() {
    let found = compared(RULE, "tampered-tiny");
    assert!(found[0].summary.en.contains("after the end of the page"), "{found:#?}");
    assert!(found[0].evidence.contains("http://192.0.2.7/in.php?k=1f"), "{found:#?}");
}
