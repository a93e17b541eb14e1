//! Signs of life of the running parts, read by health checks, the heartbeat and the self-watch.

use jiff::Timestamp;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// When each part moved last, in milliseconds since 1970; 0 for never.
#[derive(Debug, Default)]
pub struct Pulse {
    scheduled: AtomicI64,
    checked: AtomicI64,
    seen: AtomicI64,
    posted: AtomicI64,
    checks: AtomicU64,
}

impl Pulse {
    /// The scheduler looked at what is due.
    pub fn scheduled(&self, now: Timestamp) {
        self.scheduled.store(now.as_millisecond(), Ordering::Relaxed);
    }

    /// A check ended, and saw the page or did not.
    pub fn checked(&self, now: Timestamp, seen: bool) {
        self.checked.store(now.as_millisecond(), Ordering::Relaxed);
        if seen {
            self.seen.store(now.as_millisecond(), Ordering::Relaxed);
        }
        self.checks.fetch_add(1, Ordering::Relaxed);
    }

    /// The outbox looked at what is to be sent.
    pub fn posted(&self, now: Timestamp) {
        self.posted.store(now.as_millisecond(), Ordering::Relaxed);
    }

    /// Seconds since the scheduler and the outbox moved, whichever is longer ago; none when one never did.
    #[must_use]
    pub fn stillness(&self, now: Timestamp) -> Option<i64> {
        let parts = [&self.scheduled, &self.posted].map(|part| part.load(Ordering::Relaxed));
        let oldest = parts.into_iter().min().filter(|at| *at > 0)?;
        Some((now.as_millisecond() - oldest).max(0) / 1000)
    }

    /// Checks that ended since the start.
    #[must_use]
    pub fn checks(&self) -> u64 {
        self.checks.load(Ordering::Relaxed)
    }

    /// When the last check ended.
    #[must_use]
    pub fn last_check(&self) -> Option<Timestamp> {
        time(&self.checked)
    }

    /// When the last check ended that saw its page.
    #[must_use]
    pub fn last_seen(&self) -> Option<Timestamp> {
        time(&self.seen)
    }
}

fn time(part: &AtomicI64) -> Option<Timestamp> {
    let at = part.load(Ordering::Relaxed);
    (at > 0).then(|| Timestamp::from_millisecond(at).ok()).flatten()
}
