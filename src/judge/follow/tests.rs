//! What follows from checks, told as small histories.

use super::*;
use crate::model::{
    CaptureOf, Channel, Confidence, Digest, Head, IncidentState, Language, Mark, Plane, Policy, Receiver, Registry,
    Severity, Words,
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
        let found = if verdict == Verdict::Alarm { &[(rule, rule)][..] } else { &[] };
        self.find(verdict, rule, found)
    }

    /// A page that shows these findings, by rule and evidence.
    fn find(&mut self, verdict: Verdict, rule: &str, found: &[(&str, &str)]) -> FollowUp {
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
            resources: vec![],
        };
        let finding = |(rule, evidence): &(&str, &str)| Finding {
            rule: (*rule).into(),
            severity: Severity::Critical,
            confidence: Confidence::Firm,
            plane: Plane::Active,
            summary: Words::new(*rule, *rule),
            evidence: (*evidence).to_owned(),
            location: None,
            decoded: None,
        };
        let findings: Vec<Finding> = found.iter().map(finding).collect();
        let findings = &findings[..];
        let judgement = Judgement { verdict, because: vec![], despite: vec![], certain: false, drift: None };
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
        self.check(&Sight::Unseen { reason, detail: "x", capture: None })
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
fn more_findings_than_are_kept_are_not_news_at_every_check() {
    let mut town = Town::new();
    let names: Vec<String> = (0..300).map(|number| format!("link {number}")).collect();
    let mut found: Vec<(&str, &str)> = names.iter().map(|name| ("hidden-links", name.as_str())).collect();
    found.push(("hidden-frame", "a frame behind the cut"));
    for _ in 0..20 {
        town.find(Verdict::Alarm, "flooded", &found);
    }
    assert_eq!(town.told.len(), 1, "{:?}", town.told);
    let kept = &town.open()[0].findings;
    assert!(kept.len() <= crate::model::MAX_INCIDENT_FINDINGS);
    assert!(kept.iter().any(|finding| finding.rule == "hidden-frame"), "every rule keeps a voice");
}

#[test]
fn a_second_injection_of_the_same_kind_is_told_too() {
    let mut town = Town::new();
    town.find(Verdict::Alarm, "one", &[("hidden-frame", "http://evil.example/")]);
    let both = [("hidden-frame", "http://evil.example/"), ("hidden-frame", "http://worse.example/")];
    town.find(Verdict::Alarm, "two", &both);
    assert!(matches!(town.told.last().map(|n| &n.event), Some(Event::Worse { .. })));
    assert_eq!(town.told.len(), 2);
    assert_eq!(town.open()[0].findings[0].evidence, "http://worse.example/", "what is news is shown first");
    town.find(Verdict::Alarm, "two", &both);
    assert_eq!(town.told.len(), 2);
}

#[test]
fn what_the_page_no_longer_shows_is_kept_and_said_to_be_gone() {
    let gone = |town: &Town| {
        let incident = town.open()[0].clone();
        let gone = incident.findings.iter().filter(|finding| incident.is_gone(finding));
        gone.map(|finding| finding.evidence.clone()).collect::<Vec<_>>()
    };
    let mut town = Town::new();
    town.find(Verdict::Alarm, "one", &[("hidden-frame", "first")]);
    assert!(gone(&town).is_empty());
    town.find(Verdict::Alarm, "two", &[("base-changed", "second")]);
    assert_eq!(gone(&town), ["first"]);
    town.see(Verdict::Unchanged, "clean");
    assert_eq!(gone(&town).len(), 2);
    town.find(Verdict::Alarm, "one", &[("hidden-frame", "first")]);
    assert_eq!(gone(&town), ["second"], "it came back");
}

