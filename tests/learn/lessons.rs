//! What changes, in which way, where it leads, and when: learned, said in sentences, and forgotten.

use crate::pupil::{Pupil, day};
use hinomi::model::{AnchorKind, Detail, HostUse, Keep, Manner, Topic};
use std::fmt::Write as _;

fn city(news: &[String], more: &str) -> String {
    let items = news.iter().fold(String::new(), |mut all, item| {
        let _ = write!(all, "<li><a href=\"/n\">{item}</a></li>");
        all
    });
    format!(
        "<html lang=ja><head><title>例示市</title></head><body><main><ul id=news>{items}</ul></main>{more}\
         <footer>例示市役所 〒000-0000 電話 0494-25-5000</footer></body></html>"
    )
}

fn news(from: usize, count: usize) -> Vec<String> {
    (from..from + count).rev().map(|number| format!("お知らせ第{number}号: 市民講座の参加者を募集します")).collect()
}

fn path(of: &str) -> String {
    format!("html > body > {of}")
}

#[test]
fn a_list_that_grows_or_rolls() {
    let mut pupil = Pupil::default();
    for count in 0..4 {
        pupil.see(&city(&news(0, 3 + count), ""), day(count as i64));
    }
    assert_eq!(pupil.regions(), [(path("main > ul#news"), Manner::GrowsAtHead)]);
    let mut pupil = Pupil::default();
    for from in 0..4 {
        pupil.see(&city(&news(from, 5), ""), day(from as i64));
    }
    assert_eq!(pupil.regions(), [(path("main > ul#news"), Manner::Rolls)]);
}

#[test]
fn counters_pictures_orders_and_variants() {
    type Way<'a> = (&'a str, &'a dyn Fn(usize) -> String, Manner);
    let ways: [Way; 5] = [
        ("p#c > text", &|n| format!("<p id=c>あなたは{}人目の訪問者です</p>", 100 + n), Manner::Counts),
        ("img#top", &|n| format!("<img id=top src=/hero{n}.jpg>"), Manner::Rotates),
        (
            "ul#links",
            &|n| {
                let mut items =
                    ["<li>観光の案内です", "<li>子育ての支援です", "<li>防災の情報です", "<li>ごみの分別です"];
                items.rotate_left(n % 4);
                format!("<ul id=links>{}</ul>", items.concat())
            },
            Manner::Shuffles,
        ),
        (
            "div#ab",
            &|n| format!("<div id=ab>{}</div>", ["夏のまつりへどうぞ", "図書館の本を借りましょう"][n % 2]),
            Manner::Alternates,
        ),
        ("p#t", &|n| format!("<p id=t>{}</p>", ["山の話", "海の声", "空の色", "川の音"][n % 4]), Manner::Rewrites),
    ];
    for (place, more, manner) in ways {
        let mut pupil = Pupil::default();
        for number in 0..4 {
            pupil.see(&city(&news(0, 3), &more(number)), day(number as i64));
        }
        let regions = pupil.regions();
        let wanted = path(place.trim_end_matches(" > text"));
        assert!(regions.contains(&(wanted.clone(), manner)), "{wanted} {manner:?}: {regions:?}");
    }
}

#[test]
fn hosts_of_links_and_pictures_without_those_that_act_or_hide() {
    let mut pupil = Pupil::default();
    let more = "<a href=https://www.pref.example.com/x>県</a><img src=//cdn.example.net/a.png><a href=/own>自</a>\
        <a href=https://www2.city.example.jp/>自</a><script src=https://s.example.org/a.js></script>\
        <iframe src=https://f.example.org/></iframe>\
        <div style=display:none><a href=https://spam1.example.org/>a</a><a href=https://spam2.example.org/>b</a></div>";
    pupil.see(&city(&news(0, 3), more), day(0));
    let topics: Vec<_> = pupil.habits.learned.iter().flat_map(|learned| &learned.habits).collect();
    let hosts: Vec<_> = topics
        .iter()
        .filter_map(|habit| match &habit.topic {
            Topic::Host { host, usage } => Some((host.as_str(), *usage)),
            _ => None,
        })
        .collect();
    assert_eq!(hosts, [("cdn.example.net", HostUse::Picture), ("www.pref.example.com", HostUse::Link)]);
}

