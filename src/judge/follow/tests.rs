//! What follows from checks, told as small histories.

use super::*;
use crate::model::{
    Channel, Confidence, Digest, Head, IncidentState, Language, Mark, Plane, Policy, Receiver, Registry, Severity,
    Words,
};
use std::time::Duration;

struct Town {
    target: Target,
    state: TargetState,
    proposal: Option<Proposal>,
    registry: Registry,
    operators: Vec<Receiver>,
    silences: Vec<Silence>,
    now: Timestamp,
    told: Vec<Notice>,
    ids: u128,
}

impl Town {
    fn new() -> Self {
        let id: crate::model::TargetId = "town-top".parse().expect("id");
        let target = Target {
            id,
            organisation: "town".parse().expect("id"),
            url: "https://www.town.example/".parse().expect("url"),
            interval: Duration::from_secs(300),
            enabled: true,
            policy: Policy::Follow,
            personas: vec![Persona::Desktop],
            masks: vec![],
            contacts: vec![],
            tags: vec![],
        };
        let operator = Receiver {
            channel: Channel::Mail,
            address: "ops@centre.example".into(),
            name: "Centre".into(),
            language: Language::Japanese,
        };
        Self {
            target,
            state: TargetState::default(),
            proposal: None,
            registry: Registry::default(),
            operators: vec![operator],
            silences: vec![],
            now: "2026-11-01T00:00:00Z".parse().expect("time"),
            told: vec![],
            ids: 0,
        }
    }

    fn check(&mut self, sight: &Sight) -> FollowUp {
        self.ids += 1;
        let timing = Timing::default();
        let context = Context {
            target: &self.target,
            persona: Persona::Desktop,
            state: &self.state,
            proposal: self.proposal.as_ref(),
            directory: Directory { registry: &self.registry, operators: &self.operators },
            silences: &self.silences,
            plans: &[],
            timing: &timing,
            now: self.now,
            fresh: Uuid::from_u128(self.ids),
        };
        let up = follow(&context, sight);
        self.state.unseen = up.unseen;
        for incident in &up.incidents {
            self.state.incidents.retain(|old| old.id != incident.id);
            self.state.incidents.push(incident.clone());
        }
        if let Some(proposal) = &up.proposal {
            self.proposal = proposal.clone();
        }
        self.told.extend(up.notices.clone());
        self.now += Duration::from_secs(300);
        up
    }

    fn see(&mut self, verdict: Verdict, rule: &str) -> FollowUp {
        let snapshot = Snapshot {
            at: self.now,
            bytes: Digest::of(rule),
            size: 1,
            state: Digest::of(format!("{verdict:?}{rule}")),
            head: Head {
                requested: self.target.url.clone(),
                final_url: self.target.url.clone(),
                status: 200,
                headers: vec![],
                hops: vec![],
                remote: None,
                certificate: None,
            },
        };
        let findings = [Finding {
            rule: rule.into(),
            severity: Severity::Critical,
            confidence: Confidence::Firm,
            plane: Plane::Active,
            summary: Words::new(rule, rule),
            evidence: rule.to_owned(),
            location: None,
            decoded: None,
        }];
        let findings = if verdict == Verdict::Alarm { &findings[..] } else { &[] };
        let judgement = Judgement { verdict, because: vec![], despite: vec![], certain: false };
        let (special, special_before, confirmed, excerpts) = (None, None, Some(true), &[][..]);
        self.check(&Sight::Seen {
            snapshot: &snapshot,
            judgement: &judgement,
            findings,
            excerpts,
            confirmed,
            special,
            special_before,
        })
    }

    fn miss(&mut self, reason: UnseenReason) -> FollowUp {
        self.check(&Sight::Unseen { reason, detail: "x" })
    }

    fn open(&self) -> Vec<&Incident> {
        self.state.incidents.iter().filter(|i| i.resolved.is_none()).collect()
    }
}

#[test]
fn an_alarm_is_told_once_and_again_only_when_worse() {
    let mut town = Town::new();
    town.see(Verdict::Alarm, "hidden-frame");
    assert_eq!(town.told.len(), 1);
    town.see(Verdict::Alarm, "hidden-frame");
    assert_eq!(town.told.len(), 1, "the same alarm twice");
    town.see(Verdict::Alarm, "base-changed");
    assert!(matches!(town.told.last().map(|n| &n.event), Some(Event::Worse { .. })));
    assert_eq!(town.open().len(), 1);
    assert!(town.proposal.is_some());
}

#[test]
fn it_is_over_after_three_clean_fetches_and_half_an_hour() {
    let mut town = Town::new();
    town.see(Verdict::Alarm, "hidden-frame");
    for _ in 0..6 {
        town.see(Verdict::Unchanged, "");
        assert_eq!(town.open().len(), 1, "not yet half an hour");
    }
    town.see(Verdict::Routine, "");
    assert!(town.open().is_empty());
    assert!(matches!(town.told.last().map(|n| &n.event), Some(Event::Resolved { .. })));
    assert_eq!(town.state.incidents[0].state, IncidentState::Resolved);
}

#[test]
fn what_is_not_clean_starts_the_count_anew() {
    let mut town = Town::new();
    town.see(Verdict::Alarm, "hidden-frame");
    for _ in 0..20 {
        town.see(Verdict::Unchanged, "");
        town.miss(UnseenReason::ConnectFailed);
    }
    assert!(town.open().iter().any(|i| i.kind == IncidentKind::Attack));
}

#[test]
fn unseen_is_an_incident_after_three_checks_and_fifteen_minutes() {
    let mut town = Town::new();
    for _ in 0..3 {
        town.miss(UnseenReason::ConnectFailed);
    }
    assert!(town.open().is_empty(), "ten minutes");
    town.miss(UnseenReason::ConnectFailed);
    assert_eq!(town.open().len(), 1);
    assert_eq!(town.told.len(), 1);
    town.miss(UnseenReason::TlsFailed);
    assert_eq!(town.told.len(), 1);
    assert_eq!(town.open()[0].unseen, Some(UnseenReason::TlsFailed));
}

#[test]
fn neither_a_304_nor_our_own_network_blames_the_site() {
    let mut town = Town::new();
    for _ in 0..20 {
        town.miss(UnseenReason::MonitorOffline);
        town.miss(UnseenReason::NotCompared);
    }
    assert!(town.told.is_empty());
    assert_eq!(town.state.unseen, None);
}

#[test]
fn a_silence_holds_back_reviews_but_never_an_alarm() {
    let mut town = Town::new();
    let until = town.now + Duration::from_secs(86_400);
    let mark = Mark { by: "a".into(), at: town.now, reason: "b".into() };
    town.silences.push(Silence { id: Uuid::from_u128(9), target: None, mark, until });
    town.see(Verdict::Review, "x");
    assert!(town.told[0].not_before >= until);
    town.see(Verdict::Alarm, "y");
    assert!(town.told[1].not_before < until);
}

#[test]
fn the_one_proposal_is_replaced_and_vanishes_with_its_reason() {
    let mut town = Town::new();
    town.see(Verdict::Review, "x");
    let since = town.proposal.as_ref().expect("waits").since;
    town.see(Verdict::Review, "y");
    let second = town.proposal.clone().expect("waits");
    assert_eq!((second.since, second.snapshot.bytes), (since, Digest::of("y")));
    assert_eq!(town.told.len(), 2);
    town.see(Verdict::Review, "y");
    assert_eq!(town.told.len(), 2, "the same state twice");
    let up = town.see(Verdict::Routine, "z");
    assert!(town.proposal.is_none());
    assert!(matches!(up.followed, Some(Some(_))));
}
