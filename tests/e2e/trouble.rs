//! Trouble of hinomi itself: a disk that takes no more, a record that was rewritten, pages set aside; and a new beginning
//! from the record alone.

use crate::running::{Running, log, until};
use crate::support::{Answer, Installation, Mail, Service, Web, pages, quick};
use hinomi::model::Persona;
use hinomi::monitor::{Pace, Pulse, SelfWatch, VERIFIED};
use hinomi::store::{Retention, Store as _, Told};
use jiff::{SignedDuration, Timestamp};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn when_the_disk_takes_no_more_the_operators_are_told_past_the_outbox() {
    let city = Installation::approved(&pages::ordinary());
    let before = city.mails().len();
    city.web.put("/top", Answer::page(pages::infected()));
    // As a full disk: files grow no further than a few pages of the database's log.
    let limited = || {
        let mut shell = Command::new("sh");
        let limit = "trap '' XFSZ; ulimit -f 88; exec \"$0\" \"$@\"";
        shell.args(["-c", limit]).arg(assert_cmd::cargo::cargo_bin!("hinomi")).current_dir(city.path("."));
        shell
    };
    assert_eq!(Running::start_as(&city, limited()).end(), Some(2), "{}", log(&city));
    let told = city.mails_to("watch@noc.example");
    assert_eq!(city.mails().len(), before + 1, "{}", log(&city));
    assert!(told.iter().any(|mail| mail.subject.contains("記録を書き込めず、監視が停止しました")), "{told:#?}");
    assert_eq!(Running::start_as(&city, limited()).end(), Some(2));
    assert_eq!(city.mails().len(), before + 1, "not again at each start");
    let service = Running::start(&city);
    until("the alarm, once there is room", || city.mails_to("web@city.example").len() == 1);
    assert_eq!(service.stop(), Some(0));
}

/// One approved target `top`, and the watch over the watch.
async fn watched(folder: &tempfile::TempDir, web: &Web, pace: Pace) -> Service {
    web.put("/top", Answer::page(pages::ordinary()));
    let service = Service::open(folder.path(), &[("top".to_owned(), web.url("/top"))], HOUR, pace).await;
    service.check("top").await;
    service.approve("top").await;
    service.post().await;
    service
}

/// Watches until a mail says this.
async fn watch_until(service: &Service, words: &str) -> Mail {
    let retention = Retention { observations: HOUR, observations_per_target: 100, incidents: HOUR, messages: HOUR };
    let watch = SelfWatch {
        store: Arc::clone(&service.store),
        world: Arc::clone(&service.world),
        pulse: Arc::new(Pulse::default()),
        started: Timestamp::UNIX_EPOCH,
        free_space: Box::new(|| vec![(PathBuf::from("data"), u64::MAX)]),
        retention,
        every: Duration::from_millis(20),
    };
    let stop = watch::channel(false).0;
    let running = tokio::spawn(watch.run(stop.subscribe()));
    let mut found = None;
    for _ in 0..600 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        found = service.post().await.into_iter().find(|mail| mail.subject.contains(words) || mail.text.contains(words));
        if found.is_some() {
            break;
        }
    }
    stop.send(true).expect("it runs");
    running.await.expect("no panic").expect("the store");
    found.unwrap_or_else(|| panic!("nobody says {words}: {:#?}", service.mails()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_is_rewritten_while_the_service_runs_is_told_within_a_day() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    let service = watched(&folder, &web, quick()).await;
    let chain = folder.path().join("baselines/example-city/top.jsonl");
    let text = std::fs::read_to_string(&chain).expect("the record");
    let yesterday = || (Timestamp::now() - SignedDuration::from_hours(25)).to_string();
    std::fs::write(&chain, text.replace("Hanako", "Hacker")).expect("a file");
    service.store.put_note(VERIFIED.to_owned(), yesterday()).await.expect("the store");
    let told = watch_until(&service, "承認の記録が整合していません").await;
    assert!(told.to == "watch@noc.example" && told.text.contains("top.jsonl"), "{told:#?}");
    std::fs::write(&chain, text).expect("a file");
    service.store.put_note(VERIFIED.to_owned(), yesterday()).await.expect("the store");
    watch_until(&service, "からの障害は解消しました").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_set_aside_is_told_and_so_is_its_return() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    let service = watched(&folder, &web, quick()).await;
    let aside = async |aside| {
        let (id, now) = ("top".parse().expect("an id"), Timestamp::now());
        service.store.quarantine(id, Persona::Desktop, aside, Told::default(), now).await.expect("the store");
    };
    aside(true).await;
    let told = watch_until(&service, "監視対象を隔離しました").await;
    assert!(told.text.contains("hinomi check top"), "{told:#?}");
    aside(false).await;
    let over = watch_until(&service, "監視対象の隔離を解除しました").await;
    assert!(over.text.contains("top desktop"), "{over:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daily_report_carries_coverage_and_chain_heads() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    let mut pace = quick();
    pace.timing.digest_at = Some((9, 0));
    let service = watched(&folder, &web, pace).await;
    let past = (Timestamp::now() - SignedDuration::from_mins(1)).to_string();
    service.store.put_note("daily-report".to_owned(), past).await.expect("the store");
    let report = watch_until(&service, "日次報告").await;
    let head = service.store.chain_heads().await.expect("the store").remove(0);
    assert!(report.text.contains("網羅率") && report.text.contains(&head.hash.to_string()), "{report:#?}");
}

#[test]
fn an_installation_runs_again_from_the_record_alone() {
    let city = Installation::approved(&pages::ordinary());
    let registry = city.run(&["target", "export", "--json"]).ended(0).out;
    std::fs::remove_dir_all(city.path("data")).expect("a folder");
    std::fs::remove_file(city.path("targets.toml")).expect("a file");
    city.run(&["check"]).ended(2);
    let rebuilt = city.run(&["baseline", "rebuild", "--json"]).ended(0).line();
    assert_eq!((&rebuilt["lines"], &rebuilt["written"]), (&1.into(), &"targets.toml".into()));
    assert_eq!(city.run(&["target", "export", "--json"]).ended(0).out, registry);
    city.run(&["target", "list"]).ended(0);
    city.check("unchanged");
    city.web.put("/top", Answer::page(pages::infected()));
    city.check("alarm");
    assert_eq!(city.mails_to("web@city.example").len(), 1, "its contacts are back, too");
    let service = Running::start(&city);
    until("it watches", || log(&city).contains("hinomi is watching"));
    assert_eq!(service.stop(), Some(0));
}
