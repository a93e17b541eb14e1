//! What an incident leaves behind while it goes on: what was told of it, what was captured, what people said before.

use super::{Digest, DigestBuilder, Finding, Head, Incident, Mark, Resource, kept_bytes};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// Most findings kept with one incident: a page that changes with every fetch must not grow it without end.
pub const MAX_INCIDENT_FINDINGS: usize = 100;
/// Most captures kept with one incident.
pub const MAX_CAPTURES: usize = 10;
/// Most pieces of evidence remembered as told, for each rule: more than an incident keeps findings.
const MAX_TOLD: usize = 2 * MAX_INCIDENT_FINDINGS;
/// The first wait before a rule that spoke twice is told once more; it doubles with each time …
const FIRST_WAIT: SignedDuration = SignedDuration::from_hours(1);
/// … up to this.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(24);

/// The history of one incident.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Trail {
    /// What has been told of each rule.
    pub told: BTreeMap<SmolStr, RuleTold>,
    /// What was captured: the first sight, each that was worse, and the last. Bounded.
    pub captures: Vec<Evidence>,
    /// Acknowledgements from before it grew worse, oldest first.
    pub earlier: Vec<Mark>,
    /// When it grew worse after an acknowledgement: it is open again since then.
    pub reopened: Option<Timestamp>,
    /// Digests of findings that the page no longer shows, see [`Incident::is_gone`].
    pub gone: Vec<Digest>,
    /// States of which a person said "this was not us": the page is in alarm while it shows one of them.
    pub rejected: Vec<Digest>,
}

/// What has been told of one rule.
///
/// A rule that has not spoken yet is told at once, and so is the first other evidence of a rule that has: a second
/// injection is news. After that, further evidence of the same rule is told once an hour at most, then once in two hours,
/// four, …, once a day: a page that shows something else with every fetch keeps nobody busy. What had to wait is told when
/// its time comes, if it still shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTold {
    /// How often.
    pub times: u32,
    /// When last.
    pub last: Timestamp,
    /// Digests of the evidence that was told, the latest ones.
    pub evidence: Vec<Digest>,
}

impl RuleTold {
    fn may_be_told_again(&self, now: Timestamp) -> bool {
        let doublings = match self.times {
            0 | 1 => return true,
            times => (times - 2).min(16),
        };
        let wait = (FIRST_WAIT * (1 << doublings)).min(LONGEST_WAIT);
        now.duration_since(self.last) >= wait
    }
}

/// Why a capture is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaptureOf {
    /// The first sight.
    First,
    /// It had grown worse.
    Worse,
    /// The latest sight.
    Last,
}

/// A body that was captured as evidence, with everything that came with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Why it is kept.
    pub of: CaptureOf,
    /// When it was fetched.
    pub at: Timestamp,
    /// SHA-256 of the body.
    pub bytes: Digest,
    /// Length of the body in bytes.
    pub size: u64,
    /// Digest of the normalised state; none when the page could not be examined.
    pub state: Option<Digest>,
    /// Status, headers, redirects, address, certificate.
    pub head: Head,
    /// What the page loaded then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<Resource>,
}

impl Evidence {
    /// Digests of everything that is kept with it.
    pub fn kept(&self) -> impl Iterator<Item = Digest> {
        std::iter::once(self.bytes).chain(kept_bytes(&self.resources))
    }
}

impl Incident {
    /// Whether something in a finding is to be told, see [`RuleTold`].
    #[must_use]
    pub fn is_news(&self, finding: &Finding, now: Timestamp) -> bool {
        let evidence = Digest::of(&finding.evidence);
        match self.trail.told.get(&finding.rule) {
            Some(told) => !told.evidence.contains(&evidence) && told.may_be_told_again(now),
            // Written by a version that kept neither captures nor what it told: what it found, it told.
            None if self.trail.told.is_empty() && self.trail.captures.is_empty() => {
                !self.findings.iter().any(|old| old.rule == finding.rule)
            }
            None => true,
        }
    }

