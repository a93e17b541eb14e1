//! Letters about everything an attacker or a careless registry can write into them.

use super::samples::{HOSTILE, letter, opened, receiver, rules, storm, unseen};
use hinomi::model::{Channel, Excerpt, Language, Message, PartKind, Persona, TextPart, Words};
use hinomi::notify::{Letter, Story, write};
use proptest::prelude::*;

/// A story with this text in every place that is not ours.
fn filled(text: &str) -> Story {
    let mut story = opened();
    if let Some(incident) = &mut story.incident {
        for finding in &mut incident.findings {
            finding.summary = Words::new(text, text);
            finding.evidence = text.to_owned();
            finding.decoded = Some(text.to_owned());
            if let Some(location) = &mut finding.location {
                location.path = text.to_owned();
            }
        }
        incident.judgement.because = vec![Words::new(text, text)];
        incident.detail = Some(text.to_owned());
    }
    let excerpt = |excerpt: &Excerpt| Excerpt {
        path: text.to_owned(),
        old: Some(text.to_owned()),
        new: Some(text.to_owned()),
        parts: vec![TextPart { kind: PartKind::Equal, text: text.to_owned() }],
        ..excerpt.clone()
    };
    story.excerpts = story.excerpts.iter().map(excerpt).collect();
    if let Some((_, organisation)) = &mut story.target {
        *organisation = text.to_owned();
    }
    story
}

fn in_both(letter: &Letter) -> [Message; 2] {
    [Language::Japanese, Language::English].map(|language| {
        let mut letter = letter.clone();
        letter.receiver.language = language;
        write(&letter, &rules)
    })
}

fn check(message: &Message) {
    let shown = |c: char| c != '\n' && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
    for text in [&message.subject, &message.text, &message.html] {
        assert!(!text.contains(shown), "{text:?}");
        let lower = text.to_ascii_lowercase();
        assert!(!lower.contains("http://"), "{text}");
        assert!(!lower.contains("evil.example"), "{text}");
    }
    assert!(!message.subject.contains('\n') && message.subject.chars().count() <= 111);
    let lower = message.html.to_ascii_lowercase();
    let tags = ["<script", "<a ", "<a>", "<img", "<iframe", "<form", "<svg", "<style", "<base", "<link", "onerror=\""];
    assert!(tags.iter().all(|tag| !lower.contains(tag)), "{}", message.html);
    for tag in ["<h1", "<h2", "<h3", "<pre", "<p ", "<table", "<ul", "<ol", "<li"] {
        let close = format!("</{}>", tag[1..].trim_end());
        assert_eq!(lower.matches(tag).count(), lower.matches(&close).count(), "{tag}: {}", message.html);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_stands_in_a_page_the_letter_is_whole_and_harmless(
        text in "(\\PC|[\\x00-\\x1f\\x7f]|<script>|<a href=|</pre>|</td></table>|http://evil\\.example/|[\"'<>&{}%|=?\r\n]|\
                 \u{202e}|\u{200b}|\\{\\{ 1 \\}\\}|\\{% raw %\\}|=\\?utf-8\\?B\\?QUJD\\?=|例示){0,60}"
    ) {
        for message in in_both(&letter(vec![filled(&text)], Channel::Mail, Language::Japanese)) {
            check(&message);
        }
    }
}

#[test]
fn hostile_text_in_every_place() {
    for text in [HOSTILE, "", "\0", "{{ 7*7 }}{% for x in y %}", &"あ".repeat(100_000), &"\n".repeat(100_000)] {
        for message in in_both(&letter(vec![filled(text)], Channel::Mail, Language::Japanese)) {
            check(&message);
            assert!(message.text.len() < 60_000, "{}", message.text.len());
            assert!(!message.text.contains("49"), "a template inside captured text was run");
        }
    }
}

#[test]
fn two_thousand_stories_are_one_bounded_letter() {
    let mut stories: Vec<Story> = (0..20).flat_map(|_| storm()).collect();
    for (number, story) in stories.iter_mut().enumerate() {
        let about = unseen(10_000 + number as u128);
        story.event = hinomi::model::Event::Opened { incident: about.id };
        story.incident = Some(about);
    }
    for message in in_both(&letter(stories, Channel::Webhook, Language::Japanese)) {
        check(&message);
        assert!(message.text.len() < 300_000 && message.html.len() < 600_000, "{}", message.html.len());
        assert_eq!(message.incidents.len(), 2000);
        assert_eq!(message.json["stories"].as_array().map(Vec::len), Some(2000));
        assert!(message.json.to_string().len() < 8_000_000);
    }
}

#[test]
fn commands_quote_what_people_are_called() {
    let mut letter = letter(vec![opened()], Channel::Mail, Language::English);
    letter.receiver.name = "O'Neil $(reboot) `id`\n--force".to_owned();
    let text = write(&letter, &rules).text;
    assert!(text.contains(r"--by 'O'\''Neil $(reboot) `id` --force <web@city.example>'"), "{text}");
    letter.receiver = receiver(Channel::Mail, Language::English);
    letter.receiver.address = letter.operators.clone();
    assert!(write(&letter, &rules).text.contains("--by 'NAME <mail>'"), "operators enter the owner's name");
}

#[test]
fn commands_name_the_persona_that_saw_it() {
    let mut story = opened();
    if let Some(incident) = &mut story.incident {
        incident.persona = Persona::SearchBot;
    }
    let text = write(&letter(vec![story], Channel::Mail, Language::English), &rules).text;
    assert!(text.contains("baseline approve example-city-top --persona search-bot --digest"), "{text}");
}

#[test]
fn a_rule_nobody_knows_keeps_its_id() {
    let message = write(&letter(vec![opened()], Channel::Mail, Language::English), &|_| None);
    assert!(message.subject.ends_with("new-external-host"), "{}", message.subject);
}
