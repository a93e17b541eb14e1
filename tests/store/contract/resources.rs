//! What pages load: its bytes are kept as long as anything refers to them, and approved ones for good.

use crate::sample::*;
use hinomi::model::{CaptureOf, Digest, Evidence, Incident, IncidentState, Proposal, Snapshot};
use hinomi::store::{CheckRecord, Retention, Slot, Store};
use std::time::Duration;

const DAY: i64 = 86_400;

fn retention() -> Retention {
    let span = Duration::from_secs(10 * 86_400);
    Retention { observations: span, observations_per_target: 1000, incidents: span, messages: span }
}

/// A page that loads a script.
fn loading(page: &str, script: &str) -> Snapshot {
    Snapshot { resources: vec![resource(script)], ..snapshot(page) }
}

fn captured(page: &str, script: &str) -> Evidence {
    let Snapshot { at, bytes, size, state, head, resources } = loading(page, script);
    Evidence { of: CaptureOf::First, at, bytes, size, state: Some(state), head, resources }
}

async fn are_there(store: &impl Store, texts: &[&str]) -> Vec<bool> {
    let digests: Vec<Digest> = texts.iter().map(Digest::of).collect();
    let missing = store.missing(digests.clone()).await.unwrap();
    for digest in &digests {
        assert_eq!(store.body(*digest).await.unwrap().is_none(), missing.contains(digest));
    }
    digests.iter().map(|digest| !missing.contains(digest)).collect()
}

pub(crate) async fn bytes_stay_while_something_refers_to_them(place: impl Place) {
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    let mut open = incident("t0", 0);
    open.keep_capture(captured("bad page", "evil"));
    let waiting = proposal("t0", "now");
    let waiting =
        Proposal { snapshot: loading("now", "proposed"), earlier: vec![loading("earlier", "shown before")], ..waiting };
    let scripts = ["evil", "proposed", "shown before", "followed"];
    let record = CheckRecord {
        followed: Slot::Put(loading("news", "followed")),
        proposal: Slot::Put(waiting),
        incidents: vec![open.clone()],
        bodies: scripts.iter().chain(&["never used"]).map(|text| body(text)).collect(),
        ..check("t0", 0)
    };
    store.record(record).await.unwrap();
    store.prune(retention(), at(10)).await.unwrap();
    assert_eq!(are_there(&store, &scripts).await, [true; 4]);
    assert_eq!(are_there(&store, &["never used"]).await, [false]);
    let over = Incident { state: IncidentState::Resolved, resolved: Some(mark(20)), ..open };
    store.put_incident(over, vec![]).await.unwrap();
    let later = CheckRecord { followed: Slot::Put(loading("news", "next")), proposal: Slot::Clear, ..check("t0", 20) };
    store.record(later).await.unwrap();
    store.prune(retention(), at(1000 * DAY)).await.unwrap();
    assert_eq!(are_there(&store, &scripts).await, [false; 4]);
}

pub(crate) async fn approved_bytes_are_in_the_record(place: impl Place) {
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    let mut approval = approval("t0", "page", 1);
    approval.snapshot = loading("page", "script");
    let refused = store.approve(approval.clone(), Some(b"page".to_vec())).await;
    assert!(refused.unwrap_err().to_string().contains("no longer there"), "a script that nobody kept");
    let record = CheckRecord {
        followed: Slot::Put(loading("page", "script")),
        bodies: vec![body("page"), body("script")],
        ..check("t0", 2)
    };
    store.record(record).await.unwrap();
    store.approve(approval, Some(b"page".to_vec())).await.unwrap();
    store.prune(retention(), at(1000 * DAY)).await.unwrap();
    assert_eq!(are_there(&store, &["page", "script"]).await, [true; 2]);
    let states = store.baseline(id("t0"), DESKTOP).await.unwrap().states;
    assert_eq!(states[0].snapshot.resources, [resource("script")]);
    assert_eq!(store.verify().await.unwrap(), []);
}
