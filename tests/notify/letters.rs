//! What letters say: snapshots in both languages, and what must never be in them.

use super::samples::{HOSTILE, at, kinds, letter, opened, rules, storm};
use hinomi::model::{Channel, Language, Message};
use hinomi::notify::{Ending, Letter, write};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

const LANGUAGES: [(Language, &str); 2] = [(Language::Japanese, "ja"), (Language::English, "en")];

fn all() -> impl Iterator<Item = (String, Message)> {
    kinds().into_iter().flat_map(|(name, stories)| {
        LANGUAGES.map(|(language, code)| {
            let mut letter = letter(stories.clone(), Channel::Mail, language);
            if name == "digest" {
                letter.chain_heads = vec!["example-city/example-city-top 3 2c26b46b68ff".to_owned()];
            }
            (format!("{name}-{code}"), write(&letter, &rules))
        })
    })
}

#[test]
fn every_kind_of_letter_in_both_languages() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/notify/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, message) in all() {
            insta::assert_snapshot!(format!("{name}.txt"), format!("Subject: {}\n\n{}", message.subject, message.text));
            insta::assert_snapshot!(format!("{name}.html"), message.html);
        }
    });
}

#[test]
fn the_json_of_a_letter_is_stable() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/notify/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, stories) in kinds().into_iter().filter(|(name, _)| ["opened", "unseen", "digest"].contains(name)) {
            let json = write(&letter(stories, Channel::Webhook, Language::Japanese), &rules).json;
            let text = serde_json::to_string_pretty(&by_name(json)).expect("json");
            insta::assert_snapshot!(format!("{name}.json"), text);
        }
    });
}

/// The same with the keys by name: a dependency of the feature `yara` leaves them in the order of writing.
fn by_name(value: Value) -> Value {
    match value {
        Value::Object(entries) => {
            let entries: BTreeMap<String, Value> = entries.into_iter().map(|(key, one)| (key, by_name(one))).collect();
            entries.into_iter().collect()
        }
        Value::Array(all) => all.into_iter().map(by_name).collect(),
        other => other,
    }
}

#[test]
fn captured_text_is_harmless() {
    for (name, message) in all() {
        for text in [&message.subject, &message.text, &message.html] {
            for bad in ["http://", "evil.example", "\u{202e}", "\u{200b}", "\u{1b}"] {
                assert!(!text.contains(bad), "{name}: {bad:?} in {text}");
            }
        }
        for bad in ["<script", "<a ", "<img", "<link", " href=\"", " src=\"", "url("] {
            assert!(!message.html.contains(bad), "{name}: {bad:?} in {}", message.html);
        }
        assert!(
            !message.subject.contains(['\r', '\n']) && message.subject.chars().count() <= 111,
            "{}",
            message.subject
        );
        // A captured line never stands at the beginning of a line of ours.
        assert!(!message.text.lines().any(|line| line.starts_with("Bcc:")), "{name}: {}", message.text);
    }
}

#[test]
fn data_stays_raw() {
    let json = write(&letter(vec![opened()], Channel::Webhook, Language::English), &rules).json;
    assert_eq!(json["stories"][0]["incident"]["findings"][0]["evidence"], HOSTILE);
    assert_eq!(json["stories"][0]["target"]["url"], "https://www.city.example/");
}

#[test]
fn each_language_is_complete() {
    let kana = |text: &str| text.chars().any(|c| ('\u{3041}'..='\u{30ff}').contains(&c));
    for (name, message) in all() {
        // What we say, without what was captured and what people are called.
        let ours: Vec<&str> =
            message.text.lines().filter(|line| !line.contains('|') && !line.contains("hinomi ")).collect();
        let japanese = ours.iter().filter(|line| kana(line)).count();
        if name.ends_with("-en") {
            let allowed = ["サイト改修", "担当", "災害"];
            let stray: Vec<_> =
                ours.iter().filter(|l| kana(l) && !allowed.iter().any(|word| l.contains(word))).collect();
            assert!(stray.is_empty(), "{name}: {stray:?}");
        } else {
            assert!(japanese >= 3, "{name}: {}", message.text);
        }
    }
}

#[test]
fn a_storm_is_one_letter_of_readable_size() {
    let message = write(&letter(storm(), Channel::Mail, Language::Japanese), &rules);
    assert!(message.subject.starts_with("【火の見・警報】例示"), "{}", message.subject);
    assert!(message.subject.contains("警報3件") && message.subject.contains("観測不能97件"), "{}", message.subject);
    assert_eq!(message.incidents.len(), 100);
    for number in 0..100 {
        assert!(message.text.contains(&format!("site-{number:03}")), "site-{number:03} is missing");
    }
    assert!(message.text.len() < 120_000 && message.html.len() < 200_000, "{}", message.text.len());
    let titles = message.html.matches("<h1").count();
    assert_eq!(titles, 21, "the overview and twenty stories");
}

#[test]
fn mails_of_one_incident_form_one_thread() {
    let first = write(&letter(vec![opened()], Channel::Mail, Language::Japanese), &rules);
    let [root] = first.references.as_slice() else { panic!("{:?}", first.references) };
    let mut later = letter(vec![opened()], Channel::Mail, Language::Japanese);
    later.id = uuid::Uuid::from_u128(7);
    later.references = (0..50).map(|n| format!("<{n}@hinomi.example>")).collect();
    let later = write(&later, &rules);
    assert_eq!(later.references.first(), Some(root));
    assert_eq!(later.references.len(), 20);
    assert_eq!(later.references.last().map(String::as_str), Some("<49@hinomi.example>"));
    assert_ne!(later.message_id, first.message_id);
    let mut other = letter(vec![opened()], Channel::Mail, Language::Japanese);
    other.receiver.address = "boss@city.example".to_owned();
    assert_ne!(write(&other, &rules).references, first.references, "another receiver has another thread");
}

#[test]
fn of_one_incident_the_latest_is_told() {
    let (_, over) = kinds().into_iter().find(|(name, _)| *name == "resolved").expect("a kind");
    let mut stories = vec![opened()];
    stories.extend(over);
    let message = write(&letter(stories, Channel::Mail, Language::English), &rules);
    assert!(message.subject.starts_with("[hinomi resolved]"), "{}", message.subject);
    assert_eq!(message.html.matches("<h1").count(), 1);
}

#[test]
fn the_same_letter_gives_the_same_message() {
    for (_, stories) in kinds() {
        let letter = letter(stories, Channel::Mail, Language::Japanese);
        assert_eq!(write(&letter, &rules), write(&letter, &rules));
    }
}

#[test]
fn approvals_that_end_soon_are_named_and_bounded() {
    let target = |number: usize| format!("page-{number}").parse().expect("an id");
    let ending = |number| Ending { target: (target(number), "例示市".to_owned()), at: at("2026-12-01T00:00:00Z") };
    for (language, heading, more) in [
        (Language::Japanese, "まもなく期限が切れる承認", "ほか10件"),
        (Language::English, "Approvals that end soon", "10 more"),
    ] {
        let letter =
            Letter { endings: (0..60).map(ending).collect(), ..letter(vec![opened()], Channel::Mail, language) };
        let message = write(&letter, &rules);
        assert!(message.text.contains(heading) && message.text.contains(more), "{}", message.text);
        assert!(message.text.contains("page-0") && !message.text.contains("page-59"));
        assert_eq!(message.json["approvals_ending"].as_array().map(Vec::len), Some(60));
    }
}
