//! What the page loads, with the bytes that its examination needs.

use super::Desk;
use super::thread::on_a_thread;
use crate::diff;
use crate::fetch::Fetcher;
use crate::model::{ApprovedState, Digest, Resource, ResourceKind, kept_bytes};
use crate::monitor::admission::Place;
use crate::monitor::check::Checker;
use crate::monitor::linked::{Bodies, with_states};
use crate::monitor::resources::{self, Visit};
pub(super) use crate::monitor::resources::{are_fresh, fetched, look_at};
use crate::store::{Result, Store};
use std::collections::HashSet;
use std::sync::Arc;

/// Bytes of what a page loads that are examined at a time, and of what they take the place of: a page that loads more must
/// not take all time and memory.
const MOST_BYTES: u64 = 8 << 20;

/// What the page loads.
#[derive(Debug, Default)]
pub(super) struct Loads {
    /// As it was seen.
    pub(super) resources: Arc<Vec<Resource>>,
    /// The bytes that no approved state holds, and those they take the place of.
    pub(super) bodies: Bodies,
}

/// Sets the states of documents. The inner error is a failure of the parsing.
pub(super) async fn settled<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    desk: &Desk,
    place: &Arc<Place>,
    loads: Loads,
) -> std::result::Result<Loads, String> {
    if loads.resources.iter().all(|resource| resource.kind != ResourceKind::Frame) {
        return Ok(loads);
    }
    let desk = desk.clone();
    let settle = move || {
        let known: Vec<&Resource> = known(&desk).collect();
        let resources = with_states(loads.resources.to_vec(), &known, &loads.bodies);
        Loads { resources: Arc::new(resources), bodies: loads.bodies }
    };
    on_a_thread(checker.world.pace.examine_within, place, settle).await
}

/// Everything that approved, followed and last seen states load.
fn known(desk: &Desk) -> impl Iterator<Item = &Resource> {
    let approved = desk.baseline.states.iter().flat_map(|state| &state.snapshot.resources);
    approved.chain(desk.followed.iter().flat_map(|followed| &followed.resources)).chain(desk.before.iter())
}

/// The bytes that an examination needs: those that no approved state holds, and those they take the place of. Asks no host;
/// what is to be had from one alone is returned beside them.
pub(super) async fn near<'n, S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    desk: &Desk,
    visit: Visit<'_>,
    now: &'n [Resource],
) -> Result<(Bodies, Vec<&'n Resource>)> {
    let approved: HashSet<Digest> =
        desk.baseline.states.iter().flat_map(|state| kept_bytes(&state.snapshot.resources)).collect();
    let (mut bodies, mut far, mut room) = (Bodies::new(), Vec::new(), MOST_BYTES);
    for resource in now.iter().filter(|resource| resource.is_kept()) {
        let Some(digest) = resource.bytes().filter(|digest| !approved.contains(digest)) else { continue };
        // What does not fit is told as not examined.
        let Some(left) = room.checked_sub(resource.size()) else { continue };
        room = left;
        match resources::near(checker, visit, digest).await? {
            Some(body) => drop(bodies.insert(digest, body)),
            None => far.push(resource),
        }
    }
    let mut room = MOST_BYTES;
    for old in desk.baseline.states.iter().flat_map(|state| replaced(state, now)) {
        let (Some(digest), Some(left)) = (old.bytes(), room.checked_sub(old.size())) else { continue };
        if !bodies.contains_key(&digest)
            && let Some(body) = resources::stored(checker, digest).await?
        {
            bodies.insert(digest, body);
            room = left;
        }
    }
    known_since(checker, desk, now, &mut bodies).await?;
    Ok((bodies, far))
}

/// Adds the bytes of what is approved as it stands, where there are indicators or signatures: they may be younger than the
/// approval.
async fn known_since<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    desk: &Desk,
    now: &[Resource],
    bodies: &mut Bodies,
) -> Result<()> {
    if !desk.knowledge.about().knows_attacks() {
        return Ok(());
    }
    let mut room = MOST_BYTES;
    for resource in now.iter().filter(|resource| resource.is_kept() && !resource.volatile) {
        let (Some(digest), Some(left)) = (resource.bytes(), room.checked_sub(resource.size())) else { continue };
        if !bodies.contains_key(&digest)
            && let Some(body) = resources::stored(checker, digest).await?
        {
            bodies.insert(digest, body);
            room = left;
        }
    }
    Ok(())
}

/// What of an approved state others take the place of.
fn replaced<'s>(state: &'s ApprovedState, now: &[Resource]) -> Vec<&'s Resource> {
    let old = &state.snapshot.resources;
    let listed = diff::resources(old, now).into_iter().filter_map(|change| old.get(change.old?));
    let by_nature = old.iter().filter(|known| {
        known.volatile && now.iter().any(|one| one.is_at_place_of(known) && one.bytes() != known.bytes())
    });
    listed.chain(by_nature).filter(|resource| resource.is_kept()).collect()
}
