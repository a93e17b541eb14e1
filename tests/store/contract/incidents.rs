//! Incidents, silences and planned changes.

use crate::sample::*;
use hinomi::model::*;
use hinomi::store::{CheckRecord, Store, StoreError};
use uuid::Uuid;

pub(crate) async fn incidents_open_and_close(place: impl Place) {
    let store = place.open();
    store.put_registry(many(2), at(0)).await.unwrap();
    let (old, new) = (incident("t0", 10), incident("t1", 20));
    store.record(CheckRecord { incidents: vec![old.clone()], ..check("t0", 10) }).await.unwrap();
    store.record(CheckRecord { incidents: vec![new.clone()], ..check("t1", 20) }).await.unwrap();
    assert_eq!(store.incidents(false, 10).await.unwrap(), [new.clone(), old.clone()]);
    assert_eq!(store.incidents(false, 1).await.unwrap(), std::slice::from_ref(&new));
    let over = Incident { state: IncidentState::Resolved, resolved: Some(mark(40)), escalate_at: None, ..old };
    let told = notice("web@city.example", Event::Resolved { incident: over.id }, 40, 0);
    store.put_incident(over.clone(), vec![told.clone()]).await.unwrap();
    assert_eq!(store.incidents(false, 10).await.unwrap(), std::slice::from_ref(&new));
    assert_eq!(store.incidents(true, 10).await.unwrap(), [new, over.clone()]);
    assert_eq!(store.incident(over.id.to_string()).await.unwrap(), Some(over));
    assert_eq!(store.due_notices(at(40)).await.unwrap(), [told]);
    assert_eq!(store.target_state(id("t0"), DESKTOP).await.unwrap().incidents, []);
}

pub(crate) async fn two_checks_at_once_open_one_incident(place: impl Place) {
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    let (first, twin) = (incident("t0", 10), Incident { findings: vec![finding("second")], ..incident("t0", 11) });
    let told = |incident: &Incident| notice("web@city.example", Event::Opened { incident: incident.id }, 10, 0);
    let sight = |one: &Incident, seconds| CheckRecord {
        incidents: vec![one.clone()],
        notices: vec![told(one)],
        ..check("t0", seconds)
    };
    store.record(sight(&first, 10)).await.unwrap();
    store.record(sight(&twin, 11)).await.unwrap();
    let open = store.incidents(false, 10).await.unwrap();
    assert_eq!((open.len(), open[0].id, open[0].findings.len()), (1, first.id, 2), "one attack, one incident");
    let events: Vec<_> = store.due_notices(at(100)).await.unwrap().into_iter().map(|notice| notice.event).collect();
    assert_eq!(events, [Event::Opened { incident: first.id }], "and told once");
    let down = Incident { kind: IncidentKind::Unseen, ..incident("t0", 12) };
    store.record(sight(&down, 12)).await.unwrap();
    assert_eq!(store.incidents(false, 10).await.unwrap().len(), 2, "another kind is another incident");
}

pub(crate) async fn people_and_checks_do_not_undo_each_other(place: impl Place) {
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    let first = Incident { evidence: Some(Digest::of("first")), ..incident("t0", 10) };
    store.record(CheckRecord { incidents: vec![first.clone()], ..check("t0", 10) }).await.unwrap();
    // A check and a person read the same incident; the person writes first.
    let acknowledged = Incident {
        acknowledged: Some(mark(15)),
        state: IncidentState::Acknowledged,
        escalate_at: None,
        ..first.clone()
    };
    store.put_incident(acknowledged.clone(), vec![]).await.unwrap();
    let worse = Incident {
        seen: at(20),
        findings: vec![first.findings[0].clone(), finding("second")],
        evidence: Some(Digest::of("second")),
        ..first.clone()
    };
    store.record(CheckRecord { incidents: vec![worse], ..check("t0", 20) }).await.unwrap();
    // And another person writes what they read before that check.
    store.put_incident(Incident { resolved: Some(mark(30)), ..acknowledged }, vec![]).await.unwrap();
    let found = store.incident(first.id.to_string()).await.unwrap().unwrap();
    assert_eq!(
        (found.state, found.acknowledged, found.resolved),
        (IncidentState::Resolved, Some(mark(15)), Some(mark(30)))
    );
    assert_eq!((found.seen, found.findings.len(), found.escalate_at), (at(20), 2, None));
    assert_eq!(found.evidence, Some(Digest::of("first")));
    store.put_incident(first.clone(), vec![]).await.unwrap();
    assert_eq!(store.incidents(false, 10).await.unwrap(), [], "what a person resolved stays resolved");
}

