//! Whatever the text, reading it ends with a registry or with mistakes that point into it; never with a panic.

use crate::{brackets_close, read};
use hinomi::config::{Mistakes, Surroundings, parse_settings, parse_targets};
use hinomi::model::Language;
use proptest::prelude::*;

/// Pieces that mean something to the reader.
const PIECES: &[&str] = &[
    "[[",
    "]]",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "\"\"\"",
    "=",
    ",",
    ".",
    "#",
    "\n",
    "\r\n",
    "\r",
    "\u{FEFF}",
    "\0",
    "target",
    "url",
    "id",
    "parent",
    "interval",
    "0x",
    "1979-05-27",
    "\\u0000",
    "日本",
    "\u{202E}",
    "-1",
    "99999999999999999999",
    "true",
    "[[target.masks]]",
    "[target.url]",
    "defaults.interval",
    "password = \"",
    "a@b",
    "://",
];

fn points_into(text: &str, mistakes: &Mistakes) {
    let lines = text.split('\n').count();
    for mistake in mistakes.iter() {
        assert!((1..=lines).contains(&mistake.line), "{mistake} is outside {lines} lines");
        let line = text.split('\n').nth(mistake.line - 1).unwrap_or("");
        assert!((1..=line.chars().count() + 2).contains(&mistake.column), "{mistake} is outside {line:?}");
    }
    for language in [Language::English, Language::Japanese] {
        assert!(!mistakes.render(language, false).is_empty());
    }
    assert!(mistakes.render(Language::English, true).contains('\u{1b}'));
}

fn read_both(text: &str) {
    if let Err(mistakes) = parse_targets(text, "t", &brackets_close) {
        points_into(text, &mistakes);
    }
    if let Err(mistakes) = parse_settings(text, "s", &Surroundings::none()) {
        points_into(text, &mistakes);
    }
}

/// A text with pieces cut out, doubled or put in at random places.
fn edited(text: String) -> impl Strategy<Value = String> {
    let edit = (any::<prop::sample::Index>(), 0_usize..12, prop::sample::select(PIECES));
    prop::collection::vec(edit, 1..8).prop_map(move |edits| {
        let mut text = text.clone();
        for (at, cut, piece) in edits {
            let start = text.floor_char_boundary(at.index(text.len() + 1));
            let end = text.floor_char_boundary((start + cut).min(text.len())).max(start);
            text.replace_range(start..end, piece);
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edited_registries_never_panic(text in edited(read("fixtures/config/targets/good.toml"))) {
        read_both(&text);
    }

    #[test]
    fn edited_settings_never_panic(text in edited(read("hinomi.example.toml"))) {
        read_both(&text);
    }

    #[test]
    fn any_text_never_panics(text in "(?s).{0,200}") {
        read_both(&text);
    }

    #[test]
    fn any_pieces_never_panic(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40)) {
        read_both(&pieces.concat());
    }
}

#[test]
fn deep_and_wide_texts_end_within_bounds() {
    for text in [
        "[".repeat(200_000),
        "a = ".to_owned() + &"[".repeat(200_000),
        "a = ".to_owned() + &"{a=".repeat(100_000),
        "a.".repeat(100_000) + "a = 1",
        "\"".repeat(200_000),
        "x = 1\n".repeat(100_000),
        (0..20_000)
            .map(|at| format!("[[organisation]]\nid = \"o{at}\"\nname = \"o\"\nparent = \"o{}\"\n", (at + 1) % 20_000))
            .collect(),
    ] {
        assert!(parse_targets(&text, "t", &brackets_close).is_err());
        assert!(parse_settings(&text, "s", &Surroundings::none()).is_err());
    }
}

#[test]
fn a_mistake_at_the_end_of_a_line_of_carriage_returns_is_drawn() {
    read_both("target = \r\r\r");
    read_both("=\r\r\r\n");
}

#[test]
fn a_byte_order_mark_does_not_move_columns() {
    let mistakes = parse_targets("\u{FEFF}x = 1\n", "t", &brackets_close).map(drop).expect_err("refused");
    assert_eq!(mistakes.iter().map(|m| (m.line, m.column)).collect::<Vec<_>>(), [(1, 1)]);
    assert!(
        mistakes.render(Language::English, false).contains("1 | x = 1\n  | ^"),
        "{}",
        mistakes.render(Language::English, false)
    );
}
