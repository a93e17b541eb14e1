//! From findings and the difference to a verdict with its reasons.

use super::weigh;
use crate::model::{
    Confidence, Difference, Drift, Finding, Judgement, Normal, Plane, Policy, Severity, UnseenReason, Verdict, Words,
    counted,
};

/// The least share of the approved page's text and nodes that an error page must still show to be compared with it.
pub const MIN_KEPT: f64 = 0.3;

/// How the new state stands to the states that are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known<'a> {
    /// Equal to an approved state.
    Approved {
        /// Name of a special page (disaster, election, maintenance).
        special: Option<&'a str>,
        /// The approval has ended.
        expired: bool,
        /// Approved before the ordinary state, whose active plane has been replaced since.
        outdated: bool,
    },
    /// Equal to the followed state.
    Followed,
    /// Seen for the first time.
    New,
}

/// Nothing is known to be normal.
pub const NOTHING_NORMAL: &Normal = &Normal { explained: Vec::new(), usual: (0, 0) };

/// What the verdict is made from.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// What the detectors concluded.
    pub findings: &'a [Finding],
    /// What they concluded about what the page loads.
    pub linked: &'a [Finding],
    /// What differs from the nearest approved state; none when nothing was approved yet.
    pub difference: Option<&'a Difference>,
    /// How it stands to known states.
    pub known: Known<'a>,
    /// How strictly the content plane is followed.
    pub policy: Policy,
    /// The approval of the ordinary state, which the page is measured against, has ended.
    pub approval_ended: bool,
    /// How far the page is from the nearest approved state.
    pub drift: Option<Drift>,
    /// What of it is normal for the page.
    pub normal: &'a Normal,
}

/// The verdict on a page that is compared with approved states, or that waits for its first approval.
#[must_use]
pub fn decide(facts: &Facts) -> Judgement {
    let mut judgement = from_findings(unexplained(facts).chain(facts.linked));
    let context = match facts.known {
        Known::Approved { expired: true, .. } => Some(review(
            "the approval of this state has ended; approve it again",
            "この状態の承認期限が切れています。再度承認してください",
        )),
        Known::Approved { outdated: true, .. } => Some(review(
            "the page came back to an older approved state whose scripts have been replaced since",
            "スクリプト等が更新される前の古い承認済み状態に戻りました",
        )),
        // What was approved as it stands is not judged by its content; its certificate and the like still are.
        Known::Approved { .. } => return approved(judgement, facts),
        // Followed under older rules or another baseline, it may be more than routine today.
        Known::Followed => match from_difference(facts).filter(|_| facts.difference.is_some()) {
            Some((verdict, reason)) if verdict > Verdict::Routine => Some((verdict, reason)),
            _ => Some((Verdict::Unchanged, words("equal to the state followed last", "前回の状態と同じです"))),
        },
        Known::New => from_difference(facts),
    };
    if let Some((verdict, reason)) = context {
        add_reason(&mut judgement, verdict, reason);
    }
    if facts.approval_ended && !matches!(facts.known, Known::Approved { .. }) {
        let (verdict, reason) = review(
            "the approval that this page is measured against has ended; approve the page again",
            "比較の基準となる承認の期限が切れています。改めて承認してください",
        );
        add_reason(&mut judgement, verdict, reason);
    }
    // It never makes a verdict, it only speaks for a quiet one.
    let side = if judgement.verdict == Verdict::Routine { &mut judgement.because } else { &mut judgement.despite };
    side.extend(quieted(facts));
    tell_drift(&mut judgement, facts);
    judgement
}

/// Whether what is normal for a page may quiet a finding: one of the content plane that asks for a review and is no attack's
/// own sign. Nothing of the active plane, nothing that alarms, and no other rule, whatever was learned.
#[must_use]
pub fn may_be_normal(finding: &Finding) -> bool {
    finding.plane == Plane::Content
        && finding.severity <= Severity::Medium
        && finding.rule == "title-and-identity"
        && weigh(finding) == Verdict::Review
}