#[test]
fn changes_of_the_active_plane_teach_nothing() {
    let mut pupil = Pupil::default();
    for number in 0..5 {
        let more = format!(
            "<script>var n = {number};</script><iframe id=f src=https://f.example.org/{number}></iframe>\
             <form id=g action=/a{number}><input></form><p id=h onclick=\"go({number})\">話</p>\
             <div style=display:none id=hidden><iframe></iframe><p>隠し文{number}</p></div>"
        );
        pupil.see(&city(&news(0, 3), &more), day(number));
    }
    assert_eq!(pupil.regions(), []);
    let hidden = "<div style=display:none><iframe></iframe><p>隠語隠語隠語 電話 03-1234-5678</p></div>";
    pupil.see(&city(&news(0, 3), hidden), day(9));
    let sentences = pupil.sentences(day(9));
    assert!(!sentences.iter().any(|(en, _)| en.contains("隠語") || en.contains("0312345678")), "{sentences:#?}");
}

#[test]
fn everything_is_said_in_two_languages_with_path_example_and_end() {
    let mut pupil = Pupil::default();
    for count in 0..4 {
        let more = "<a href=https://www.pref.example.com/x>県</a>";
        pupil.see(&city(&news(0, 3 + count), more), day(2 * count as i64));
    }
    let sentences = pupil.sentences(day(7));
    let (en, ja) = sentences.iter().find(|(en, _)| en.contains("ul#news")).expect("the list");
    for part in ["html > body > main > ul#news", "added at the head", "3 of 3", "every 2 days", "第5号", "2026-03-12"]
    {
        assert!(en.contains(part), "{part}: {en}");
    }
    for part in ["html > body > main > ul#news", "先頭に項目が追加", "3状態中3回", "約2日ごと", "2026-03-12"]
    {
        assert!(ja.contains(part), "{part}: {ja}");
    }
    let hours = sentences.iter().find(|(en, _)| en.contains("four updates in five")).expect("hours");
    assert!(hours.0.contains("between 12:00 and 13:00 JST") && hours.1.contains("12時から13時"), "{hours:?}");
    let host = sentences.iter().find(|(en, _)| en.contains("www.pref.example.com")).expect("the host");
    assert!(!host.0.contains("forgotten"), "it stands on the page: {}", host.0);
    assert!(sentences.iter().any(|(en, _)| en.contains("bytes of visible text")), "{sentences:?}");
}

#[test]
fn whose_page_it_is_and_in_which_words() {
    let mut pupil = Pupil::default();
    let more = "<div id=header><img src=/img/logo-city.png alt=例示市></div>";
    for count in 0..3 {
        let page = city(&news(0, 3 + count), more)
            .replace("例示市役所 〒", "© 2026 例示市役所 〒")
            .replace("電話", "埼玉県例示市中央町一丁目1番1号 電話");
        pupil.see(&page, day(count as i64));
    }
    let anchor = |kind, value: &str| Topic::Anchor { kind, value: value.to_owned() };
    for topic in [
        Topic::Title("例示市".to_owned()),
        Topic::Language("ja".to_owned()),
        anchor(AnchorKind::Name, "例示市"),
        anchor(AnchorKind::Phone, "0494255000"),
        anchor(AnchorKind::PostalCode, "0000000"),
        anchor(AnchorKind::Address, "埼玉県例示市中央町一丁目1番1号"),
        anchor(AnchorKind::Logo, "logo-city.png"),
    ] {
        assert_eq!(pupil.habit(&topic).map(|habit| habit.count), Some(3), "{topic:?}");
    }
    let sentences = pupil.sentences(day(3));
    let said = |en: &str, ja: &str| sentences.iter().any(|(e, j)| e.contains(en) && j.contains(ja));
    assert!(said("the telephone number “0494255000”", "電話番号「0494255000」"), "{sentences:#?}");
    assert!(said("at html > body > footer", "場所は html > body > footer"), "{sentences:#?}");
    assert!(said("the logo “logo-city.png”; at html > body > div#header > img", "ロゴ"), "{sentences:#?}");
    assert!(said("the title is “例示市”; at html > head > title", "タイトルは「例示市」です"), "{sentences:#?}");
    assert!(said("the footer reads", "〒000-0000"), "{sentences:#?}");
    assert!(said("市民講座", "市民講座") && said("words that nearly every state has", "ほぼ常に現れる語"));
}

