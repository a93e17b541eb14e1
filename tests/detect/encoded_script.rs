//! Rule `encoded-script`: every way of hiding, what comes out, and the honest encodings.

use crate::harness::{alarms, check, compared, names, scanned, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "encoded-script";

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn what_reaches_a_stranger_is_certain() {
    for name in ["gumblar", "8080", "percent", "codes", "escapes", "hex"] {
        let found = compared(RULE, &format!("tampered-{name}"));
        assert_eq!(worst(&found, RULE), Some((Critical, Certain)), "{name}: {found:#?}");
        let decoded = found.iter().find(|f| f.rule == RULE).and_then(|f| f.decoded.clone()).unwrap_or_default();
        assert!(decoded.contains("evil.example") || decoded.contains("rogue.invalid"), "{name}: {decoded}");
    }
}

#[test]
fn every_tampered_page_alarms_against_its_baseline() {
    for name in names(RULE, "tampered") {
        let found = compared(RULE, &name);
        assert!(found.iter().any(|f| f.rule == RULE && alarms(f)), "{name}: {found:#?}");
    }
}

#[test]
fn a_first_snapshot_is_judged_alone() {
    for name in ["gumblar", "8080", "percent", "codes", "escapes", "symbols", "hex", "packed"] {
        let found = scanned(RULE, &format!("tampered-{name}"));
        assert!(worst(&found, RULE) >= Some((High, Firm)), "{name}: {found:#?}");
    }
    for name in names(RULE, "harmless").into_iter().chain(["baseline".to_owned()]) {
        assert!(worst(&scanned(RULE, &name), RULE) <= Some((Low, Certain)), "{name}");
    }
}

#[test]
fn the_analytics_snippet_is_exempt_by_its_host_alone() {
    assert_eq!(worst(&compared(RULE, "tampered-analytics"), RULE).map(|w| w.0), Some(High));
}
