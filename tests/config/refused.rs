//! One small bad file per possible mistake, and what people are told about it in both languages.

use crate::{brackets_close, read, root};
use hinomi::config::{Mistakes, Surroundings, parse_settings, parse_targets};
use hinomi::model::Language;
use std::collections::BTreeSet;
use std::path::Path;

fn names(folder: &str) -> Vec<String> {
    let files = std::fs::read_dir(root(folder)).expect("folder").map(|entry| entry.expect("entry").path());
    let mut names: Vec<_> = files.filter_map(|file| Some(file.file_stem()?.to_str()?.to_owned())).collect();
    names.sort();
    names
}

fn told(mistakes: &Mistakes) -> String {
    format!("{}\n----\n{}", mistakes.render(Language::English, false), mistakes.render(Language::Japanese, false))
}

fn environment(name: &str) -> Option<String> {
    match name {
        "SET" => Some("a secret that is long enough".to_owned()),
        "SHORT" => Some("short".to_owned()),
        "EMPTY" => Some(String::new()),
        _ => None,
    }
}

fn settings_mistakes(name: &str) -> Mistakes {
    let around = Surroundings {
        folder: Path::new("/etc/hinomi"),
        env: &environment,
        file: &|_| Err("No such file or directory".to_owned()),
    };
    let text = read(&format!("fixtures/config/settings/{name}.toml"));
    parse_settings(&text, "hinomi.toml", &around).map(drop).expect_err(name)
}

#[test]
fn every_mistake_in_targets_is_told_with_its_place_and_the_way_to_mend_it() {
    for name in names("fixtures/config/targets").iter().filter(|name| *name != "good") {
        let text = read(&format!("fixtures/config/targets/{name}.toml"));
        let mistakes = parse_targets(&text, "targets.toml", &brackets_close).map(drop).expect_err(name);
        insta::assert_snapshot!(format!("targets-{name}"), told(&mistakes));
        complete(name, &mistakes);
    }
}

#[test]
fn every_mistake_in_settings_is_told_with_its_place_and_the_way_to_mend_it() {
    for name in names("fixtures/config/settings") {
        let mistakes = settings_mistakes(&name);
        insta::assert_snapshot!(format!("settings-{name}"), told(&mistakes));
        complete(&name, &mistakes);
    }
}

/// Both languages are there, every place is in the file, and no mistake is told twice.
fn complete(name: &str, mistakes: &Mistakes) {
    let mut seen = BTreeSet::new();
    for mistake in mistakes.iter() {
        assert!(mistake.line > 0 && mistake.column > 0, "{name}: {mistake} has no place");
        for words in [&mistake.message, &mistake.help] {
            let japanese = |text: &str| text.chars().any(|c| matches!(c, 'ぁ'..='ヿ' | '一'..='龠'));
            assert!(!words.en.is_empty() && words.en != words.ja && japanese(&words.ja), "{name}: {words:?}");
        }
        assert!(seen.insert((mistake.line, mistake.column, mistake.message.en.clone())), "{name}: {mistake} twice");
    }
}

#[test]
fn no_secret_is_ever_shown() {
    let mut looked_at = 0;
    for name in names("fixtures/config/settings") {
        let mistakes = settings_mistakes(&name);
        let all = format!("{}{mistakes}{:?}", told(&mistakes), mistakes.json(Language::English));
        looked_at += usize::from(read(&format!("fixtures/config/settings/{name}.toml")).contains("hunter2"));
        assert!(!all.contains("hunter2"), "{name} shows the secret:\n{all}");
    }
    assert!(looked_at >= 6, "the fixtures hold too few secrets to prove anything");
    let text = read("fixtures/config/targets/bad-url-userinfo.toml");
    let mistakes = parse_targets(&text, "targets.toml", &brackets_close).map(drop).expect_err("refused");
    assert!(text.contains("hunter2") && !format!("{}{mistakes}", told(&mistakes)).contains("hunter2"));
}

#[test]
fn all_mistakes_of_a_file_are_told_at_once() {
    let text = read("fixtures/config/targets/many-at-once.toml");
    let mistakes = parse_targets(&text, "targets.toml", &brackets_close).map(drop).expect_err("refused");
    let told: Vec<_> = mistakes.iter().map(|m| (m.line, m.column, m.key.as_str())).collect();
    assert_eq!(
        told,
        [
            (1, 1, "organisation[example-city].name"),
            (3, 1, "organisation[example-city].naem"),
            (4, 12, "organisation[example-city].language"),
            (8, 16, "target[example-city-top].organisation"),
            (9, 7, "target[example-city-top].url"),
            (10, 12, "target[example-city-top].interval"),
        ]
    );
}

