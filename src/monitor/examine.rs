//! The pure part of a check: parse → diff → script → detect → judge. `scan`, `diff`, `backtest` and the service all
//! call it, so that what is measured is what runs.

use crate::judge::{Facts, Known, MIN_KEPT};
use crate::model::{
    Case, Compared, Difference, Digest, Finding, Head, Judgement, Mask, Page, Policy, ScriptReport, UnseenReason,
    Verdict, Version,
};
use crate::{detect, diff, judge, parse, script};
use url::Url;

/// One version as it came: bytes and what is known about them.
#[derive(Debug, Clone, Copy)]
pub struct Source<'b, 'a> {
    /// The bytes.
    pub body: &'b [u8],
    /// Status, headers, certificate; none for a file.
    pub head: Option<&'a Head>,
    /// Its URL, where known.
    pub url: Option<&'a Url>,
    /// Its file name, for a file: then page or script is decided by content. None for an answer, which is a page.
    pub name: Option<&'b str>,
    /// Where its URL is unknown, the page's own word for it is taken (canonical, `og:url`, base): that of an approved page
    /// or of one that is looked at alone, never that of a page which is compared.
    pub believed: bool,
}

/// One version, parsed, with reports on its scripts.
#[derive(Debug, Clone)]
pub struct Read<'a> {
    /// Status, headers, certificate; none for a file.
    pub head: Option<&'a Head>,
    /// Its URL, where known.
    pub url: Option<&'a Url>,
    /// The page.
    pub page: Page,
    /// Its scripts.
    pub scripts: Vec<ScriptReport>,
}

/// What the examination is made under.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// Name of the owning organisation, where known.
    pub organisation: Option<&'a str>,
    /// How strictly the content plane is followed.
    pub policy: Policy,
    /// How the new state stands to the known ones.
    pub known: Known<'a>,
    /// The approval of the ordinary state has ended.
    pub approval_ended: bool,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Examination {
    /// The difference from the nearest approved state.
    pub difference: Option<Difference>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// The verdict.
    pub judgement: Judgement,
}

/// Parses a version and reports on its scripts.
#[must_use]
pub fn read<'a>(source: Source<'_, 'a>, masks: &[Mask]) -> Read<'a> {
    let content_type = source.head.and_then(|head| head.header("content-type"));
    let believed = source.believed;
    let options = parse::Options { url: source.url, content_type, masks, believed, ..parse::Options::default() };
    let page = match source.name {
        Some(name) => parse::input(source.body, Some(name), &options),
        None => parse::page(source.body, &options),
    };
    let scripts = script::reports(&page);
    Read { head: source.head, url: source.url, page, scripts }
}

impl Read<'_> {
    /// As detectors and diff see it.
    #[must_use]
    pub fn version(&self) -> Version<'_> {
        Version { page: &self.page, head: self.head, scripts: &self.scripts, url: self.url }
    }

    /// The digest of the normalised state.
    #[must_use]
    pub fn state(&self) -> Digest {
        match self.head {
            Some(head) => crate::model::state_digest(&self.page, head),
            None => self.page.digest(),
        }
    }
}

/// Compares with the nearest approved version, asks the detectors, and judges.
#[must_use]
pub fn examine(now: &Read, approved: &[Read], terms: &Terms) -> Examination {
    let nearest = nearest(now, approved);
    let compared =
        nearest.as_ref().map(|(index, difference)| Compared { version: approved[*index].version(), difference });
    let case = Case { now: now.version(), approved: compared, organisation: terms.organisation };
    let findings = detect::examine(&case);
    let difference = nearest.map(|(_, difference)| difference);
    let facts = Facts {
        findings: &findings,
        difference: difference.as_ref(),
        known: terms.known,
        policy: terms.policy,
        approval_ended: terms.approval_ended,
    };
    let judgement = judge::decide(&facts);
    Examination { difference, findings, judgement }
}

/// Judges an answer as a check does. One that came in the page's place (`trouble` says how) is unseen for that reason,
/// unless what it holds shows an attack.
///
/// # Errors
/// The reason why it is unseen.
pub fn examine_answer(
    now: &Read,
    approved: &[Read],
    trouble: Option<UnseenReason>,
    terms: &Terms,
) -> Result<Examination, UnseenReason> {
    let Some(reason) = trouble else { return Ok(examine(now, approved, terms)) };
    let examination = examine_in_place(now, approved, terms);
    if examination.judgement.verdict == Verdict::Alarm { Ok(examination) } else { Err(reason) }
}

/// What came with an error status or as a challenge is judged by itself; but what still is the approved page in good part
/// is compared with it too, or an attacker could hide an injection behind a status that browsers do not mind.
#[must_use]
pub(super) fn examine_in_place(now: &Read, approved: &[Read], terms: &Terms) -> Examination {
    let (findings, judgement) = scan(now, terms.organisation);
    let alone = Examination { difference: None, findings, judgement };
    if approved.is_empty() {
        return alone;
    }
    let compared = examine(now, approved, terms);
    let kept = compared.difference.as_ref().is_some_and(|d| d.text_kept >= MIN_KEPT && d.nodes_kept >= MIN_KEPT);
    if kept && compared.judgement.verdict > alone.judgement.verdict { compared } else { alone }
}

/// Judges an input without a baseline: a sign of attack must stand in the input itself.
#[must_use]
pub fn scan(now: &Read, organisation: Option<&str>) -> (Vec<Finding>, Judgement) {
    let findings = detect::examine(&Case { now: now.version(), approved: None, organisation });
    let judgement = judge::without_baseline(&findings);
    (findings, judgement)
}

/// The approved version with the fewest unapproved active changes, then with the most kept.
fn nearest(now: &Read, approved: &[Read]) -> Option<(usize, Difference)> {
    let differences = approved.iter().map(|old| diff::compare(old.version(), now.version())).enumerate();
    differences.min_by(|(_, a), (_, b)| {
        let kept = b.nodes_kept.total_cmp(&a.nodes_kept);
        a.active.len().cmp(&b.active.len()).then(kept)
    })
}