/// The habit that quiets a finding of the page.
fn explanation<'a>(facts: &Facts<'a>, index: usize) -> Option<&'a Words> {
    let finding = facts.findings.get(index).filter(|finding| may_be_normal(finding));
    finding.and_then(|_| facts.normal.explained.iter().find(|(of, _)| *of == index)).map(|(_, habit)| habit)
}

/// The findings of the page that no habit explains.
fn unexplained<'a>(facts: &Facts<'a>) -> impl Iterator<Item = &'a Finding> {
    let facts = *facts;
    facts
        .findings
        .iter()
        .enumerate()
        .filter(move |(index, _)| explanation(&facts, *index).is_none())
        .map(|(_, one)| one)
}

/// What is said of findings that habits explain, and of the places that changed.
fn quieted(facts: &Facts) -> Vec<Words> {
    let explained = facts.findings.iter().enumerate().filter_map(|(index, finding)| {
        let (habit, found) = (explanation(facts, index)?, &finding.summary);
        Some(words(
            &format!("learned as normal for this page: {} ({})", habit.en, found.en),
            &format!("このページの普段の状態として学習済み: {}({})", habit.ja, found.ja),
        ))
    });
    let (usual, all) = facts.normal.usual;
    let places = (usual > 0).then(|| {
        words(
            &format!("{usual} of {all} changes of the content lie where this page usually changes"),
            &format!("内容の変更{all}件のうち{usual}件は、このページで普段から変わる場所にあります"),
        )
    });
    explained.chain(places).collect()
}

/// Says how far a page that is followed is from the approved state, and how far it may go.
fn tell_drift(judgement: &mut Judgement, facts: &Facts) {
    judgement.drift = facts.drift;
    if let Some(drift) = facts.drift.filter(|_| judgement.verdict == Verdict::Routine) {
        let Words { en, ja } = drift.words(Drift::LIMIT);
        let distance = format!("distance from the approved state: {en}");
        judgement.because.push(Words::new(distance, format!("承認済みの状態からの隔たり: {ja}")));
    }
}

/// The verdict on an input that has nothing to be compared with (`scan`).
#[must_use]
pub fn without_baseline(findings: &[Finding]) -> Judgement {
    from_findings(findings.iter())
}

/// The verdict on what could not be compared.
#[must_use]
pub fn unseen(reason: UnseenReason) -> Judgement {
    Judgement {
        verdict: Verdict::Unseen,
        because: vec![reason.words().to_words()],
        despite: vec![],
        certain: false,
        drift: None,
    }
}

fn approved(mut judgement: Judgement, facts: &Facts) -> Judgement {
    // No part of the state: how it came, and what others say of it.
    let beside = ["bad-certificate", "host-in-indicator-list", "analyst-signature"];
    let of_the_fetch = facts.findings.iter().filter(|finding| beside.contains(&finding.rule.as_str()));
    let set_aside = judgement.because;
    // What is found in what the page loads, though the state is approved, lies in what changes by nature.
    judgement = from_findings(of_the_fetch.chain(facts.linked));
    if judgement.verdict == Verdict::Routine {
        judgement.verdict = Verdict::Unchanged;
        judgement.because = vec![words("equal to an approved state", "承認済みの状態と同じです")];
    }
    judgement.despite = set_aside.into_iter().filter(|reason| !judgement.because.contains(reason)).collect();
    judgement
}

fn from_findings<'a>(findings: impl Iterator<Item = &'a Finding>) -> Judgement {
    let mut judgement =
        Judgement { verdict: Verdict::Routine, because: vec![], despite: vec![], certain: false, drift: None };
    let mut weighed: Vec<_> = findings.map(|finding| (weigh(finding), finding)).collect();
    weighed.sort_by_key(|(verdict, finding)| std::cmp::Reverse((*verdict, finding.severity, finding.confidence)));
    judgement.verdict = weighed.first().map_or(Verdict::Routine, |(verdict, _)| *verdict);
    for (verdict, finding) in weighed {
        let side = if verdict > Verdict::Routine { &mut judgement.because } else { &mut judgement.despite };
        if !side.contains(&finding.summary) {
            side.push(finding.summary.clone());
        }
        judgement.certain |= verdict == Verdict::Alarm
            && finding.confidence == Confidence::Certain
            && finding.severity == Severity::Critical;
    }
    judgement
}

