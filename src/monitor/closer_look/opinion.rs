//! What a captured page is worth: parsed, placed among the known states, compared with what was approved, judged.

use super::learning::{self, First};
use super::loads::{self, Loads};
use super::thread::{admitted, on_a_thread};
use super::weigh::weigh_up;
use super::{Desk, Manner};
use crate::fetch::Fetcher;
use crate::model::{Capture, Digest, Learned, Page, Resource, ScriptReport, Wanted, state_digest};
use crate::monitor::admission::Place;
use crate::monitor::check::Checker;
use crate::monitor::examine::{Examination, Source, read};
use crate::monitor::linked::Bodies;
use crate::parse;
use crate::store::{Result, Store, StoreError};
use std::sync::Arc;

/// A judged capture, before confirmation.
pub(super) struct Opinion {
    pub(super) state: Digest,
    pub(super) examination: Examination,
    pub(super) special: Option<String>,
    /// It equals an approved state.
    pub(super) approved: bool,
    /// Bodies of approved states that are missing or damaged; none when they were not asked for.
    pub(super) damaged: Option<Vec<Digest>>,
    /// What the page loads.
    pub(super) resources: Arc<Vec<Resource>>,
    /// What is normal for the page, after it; none when it taught nothing.
    pub(super) learned: Option<Learned>,
}

/// Why no opinion could be formed: a panic, or time.
type Opined<T> = Result<std::result::Result<T, String>>;

/// Goes on with the value, or ends with the reason why there is none.
macro_rules! or_return {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(detail) => return Ok(Err(detail)),
        }
    };
}

/// Parses and judges on a blocking thread. The inner error is a failure of the examination itself.
pub(super) async fn form_opinion<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    desk: &Desk,
    capture: &Arc<Capture>,
    manner: Manner,
) -> Opined<Opinion> {
    let (parsed, place, loads) = or_return!(look_over(checker, desk, capture, manner).await?);
    let loads = or_return!(loads::settled(checker, desk, &place, loads).await);
    let state = state_digest(&parsed.page, &capture.head, &loads.resources);
    let standing = standing(desk, state);
    let bodies = match desk.doubtful || needs_bodies(&standing, capture, manner.bare) {
        true => Some(approved_bodies(checker, desk).await?),
        false => None,
    };
    let first = learning::first(checker, desk).await?;
    let placed = Placed { parsed, state, standing, loads, first };
    let (desk, capture) = (desk.clone(), Arc::clone(capture));
    let within = checker.world.pace.examine_within;
    Ok(on_a_thread(within, &place, move || weigh_up(&desk, &capture, placed, bodies, manner.bare)).await)
}

/// A parsed capture.
pub(super) struct Parsed {
    pub(super) page: Page,
    pub(super) scripts: Vec<ScriptReport>,
    wanted: Vec<Wanted>,
}

/// A parsed capture with its place among the known states.
pub(super) struct Placed {
    pub(super) parsed: Parsed,
    pub(super) state: Digest,
    pub(super) standing: Standing,
    pub(super) loads: Loads,
    pub(super) first: First,
}

/// How a state stands to the known ones; the owned form of [`Known`](crate::judge::Known).
pub(super) enum Standing {
    Approved { index: usize, older: bool },
    Followed,
    New,
}

/// Parses a capture and looks at what its page loads. While hosts are waited for, neither the parsed page nor its place is
/// held: it is parsed once more then, in a place that has room for what came.
async fn look_over<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    desk: &Desk,
    capture: &Arc<Capture>,
    manner: Manner,
) -> Opined<(Parsed, Arc<Place>, Loads)> {
    let (parsed, place) = or_return!(parsed(checker, desk, capture, &Bodies::new()).await);
    if manner.bare {
        return Ok(Ok((parsed, place, Loads::default())));
    }
    let visit = desk.visit(capture, manner);
    if loads::are_fresh(checker, visit, &parsed.wanted) {
        let resources = loads::look_at(checker, visit, &parsed.wanted).await;
        let (bodies, far) = loads::near(checker, desk, visit, &resources).await?;
        if far.is_empty() && bodies.is_empty() {
            return Ok(Ok((parsed, place, Loads { resources: Arc::new(resources), bodies })));
        }
    }
    let Parsed { wanted, .. } = parsed;
    drop(place);
    let resources = loads::look_at(checker, visit, &wanted).await;
    let (mut bodies, far) = loads::near(checker, desk, visit, &resources).await?;
    bodies.extend(loads::fetched(checker, visit, &far).await);
    let (parsed, place) = or_return!(self::parsed(checker, desk, capture, &bodies).await);
    Ok(Ok((parsed, place, Loads { resources: Arc::new(resources), bodies })))
}

