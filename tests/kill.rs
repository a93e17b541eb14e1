//! Kill -9 at random moments of a running round, and pages that kill their check: nothing is lost, nothing told twice
//! under two Message-IDs, nobody innocent set aside.
//!
//! The test runs itself again as a child that is the service. `HINOMI_KILLS` says how often it is killed (5),
//! `HINOMI_SEED` repeats a run.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "it kills processes and reads what they wrote")]

#[path = "kill/child.rs"]
mod child;
#[path = "support/mod.rs"]
mod support;

use child::Child;
use hinomi::model::{Incident, IncidentKind, Persona, Verdict};
use hinomi::store::Store as _;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};
use support::{Answer, Service, Web, pages, quick};

const TARGETS: usize = 30;

fn targets(web: &Web, count: usize) -> Vec<(String, String)> {
    (0..count).map(|n| (format!("page-{n}"), web.url(&format!("/{n}")))).collect()
}

/// Registers, checks and approves all targets, and ends this process's part.
async fn approve_all(folder: &Path, targets: &[(String, String)], skip: Option<&str>) {
    let service = Service::open(folder, targets, Duration::from_secs(1), quick()).await;
    for (id, _) in targets.iter().filter(|(id, _)| skip != Some(id.as_str())) {
        assert_eq!(service.check(id).await.verdict, Verdict::Review, "{id}");
        service.approve(id).await;
    }
    service.post().await;
}

/// A small generator (SplitMix64): a run can be repeated from its seed.
struct Random(u64);

