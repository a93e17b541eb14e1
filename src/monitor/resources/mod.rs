//! Looks at what pages load: through the same guard, in parallel and courteously, within limits, and once for all that load it.

mod answer;
mod fleet;
mod look;

pub(super) use fleet::Fleet;

use super::chance::random;
use super::check::Checker;
use crate::fetch::conditional::must_be_full;
use crate::fetch::{Failure, Fetcher, Request};
use crate::model::{Capture, Content, Digest, Fetched, Persona, Resource, Target, UnseenReason, Wanted, kept_bytes};
use crate::store::{Result, Store, StoreError};
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use look::Look;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use url::Url;

/// Most resources of a page that are looked at; the others count as unseen, which is told.
const MOST: usize = 64;
/// Bytes that one page may make us load at one look; what comes after them counts as unseen.
const MOST_BYTES: usize = 32 << 20;
/// Time for all of a page's resources together.
const WITHIN: Duration = Duration::from_secs(30);
/// A look this young counts for another page of the same site as well.
const YOUNG: SignedDuration = SignedDuration::from_secs(30);

/// Since when something on the page's own site must have been looked at in a usual check that begins now: in every check,
/// but once for pages that are checked together.
pub(super) fn usual_since(target: &Target, now: Timestamp) -> Timestamp {
    now.saturating_sub(YOUNG.min(interval(target) / 2)).unwrap_or(now)
}

/// Who loads them, and how thoroughly they are looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Visit<'a> {
    /// The target.
    pub(super) target: &'a Target,
    /// As whom.
    pub(super) persona: Persona,
    /// The page that loads them.
    pub(super) page: &'a Url,
    /// Looks at what lies on the page's own site count from then on.
    pub(super) since: Timestamp,
    /// Every one anew, unconditionally and over new connections.
    pub(super) anew: bool,
    /// What was seen at the last check.
    pub(super) before: &'a [Resource],
}

/// What is spent on one page.
struct Purse {
    left: AtomicUsize,
    until: Instant,
}

/// What a page loads, as it is now. `volatile` says what changes by nature.
pub(super) async fn look_at<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    visit: Visit<'_>,
    wanted: &[Wanted],
) -> Vec<Resource> {
    let purse = Purse { left: AtomicUsize::new(MOST_BYTES), until: Instant::now() + WITHIN };
    let looks = wanted.iter().enumerate().map(|(index, one)| look(checker, visit, one, index, &purse));
    join_all(looks).await
}

/// Whether all of it was looked at a moment ago, so that nothing has to be waited for.
pub(super) fn are_fresh<S: Store, F: Fetcher>(checker: &Checker<S, F>, visit: Visit<'_>, wanted: &[Wanted]) -> bool {
    let is_fresh = |one: &Wanted| {
        let shared = checker.world.resources.look(&one.url, visit.persona, one.kind);
        shared.try_lock().is_ok_and(|look| look.is_fresh(since(visit, one)))
    };
    !visit.anew && wanted.iter().take(MOST).all(is_fresh)
}

async fn look<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    visit: Visit<'_>,
    wanted: &Wanted,
    index: usize,
    purse: &Purse,
) -> Resource {
    let content = match index < MOST {
        true => seen(checker, visit, wanted, purse).await,
        false => Content::Unseen { reason: UnseenReason::TooLarge },
    };
    let Wanted { kind, ref url, own } = *wanted;
    Resource { kind, url: url.clone(), own, volatile: is_volatile(wanted), content }
}

/// What changes by its nature: the document of a frame of another site, and what the list of services says so of.
fn is_volatile(wanted: &Wanted) -> bool {
    !wanted.own && (wanted.kind == crate::model::ResourceKind::Frame || crate::detect::changes_by_nature(&wanted.url))
}

async fn seen<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    visit: Visit<'_>,
    wanted: &Wanted,
    purse: &Purse,
) -> Content {
    let known = visit.before.iter().find(|known| known.kind == wanted.kind && known.url == wanted.url);
    let remembered = known.map(|known| known.content);
    let shared = checker.world.resources.look(&wanted.url, visit.persona, wanted.kind);
    let Ok(mut look) = timeout_at(purse.until, shared.lock()).await else {
        return remembered.unwrap_or(Content::Unseen { reason: UnseenReason::TotalTimeout });
    };
    if visit.anew || !look.is_fresh(since(visit, wanted)) {
        renew(checker, visit, wanted, purse, &mut look).await;
    }
    look.content(remembered, Timestamp::now())
}

