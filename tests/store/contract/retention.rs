//! Retention: what goes, and what never does.

use crate::sample::*;
use hinomi::model::{
    CaptureOf, Digest, Event, Evidence, Incident, IncidentState, PlannedChange, Proposal, Silence, Snapshot,
};
use hinomi::store::{CheckRecord, Retention, Slot, Store};
use std::time::Duration;
use uuid::Uuid;

const DAY: i64 = 86_400;

fn retention() -> Retention {
    Retention {
        observations: Duration::from_secs(10 * 86_400),
        observations_per_target: 1000,
        incidents: Duration::from_secs(10 * 86_400),
        messages: Duration::from_secs(10 * 86_400),
    }
}

pub(crate) async fn observations_by_age_and_count(place: impl Place) {
    let store = place.open();
    store.put_registry(many(2), at(0)).await.unwrap();
    for n in 0..20 {
        store.record(check("t0", n * DAY)).await.unwrap();
    }
    store.record(check("t1", 19 * DAY)).await.unwrap();
    assert!(store.prune(retention(), at(19 * DAY)).await.unwrap() >= 9);
    assert_eq!(store.observations(id("t0"), 99).await.unwrap().len(), 11);
    assert_eq!(store.prune(retention(), at(19 * DAY)).await.unwrap(), 0);
    let few = Retention { observations_per_target: 3, ..retention() };
    assert_eq!(store.prune(few, at(19 * DAY)).await.unwrap(), 8);
    let left = store.observations(id("t0"), 99).await.unwrap();
    assert_eq!(left.iter().map(|seen| seen.at).collect::<Vec<_>>(), [19, 18, 17].map(|n| at(n * DAY)));
    store.record(check("t0", 20 * DAY)).await.unwrap();
    assert_eq!(store.observations(id("t0"), 99).await.unwrap().len(), 4);
    assert_eq!(store.observations(id("t1"), 99).await.unwrap().len(), 1);
}

pub(crate) async fn what_is_open_stays(place: impl Place) {
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    let open = Incident { evidence: Some(Digest::of("evidence")), ..incident("t0", 0) };
    let over = Incident { state: IncidentState::Resolved, resolved: Some(mark(1)), ..incident("t0", 0) };
    let told_of = Incident { state: IncidentState::Resolved, resolved: Some(mark(1)), ..incident("t0", 0) };
    let record = CheckRecord {
        incidents: vec![open.clone(), over.clone(), told_of.clone()],
        notices: vec![notice("a@city.example", Event::Resolved { incident: told_of.id }, 1, 0)],
        bodies: vec![body("evidence")],
        ..check("t0", 0)
    };
    store.record(record).await.unwrap();
    let sent = [message("a@city.example", vec![open.id], 1), message("a@city.example", vec![], 1)];
    let unsent = message("b@city.example", vec![], 1);
    let all = sent.iter().chain([&unsent]).map(|message| (message.clone(), vec![])).collect();
    store.compose(all).await.unwrap();
    for message in &sent {
        store.sent(message.id, at(2)).await.unwrap();
    }
    store.approve(approval("t0", "approved", 1), Some(b"approved".to_vec())).await.unwrap();
    store.prune(retention(), at(1000 * DAY)).await.unwrap();
    assert_eq!(store.incidents(true, 10).await.unwrap().len(), 2, "open, and one still to be told of");
    assert_eq!(store.incident(over.id.to_string()).await.unwrap(), None);
    assert!(store.body(Digest::of("evidence")).await.unwrap().is_some());
    assert!(store.body(Digest::of("approved")).await.unwrap().is_some());
    assert_eq!(store.baseline(id("t0"), DESKTOP).await.unwrap().states.len(), 1);
    let left: Vec<Uuid> = store.deliveries(10).await.unwrap().iter().map(|delivery| delivery.message.id).collect();
    assert!(left.contains(&unsent.id) && left.contains(&sent[0].id) && !left.contains(&sent[1].id));
    assert_eq!(store.thread(open.id, receiver("a@city.example")).await.unwrap().len(), 1);
    assert_eq!(store.outbox(at(1000 * DAY)).await.unwrap().sent, 2, "what was dropped still counts");
}

