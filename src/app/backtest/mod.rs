//! Replays page histories: what would hinomi have said?

mod history;

pub use history::{History, Version, find};

use super::inputs;
use crate::fetch::classify::classify;
use crate::judge::Known;
use crate::model::{Capture, Digest, Finding, Head, Persona, Plane, Policy, Verdict};
use crate::monitor::{Read, Source, Terms, examine, read};
use anyhow::Result;
use jiff::Timestamp;
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

/// Replays one history. The first version that can be seen is approved, whatever it holds.
///
/// # Errors
/// When a version's file cannot be read.
pub fn replay(history: &History, assume: Assume) -> Result<Vec<Replayed>> {
    let mut desk = Desk { url: history.url.clone(), approved: None, followed: None, assume };
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
struct Desk {
    url: Option<Url>,
    /// The approved version and its state.
    approved: Option<(Read<'static>, Digest)>,
    followed: Option<Digest>,
    assume: Assume,
}

type Said = (Verdict, (usize, usize), Vec<Finding>);

impl Desk {
    /// One version; nothing is said of the one that is approved at the start.
    fn take(&mut self, body: &[u8], version: &Version) -> Option<Said> {
        if is_unseen(body, version, self.url.as_ref()) {
            return Some((Verdict::Unseen, (0, 0), Vec::new()));
        }
        let now = read(Source { body, head: None, url: self.url.as_ref(), name: Some(&version.name) }, &[]);
        let state = now.state();
        let Some((approved, known)) = &self.approved else {
            let page = now.page;
            self.url = self.url.take().or_else(|| crate::parse::own_url(&page));
            let again = read(Source { body, head: None, url: self.url.as_ref(), name: Some(&version.name) }, &[]);
            let state = again.state();
            self.approved = Some((without_url(again), state));
            return None;
        };
        let known = match () {
            () if *known == state => Known::Approved { special: None, expired: false, outdated: false },
            () if self.followed == Some(state) => Known::Followed,
            () => Known::New,
        };
        if !matches!(known, Known::New) {
            return Some((Verdict::Unchanged, (0, 0), Vec::new()));
        }
        let terms = Terms { organisation: None, policy: Policy::Follow, known, approval_ended: false };
        let examination = examine(&now, std::slice::from_ref(approved), &terms);
        let verdict = examination.judgement.verdict;
        let difference = examination.difference.unwrap_or_default();
        let changes = (difference.count(Plane::Active).max(difference.active.len()), difference.count(Plane::Content));
        self.settle(without_url(now), state, verdict);
        Some((verdict, changes, examination.findings))
    }

    /// What the person, or the following, makes of it.
    fn settle(&mut self, now: Read<'static>, state: Digest, verdict: Verdict) {
        match verdict {
            Verdict::Routine => self.followed = Some(state),
            Verdict::Review | Verdict::Alarm if self.assume == Assume::Approve => {
                self.approved = Some((now, state));
                self.followed = None;
            }
            Verdict::Unchanged | Verdict::Unseen | Verdict::Review | Verdict::Alarm => {}
        }
    }
}

/// The same, kept beyond the borrow of its URL. The page has been read with it; nothing looks at it again.
fn without_url(read: Read<'_>) -> Read<'static> {
    Read { head: None, url: None, page: read.page, scripts: read.scripts }
}

/// An empty file, a challenge or a block page: what a live check would not have compared.
fn is_unseen(body: &[u8], version: &Version, url: Option<&Url>) -> bool {
    if body.iter().all(u8::is_ascii_whitespace) {
        return true;
    }
    let Some(url) = url.cloned().or_else(|| Url::parse("https://unknown.invalid/").ok()) else { return false };
    let headers = vec![("content-type".to_owned(), "text/html".to_owned())];
    let (requested, final_url) = (url.clone(), url);
    let head = Head { requested, final_url, status: 200, headers, hops: Vec::new(), remote: None, certificate: None };
    let at = version.time.unwrap_or(Timestamp::UNIX_EPOCH);
    let (persona, transferred) = (Persona::Desktop, body.len() as u64);
    let capture = Capture { persona, at, head, body: body.to_vec(), sha256: Digest::default(), transferred };
    classify(&capture).is_some()
}