/// A registry of more than a mebibyte: `rows` good targets, with `between` after each tenth of them.
fn large(between: [&str; 3]) -> String {
    let mut text = "[[organisation]]\nid = \"city\"\nname = \"例示市\"\n".to_owned();
    for n in 0..15_000 {
        let tags = "tags = [\"municipality\", \"watched-around-the-clock\"]";
        text +=
            &format!("[[target]]\nid = \"t{n}\"\norganisation = \"city\"\nurl = \"https://t{n}.example/\"\n{tags}\n");
        if n % 5_000 == 4_000 {
            text += between[n / 5_000];
        }
    }
    assert!(text.len() > 1_600_000, "{}", text.len());
    text
}

#[test]
fn a_large_file_tells_all_its_mistakes_at_once() {
    let text = large([
        "[[target]]\nid = \"a\"\norganisation = city\nurl = \"https://a.example/\"\n",
        "[[target]]\nid = \"b\"\norganisation = \"city\"\nurl = \"ftp://b.example/\"\n",
        "[[target]]\nid = \"c\n[[target]]\nid = \"d\"\n",
    ]);
    let mistakes = parse_targets(&text, "targets.toml", &brackets_close).map(drop).expect_err("refused");
    let told: Vec<_> =
        mistakes.iter().map(|m| (m.key.as_str(), m.message.en.split(':').next().unwrap_or(""))).collect();
    let missing = [("target[d].organisation", "`organisation` is missing"), ("target[d].url", "`url` is missing")];
    assert_eq!(told[..2], [("", "not valid TOML"), ("target[b].url", "this URL cannot be used")], "{mistakes}");
    assert_eq!(told[2], ("", "not valid TOML"));
    assert_eq!(told[3..], missing, "{mistakes}");
}

#[test]
fn beside_a_syntax_error_other_tables_tell_what_they_miss() {
    let text = "[[organisation]]\nid = \"city\"\nname = \"例示市\n\n[[organisation]]\nid = \"town\"\n\n\
        [[target]]\nid = \"a\"\norganisation = \"city\"\nurl = \"https://a.example/\"\n\n\
        [[target]]\norganisation = \"nobody\"\nurl = \"https://b.example/\"\n";
    let mistakes = parse_targets(text, "targets.toml", &brackets_close).map(drop).expect_err("refused");
    let told: Vec<_> = mistakes.iter().map(|m| (m.line, m.key.as_str())).collect();
    // The broken table's own missing name is not told; what stands elsewhere is.
    let elsewhere = [(5, "organisation[town].name"), (13, "target[2].id"), (14, "target[2].organisation")];
    assert_eq!(told[0].0, 3, "{mistakes}");
    assert_eq!(told[1..], elsewhere, "{mistakes}");
}

#[test]
fn thousands_of_mistakes_are_counted_and_shown_within_bounds() {
    let text = "[[target]]\nx = 1\n".repeat(5_000);
    let mistakes = parse_targets(&text, "targets.toml", &brackets_close).map(drop).expect_err("refused");
    assert_eq!(mistakes.iter().len(), hinomi::config::MAX_MISTAKES);
    assert_eq!(mistakes.count(), 20_000);
    assert!(mistakes.render(Language::English, false).contains("and 19900 more mistakes"));
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let folder = tempfile::tempdir().expect("folder");
    let at = |name: &str| folder.path().join(name);
    let refused = |name: &str| hinomi::config::load_targets(&at(name), &brackets_close).map(drop).expect_err(name);
    assert!(refused("missing.toml").to_string().contains("cannot be read"));
    std::fs::write(at("sjis.toml"), b"# ok\n# \x93\xfa\x96{\n").expect("write");
    let mistakes = refused("sjis.toml");
    let place = mistakes.iter().next().map(|m| (m.line, m.column));
    assert_eq!(place, Some((2, 3)), "{mistakes}");
    assert!(mistakes.to_string().contains("not UTF-8"));
    std::fs::write(at("large.toml"), vec![b'#'; hinomi::config::MAX_FILE as usize + 1]).expect("write");
    assert!(refused("large.toml").to_string().contains("larger than"));
    assert!(refused("").to_string().contains("cannot be read"), "a folder is no file");
}
