//! Keeps what the fleet has approved at hand while the service runs.

use crate::app::indicators::fleet_sites;
use crate::app::office::Office;
use crate::monitor::World;
use crate::store::Sqlite;
use anyhow::Result;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Time between two counts: approvals are few, and a site that becomes well approved can wait.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// Counts the sites from which many organisations have approved something.
pub(super) struct Approvals {
    store: Arc<Sqlite>,
    world: Arc<World>,
}

impl Approvals {
    pub(super) fn new(office: &Office, world: Arc<World>) -> Self {
        Self { store: Arc::clone(&office.store), world }
    }

    /// Counts at once, beside the checks that begin already, and then every hour.
    pub(super) async fn run(self, mut stop: watch::Receiver<bool>) -> Result<()> {
        while !*stop.borrow() {
            let sites = fleet_sites(&self.store).await?;
            tracing::debug!(sites = sites.len(), "sites are well approved");
            self.world.set_fleet_sites(sites);
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                _ = stop.changed() => {}
            }
        }
        Ok(())
    }
}
