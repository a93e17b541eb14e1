//! hinomi's side: the scheduler, the fetcher and the store as the service runs them, one round at a time.

use crate::server::{Server, host, path};
use crate::{A_HOST, Cost, PAGES, measured};
use hinomi::fetch::{FetchOptions, HttpFetcher};
use hinomi::model::*;
use hinomi::monitor::{Checker, Pace, Pulse, World, run_checks};
use hinomi::net::{AllowedRanges, TableLookup};
use hinomi::store::{Paths, Sqlite, Store as _};
use jiff::{SignedDuration, Timestamp};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// How pages come.
#[derive(Clone, Copy)]
pub(crate) enum Wire {
    /// Over kept connections.
    Plain,
    /// Over a new connection with TLS each.
    Tls,
}

/// An installation whose pages are all approved.
pub(crate) struct Service {
    runtime: Runtime,
    store: Arc<Sqlite>,
    world: Arc<World>,
    options: FetchOptions,
    database: PathBuf,
    _folder: TempDir,
}

impl Service {
    /// Registers the pages, looks at them, approves them, and looks once more.
    pub(crate) fn new(server: &Server, wire: Wire) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let database = folder.path().join("hinomi.sqlite");
        let paths = Paths { database: database.clone(), baselines: folder.path().join("baselines") };
        let store = Arc::new(Sqlite::open(paths, Timestamp::now()).unwrap());
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let registry = registry(server, wire);
        let world = Arc::new(World::new(registry.clone(), Vec::new(), Pace::default()));
        let mut own = Self { runtime, store, world, options: options(server), database, _folder: folder };
        own.runtime.block_on(own.store.put_registry(registry, Timestamp::now())).unwrap();
        own.look();
        own.approve();
        own.look();
        own
    }

    /// A round; every answer has to be full and unchanged.
    pub(crate) fn round(&mut self) -> Cost {
        let cost = self.look();
        self.runtime.block_on(async {
            for id in self.world.registry().targets.keys() {
                let seen = self.store.observations(id.clone(), 1).await.unwrap();
                assert!(seen[0].verdict == Verdict::Unchanged && seen[0].compared, "{seen:?}");
            }
        });
        cost
    }

    /// Makes all targets due, in an order like that of a service with jittered intervals, and checks each once.
    fn look(&mut self) -> Cost {
        let db = rusqlite::Connection::open(&self.database).unwrap();
        db.execute_batch("PRAGMA busy_timeout = 10000; UPDATE watch SET next_due = id * 389 % 1000").unwrap();
        let fetcher = Arc::new(HttpFetcher::new(self.options.clone()).unwrap());
        let checker = Checker { store: Arc::clone(&self.store), fetcher, world: Arc::clone(&self.world) };
        measured(|| self.run(checker))
    }

    /// Runs the scheduler until every target was checked, as `hinomi run` does.
    fn run(&self, checker: Checker<Sqlite, HttpFetcher>) {
        let (stop, stopped) = watch::channel(false);
        let pulse = Arc::new(Pulse::default());
        let watching = Arc::clone(&pulse);
        self.runtime.block_on(async {
            let service = tokio::spawn(run_checks(checker, pulse, stopped));
            while watching.checks() < PAGES as u64 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            stop.send(true).unwrap();
            service.await.unwrap().unwrap();
        });
    }

    fn approve(&self) {
        let now = Timestamp::now();
        self.runtime.block_on(async {
            for proposal in self.store.proposals().await.unwrap() {
                let registry = self.world.registry();
                let target = registry.targets[&proposal.target].clone();
                let body = self.store.body(proposal.snapshot.bytes).await.unwrap();
                let approval = Approval {
                    at: now,
                    action: ApprovalAction::Approve,
                    by: "A <a@city.example>".to_owned(),
                    entered_by: "bench".to_owned(),
                    reason: "first state".to_owned(),
                    lineage: registry.lineage(&target.organisation).into_iter().cloned().collect(),
                    target,
                    persona: proposal.persona,
                    snapshot: proposal.snapshot,
                    special: None,
                    beside: false,
                    expires: now + SignedDuration::from_hours(9_600),
                };
                self.store.approve(approval, body).await.unwrap();
            }
        });
    }
}

/// The service's own options, without the gap between requests to a host.
fn options(server: &Server) -> FetchOptions {
    let mut options = FetchOptions { gap: Duration::ZERO, ..FetchOptions::default() };
    let own = vec![[127, 0, 0, 1].into()];
    let names = (0..PAGES / A_HOST).map(|n| (host(n * A_HOST), own.clone()));
    options.client.lookup = Arc::new(TableLookup::new(names));
    options.client.guard.allowed = AllowedRanges::parse(&["127.0.0.0/8"]).unwrap();
    options.client.guard.ports.also = vec![server.plain.port(), server.tls.port()];
    options.client.extra_roots = vec![server.authority.clone()];
    options
}

fn registry(server: &Server, wire: Wire) -> Registry {
    let organisation = Organisation {
        id: "city".parse().unwrap(),
        name: "例示市".to_owned(),
        parent: None,
        language: Language::Japanese,
        contacts: Vec::new(),
    };
    let (scheme, port) = match wire {
        Wire::Plain => ("http", server.plain.port()),
        Wire::Tls => ("https", server.tls.port()),
    };
    let target = |n: usize| Target {
        id: format!("t{n}").parse().unwrap(),
        organisation: organisation.id.clone(),
        url: format!("{scheme}://{}:{port}{}", host(n), path(n)).parse().unwrap(),
        interval: Duration::from_secs(3600),
        enabled: true,
        policy: Policy::Follow,
        personas: vec![Persona::Desktop],
        masks: vec![],
        contacts: vec![],
        tags: vec![],
    };
    let targets = (0..PAGES).map(target).map(|target| (target.id.clone(), target)).collect();
    Registry { organisations: [(organisation.id.clone(), organisation.clone())].into(), targets }
}
