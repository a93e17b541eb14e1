//! What a captured page is worth: parsed, placed among the known states, compared with what was approved, judged.

use super::Desk;
use crate::fetch::Fetcher;
use crate::judge::{self, Facts, Known, decide};
use crate::model::{ApprovedState, Baseline, Capture, Digest, Page, Policy, ScriptReport, Verdict, Words};
use crate::monitor::admission::Place;
use crate::monitor::check::Checker;
use crate::monitor::examine::{Examination, Read, Source, Terms, examine, examine_in_place, read, scan};
use crate::store::{Result, Store, StoreError};
use std::sync::Arc;
use std::time::Duration;

/// A judged capture, before confirmation.
pub(super) struct Opinion {
    pub(super) state: Digest,
    pub(super) examination: Examination,
    pub(super) special: Option<String>,
    /// It equals an approved state.
    pub(super) approved: bool,
    /// Bodies of approved states that are missing or damaged; none when they were not asked for.
    pub(super) damaged: Option<Vec<Digest>>,
}

/// Parses and judges on a blocking thread. The inner error is a failure of the examination itself: a panic, or time.
pub(super) async fn form_opinion<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    desk: &Desk,
    capture: &Arc<Capture>,
    bare: bool,
) -> Result<std::result::Result<Opinion, String>> {
    let within = checker.world.pace.examine_within;
    let approved = desk.baseline.states.iter().map(|known| known.snapshot.size);
    let place = match admitted(checker, approved.chain([capture.body.len() as u64])).await {
        Ok(place) => place,
        Err(detail) => return Ok(Err(detail)),
    };
    let (first_desk, first_capture) = (desk.clone(), Arc::clone(capture));
    let parsed = match on_a_thread(within, &place, move || parse(&first_desk, &first_capture)).await {
        Ok(parsed) => parsed,
        Err(detail) => return Ok(Err(detail)),
    };
    let bodies = match desk.doubtful || needs_bodies(&parsed, capture, bare) {
        true => Some(approved_bodies(checker, &desk.baseline).await?),
        false => None,
    };
    let (desk, capture) = (desk.clone(), Arc::clone(capture));
    Ok(on_a_thread(within, &place, move || weigh_up(&desk, &capture, parsed, bodies, bare)).await)
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
        None if desk.followed.as_ref().is_some_and(|followed| followed.state == state) => Standing::Followed,
        None => Standing::New,
    };
    Parsed { page: read.page, scripts: read.scripts, state, standing }
}

/// An approved state with a good certificate needs no comparison; one that is older than the ordinary state does, and a
/// followed one too: the rules or the baseline may have changed since it was followed.
fn needs_bodies(parsed: &Parsed, capture: &Capture, bare: bool) -> bool {
    let trusted = capture.head.bad_certificate().is_none();
    let plain = matches!(parsed.standing, Standing::Approved { older: false, .. });
    bare || !(plain && trusted)
}

/// Bodies of the approved states.
#[derive(Default)]
struct Bodies {
    /// Those that can be read, by the index of their state.
    there: Vec<(usize, Vec<u8>)>,
    /// Digests of those that are missing or damaged.
    damaged: Vec<Digest>,
}

