//! The second half of a check, for answers that are not the ones judged last: known state, or examined and confirmed.

use super::admission::Place;
use super::check::Checker;
use super::examine::{Examination, Read, Source, Terms, examine, examine_in_place, read};
use crate::fetch::classify::classify;
use crate::fetch::{Fetcher, Request};
use crate::judge::{Facts, Known, decide};
use crate::model::{
    ApprovedState, Baseline, Capture, Digest, Excerpt, Fetched, Judged, Judgement, Page, Persona, Policy, ScriptReport,
    Target, TargetState, UnseenReason, Verdict,
};
use crate::store::{Result, Store, StoreError};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) target: &'a Target,
    pub(super) persona: Persona,
    pub(super) state: &'a TargetState,
    pub(super) fingerprint: Digest,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Looked {
    Judged(Box<JudgedLook>),
    Unseen { reason: UnseenReason, detail: String, capture: Box<Capture> },
}

/// A page that was judged.
#[derive(Debug)]
pub(super) struct JudgedLook {
    pub(super) capture: Arc<Capture>,
    pub(super) judged: Judged,
    pub(super) excerpts: Vec<Excerpt>,
    pub(super) confirmed: Option<bool>,
    /// Name of the special page it equals, and of the one shown before.
    pub(super) special: (Option<String>, Option<String>),
}

/// What the examination on its thread is made from; owned, so that it can move there.
#[derive(Clone)]
struct Desk {
    target: Arc<Target>,
    organisation: Option<String>,
    baseline: Arc<Baseline>,
    followed: Option<Digest>,
    now: Timestamp,
}

/// A judged capture, before confirmation.
struct Opinion {
    state: Digest,
    examination: Examination,
    special: Option<String>,
}

pub(super) async fn look_closer<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    look: Look<'_>,
    capture: Capture,
) -> Result<Looked> {
    let registry = checker.world.registry();
    let desk = Desk {
        target: Arc::new(look.target.clone()),
        organisation: registry.owner(look.target).map(|owner| owner.name.clone()),
        baseline: Arc::new(checker.store.baseline(look.target.id.clone(), look.persona).await?),
        followed: look.state.followed.as_ref().map(|snapshot| snapshot.state),
        now: capture.at,
    };
    let trouble = classify(Some(&capture.head), &capture.body);
    let capture = Arc::new(capture);
    let opinion = match form_opinion(checker, &desk, &capture, trouble.is_some()).await? {
        Ok(opinion) => opinion,
        Err(detail) => return Ok(unseen(UnseenReason::InternalError, detail, &capture)),
    };
    let verdict = opinion.examination.judgement.verdict;
    if let Some(reason) = trouble.filter(|_| verdict != Verdict::Alarm) {
        let detail = format!("HTTP status {}", capture.head.status);
        return Ok(unseen(reason, detail, &capture));
    }
    let confirmed = confirm(checker, &look, &desk, &opinion).await?;
    Ok(Looked::Judged(Box::new(put_together(&look, &desk, capture, opinion, confirmed))))
}

fn unseen(reason: UnseenReason, detail: String, capture: &Arc<Capture>) -> Looked {
    Looked::Unseen { reason, detail, capture: Box::new(Capture::clone(capture)) }
}

fn put_together(
    look: &Look,
    desk: &Desk,
    capture: Arc<Capture>,
    opinion: Opinion,
    confirmed: Option<bool>,
) -> JudgedLook {
    let before = look.state.last.as_ref().map(|last| last.state);
    let was_special = desk.baseline.states.iter().find(|known| Some(known.snapshot.state) == before);
    let Examination { difference, findings, judgement } = opinion.examination;
    JudgedLook {
        capture,
        excerpts: difference.map(|difference| difference.excerpts(MAX_EXCERPTS)).unwrap_or_default(),
        judged: Judged { fingerprint: look.fingerprint, state: opinion.state, judgement, findings },
        confirmed,
        special: (opinion.special, was_special.and_then(|known| known.special.clone())),
    }
}

/// Changes kept in readable form.
const MAX_EXCERPTS: usize = 20;

