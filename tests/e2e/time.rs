//! What comes with time: recovery, escalation, the daily digest, being offline, storms.

use crate::support::{Answer, Installation, Service, Web, pages, quick, registry};
use hinomi::judge::Timing;
use hinomi::model::{Event, IncidentState, Mark, Silence, UnseenReason, Verdict};
use hinomi::monitor::{Pace, Pulse, SelfWatch, Thoroughness, World, run_escalation};
use hinomi::store::{Retention, Store as _};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

const HOUR: Duration = Duration::from_secs(3600);

/// One approved target `top` in a service.
async fn approved(folder: &tempfile::TempDir, web: &Web, pace: Pace) -> Service {
    web.put("/top", Answer::page(pages::ordinary()));
    let service = Service::open(folder.path(), &[("top".to_owned(), web.url("/top"))], HOUR, pace).await;
    assert_eq!(service.check("top").await.verdict, Verdict::Review);
    service.approve("top").await;
    assert_eq!(service.check("top").await.verdict, Verdict::Unchanged);
    service
}

fn paced(change: impl FnOnce(&mut Timing)) -> Pace {
    let mut pace = quick();
    change(&mut pace.timing);
    pace
}

#[tokio::test(flavor = "multi_thread")]
async fn three_clean_full_fetches_end_an_alarm_in_the_same_thread_of_mails() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    let service = approved(&folder, &web, quick()).await;
    web.put("/top", Answer::page(pages::infected()));
    assert_eq!(service.check("top").await.verdict, Verdict::Alarm);
    let alarm = service.post().await.into_iter().find(|mail| mail.to == "web@city.example").expect("an alarm");
    web.put("/top", Answer::page(pages::ordinary()));
    for _ in 0..2 {
        assert_eq!(service.check("top").await.verdict, Verdict::Unchanged);
        assert_eq!(service.incidents().await[0].state, IncidentState::Open);
    }
    // A relapse: the count of clean fetches starts anew.
    web.put("/top", Answer::page(pages::infected()));
    service.check("top").await;
    web.put("/top", Answer::page(pages::ordinary()));
    for state in [IncidentState::Open, IncidentState::Open, IncidentState::Resolved] {
        service.check("top").await;
        assert_eq!(service.incidents().await[0].state, state);
    }
    let mails = service.post().await;
    let over = mails.iter().find(|mail| mail.to == "web@city.example" && mail.message_id != alarm.message_id);
    let over = over.expect("it is told");
    assert_eq!(over.references.last(), Some(&alarm.message_id), "one thread");
    assert_eq!(over.references.first(), alarm.references.first(), "under one root");
    assert_eq!(service.incidents().await[0].resolved.as_ref().map(|mark| mark.by.as_str()), Some("hinomi"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_looks_like_recovery_ends_nothing() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    let service = approved(&folder, &web, paced(|timing| timing.clean_over = HOUR)).await;
    web.put("/top", Answer::page(pages::infected()));
    service.check("top").await;
    web.put("/top", Answer::page(pages::ordinary()));
    for _ in 0..5 {
        service.check("top").await;
    }
    assert_eq!(service.incidents().await[0].state, IncidentState::Open, "half an hour has not passed");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_answers_so_the_next_level_is_told() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    let waits = vec![Duration::from_millis(50), Duration::from_millis(100)];
    let service = approved(&folder, &web, paced(|timing| timing.escalate_after = waits)).await;
    web.put("/top", Answer::page(pages::infected()));
    service.check("top").await;
    let stop = watch::channel(false).0;
    let running =
        tokio::spawn(run_escalation(Arc::clone(&service.store), Arc::clone(&service.world), stop.subscribe()));
    let incident = until(async || service.incidents().await.into_iter().find(|incident| incident.level == 3)).await;
    stop.send(true).expect("it runs");
    running.await.expect("no panic").expect("the store");
    assert_eq!(incident.escalate_at, None, "there is no fourth level");
    let mails = service.post().await;
    let to = |address: &str| mails.iter().filter(|mail| mail.to == address).count();
    // All of it is due at once here, so each receiver gets one mail; where nobody stands at a level, the operators are told.
    assert_eq!((to("web@city.example"), to("head@city.example"), to("watch@noc.example")), (1, 1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_acknowledges_stops_the_escalation() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    let service = approved(&folder, &web, quick()).await;
    web.put("/top", Answer::page(pages::infected()));
    service.check("top").await;
    let later = Timestamp::now() + SignedDuration::from_hours(24);
    let mut incident = service.store.escalations(later).await.expect("the store").remove(0);
    let mark = Mark { by: "Hanako".to_owned(), at: Timestamp::now(), reason: String::new() };
    (incident.state, incident.acknowledged, incident.escalate_at) = (IncidentState::Acknowledged, Some(mark), None);
    service.store.put_incident(incident, Vec::new()).await.expect("the store");
    // The attack goes on, and people look after it already.
    service.check("top").await;
    assert!(service.store.escalations(later).await.expect("the store").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn reviews_wait_for_the_digest_and_silences_make_them_wait_longer() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    let service = approved(&folder, &web, paced(|timing| timing.digest_at = Some((9, 0)))).await;
    let (now, day) = (Timestamp::now(), SignedDuration::from_hours(24));
    let reviews = async |until: Timestamp| {
        let due = service.store.due_notices(until).await.expect("the store");
        due.into_iter().filter(|notice| matches!(notice.event, Event::Review { .. })).collect::<Vec<_>>()
    };
    let first_sight = reviews(now + day).await.len();
    assert_eq!((first_sight, reviews(now).await.len()), (2, 0), "owner and operators, not before nine o'clock");
    let mark = Mark { by: "Hanako".to_owned(), at: now, reason: "works".to_owned() };
    let silence = Silence { id: uuid::Uuid::now_v7(), target: None, mark, until: now + day * 3 };
    service.store.put_silence(silence).await.expect("the store");
    web.put("/top", Answer::page(pages::renewed(&pages::NEWS)));
    assert_eq!(service.check("top").await.verdict, Verdict::Review);
    assert_eq!(reviews(now + day).await.len(), first_sight, "held back");
    assert_eq!(reviews(now + day * 4).await.len(), first_sight + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silence_that_ends_lets_go_of_reviews_and_of_sites_that_are_down() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    let service = approved(&folder, &web, quick()).await;
    service.post().await;
    let (now, before) = (Timestamp::now(), service.mails().len());
    let mark = Mark { by: "Hanako".to_owned(), at: now, reason: "works".to_owned() };
    let until = now + SignedDuration::from_hours(72);
    let silence = Silence { id: uuid::Uuid::now_v7(), target: None, mark, until };
    service.store.put_silence(silence.clone()).await.expect("the store");
    web.put("/top", Answer::page(pages::renewed(&pages::NEWS)));
    assert_eq!(service.check("top").await.verdict, Verdict::Review);
    assert_eq!(service.post().await.len(), before, "held back");
    assert!(service.store.end_silence(silence.id.to_string(), Timestamp::now()).await.expect("the store"));
    let mails = service.post().await;
    assert_eq!(mails.len(), before + 2, "owner and operators");
    let owned = mails.iter().filter(|mail| mail.to == "web@city.example");
    let named = |text: &str| text.contains("まもなく期限が切れる承認") && text.contains("例示市 top");
    assert!(owned.map(|mail| &mail.text).any(|text| named(text)), "approvals that end soon are named: {mails:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_told_again_in_each_daily_digest() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    // The next digest is a few minutes away, so that it is being prepared.
    let soon =
        (Timestamp::now() + SignedDuration::from_mins(5)).to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(9)));
    let pace = paced(|timing| timing.digest_at = Some((soon.hour(), soon.minute())));
    let service = approved(&folder, &web, pace).await;
    web.put("/top", Answer::page(pages::renewed(&pages::NEWS)));
    service.check("top").await;
    let later = Timestamp::now() + SignedDuration::from_mins(10);
    let reviews = async || {
        let due = service.store.due_notices(later).await.expect("the store");
        due.into_iter().filter(|notice| matches!(notice.event, Event::Review { .. })).collect::<Vec<_>>()
    };
    // As if the first digest were long past: its notices are gone, and the proposal still waits.
    let past = reviews().await.iter().map(|notice| notice.id).collect();
    service.store.drop_notices(past).await.expect("the store");
    let stop = watch::channel(false).0;
    let escalation = run_escalation(Arc::clone(&service.store), Arc::clone(&service.world), stop.subscribe());
    let running = tokio::spawn(escalation);
    let told = until(async || Some(reviews().await).filter(|told| !told.is_empty())).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!((told.len(), reviews().await.len()), (2, 2), "owner and operators, once");
    stop.send(true).expect("it runs");
    running.await.expect("no panic").expect("the store");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_that_has_ended_asks_again_and_the_page_is_compared_all_the_while() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    web.put("/top", Answer::page(pages::ordinary()));
    let service = Service::open(folder.path(), &[("top".to_owned(), web.url("/top"))], HOUR, quick()).await;
    service.check("top").await;
    service.approve_until("top", Timestamp::now() + SignedDuration::from_millis(1500)).await;
    assert_eq!(service.check("top").await.verdict, Verdict::Unchanged);
    tokio::time::sleep(Duration::from_millis(1600)).await;
    let asked = service.check("top").await;
    assert_eq!(asked.verdict, Verdict::Review, "{:?}", asked.because);
    assert!(asked.because.iter().any(|words| words.en.contains("approval")), "{:?}", asked.because);
    web.put("/top", Answer::page(pages::infected()));
    assert_eq!(service.check("top").await.verdict, Verdict::Alarm, "it is still compared");
    web.put("/top", Answer::page(pages::ordinary()));
    service.check("top").await;
    service.approve("top").await;
    assert_eq!(service.check("top").await.verdict, Verdict::Unchanged, "approved anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_reviews_of_a_day_share_one_mail_without_an_alarm() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    let targets: Vec<_> = (0..12).map(|n| (format!("page-{n}"), web.url(&format!("/{n}")))).collect();
    let service = Service::open(folder.path(), &targets, HOUR, quick()).await;
    for (number, (id, _)) in targets.iter().enumerate() {
        web.put(&format!("/{number}"), Answer::page(pages::ordinary()));
        service.check(id).await;
    }
    let mails = service.post().await;
    assert_eq!(mails.len(), 2, "one for the owner, one for the operators: {mails:#?}");
    assert!(mails.iter().all(|mail| !mail.subject.contains("警報")), "{mails:#?}");
    assert!(targets.iter().all(|(id, _)| mails[0].text.contains(id)), "{}", mails[0].text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_304_is_no_comparison_and_full_fetches_follow() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    let service = approved(&folder, &web, quick()).await;
    web.put("/top", Answer::page(pages::ordinary()).header("ETag", "\"1\""));
    service.check("top").await;
    let compared = |report: &hinomi::monitor::CheckReport| report.sha256.is_some();
    let (mut hints, mut fulls) = (0, 0);
    for _ in 0..26 {
        let report = service.check_as("top", hinomi::model::Persona::Desktop, Thoroughness::Usual).await;
        assert_eq!(report.verdict, Verdict::Unchanged);
        if compared(&report) { fulls += 1 } else { hints += 1 }
    }
    assert!(fulls >= 2, "never later than the twelfth: {fulls} of 26");
    let now = Timestamp::now();
    let coverage = service.store.coverage(now - SignedDuration::from_hours(1), now).await.expect("the store");
    assert_eq!(coverage[0].compared, 3 + fulls, "{hints} hints count for nothing");
    // A host that says "not modified" whatever happened is caught by the next full fetch.
    web.put("/top", Answer::page(pages::infected()).header("ETag", "\"1\""));
    let mut verdicts = Vec::new();
    for _ in 0..12 {
        verdicts.push(service.check_as("top", hinomi::model::Persona::Desktop, Thoroughness::Usual).await.verdict);
    }
    assert!(verdicts.contains(&Verdict::Alarm), "{verdicts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_stays_away_becomes_an_incident_and_says_when_it_is_back() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    let service = approved(&folder, &web, quick()).await;
    web.put("/top", Answer::page("<h1>Internal Server Error</h1>").status(500));
    for _ in 0..2 {
        service.check("top").await;
        assert!(service.incidents().await.is_empty());
    }
    service.check("top").await;
    let incident = service.incidents().await.remove(0);
    assert_eq!((incident.unseen, incident.judgement.verdict), (Some(UnseenReason::ErrorPage), Verdict::Unseen));
    let told = service.post().await.into_iter().filter(|mail| mail.to == "web@city.example").count();
    web.put("/top", Answer::page(pages::ordinary()));
    for _ in 0..3 {
        service.check("top").await;
    }
    assert_eq!(service.incidents().await[0].state, IncidentState::Resolved);
    let mails = service.post().await.into_iter().filter(|mail| mail.to == "web@city.example").count();
    assert_eq!((told, mails), (1, 2), "away, back");
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_monitor_is_offline_it_says_so_instead_of_blaming_the_sites() {
    let folder = tempfile::tempdir().expect("a folder");
    // Eight hosts at which nobody listens.
    let url = |n: usize| format!("http://127.0.0.{}:{}/", n + 10, 50_123);
    let targets: Vec<_> = (0..8).map(|n| (format!("site-{n}"), url(n))).collect();
    let service = Service::open(folder.path(), &targets, HOUR, quick()).await;
    let mut reasons = Vec::new();
    for _ in 0..4 {
        for (id, _) in &targets {
            reasons.push(service.check(id).await.unseen.expect("unseen"));
        }
    }
    assert_eq!(reasons.iter().filter(|reason| **reason == "connect-failed").count(), 4, "{reasons:?}");
    assert!(reasons[4..].iter().all(|reason| *reason == "monitor-offline"), "{reasons:?}");
    assert!(service.incidents().await.is_empty(), "no site is blamed");

    let retention = Retention { observations: HOUR, observations_per_target: 100, incidents: HOUR, messages: HOUR };
    let watch = SelfWatch {
        store: Arc::clone(&service.store),
        world: Arc::clone(&service.world),
        pulse: Arc::new(Pulse::default()),
        started: Timestamp::UNIX_EPOCH,
        free_space: Box::new(Vec::new),
        retention,
        every: Duration::from_millis(20),
    };
    let stop = tokio::sync::watch::channel(false).0;
    let running = tokio::spawn(watch.run(stop.subscribe()));
    let told = until(async || service.post().await.into_iter().find(|mail| mail.text.contains("ネットワーク"))).await;
    assert_eq!(told.to, "watch@noc.example");
    let web = Web::start();
    let back = Service::open(folder.path(), &[("back".to_owned(), web.url("/"))], HOUR, quick()).await;
    drop(back);
    service.world.outlook(|outlook| outlook.note(hinomi::judge::Sighting { host: "a".to_owned(), answered: true }));
    until(async || service.post().await.into_iter().find(|mail| mail.text.contains("解消"))).await;
    stop.send(true).expect("it runs");
    running.await.expect("no panic").expect("the store");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_tells_a_dead_site_from_a_dead_line() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    let site = [("only".to_owned(), "http://127.0.0.10:50123/".to_owned())];
    let open = async |witness: &str| {
        let world = World::new(registry(&site, HOUR), Vec::new(), quick());
        let pages = vec![witness.parse().expect("a url")];
        Service::in_world(folder.path(), world.with_witnesses(pages)).await
    };
    let reason = async |service: &Service| service.check("only").await.unseen.expect("unseen");
    // Nobody knows this witness: its silence means nothing.
    let unknown = open("http://127.0.0.11:50123/").await;
    assert_eq!(reason(&unknown).await, "connect-failed");
    drop(unknown);
    let service = open(&web.url("/witness")).await;
    assert_eq!(reason(&service).await, "connect-failed", "the line is well: the site is down");
}

#[test]
fn a_hundred_sites_at_once_are_one_mail_for_each_receiver() {
    let paths: Vec<String> = (0..100).map(|number| format!("/site-{number}")).collect();
    let watched: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), "")).collect();
    let city = Installation::watching(&watched);
    for path in &paths {
        city.web.put(path, Answer::page(pages::ordinary()));
    }
    city.run(&["check", "--json"]).ended(1);
    city.run(&["baseline", "approve", "--first", "--by", "Hanako <web@city.example>"]).ended(0);
    for path in &paths {
        city.web.put(path, Answer::page(pages::infected()));
    }
    let lines = city.run(&["check", "--json"]).ended(1).lines();
    assert!(lines.len() == 100 && lines.iter().all(|line| line["verdict"] == "alarm"));
    assert_eq!((city.mails_to("web@city.example").len(), city.mails_to("watch@noc.example").len()), (1, 1));
    assert!(city.mails()[0].subject.contains("100"), "{}", city.mails()[0].subject);
    assert_eq!(city.run(&["incident", "list", "--json", "--limit", "1000"]).ended(1).lines().len(), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_over_a_while_becomes_few_mails() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    let targets: Vec<_> = (0..60).map(|n| (format!("page-{n}"), web.url(&format!("/{n}")))).collect();
    (0..60).for_each(|n| web.put(&format!("/{n}"), Answer::page(pages::DEFACED)));
    // New targets become due one after the other over the interval.
    let pace = Pace { workers: 2, ..quick() };
    let service = Service::open(folder.path(), &targets, Duration::from_secs(4), pace).await;
    let told = async || {
        let of = |delivery: hinomi::store::Delivery| delivery.message.incidents;
        service.deliveries().await.into_iter().flat_map(of).collect::<std::collections::BTreeSet<_>>().len()
    };
    let all = until(async || (told().await == 60).then_some(()));
    service.run(vec![service.folder_mailer()], all).await;
    let mails = service.deliveries().await.len() / 2;
    assert!((1..=15).contains(&mails), "{mails} mails for each receiver about 60 pages");
}

/// Asks again until there is an answer, for a minute and a half at most.
async fn until<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..1800 {
        if let Some(answer) = ask().await {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it never happens");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_due_while_nobody_watched_is_not_too_much_work() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    web.put("/", Answer::page(pages::ordinary()));
    let service = Service::open(folder.path(), &[("only".to_owned(), web.url("/"))], HOUR, quick()).await;
    service.check("only").await;
    let later = Timestamp::now() + 24 * HOUR;
    let overdue = async |started: Timestamp| {
        let retention = Retention { observations: HOUR, observations_per_target: 100, incidents: HOUR, messages: HOUR };
        let watch = SelfWatch {
            store: Arc::clone(&service.store),
            world: Arc::clone(&service.world),
            pulse: Arc::new(Pulse::default()),
            started,
            free_space: Box::new(Vec::new),
            retention,
            every: HOUR,
        };
        watch.look(later).await.expect("a look").overdue
    };
    assert_eq!(overdue(later).await, 0, "it has only just begun to watch");
    assert_eq!(overdue(Timestamp::UNIX_EPOCH).await, 1);
}
