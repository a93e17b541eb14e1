//! Judging without a service: one input by itself, or two versions of it.

use super::Office;
use crate::diff::readable;
use crate::fetch::classify::classify;
use crate::judge::{Known, unseen};
use crate::model::{
    Bounded, Excerpt, Finding, InputKind, Judgement, Page, Signatures, Snapshot, Target, Verdict, Words, counted,
};
use crate::monitor::{About, Bodies, Examination, Knowledge, Read, Source, Terms, examine, examine_answer, read, scan};
use crate::store::Store as _;
use anyhow::Result;
use std::sync::Arc;

/// What `scan` says about one input.
#[derive(Debug, Clone, PartialEq)]
pub struct Scanned {
    /// Page or script.
    pub kind: InputKind,
    /// What was found.
    pub findings: Vec<Finding>,
    /// The verdict.
    pub judgement: Judgement,
}

/// What `diff` says about two versions.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// Page or script, of the new version.
    pub kind: InputKind,
    /// What differs: in what the page loads, then in the page.
    pub changes: Vec<Excerpt>,
    /// Changes beyond the limit that are not listed.
    pub unlisted: u32,
    /// Why the comparison fell back.
    pub bounded: Option<Bounded>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// The verdict.
    pub judgement: Judgement,
}

impl Compared {
    fn of(kind: InputKind, examination: Examination) -> Self {
        let Examination { difference, findings, excerpts, judgement, .. } = examination;
        let difference = difference.unwrap_or_default();
        let changes = excerpts.into_iter().chain(difference.changes.iter().map(readable)).collect();
        Self { kind, changes, unlisted: difference.unlisted, bounded: difference.bounded, findings, judgement }
    }
}

/// Judges one input without a baseline.
#[must_use]
pub fn scan_bytes(body: &[u8], name: &str, knowledge: &Knowledge) -> Scanned {
    judged(Source::file(body, name, None, true), knowledge).1
}

/// What one input holds, and what is said of it without a baseline.
pub(super) fn judged<'a>(source: Source<'_, 'a>, knowledge: &Knowledge) -> (Read<'a>, Scanned) {
    let now = read(source, &[]).signed(source.body, knowledge.signatures.as_ref());
    let (findings, mut judgement) = scan(&now, knowledge.about());
    let binary = is_binary(source.body);
    if findings.is_empty() && (binary || holds_nothing(&now.page)) {
        let words = Words::new(
            "nothing in it could be judged: it holds no markup, no script and no readable text",
            "判定できる内容がありません(マークアップ、スクリプト、読み取れる文章のいずれもありません)",
        );
        judgement.because.push(words);
        if !source.body.trim_ascii().is_empty() {
            judgement.verdict = Verdict::Unseen;
        }
    }
    let scanned = Scanned { kind: now.page.kind, findings, judgement };
    (now, scanned)
}

/// Whether bytes are no text in any charset that pages have: zeros among them, and no mark that says UTF-16.
fn is_binary(body: &[u8]) -> bool {
    let head = body.get(..1024).unwrap_or(body);
    let wide = [&b"\xFF\xFE"[..], b"\xFE\xFF"].iter().any(|mark| head.starts_with(mark));
    let zeros = memchr::memchr_iter(0, head).count();
    !wide && zeros * 10 > head.len() && !head.contains(&b'<')
}

/// Whether an input is neither a page nor a script to a reader: empty, or bytes that are no text.
fn holds_nothing(page: &Page) -> bool {
    let bare = |name: &str| matches!(name, "html" | "head" | "body");
    let is_markup = page.elements().any(|(_, element)| !bare(&element.name));
    let text = page.visible_text(4_096);
    let odd = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER || (c.is_control() && !c.is_whitespace()));
    !is_markup && page.active.is_empty() && odd.count() * 10 >= text.chars().count()
}