/// Parses and judges on a blocking thread. The inner error is a failure of the examination itself: a panic, or time.
async fn form_opinion<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    desk: &Desk,
    capture: &Arc<Capture>,
    bare: bool,
) -> Result<std::result::Result<Opinion, String>> {
    let within = checker.world.pace.examine_within;
    let approved = desk.baseline.states.iter().map(|known| known.snapshot.size);
    let admitted = checker.world.examining.admit(approved.chain([capture.body.len() as u64]));
    let Ok(place) = tokio::time::timeout(within.saturating_mul(4), admitted).await else {
        return Ok(Err("other pages held all places for examinations; see check.memory".to_owned()));
    };
    let place = Arc::new(place);
    let (first_desk, first_capture) = (desk.clone(), Arc::clone(capture));
    let parsed = match on_a_thread(within, &place, move || parse(&first_desk, &first_capture)).await {
        Ok(parsed) => parsed,
        Err(detail) => return Ok(Err(detail)),
    };
    let bodies = match needs_bodies(&parsed, capture, bare) {
        true => approved_bodies(checker, &desk.baseline).await?,
        false => Ok(Vec::new()),
    };
    let Ok(bodies) = bodies else {
        return Ok(Err("the body of an approved state is missing or damaged; run `hinomi baseline verify`".to_owned()));
    };
    let (desk, capture) = (desk.clone(), Arc::clone(capture));
    Ok(on_a_thread(within, &place, move || weigh_up(&desk, &capture, parsed, &bodies, bare)).await)
}

/// A parsed capture with its place among the known states.
struct Parsed {
    page: Page,
    scripts: Vec<ScriptReport>,
    state: Digest,
    standing: Standing,
}

/// How a state stands to the known ones; the owned form of [`Known`].
enum Standing {
    Approved { index: usize, older: bool },
    Followed,
    New,
}

fn parse(desk: &Desk, capture: &Capture) -> Parsed {
    let read = read(source(capture), &desk.target.masks);
    let state = read.state();
    let ordinary = desk.baseline.states.iter().rfind(|known| known.special.is_none());
    let standing = match desk.baseline.states.iter().rposition(|known| known.snapshot.state == state) {
        Some(index) => {
            let older = ordinary.is_some_and(|ordinary| desk.baseline.states[index].at < ordinary.at);
            Standing::Approved { index, older }
        }
        None if desk.followed == Some(state) => Standing::Followed,
        None => Standing::New,
    };
    Parsed { page: read.page, scripts: read.scripts, state, standing }
}

/// An approved state with a good certificate needs no comparison; one that is older than the ordinary state does, and a
/// followed one too: the rules or the baseline may have changed since it was followed.
fn needs_bodies(parsed: &Parsed, capture: &Capture, bare: bool) -> bool {
    let trusted = capture.head.certificate.as_ref().is_none_or(|certificate| certificate.problem.is_none());
    let plain = matches!(parsed.standing, Standing::Approved { older: false, .. });
    bare || !(plain && trusted)
}

type Bodies = Vec<(usize, Vec<u8>)>;

/// Bodies of the approved states by their index; the inner error: one is missing or damaged.
async fn approved_bodies<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    baseline: &Baseline,
) -> Result<std::result::Result<Bodies, ()>> {
    let mut bodies = Vec::new();
    for (index, known) in baseline.states.iter().enumerate() {
        match checker.store.body(known.snapshot.bytes).await {
            Ok(Some(body)) => bodies.push((index, body)),
            // One damaged object costs one page its comparison, told as such, and never the whole fleet its watch.
            Ok(None) | Err(StoreError::Damaged(_) | StoreError::File { .. }) => return Ok(Err(())),
            Err(error) => return Err(error),
        }
    }
    Ok(Ok(bodies))
}

fn weigh_up(desk: &Desk, capture: &Capture, parsed: Parsed, bodies: &Bodies, bare: bool) -> Opinion {
    let Parsed { page, scripts, state, standing } = parsed;
    let (head, url) = (Some(&capture.head), Some(&capture.head.final_url));
    let now = Read { head, url, page, scripts };
    let states = &desk.baseline.states;
    let approved: Vec<Read> = bodies
        .iter()
        .filter_map(|(index, body)| Some(read(approved_source(states.get(*index)?, body), &desk.target.masks)))
        .collect();
    if bare {
        let examination = examine_in_place(&now, &approved, &terms(desk, Known::New));
        return Opinion { state, examination, special: None };
    }
    let known = known(desk, &now, &standing, &approved);
    let special = match known {
        Known::Approved { special, .. } => special.map(ToOwned::to_owned),
        Known::Followed | Known::New => None,
    };
    let examination = match (known, approved.is_empty()) {
        // Nothing to compare: an approved state, with a good certificate.
        (Known::Approved { .. }, true) => at_once(known, desk.target.policy),
        _ => examine(&now, &approved, &terms(desk, known)),
    };
    Opinion { state, examination, special }
}

