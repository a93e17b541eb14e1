//! What checks leave behind and read again.

use crate::sample::*;
use hinomi::model::{Digest, Judged, Persona, TargetState, Verdict};
use hinomi::store::{CheckRecord, Slot, Store, StoreError};
use std::time::Duration;

fn judged(text: &str) -> Judged {
    Judged {
        fingerprint: Digest::of(text),
        terms: Digest::of("terms"),
        state: Digest::of(format!("state {text}")),
        judgement: judgement(Verdict::Routine),
        findings: vec![finding(text)],
        resources: vec![resource(text)],
    }
}

fn full(seconds: i64) -> CheckRecord {
    CheckRecord {
        judged: Slot::Put(judged("a")),
        validators: Slot::Put((Some("\"etag\"".to_owned()), Some("Wed, 01 Apr 2026 00:00:00 GMT".to_owned()))),
        since_full: 3,
        followed: Slot::Put(snapshot("followed")),
        unseen: Some((at(7), 2)),
        proposal: Slot::Put(proposal("t0", "proposed")),
        incidents: vec![incident("t0", seconds)],
        bodies: vec![body("followed"), body("proposed")],
        findings: vec![finding("x")],
        ..check("t0", seconds)
    }
}

pub(crate) async fn state_comes_back(place: impl Place) {
    let store = place.open();
    assert_eq!(store.target_state(id("t0"), DESKTOP).await.unwrap(), TargetState::default());
    store.put_registry(many(1), at(0)).await.unwrap();
    assert_eq!(store.target_state(id("t0"), DESKTOP).await.unwrap(), TargetState::default());
    let record = full(20);
    store.record(record.clone()).await.unwrap();
    drop(store);
    let state = place.open().target_state(id("t0"), DESKTOP).await.unwrap();
    assert_eq!(state.last, Some(judged("a")));
    assert_eq!(Slot::Put(state.validators), record.validators);
    assert_eq!((state.since_full, state.unseen, state.compared_at), (3, Some((at(7), 2)), Some(at(20))));
    assert_eq!((state.followed, state.incidents), (Some(snapshot("followed")), record.incidents));
    assert_eq!((state.revision, state.approval_ends), (0, None));
}

pub(crate) async fn slots_keep_put_and_clear(place: impl Place) {
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    store.record(full(20)).await.unwrap();
    let mut unseen = check("t0", 30);
    unseen.observation = observation("t0", 30, Verdict::Unseen);
    store.record(unseen).await.unwrap();
    let state = store.target_state(id("t0"), DESKTOP).await.unwrap();
    assert_eq!((state.last, state.followed), (Some(judged("a")), Some(snapshot("followed"))));
    assert_eq!((state.since_full, state.unseen), (0, None));
    assert!(state.validators.0.is_some() && state.compared_at == Some(at(20)));
    assert_eq!(store.proposal(id("t0"), DESKTOP).await.unwrap(), Some(proposal("t0", "proposed")));
    assert_eq!(store.proposals().await.unwrap(), [proposal("t0", "proposed")]);

    let cleared = CheckRecord {
        judged: Slot::Clear,
        validators: Slot::Clear,
        followed: Slot::Clear,
        proposal: Slot::Clear,
        ..check("t0", 40)
    };
    store.record(cleared).await.unwrap();
    let state = store.target_state(id("t0"), DESKTOP).await.unwrap();
    assert_eq!((state.last, state.validators, state.followed), (None, (None, None), None));
    assert_eq!(store.proposal(id("t0"), DESKTOP).await.unwrap(), None);
}

pub(crate) async fn bodies_are_kept_and_checked(place: impl Place) {
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    store.record(full(20)).await.unwrap();
    let (digest, bytes) = body("followed");
    assert_eq!(store.body(digest).await.unwrap(), Some(bytes));
    assert_eq!(store.body(Digest::of("nobody")).await.unwrap(), None);
    let wrong = CheckRecord { bodies: vec![(Digest::of("a"), b"b".to_vec())], ..check("t0", 30) };
    assert!(matches!(store.record(wrong).await, Err(StoreError::Refused(_))));
    assert_eq!(store.observations(id("t0"), 9).await.unwrap().len(), 1, "nothing of it was written");
}