pub(crate) async fn only_checks_say_what_the_page_shows(place: impl Place) {
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    let first = Incident { alarmed_state: Some(Digest::of("one")), ..incident("t0", 10) };
    let clean = Incident { clean: Some((at(20), 2)), ..first.clone() };
    store.record(CheckRecord { incidents: vec![clean.clone()], ..check("t0", 20) }).await.unwrap();
    // A person reads the incident while it looks clean; it relapses; then the person writes.
    let relapse = Incident { alarmed_state: Some(Digest::of("two")), clean: None, ..first };
    store.record(CheckRecord { incidents: vec![relapse], ..check("t0", 30) }).await.unwrap();
    let acknowledged = Incident { acknowledged: Some(mark(31)), state: IncidentState::Acknowledged, ..clean };
    store.put_incident(acknowledged, vec![]).await.unwrap();
    let found = store.incidents(false, 10).await.unwrap().remove(0);
    assert_eq!((found.clean, found.alarmed_state), (None, Some(Digest::of("two"))));
    assert_eq!((found.state, found.acknowledged), (IncidentState::Acknowledged, Some(mark(31))));
}

pub(crate) async fn an_acknowledgement_from_before_it_grew_worse_is_history(place: impl Place) {
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    let first = incident("t0", 10);
    store.record(CheckRecord { incidents: vec![first.clone()], ..check("t0", 10) }).await.unwrap();
    let acknowledged = Incident {
        acknowledged: Some(mark(15)),
        state: IncidentState::Acknowledged,
        escalate_at: None,
        ..first.clone()
    };
    store.put_incident(acknowledged.clone(), vec![]).await.unwrap();
    let trail = Trail { earlier: vec![mark(15)], reopened: Some(at(20)), ..Trail::default() };
    let worse = Incident { escalate_at: Some(at(1820)), trail, ..first };
    store.record(CheckRecord { incidents: vec![worse], ..check("t0", 20) }).await.unwrap();
    // What somebody read before does not bring the old mark back.
    store.put_incident(acknowledged.clone(), vec![]).await.unwrap();
    let found = store.incidents(false, 10).await.unwrap().remove(0);
    assert_eq!((found.state, found.acknowledged, found.escalate_at), (IncidentState::Open, None, Some(at(1820))));
    assert_eq!(found.trail.earlier, [mark(15)]);
    assert_eq!(store.escalations(at(1820)).await.unwrap().len(), 1);
    store.put_incident(Incident { acknowledged: Some(mark(30)), ..acknowledged }, vec![]).await.unwrap();
    let found = store.incidents(false, 10).await.unwrap().remove(0);
    assert_eq!((found.state, found.acknowledged), (IncidentState::Acknowledged, Some(mark(30))));
}

pub(crate) async fn ids_may_be_shortened(place: impl Place) {
    let store = place.open();
    let ids = ["0190aaaa-0000-7000-8000-000000000001", "0190aaab-0000-7000-8000-000000000001"];
    for id in ids {
        let id = id.parse().unwrap();
        store.put_incident(Incident { id, ..incident("t0", 1) }, vec![]).await.unwrap();
    }
    let find = |start: &str| store.incident(start.to_owned());
    assert_eq!(find("0190AAAA").await.unwrap().map(|incident| incident.id.to_string()).as_deref(), Some(ids[0]));
    assert_eq!(find(ids[1]).await.unwrap().map(|incident| incident.id.to_string()).as_deref(), Some(ids[1]));
    for unknown in ["", "0191", "xyz", "%", "0190aaaa' OR 1"] {
        assert_eq!(find(unknown).await.unwrap(), None, "{unknown}");
    }
    assert!(matches!(find("0190aaa").await, Err(StoreError::Refused(_))));
}

pub(crate) async fn escalations_come_when_due(place: impl Place) {
    let store = place.open();
    let waiting = incident("t0", 0);
    let acknowledged =
        Incident { state: IncidentState::Acknowledged, acknowledged: Some(mark(1)), ..incident("t1", 0) };
    for incident in [&waiting, &acknowledged] {
        store.put_incident(incident.clone(), vec![]).await.unwrap();
    }
    assert_eq!(store.escalations(at(1799)).await.unwrap(), []);
    assert_eq!(store.escalations(at(1800)).await.unwrap(), std::slice::from_ref(&waiting));
    let next = Incident { level: 2, escalate_at: Some(at(9000)), ..waiting };
    store.put_incident(next.clone(), vec![]).await.unwrap();
    assert_eq!(store.escalations(at(8999)).await.unwrap(), []);
    assert_eq!(store.escalations(at(9000)).await.unwrap(), [next]);
}

pub(crate) async fn removed_targets_resolve(place: impl Place) {
    let store = place.open();
    let mut both = target("t0", "t0.example");
    both.personas.push(Persona::Mobile);
    store.put_registry(registry([both]), at(0)).await.unwrap();
    let (desktop, mobile) = (incident("t0", 10), Incident { persona: Persona::Mobile, ..incident("t0", 10) });
    store.put_incident(desktop.clone(), vec![]).await.unwrap();
    store.put_incident(mobile.clone(), vec![]).await.unwrap();
    store.put_registry(registry([target("t0", "t0.example")]), at(20)).await.unwrap();
    assert_eq!(store.incidents(false, 10).await.unwrap(), std::slice::from_ref(&desktop));
    store.put_registry(others(), at(30)).await.unwrap();
    assert_eq!(store.incidents(false, 10).await.unwrap(), []);
    let found = store.incident(desktop.id.to_string()).await.unwrap().unwrap();
    assert_eq!(found.resolved.map(|mark| (mark.reason, mark.at)), Some(("removed".to_owned(), at(30))));
}

