//! Approvals: what they do to the baseline, and what can be rebuilt from them.

use crate::sample::*;
use hinomi::model::{
    Approval, ApprovalAction, Baseline, Content, Digest, Event, Incident, Notice, Proposal, Resource, ResourceKind,
    Trail, Wanted,
};
use hinomi::store::{CheckRecord, Owner, Rejection, Slot, Store, StoreError};

async fn approve(store: &impl Store, approval: Approval, text: &str) {
    store.approve(approval, Some(text.as_bytes().to_vec())).await.unwrap();
}

fn special(text: &str, seconds: i64) -> Approval {
    Approval { special: Some("disaster".to_owned()), ..approval("t0", text, seconds) }
}

fn retire(text: &str, seconds: i64) -> Approval {
    Approval { action: ApprovalAction::Retire, ..approval("t0", text, seconds) }
}

async fn states(store: &impl Store) -> Vec<(Digest, Option<String>)> {
    let baseline = store.baseline(id("t0"), DESKTOP).await.unwrap();
    baseline.states.into_iter().map(|state| (state.snapshot.bytes, state.special)).collect()
}

fn ordinary(text: &str) -> (Digest, Option<String>) {
    (Digest::of(text), None)
}

pub(crate) async fn an_approval_replaces_the_ordinary_state(place: impl Place) {
    let store = place.open();
    assert_eq!(store.baseline(id("t0"), DESKTOP).await.unwrap(), Baseline::default());
    store.put_registry(many(1), at(0)).await.unwrap();
    approve(&store, approval("t0", "one", 1), "one").await;
    approve(&store, approval("t0", "two", 2), "two").await;
    assert_eq!(states(&store).await, [ordinary("two")]);
    let baseline = store.baseline(id("t0"), DESKTOP).await.unwrap();
    let wanted = approval("t0", "two", 2);
    let state = &baseline.states[0];
    assert_eq!((state.at, &state.by, &state.reason), (wanted.at, &wanted.by, &wanted.reason));
    assert_eq!((&state.snapshot, state.expires, baseline.revision), (&wanted.snapshot, wanted.expires, 2));
    let known = store.target_state(id("t0"), DESKTOP).await.unwrap();
    assert_eq!((known.revision, known.approval_ends), (2, Some(wanted.expires)));
    let lines = store.approvals(id("t0")).await.unwrap();
    assert_eq!(lines, [approval("t0", "one", 1), wanted], "the record keeps what was replaced");
    for text in ["one", "two"] {
        assert_eq!(store.body(Digest::of(text)).await.unwrap().as_deref(), Some(text.as_bytes()));
    }
    assert_eq!(store.verify().await.unwrap(), []);
}

pub(crate) async fn special_states_stand_beside(place: impl Place) {
    let store = place.open();
    approve(&store, approval("t0", "one", 1), "one").await;
    approve(&store, special("flood", 2), "flood").await;
    approve(&store, special("quake", 3), "quake").await;
    approve(&store, special("flood", 4), "flood").await;
    approve(&store, approval("t0", "two", 5), "two").await;
    let disaster = |text| (Digest::of(text), Some("disaster".to_owned()));
    assert_eq!(states(&store).await, [disaster("quake"), disaster("flood"), ordinary("two")]);
    assert_eq!(store.baseline(id("t0"), DESKTOP).await.unwrap().revision, 5);
}

