//! Signs of life to the outside: systemd's watchdog, which follows the loops (a start over would help nothing else), and a
//! URL that somebody else watches, which is called only while checks see pages and messages go out.

use crate::app::fault::OrFault as _;
use crate::app::office::Office;
use crate::app::wiring;
use crate::model::Secret;
use crate::model::words;
use crate::monitor::{Pulse, STUCK_AFTER, World};
use crate::net::{Client, Method, Request};
use crate::store::{Sqlite, Store as _};
use anyhow::Result;
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;
use url::Url;

/// Stillness after which scheduler or outbox count as hanging, in seconds.
pub(super) const STILL_AFTER: i64 = 120;
/// The note in the store that says what became of the last call.
pub(in crate::app) const HEARTBEAT: &str = "heartbeat";
/// Time between two signs to systemd.
const TICK: Duration = Duration::from_secs(5);
/// No check that saw a page for this long, and for this many of the shortest intervals: we are blind.
const BLIND_AFTER: (Duration, u32) = (Duration::from_secs(15 * 60), 3);

/// Signs of life to the outside.
pub(super) struct Heartbeat {
    store: Arc<Sqlite>,
    world: Arc<World>,
    pulse: Arc<Pulse>,
    started: Timestamp,
    outside: Option<(Client, Url, Duration)>,
}

/// What the heartbeat goes by.
#[derive(Debug, Clone, Copy)]
struct Signs {
    /// How long no check has seen a page.
    blind: Duration,
    /// The shortest interval of what is watched; none when nothing is.
    interval: Option<Duration>,
    /// Seconds that the oldest message has waited whose time has come.
    waiting: u64,
}

impl Signs {
    /// Why the outside must not believe that all is well, when that is so.
    fn ill(self) -> Option<&'static str> {
        let (least, times) = BLIND_AFTER;
        let limit = self.interval.map(|interval| least.max(interval.saturating_mul(times)));
        if limit.is_some_and(|limit| self.blind > limit) {
            return Some("no check has seen a page for too long");
        }
        (self.waiting >= STUCK_AFTER).then_some("messages do not go out")
    }
}

impl Heartbeat {
    /// # Errors
    /// When the heartbeat's URL or the way out cannot be used.
    pub(super) fn new(office: &Office, world: Arc<World>, pulse: Arc<Pulse>) -> Result<Self> {
        let settings = &office.settings;
        let outside = match &settings.heartbeat {
            None => None,
            Some(beat) => Some((
                wiring::strict_client(settings, &settings.fetch.allow_addresses)?,
                parse(&beat.url)?,
                beat.interval,
            )),
        };
        Ok(Self { store: Arc::clone(&office.store), world, pulse, started: Timestamp::now(), outside })
    }

    pub(super) async fn run(self, mut stop: watch::Receiver<bool>) -> Result<()> {
        let mut next = Instant::now() + TICK;
        while !*stop.borrow() {
            tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                _ = stop.changed() => {}
            }
            if self.pulse.stillness(Timestamp::now()).is_none_or(|still| still > STILL_AFTER) {
                continue;
            }
            let _ = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
            if let Some((client, url, interval)) = self.outside.as_ref().filter(|_| Instant::now() >= next) {
                next = Instant::now() + *interval;
                match self.signs(Timestamp::now()).await?.ill() {
                    None => self.note(call(client, url).await).await?,
                    Some(why) => tracing::error!("the heartbeat is held back: {why}"),
                }
            }
        }
        Ok(())
    }

    /// Writes down what became of the last call, for the doctor.
    async fn note(&self, called: Result<(), String>) -> Result<()> {
        let now = Timestamp::now();
        let note = match called {
            Ok(()) => format!("ok {now}"),
            Err(why) => {
                tracing::warn!("the heartbeat failed: {why}");
                format!("failed {now}: {why}")
            }
        };
        Ok(self.store.put_note(HEARTBEAT.to_owned(), note).await?)
    }

    async fn signs(&self, now: Timestamp) -> Result<Signs> {
        let seen = self.pulse.last_seen().unwrap_or(self.started);
        let registry = self.world.registry();
        let watched = registry.targets.values().filter(|target| target.enabled);
        let oldest = self.store.outbox(now).await?.oldest;
        let age = |at: Timestamp| Duration::try_from(now.duration_since(at)).unwrap_or_default();
        Ok(Signs {
            blind: age(seen),
            interval: watched.map(|target| target.interval).min(),
            waiting: oldest.map_or(0, |at| age(at).as_secs()),
        })
    }
}

fn parse(url: &Secret) -> Result<Url> {
    // The URL holds a key: the error must not quote it.
    Url::parse(url.expose()).or_fault(|| words!("heartbeat.url", "heartbeat.url"))
}

/// Calls the URL; the error says what became of it, without the URL, which holds a key.
async fn call(client: &Client, url: &Url) -> Result<(), String> {
    let limit = Duration::from_secs(10);
    let request = Request {
        method: Method::Get,
        url: url.clone(),
        headers: Vec::new(),
        body: Vec::new(),
        fresh: false,
        first_byte: limit,
    };
    match client.exchange(&request, 1024, limit).await {
        Ok(reply) if (200..300).contains(&reply.status) => Ok(()),
        Ok(reply) => Err(format!("the answer was HTTP status {}; check heartbeat.url", reply.status)),
        Err(error) => Err(format!("no answer: {}", error.reason.words().en)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signs(blind: u64, interval: Option<u64>, waiting: u64) -> Option<&'static str> {
        let seconds = Duration::from_secs;
        Signs { blind: seconds(blind), interval: interval.map(seconds), waiting }.ill()
    }

    #[test]
    fn it_follows_success_and_not_only_the_loops() {
        assert_eq!(signs(0, Some(300), 0), None);
        assert_eq!(signs(899, Some(60), 1799), None, "a quarter of an hour at least");
        assert!(signs(901, Some(60), 0).is_some());
        assert_eq!(signs(3600, Some(3600), 0), None, "three intervals at least");
        assert!(signs(3 * 3600 + 1, Some(3600), 0).is_some());
        assert_eq!(signs(u64::MAX, None, 0), None, "nothing is due when nothing is watched");
        assert!(signs(0, None, 1800).is_some());
    }
}