/// Judges a new version against an old one that counts as approved.
#[must_use]
pub fn compare_bytes(old: (&[u8], &str), new: (&[u8], &str), signatures: &dyn Signatures) -> Compared {
    // Only the approved version is believed about its own URL: the new one may have been written by anybody.
    let file = |(body, name), url, believed| Source::file(body, name, url, believed);
    let url = crate::parse::own_url(&read(file(old, None, true), &[]).page);
    let approved = read(file(old, url.as_ref(), true), &[]).signed(old.0, signatures);
    let now = read(file(new, url.as_ref(), false), &[]).signed(new.0, signatures);
    let same = approved.state() == now.state();
    let known = match same {
        true => Known::Approved { special: None, expired: false, outdated: false },
        false => Known::New,
    };
    let trouble = classify(None, new.0).filter(|_| now.page.kind == InputKind::Page && !same);
    let (about, bodies) = (About { signatures, ..About::nothing() }, &Bodies::new());
    let terms = Terms { known, ..Terms::new(about, bodies) };
    let examination = examine_answer(&now, &[approved], trouble, &terms).unwrap_or_else(|reason| Examination {
        difference: None,
        nearest: None,
        findings: Vec::new(),
        excerpts: Vec::new(),
        judgement: unseen(reason),
    });
    let findings = if same { Vec::new() } else { examination.findings };
    Compared::of(now.page.kind, Examination { findings, ..examination })
}

fn tell_lost(judgement: &mut Judgement, lost: usize) {
    if lost > 0 {
        let count = counted(lost, "approved state");
        judgement.despite.push(Words::new(
            format!("{count} could not be read and took no part in it; `hinomi baseline verify` says why"),
            format!(
                "承認済みの{lost}状態は読み取れず、比較の対象外です。原因は `hinomi baseline verify` で確認できます"
            ),
        ));
    }
}

impl Office {
    /// Compares what waits with what is approved, as a check does; says which of the approved states is the nearest. One
    /// that cannot be read is passed over and told.
    ///
    /// # Errors
    /// When the body of the new state is gone, or those of all approved ones.
    pub async fn compare(&self, target: &Target, old: &[&Snapshot], new: &Snapshot) -> Result<(usize, Compared)> {
        let new_body = self.body(new).await?;
        let there = self.readable(old).await?;
        let knowledge = &self.knowledge().await?;
        let read = |snapshot, body| {
            read(of_snapshot(snapshot, body), &target.masks).signed(body, knowledge.signatures.as_ref())
        };
        let approved: Vec<Read> = there.iter().map(|(index, body)| read(old[*index], body)).collect();
        let now = read(new, &new_body);
        let organisation = self.registry.owner(target).map(|owner| owner.name.as_str());
        let all: Vec<&Snapshot> = old.iter().copied().chain([new]).collect();
        let bodies = &self.linked_bodies(&all).await?;
        let about = About { organisation, ..knowledge.about() };
        let terms = Terms { policy: target.policy, ..Terms::new(about, bodies) };
        let mut examination = examine(&now, &approved, &terms);
        tell_lost(&mut examination.judgement, old.len() - there.len());
        let nearest = examination.nearest.and_then(|nearest| there.get(nearest)).map(|(index, _)| *index);
        Ok((nearest.unwrap_or_default(), Compared::of(now.page.kind, examination)))
    }

    /// The bodies that can be read, by the index of their snapshot.
    async fn readable(&self, snapshots: &[&Snapshot]) -> Result<Vec<(usize, Vec<u8>)>> {
        let (mut there, mut failed) = (Vec::new(), None);
        for (index, snapshot) in snapshots.iter().enumerate() {
            match self.body(snapshot).await {
                Ok(body) => there.push((index, body)),
                Err(error) => failed = Some(error),
            }
        }
        failed.filter(|_| there.is_empty()).map_or(Ok(there), Err)
    }
}

impl Office {
    /// The bytes of what these pages load, as far as they are kept.
    pub(super) async fn linked_bodies(&self, snapshots: &[&Snapshot]) -> Result<Bodies> {
        let mut bodies = Bodies::new();
        for digest in snapshots.iter().flat_map(|snapshot| snapshot.kept().skip(1)) {
            if let Ok(Some(body)) = self.store.body(digest).await {
                bodies.insert(digest, Arc::new(body));
            }
        }
        Ok(bodies)
    }
}

/// A stored version.
pub(super) fn of_snapshot<'a>(snapshot: &'a Snapshot, body: &'a [u8]) -> Source<'a, 'a> {
    Source::answer(body, &snapshot.head, &snapshot.resources)
}