pub(crate) async fn ordinary_states_stand_beside_where_a_person_says_so(place: impl Place) {
    let store = place.open();
    let beside = |text, seconds| Approval { beside: true, ..approval("t0", text, seconds) };
    approve(&store, approval("t0", "one", 1), "one").await;
    approve(&store, special("flood", 2), "flood").await;
    approve(&store, beside("two", 3), "two").await;
    let disaster = (Digest::of("flood"), Some("disaster".to_owned()));
    assert_eq!(states(&store).await, [ordinary("one"), disaster.clone(), ordinary("two")]);
    approve(&store, beside("one", 4), "one").await;
    assert_eq!(states(&store).await, [disaster.clone(), ordinary("two"), ordinary("one")], "no state twice");
    store.approve(retire("two", 5), None).await.unwrap();
    assert_eq!(states(&store).await, [disaster.clone(), ordinary("one")]);
    approve(&store, beside("two", 6), "two").await;
    approve(&store, approval("t0", "three", 7), "three").await;
    assert_eq!(states(&store).await, [disaster, ordinary("three")], "it takes the place of both");
    assert_eq!(store.verify().await.unwrap(), []);
    let lines = store.approvals(id("t0")).await.unwrap();
    assert_eq!(lines.iter().filter(|line| line.beside).count(), 3, "the record keeps how it was meant");
}

pub(crate) async fn owners_of_what_approved_states_load_are_known(place: impl Place) {
    let store = place.open();
    let loads = |kind, url: &str| {
        let wanted = Wanted { kind, url: url.parse().unwrap(), own: false };
        Resource::new(wanted, true, Content::Absent { status: 404 })
    };
    let mut one = approval("t0", "one", 1);
    one.snapshot.resources = vec![
        loads(ResourceKind::Script, "https://www.city.example/menu.js"),
        loads(ResourceKind::Script, "https://stat.example/t.js?id=1"),
        loads(ResourceKind::Picture, "https://pictures.example/a.png"),
        loads(ResourceKind::Frame, "https://map.example/"),
    ];
    let (organisation, retired) =
        (one.target.organisation.clone(), Approval { action: ApprovalAction::Retire, ..one.clone() });
    approve(&store, one, "one").await;
    let foreign: Owner = |page, url| (page.host() != url.host()).then(|| url.host_str().map(str::to_owned))?;
    let known = |owner: &str| (organisation.clone(), owner.to_owned());
    let mut found = store.approved_owners(foreign).await.unwrap();
    found.sort();
    assert_eq!(found, [known("map.example"), known("stat.example")]);
    store.approve(Approval { at: at(2), ..retired }, None).await.unwrap();
    assert_eq!(store.approved_owners(foreign).await.unwrap(), []);
}

pub(crate) async fn retiring_takes_away(place: impl Place) {
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    approve(&store, approval("t0", "one", 1), "one").await;
    approve(&store, special("flood", 2), "flood").await;
    store.approve(retire("flood", 3), None).await.unwrap();
    assert_eq!(states(&store).await, [ordinary("one")]);
    let again = store.approve(retire("flood", 4), None).await;
    assert!(matches!(again, Err(StoreError::Refused(_))), "{again:?}");
    store.approve(retire("one", 5), None).await.unwrap();
    assert_eq!(states(&store).await, []);
    let state = store.target_state(id("t0"), DESKTOP).await.unwrap();
    assert_eq!((state.revision, state.approval_ends), (4, None));
    assert_eq!(store.verify().await.unwrap(), []);
}

pub(crate) async fn bodies_are_needed_and_must_fit(place: impl Place) {
    let store = place.open();
    let missing = store.approve(approval("t0", "one", 1), None).await;
    assert!(matches!(missing, Err(StoreError::Refused(_))), "{missing:?}");
    let wrong = store.approve(approval("t0", "one", 1), Some(b"two".to_vec())).await;
    assert!(matches!(wrong, Err(StoreError::Refused(_))), "{wrong:?}");
    assert_eq!(store.approvals(id("t0")).await.unwrap(), []);
    store.put_registry(many(1), at(0)).await.unwrap();
    let proposed =
        CheckRecord { proposal: Slot::Put(proposal("t0", "one")), bodies: vec![body("one")], ..check("t0", 2) };
    store.record(proposed).await.unwrap();
    store.approve(approval("t0", "one", 3), None).await.unwrap();
    assert_eq!(states(&store).await, [ordinary("one")], "the proposed body was taken");
}

