//! Answers that are not the page: errors, blocks, challenges, silence on the line, 304, injections served once.

use crate::support::{Answer, Installation, Service, Web, pages, quick};
use hinomi::store::Store as _;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

#[test]
fn a_plain_error_is_unseen_and_a_challenge_says_so() {
    let city = Installation::approved(&pages::ordinary());
    let down =
        "<html><head><title>503 Service Unavailable</title></head><body><h1>Service Unavailable</h1></body></html>";
    city.web.put("/top", Answer::page(down).status(503));
    assert_eq!(city.check("unseen")["reason"], "error");
    city.web
        .put("/top", Answer::page("<title>Just a moment...</title><script>window._cf_chl_opt={}</script>").status(403));
    assert_eq!(city.check("unseen")["reason"], "challenge");
    assert!(city.run(&["baseline", "list", "--json"]).ended(0).out.is_empty(), "none of these may ever be approved");
    assert!(city.mails().is_empty(), "two bad moments are no incident");
    city.web.put("/top", Answer::page(pages::ordinary()));
    city.check("unchanged");
}

#[test]
fn a_first_sight_of_an_error_is_no_proposal() {
    let city = Installation::watching(&[("/top", "")]);
    assert_eq!(city.check("unseen")["status"], 404);
    assert!(city.run(&["baseline", "list", "--json"]).ended(0).out.is_empty());
}

#[test]
fn a_server_that_is_gone_is_unseen() {
    let mut city = Installation::approved(&pages::ordinary());
    // Another server takes another port: nobody listens at the registered one any more.
    city.web = crate::support::Web::start();
    let seen = city.check("unseen");
    assert_eq!((&seen["reason"], &seen["status"]), (&"connect-failed".into(), &serde_json::Value::Null));
}

#[test]
fn an_alarm_that_does_not_come_again_still_goes_out_and_says_so() {
    let city = Installation::approved(&pages::ordinary());
    city.web.put_once("/top", Answer::page(pages::infected()));
    let seen = city.check("alarm");
    let incident = city.run(&["incident", "list", "--json"]).ended(1).line();
    assert_eq!((&incident["id"], &incident["confirmed"]), (&seen["incident"], &false.into()));
    let mails = city.mails_to("web@city.example");
    assert!(mails[0].text.contains("2回目の取得では現れませんでした"), "{}", mails[0].text);
    city.check("unchanged");
    city.run(&["incident", "list"]).ended(1);
}

#[test]
fn an_alarm_that_comes_again_is_confirmed() {
    let city = Installation::approved(&pages::ordinary());
    let page = pages::city(&pages::NEWS, "<script src=\"http://malware.example/counter.php\"></script>");
    city.web.put("/top", Answer::page(page));
    city.check("alarm");
    let incident = city.run(&["incident", "list", "--json"]).ended(1).line();
    assert_eq!(incident["confirmed"], true, "{incident:#}");
}

#[test]
fn a_redirect_on_the_same_site_is_no_change_and_one_off_site_is() {
    let city = Installation::approved(&pages::ordinary());
    let other = crate::support::Web::start_on("127.0.0.2");
    city.web.put("/elsewhere", Answer::page(pages::ordinary()));
    other.put("/elsewhere", Answer::page(pages::ordinary()));
    city.web.put("/top", Answer::page("").status(302).header("Location", "/elsewhere"));
    city.check("unchanged");
    city.web.put("/top", Answer::page("").status(302).header("Location", &other.url("/elsewhere")));
    city.check("alarm");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overloaded_host_is_asked_later_but_never_much_later() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    let targets = [("top".to_owned(), web.url("/top"))];
    let service = Service::open(folder.path(), &targets, Duration::from_secs(60), quick()).await;
    let busy = |status, wait: &str| Answer::page("<h1>Busy</h1>").status(status).header("Retry-After", wait);
    let waits = async || {
        service.check("top").await;
        let now = Timestamp::now();
        let coverage = service.store.coverage(now - SignedDuration::from_hours(1), now).await.expect("the store");
        coverage[0].next_due.duration_since(now).as_secs()
    };
    for (status, asked, expected) in [(429, "300", 300), (503, "600", 600), (503, "86400", 900), (500, "600", 60)] {
        web.put("/top", busy(status, asked));
        let waits = waits().await;
        assert!((expected - 10..=expected).contains(&waits), "{status}, {asked}: {waits} s");
    }
}