pub(crate) async fn unused_bodies_go(place: impl Place) {
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    for (n, text) in ["one", "two"].into_iter().enumerate() {
        let record = CheckRecord {
            followed: Slot::Put(snapshot(text)),
            proposal: Slot::Put(proposal("t0", "proposed")),
            bodies: vec![body(text), body("proposed")],
            ..check("t0", n as i64)
        };
        store.record(record).await.unwrap();
    }
    store.prune(retention(), at(10)).await.unwrap();
    assert_eq!(store.body(Digest::of("one")).await.unwrap(), None);
    for kept in ["two", "proposed"] {
        assert!(store.body(Digest::of(kept)).await.unwrap().is_some(), "{kept}");
    }
    let cleared = CheckRecord { followed: Slot::Clear, proposal: Slot::Clear, ..check("t0", 20) };
    store.record(cleared).await.unwrap();
    assert_eq!(store.prune(retention(), at(30)).await.unwrap(), 2);
}

pub(crate) async fn evidence_and_earlier_proposals_stay(place: impl Place) {
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    let mut open = incident("t0", 0);
    for (of, text) in [(CaptureOf::First, "first"), (CaptureOf::Worse, "worse"), (CaptureOf::Last, "last")] {
        let Snapshot { at, bytes, size, state, head, resources } = snapshot(text);
        open.keep_capture(Evidence { of, at, bytes, size, state: Some(state), head, resources });
    }
    let waiting = Proposal { earlier: vec![snapshot("earlier")], ..proposal("t0", "now") };
    let kept = ["first", "worse", "last", "earlier", "now"];
    let record = CheckRecord {
        incidents: vec![open.clone()],
        proposal: Slot::Put(waiting),
        bodies: kept.iter().map(|text| body(text)).collect(),
        ..check("t0", 0)
    };
    store.record(record).await.unwrap();
    store.prune(retention(), at(10)).await.unwrap();
    for text in kept {
        assert!(store.body(Digest::of(text)).await.unwrap().is_some(), "{text}");
    }
    let over = Incident { state: IncidentState::Resolved, resolved: Some(mark(20)), ..open };
    store.put_incident(over, vec![]).await.unwrap();
    store.record(CheckRecord { proposal: Slot::Clear, ..check("t0", 20) }).await.unwrap();
    store.prune(retention(), at(1000 * DAY)).await.unwrap();
    for text in kept {
        assert!(store.body(Digest::of(text)).await.unwrap().is_none(), "{text}");
    }
}

pub(crate) async fn ended_things_go(place: impl Place) {
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    store.record(check("t0", 0)).await.unwrap();
    let (id, until) = (Uuid::now_v7(), at(100));
    store.put_silence(Silence { id, target: None, mark: mark(0), until }).await.unwrap();
    let plan = PlannedChange {
        id,
        target: crate::sample::id("t0"),
        mark: mark(0),
        from: at(0),
        until,
        region: None,
        digest: None,
    };
    store.put_plan(plan).await.unwrap();
    store.put_registry(others(), at(200)).await.unwrap();
    assert_eq!(store.prune(retention(), at(300)).await.unwrap(), 0);
    // The observation, its coverage, its watch, the silence and the plan.
    assert_eq!(store.prune(retention(), at(20 * DAY)).await.unwrap(), 5);
    assert_eq!(store.prune(retention(), at(20 * DAY)).await.unwrap(), 0);
}

pub(crate) async fn messages_given_up_go(place: impl Place) {
    let store = place.open();
    let (old, new) = (message("a@city.example", vec![], 0), message("b@city.example", vec![], 0));
    store.compose(vec![(old.clone(), vec![]), (new.clone(), vec![])]).await.unwrap();
    for (message, when) in [(&old, at(1)), (&new, at(9 * DAY))] {
        store.failed(message.id, when, "550 no such user".to_owned(), None, vec![]).await.unwrap();
    }
    assert_eq!(store.prune(retention(), at(12 * DAY)).await.unwrap(), 1);
    let left = store.deliveries(10).await.unwrap();
    assert_eq!(left.iter().map(|delivery| delivery.message.id).collect::<Vec<_>>(), [new.id]);
    assert_eq!(store.outbox(at(12 * DAY)).await.unwrap().sent, 0, "what was given up was never sent");
}