    /// Notes that these findings are told now.
    pub fn note_told<'a>(&mut self, findings: impl IntoIterator<Item = &'a Finding>, now: Timestamp) {
        for finding in findings {
            let blank = || RuleTold { times: 0, last: now, evidence: Vec::new() };
            let told = self.trail.told.entry(finding.rule.clone()).or_insert_with(blank);
            let evidence = Digest::of(&finding.evidence);
            if told.evidence.contains(&evidence) {
                continue;
            }
            if told.times == 0 || told.last != now {
                told.times = told.times.saturating_add(1);
            }
            told.last = now;
            told.evidence.push(evidence);
            let excess = told.evidence.len().saturating_sub(MAX_TOLD);
            told.evidence.drain(..excess);
        }
    }

    /// Notes which of its findings the page still shows.
    pub fn note_shown(&mut self, shown: &[Finding]) {
        let is_shown = |one: &&Finding| shown.iter().any(|now| now.rule == one.rule && now.evidence == one.evidence);
        self.trail.gone = self.findings.iter().filter(|one| !is_shown(one)).map(mark_of).collect();
    }

    /// Whether the page no longer shows a finding of this incident.
    #[must_use]
    pub fn is_gone(&self, finding: &Finding) -> bool {
        !self.trail.gone.is_empty() && self.trail.gone.contains(&mark_of(finding))
    }

    /// Takes findings in that are not there yet, and keeps the worst: see [`worst_findings`].
    pub fn join_findings(&mut self, more: impl IntoIterator<Item = Finding>) {
        self.findings.extend(more);
        self.findings = worst_findings(std::mem::take(&mut self.findings));
    }

    /// Keeps a capture: the first for good, of those that were worse and of the last the latest ones.
    pub fn keep_capture(&mut self, capture: Evidence) {
        let captures = &mut self.trail.captures;
        if captures.iter().any(|known| known.bytes == capture.bytes && known.of != CaptureOf::Last) {
            return;
        }
        captures.retain(|known| known.of != CaptureOf::Last || known.at > capture.at);
        let later = captures.iter().any(|known| known.of == CaptureOf::Last);
        if capture.of == CaptureOf::Last && later {
            return;
        }
        let place = captures.iter().position(|known| known.of == CaptureOf::Last).unwrap_or(captures.len());
        captures.insert(place, capture);
        if captures.len() > MAX_CAPTURES {
            captures.remove(1);
        }
    }
}

fn mark_of(finding: &Finding) -> Digest {
    let mut mark = DigestBuilder::new("hinomi finding 1");
    mark.part(finding.rule.as_str()).part(&finding.evidence);
    mark.finish()
}

/// The findings that an incident keeps: of the same rule and evidence one, the worst first, and of more than
/// [`MAX_INCIDENT_FINDINGS`] the worst, but of each rule at least one.
#[must_use]
pub fn worst_findings(findings: Vec<Finding>) -> Vec<Finding> {
    let mut seen = std::collections::HashSet::new();
    let mut worst: Vec<Finding> =
        findings.into_iter().filter(|one| seen.insert((one.rule.clone(), one.evidence.clone()))).collect();
    worst.sort_by_key(|finding| std::cmp::Reverse((finding.severity, finding.confidence)));
    let mut excess = worst.len().saturating_sub(MAX_INCIDENT_FINDINGS);
    let mut of_rule: BTreeMap<SmolStr, usize> = BTreeMap::new();
    worst.iter().for_each(|finding| *of_rule.entry(finding.rule.clone()).or_default() += 1);
    // From the end: the least of each rule goes first, its last one stays.
    let mut kept: Vec<Finding> = Vec::with_capacity(worst.len());
    for finding in worst.into_iter().rev() {
        let left = of_rule.entry(finding.rule.clone()).or_default();
        if excess > 0 && *left > 1 {
            (*left, excess) = (*left - 1, excess - 1);
        } else {
            kept.push(finding);
        }
    }
    kept.reverse();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Confidence, Plane, Severity, Words};

    fn finding(rule: &str, severity: Severity, evidence: usize) -> Finding {
        let (confidence, plane, summary) = (Confidence::Firm, Plane::Active, Words::default());
        let evidence = evidence.to_string();
        Finding { rule: rule.into(), severity, confidence, plane, summary, evidence, location: None, decoded: None }
    }

    #[test]
    fn the_worst_stay_and_every_rule_keeps_a_voice() {
        let flood = (0..300).map(|number| finding("hidden-links", Severity::High, number));
        let last = [finding("page-cut", Severity::Low, 0), finding("hidden-frame", Severity::Critical, 0)];
        let kept = worst_findings(flood.chain(last).collect());
        assert_eq!(kept.len(), MAX_INCIDENT_FINDINGS);
        assert_eq!(kept[0].rule, "hidden-frame");
        assert_eq!(kept.last().map(|finding| finding.rule.as_str()), Some("page-cut"));
    }

    #[test]
    fn the_same_evidence_is_kept_once() {
        let twice = vec![finding("base-changed", Severity::High, 1); 2];
        assert_eq!(worst_findings(twice).len(), 1);
    }
}
