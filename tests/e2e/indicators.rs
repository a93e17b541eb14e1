//! Indicators: imported by a person, in force at once, also on pages that were approved before.

use crate::running::{Running, until};
use crate::support::{Answer, Installation, Service, Web, pages, quick};
use hinomi::model::{Indicator, IndicatorKind, IndicatorSource, Indicators, Persona, Verdict};
use hinomi::monitor::Thoroughness;
use jiff::Timestamp;
use serde_json::Value;
use std::time::Duration;

const LINK: &str = "<script src=\"https://cdn.supplier.example/widget.js\"></script>";

fn rules(seen: &Value) -> Vec<&str> {
    let findings = seen["findings"].as_array().expect("findings");
    findings.iter().filter_map(|finding| finding["rule"].as_str()).collect()
}

#[test]
fn a_supplier_that_is_listed_after_its_approval_alarms_and_is_quiet_once_taken_away() {
    let city = Installation::watching(&[("/top", "")]);
    city.web.put("/top", Answer::page(pages::city(&pages::NEWS, LINK)));
    let digest = city.check("review")["digest"].as_str().expect("a digest").to_owned();
    let by = "Hanako <web@city.example>";
    city.run(&["baseline", "approve", "top", "--digest", &digest, "--by", by]).ended(0);
    city.check("unchanged");
    city.write("feed.txt", "# feed\nhxxps://other[.]example/kit/\nsupplier.example\n");
    let done = city.run(&["indicators", "import", "feed.txt", "--source", "feed of the day", "--json"]).ended(0).line();
    assert_eq!((&done["format"], &done["imported"]), (&"list".into(), &2.into()), "{done:#}");
    let seen = city.check("alarm");
    assert_eq!(rules(&seen), ["host-in-indicator-list"], "{seen:#}");
    assert!(seen["findings"][0]["summary"].as_str().is_some_and(|text| text.contains("feed of the day")), "{seen:#}");
    assert_eq!(city.mails_to("web@city.example").len(), 1);
    city.run(&["indicators", "remove", "feed of the day"]).ended(0);
    city.check("unchanged");
}

#[test]
fn a_host_that_an_approved_script_file_reaches_is_found_when_it_is_listed_later() {
    let city = Installation::watching(&[("/top", "")]);
    city.web.put("/top", Answer::page(pages::city(&pages::NEWS, "")));
    city.web.put("/js/menu.js", Answer::script("fetch('https://stat.supplier.example/hit?p=' + location.pathname);"));
    let digest = city.check("review")["digest"].as_str().expect("a digest").to_owned();
    let by = "Hanako <web@city.example>";
    city.run(&["baseline", "approve", "top", "--digest", &digest, "--by", by]).ended(0);
    city.check("unchanged");
    city.write("feed.txt", "supplier.example\n");
    city.run(&["indicators", "import", "feed.txt"]).ended(0);
    let seen = city.check("alarm");
    assert_eq!(rules(&seen), ["host-in-indicator-list"], "{seen:#}");
    assert_eq!(seen["findings"][0]["location"]["path"], city.web.url("/js/menu.js"), "{seen:#}");
    assert_eq!(seen["findings"][0]["severity"], "high", "a host that is approved already: {seen:#}");
}

#[test]
fn files_say_what_could_not_be_taken() {
    let city = Installation::watching(&[]);
    city.write(
        "feed.csv",
        "indicator,first_seen\nevil.example,2026-10-01\ncom,2026-10-01\ngoogletagmanager.com,2026-10-01\n",
    );
    let ran = city.run(&["indicators", "import", "feed.csv"]).ended(1);
    for part in ["feed.csv (csv): 1 indicators", "line 3", "googletagmanager[.]com: a well-known service"] {
        assert!(ran.out.contains(part), "{part}: {ran:?}");
    }
    let listed = city.run(&["indicators", "list", "--json"]).ended(0).line();
    assert_eq!((&listed["source"], &listed["count"]), (&"feed.csv".into(), &1.into()));
    city.write("nothing.json", "{\"a\": 1}");
    let refused = city.run(&["indicators", "import", "nothing.json"]).ended(2);
    assert!(refused.err.contains("nothing.json") && refused.err.contains("STIX"), "{refused:?}");
    city.run(&["indicators", "import", "missing.txt"]).ended(2);
    city.run(&["indicators", "remove", "nobody"]).ended(2);
    city.write("page.html", "<html><body><iframe src=https://x.evil.example/></iframe></body></html>");
    let scanned = city.run(&["scan", "--json", "page.html"]).ended(1).line();
    assert!(rules(&scanned).contains(&"host-in-indicator-list"), "{scanned:#}");
}

#[test]
fn a_running_service_takes_new_ones_up() {
    let city = Installation::watching(&[("/top", "")]);
    city.web.put("/top", Answer::page(pages::city(&pages::NEWS, LINK)));
    let digest = city.check("review")["digest"].as_str().expect("a digest").to_owned();
    city.run(&["baseline", "approve", "top", "--digest", &digest, "--by", "Hanako <web@city.example>"]).ended(0);
    let running = Running::start(&city);
    city.write("feed.txt", "supplier.example\n");
    city.run(&["indicators", "import", "feed.txt"]).ended(0);
    until("the service has taken the list up", || crate::running::log(&city).contains("indicators are in force"));
    running.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_says_not_modified_is_looked_at_again_under_a_new_list() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    web.put("/top", Answer::page(pages::city(&pages::NEWS, LINK)).header("ETag", "\"page\""));
    let targets = [("top".to_owned(), web.url("/top"))];
    let service = Service::open(folder.path(), &targets, Duration::from_secs(300), quick()).await;
    service.check("top").await;
    service.approve("top").await;
    assert_eq!(service.check("top").await.verdict, Verdict::Unchanged);
    let (since, name) = (Timestamp::UNIX_EPOCH, "feed".to_owned());
    let (kind, value) = (IndicatorKind::Host, "supplier.example".to_owned());
    let listed = Indicator { kind, value, since, until: None, note: String::new() };
    let source = IndicatorSource { name, imported: since, count: 1 };
    service.world.set_indicators(Indicators::new(vec![(source, vec![listed])], since));
    let report = service.check_as("top", Persona::Desktop, Thoroughness::Usual).await;
    assert_eq!(report.verdict, Verdict::Alarm, "{report:#?}");
}
