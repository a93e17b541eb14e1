//! Looks at what pages load: through the same guard, in parallel and courteously, within limits, and once for all that load it.

mod answer;
mod bytes;
mod fleet;
mod look;

pub(super) use bytes::{Bag, fetched, near, stored, to_keep};
pub(super) use fleet::Fleet;

use super::chance::random;
use super::check::Checker;
use crate::fetch::conditional::must_be_full;
use crate::fetch::{Failure, Fetcher, Request};
use crate::model::{Capture, Fetched, Persona, Resource, ResourceKind, Target, UnseenReason, Wanted};
use crate::store::Store;
use answer::Answer;
use futures_util::stream::{StreamExt as _, iter};
use jiff::{SignedDuration, Timestamp};
use look::Look;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use url::Url;

/// Most resources of a page that are looked at; the others count as unseen, which is told.
const MOST: usize = 64;
/// Of them at a time, so that no page takes more memory than a few bodies.
const AT_ONCE: usize = 8;
/// Bytes after which no more of a page is loaded at one look; what is left over stands as it was seen before, or unseen.
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
    /// The bytes that come home in this check.
    pub(super) bag: &'a Bag,
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
    // Made before any is waited for: a closure inside of the stream could not be sent between threads.
    let looks: Vec<_> = looks.collect();
    iter(looks).buffered(AT_ONCE).collect().await
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
    let answer = match index < MOST {
        true => seen(checker, visit, wanted, purse).await,
        false => Answer::unseen(UnseenReason::TooLarge),
    };
    answer.on(wanted.clone(), is_volatile(wanted))
}

/// What changes by its nature: the document of a frame of another site, and what the list of services says so of.
fn is_volatile(wanted: &Wanted) -> bool {
    !wanted.own && (wanted.kind == ResourceKind::Frame || crate::detect::changes_by_nature(&wanted.url))
}

async fn seen<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    visit: Visit<'_>,
    wanted: &Wanted,
    purse: &Purse,
) -> Answer {
    let known = visit.before.iter().find(|known| known.kind == wanted.kind && known.url == wanted.url);
    let remembered = known.map(Answer::of);
    let shared = checker.world.resources.look(&wanted.url, visit.persona, wanted.kind);
    let Ok(mut look) = timeout_at(purse.until, shared.lock()).await else {
        return remembered.unwrap_or(Answer::unseen(UnseenReason::TotalTimeout));
    };
    let is_fresh = !visit.anew && look.is_fresh(since(visit, wanted));
    if !is_fresh && purse.left.load(Ordering::Relaxed) == 0 {
        // This page's own limit is no word about a URL that others load too.
        return look.last(remembered).unwrap_or(Answer::unseen(UnseenReason::TooLarge));
    }
    if !is_fresh {
        renew(checker, visit, wanted, purse, &mut look).await;
    }
    look.answer(remembered, Timestamp::now())
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
    let full = visit.anew || must_be_full(look.since_full, random());
    let validators = if full { None } else { look.validators() };
    let request = request(visit, &wanted.url, validators);
    let fetched = timeout_at(purse.until, checker.fetcher.fetch(request)).await;
    let now = Timestamp::now();
    match fetched {
        Err(_) => look.missed(UnseenReason::TotalTimeout, now),
        Ok(Err(Failure { reason, .. })) => look.missed(reason, now),
        Ok(Ok(Fetched::NotModified(_))) => look.saw_no_change(now),
        Ok(Ok(Fetched::Full(capture))) => take(checker, visit, (wanted.kind, purse), look, *capture),
    }
}

fn take<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    visit: Visit<'_>,
    (kind, purse): (ResourceKind, &Purse),
    look: &mut Look,
    capture: Capture,
) {
    let now = Timestamp::now();
    let spent = capture.body.len();
    let _ = purse.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some(left.saturating_sub(spent)));
    match answer::content(kind, &capture) {
        Err(reason) => look.missed(reason, now),
        Ok(content) => {
            let header = |name| capture.head.header(name).map(ToOwned::to_owned);
            look.saw(Answer::new(content, &capture.head), (header("etag"), header("last-modified")), now);
            // Of a picture the digest is all that is ever asked for.
            if kind != ResourceKind::Picture {
                let body = Arc::new(capture.body);
                visit.bag.keep(capture.sha256, &body);
                checker.world.resources.keep(capture.sha256, &body);
            }
        }
    }
}

fn request(visit: Visit<'_>, url: &Url, validators: Option<look::Validators>) -> Request {
    let page = Some(visit.page.clone());
    Request { url: url.clone(), persona: visit.persona, validators, fresh_connection: visit.anew, page }
}
