//! Who may be examined now: as many pages at a time as there are cores, and no more trees than a budget of bytes holds.

use std::num::NonZero;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes that a node of a tree takes, with its share of the parser's own.
const NODE: u64 = 300;
/// Nodes of a tree at most; `parse::Limits` cuts there.
const MOST_NODES: u64 = 300_000;
/// What following scripts takes at most beside the trees: one at a time makes up to 40 MiB, and its syntax tree comes on top.
const SCRIPTS: u64 = 48 << 20;
/// The budget is counted in pieces of this many bytes.
const PIECE: u64 = 64 << 10;

/// Places and memory for examinations.
#[derive(Debug)]
pub(super) struct Admission {
    cores: Arc<Semaphore>,
    memory: Arc<Semaphore>,
    pieces: u32,
}

/// The right to examine; another examination may begin when it is dropped. Whoever works on keeps it, also when nobody
/// waits for the result any more.
#[derive(Debug)]
pub(super) struct Place {
    _memory: Option<OwnedSemaphorePermit>,
    _core: Option<OwnedSemaphorePermit>,
}

impl Admission {
    /// A budget of so many bytes for all examinations together.
    pub(super) fn new(bytes: u64) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let pieces = u32::try_from(bytes / PIECE).unwrap_or(u32::MAX).clamp(1, 1 << 24);
        let of = |permits| Arc::new(Semaphore::new(permits));
        Self { cores: of(cores), memory: of(pieces as usize), pieces }
    }

    /// Waits until pages of these sizes can be held. What would not fit at all is examined alone: it is bounded too.
    pub(super) async fn admit(&self, sizes: impl Iterator<Item = u64>) -> Place {
        let wanted = sizes.map(most_memory).fold(SCRIPTS, u64::saturating_add).div_ceil(PIECE);
        let wanted = u32::try_from(wanted).unwrap_or(u32::MAX).min(self.pieces);
        // Neither is ever closed, so that an error cannot come. Who waits for memory holds no core back.
        let memory = Arc::clone(&self.memory).acquire_many_owned(wanted).await.ok();
        Place { _memory: memory, _core: Arc::clone(&self.cores).acquire_owned().await.ok() }
    }
}

/// What the examination of a page of so many bytes can take at most: a node for every second byte, and its text.
fn most_memory(bytes: u64) -> u64 {
    bytes.saturating_mul(3).saturating_add((bytes / 2).min(MOST_NODES) * NODE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::timeout;

    const SOON: Duration = Duration::from_millis(5);

    #[tokio::test]
    async fn large_pages_wait_for_each_other_and_small_ones_for_nobody() {
        let mut admission = Admission::new(420 << 20);
        admission.cores = Arc::new(Semaphore::new(8));
        let large = || admission.admit([8 << 20, 8 << 20].into_iter());
        let first = large().await;
        assert!(timeout(SOON, large()).await.is_err(), "two more trees of hostile pages do not fit");
        let small = timeout(SOON, admission.admit([58_000, 58_000].into_iter())).await;
        assert!(small.is_ok());
        drop((first, small));
        assert!(timeout(SOON, large()).await.is_ok());
    }

    #[tokio::test]
    async fn what_is_larger_than_the_budget_comes_alone() {
        let admission = Admission::new(1);
        let place = admission.admit([100 << 20].into_iter()).await;
        assert!(timeout(SOON, admission.admit([1].into_iter())).await.is_err());
        drop(place);
        assert!(timeout(SOON, admission.admit([u64::MAX, u64::MAX].into_iter())).await.is_ok());
    }
}