/// What the page is compared under.
fn terms<'a>(desk: &'a Desk, known: Known<'a>) -> Terms<'a> {
    let ordinary = desk.baseline.states.iter().rfind(|known| known.special.is_none());
    Terms {
        organisation: desk.organisation.as_deref(),
        policy: desk.target.policy,
        known,
        approval_ended: ordinary.is_some_and(|state| state.expires <= desk.now),
    }
}

fn at_once(known: Known, policy: Policy) -> Examination {
    let judgement = decide(&Facts { findings: &[], difference: None, known, policy, approval_ended: false });
    Examination { difference: None, findings: Vec::new(), judgement }
}

fn known<'a>(desk: &'a Desk, now: &Read, standing: &Standing, approved: &[Read]) -> Known<'a> {
    match *standing {
        Standing::New => Known::New,
        Standing::Followed => Known::Followed,
        Standing::Approved { index, older } => {
            let Some(state) = desk.baseline.states.get(index) else { return Known::New };
            let ordinary = desk.baseline.states.iter().rposition(|known| known.special.is_none());
            let outdated = older && ordinary.and_then(|at| approved.get(at)).is_some_and(|then| acts_anew(now, then));
            Known::Approved { special: state.special.as_deref(), expired: state.expires <= desk.now, outdated }
        }
    }
}

/// Whether a page holds something that acts and that the ordinary page does not hold.
fn acts_anew(page: &Read, ordinary: &Read) -> bool {
    let there = |identity: Digest| ordinary.page.active.iter().any(|item| item.identity == identity);
    page.page.active.iter().any(|item| !there(item.identity))
}

/// A second fetch, unconditional and over a new connection, for an alarm that is not certain and not known yet.
async fn confirm<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    look: &Look<'_>,
    desk: &Desk,
    opinion: &Opinion,
) -> Result<Option<bool>> {
    let judgement: &Judgement = &opinion.examination.judgement;
    let known = look.state.incidents.iter().any(|incident| incident.alarmed_state == Some(opinion.state));
    if judgement.verdict != Verdict::Alarm || judgement.certain || known {
        return Ok(None);
    }
    tokio::time::sleep(checker.world.pace.confirm_after).await;
    let url = look.target.url.clone();
    let request = Request { url, persona: look.persona, validators: None, fresh_connection: true };
    let Ok(Fetched::Full(capture)) = checker.fetcher.fetch(request).await else { return Ok(None) };
    let bare = classify(Some(&capture.head), &capture.body).is_some();
    let second = form_opinion(checker, desk, &Arc::new(*capture), bare).await?;
    let again = second.ok().map(|second| second.examination.judgement.verdict == Verdict::Alarm);
    // An error page in between says nothing about whether the alarm would have come again.
    Ok(again.filter(|again| *again || !bare))
}

fn source(capture: &Capture) -> Source<'_, '_> {
    Source {
        body: &capture.body,
        head: Some(&capture.head),
        url: Some(&capture.head.final_url),
        name: None,
        believed: false,
    }
}

fn approved_source<'a>(state: &'a ApprovedState, body: &'a [u8]) -> Source<'a, 'a> {
    let head = &state.snapshot.head;
    Source { body, head: Some(head), url: Some(&head.final_url), name: None, believed: false }
}

/// Runs pure work on a blocking thread. A panic or too long a time is told, not passed on. Work that goes on beyond its
/// time keeps its place until it ends, so that it cannot pile up.
async fn on_a_thread<T: Send + 'static>(
    within: Duration,
    place: &Arc<Place>,
    work: impl FnOnce() -> T + Send + 'static,
) -> std::result::Result<T, String> {
    let place = Arc::clone(place);
    let work = move || {
        let _place = place;
        work()
    };
    match tokio::time::timeout(within, tokio::task::spawn_blocking(work)).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(failed)) => Err(format!("the examination failed: {}", panic_text(failed))),
        Err(_) => Err(format!("the examination took longer than {} s", within.as_secs())),
    }
}

fn panic_text(failed: tokio::task::JoinError) -> String {
    match failed.try_into_panic() {
        Ok(panic) => {
            let text = panic.downcast_ref::<&str>().map(ToString::to_string);
            text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panic".to_owned())
        }
        Err(cancelled) => cancelled.to_string(),
    }
}