impl Random {
    fn from_environment() -> Self {
        let clock = Timestamp::now().as_nanosecond() as u64;
        let seed = std::env::var("HINOMI_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(clock);
        eprintln!("HINOMI_SEED={seed}");
        Self(seed)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_moments_it_loses_no_alert_and_tells_none_twice() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    let kills: usize = std::env::var("HINOMI_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(5);
    let (mut random, targets) = (Random::from_environment(), targets(&web, TARGETS));
    for number in 0..TARGETS {
        web.put(&format!("/{number}"), Answer::page(pages::ordinary()));
    }
    approve_all(folder.path(), &targets, None).await;
    let mut defaced = 0;
    let mut early = false;
    for kill in 0..kills {
        let mut child = Child::start(folder.path(), &targets);
        while defaced < TARGETS * (kill + 1) / kills {
            web.put(&format!("/{defaced}"), Answer::page(pages::infected()));
            defaced += 1;
        }
        // Chance does not kill so soon twice in a row, again and again; a page that does is set aside.
        let least = if early { 400 } else { 0 };
        let moment = least + random.below(1000 - least);
        early = moment < 400;
        std::thread::sleep(Duration::from_millis(moment));
        assert!(child.lives(), "it died before kill {kill}: {}", Child::last_words(folder.path()));
        child.kill();
    }
    let mut child = Child::start(folder.path(), &targets);
    wait_for(folder.path(), || told_of(folder.path()).len() == TARGETS, &mut child);
    // What was written is sent, too, and a moment more shows whether anything is told once more.
    std::thread::sleep(Duration::from_secs(2));
    child.kill();
    nothing_is_lost(folder.path(), &targets).await;
}

/// Waits for what the mails show, as long as the child lives.
fn wait_for(folder: &Path, done: impl Fn() -> bool, child: &mut Child) {
    let start = Instant::now();
    while !done() {
        assert!(child.lives(), "the service died by itself: {}", Child::last_words(folder));
        assert!(start.elapsed() < Duration::from_secs(120), "it never happens");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The targets that the owner's alarm mails speak of.
fn told_of(folder: &Path) -> BTreeSet<String> {
    let mails = support::mails_in(&folder.join("mail"));
    let alarms = mails.into_iter().filter(|mail| mail.to == "web@city.example" && mail.subject.contains("警報"));
    let words =
        |text: &str| text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).map(str::to_owned).collect();
    alarms.flat_map(|mail| -> Vec<String> { words(&mail.text) }).filter(|word| word.starts_with("page-")).collect()
}

async fn nothing_is_lost(folder: &Path, targets: &[(String, String)]) {
    let service = Service::open(folder, targets, Duration::from_secs(1), quick()).await;
    let damage = service.store.verify().await.expect("the store");
    assert!(damage.is_empty(), "{damage:#?}");
    let now = Timestamp::now();
    let coverage = service.store.coverage(now - SignedDuration::from_hours(1), now).await.expect("the store");
    assert_eq!(coverage.len(), targets.len(), "no target is lost");
    assert!(
        coverage.iter().all(|row| !row.quarantined && row.compared > 0),
        "nobody innocent is set aside: {coverage:#?}"
    );
    let incidents = service.incidents().await;
    one_each(&incidents, targets);
    each_told_once(&service, &incidents).await;
}

fn one_each(incidents: &[Incident], targets: &[(String, String)]) {
    assert!(incidents.iter().all(|incident| incident.kind == IncidentKind::Attack), "{incidents:#?}");
    let of: BTreeSet<&str> = incidents.iter().map(|incident| incident.target.as_str()).collect();
    assert_eq!((of.len(), incidents.len()), (targets.len(), targets.len()), "one incident each");
    assert!(incidents.iter().all(|incident| incident.persona == Persona::Desktop));
}

async fn each_told_once(service: &Service, incidents: &[Incident]) {
    let mut told: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let deliveries = service.deliveries().await;
    for delivery in &deliveries {
        for incident in &delivery.message.incidents {
            let key = (delivery.message.receiver.address.clone(), incident.to_string());
            told.entry(key).or_default().insert(delivery.message.message_id.clone());
        }
    }
    for incident in incidents {
        for receiver in ["web@city.example", "watch@noc.example"] {
            let ids = told.get(&(receiver.to_owned(), incident.id.to_string()));
            assert_eq!(ids.map(BTreeSet::len), Some(1), "{} to {receiver}: {ids:?}", incident.target);
        }
    }
    let known: BTreeSet<&str> = deliveries.iter().map(|one| one.message.message_id.trim_matches(['<', '>'])).collect();
    let mails = service.mails();
    let arrived: BTreeSet<&str> = mails.iter().map(|mail| mail.message_id.as_str()).collect();
    assert_eq!(arrived, known, "what arrived is what was written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_kills_its_check_is_set_aside_while_all_others_go_on() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    let mut targets = targets(&web, 5);
    targets.push(("poison".to_owned(), web.url(child::POISON)));
    for number in 0..5 {
        web.put(&format!("/{number}"), Answer::page(pages::ordinary()));
    }
    web.put(child::POISON, Answer::page(pages::ordinary()));
    approve_all(folder.path(), &targets, Some("poison")).await;
    let mut child = Child::start(folder.path(), &targets);
    let mut deaths = 0;
    let set_aside = || operators_read(folder.path(), "隔離");
    while !set_aside() {
        if !child.lives() {
            deaths += 1;
            assert!(deaths < 8, "it kills the service again and again");
            child = Child::start(folder.path(), &targets);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(deaths >= 2, "one death proves nothing: {deaths}");
    for number in 0..5 {
        web.put(&format!("/{number}"), Answer::page(pages::infected()));
    }
    wait_for(folder.path(), || told_of(folder.path()).len() == 5, &mut child);
    child.kill();
    let service = Service::open(folder.path(), &targets, Duration::from_secs(1), quick()).await;
    let now = Timestamp::now();
    let coverage = service.store.coverage(now - SignedDuration::from_hours(1), now).await.expect("the store");
    let aside: Vec<&str> = coverage.iter().filter(|row| row.quarantined).map(|row| row.target.as_str()).collect();
    assert_eq!(aside, ["poison"]);
}

fn operators_read(folder: &Path, word: &str) -> bool {
    support::mails_in(&folder.join("mail"))
        .iter()
        .any(|mail| mail.to == "watch@noc.example" && mail.text.contains(word))
}

/// Not a test: what the others start as the service.
#[test]
fn service_of_the_other_tests() {
    child::serve();
}
