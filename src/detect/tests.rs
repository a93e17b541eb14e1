//! Tests of the framework: order, bounds, failures, rules in both languages.

use super::*;
use crate::model::{CharsetFacts, Digest, InputKind, MAX_EVIDENCE, Node, NodeId, NodeKind, Page, Signed, Version};
use std::collections::BTreeSet;

static RULE: Rule = Rule {
    id: "test",
    title: StaticWords { en: "t", ja: "t" },
    why: StaticWords { en: "w", ja: "w" },
    first_step: StaticWords { en: "f", ja: "f" },
};

fn page() -> Page {
    let root = Node {
        kind: NodeKind::Document,
        parent: NodeId::ROOT,
        size: 1,
        line: 0,
        plane: Plane::Content,
        masked: false,
        digest: Digest::default(),
    };
    Page { kind: InputKind::Page, nodes: vec![root], active: Vec::new(), charset: CharsetFacts::default(), cut: None }
}

fn examined(detectors: &[&dyn Detector]) -> Vec<Finding> {
    let page = page();
    let now = Version {
        page: &page,
        head: None,
        scripts: &[],
        url: None,
        resources: &[],
        signed: Signed::nothing(),
        approved_at: None,
    };
    run(
        detectors,
        &Case {
            now,
            approved: None,
            organisation: None,
            indicators: crate::model::Indicators::none(),
            fleet: crate::model::FleetSites::none(),
        },
    )
}

struct Many;
impl Detector for Many {
    fn rule(&self) -> &'static Rule {
        &RULE
    }
    fn examine(&self, _: &Case, out: &mut Findings) {
        for number in 0..100 {
            let severity = if number == 99 { Severity::Critical } else { Severity::Low };
            out.add(Found::new(severity, Confidence::Firm, Words::new("s", "s")).evidence("火".repeat(1000)));
        }
    }
}

struct Fails;
impl Detector for Fails {
    fn rule(&self) -> &'static Rule {
        &RULE
    }
    fn examine(&self, _: &Case, out: &mut Findings) {
        out.add(Found::new(Severity::Low, Confidence::Firm, Words::new("before", "前")));
        let none: &[u8] = &[];
        let _ = none[none.len()];
    }
}

#[test]
fn a_rule_that_finds_much_keeps_its_worst_and_counts_the_rest() {
    let found = examined(&[&Many]);
    assert_eq!(found.len(), support::MAX_PER_RULE);
    assert_eq!(found[0].severity, Severity::Critical);
    assert!(found.iter().all(|f| f.evidence.len() <= MAX_EVIDENCE && f.evidence.ends_with('…')));
    assert_eq!(found.last().expect("last").summary.en, "s (and 80 more)");
}

#[test]
fn a_detector_that_fails_says_so_and_the_others_go_on() {
    let found = examined(&[&Fails, &Many]);
    let failed = found.iter().find(|f| f.rule == "detector-failed").expect("a finding about itself");
    assert_eq!(failed.evidence, "test");
    assert!(found.iter().any(|f| f.summary.en == "before"), "what it had found stays");
    assert_eq!(found[0].severity, Severity::Critical, "the next detector ran, and the worst comes first");
}

#[test]
fn rules_are_told_in_both_languages_and_have_one_id() {
    let ids: BTreeSet<_> = rules().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), DETECTORS.len() + 1);
    for rule in rules() {
        for words in [rule.title, rule.why, rule.first_step] {
            assert!(!words.en.is_empty() && words.en.is_ascii(), "{}: English", rule.id);
            assert!(!words.ja.is_ascii(), "{}: Japanese", rule.id);
        }
        assert_eq!(super::rule(rule.id), Some(rule));
    }
    assert_eq!(super::rule("no-such-rule"), None);
}

#[test]
fn the_floor_under_the_active_plane_stands_last() {
    assert_eq!(DETECTORS.last().map(|d| d.rule().id), Some("unapproved-active-change"));
}
