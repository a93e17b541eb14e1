//! The pure part of a check: parse → diff → script → detect → judge. `scan`, `diff`, `backtest` and the service all
//! call it, so that what is measured is what runs.

use super::linked::{self, Against, Bodies, Linked};
use super::signed::signed;
use crate::judge::{Facts, Known, MIN_KEPT};
use crate::learn::Since;
use crate::model::{
    Case, Compared, Cut, Difference, Digest, Excerpt, Finding, FleetSites, Habits, Head, Indicators, Judgement, Mask,
    NoSignatures, Page, Policy, Resource, ScriptReport, Signatures, Signed, UnseenReason, Verdict, Version,
};
use crate::{detect, diff, judge, learn, parse, script};
use jiff::Timestamp;
use std::collections::HashSet;
use url::Url;

/// As what an input is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form<'a> {
    /// As a page: what a host answers for one.
    Page,
    /// As a script: what a host answers for one.
    Script,
    /// As a file of this name: its content decides, then its name.
    File(&'a str),
}

/// One version as it came: bytes and what is known about them.
#[derive(Debug, Clone, Copy)]
pub struct Source<'b, 'a> {
    /// The bytes.
    pub body: &'b [u8],
    /// Status, headers, certificate; none for a file.
    pub head: Option<&'a Head>,
    /// The `Content-Type` it came with.
    pub content_type: Option<&'a str>,
    /// Its URL, where known.
    pub url: Option<&'a Url>,
    /// As what it is read.
    pub form: Form<'b>,
    /// Where its URL is unknown, the page's own word for it is taken (canonical, `og:url`, base): that of an approved page
    /// or of one that is looked at alone, never that of a page which is compared.
    pub believed: bool,
    /// What it loads, as it was seen; empty where that was not looked at.
    pub resources: &'a [Resource],
}

impl<'b, 'a> Source<'b, 'a> {
    /// An answer of a host, with what the page in it loads.
    #[must_use]
    pub fn answer(body: &'b [u8], head: &'a Head, resources: &'a [Resource]) -> Self {
        let (url, content_type) = (Some(&head.final_url), head.header("content-type"));
        Self { body, head: Some(head), content_type, url, form: Form::Page, believed: false, resources }
    }

    /// A file, of which nothing is known but its bytes and name.
    #[must_use]
    pub fn file(body: &'b [u8], name: &'b str, url: Option<&'a Url>, believed: bool) -> Self {
        Self { body, head: None, content_type: None, url, form: Form::File(name), believed, resources: &[] }
    }
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
    /// What its scripts would write into it, as a page of its own; none when they write nothing.
    pub inserted: Option<Page>,
    /// What it loads, as it was seen.
    pub resources: &'a [Resource],
    /// What the analysts' signatures say of it; nothing until they are asked.
    pub signed: Signed,
    /// When it was approved; none where it was not, or where that is not known.
    pub approved_at: Option<Timestamp>,
}

/// What the examination is made under.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// What is known about the page beside itself.
    pub about: About<'a>,
    /// How strictly the content plane is followed.
    pub policy: Policy,
    /// How the new state stands to the known ones.
    pub known: Known<'a>,
    /// The approval of the ordinary state has ended.
    pub approval_ended: bool,
    /// Bytes of what the versions load, as far as they are at hand.
    pub bodies: &'a Bodies,
    /// When the last of the approved states was approved, where they do not say it themselves.
    pub approved_at: Option<Timestamp>,
    /// What was learned of the page, and when it is asked; none where nothing was.
    pub habits: Option<(&'a Habits, Timestamp)>,
}

