//! The parts of the service in this process, on a temporary store, at a pace that a test can wait for.

use super::mails::{Mail, mails_in};
use hinomi::fetch::{FetchOptions, HttpFetcher};
use hinomi::judge::Timing;
use hinomi::model::{
    Approval, ApprovalAction, Channel, Contact, Incident, Language, Organisation, Persona, Policy, Proposal, Receiver,
    Registry, Target, TargetId,
};
use hinomi::monitor::{CheckReport, Checker, Pace, Postman, Pulse, Thoroughness, Wording, World, run_checks};
use hinomi::net::AllowedRanges;
use hinomi::notify::{MailOptions, Mailer, Notifier, Transport};
use hinomi::store::{Delivery, Paths, Sqlite, Store as _};
use jiff::{SignedDuration, Timestamp};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// A pace at which nothing waits.
pub(crate) fn quick() -> Pace {
    let timing = Timing {
        unseen_after: Duration::ZERO,
        clean_over: Duration::ZERO,
        group_alarms: Duration::ZERO,
        group_unseen: Duration::ZERO,
        digest_at: None,
        ..Timing::default()
    };
    Pace {
        timing,
        confirm_after: Duration::from_millis(10),
        tick: Duration::from_millis(20),
        workers: 16,
        per_host: 16,
        jitter: false,
        ..Pace::default()
    }
}

/// Limits that a test can wait for; the loopback is allowed.
pub(crate) fn hurried() -> FetchOptions {
    let mut options = FetchOptions {
        first_byte_timeout: Duration::from_secs(3),
        total_timeout: Duration::from_secs(5),
        max_transfer: 4 << 20,
        max_body: 4 << 20,
        per_host: 16,
        gap: Duration::ZERO,
        ..FetchOptions::default()
    };
    options.client.guard.allowed = AllowedRanges::parse(&["127.0.0.0/8"]).expect("a range");
    options
}

/// The service's parts on one store.
pub(crate) struct Service {
    folder: PathBuf,
    pub(crate) store: Arc<Sqlite>,
    pub(crate) world: Arc<World>,
    pub(crate) checker: Checker<Sqlite, HttpFetcher>,
}

impl Service {
    /// Opens the store in a folder and registers targets by id and URL, due at intervals of this length.
    pub(crate) async fn open(folder: &Path, targets: &[(String, String)], interval: Duration, pace: Pace) -> Self {
        let operators = vec![receiver("watch@noc.example")];
        Self::with_operators(folder, registry(targets, interval), pace, operators).await
    }

    /// The same with a registry and operators of the test's own.
    pub(crate) async fn with_operators(
        folder: &Path,
        registry: Registry,
        pace: Pace,
        operators: Vec<Receiver>,
    ) -> Self {
        Self::in_world(folder, World::new(registry, operators, pace)).await
    }

    /// The same in a world of the test's own.
    pub(crate) async fn in_world(folder: &Path, world: World) -> Self {
        let paths = Paths { database: folder.join("hinomi.sqlite"), baselines: folder.join("baselines") };
        let store = Arc::new(Sqlite::open(paths, Timestamp::now()).expect("a store"));
        let registry = Registry::clone(&world.registry());
        store.put_registry(registry, Timestamp::now()).await.expect("a registry");
        let world = Arc::new(world);
        let fetcher = Arc::new(HttpFetcher::new(hurried()).expect("a fetcher"));
        let checker = Checker { store: Arc::clone(&store), fetcher, world: Arc::clone(&world) };
        Self { folder: folder.to_path_buf(), store, world, checker }
    }

    fn target(&self, id: &str) -> Target {
        let id: TargetId = id.parse().expect("an id");
        self.world.registry().targets.get(&id).expect("a target").clone()
    }

    /// One full check.
    pub(crate) async fn check(&self, id: &str) -> CheckReport {
        self.check_as(id, Persona::Desktop, Thoroughness::Full).await
    }

    pub(crate) async fn check_as(&self, id: &str, persona: Persona, how: Thoroughness) -> CheckReport {
        self.checker.check(self.target(id), persona, how).await.expect("a report")
    }

    /// A person says yes to what waits.
    pub(crate) async fn approve(&self, id: &str) {
        self.approve_until(id, Timestamp::now() + SignedDuration::from_hours(24)).await;
    }

