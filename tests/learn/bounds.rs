//! Hostile pages and long histories: what is remembered stays small, and its order does not depend on chance.

use crate::pupil::{Pupil, day};
use hinomi::learn;
use hinomi::model::{Learned, MAX_HABITS, Persona, Topic};
use proptest::prelude::*;
use std::fmt::Write as _;

/// The most that one row may take on disk, where it lies compressed.
const MOST_BYTES: usize = 16 << 10;

fn size(learned: &Learned) -> usize {
    let text = serde_json::to_vec(learned).expect("JSON");
    zstd::bulk::compress(&text, 3).expect("packed").len()
}

/// Letters that no compression makes shorter.
fn noise(seed: &mut u64, length: usize) -> String {
    let letter = |_| {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'a' + (*seed >> 59) as u8 % 26)
    };
    (0..length).map(letter).collect()
}

#[test]
fn noise_of_every_kind_stays_within_sixteen_kilobytes() {
    let (mut pupil, mut seed) = (Pupil::default(), 7);
    for number in 0..6 {
        let mut noise = |length| noise(&mut seed, length);
        let mut html = format!("<title>{}</title>", noise(300));
        for _ in 0..300 {
            let (host, text, id, picture) = (noise(40), noise(200), noise(30), noise(40));
            let _ = write!(
                html,
                "<a href='https://{host}.example.com/{text}'>{text}</a><div id='{id}'><i>{text}</i></div>\
                 <img src='https://{picture}.example.net/{id}.png'>"
            );
        }
        let learned = pupil.see(&html, day(number));
        assert!(size(learned) <= MOST_BYTES, "{}", size(learned));
    }
}

#[test]
fn a_flood_is_bounded_and_drives_no_habit_out() {
    let steady = "<a href=https://steady.example.com/>x</a>";
    let mut pupil = Pupil::default();
    for number in 0..3 {
        pupil.see(&format!("<p>{number}</p>{steady}"), day(number));
    }
    for round in 0..6 {
        let mut html = String::from(steady);
        for n in 0..400 {
            let long = "\"\\x".repeat(200);
            let _ = write!(
                html,
                "<a href='https://h{n}-{round}.{}.example.org/{long}'>{long}</a><div id='d{n}r{round}{}'><b>{round}</b></div>",
                "x".repeat(50),
                "y".repeat(20)
            );
        }
        let learned = pupil.see(&html, day(3 + round));
        assert!(learned.habits.len() <= MAX_HABITS && size(learned) <= MOST_BYTES, "{}", size(learned));
    }
    let steady = |topic: &Topic| matches!(topic, Topic::Host { host, .. } if host == "steady.example.com");
    let learned = pupil.habits.learned.as_ref().expect("learned");
    assert!(learned.habits.iter().any(|habit| steady(&habit.topic)));
}

/// Markup of pieces that pages are made of, and of some that they are not.
fn markup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z0-9ぁ-ん \"\\\\\u{0}-\u{20}]{0,40}",
        Just("<ul id=a><li>x</li><li>y</li></ul>".to_owned()),
        Just("<div style=display:none><a href=https://a.example>s</a><iframe></iframe>".to_owned()),
        "[a-z]{1,9}".prop_map(|host| format!("<a href=//{host}.example.com>{host}</a><img src=http://{host}.net/x>")),
        "[0-9]{1,4}".prop_map(|n| format!("<p id=p{n}>{n}</p><li>{n}<script>{n}</script><b onclick=x>")),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_history_stays_within_bounds_and_is_read_back(pages in proptest::collection::vec(markup(), 1..8)) {
        let mut pupil = Pupil::default();
        for (number, html) in pages.iter().enumerate() {
            let learned = pupil.see(html, day(number as i64)).clone();
            prop_assert!(learned.habits.len() <= MAX_HABITS && size(&learned) <= MOST_BYTES);
            prop_assert!(learned.habits.is_sorted_by(|a, b| a.topic < b.topic), "ordered, each topic once");
            let text = serde_json::to_string(&learned).expect("JSON");
            prop_assert_eq!(&serde_json::from_str::<Learned>(&text).expect("read back"), &learned);
        }
        for (en, ja) in pupil.sentences(day(9)) {
            prop_assert!(!en.is_empty() && !ja.is_empty() && en.len() < 2_000);
        }
    }

    #[test]
    fn the_order_of_equal_lessons_does_not_matter(a in markup(), b in markup()) {
        let learn = |first: &str, second: &str| {
            let mut pupil = Pupil::default();
            pupil.see_alone(first, day(1));
            pupil.see_alone(second, day(1)).clone()
        };
        let topics = |learned: Learned| {
            learned.habits.into_iter().map(|h| (h.topic, h.first, h.last, h.count)).collect::<Vec<_>>()
        };
        prop_assert_eq!(topics(learn(&a, &b)), topics(learn(&b, &a)));
    }

    #[test]
    fn what_acts_is_never_learned(code in "[a-z0-9=();]{1,20}", html in markup()) {
        // The same page with another script, frame, form target and handler: nothing of the content changed.
        let with = |n: u8| format!(
            "{html}<div></div><script>{code}{n}</script><iframe src=https://evil{n}.example.org/{code}></iframe>\
             <form action=/{n}></form><a onclick=\"{code}{n}\" href=https://evil{n}.example.org/>x</a>"
        );
        let mut pupil = Pupil::default();
        for n in 0..3 {
            pupil.see(&with(n), day(n.into()));
        }
        let shown = learn::shown(&pupil.habits, Persona::Desktop, day(3));
        prop_assert!(shown.iter().all(|one| !one.sentence.en.contains("evil")), "{shown:?}");
        prop_assert_eq!(pupil.regions(), []);
    }
}