pub(crate) async fn who_was_told_hears_that_a_target_was_removed(place: impl Place) {
    let store = place.open();
    store.put_registry(many(2), at(0)).await.unwrap();
    let open = incident("t0", 10);
    let event = Event::Opened { incident: open.id };
    let (sent, waiting) = (notice("a@city.example", event.clone(), 10, 0), notice("b@city.example", event, 10, 600));
    let notices = vec![sent.clone(), waiting.clone()];
    store.record(CheckRecord { incidents: vec![open.clone()], notices, ..check("t0", 10) }).await.unwrap();
    let letter = message("a@city.example", vec![open.id], 11);
    store.compose(vec![(letter.clone(), vec![sent.id])]).await.unwrap();
    store.sent(letter.id, at(12)).await.unwrap();
    store.put_registry(others(), at(20)).await.unwrap();
    let told = store.due_notices(at(20)).await.unwrap();
    let receivers: Vec<&str> = told.iter().map(|notice| notice.receiver.address.as_str()).collect();
    assert_eq!(receivers, ["a@city.example", "b@city.example"]);
    assert!(told.iter().all(|notice| notice.event == Event::Resolved { incident: open.id }), "{told:?}");
}

pub(crate) async fn silences_and_plans_end(place: impl Place) {
    let store = place.open();
    let silence = |until| Silence { id: Uuid::now_v7(), target: Some(id("t0")), mark: mark(0), until: at(until) };
    let (short, long) = (silence(100), silence(1000));
    store.put_silence(long.clone()).await.unwrap();
    store.put_silence(short.clone()).await.unwrap();
    assert_eq!(store.silences(at(99)).await.unwrap(), [short.clone(), long.clone()]);
    assert_eq!(store.silences(at(100)).await.unwrap(), std::slice::from_ref(&long));
    assert!(!store.end_silence("ffffffff".to_owned(), at(100)).await.unwrap());
    assert!(store.end_silence(long.id.to_string(), at(200)).await.unwrap());
    assert!(!store.end_silence(long.id.to_string(), at(201)).await.unwrap(), "it has ended");
    assert_eq!(store.silences(at(200)).await.unwrap(), []);

    let plan = PlannedChange {
        id: Uuid::now_v7(),
        target: id("t0"),
        mark: mark(0),
        from: at(500),
        until: at(900),
        region: Some("#news".to_owned()),
        digest: Some(Digest::of("new")),
    };
    store.put_plan(plan.clone()).await.unwrap();
    assert_eq!(store.plans(at(0)).await.unwrap(), std::slice::from_ref(&plan), "one that has not begun is listed too");
    assert!(store.end_plan(plan.id.to_string(), at(600)).await.unwrap());
    assert_eq!(store.plans(at(600)).await.unwrap(), []);
}

pub(crate) async fn a_silence_that_ends_lets_go_what_it_held_back(place: impl Place) {
    const DAY: i64 = 86_400;
    let store = place.open();
    store.put_registry(many(2), at(0)).await.unwrap();
    let silence = |target: Option<&str>, until| Silence {
        id: Uuid::now_v7(),
        target: target.map(id),
        mark: mark(0),
        until: at(until),
    };
    let (ours, other) = (silence(Some("t0"), 3 * DAY), silence(Some("t1"), 3 * DAY));
    store.put_silence(ours.clone()).await.unwrap();
    store.put_silence(other).await.unwrap();
    let down = Incident { kind: IncidentKind::Unseen, ..incident("t0", 10) };
    let attack = incident("t0", 10);
    store.put_incident(down.clone(), vec![]).await.unwrap();
    store.put_incident(attack.clone(), vec![]).await.unwrap();
    let review = |target: &str| Event::Review { target: id(target), persona: DESKTOP };
    let digest = 3 * DAY + 3600;
    let told = [
        notice("a", review("t0"), 0, digest),
        notice("a", review("t1"), 0, digest),
        notice("a", Event::Opened { incident: down.id }, 0, 3 * DAY),
        notice("a", Event::Opened { incident: attack.id }, 0, 3 * DAY),
    ];
    store.put_notices(told.to_vec()).await.unwrap();
    assert_eq!(store.due_notices(at(2 * DAY)).await.unwrap(), []);
    assert!(store.end_silence(ours.id.to_string(), at(DAY)).await.unwrap());
    let due = store.due_notices(at(DAY)).await.unwrap();
    assert_eq!(due.iter().map(|n| (n.id, n.not_before)).collect::<Vec<_>>(), [(told[2].id, at(DAY))], "at once");
    let due = store.due_notices(at(DAY + 3600)).await.unwrap();
    assert_eq!(due.len(), 2, "a review in the next digest, one of another page later: {due:?}");
    assert_eq!(due.iter().find(|n| n.id == told[0].id).map(|n| n.not_before), Some(at(DAY + 3600)));
}
