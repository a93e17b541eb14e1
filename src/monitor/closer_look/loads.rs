//! What the page loads, with the bytes that its examination needs.

use super::thread::on_a_thread;
use super::{Desk, Manner};
use crate::diff;
use crate::fetch::Fetcher;
use crate::model::{ApprovedState, Capture, Digest, Resource, ResourceKind, kept_bytes};
use crate::monitor::admission::Place;
use crate::monitor::check::Checker;
use crate::monitor::linked::{Bodies, with_states};
use crate::monitor::resources::{self, Visit};
pub(super) use crate::monitor::resources::{are_fresh, look_at};
use crate::store::{Result, Store};
use std::collections::HashSet;
use std::sync::Arc;

/// Bytes of what a page loads that are examined at a time: a page that loads more must not take all time and memory.
const MOST_BYTES: u64 = 8 << 20;

/// What the page loads.
#[derive(Debug, Default)]
pub(super) struct Loads {
    /// As it was seen.
    pub(super) resources: Arc<Vec<Resource>>,
    /// The bytes that no approved state holds, and those they take the place of.
    pub(super) bodies: Bodies,
}

/// Gets the bytes that are needed, and the states of documents. The inner error is a failure of the parsing.
pub(super) async fn load<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    desk: &Desk,
    capture: &Capture,
    manner: Manner,
    (resources, place): (Vec<Resource>, &Arc<Place>),
) -> Result<std::result::Result<Loads, String>> {
    let bodies = bodies(checker, desk, desk.visit(capture, manner), &resources).await?;
    if resources.iter().all(|resource| resource.kind != ResourceKind::Frame) {
        return Ok(Ok(Loads { resources: Arc::new(resources), bodies }));
    }
    let desk = desk.clone();
    let settle = move || {
        let known: Vec<&Resource> = known(&desk).collect();
        Loads { resources: Arc::new(with_states(resources, &known, &bodies)), bodies }
    };
    Ok(on_a_thread(checker.world.pace.examine_within, place, settle).await)
}

/// Everything that approved, followed and last seen states load.
fn known(desk: &Desk) -> impl Iterator<Item = &Resource> {
    let approved = desk.baseline.states.iter().flat_map(|state| &state.snapshot.resources);
    approved.chain(desk.followed.iter().flat_map(|followed| &followed.resources)).chain(desk.before.iter())
}

async fn bodies<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    desk: &Desk,
    visit: Visit<'_>,
    now: &[Resource],
) -> Result<Bodies> {
    let approved: HashSet<Digest> =
        desk.baseline.states.iter().flat_map(|state| kept_bytes(&state.snapshot.resources)).collect();
    let (mut bodies, mut room) = (Bodies::new(), MOST_BYTES);
    for resource in now.iter().filter(|resource| resource.is_kept()) {
        let Some(digest) = resource.bytes().filter(|digest| !approved.contains(digest)) else { continue };
        // What does not fit is told as not examined.
        let Some(left) = room.checked_sub(resource.size()) else { continue };
        if let Some(body) = resources::bytes(checker, visit, resource).await? {
            bodies.insert(digest, body);
            room = left;
        }
    }
    for digest in desk.baseline.states.iter().flat_map(|state| replaced(state, now)) {
        if let Some(body) = resources::stored(checker, digest).await? {
            bodies.insert(digest, body);
        }
    }
    Ok(bodies)
}

/// The bytes of an approved state that others take the place of.
fn replaced(state: &ApprovedState, now: &[Resource]) -> Vec<Digest> {
    let old = &state.snapshot.resources;
    let listed = diff::resources(old, now).into_iter().filter_map(|change| old.get(change.old?));
    let by_nature = old.iter().filter(|known| {
        known.volatile && now.iter().any(|one| one.is_at_place_of(known) && one.bytes() != known.bytes())
    });
    let replaced = listed.chain(by_nature).filter(|resource| resource.is_kept());
    replaced.filter_map(Resource::bytes).collect()
}
