//! What is due, and what is in flight.

use crate::sample::*;
use hinomi::model::{Event, Mask, Persona, Policy, Registry};
use hinomi::store::{Store, StoreError, Told};
use std::collections::BTreeSet;
use std::time::Duration;

async fn due_names(store: &impl Store, seconds: i64, limit: u32, per_host: u32) -> Vec<String> {
    let due = store.due(at(seconds), limit, per_host).await.unwrap();
    due.into_iter().map(|due| due.target.id.to_string()).collect()
}

pub(crate) async fn first_checks_are_spread_evenly(place: impl Place) {
    let store = place.open();
    store.put_registry(many(30), at(0)).await.unwrap();
    let due = store.due(at(300), 100, 10).await.unwrap();
    let times: Vec<i64> = due.iter().map(|due| (due.at - at(0)).get_seconds()).collect();
    assert_eq!(times, (0..30).map(|n| n * 10).collect::<Vec<_>>());
    assert_eq!(store.next_due().await.unwrap(), Some(at(0)));
    let names: Vec<_> = due.iter().map(|due| due.target.id.clone()).collect();
    assert!(!names.is_sorted(), "neighbours in the registry do not come together");
    assert_eq!(due[0].target, many(30).targets[&due[0].target.id]);
}

pub(crate) async fn the_same_registry_changes_nothing(place: impl Place) {
    let store = place.open();
    store.put_registry(many(10), at(0)).await.unwrap();
    let before = store.due(at(1000), 100, 10).await.unwrap();
    store.put_registry(many(10), at(500)).await.unwrap();
    assert_eq!(store.due(at(1000), 100, 10).await.unwrap(), before);
    assert_eq!(store.registry().await.unwrap(), many(10));
    drop(store);
    assert_eq!(place.open().due(at(1000), 100, 10).await.unwrap(), before, "due times outlive the process");
}

pub(crate) async fn changes_make_due_at_once(place: impl Place) {
    let store = place.open();
    let plain = target("a", "a.example");
    let mut changed = vec![plain.clone(); 4];
    changed[0].url = "https://other.example/".parse().unwrap();
    changed[1].masks.push(Mask { select: "#counter".to_owned(), reason: "counter".to_owned() });
    changed[2].personas.push(Persona::Mobile);
    changed[3].policy = Policy::Strict;
    for (n, new) in changed.into_iter().enumerate() {
        store.put_registry(registry([plain.clone()]), at(0)).await.unwrap();
        store.record(check("a", 100_000 * n as i64)).await.unwrap();
        let now = 100_000 * n as i64 + 1;
        store.put_registry(registry([new.clone()]), at(now)).await.unwrap();
        let due = store.due(at(now), 10, 10).await.unwrap();
        assert_eq!(due.len(), if n == 3 { 0 } else { new.personas.len() }, "change {n}");
        assert!(due.iter().all(|due| due.target == new));
    }
}

pub(crate) async fn an_empty_registry_is_refused_over_a_stored_one(place: impl Place) {
    let store = place.open();
    store.put_registry(Registry::default(), at(0)).await.unwrap();
    store.put_registry(many(2), at(0)).await.unwrap();
    store.put_incident(incident("t0", 1), vec![]).await.unwrap();
    let refused = store.put_registry(Registry::default(), at(2)).await;
    assert!(matches!(refused, Err(StoreError::EmptyRegistry { stored: 2 })), "{refused:?}");
    assert_eq!(store.registry().await.unwrap(), many(2));
    assert_eq!(store.incidents(false, 10).await.unwrap().len(), 1, "nothing is closed");
}

