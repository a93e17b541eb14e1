//! Replays page histories: what would hinomi have said?

mod history;
mod pupil;
mod stored;

pub use history::{History, Version, find};
pub use stored::Stored;

use super::inputs;
use crate::fetch::classify::classify;
use crate::learn::Since;
use crate::model::{Baseline, Digest, Finding, InputKind, Plane, Signatures, Verdict};
use crate::monitor::{About, Bodies, Read, Source, Terms, acts_anew, examine_answer, read, since};
use anyhow::Result;
use jiff::Timestamp;
use pupil::Pupil;
use std::time::Instant;
use url::Url;

/// What the person is assumed to do after a review or an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Assume {
    /// "This was us": approve.
    #[default]
    Approve,
    /// Leave the baseline as it was.
    Reject,
}

/// What was said of one version.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    /// File name of the version.
    pub version: String,
    /// Its place in the history, from 0.
    pub index: usize,
    /// The verdict.
    pub verdict: Verdict,
    /// Changes on the active and on the content plane.
    pub changes: (usize, usize),
    /// What was found.
    pub findings: Vec<Finding>,
    /// Milliseconds.
    pub ms: f64,
}

/// Replays one history. The first version that can be seen is approved, whatever it holds. What is normal for the page is
/// learned on the way, as a check does.
///
/// # Errors
/// When a version's file cannot be read.
pub fn replay(history: &History, assume: Assume, signatures: &dyn Signatures) -> Result<Vec<Replayed>> {
    let mut desk = Desk::new(history.url.clone(), assume, signatures);
    let mut replayed = Vec::new();
    for (index, version) in history.versions.iter().enumerate() {
        let body = inputs::bytes(&version.path)?;
        let started = Instant::now();
        let said = desk.take(&body, version);
        if let Some((verdict, changes, findings)) = said.filter(|_| index > 0) {
            let ms = started.elapsed().as_secs_f64() * 1000.0;
            replayed.push(Replayed { version: version.name.clone(), index, verdict, changes, findings, ms });
        }
    }
    Ok(replayed)
}

/// What is known while a history is replayed.
struct Desk<'s> {
    url: Option<Url>,
    /// The approved versions, and their states.
    approved: Approved,
    followed: Option<Digest>,
    assume: Assume,
    signatures: &'s dyn Signatures,
    pupil: Pupil,
}

/// The approved versions, with their states. As a person does who reads the advice of a check, what came back stays beside
/// the one that had taken its place.
#[derive(Default)]
struct Approved {
    versions: Vec<Read<'static>>,
    states: Vec<Digest>,
    /// When the last of them was.
    at: Option<Timestamp>,
    /// The versions that were replaced last, newest last.
    replaced: Vec<Read<'static>>,
}

/// Replaced versions that are remembered, as many as a check looks at.
const MOST_REPLACED: usize = 4;

impl Approved {
    fn enter(&mut self, now: Read<'static>, state: Digest, verdict: Verdict) {
        let beside = verdict == Verdict::Review
            && self.versions.len() < Baseline::MOST_ORDINARY
            && acts_anew(&now, &self.versions.iter().collect::<Vec<_>>())
            && self.replaced.iter().any(|old| !acts_anew(&now, &[old]));
        if !beside {
            self.replaced.append(&mut self.versions);
            self.replaced.drain(..self.replaced.len().saturating_sub(MOST_REPLACED));
            self.states.clear();
        }
        self.versions.push(now);
        self.states.push(state);
    }
}

type Said = (Verdict, (usize, usize), Vec<Finding>);

/// What is said of what could not be compared.
const UNSEEN: Said = (Verdict::Unseen, (0, 0), Vec::new());

impl<'s> Desk<'s> {
    fn new(url: Option<Url>, assume: Assume, signatures: &'s dyn Signatures) -> Self {
        Self { url, approved: Approved::default(), followed: None, assume, signatures, pupil: Pupil::default() }
    }

    /// One version; nothing is said of the one that is approved at the start.
    fn take(&mut self, body: &[u8], version: &Version) -> Option<Said> {
        self.pupil.turn(version.time);
        let trouble = classify(None, body);
        if self.approved.versions.is_empty() {
            return match is_empty(body) || trouble.is_some() {
                true => Some(UNSEEN),
                false => {
                    self.approve_first(body, version);
                    None
                }
            };
        }
        if is_empty(body) {
            return Some(UNSEEN);
        }
        let now = read(Source::file(body, &version.name, self.url.as_ref(), false), &[]).signed(body, self.signatures);
        let state = now.state();
        if self.approved.states.contains(&state) || self.followed == Some(state) {
            let now = without_url(now);
            self.pupil.learn(&now, state, self.url.as_ref(), Since::Nothing);
            return Some((Verdict::Unchanged, (0, 0), Vec::new()));
        }
        let bodies = &Bodies::new();
        let about = About { signatures: self.signatures, ..About::nothing() };
        let habits = Some(self.pupil.knows());
        let terms = Terms { approved_at: self.approved.at, habits, ..Terms::new(about, bodies) };
        let trouble = trouble.filter(|_| now.page.kind == InputKind::Page);
        let Ok(examination) = examine_answer(&now, &self.approved.versions, trouble, &terms) else {
            return Some(UNSEEN);
        };
        let verdict = examination.judgement.verdict;
        if verdict == Verdict::Routine || self.approves(verdict) {
            let since = since(&examination, &self.approved.versions);
            self.pupil.learn(&now, state, self.url.as_ref(), since);
        }
        let difference = examination.difference.unwrap_or_default();
        let changes = (difference.count(Plane::Active).max(difference.active.len()), difference.count(Plane::Content));
        self.settle(without_url(now), state, verdict);
        Some((verdict, changes, examination.findings))
    }

    /// The first version that can be seen. It alone is believed about its own URL.
    fn approve_first(&mut self, body: &[u8], version: &Version) {
        let source = |url| Source::file(body, &version.name, url, true);
        let url = self.url.take().or_else(|| crate::parse::own_url(&read(source(None), &[]).page));
        let first = read(source(url.as_ref()), &[]).signed(body, self.signatures);
        let (first, state) = (without_url(first.clone()), first.state());
        self.pupil.learn(&first, state, url.as_ref(), Since::Nothing);
        self.approved.enter(first, state, Verdict::Unchanged);
        self.approved.at = Some(self.pupil.knows().1);
        self.url = url;
    }

    fn approves(&self, verdict: Verdict) -> bool {
        matches!(verdict, Verdict::Review | Verdict::Alarm) && self.assume == Assume::Approve
    }

    /// What the person, or the following, makes of it.
    fn settle(&mut self, now: Read<'static>, state: Digest, verdict: Verdict) {
        match verdict {
            Verdict::Routine => self.followed = Some(state),
            Verdict::Review | Verdict::Alarm if self.approves(verdict) => {
                self.approved.enter(now, state, verdict);
                self.approved.at = Some(self.pupil.knows().1);
                self.followed = None;
            }
            Verdict::Unchanged | Verdict::Unseen | Verdict::Review | Verdict::Alarm => {}
        }
    }
}

/// The same, kept beyond the borrow of its URL. The page has been read with it; nothing looks at it again.
fn without_url(read: Read<'_>) -> Read<'static> {
    let Read { page, scripts, inserted, signed, .. } = read;
    Read { head: None, url: None, page, scripts, inserted, resources: &[], signed, approved_at: None }
}

/// Nothing came, as when a history's fetch failed.
fn is_empty(body: &[u8]) -> bool {
    body.iter().all(u8::is_ascii_whitespace)
}