#[test]
fn what_is_not_seen_is_forgotten_unless_it_is_pinned() {
    let mut pupil = Pupil::default();
    let link = "<a href=https://old.example.com/x>古</a>";
    let old = Topic::Host { host: "old.example.com".to_owned(), usage: HostUse::Link };
    pupil.see(&city(&news(0, 3), link), day(0));
    pupil.see(&city(&news(0, 4), ""), day(1));
    assert!(pupil.habit(&old).is_some());
    assert!(pupil.sentences(day(59)).iter().any(|(en, _)| en.contains("old.example.com")));
    assert!(
        !pupil.sentences(day(61)).iter().any(|(en, _)| en.contains("old.example.com")),
        "it is over by reading too"
    );
    let mut pinned = Pupil { habits: pupil.habits.clone(), ..Pupil::default() };
    pinned.mark(old.clone(), Keep::Pin);
    pinned.see(&city(&news(0, 5), ""), day(70));
    assert!(
        pinned.habit(&old).is_some() && pinned.sentences(day(500)).iter().any(|(en, _)| en.contains("old.example"))
    );
    pupil.see(&city(&news(0, 5), ""), day(70));
    assert!(pupil.habit(&old).is_none());
}

#[test]
fn before_the_first_approval_ways_to_change_are_learned_and_looks_only_noted() {
    let mut pupil = Pupil { provisional: true, ..Pupil::default() };
    let defaced = |n: usize| city(&news(0, 3 + n), "").replace("<title>例示市", "<title>例示市 crew");
    for n in 0..4 {
        pupil.see(&defaced(n), day(3 * n as i64));
    }
    let title = Topic::Title("例示市 crew".to_owned());
    assert!(pupil.habit(&title).is_some());
    pupil.provisional = false;
    pupil.see(&city(&news(0, 7), ""), day(12));
    assert_eq!(pupil.habit(&title), None, "nobody has approved that");
    assert_eq!(pupil.habit(&Topic::Title("例示市".to_owned())).map(|habit| habit.count), Some(1));
    assert_eq!(pupil.regions()[0], (path("main > ul#news"), Manner::GrowsAtHead));
}

#[test]
fn what_is_dropped_is_not_learned_again() {
    let mut pupil = Pupil::default();
    let link = "<a href=https://old.example.com/x>古</a>";
    let old = Topic::Host { host: "old.example.com".to_owned(), usage: HostUse::Link };
    pupil.see(&city(&news(0, 3), link), day(0));
    pupil.mark(old.clone(), Keep::Drop);
    pupil.see(&city(&news(0, 4), link), day(1));
    assert!(pupil.habit(&old).is_none());
    let shown = hinomi::learn::shown(&pupil.habits, hinomi::model::Persona::Desktop, day(2));
    let dropped = shown.iter().find(|one| one.topic == old).expect("it is shown as dropped");
    assert!(dropped.mark.is_some() && dropped.habit.is_none());
}

#[test]
fn a_page_that_never_rests_is_not_learned_from_all_the_time() {
    let mut pupil = Pupil::default();
    for number in 0..50 {
        assert!(hinomi::learn::is_due(&pupil.habits, day(0)) == (number < 48), "{number}");
        pupil.see(&city(&news(0, 3), ""), day(0));
    }
    assert!(hinomi::learn::is_due(&pupil.habits, day(1)));
}

#[test]
fn what_already_differed_from_the_approved_state_is_no_news() {
    let list = |items: &[&str], date: &str| {
        let items: String = items.iter().map(|item| format!("<li><a href=/{item}>{item}</a></li>")).collect();
        format!("<main><ul id=news>{items}</ul></main><p id=date>{date}</p>")
    };
    let approved = list(&["a", "b"], "1月1日");
    let mut pupil = Pupil::default();
    pupil.follow(&approved, &list(&["c", "a", "b"], "1月1日"), day(1));
    pupil.follow(&approved, &list(&["d", "c", "a", "b"], "1月1日"), day(2));
    pupil.follow(&approved, &list(&["d", "c", "a", "b"], "1月3日"), day(3));
    pupil.follow(&approved, &list(&["e", "d", "c", "a"], "1月3日"), day(4));
    let of = |place: &str| {
        let is = |topic: &Topic| matches!(topic, Topic::Region { path } if path.contains(place));
        let habits = pupil.habits.learned.iter().flat_map(|learned| &learned.habits);
        habits.clone().find(|habit| is(&habit.topic)).expect("learned").clone()
    };
    let (news, date) = (of("ul#news"), of("p#date"));
    assert_eq!((news.count, date.count), (3, 1), "{news:#?}");
    let Detail::Region { manners, .. } = &news.detail else { panic!("{news:#?}") };
    assert_eq!(manners.get(&Manner::GrowsAtHead), Some(&2), "{manners:?}");
    assert_eq!(manners.get(&Manner::Rolls), Some(&1), "{manners:?}");
}