pub(crate) async fn disabled_and_removed_targets_are_not_due(place: impl Place) {
    let store = place.open();
    let mut off = target("off", "off.example");
    off.enabled = false;
    store.put_registry(registry([off.clone(), target("on", "on.example")]), at(0)).await.unwrap();
    assert_eq!(due_names(&store, 1000, 10, 10).await, ["on"]);
    off.enabled = true;
    store.put_registry(registry([off]), at(5000)).await.unwrap();
    assert_eq!(due_names(&store, 5000, 10, 10).await, ["off"]);
    store.put_registry(others(), at(6000)).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), None);
    store.put_registry(registry([target("on", "on.example")]), at(9000)).await.unwrap();
    assert_eq!(due_names(&store, 9000, 10, 10).await, ["on"], "one that comes back is due");
}

pub(crate) async fn due_is_most_overdue_first_and_within_limits(place: impl Place) {
    let store = place.open();
    let same = |n: usize| target(&format!("same{n}"), "same.example");
    let targets = (0..5).map(same).chain([target("other", "other.example")]);
    store.put_registry(registry(targets), at(0)).await.unwrap();
    for n in 0..5 {
        store.record(check(&format!("same{n}"), 100 - n)).await.unwrap();
    }
    store.record(check("other", 200)).await.unwrap();
    assert_eq!(due_names(&store, 399, 10, 10).await, ["same4", "same3", "same2", "same1"]);
    assert_eq!(due_names(&store, 1000, 10, 2).await, ["same4", "same3", "other"]);
    assert_eq!(due_names(&store, 1000, 2, 10).await, ["same4", "same3"]);
    assert_eq!(due_names(&store, 1000, 0, 10).await, [""; 0]);
    store.begin(vec![(id("same0"), DESKTOP)], at(1000)).await.unwrap();
    assert_eq!(due_names(&store, 1000, 10, 2).await, ["same4", "other"], "those in flight count");
}

pub(crate) async fn a_check_in_flight_is_not_due(place: impl Place) {
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    let begun = store.begin(vec![(id("t0"), DESKTOP), (id("unknown"), DESKTOP)], at(0)).await.unwrap();
    assert_eq!(begun, [Some(store.target_state(id("t0"), DESKTOP).await.unwrap()), None]);
    assert_eq!(due_names(&store, 10, 10, 10).await, [""; 0]);
    store.abandon(id("t0"), DESKTOP).await.unwrap();
    assert_eq!(due_names(&store, 10, 10, 10).await, ["t0"]);
    store.begin(vec![(id("t0"), DESKTOP)], at(10)).await.unwrap();
    store.record(check("t0", 11)).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), Some(at(311)));
}

pub(crate) async fn marks_outlive_the_process(place: impl Place) {
    let store = place.open();
    store.put_registry(many(3), at(0)).await.unwrap();
    store.begin(vec![(id("t0"), DESKTOP), (id("t1"), DESKTOP)], at(0)).await.unwrap();
    assert_eq!(store.in_flight().await.unwrap(), [], "its own checks are alive");
    drop(store);
    let store = place.open();
    for _ in 0..2 {
        let left = store.in_flight().await.unwrap();
        let names: BTreeSet<_> = left.iter().map(|left| left.target.to_string()).collect();
        assert_eq!(names, BTreeSet::from(["t0".to_owned(), "t1".to_owned()]));
        assert!(left.iter().all(|left| !left.alone && left.deaths == 1), "{left:?}");
    }
    assert_eq!(due_names(&store, 0, 10, 10).await.len() + due_names(&store, 300, 10, 10).await.len(), 1);
}

pub(crate) async fn the_last_in_flight_is_the_culprit(place: impl Place) {
    let store = place.open();
    store.put_registry(many(3), at(0)).await.unwrap();
    store.begin(vec![(id("t0"), DESKTOP), (id("t1"), DESKTOP)], at(0)).await.unwrap();
    drop(store);
    let store = place.open();
    store.in_flight().await.unwrap();
    store.begin(vec![(id("t0"), DESKTOP)], at(10)).await.unwrap();
    store.record(check("t0", 11)).await.unwrap();
    store.begin(vec![(id("t1"), DESKTOP)], at(12)).await.unwrap();
    drop(store);
    let store = place.open();
    let left = store.in_flight().await.unwrap();
    assert_eq!(left.len(), 1);
    assert!(left[0].target == id("t1") && left[0].alone && left[0].deaths == 2, "{left:?}");
    store.begin(vec![(id("t1"), DESKTOP)], at(20)).await.unwrap();
    store.record(check("t1", 21)).await.unwrap();
    assert_eq!(store.in_flight().await.unwrap(), []);
}

