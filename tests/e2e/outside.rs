//! What others see of the service: health, metrics, the status page, the heartbeat, the doctor.

use crate::running::{Running, get, until};
use crate::support::{Answer, Installation, Web, pages};
use hinomi::model::{Channel, Language, Message, Receiver};
use hinomi::store::{Paths, Sqlite, Store as _};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::time::Duration;
use uuid::Uuid;

#[test]
fn health_metrics_and_the_status_page() {
    let city = Installation::approved(&pages::ordinary());
    city.web.put("/top", Answer::page(pages::infected()));
    let service = Running::start(&city);
    until("an alarm", || city.mails_to("web@city.example").len() == 1);
    assert_eq!(get(&city, "/healthz"), (200, "ok\n".to_owned()));
    assert_eq!(get(&city, "/readyz"), (200, "ready: 1 targets\n".to_owned()));
    let (status, metrics) = get(&city, "/metrics");
    assert_eq!(status, 200);
    for line in [
        "hinomi_targets 1",
        "hinomi_incidents_open 1",
        "hinomi_outbox_given_up 0",
        "hinomi_monitor_offline 0",
        "hinomi_coverage_compared{target=\"top\",persona=\"desktop\"} 2",
        "# EOF",
    ] {
        assert!(metrics.lines().any(|have| have == line), "{line}: {metrics}");
    }
    let (status, page) = get(&city, "/");
    assert_eq!(status, 200);
    for part in ["火の見", "top", "攻撃の疑い・未対応 / attack, open", "網羅率"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("<iframe"), "what was captured is shown escaped: {page}");
    assert_eq!(get(&city, "/nothing").0, 404);
    assert_eq!(service.stop(), Some(0));
}

fn with_heartbeat(city: &Installation) -> Web {
    let watchdog = Web::start();
    watchdog.put("/beat", Answer::page("ok"));
    city.set(&format!("[heartbeat]\nurl = \"{}\"\ninterval = \"10s\"", watchdog.url("/beat")));
    watchdog
}

#[test]
fn the_heartbeat_is_called_while_all_is_well() {
    let city = Installation::approved(&pages::ordinary());
    let watchdog = with_heartbeat(&city);
    let service = Running::start(&city);
    until("a call", || !watchdog.seen("/beat").is_empty());
    assert_eq!(service.stop(), Some(0));
}

/// A message that has waited for an hour for a channel that does not answer.
fn stuck_message() -> Message {
    let receiver = Receiver {
        channel: Channel::Webhook,
        address: "default".to_owned(),
        name: String::new(),
        language: Language::Japanese,
    };
    let (id, long_ago) = (Uuid::now_v7(), Timestamp::now() - SignedDuration::from_hours(1));
    Message {
        id,
        receiver,
        message_id: format!("<{id}@noc.example>"),
        references: Vec::new(),
        subject: "警報".to_owned(),
        text: "警報".to_owned(),
        html: String::new(),
        json: serde_json::json!({}),
        incidents: Vec::new(),
        at: long_ago,
        attempts: 9,
        next_attempt: Timestamp::now() + SignedDuration::from_hours(1),
        last_error: Some("no answer".to_owned()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_heartbeat_is_not_called_while_messages_do_not_go_out() {
    let city = Installation::approved(&pages::ordinary());
    let watchdog = with_heartbeat(&city);
    let paths = Paths { database: city.path("data/hinomi.sqlite"), baselines: city.path("baselines") };
    let store = Sqlite::open(paths, Timestamp::now()).expect("the store");
    store.compose(vec![(stuck_message(), Vec::new())]).await.expect("the store");
    drop(store);
    let service = Running::start(&city);
    until("it knows why", || crate::running::log(&city).contains("the heartbeat is held back"));
    assert!(watchdog.seen("/beat").is_empty());
    let trouble =
        || city.mails_to("watch@noc.example").iter().any(|mail| mail.subject.contains("通知が送れていません"));
    until("the operators hear of it", trouble);
    assert_eq!(service.stop(), Some(0));
}

#[test]
fn the_doctor_looks_at_everything() {
    let city = Installation::approved(&pages::ordinary());
    let lines = city.run(&["doctor", "--json"]).ended(1).lines();
    let points: BTreeSet<&str> = lines.iter().filter_map(|line| line["point"].as_str()).collect();
    let all = ["clock", "data", "disk", "mail", "names", "outbox", "registry", "service"];
    assert_eq!(points, BTreeSet::from(all), "{lines:#?}");
    let well = |name: &str| lines.iter().find(|line| line["point"] == name).map(|line| line["well"] == true);
    assert_eq!(["registry", "data", "outbox", "mail", "clock"].map(well), [Some(true); 5], "{lines:#?}");
    assert_eq!(well("service"), Some(false));
    let coverage: Vec<_> = lines.iter().filter(|line| line.get("target").is_some()).collect();
    assert!(coverage.len() == 1 && coverage[0]["target"] == "top", "{coverage:#?}");
    assert!(coverage[0]["compared"].as_u64() >= Some(1), "{coverage:#?}");

    let human = city.run(&["doctor", "--language", "en"]).ended(1).out;
    for part in ["ok registry: 1 enabled targets", "NOT OK service: the service does NOT run", "ok outbox: ", "top"] {
        assert!(human.contains(part), "{part}: {human}");
    }
    let japanese = city.run(&["doctor", "--language", "ja"]).ended(1).out;
    assert!(japanese.contains("サービスは稼働していません"), "{japanese}");
    let service = Running::start(&city);
    until("the service", || {
        let lines = city.run(&["doctor", "--json"]).lines();
        lines.iter().any(|line| line["point"] == "service" && line["well"] == true)
    });
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(service.stop(), Some(0));
}