async fn parsed<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    desk: &Desk,
    capture: &Arc<Capture>,
    loaded: &Bodies,
) -> std::result::Result<(Parsed, Arc<Place>), String> {
    let approved = desk.baseline.states.iter().map(|known| known.snapshot.size);
    let compared = approved.chain(desk.waiting.as_ref().map(|waiting| waiting.size));
    // Files are read one at a time, each beside the one before it.
    let largest = loaded.values().map(|body| body.len() as u64).max().unwrap_or_default();
    let place = admitted(checker, compared.chain([capture.body.len() as u64, largest, largest])).await?;
    let (desk, capture) = (desk.clone(), Arc::clone(capture));
    let parsed = on_a_thread(checker.world.pace.examine_within, &place, move || parse(&desk, &capture)).await?;
    Ok((parsed, place))
}

fn parse(desk: &Desk, capture: &Capture) -> Parsed {
    let read = read(source(capture, &[]), &desk.target.masks);
    let wanted = parse::resources(&read.page, &capture.head.final_url);
    Parsed { page: read.page, scripts: read.scripts, wanted }
}

fn standing(desk: &Desk, state: Digest) -> Standing {
    let states = &desk.baseline.states;
    match states.iter().rposition(|known| known.snapshot.state == state) {
        Some(index) => {
            // Ordinary states that stand beside each other are all as good as new.
            let special = states[index].special.is_some();
            let older = special && desk.baseline.ordinary().any(|ordinary| states[index].at < ordinary.at);
            Standing::Approved { index, older }
        }
        None if desk.followed.as_ref().is_some_and(|followed| followed.state == state) => Standing::Followed,
        None => Standing::New,
    }
}

/// An approved state with a good certificate needs no comparison; one that is older than the ordinary state does, and a
/// followed one too: the rules or the baseline may have changed since it was followed.
fn needs_bodies(standing: &Standing, capture: &Capture, bare: bool) -> bool {
    let trusted = capture.head.bad_certificate().is_none();
    let plain = matches!(standing, Standing::Approved { older: false, .. });
    bare || !(plain && trusted)
}

/// Bodies of the approved states.
#[derive(Default)]
pub(super) struct Approved {
    /// Those that can be read, by the index of their state.
    pub(super) there: Vec<(usize, Vec<u8>)>,
    /// Digests of those that are missing or damaged.
    pub(super) damaged: Vec<Digest>,
}

/// One damaged object costs one comparison, told as such, and never the whole fleet its watch: a page is judged with the
/// states that are left.
async fn approved_bodies<S: Store, F: Fetcher>(checker: &Checker<S, F>, desk: &Desk) -> Result<Approved> {
    let mut bodies = Approved::default();
    for (index, known) in desk.baseline.in_use(desk.now) {
        match body_of(checker, known.snapshot.bytes).await? {
            Some(body) => bodies.there.push((index, body)),
            None => bodies.damaged.push(known.snapshot.bytes),
        }
    }
    Ok(bodies)
}

/// A body by its digest; none when it is missing or damaged.
pub(super) async fn body_of<S: Store, F: Fetcher>(checker: &Checker<S, F>, digest: Digest) -> Result<Option<Vec<u8>>> {
    match checker.store.body(digest).await {
        Err(StoreError::Damaged(_) | StoreError::File { .. }) => Ok(None),
        other => other,
    }
}

/// A capture as it is read.
pub(super) fn source<'a>(capture: &'a Capture, resources: &'a [Resource]) -> Source<'a, 'a> {
    Source::answer(&capture.body, &capture.head, resources)
}
