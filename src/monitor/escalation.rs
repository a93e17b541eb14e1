//! What time brings: the next level of contacts hears of alarms that nobody has acknowledged, and the digest of what waits.

use super::digest;
use super::world::World;
use crate::judge::escalate;
use crate::store::{Result, Store};
use jiff::Timestamp;
use std::sync::Arc;
use tokio::sync::watch;

/// Looks for alarms whose next level is due, and prepares the daily digest, until told to stop.
///
/// # Errors
/// When the store fails: the process must end.
pub async fn run_escalation<S: Store>(store: Arc<S>, world: Arc<World>, mut stop: watch::Receiver<bool>) -> Result<()> {
    while !*stop.borrow() {
        escalate_due(store.as_ref(), &world, Timestamp::now()).await?;
        digest::prepare(store.as_ref(), &world, Timestamp::now()).await?;
        tokio::select! {
            () = tokio::time::sleep(world.pace.tick) => {}
            _ = stop.changed() => {}
        }
    }
    Ok(())
}

async fn escalate_due<S: Store>(store: &S, world: &World, now: Timestamp) -> Result<()> {
    let due = store.escalations(now).await?;
    let registry = world.registry();
    for incident in due {
        let Some(target) = registry.targets.get(&incident.target) else { continue };
        let directory = world.directory(&registry);
        if let Some((incident, notices)) = escalate(&incident, target, &directory, &world.pace.timing, now) {
            store.put_incident(incident, notices).await?;
        }
    }
    Ok(())
}