fn from_difference(facts: &Facts) -> Option<(Verdict, Words)> {
    let Some(difference) = facts.difference else {
        return Some(review("the first snapshot waits for approval", "最初の取得結果が承認を待っています"));
    };
    if difference.is_empty() {
        let reason =
            words("nothing that is compared differs from the approved state", "承認済みの状態との差はありません");
        return Some((Verdict::Unchanged, reason));
    }
    let loads = difference.resources.iter().filter(|change| change.plane == Plane::Active).count();
    let act = difference.count(Plane::Active) + difference.active.len() + loads;
    if act > 0 {
        return Some(review(
            &format!("{} of things that act on visitors", counted(act, "unapproved change")),
            &format!("閲覧者に作用する要素に未承認の変更が{act}件あります"),
        ));
    }
    if let Some(bounded) = difference.bounded {
        let (en, ja) = ("the comparison had to be cut short", "比較を途中で打ち切りました");
        return Some(review(&format!("{en}: {bounded:?}"), &format!("{ja}({bounded:?})")));
    }
    Some(content_only(facts, difference))
}

fn content_only(facts: &Facts, difference: &Difference) -> (Verdict, Words) {
    let count = difference.changes.len() + difference.resources.len() + difference.unlisted as usize;
    if facts.policy == Policy::Strict {
        let ja = format!("内容の変更が{count}件あります(厳格な方針の対象)");
        return review(
            &format!("{} of the content, and this target is under the strict policy", counted(count, "change")),
            &ja,
        );
    }
    if let Some(drift) = facts.drift.filter(|drift| drift.is_beyond(Drift::LIMIT)) {
        let Words { en, ja } = drift.words(Drift::LIMIT);
        return review(
            &format!("the page has drifted too far from the approved state to be followed: {en}"),
            &format!("承認済みの状態からの隔たりが追従の上限を超えたため、確認が必要です: {ja}"),
        );
    }
    let ja = format!("通常の更新の範囲内で、内容の変更が{count}件あります");
    (
        Verdict::Routine,
        words(&format!("{} of the content, as ordinary updates make them", counted(count, "change")), &ja),
    )
}

/// Adds a reason; a verdict that weighs more than the one that stands takes its place.
pub fn add_reason(judgement: &mut Judgement, verdict: Verdict, reason: Words) {
    let quiet = judgement.verdict == Verdict::Routine;
    if verdict > judgement.verdict || (quiet && verdict == Verdict::Unchanged) {
        // What asked for less speaks for a person's look as well; only what was quiet speaks against it.
        if judgement.verdict < Verdict::Review {
            judgement.despite.splice(0..0, std::mem::take(&mut judgement.because));
        }
        judgement.because.insert(0, reason);
        judgement.verdict = verdict;
    } else if verdict == judgement.verdict || verdict >= Verdict::Review {
        judgement.because.push(reason);
    } else {
        judgement.despite.push(reason);
    }
}

fn review(en: &str, ja: &str) -> (Verdict, Words) {
    (Verdict::Review, words(en, ja))
}

