//! What the store costs a check: state read and unchanged check written, 64 at a time, beside 10,000 targets.
//!
//! Times are CPU time of the whole process (all threads), but for those named `wall`: commits wait for the disk.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a bench writes files and stops when it cannot go on"
)]
#![allow(missing_docs, reason = "criterion's macros write undocumented functions")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use futures_util::future::join_all;
use hinomi::model::*;
use hinomi::store::{CheckRecord, Paths, Slot, Sqlite, Store};
use jiff::{SignedDuration, Timestamp};
use std::hint::black_box;
use std::time::{Duration, Instant};

const TARGETS: usize = 10_000;
const TOGETHER: usize = 64;

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_775_000_000 + seconds)
}

fn id(n: usize) -> TargetId {
    format!("t{n}").parse().unwrap()
}

fn registry() -> Registry {
    let target = |n: usize| Target {
        id: id(n),
        organisation: "city".parse().unwrap(),
        url: format!("https://www{}.city.example/", n / 10).parse().unwrap(),
        interval: Duration::from_secs(300),
        enabled: true,
        policy: Policy::Follow,
        personas: vec![Persona::Desktop],
        masks: vec![],
        contacts: vec![],
        tags: vec![],
    };
    let targets = (0..TARGETS).map(|n| (id(n), target(n))).collect();
    Registry { organisations: [].into(), targets }
}

fn snapshot() -> Snapshot {
    let url: url::Url = "https://www.city.example/".parse().unwrap();
    let headers = (0..12).map(|n| (format!("x-header-{n}"), "value of a usual length".repeat(2))).collect();
    let head = Head {
        requested: url.clone(),
        final_url: url,
        status: 200,
        headers,
        hops: vec![],
        remote: Some("192.0.2.1:443".parse().unwrap()),
        certificate: None,
    };
    Snapshot { at: at(0), bytes: Digest::of("page"), size: 58_000, state: Digest::of("state"), head, resources: vec![] }
}

fn check(n: usize, seconds: i64) -> CheckRecord {
    let observation = Observation {
        target: id(n),
        persona: Persona::Desktop,
        at: at(seconds),
        verdict: Verdict::Unchanged,
        unseen: None,
        detail: None,
        status: Some(200),
        bytes: 58_000,
        sha256: Some(Digest::of("page")),
        state: Some(Digest::of("state")),
        compared: true,
        ms: 12.5,
    };
    CheckRecord {
        observation,
        findings: vec![],
        judged: Slot::Keep,
        validators: Slot::Put((Some("\"5f3a-6271\"".to_owned()), None)),
        since_full: 0,
        followed: Slot::Keep,
        learned: Slot::Keep,
        unseen: None,
        proposal: Slot::Keep,
        incidents: vec![],
        notices: vec![],
        bodies: vec![],
        revision: Some(0),
        next_due: at(seconds + 300),
    }
}

/// A check that was judged before: what the usual target holds in memory.
fn judged(n: usize) -> CheckRecord {
    let judgement =
        Judgement { verdict: Verdict::Unchanged, because: vec![], despite: vec![], certain: false, drift: None };
    let (fingerprint, state) = (Digest::of("fingerprint"), Digest::of("state"));
    let judged = Slot::Put(Judged {
        fingerprint,
        terms: Digest::default(),
        state,
        judgement,
        findings: vec![],
        resources: vec![],
    });
    CheckRecord { judged, followed: Slot::Put(snapshot()), ..check(n, 0) }
}

/// CPU time of all threads of this process that live.
fn cpu() -> Duration {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let of = |path: std::path::PathBuf| std::fs::read_to_string(path.join("schedstat")).unwrap_or_default();
    let on_cpu = |text: String| text.split(' ').next().and_then(|ns| ns.parse::<u64>().ok()).unwrap_or_default();
    Duration::from_nanos(tasks.map(|task| on_cpu(of(task.unwrap().path()))).sum())
}

async fn round(store: &Sqlite, group: usize, state: bool, record: bool) {
    let one = async |n: usize| {
        if state {
            black_box(store.target_state(id(n), Persona::Desktop).await.unwrap());
        }
        if record {
            store.record(check(n, group as i64)).await.unwrap();
        }
    };
    // As the service does: at random places of the table.
    join_all((0..TOGETHER).map(|n| one((group * TOGETHER + n) * 7919 % TARGETS))).await;
}

fn store_benches(criterion: &mut Criterion) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let paths = Paths { database: folder.path().join("hinomi.db"), baselines: folder.path().join("baselines") };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let store = Sqlite::open(paths.clone(), at(0)).unwrap();
    runtime.block_on(async {
        store.put_registry(registry(), at(0)).await.unwrap();
        join_all((0..TARGETS).map(|n| store.record(judged(n)))).await.into_iter().collect::<Result<(), _>>().unwrap();
    });
    let mut group = criterion.benchmark_group("store");
    group.sample_size(10).throughput(Throughput::Elements(TOGETHER as u64));
    for (name, state, record) in [("state and record", true, true), ("state", true, false), ("record", false, true)] {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|rounds| {
                let before = cpu();
                runtime.block_on(async {
                    for n in 0..rounds as usize {
                        round(&store, n, state, record).await;
                    }
                });
                cpu() - before
            });
        });
    }
    group.bench_function("state and record, wall", |bencher| {
        bencher.iter_custom(|rounds| {
            let before = Instant::now();
            runtime.block_on(async {
                for n in 0..rounds as usize {
                    round(&store, n, true, true).await;
                }
            });
            before.elapsed()
        });
    });
    group.finish();

    let mut group = criterion.benchmark_group("store with 10,000 targets");
    group.sample_size(10);
    group.bench_function("due, 50 of them", |bencher| {
        bencher.iter(|| runtime.block_on(store.due(at(1_000_000), 50, 2)).unwrap());
    });
    group.bench_function("due, nothing", |bencher| {
        bencher.iter(|| runtime.block_on(store.due(at(-1), 50, 2)).unwrap());
    });
    group.bench_function("the same registry again", |bencher| {
        bencher.iter_with_setup(registry, |registry| runtime.block_on(store.put_registry(registry, at(0))).unwrap());
    });
    group.bench_function("open", |bencher| bencher.iter(|| Sqlite::open(paths.clone(), at(0)).unwrap()));
    group.finish();
}

criterion_group!(benches, store_benches);
criterion_main!(benches);