impl<'a> Terms<'a> {
    /// A new state that ordinary updates are followed of, and of which nothing was learned.
    #[must_use]
    pub const fn new(about: About<'a>, bodies: &'a Bodies) -> Self {
        let (policy, known, approval_ended) = (Policy::Follow, Known::New, false);
        Self { about, policy, known, approval_ended, bodies, approved_at: None, habits: None }
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Examination {
    /// The difference from the nearest approved state.
    pub difference: Option<Difference>,
    /// Which of the approved states that is.
    pub nearest: Option<usize>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// What changed in what the page loads, in readable form.
    pub excerpts: Vec<Excerpt>,
    /// The verdict.
    pub judgement: Judgement,
}

/// Parses a version and reports on its scripts.
#[must_use]
pub fn read<'a>(source: Source<'_, 'a>, masks: &[Mask]) -> Read<'a> {
    let Source { url, content_type, believed, .. } = source;
    let options = parse::Options { url, content_type, masks, believed, ..parse::Options::default() };
    let page = match source.form {
        Form::Page => parse::page(source.body, &options),
        Form::Script => parse::script(source.body, &options),
        Form::File(name) => parse::input(source.body, Some(name), &options),
    };
    let scripts = script::reports(&page);
    Read { resources: source.resources, ..Read::new(source.head, source.url, page, scripts) }
}

/// Most bytes of what scripts would write that are read as a page.
const MAX_INSERTED: usize = 256 << 10;

/// What scripts would write and make, as a page: the body between a plain head and end. What does not fit leaves its mark.
fn inserted(scripts: &[ScriptReport], url: Option<&Url>) -> Option<Page> {
    let (mut body, mut whole) = (String::new(), true);
    let made = |report: &ScriptReport| -> Vec<String> {
        report.elements.iter().filter(|made| made.placed).map(|made| made.markup.clone()).collect()
    };
    for markup in scripts.iter().flat_map(|report| report.markup.iter().cloned().chain(made(report))) {
        let fits = body.len() + markup.len() <= MAX_INSERTED;
        if fits && markup.contains('<') {
            body.push_str(&markup);
            body.push('\n');
        }
        whole &= fits;
    }
    let mut page = (!body.is_empty() || !whole).then(|| written(&body, url))?;
    page.cut = page.cut.or((!whole).then_some(Cut::Bytes));
    Some(page)
}

fn written(body: &str, url: Option<&Url>) -> Page {
    let whole = format!("<!DOCTYPE html><html><head><title></title></head><body>{body}</body></html>");
    let options = parse::Options { url, content_type: Some("text/html; charset=utf-8"), ..parse::Options::default() };
    parse::page(whole.as_bytes(), &options)
}

/// What is found in what scripts would write; the same in an approved version is known.
fn inserted_findings(now: &Read, approved: Option<&Read>, about: About) -> Vec<Finding> {
    let Some(page) = &now.inserted else { return Vec::new() };
    let nothing = approved.filter(|old| old.inserted.is_none()).map(|old| written("", old.url));
    let version = of_inserted(page, now);
    let before = approved.and_then(|old| {
        let page = old.inserted.as_ref().or(nothing.as_ref())?;
        Some(of_inserted(page, old))
    });
    let difference = before.map(|before| diff::compare(before, version));
    let compared = before.zip(difference.as_ref()).map(|(version, difference)| Compared { version, difference });
    let mut findings = detect::examine_inserted(&about.case(version, compared));
    // Too much to be looked at is told when it is new.
    let known = approved.and_then(|old| old.inserted.as_ref()).is_some_and(|old| old.cut.is_some());
    findings.retain(|finding| !(known && finding.rule == "page-cut"));
    findings
}

/// What scripts would write, as a version of its own. Signatures have looked at it with the scripts.
fn of_inserted<'r>(page: &'r Page, of: &Read<'r>) -> Version<'r> {
    let (head, signed) = (None, Signed::nothing());
    Version { page, head, scripts: &[], url: of.url, resources: &[], signed, approved_at: None }
}

impl<'a> Read<'a> {
    /// A version from its page and the reports on its scripts; of what it loads nothing is known.
    #[must_use]
    pub fn new(head: Option<&'a Head>, url: Option<&'a Url>, page: Page, scripts: Vec<ScriptReport>) -> Self {
        let inserted = inserted(&scripts, url);
        let signed = Signed::default();
        Self { head, url, page, scripts, inserted, resources: &[], signed, approved_at: None }
    }

    /// The same with what signatures say of its bytes and of what its scripts decode and write.
    #[must_use]
    pub fn signed(self, body: &[u8], signatures: &dyn Signatures) -> Self {
        let signed = signed(body, &self.scripts, signatures);
        Self { signed, ..self }
    }

    /// As detectors and diff see it.
    #[must_use]
    pub fn version(&self) -> Version<'_> {
        let Self { page, head, scripts, url, resources, signed, approved_at, .. } = self;
        let (head, url, approved_at) = (*head, *url, *approved_at);
        Version { page, head, scripts, url, resources, signed, approved_at }
    }

    /// The digest of the normalised state.
    #[must_use]
    pub fn state(&self) -> Digest {
        match self.head {
            Some(head) => crate::model::state_digest(&self.page, head, self.resources),
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
    let mut findings = detect::examine(&terms.about.case(now.version(), compared));
    let old = nearest.as_ref().and_then(|(index, _)| approved.get(*index));
    add_new(&mut findings, inserted_findings(now, old, terms.about));
    let loaded = nearest.as_ref().zip(old).map(|((_, difference), old)| {
        let Read { resources, approved_at, .. } = *old;
        Against { resources, difference, approved_at }
    });
    let Linked { findings: linked, excerpts } = linked::examine(now.resources, loaded, terms.bodies, terms.about);
    let measured = nearest.as_ref().zip(old);
    let drift = measured.map(|((_, difference), old)| {
        let approved_at = old.approved_at.or(terms.approved_at);
        let known = terms.habits.map(|(habits, at)| learn::Experience { habits, approved_at, at });
        learn::drift(&old.page, &now.page, difference, now.url, known)
    });
    let (nearest, difference) = nearest.unzip();
    let normal = terms.habits.map(|(habits, at)| learn::normal(habits, at, &findings, &now.page, difference.as_ref()));
    let facts = Facts {
        findings: &findings,
        linked: &linked,
        difference: difference.as_ref(),
        known: terms.known,
        policy: terms.policy,
        approval_ended: terms.approval_ended,
        drift,
        normal: normal.as_ref().unwrap_or(judge::NOTHING_NORMAL),
    };
    let judgement = judge::decide(&facts);
    findings.extend(linked);
    Examination { difference, nearest, findings, excerpts, judgement }
}

/// What a lesson compares a state with: the nearest approved one.
#[must_use]
pub fn since<'a>(examination: &'a Examination, approved: &'a [Read]) -> Since<'a> {
    let nearest = examination.nearest.and_then(|index| approved.get(index)).zip(examination.difference.as_ref());
    nearest.map_or(Since::Nothing, |(old, difference)| Since::Approved(&old.page, difference))
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
    let (findings, judgement) = scan(now, terms.about);
    let alone = Examination { difference: None, nearest: None, findings, excerpts: Vec::new(), judgement };
    if approved.is_empty() {
        return alone;
    }
    let compared = examine(now, approved, terms);
    let kept = compared.difference.as_ref().is_some_and(|d| d.text_kept >= MIN_KEPT && d.nodes_kept >= MIN_KEPT);
    if kept && compared.judgement.verdict > alone.judgement.verdict { compared } else { alone }
}

/// What is known about a page beside itself.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// Name of the owning organisation, where known.
    pub organisation: Option<&'a str>,
    /// What others have seen in attacks.
    pub indicators: &'a Indicators,
    /// Signatures of the analysts' own, for what the page loads; the page itself has been asked about already.
    pub signatures: &'a dyn Signatures,
    /// From which sites many organisations have approved something that acts.
    pub fleet: &'a FleetSites,
}

impl<'a> About<'a> {
    /// Nothing.
    #[must_use]
    pub fn nothing() -> Self {
        let (indicators, fleet) = (Indicators::none(), FleetSites::none());
        Self { organisation: None, indicators, signatures: &NoSignatures, fleet }
    }

    /// Whether anything is known of attacks beforehand.
    #[must_use]
    pub fn knows_attacks(&self) -> bool {
        !self.indicators.is_empty() || self.signatures.count() > 0
    }

    /// The same about a page that somebody else may own.
    #[must_use]
    pub fn of_anybody(self) -> Self {
        Self { organisation: None, ..self }
    }

    fn case(self, now: Version<'a>, approved: Option<Compared<'a>>) -> Case<'a> {
        let Self { organisation, indicators, fleet, .. } = self;
        Case { now, approved, organisation, indicators, fleet }
    }
}

/// Judges an input without a baseline: a sign of attack must stand in the input itself.
#[must_use]
pub fn scan(now: &Read, about: About) -> (Vec<Finding>, Judgement) {
    let mut findings = detect::examine(&about.case(now.version(), None));
    add_new(&mut findings, inserted_findings(now, None, about));
    let judgement = judge::without_baseline(&findings);
    (findings, judgement)
}

/// Adds what was not found yet: what a script inserts is often seen in the script too.
fn add_new(findings: &mut Vec<Finding>, more: Vec<Finding>) {
    for finding in more {
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
}

/// What indicators and signatures say of a page that is approved as it stands: they may be younger than the approval.
pub(super) fn listed(now: &Read, approved_at: Option<Timestamp>, about: About) -> Vec<Finding> {
    let nothing = Difference::default();
    let approved = Some(Compared { version: Version { approved_at, ..now.version() }, difference: &nothing });
    detect::examine_listed(&about.case(now.version(), approved))
}

/// Whether a page holds something that acts and that none of the others holds.
#[must_use]
pub fn acts_anew(page: &Read, others: &[&Read]) -> bool {
    let known: HashSet<Digest> = others.iter().flat_map(|one| &one.page.active).map(|item| item.identity).collect();
    page.page.active.iter().any(|item| !known.contains(&item.identity))
}

/// The approved version with the fewest unapproved active changes, then with the most kept.
fn nearest(now: &Read, approved: &[Read]) -> Option<(usize, Difference)> {
    let differences = approved.iter().map(|old| diff::compare(old.version(), now.version())).enumerate();
    differences.min_by(|(_, a), (_, b)| {
        let kept = b.nodes_kept.total_cmp(&a.nodes_kept);
        a.active.len().cmp(&b.active.len()).then(kept)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_scripts_insert_beyond_the_limit_is_told_when_it_is_new() {
        let read = |pieces: usize| {
            let markup = (0..pieces).map(|n| format!("<p>{n} {}</p>", "word ".repeat(10_000))).collect();
            let page = parse::page(b"<p>x</p>", &parse::Options::default());
            Read::new(None, None, page, vec![ScriptReport { markup, ..ScriptReport::default() }])
        };
        let told = |now: &Read, old: Option<&Read>| {
            let findings = inserted_findings(now, old, About::nothing());
            findings.iter().any(|finding| finding.rule == "page-cut")
        };
        let (little, much) = (read(1), read(9));
        assert!(told(&much, None) && told(&much, Some(&little)));
        assert!(!told(&much, Some(&much)) && !told(&little, None), "known, and within the limit");
    }
}
