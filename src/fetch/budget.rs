//! A budget of bytes shared by all fetches, so that many hostile pages together cannot fill the memory.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What every body may take at once; most pages end within it.
pub(super) const SMALL: usize = 256 << 10;

/// Half of the bytes is for bodies up to 256 KiB; a body that outgrows that waits for room for the largest allowed body in
/// the other half. Who holds large room waits for nothing more, so that bodies cannot block each other for ever.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    small: Arc<Semaphore>,
    large: Arc<Semaphore>,
}

/// Room for one body; given back when it is dropped.
#[derive(Debug)]
pub(super) struct Room {
    budget: Budget,
    _small: Option<OwnedSemaphorePermit>,
    large: Option<OwnedSemaphorePermit>,
}

impl Budget {
    /// A budget of `total` bytes for bodies of at most `max_body` bytes; at least one small and one large body always fit.
    pub(super) fn new(total: usize, max_body: usize) -> Self {
        let slots = |each: usize| Arc::new(Semaphore::new((total / 2 / each.max(1)).clamp(1, Semaphore::MAX_PERMITS)));
        Self { small: slots(SMALL), large: slots(max_body.max(SMALL)) }
    }

    /// Room for a small body, when its turn comes.
    pub(super) async fn admit(&self) -> Room {
        // The semaphores are never closed, so that an error cannot come.
        let small = self.small.clone().acquire_owned().await.ok();
        Room { budget: self.clone(), _small: small, large: None }
    }
}

impl Room {
    /// Whether the body may grow to the largest allowed size.
    pub(super) const fn is_large(&self) -> bool {
        self.large.is_some()
    }

    /// Room for the largest allowed body, when its turn comes.
    pub(super) async fn grow(&mut self) {
        if self.large.is_none() {
            self.large = self.budget.large.clone().acquire_owned().await.ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::timeout;

    const SOON: Duration = Duration::from_millis(5);

    #[tokio::test]
    async fn bodies_beyond_the_budget_wait_until_others_are_done() {
        let budget = Budget::new(4 * SMALL, 2 * SMALL);
        let first = budget.admit().await;
        let mut second = budget.admit().await;
        assert!(timeout(SOON, budget.admit()).await.is_err(), "two small bodies fill the small half");
        second.grow().await;
        assert!(second.is_large());
        drop(first);
        let mut third = budget.admit().await;
        assert!(timeout(SOON, third.grow()).await.is_err(), "one large body fills the large half");
        drop(second);
        third.grow().await;
    }

    #[tokio::test]
    async fn a_tiny_budget_still_admits_one() {
        let budget = Budget::new(0, 8 << 20);
        let mut room = budget.admit().await;
        room.grow().await;
        assert!(room.is_large());
    }
}
