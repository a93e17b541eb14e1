//! From notices to messages: which notices share a message, and what the writer needs to know about each.

use crate::model::{Event, Message, Notice, Receiver, Registry, Target, TargetId, Verdict};
use crate::notify::{Ending, Letter, Story};
use crate::store::{Result, Store};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The operators' daily message, which carries the heads of the approval chains.
pub(super) const DAILY_REPORT: &str = "daily-report";

/// Approvals that end within this time are named in digests.
const ENDS_SOON: SignedDuration = SignedDuration::from_hours(24 * 30);

/// What messages are written with.
#[derive(Debug, Clone)]
pub struct Wording {
    /// Domain of Message-IDs.
    pub domain: String,
    /// Mail address of the operators, whom owners answer to.
    pub operators: String,
}

/// Kinds of messages; notices of different kinds never share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Incidents,
    Operations,
    Special,
    Digest,
    Test,
}

pub(super) fn kind(event: &Event) -> Kind {
    match event {
        Event::Opened { .. } | Event::Worse { .. } | Event::Escalated { .. } | Event::Resolved { .. } => {
            Kind::Incidents
        }
        Event::Operations { .. } => Kind::Operations,
        Event::Special { .. } => Kind::Special,
        Event::Review { .. } => Kind::Digest,
        Event::Test => Kind::Test,
    }
}

/// One message for each receiver and kind, with the notices it tells. A notice that has lost its reason (a review
/// whose proposal is gone) is told in no message, but marked all the same.
pub(super) async fn write_messages<S: Store>(
    store: &S,
    wording: &Wording,
    notices: Vec<Notice>,
    now: Timestamp,
) -> Result<Vec<(Message, Vec<Uuid>)>> {
    let registry = store.registry().await?;
    let mut groups: BTreeMap<(Receiver, Kind), Vec<Notice>> = BTreeMap::new();
    for notice in notices {
        groups.entry((notice.receiver.clone(), kind(&notice.event))).or_default().push(notice);
    }
    let mut messages = Vec::new();
    for ((receiver, _), notices) in groups {
        let ids: Vec<Uuid> = notices.iter().map(|notice| notice.id).collect();
        let stories = stories(store, &registry, notices).await?;
        if stories.is_empty() {
            store.drop_notices(ids).await?;
            continue;
        }
        let letter = letter(store, (&registry, wording), receiver, stories, now).await?;
        messages.push((crate::notify::write(&letter, &crate::detect::rule), ids));
    }
    Ok(messages)
}

async fn letter<S: Store>(
    store: &S,
    (registry, wording): (&Registry, &Wording),
    receiver: Receiver,
    stories: Vec<Story>,
    now: Timestamp,
) -> Result<Letter> {
    let incident = stories.iter().find_map(|story| story.incident.as_ref()).map(|incident| incident.id);
    let references = match incident {
        Some(incident) => store.thread(incident, receiver.clone()).await?,
        None => Vec::new(),
    };
    let daily = |story: &Story| matches!(&story.event, Event::Operations { trouble, .. } if trouble == DAILY_REPORT);
    let daily = stories.iter().any(daily);
    let chain_heads = if daily { chain_heads(store).await? } else { Vec::new() };
    let digest = stories.iter().any(|story| matches!(story.event, Event::Review { .. }));
    let endings = match daily || digest {
        true => endings(store, registry, (!daily).then_some(&receiver), now).await?,
        false => Vec::new(),
    };
    Ok(Letter {
        id: Uuid::now_v7(),
        receiver,
        stories,
        references,
        domain: wording.domain.clone(),
        operators: wording.operators.clone(),
        chain_heads,
        endings,
        at: now,
    })
}

/// Approvals that end soon: of the pages of one receiver, or of all.
async fn endings<S: Store>(
    store: &S,
    registry: &Registry,
    of: Option<&Receiver>,
    now: Timestamp,
) -> Result<Vec<Ending>> {
    let mut endings = Vec::new();
    let theirs = |target: &&Target| {
        let contacts = || registry.contacts_at(target, 1).into_iter();
        of.is_none_or(|receiver| contacts().any(|(contact, _)| contact.mail == receiver.address))
    };
    for target in registry.targets.values().filter(|target| target.enabled).filter(theirs) {
        for persona in &target.personas {
            let ends = store.target_state(target.id.clone(), *persona).await?.approval_ends;
            let soon = ends.filter(|at| *at > now && at.duration_since(now) <= ENDS_SOON);
            let owner = registry.owner(target).map_or_else(|| target.organisation.to_string(), |o| o.name.clone());
            endings.extend(soon.map(|at| Ending { target: (target.id.clone(), owner), at }));
        }
    }
    endings.sort_by(|a, b| (a.at, &a.target).cmp(&(b.at, &b.target)));
    endings.dedup();
    Ok(endings)
}

async fn chain_heads<S: Store>(store: &S) -> Result<Vec<String>> {
    let heads = store.chain_heads().await?;
    Ok(heads.iter().map(|head| format!("{}/{} {} {}", head.organisation, head.target, head.count, head.hash)).collect())
}

async fn stories<S: Store>(store: &S, registry: &Registry, notices: Vec<Notice>) -> Result<Vec<Story>> {
    let mut stories: Vec<Story> = Vec::new();
    for notice in notices {
        if stories.iter().any(|story| story.event == notice.event) {
            continue;
        }
        stories.extend(story(store, registry, notice.event).await?);
    }
    Ok(stories)
}

async fn story<S: Store>(store: &S, registry: &Registry, event: Event) -> Result<Option<Story>> {
    let blank = Story { event: event.clone(), target: None, incident: None, proposal: None, excerpts: Vec::new() };
    Ok(match event {
        Event::Opened { incident }
        | Event::Worse { incident }
        | Event::Escalated { incident, .. }
        | Event::Resolved { incident } => match store.incident(incident.to_string()).await? {
            None => None,
            Some(incident) => {
                let proposal = store.proposal(incident.target.clone(), incident.persona).await?;
                let target = owned(registry, &incident.target);
                let excerpts = incident.excerpts.clone();
                Some(Story { target, proposal, incident: Some(incident), excerpts, ..blank })
            }
        },
        Event::Review { target, persona } => {
            let waiting = store.proposal(target.clone(), persona).await?;
            // What has become an alarm meanwhile is told as one, at once.
            waiting.filter(|proposal| proposal.judgement.verdict != Verdict::Alarm).map(|proposal| {
                let excerpts = proposal.excerpts.clone();
                Story { target: owned(registry, &target), proposal: Some(proposal), excerpts, ..blank }
            })
        }
        Event::Special { target, .. } => Some(Story { target: owned(registry, &target), ..blank }),
        Event::Operations { .. } | Event::Test => Some(blank),
    })
}

fn owned(registry: &Registry, id: &TargetId) -> Option<(crate::model::Target, String)> {
    let target = registry.targets.get(id)?.clone();
    let owner = registry.owner(&target).map_or_else(|| target.organisation.to_string(), |owner| owner.name.clone());
    Some((target, owner))
}