pub(crate) async fn an_approval_answers_the_proposal(place: impl Place) {
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    let waiting = CheckRecord {
        proposal: Slot::Put(proposal("t0", "one")),
        followed: Slot::Put(snapshot("followed")),
        bodies: vec![body("one"), body("followed")],
        ..check("t0", 10)
    };
    store.record(waiting).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), Some(at(310)));
    store.approve(approval("t0", "one", 20), None).await.unwrap();
    assert_eq!(store.proposal(id("t0"), DESKTOP).await.unwrap(), None);
    assert_eq!(store.target_state(id("t0"), DESKTOP).await.unwrap().followed, None);
    assert_eq!(store.next_due().await.unwrap(), Some(at(20)));
}

pub(crate) async fn an_approval_during_a_check_makes_due_again(place: impl Place) {
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    store.begin(vec![(id("t0"), DESKTOP)], at(10)).await.unwrap();
    approve(&store, approval("t0", "one", 11), "one").await;
    store.record(check("t0", 12)).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), Some(at(12)), "that check knew the old baseline only");
    store.begin(vec![(id("t0"), DESKTOP)], at(13)).await.unwrap();
    store.record(check("t0", 14)).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), Some(at(314)));
}

pub(crate) async fn a_check_under_the_old_baseline_is_not_written_over_an_approval(place: impl Place) {
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    let revision = store.target_state(id("t0"), DESKTOP).await.unwrap().revision;
    approve(&store, approval("t0", "one", 11), "one").await;
    let late = CheckRecord {
        followed: Slot::Put(snapshot("old")),
        proposal: Slot::Put(proposal("t0", "old")),
        bodies: vec![body("old")],
        revision: Some(revision),
        ..check("t0", 12)
    };
    store.record(late.clone()).await.unwrap();
    let state = store.target_state(id("t0"), DESKTOP).await.unwrap();
    assert_eq!(state.followed, None, "it was followed under another baseline");
    assert_eq!(store.proposals().await.unwrap(), []);
    store.record(CheckRecord { revision: Some(state.revision), ..late }).await.unwrap();
    assert_eq!(store.proposals().await.unwrap().len(), 1);
}

/// A rejection from which follows what the test says of the open attack.
fn rejection(
    seconds: i64,
    after: impl FnOnce(Option<&Incident>) -> (Incident, Vec<Notice>) + Send + 'static,
) -> Rejection {
    let after = Box::new(|_: &Proposal, open: Option<&Incident>| after(open));
    Rejection { target: id("t0"), persona: DESKTOP, mark: mark(seconds), state: None, after }
}

pub(crate) async fn rejecting_drops_and_acknowledges(place: impl Place) {
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    let nothing = store.reject(rejection(1, |_| panic!("nothing follows"))).await;
    assert!(matches!(nothing, Err(StoreError::Refused(_))), "{nothing:?}");
    let alarm = incident("t0", 10);
    let record = CheckRecord {
        proposal: Slot::Put(proposal("t0", "one")),
        incidents: vec![alarm.clone()],
        bodies: vec![body("one")],
        ..check("t0", 10)
    };
    store.record(record).await.unwrap();
    let told = notice("web@city.example", Event::Worse { incident: alarm.id }, 20, 0);
    let telling = vec![told.clone()];
    let after = move |open: Option<&Incident>| {
        let trail = Trail { rejected: vec![Digest::of("one")], ..Trail::default() };
        let alarmed_state = Some(Digest::of("one"));
        (Incident { trail, alarmed_state, ..open.cloned().unwrap() }, telling)
    };
    let changed = store.reject(rejection(20, after)).await.unwrap();
    assert_eq!(changed.id, alarm.id);
    assert_eq!(store.due_notices(at(20)).await.unwrap(), [told]);
    let state = store.target_state(id("t0"), DESKTOP).await.unwrap();
    assert!(state.rejected(Digest::of("one")) && state.incidents[0].alarmed_state == Some(Digest::of("one")));
    assert_eq!(store.proposals().await.unwrap(), []);
    let found = store.incident(alarm.id.to_string()).await.unwrap().unwrap();
    assert_eq!((found.acknowledged, found.escalate_at), (Some(mark(20)), None));
}