/// From when on a look counts: what lies elsewhere is looked at once in an interval for all pages, which are due a little
/// earlier or later each time.
fn since(visit: Visit<'_>, wanted: &Wanted) -> Timestamp {
    let now = Timestamp::now();
    if wanted.own { visit.since } else { now.saturating_sub(interval(visit.target) * 9 / 10).unwrap_or(now) }
}

fn interval(target: &Target) -> SignedDuration {
    SignedDuration::try_from(target.interval).unwrap_or(YOUNG)
}

async fn renew<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    visit: Visit<'_>,
    wanted: &Wanted,
    purse: &Purse,
    look: &mut Look,
) {
    if purse.left.load(Ordering::Relaxed) == 0 {
        return look.missed(UnseenReason::TooLarge, Timestamp::now());
    }
    let full = visit.anew || must_be_full(look.since_full, random());
    let validators = if full { None } else { look.validators() };
    let request = request(visit, &wanted.url, validators);
    let fetched = timeout_at(purse.until, checker.fetcher.fetch(request)).await;
    let now = Timestamp::now();
    match fetched {
        Err(_) => look.missed(UnseenReason::TotalTimeout, now),
        Ok(Err(Failure { reason, .. })) => look.missed(reason, now),
        Ok(Ok(Fetched::NotModified(_))) => look.saw_no_change(now),
        Ok(Ok(Fetched::Full(capture))) => take(checker, wanted, purse, look, *capture),
    }
}

fn take<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    wanted: &Wanted,
    purse: &Purse,
    look: &mut Look,
    capture: Capture,
) {
    let now = Timestamp::now();
    let spent = capture.body.len();
    let _ = purse.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some(left.saturating_sub(spent)));
    match answer::content(wanted.kind, &capture) {
        Err(reason) => look.missed(reason, now),
        Ok(content) => {
            let header = |name| capture.head.header(name).map(ToOwned::to_owned);
            look.saw(content, (header("etag"), header("last-modified")), now);
            checker.world.resources.keep(capture.sha256, &Arc::new(capture.body));
        }
    }
}

fn request(visit: Visit<'_>, url: &Url, validators: Option<look::Validators>) -> Request {
    let page = Some(visit.page.clone());
    Request { url: url.clone(), persona: visit.persona, validators, fresh_connection: visit.anew, page }
}

/// The bytes of a resource as it was seen: at hand, from the store, or fetched once more. None when they cannot be had, or
/// when it shows other bytes by now.
pub(super) async fn bytes<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    visit: Visit<'_>,
    resource: &Resource,
) -> Result<Option<Arc<Vec<u8>>>> {
    let Some(digest) = resource.bytes() else { return Ok(None) };
    if let Some(body) = checker.world.resources.at_hand(digest) {
        return Ok(Some(body));
    }
    if let Some(body) = stored(checker, digest).await? {
        return Ok(Some(body));
    }
    let fetched = tokio::time::timeout(WITHIN, checker.fetcher.fetch(request(visit, &resource.url, None))).await;
    Ok(match fetched {
        Ok(Ok(Fetched::Full(capture))) if capture.sha256 == digest => Some(Arc::new(capture.body)),
        _ => None,
    })
}

/// Bytes from the store; none when they are missing or damaged.
pub(super) async fn stored<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    digest: Digest,
) -> Result<Option<Arc<Vec<u8>>>> {
    match checker.store.body(digest).await {
        Ok(body) => Ok(body.map(Arc::new)),
        Err(StoreError::Damaged(_) | StoreError::File { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The bytes that have to be kept with a page and are not yet, as far as they can be had.
pub(super) async fn to_keep<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    visit: Visit<'_>,
    now: &[Resource],
) -> Result<Vec<(Digest, Vec<u8>)>> {
    let missing = checker.store.missing(kept_bytes(now).collect()).await?;
    let mut bodies = Vec::new();
    for resource in now.iter().filter(|one| one.bytes().is_some_and(|digest| missing.contains(&digest))) {
        if let Some(body) = bytes(checker, visit, resource).await? {
            bodies.extend(resource.bytes().map(|digest| (digest, body.to_vec())));
        }
    }
    Ok(bodies)
}