pub(crate) async fn observations_are_newest_first(place: impl Place) {
    let store = place.open();
    let mut both = target("t0", "t0.example");
    both.personas.push(Persona::Mobile);
    store.put_registry(registry([both]), at(0)).await.unwrap();
    for n in 0..6 {
        let verdict = [Verdict::Unchanged, Verdict::Alarm, Verdict::Unseen][n as usize % 3];
        let mut record = check("t0", n * 10);
        record.observation = observation("t0", n * 10, verdict);
        record.observation.persona = if n % 2 == 0 { DESKTOP } else { Persona::Mobile };
        record.findings = (verdict == Verdict::Alarm).then(|| finding(&n.to_string())).into_iter().collect();
        store.record(record).await.unwrap();
    }
    let seen = store.observations(id("t0"), 4).await.unwrap();
    assert_eq!(seen.iter().map(|seen| (seen.at - at(0)).get_seconds()).collect::<Vec<_>>(), [50, 40, 30, 20]);
    assert_eq!(seen[1].persona, DESKTOP);
    let mut expected = observation("t0", 50, Verdict::Unseen);
    expected.persona = Persona::Mobile;
    assert_eq!(seen[0], expected);
    assert_eq!(store.findings(seen[1].clone()).await.unwrap(), [finding("4")]);
    assert_eq!(store.findings(seen[2].clone()).await.unwrap(), []);
}

pub(crate) async fn a_failing_record_leaves_nothing(place: impl Place) {
    let store = place.open();
    store.put_registry(many(2), at(0)).await.unwrap();
    let message = message("a@city.example", vec![], 0);
    store.compose(vec![(message.clone(), vec![])]).await.unwrap();
    let again = store.compose(vec![(message, vec![])]);
    let records = (0..20).map(|n| store.record(check(&format!("t{}", n % 2), n)));
    let (again, ended) = tokio::join!(again, futures_util::future::join_all(records));
    assert!(again.is_err(), "the same message twice");
    assert!(ended.iter().all(Result::is_ok), "the failing write took another with it");
    assert_eq!(store.observations(id("t0"), 99).await.unwrap().len(), 10);
}

pub(crate) async fn a_removed_target_leaves_nothing(place: impl Place) {
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    store.begin(vec![(id("t0"), DESKTOP)], at(0)).await.unwrap();
    store.put_registry(others(), at(1)).await.unwrap();
    let told = notice("a@city.example", hinomi::model::Event::Test, 2, 0);
    store.record(CheckRecord { notices: vec![told], ..full(2) }).await.unwrap();
    assert_eq!(store.incidents(true, 10).await.unwrap(), []);
    assert_eq!(store.due_notices(at(100)).await.unwrap(), []);
    assert_eq!(store.target_state(id("t0"), DESKTOP).await.unwrap(), TargetState::default());
}

pub(crate) async fn coverage_counts_comparisons(place: impl Place) {
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    let store = &store;
    let of = |since, now| async move { store.coverage(since, now).await.unwrap().pop().unwrap() };
    for n in 0..36 {
        let mut record = check("t0", n * 300);
        record.observation.compared = n % 6 != 5;
        store.record(record).await.unwrap();
    }
    let now = at(36 * 300 - 1);
    let all = of(at(0), now).await;
    assert_eq!((all.due, all.compared), (36, 30));
    assert_eq!((all.last, all.next_due, all.quarantined), (Some(at(34 * 300)), at(36 * 300), false));
    let last_hour = of(at(2 * 3600 + 100), now).await;
    assert_eq!((last_hour.due, last_hour.compared), (11, 10), "from the beginning of the hour");
    assert_eq!(of(at(0), at(72 * 300)).await.due, 73, "overdue shows");
}

pub(crate) async fn coverage_begins_anew_with_the_interval(place: impl Place) {
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    store.record(check("t0", 0)).await.unwrap();
    let mut slow = many(1);
    if let Some(target) = slow.targets.get_mut(&id("t0")) {
        target.interval = Duration::from_secs(3600);
    }
    store.put_registry(slow, at(7200)).await.unwrap();
    store.record(check("t0", 7200)).await.unwrap();
    let coverage = store.coverage(at(7200), at(7200 + 3599)).await.unwrap();
    assert_eq!((coverage[0].due, coverage[0].compared), (1, 1));
}

pub(crate) async fn notes_are_kept(place: impl Place) {
    let store = place.open();
    assert_eq!(store.note("digest".to_owned()).await.unwrap(), None);
    for value in ["1", "二"] {
        store.put_note("digest".to_owned(), value.to_owned()).await.unwrap();
    }
    store.ping(at(5)).await.unwrap();
    drop(store);
    assert_eq!(place.open().note("digest".to_owned()).await.unwrap().as_deref(), Some("二"));
}
