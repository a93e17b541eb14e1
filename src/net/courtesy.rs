//! Courtesy to the hosts we visit: at most so many requests at a time, and a gap between their starts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

/// Hosts are looked through for idle ones when there are twice as many as after the last look, and at least this many.
const SWEEP_FROM: usize = 64;

/// Admits requests host by host, in the order of their arrival.
#[derive(Debug)]
pub struct Courtesy {
    at_once: usize,
    gap: Duration,
    hosts: Mutex<Hosts>,
}

#[derive(Debug)]
struct Hosts {
    known: HashMap<String, Arc<HostState>>,
    sweep_at: usize,
}

#[derive(Debug)]
struct HostState {
    free: Arc<Semaphore>,
    /// No request starts before.
    next: Mutex<Instant>,
}

/// The right to one request; another may come when it is dropped.
#[derive(Debug)]
pub struct Permit {
    _permit: Option<OwnedSemaphorePermit>,
    _host: Arc<HostState>,
}

impl HostState {
    fn lock(&self) -> MutexGuard<'_, Instant> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When a request that came at `now` may start; the one after it starts a gap later.
    fn reserve(&self, now: Instant, gap: Duration) -> Instant {
        let mut next = self.lock();
        let start = now.max(*next);
        *next = start + gap;
        start
    }
}

impl Hosts {
    /// Makes room: forgets hosts that nobody visits and whose gap is over.
    fn sweep(&mut self, now: Instant) {
        if self.known.len() >= self.sweep_at {
            self.known.retain(|_, state| Arc::strong_count(state) > 1 || *state.lock() > now);
            self.sweep_at = (self.known.len() * 2).max(SWEEP_FROM);
        }
    }

    fn state(&mut self, host: &str, at_once: usize, now: Instant) -> Arc<HostState> {
        if let Some(state) = self.known.get(host) {
            return state.clone();
        }
        self.sweep(now);
        let state = Arc::new(HostState { free: Arc::new(Semaphore::new(at_once)), next: Mutex::new(now) });
        self.known.insert(host.to_owned(), state.clone());
        state
    }
}

impl Courtesy {
    /// At most `at_once` requests (at least one) to a host at a time, and at least `gap` between the starts of two.
    #[must_use]
    pub fn new(at_once: usize, gap: Duration) -> Self {
        let hosts = Hosts { known: HashMap::new(), sweep_at: SWEEP_FROM };
        Self { at_once: at_once.clamp(1, Semaphore::MAX_PERMITS), gap, hosts: Mutex::new(hosts) }
    }

    /// Waits for this host's turn. Who gives up while waiting takes nobody's place.
    pub async fn admit(&self, host: &str) -> Permit {
        let state = self.state(host);
        // The semaphore is first in, first out; it is never closed, so that an error cannot come.
        let permit = state.free.clone().acquire_owned().await.ok();
        sleep_until(state.reserve(Instant::now(), self.gap)).await;
        Permit { _permit: permit, _host: state }
    }

    fn state(&self, host: &str) -> Arc<HostState> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner).state(host, self.at_once, Instant::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const SECOND: Duration = Duration::from_secs(1);

    async fn most_at_once(limit: usize, tasks: usize) -> usize {
        let (courtesy, now, most) = (Courtesy::new(limit, Duration::ZERO), AtomicUsize::new(0), AtomicUsize::new(0));
        let visits = (0..tasks).map(|_| async {
            let _permit = courtesy.admit("www.city.example").await;
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(2)).await;
            now.fetch_sub(1, Ordering::SeqCst);
        });
        futures_util::future::join_all(visits).await;
        most.load(Ordering::SeqCst)
    }

    #[tokio::test]
    async fn no_more_than_the_limit_at_a_time() {
        assert_eq!(most_at_once(2, 7).await, 2);
        assert_eq!(most_at_once(0, 3).await, 1);
    }

    #[test]
    fn starts_keep_their_gap() {
        let mut hosts = Hosts { known: HashMap::new(), sweep_at: SWEEP_FROM };
        let now = Instant::now();
        let host = hosts.state("a.example", 4, now);
        let starts = [0, 0, 0, 10].map(|at| host.reserve(now + at * SECOND, 3 * SECOND).duration_since(now).as_secs());
        assert_eq!(starts, [0, 3, 6, 10]);
        let other = hosts.state("b.example", 4, now);
        assert_eq!(other.reserve(now, 3 * SECOND), now, "hosts do not wait for each other");
    }

    #[tokio::test]
    async fn who_gives_up_blocks_nobody() {
        let courtesy = Courtesy::new(1, Duration::ZERO);
        let held = courtesy.admit("a.example").await;
        assert!(tokio::time::timeout(Duration::from_millis(5), courtesy.admit("a.example")).await.is_err());
        drop(held);
        let _next = courtesy.admit("a.example").await;
    }

    #[test]
    fn idle_hosts_are_forgotten_and_gaps_are_not() {
        let mut hosts = Hosts { known: HashMap::new(), sweep_at: SWEEP_FROM };
        let begin = Instant::now();
        let mut last = begin;
        for n in 0..10_000 {
            last = begin + n * SECOND;
            hosts.state(&format!("host{n}.example"), 1, last).reserve(last, 5 * SECOND);
        }
        assert!(hosts.known.len() <= SWEEP_FROM, "{}", hosts.known.len());
        assert_eq!(hosts.state("host9999.example", 1, last).reserve(last, SECOND), last + 5 * SECOND);
    }

    #[test]
    fn a_host_that_is_visited_now_is_never_forgotten() {
        let mut hosts = Hosts { known: HashMap::new(), sweep_at: 0 };
        let now = Instant::now();
        let visited = hosts.state("a.example", 1, now);
        hosts.sweep(now + SECOND);
        assert!(Arc::ptr_eq(&visited, &hosts.state("a.example", 1, now)));
    }
}
