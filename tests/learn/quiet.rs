//! What learning quiets, and what it never does.

use crate::pupil::{Pupil, day, page};
use hinomi::judge::{Facts, Known, decide};
use hinomi::learn;
use hinomi::model::{
    Confidence, Difference, Finding, HostUse, Keep, Location, Normal, Plane, Policy, Severity, Topic, Verdict, Words,
};
use proptest::prelude::*;

const FRENCH: &str =
    "<html lang=fr><head><title>Conditions</title><link rel=icon href=https://cdn.example.net/i.png></head><p>a</p>";

fn finding(rule: &str, severity: Severity, plane: Plane, path: &str, evidence: &str) -> Finding {
    Finding {
        rule: rule.into(),
        severity,
        confidence: Confidence::Firm,
        plane,
        summary: Words::new("found", "検知"),
        evidence: evidence.to_owned(),
        location: Some(Location { path: path.to_owned(), line: None, column: None }),
        decoded: None,
    }
}

fn about(path: &str) -> Finding {
    finding("title-and-identity", Severity::Medium, Plane::Content, path, "https://cdn.example.net/other.png")
}

fn explained(pupil: &Pupil, html: &str, finding: &Finding, at: i64) -> bool {
    let normal = learn::normal(&pupil.habits, day(at), std::slice::from_ref(finding), &page(html).page, None);
    !normal.explained.is_empty()
}

#[test]
fn what_was_accepted_often_and_long_enough_is_normal() {
    let mut pupil = Pupil::default();
    let picture = format!("{FRENCH}<img src=https://cdn.example.net/a.png>");
    for (lesson, at) in [0, 3, 8].into_iter().enumerate() {
        for place in ["html > head > title", "html", "html > head > link[2]"] {
            assert!(!explained(&pupil, &picture, &about(place), at), "{place} after {lesson} lessons");
        }
        pupil.see(&picture, day(at));
    }
    for place in ["html > head > title", "html", "html > head > link[2]", "html > head > meta#x"] {
        assert!(explained(&pupil, &picture, &about(place), 9), "{place}");
    }
    assert!(!explained(&pupil, &picture, &about("html > head"), 9), "a title that is gone, a charset");
    assert!(!explained(&pupil, &picture.replace("Conditions", "Slots"), &about("html > head > title"), 9));
    let elsewhere = Finding { evidence: "https://evil.example.org/i.png".to_owned(), ..about("html > head > link") };
    assert!(!explained(&pupil, &picture, &elsewhere, 9));
    pupil.see(&picture.replace("Conditions", "Terms").replace("=fr", "=en"), day(10));
    assert!(explained(&pupil, &picture, &about("html"), 60), "the other variant, still remembered");
    assert!(!explained(&pupil, &picture, &about("html"), 69), "over");
    pupil.mark(Topic::Language("fr".to_owned()), Keep::Pin);
    assert!(explained(&pupil, &picture, &about("html"), 69), "a person keeps it");
    pupil.mark(Topic::Host { host: "cdn.example.net".to_owned(), usage: HostUse::Picture }, Keep::Drop);
    assert!(!explained(&pupil, &picture, &about("html > head > link"), 12), "a person dropped it");
}

#[test]
fn places_that_usually_change_are_told() {
    let mut pupil = Pupil::default();
    let html = |n: i64| format!("<html><body><p id=c>{n} 人</p><p id=x>{}</p></body></html>", "あ".repeat(9));
    (0..5).for_each(|n| drop(pupil.see(&html(n), day(3 * n)).clone()));
    let (old, new) = (page(&html(5)), page(&html(9).replace('あ', "い")));
    let difference = hinomi::diff::compare(old.version(), new.version());
    let normal = learn::normal(&pupil.habits, day(20), &[], &new.page, Some(&difference));
    assert_eq!(normal.usual, (1, 2));
}

fn any_finding() -> impl Strategy<Value = Finding> {
    let severity = prop_oneof![
        Just(Severity::Info),
        Just(Severity::Low),
        Just(Severity::Medium),
        Just(Severity::High),
        Just(Severity::Critical)
    ];
    let rule = prop_oneof!["title-and-identity", "hidden-frame", "page-replaced", "defacement-phrase", "hidden-links"];
    let plane = prop_oneof![Just(Plane::Active), Just(Plane::Content)];
    let confidence = prop_oneof![Just(Confidence::Tentative), Just(Confidence::Firm), Just(Confidence::Certain)];
    (rule, severity, plane, confidence).prop_map(|(rule, severity, plane, confidence)| Finding {
        confidence,
        ..finding(&rule, severity, plane, "html > head > title", "")
    })
}

proptest! {
    /// Even if everything were explained: nothing of the active plane, no alarm and no attack's own sign becomes quieter.
    #[test]
    fn the_judge_quiets_no_active_plane_and_no_alarm(findings in proptest::collection::vec(any_finding(), 0..5)) {
        let nothing = Normal::default();
        let all = (0..findings.len()).map(|index| (index, Words::new("so", "そう"))).collect();
        let normal = Normal { explained: all, usual: (5, 5) };
        let difference = Difference::default();
        let facts = Facts {
            findings: &findings,
            linked: &[],
            difference: Some(&difference),
            known: Known::New,
            policy: Policy::Follow,
            approval_ended: false,
            drift: None,
            normal: &nothing,
        };
        let (strict, taught) = (decide(&facts), decide(&Facts { normal: &normal, ..facts }));
        let quieted = strict.verdict == Verdict::Review && taught.verdict < Verdict::Review;
        let may = |finding: &Finding| {
            finding.plane == Plane::Content && finding.rule == "title-and-identity" && finding.severity <= Severity::Medium
        };
        prop_assert!(strict.verdict == taught.verdict || quieted, "{strict:?} {taught:?}");
        let of_weight = |finding: &&Finding| hinomi::judge::weigh(finding) >= Verdict::Review;
        prop_assert!(!quieted || findings.iter().filter(of_weight).all(may), "{findings:?}");
        let said = taught.because.iter().chain(&taught.despite).filter(|words| words.en.contains("learned as normal"));
        prop_assert_eq!(said.count(), findings.iter().filter(of_weight).filter(|finding| may(finding)).count());
    }
}
