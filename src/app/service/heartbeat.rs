//! Signs of life to the outside: systemd's watchdog, and a URL that somebody else watches. Both only while checks and
//! outbox move, so that a service that hangs is noticed by somebody who does not.

use crate::app::wiring;
use crate::config::Settings;
use crate::model::Secret;
use crate::monitor::Pulse;
use crate::net::{Client, Method, Request};
use anyhow::Result;
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;
use url::Url;

/// Stillness after which the service counts as stuck, in seconds.
pub(super) const STUCK_AFTER: i64 = 120;
/// Time between two signs to systemd.
const TICK: Duration = Duration::from_secs(5);

/// Signs of life to the outside.
pub(super) struct Heartbeat {
    pulse: Arc<Pulse>,
    outside: Option<(Client, Url, Duration)>,
}

impl Heartbeat {
    /// # Errors
    /// When the heartbeat's URL or the way out cannot be used.
    pub(super) fn new(settings: &Settings, pulse: Arc<Pulse>) -> Result<Self> {
        let outside = match &settings.heartbeat {
            None => None,
            Some(beat) => Some((
                wiring::strict_client(settings, &settings.fetch.allow_addresses)?,
                parse(&beat.url)?,
                beat.interval,
            )),
        };
        Ok(Self { pulse, outside })
    }

    pub(super) async fn run(self, mut stop: watch::Receiver<bool>) -> Result<()> {
        let mut next = Instant::now() + TICK;
        while !*stop.borrow() {
            tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                _ = stop.changed() => {}
            }
            if self.pulse.stillness(Timestamp::now()).is_none_or(|still| still > STUCK_AFTER) {
                continue;
            }
            let _ = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
            if let Some((client, url, interval)) = self.outside.as_ref().filter(|_| Instant::now() >= next) {
                next = Instant::now() + *interval;
                call(client, url).await;
            }
        }
        Ok(())
    }
}

fn parse(url: &Secret) -> Result<Url> {
    // The URL holds a key: the error must not quote it.
    Url::parse(url.expose()).map_err(|error| anyhow::anyhow!("heartbeat.url: {error}"))
}

async fn call(client: &Client, url: &Url) {
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
        Ok(reply) if (200..300).contains(&reply.status) => {}
        Ok(reply) => tracing::warn!(status = reply.status, "the heartbeat was not taken"),
        Err(error) => tracing::warn!(reason = error.reason.code(), "the heartbeat did not get through"),
    }
}
