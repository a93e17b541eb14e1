//! Witnesses: pages of others that are asked for when watched hosts fail together, to tell dead sites from our own dead line.

use crate::fetch::{Fetcher, Request};
use crate::model::Persona;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use url::Url;

/// What was heard counts for this long: witnesses are not ours to be asked at every failure of a storm.
const HEARD: Duration = Duration::from_secs(30);

/// Pages of others. A page counts against our network only when it could be reached from here before: in a closed
/// network nobody outside ever answers.
#[derive(Debug)]
pub struct Witnesses {
    pages: Vec<Url>,
    /// One of them has answered since the start.
    met: AtomicBool,
    heard: Mutex<Option<(Instant, bool)>>,
}

impl Witnesses {
    /// So many pages, none asked yet.
    #[must_use]
    pub fn new(pages: Vec<Url>) -> Self {
        Self { pages, met: AtomicBool::new(false), heard: Mutex::new(None) }
    }

    /// Whether one of them can be reached: all are asked at the same time, and the first answer counts. None when there is
    /// nobody whose silence would mean something.
    pub async fn reachable<F: Fetcher>(&self, fetcher: &F) -> Option<bool> {
        if self.pages.is_empty() {
            return None;
        }
        let mut heard = self.heard.lock().await;
        let (at, answered) = match heard.filter(|(at, _)| at.elapsed() < HEARD) {
            Some(lately) => lately,
            None => {
                let answered = self.ask(fetcher).await;
                (Instant::now(), answered)
            }
        };
        *heard = Some((at, answered));
        let met = self.met.fetch_or(answered, Ordering::Relaxed);
        (met || answered).then_some(answered)
    }

    async fn ask<F: Fetcher>(&self, fetcher: &F) -> bool {
        let mut asked: FuturesUnordered<_> = self.pages.iter().map(|page| answers(fetcher, page)).collect();
        while let Some(answered) = asked.next().await {
            if answered {
                return true;
            }
        }
        false
    }
}

/// Whether anything came over the network, an error page included.
async fn answers<F: Fetcher>(fetcher: &F, page: &Url) -> bool {
    let (url, persona) = (page.clone(), Persona::Desktop);
    let request = Request { url, persona, validators: None, fresh_connection: true, page: None };
    match fetcher.fetch(request).await {
        Ok(_) => true,
        Err(failure) => !failure.reason.may_be_our_network(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Failure;
    use crate::model::{Fetched, UnseenReason};

    /// Answers as many times as it is told, with an error page's reason, and is silent then.
    struct Line(std::sync::atomic::AtomicU32);

    impl Fetcher for Line {
        async fn fetch(&self, _: Request) -> Result<Fetched, Failure> {
            let left = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
            let reason = if left.is_ok() { UnseenReason::BrokenAnswer } else { UnseenReason::ConnectFailed };
            Err(Failure { reason, detail: String::new(), hops: Vec::new(), remote: None, retry_after: None })
        }
    }

    async fn ask_again(witnesses: &Witnesses, line: &Line) -> Option<bool> {
        *witnesses.heard.lock().await = None;
        witnesses.reachable(line).await
    }

    #[tokio::test]
    async fn only_the_silence_of_who_has_spoken_counts() {
        let witnesses = Witnesses::new(vec!["https://a.example/".parse().expect("a url")]);
        assert_eq!(ask_again(&witnesses, &Line(0.into())).await, None, "never met");
        assert_eq!(ask_again(&witnesses, &Line(1.into())).await, Some(true));
        assert_eq!(ask_again(&witnesses, &Line(0.into())).await, Some(false));
        assert_eq!(Witnesses::new(Vec::new()).reachable(&Line(9.into())).await, None);
    }

    #[tokio::test]
    async fn a_storm_asks_once() {
        let witnesses = Witnesses::new(vec!["https://a.example/".parse().expect("a url")]);
        let line = Line(1.into());
        for _ in 0..50 {
            assert_eq!(witnesses.reachable(&line).await, Some(true));
        }
    }
}