fn words(en: &str, ja: &str) -> Words {
    Words::new(en, ja)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ActiveChange, Change, ChangeKind};

    fn finding(rule: &str, severity: Severity, confidence: Confidence) -> Finding {
        let (summary, evidence) = (words(rule, rule), String::new());
        let plane = Plane::Active;
        Finding { rule: rule.into(), severity, confidence, plane, summary, evidence, location: None, decoded: None }
    }

    fn content_change() -> Difference {
        let change = Change {
            kind: ChangeKind::Insert,
            plane: Plane::Content,
            path: "p".into(),
            old: None,
            new: None,
            old_excerpt: None,
            new_excerpt: None,
        };
        Difference { changes: vec![change], text_kept: 1.0, nodes_kept: 1.0, ..Difference::default() }
    }

    fn decided(findings: &[Finding], difference: Option<&Difference>, known: Known, policy: Policy) -> Verdict {
        decide(&Facts { findings, difference, known, policy, ..FACTS }).verdict
    }

    const FACTS: Facts = Facts {
        findings: &[],
        linked: &[],
        difference: None,
        known: Known::New,
        policy: Policy::Follow,
        approval_ended: false,
        drift: None,
        normal: NOTHING_NORMAL,
    };

    #[test]
    fn ordinary_updates_are_routine_until_they_drift() {
        let near = content_change();
        let at = |drift| decide(&Facts { difference: Some(&near), drift: Some(drift), ..FACTS });
        let judgement = at(Drift::LIMIT);
        assert_eq!((judgement.verdict, judgement.drift), (Verdict::Routine, Some(Drift::LIMIT)));
        assert!(judgement.because.iter().any(|words| words.en.contains("text 70 % (at most 70 %)")), "{judgement:?}");
        for far in [
            Drift { text: 701, ..Drift::LIMIT },
            Drift { structure: 701, ..Drift::LIMIT },
            Drift { sites: 21, ..Drift::LIMIT },
            Drift { strange: 81, ..Drift::LIMIT },
        ] {
            let judgement = at(far);
            assert_eq!(judgement.verdict, Verdict::Review, "{far:?}");
            assert!(judgement.because[0].en.contains("drifted") && judgement.because[0].ja.contains("上限"));
        }
        assert_eq!(decided(&[], Some(&near), Known::New, Policy::Follow), Verdict::Routine);
        assert_eq!(decided(&[], Some(&near), Known::New, Policy::Strict), Verdict::Review);
        assert_eq!(decided(&[], Some(&Difference::default()), Known::New, Policy::Follow), Verdict::Unchanged);
    }

    #[test]
    fn an_active_change_is_never_routine_even_if_no_rule_speaks() {
        let mut difference = content_change();
        difference.active.push(ActiveChange { new: Some(0), old: None });
        assert_eq!(decided(&[], Some(&difference), Known::New, Policy::Follow), Verdict::Review);
    }

    #[test]
    fn an_approval_that_has_ended_asks_again_whatever_is_shown() {
        let near = content_change();
        for known in [Known::New, Known::Followed] {
            let mut facts = Facts { difference: Some(&near), known, approval_ended: true, ..FACTS };
            assert_eq!(decide(&facts).verdict, Verdict::Review, "{known:?}");
            facts.approval_ended = false;
            assert!(decide(&facts).verdict < Verdict::Review, "{known:?}");
        }
    }

    #[test]
    fn a_first_snapshot_waits_and_alarms() {
        assert_eq!(decided(&[], None, Known::New, Policy::Follow), Verdict::Review);
        let bad = [finding("hidden-frame", Severity::Critical, Confidence::Firm)];
        assert_eq!(decided(&bad, None, Known::New, Policy::Follow), Verdict::Alarm);
    }

    #[test]
    fn approved_states_are_quiet_but_for_their_certificate_and_their_end() {
        let known = Known::Approved { special: None, expired: false, outdated: false };
        let packed = [finding("encoded-script", Severity::High, Confidence::Firm)];
        assert_eq!(decided(&packed, None, known, Policy::Follow), Verdict::Unchanged);
        let expired_certificate = [finding("bad-certificate", Severity::High, Confidence::Firm)];
        assert_eq!(decided(&expired_certificate, None, known, Policy::Follow), Verdict::Alarm);
        let ended = Known::Approved { special: None, expired: true, outdated: false };
        assert_eq!(decided(&[], None, ended, Policy::Follow), Verdict::Review);
    }

    #[test]
    fn every_verdict_has_a_reason() {
        let near = content_change();
        for difference in [None, Some(&near)] {
            for known in [Known::New, Known::Followed] {
                let facts = Facts { difference, known, ..FACTS };
                assert!(!decide(&facts).because.is_empty(), "{facts:?}");
            }
        }
    }
}