/// One damaged object costs one comparison, told as such, and never the whole fleet its watch: a page is judged with the
/// states that are left.
async fn approved_bodies<S: Store, F: Fetcher>(checker: &Checker<S, F>, baseline: &Baseline) -> Result<Bodies> {
    let mut bodies = Bodies::default();
    for (index, known) in baseline.states.iter().enumerate() {
        match checker.store.body(known.snapshot.bytes).await {
            Ok(Some(body)) => bodies.there.push((index, body)),
            Ok(None) | Err(StoreError::Damaged(_) | StoreError::File { .. }) => {
                bodies.damaged.push(known.snapshot.bytes);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(bodies)
}

fn weigh_up(desk: &Desk, capture: &Capture, parsed: Parsed, bodies: Option<Bodies>, bare: bool) -> Opinion {
    let Parsed { page, scripts, state, standing } = parsed;
    let (head, url) = (Some(&capture.head), Some(&capture.head.final_url));
    let now = Read::new(head, url, page, scripts);
    let asked = bodies.is_some();
    let Bodies { there, damaged } = bodies.unwrap_or_default();
    let states = &desk.baseline.states;
    let (places, approved): (Vec<usize>, Vec<Read>) = there
        .iter()
        .filter_map(|(index, body)| {
            Some((*index, read(approved_source(states.get(*index)?, body), &desk.target.masks)))
        })
        .unzip();
    let known = known(desk, &now, &standing, (&places, &approved));
    let (examination, special) = if bare {
        (examine_in_place(&now, &approved, &terms(desk, Known::New)), None)
    } else {
        let special = match known {
            Known::Approved { special, .. } => special.map(ToOwned::to_owned),
            Known::Followed | Known::New => None,
        };
        (compared(desk, &now, known, &approved, &damaged), special)
    };
    let approved = matches!(known, Known::Approved { .. });
    Opinion { state, examination, special, approved, damaged: asked.then_some(damaged) }
}

/// The page compared with the approved states that can be read; never quieter than a review when one of them cannot.
fn compared(desk: &Desk, now: &Read, known: Known, approved: &[Read], damaged: &[Digest]) -> Examination {
    let mut examination = match (known, approved.is_empty(), damaged.is_empty()) {
        // Nothing to compare: an approved state, with a good certificate.
        (Known::Approved { .. }, true, true) => at_once(known, desk.target.policy),
        // Nothing left to compare with: a sign of attack must stand in the page itself.
        (Known::Followed | Known::New, true, false) => alone(desk, now),
        _ => examine(now, approved, &terms(desk, known)),
    };
    if !damaged.is_empty() {
        let reason = Words::new(
            "an approved state in the record is missing or damaged, so the comparison is incomplete; `hinomi baseline verify` says where",
            "承認記録にある承認済みの状態が失われているか壊れているため、比較が不完全です。`hinomi baseline verify` で場所を確認できます",
        );
        judge::add_reason(&mut examination.judgement, Verdict::Review, reason);
    }
    examination
}

fn alone(desk: &Desk, now: &Read) -> Examination {
    let (findings, judgement) = scan(now, desk.organisation.as_deref());
    Examination { difference: None, findings, judgement }
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

fn known<'a>(desk: &'a Desk, now: &Read, standing: &Standing, (places, approved): (&[usize], &[Read])) -> Known<'a> {
    match *standing {
        Standing::New => Known::New,
        Standing::Followed => Known::Followed,
        Standing::Approved { index, older } => {
            let Some(state) = desk.baseline.states.get(index) else { return Known::New };
            let ordinary = desk.baseline.states.iter().rposition(|known| known.special.is_none());
            let place = ordinary.and_then(|at| places.iter().position(|place| *place == at));
            let outdated = older && place.and_then(|at| approved.get(at)).is_some_and(|then| acts_anew(now, then));
            Known::Approved { special: state.special.as_deref(), expired: state.expires <= desk.now, outdated }
        }
    }
}

/// Whether a page holds something that acts and that the ordinary page does not hold.
fn acts_anew(page: &Read, ordinary: &Read) -> bool {
    let there = |identity: Digest| ordinary.page.active.iter().any(|item| item.identity == identity);
    page.page.active.iter().any(|item| !there(item.identity))
}

pub(super) fn source(capture: &Capture) -> Source<'_, '_> {
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

/// A place for pages of these sizes; the error says that others held all places too long.
pub(super) async fn admitted<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    sizes: impl Iterator<Item = u64>,
) -> std::result::Result<Arc<Place>, String> {
    let patience = checker.world.pace.examine_within.saturating_mul(4);
    match tokio::time::timeout(patience, checker.world.examining.admit(sizes)).await {
        Ok(place) => Ok(Arc::new(place)),
        Err(_) => Err("other pages held all places for examinations; see check.memory".to_owned()),
    }
}

/// Runs pure work on a blocking thread. A panic or too long a time is told, not passed on. Work that goes on beyond its
/// time keeps its place until it ends, so that it cannot pile up.
pub(super) async fn on_a_thread<T: Send + 'static>(
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
