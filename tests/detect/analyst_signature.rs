//! Rule `analyst-signature`: new on a page, in what its scripts decode, approved before and after the signature came.

use crate::harness::{approved_at, approved_with, check, compared, inserted, scanned, worst};
use hinomi::model::{Confidence::*, Finding, Severity::*};
use jiff::Timestamp;

const RULE: &str = "analyst-signature";
const KIT: &str = "<!-- w_kit_7f3a21bc -->";

fn told(findings: &[Finding]) -> &Finding {
    findings.iter().find(|finding| finding.rule == RULE).unwrap_or_else(|| panic!("nothing is told: {findings:#?}"))
}

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn a_first_snapshot_is_judged_alone() {
    assert_eq!(worst(&scanned(RULE, "tampered-page"), RULE), Some((High, Firm)));
    assert_eq!(worst(&scanned(RULE, "baseline"), RULE), None);
}

#[test]
fn name_description_and_place_are_told() {
    let found = compared(RULE, "tampered-page");
    let one = told(&found);
    for part in ["kit_of_the_week", "loader of this week"] {
        assert!(one.summary.en.contains(part) && one.summary.ja.contains(part), "{one:#?}");
    }
    let place = one.location.as_ref().expect("a place");
    assert_eq!((place.line, one.evidence.as_str()), (Some(12), "w_kit_7f3a"), "{place:?}");
    assert!(place.path.starts_with("body") || place.path.contains("main"), "{place:?}");
}

#[test]
fn what_a_script_decodes_is_shown_as_decoded() {
    let found = compared(RULE, "tampered-decoded");
    let one = told(&found);
    assert_eq!(one.decoded.as_deref(), Some("w_kit_7f3a"));
    assert!(one.location.as_ref().is_some_and(|place| place.path.contains("script")), "{one:#?}");
}

#[test]
fn what_was_approved_with_the_signature_in_force_is_only_noted() {
    assert_eq!(worst(&approved_at(RULE, KIT, Timestamp::UNIX_EPOCH), RULE), Some((Info, Firm)));
    assert_eq!(worst(&approved_with(RULE, KIT, "</main>", "<p>お知らせ</p>"), RULE), Some((Info, Firm)));
}

#[test]
fn what_was_approved_before_the_signature_came_is_for_a_person() {
    assert_eq!(worst(&approved_at(RULE, KIT, Timestamp::MIN), RULE), Some((Medium, Firm)));
}

#[test]
fn an_approved_hit_hides_no_other_one() {
    let found = approved_with(RULE, KIT, "</main>", "<!-- w_kit_7f3aeeee -->");
    assert_eq!(worst(&found, RULE), Some((High, Firm)), "the same signature, another piece");
    assert_eq!(worst(&inserted(RULE, "</main>", KIT), RULE), Some((High, Firm)));
}
