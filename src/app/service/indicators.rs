//! Puts indicators in force while the service runs: soon after an import, and again when some have ended.

use crate::app::office::Office;
use crate::model::{IndicatorSource, Indicators};
use crate::monitor::World;
use crate::store::{Sqlite, Store as _};
use anyhow::Result;
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// Time between two looks at what was imported.
const EVERY: Duration = Duration::from_secs(5);
/// Longest time for which a set stays in force without a look at what has ended.
const ANEW: Duration = Duration::from_secs(60 * 60);

/// Watches the sources of indicators.
pub(super) struct Lists {
    store: Arc<Sqlite>,
    world: Arc<World>,
    seen: Vec<IndicatorSource>,
    read: Instant,
}

impl Lists {
    /// Puts what was imported so far in force.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn begin(office: &Office, world: Arc<World>) -> Result<Self> {
        let mut lists = Self { store: Arc::clone(&office.store), world, seen: Vec::new(), read: Instant::now() };
        lists.look().await?;
        Ok(lists)
    }

    pub(super) async fn run(mut self, mut stop: watch::Receiver<bool>) -> Result<()> {
        while !*stop.borrow() {
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                _ = stop.changed() => {}
            }
            self.look().await?;
        }
        Ok(())
    }

    async fn look(&mut self) -> Result<()> {
        let sources = self.store.indicator_sources().await?;
        if sources == self.seen && (sources.is_empty() || self.read.elapsed() < ANEW) {
            return Ok(());
        }
        let all = self.store.indicators().await?;
        // Sorting a million of them takes its time; the loops that feed the watchdog must not wait for it.
        let set = tokio::task::spawn_blocking(move || Indicators::new(all, Timestamp::now())).await?;
        tracing::info!(sources = sources.len(), indicators = set.len(), "indicators are in force");
        self.world.set_indicators(set);
        (self.seen, self.read) = (sources, Instant::now());
        Ok(())
    }
}
