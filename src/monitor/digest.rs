//! The daily digest: before it goes out, everything that still waits for a person is put into it, not only what is new.

use super::world::World;
use crate::judge::receivers;
use crate::model::{Event, Notice, Proposal, Silence, Verdict};
use crate::store::{Result, Store};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// Note with the time of the last digest that was prepared.
const PREPARED: &str = "digest-prepared";
/// How long before the digest it is prepared. What is answered in between is told no more.
const AHEAD: SignedDuration = SignedDuration::from_mins(15);
/// Most proposals that are told of once more in one digest, the oldest first.
const MOST: usize = 2000;

/// Puts what waits into the next digest, once for each. Its receivers get one message with what is new: notices about the
/// same page are told once.
pub(super) async fn prepare<S: Store>(store: &S, world: &World, now: Timestamp) -> Result<()> {
    let timing = &world.pace.timing;
    let at = timing.next_digest(now);
    if timing.digest_at.is_none() || at.duration_since(now) > AHEAD {
        return Ok(());
    }
    let name = at.to_string();
    if store.note(PREPARED.to_owned()).await?.as_deref() == Some(name.as_str()) {
        return Ok(());
    }
    let (proposals, silences) = (store.proposals().await?, store.silences(at).await?);
    store.put_notices(reminders(world, &proposals, &silences, (now, at))).await?;
    store.put_note(PREPARED.to_owned(), name).await
}

fn reminders(
    world: &World,
    proposals: &[Proposal],
    silences: &[Silence],
    (now, at): (Timestamp, Timestamp),
) -> Vec<Notice> {
    let registry = world.registry();
    let silenced = |proposal: &Proposal| {
        silences.iter().any(|silence| silence.target.as_ref().is_none_or(|target| *target == proposal.target))
    };
    // What alarms is told by its incident.
    let waits = |proposal: &&Proposal| proposal.judgement.verdict != Verdict::Alarm && !silenced(proposal);
    let mut notices = Vec::new();
    for proposal in proposals.iter().filter(waits).take(MOST) {
        let Some(target) = registry.targets.get(&proposal.target) else { continue };
        let event = Event::Review { target: target.id.clone(), persona: proposal.persona };
        let told = receivers(&world.directory(&registry), target, 1).into_iter();
        notices.extend(told.map(|receiver| Notice {
            id: Uuid::now_v7(),
            receiver,
            event: event.clone(),
            at: now,
            not_before: at,
        }));
    }
    notices
}