#[test]
fn a_page_that_changes_its_evidence_with_every_fetch_is_told_less_and_less() {
    let mut town = Town::new();
    let day = 24 * 12;
    for number in 0..day {
        town.find(Verdict::Alarm, &format!("page {number}"), &[("encoded-script", &format!("nonce {number}"))]);
    }
    assert!((4..=8).contains(&town.told.len()), "{} messages in a day", town.told.len());
    let first = town.told.len();
    for number in day..2 * day {
        town.find(Verdict::Alarm, &format!("page {number}"), &[("encoded-script", &format!("nonce {number}"))]);
    }
    assert!(town.told.len() - first <= 2, "{} on the second day", town.told.len() - first);
    let captures = &town.open()[0].trail.captures;
    assert!(captures.len() <= crate::model::MAX_CAPTURES);
    assert_eq!((captures[0].of, captures[0].bytes), (CaptureOf::First, Digest::of("page 0")));
    assert_eq!(captures.last().map(|kept| kept.bytes), Some(Digest::of(format!("page {}", 2 * day - 1))));
}

#[test]
fn an_acknowledged_incident_that_grows_worse_is_open_again_and_escalates() {
    let mut town = Town::new();
    town.see(Verdict::Alarm, "hidden-frame");
    let mark = Mark { by: "a".into(), at: town.now, reason: "b".into() };
    let incident = &mut town.state.incidents[0];
    (incident.state, incident.acknowledged, incident.escalate_at) =
        (IncidentState::Acknowledged, Some(mark.clone()), None);
    town.see(Verdict::Alarm, "hidden-frame");
    assert_eq!(town.open()[0].state, IncidentState::Acknowledged, "nothing new");
    town.now += Duration::from_secs(86_400);
    let grown = town.now;
    town.see(Verdict::Alarm, "base-changed");
    let incident = town.open()[0].clone();
    assert_eq!((incident.state, incident.acknowledged.as_ref()), (IncidentState::Open, None));
    assert_eq!(incident.trail.earlier, [mark]);
    assert_eq!(incident.escalate_at, Some(grown + Duration::from_secs(1800)));
    let directory = Directory { registry: &town.registry, operators: &town.operators };
    let later = grown + Duration::from_secs(1800);
    let escalated = super::super::escalate(&incident, &town.target, &directory, &Timing::default(), later);
    let (incident, notices) = escalated.expect("its time has come");
    assert_eq!((incident.level, notices.len()), (2, 1));
    assert_eq!(incident.escalate_at, Some(grown + Duration::from_secs(7200)), "counted from when it grew worse");
}

#[test]
fn what_could_not_be_examined_is_kept_as_evidence() {
    let mut town = Town::new();
    let url: url::Url = "https://www.town.example/".parse().expect("url");
    for number in 0..6 {
        let (hops, headers) = (vec![], vec![]);
        let head = Head {
            requested: url.clone(),
            final_url: url.clone(),
            status: 200,
            headers,
            hops,
            remote: None,
            certificate: None,
        };
        let bytes = Digest::of(format!("{number}"));
        let kept =
            Evidence { of: CaptureOf::First, at: town.now, bytes, size: 1, state: None, head, resources: Vec::new() };
        town.check(&Sight::Unseen { reason: UnseenReason::InternalError, detail: "x", capture: Some(&kept) });
    }
    let incident = town.open()[0];
    let kept: Vec<_> = incident.trail.captures.iter().map(|kept| (kept.of, kept.bytes)).collect();
    assert_eq!(kept, [(CaptureOf::First, Digest::of("3")), (CaptureOf::Last, Digest::of("5"))]);
    assert_eq!(incident.evidence, Some(Digest::of("3")));
}

#[test]
fn what_is_unseen_waits_for_company_about_one_interval() {
    let mut town = Town::new();
    (0..4).for_each(|_| drop(town.miss(UnseenReason::ConnectFailed)));
    let opened = &town.told[0];
    assert_eq!(opened.not_before, opened.at + Duration::from_secs(300));
    (0..9).for_each(|_| drop(town.see(Verdict::Unchanged, "")));
    let over = town.told.last().expect("told");
    assert!(matches!(over.event, Event::Resolved { .. }));
    assert_eq!(over.not_before, over.at + Duration::from_secs(300));
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
    let earlier: Vec<Digest> = second.earlier.iter().map(|snapshot| snapshot.bytes).collect();
    assert_eq!(earlier, [Digest::of("x")], "a person may still answer to what was shown before");
    let up = town.see(Verdict::Routine, "z");
    assert!(town.proposal.is_none());
    assert!(matches!(up.followed, Some(Some(_))));
}
