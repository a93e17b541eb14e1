//! A place and a thread for the pure part of a check: bounded in memory and time, a panic told.

use crate::fetch::Fetcher;
use crate::monitor::admission::Place;
use crate::monitor::check::Checker;
use crate::store::Store;
use std::sync::Arc;
use std::time::Duration;

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