pub(crate) async fn a_rejection_meets_what_checks_wrote_until_then(place: impl Place) {
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    let waits = CheckRecord { proposal: Slot::Put(proposal("t0", "one")), bodies: vec![body("one")], ..check("t0", 1) };
    store.record(waits).await.unwrap();
    let other = Rejection { state: Some(Digest::of("another")), ..rejection(15, |_| panic!("nothing follows")) };
    assert!(matches!(store.reject(other).await, Err(StoreError::Refused(_))), "the page shows another state by now");
    // Decided before, while nothing was open; a check opens an attack before it is written.
    let fresh = incident("t0", 9);
    let rejected = rejection(20, move |open| (open.cloned().unwrap_or(fresh), vec![]));
    let alarm = incident("t0", 10);
    store.record(CheckRecord { incidents: vec![alarm.clone()], ..check("t0", 10) }).await.unwrap();
    assert_eq!(store.reject(rejected).await.unwrap().id, alarm.id);
    let open = store.target_state(id("t0"), DESKTOP).await.unwrap().incidents;
    assert_eq!(open.iter().map(|incident| incident.id).collect::<Vec<_>>(), [alarm.id], "one attack, not two");
}

pub(crate) async fn the_record_rebuilds_an_empty_store(place: impl Place) {
    let store = place.open();
    approve(&store, approval("t0", "one", 1), "one").await;
    approve(&store, special("flood", 2), "flood").await;
    approve(&store, approval("t1", "one", 3), "one").await;
    assert_eq!(store.rebuild(at(5)).await.unwrap(), 3);
    let wanted = registry(["t0", "t1"].map(|name| target(name, "www.city.example")));
    assert_eq!(store.registry().await.unwrap(), wanted);
    assert_eq!(states(&store).await.len(), 2);
    assert_eq!(store.due(at(1000), 10, 10).await.unwrap().len(), 2);
    let refused = store.rebuild(at(6)).await;
    assert!(matches!(refused, Err(StoreError::Refused(_))), "over a registry: {refused:?}");
}

pub(crate) async fn heads_name_every_chain(place: impl Place) {
    let store = place.open();
    assert_eq!(store.chain_heads().await.unwrap(), []);
    approve(&store, approval("t0", "one", 1), "one").await;
    let first = store.chain_heads().await.unwrap();
    approve(&store, approval("t0", "two", 2), "two").await;
    approve(&store, approval("t1", "two", 2), "two").await;
    let heads = store.chain_heads().await.unwrap();
    assert_eq!(heads.iter().map(|head| (head.target.as_str(), head.count)).collect::<Vec<_>>(), [("t0", 2), ("t1", 1)]);
    assert_ne!(heads[0].hash, first[0].hash);
}

pub(crate) async fn new_heads_come_after_a_mark(place: impl Place) {
    let store = place.open();
    store.put_registry(many(2), at(0)).await.unwrap();
    assert_eq!(store.heads_after(0).await.unwrap(), (0, vec![]));
    store.approve(approval("t0", "one", 1), Some(b"one".to_vec())).await.unwrap();
    let (mark, heads) = store.heads_after(0).await.unwrap();
    assert_eq!(heads, store.chain_heads().await.unwrap());
    store.approve(approval("t1", "one", 2), Some(b"one".to_vec())).await.unwrap();
    let (later, heads) = store.heads_after(mark).await.unwrap();
    assert_eq!(heads.iter().map(|head| head.target.as_str()).collect::<Vec<_>>(), ["t1"]);
    assert_eq!(store.heads_after(later).await.unwrap(), (later, vec![]));
}
