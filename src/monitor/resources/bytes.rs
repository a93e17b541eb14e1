//! The bytes of what pages load: those that came home in this check, those at hand, stored ones, and once more from the host.

use super::{AT_ONCE, Visit, WITHIN, request};
use crate::fetch::Fetcher;
use crate::model::{Digest, Fetched, Resource, kept_bytes};
use crate::monitor::check::Checker;
use crate::store::{Result, Store, StoreError};
use futures_util::stream::{StreamExt as _, iter};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::time::{Instant, timeout_at};

/// Bytes that one check keeps for its own examination.
const MOST_BYTES: usize = 8 << 20;

/// The bytes that came home in one check: nobody else's can push them out before they are examined.
#[derive(Debug, Default)]
pub(in crate::monitor) struct Bag(Mutex<HashMap<Digest, Arc<Vec<u8>>>>);

impl Bag {
    pub(super) fn keep(&self, digest: Digest, body: &Arc<Vec<u8>>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let held: usize = kept.values().map(|body| body.len()).sum();
        if held + body.len() <= MOST_BYTES {
            kept.insert(digest, Arc::clone(body));
        }
    }

    fn get(&self, digest: Digest) -> Option<Arc<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&digest).map(Arc::clone)
    }
}

/// Bytes that are to be had without asking a host.
pub(in crate::monitor) async fn near<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    visit: Visit<'_>,
    digest: Digest,
) -> Result<Option<Arc<Vec<u8>>>> {
    match visit.bag.get(digest).or_else(|| checker.world.resources.at_hand(digest)) {
        Some(body) => Ok(Some(body)),
        None => stored(checker, digest).await,
    }
}

/// Bytes from the store; none when they are missing or damaged.
pub(in crate::monitor) async fn stored<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    digest: Digest,
) -> Result<Option<Arc<Vec<u8>>>> {
    match checker.store.body(digest).await {
        Ok(body) => Ok(body.map(Arc::new)),
        Err(StoreError::Damaged(_) | StoreError::File { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The bytes of these resources from their hosts, all within half a minute; those that cannot be had, or are others by now,
/// are left out. What changes by nature is taken as it is now.
pub(in crate::monitor) async fn fetched<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    visit: Visit<'_>,
    resources: &[&Resource],
) -> Vec<(Digest, Arc<Vec<u8>>)> {
    let until = Instant::now() + WITHIN;
    let fetches: Vec<_> = resources.iter().map(|resource| fetch(checker, visit, resource, until)).collect();
    let found: Vec<Option<_>> = iter(fetches).buffered(AT_ONCE).collect().await;
    found.into_iter().flatten().collect()
}

async fn fetch<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    visit: Visit<'_>,
    resource: &Resource,
    until: Instant,
) -> Option<(Digest, Arc<Vec<u8>>)> {
    let digest = resource.bytes()?;
    match timeout_at(until, checker.fetcher.fetch(request(visit, &resource.url, None))).await {
        Ok(Ok(Fetched::Full(capture))) if resource.volatile || capture.sha256 == digest => {
            Some((digest, Arc::new(capture.body)))
        }
        _ => None,
    }
}

/// The bytes that have to be kept with a page and are not yet, as far as they can be had.
pub(in crate::monitor) async fn to_keep<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    visit: Visit<'_>,
    now: &[Resource],
) -> Result<Vec<(Digest, Vec<u8>)>> {
    let missing = checker.store.missing(kept_bytes(now).collect()).await?;
    let is_missing = |one: &&Resource| one.bytes().is_some_and(|digest| missing.contains(&digest));
    let (mut bodies, mut far) = (Vec::new(), Vec::new());
    for resource in now.iter().filter(is_missing) {
        let Some(digest) = resource.bytes() else { continue };
        match near(checker, visit, digest).await? {
            Some(body) => bodies.push((digest, body)),
            None => far.push(resource),
        }
    }
    bodies.extend(fetched(checker, visit, &far).await);
    // What changes by nature may be another one by now, which is not what was seen.
    let is_whole = |(digest, body): &(Digest, Arc<Vec<u8>>)| Digest::of(body.as_slice()) == *digest;
    Ok(bodies.into_iter().filter(is_whole).map(|(digest, body)| (digest, body.to_vec())).collect())
}
