//! Several processes and many tasks at once, and random stories against a simple model.

use crate::sample::*;
use futures_util::future::{join_all, try_join_all};
use hinomi::model::{Approval, ApprovalAction, Digest};
use hinomi::store::{Sqlite, Store};
use proptest::prelude::*;
use std::fs;

async fn two_hundred(store: &Sqlite, from: i64) {
    let records = (0..200).map(|n| store.record(check(&format!("t{}", n % 8), from + n)));
    try_join_all(records).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_write_at_once() {
    let place = OnDisk::new();
    let (one, two) = (place.open(), place.open());
    one.put_registry(many(8), at(0)).await.unwrap();
    tokio::join!(two_hundred(&one, 0), two_hundred(&two, 1000));
    for n in 0..8 {
        assert_eq!(two.observations(id(&format!("t{n}")), 1000).await.unwrap().len(), 50);
    }
    let compared: u64 = one.coverage(at(0), at(3599)).await.unwrap().iter().map(|c| c.compared).sum();
    assert_eq!(compared, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_approve_the_same_target_at_once() {
    let place = OnDisk::new();
    let stores = [place.open(), place.open()];
    let approvals = (0..40).map(|n| {
        let text = format!("page {n}");
        stores[n % 2].approve(approval("t0", &text, n as i64), Some(text.into_bytes()))
    });
    assert!(join_all(approvals).await.iter().all(Result::is_ok));
    for store in &stores {
        assert_eq!(store.verify().await.unwrap(), []);
        assert_eq!(store.approvals(id("t0")).await.unwrap().len(), 40);
        assert_eq!(store.chain_heads().await.unwrap()[0].count, 40);
        assert_eq!(store.baseline(id("t0"), DESKTOP).await.unwrap().states.len(), 1);
    }
    assert_eq!(place.open().repairs(), []);
}

#[test]
fn first_starts_at_once_make_one_database() {
    let place = OnDisk::new();
    std::thread::scope(|scope| {
        let starts: Vec<_> = (0..6).map(|_| scope.spawn(|| Sqlite::open(place.paths(), at(0)).map(drop))).collect();
        for start in starts {
            start.join().unwrap().unwrap();
        }
    });
}

/// What a person may do to the record, as a story for the model.
#[derive(Debug, Clone)]
enum Step {
    Approve(u8),
    Beside(u8),
    Special(u8),
    Retire(u8),
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..4_u8).prop_map(Step::Approve),
        (0..4_u8).prop_map(Step::Beside),
        (0..4_u8).prop_map(Step::Special),
        (0..4_u8).prop_map(Step::Retire),
        Just(Step::Reopen),
    ]
}

fn page(n: u8) -> String {
    format!("page {n}")
}

/// The baseline by the words of the contract: the newest last.
fn model(states: &mut Vec<(u8, bool)>, step: &Step) -> bool {
    match *step {
        Step::Approve(n) => {
            states.retain(|&(_, special)| special);
            states.push((n, false));
        }
        Step::Beside(n) => {
            states.retain(|&state| state != (n, false));
            states.push((n, false));
        }
        Step::Special(n) => {
            states.retain(|&state| state != (n, true));
            states.push((n, true));
        }
        Step::Retire(n) => {
            let before = states.len();
            states.retain(|&(state, _)| state != n);
            return states.len() < before;
        }
        Step::Reopen => {}
    }
    true
}

fn line(step: &Step, seconds: i64) -> Option<Approval> {
    let (n, action, special) = match *step {
        Step::Approve(n) | Step::Beside(n) => (n, ApprovalAction::Approve, None),
        Step::Special(n) => (n, ApprovalAction::Approve, Some("disaster".to_owned())),
        Step::Retire(n) => (n, ApprovalAction::Retire, None),
        Step::Reopen => return None,
    };
    let beside = matches!(step, Step::Beside(_));
    Some(Approval { action, special, beside, ..approval("t0", &page(n), seconds) })
}

async fn baseline(store: &Sqlite) -> Vec<(Digest, bool)> {
    let states = store.baseline(id("t0"), DESKTOP).await.unwrap().states;
    states.into_iter().map(|state| (state.snapshot.bytes, state.special.is_some())).collect()
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_record_tells_the_same_story_as_the_model(steps in prop::collection::vec(step(), 1..12)) {
        run(async {
            let place = OnDisk::new();
            let mut store = place.open();
            let mut states = Vec::new();
            for (n, step) in steps.iter().enumerate() {
                match line(step, n as i64) {
                    None => store = place.open(),
                    Some(line) => {
                        let body = match *step {
                            Step::Approve(n) | Step::Beside(n) | Step::Special(n) => Some(page(n).into_bytes()),
                            Step::Retire(_) | Step::Reopen => None,
                        };
                        let entered = store.approve(line, body).await;
                        assert_eq!(entered.is_ok(), model(&mut states, step), "{step:?}: {entered:?}");
                    }
                }
                let expected: Vec<_> = states.iter().map(|&(n, special)| (Digest::of(page(n)), special)).collect();
                assert_eq!(baseline(&store).await, expected);
            }
            let (expected, lines) = (baseline(&store).await, store.approvals(id("t0")).await.unwrap());
            assert_eq!(store.verify().await.unwrap(), []);
            drop(store);
            fs::remove_file(place.paths().database).unwrap();
            let store = place.open();
            assert_eq!(store.rebuild(at(100)).await.unwrap(), lines.len() as u64);
            assert_eq!(baseline(&store).await, expected, "rebuilt from the files alone");
            assert_eq!(store.approvals(id("t0")).await.unwrap(), lines);
            assert_eq!(store.verify().await.unwrap(), []);
        });
    }

    #[test]
    fn any_changed_byte_of_a_chain_is_found(place_in_file in 0.0..1.0_f64, flip in 1..=255_u8) {
        run(async {
            let place = OnDisk::new();
            let store = place.open();
            for n in 0..4 {
                store.approve(approval("t0", &page(n), n.into()), Some(page(n).into_bytes())).await.unwrap();
            }
            let path = place.file("baselines/city/t0.jsonl");
            let mut bytes = fs::read(&path).unwrap();
            let at = (place_in_file * bytes.len() as f64) as usize;
            bytes[at] ^= flip;
            fs::write(&path, &bytes).unwrap();
            assert!(!store.verify().await.unwrap().is_empty(), "byte {at}");
        });
    }
}