pub(crate) async fn a_forgotten_mark_does_not_blind(place: impl Place) {
    let (service, other) = (place.open(), place.open());
    service.put_registry(many(1), at(0)).await.unwrap();
    other.begin(vec![(id("t0"), DESKTOP)], at(0)).await.unwrap();
    drop(other);
    assert_eq!(due_names(&service, 60, 10, 1).await, [""; 0], "the other process may still be at it");
    assert_eq!(due_names(&service, 3600, 10, 1).await, ["t0"]);
    assert_eq!(service.in_flight().await.unwrap().len(), 1);
    assert_eq!(due_names(&service, 3600, 10, 1).await, [""; 0], "taken over: checked one at a time");
}

pub(crate) async fn marks_change_for_their_owner_only(place: impl Place) {
    let (service, other) = (place.open(), place.open());
    service.put_registry(many(1), at(0)).await.unwrap();
    service.begin(vec![(id("t0"), DESKTOP)], at(0)).await.unwrap();
    // A check by hand beside the service: neither what it leaves nor what it gives up ends the check of the service.
    other.quarantine(id("t0"), DESKTOP, false, Told::default(), at(1)).await.unwrap();
    other.abandon(id("t0"), DESKTOP).await.unwrap();
    other.record(check("t0", 2)).await.unwrap();
    assert_eq!(due_names(&service, 500, 10, 10).await, [""; 0], "still in flight");
    drop(service);
    let service = place.open();
    let left = service.in_flight().await.unwrap();
    assert_eq!(left.iter().map(|left| left.deaths).collect::<Vec<_>>(), [1], "its death counts");
    service.begin(vec![(id("t0"), DESKTOP)], at(600)).await.unwrap();
    service.record(check("t0", 601)).await.unwrap();
    assert_eq!(due_names(&service, 1000, 10, 10).await, ["t0"]);
}

pub(crate) async fn quarantine_sets_aside_and_takes_back(place: impl Place) {
    let store = place.open();
    store.put_registry(many(2), at(0)).await.unwrap();
    store.begin(vec![(id("t0"), DESKTOP)], at(0)).await.unwrap();
    let aside = notice("watch@noc.example", Event::Test, 1, 0);
    let told = Told { notices: vec![aside.clone()], notes: vec![("aside".to_owned(), "t0".to_owned())] };
    store.quarantine(id("t0"), DESKTOP, true, told, at(1)).await.unwrap();
    assert_eq!(store.due_notices(at(1)).await.unwrap(), [aside]);
    assert_eq!(store.note("aside".to_owned()).await.unwrap().as_deref(), Some("t0"));
    assert_eq!(due_names(&store, 1000, 10, 10).await, ["t1"]);
    let coverage = store.coverage(at(0), at(1000)).await.unwrap();
    assert_eq!(coverage.iter().map(|c| c.quarantined).collect::<Vec<_>>(), [true, false]);
    let mut slower = many(2);
    if let Some(target) = slower.targets.get_mut(&id("t0")) {
        target.interval = Duration::from_secs(600);
    }
    store.put_registry(slower, at(1000)).await.unwrap();
    assert_eq!(due_names(&store, 1000, 10, 10).await, ["t1"], "a new registry does not take it back");
    store.quarantine(id("t0"), DESKTOP, false, Told::default(), at(1001)).await.unwrap();
    assert_eq!(due_names(&store, 1001, 10, 10).await.len(), 2);
}