    /// The same with an end of its own.
    pub(crate) async fn approve_until(&self, id: &str, expires: Timestamp) {
        let target = self.target(id);
        let waits = self.proposal(id).await.expect("a proposal");
        let body = self.store.body(waits.snapshot.bytes).await.expect("the store").expect("a body");
        let lineage = self.world.registry().lineage(&target.organisation).into_iter().cloned().collect();
        let now = Timestamp::now();
        let approval = Approval {
            at: now,
            action: ApprovalAction::Approve,
            by: "Hanako <web@city.example>".to_owned(),
            entered_by: "tester".to_owned(),
            reason: String::new(),
            target,
            lineage,
            persona: Persona::Desktop,
            snapshot: waits.snapshot,
            special: None,
            beside: false,
            expires,
        };
        self.store.approve(approval, Some(body)).await.expect("an approval");
    }

    pub(crate) async fn proposal(&self, id: &str) -> Option<Proposal> {
        self.store.proposal(id.parse().expect("an id"), Persona::Desktop).await.expect("the store")
    }

    pub(crate) async fn incidents(&self) -> Vec<Incident> {
        self.store.incidents(true, 1000).await.expect("the store")
    }

    /// Messages written so far, newest first.
    pub(crate) async fn deliveries(&self) -> Vec<Delivery> {
        self.store.deliveries(1000).await.expect("the store")
    }

    /// The way into the mail folder.
    pub(crate) fn folder_mailer(&self) -> Arc<dyn Notifier> {
        let transport = Transport::Folder(self.folder.join("mail"));
        let (from, reply_to) = ("hinomi@noc.example".to_owned(), None);
        Arc::new(Mailer::new(MailOptions { transport, from, reply_to, limit: Duration::from_secs(10) }).expect("mail"))
    }

    pub(crate) fn postman(&self, notifiers: Vec<Arc<dyn Notifier>>) -> Arc<Postman<Sqlite>> {
        let wording = Wording { domain: "noc.example".to_owned(), operators: "watch@noc.example".to_owned() };
        let (store, operators) = (Arc::clone(&self.store), self.world.operators.clone());
        Arc::new(Postman { store, notifiers, wording, operators, tick: self.world.pace.tick })
    }

    /// Writes and sends what is due into the mail folder, and shows all mails there.
    pub(crate) async fn post(&self) -> Vec<Mail> {
        self.postman(vec![self.folder_mailer()]).once().await.expect("the store");
        self.mails()
    }

    pub(crate) fn mails(&self) -> Vec<Mail> {
        mails_in(&self.folder.join("mail"))
    }

    /// Runs scheduler and outbox until `done` has happened, then stops them in good order.
    pub(crate) async fn run<T>(&self, notifiers: Vec<Arc<dyn Notifier>>, done: impl Future<Output = T>) -> T {
        let (stop, pulse) = (watch::channel(false).0, Arc::new(Pulse::default()));
        let checks = tokio::spawn(run_checks(self.checker.clone(), Arc::clone(&pulse), stop.subscribe()));
        let post = tokio::spawn(self.postman(notifiers).run(pulse, stop.subscribe()));
        let result = tokio::time::timeout(Duration::from_secs(90), done).await.expect("it never happens");
        stop.send(true).expect("the parts run");
        checks.await.expect("no panic").expect("the scheduler");
        post.await.expect("no panic").expect("the outbox");
        result
    }
}

/// Somebody who reads Japanese mail.
pub(crate) fn receiver(address: &str) -> Receiver {
    Receiver { channel: Channel::Mail, address: address.to_owned(), name: String::new(), language: Language::Japanese }
}

/// A city that owns these targets, with contacts on two levels.
pub(crate) fn registry(targets: &[(String, String)], interval: Duration) -> Registry {
    let contact = |mail: &str, level| Contact { name: "担当".to_owned(), mail: mail.to_owned(), level };
    let owner = Organisation {
        id: "example-city".parse().expect("an id"),
        name: "例示市".to_owned(),
        parent: None,
        language: Language::Japanese,
        contacts: vec![contact("web@city.example", 1), contact("head@city.example", 2)],
    };
    let target = |(id, url): &(String, String)| Target {
        id: id.parse().expect("an id"),
        organisation: owner.id.clone(),
        url: url.parse().expect("a url"),
        interval,
        enabled: true,
        policy: Policy::Follow,
        personas: vec![Persona::Desktop],
        masks: Vec::new(),
        contacts: Vec::new(),
        tags: Vec::new(),
    };
    let targets = targets.iter().map(target).map(|target| (target.id.clone(), target)).collect();
    Registry { organisations: [(owner.id.clone(), owner)].into(), targets }
}
