//! Properties that hold for any two pages.

use super::{Builder, version};
use crate::diff::path::Paths;
use crate::diff::{Act, ScriptError, apply, compare, script};
use crate::model::*;
use proptest::prelude::*;

/// One move of a random page's construction.
#[derive(Debug, Clone)]
enum Move {
    Open(usize, usize),
    Text(usize),
    Script(usize),
    Close,
}

const NAMES: [&str; 5] = ["div", "p", "li", "span", "section"];
const ATTRIBUTES: [&[(&str, &str)]; 4] =
    [&[], &[("class", "news")], &[("id", "main")], &[("class", "a b"), ("id", "x")]];
const TEXTS: [&str; 6] =
    ["お知らせ", "令和6年度の予算を公表しました", "a", "市長の部屋", "Hacked by nobody in particular", " "];

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        3 => (0..NAMES.len(), 0..ATTRIBUTES.len()).prop_map(|(name, attributes)| Move::Open(name, attributes)),
        3 => (0..TEXTS.len()).prop_map(Move::Text),
        1 => (0..TEXTS.len()).prop_map(Move::Script),
        3 => Just(Move::Close),
    ];
    prop::collection::vec(one, 0..60)
}

/// The same moves after a few cuts, copies and swaps: an edited page.
fn edited() -> impl Strategy<Value = (Vec<Move>, Vec<Move>)> {
    let cuts = prop::collection::vec((0..60_usize, 0..8_usize, 0..60_usize, any::<bool>()), 0..4);
    (moves(), cuts).prop_map(|(moves, cuts)| {
        let mut edited = moves.clone();
        for (from, length, to, keep) in cuts {
            let from = from.min(edited.len());
            let piece = edited[from..(from + length).min(edited.len())].to_vec();
            if !keep {
                edited.drain(from..from + piece.len());
            }
            let to = to.min(edited.len());
            edited.splice(to..to, piece);
        }
        (moves, edited)
    })
}

fn page(moves: &[Move]) -> Page {
    let mut builder = Builder::new();
    for step in moves {
        match step {
            Move::Open(name, attributes) => builder.open(NAMES[*name], ATTRIBUTES[*attributes]),
            Move::Text(text) => builder.text(TEXTS[*text]),
            Move::Script(text) => builder.inline_script(TEXTS[*text]),
            Move::Close => builder.close(),
        };
    }
    builder.page()
}

fn check(old: &Page, new: &Page) -> Result<(), TestCaseError> {
    let made = apply(old, &script(old, new));
    prop_assert_eq!(made.as_ref(), Ok(&new.nodes));
    let difference = compare(version(old), version(new));
    prop_assert_eq!(difference.is_empty(), old.digest() == new.digest(), "{:?}", difference.changes);
    prop_assert!((0.0..=1.0).contains(&difference.text_kept) && (0.0..=1.0).contains(&difference.nodes_kept));
    let mut paths = (Paths::new(old), Paths::new(new));
    for change in &difference.changes {
        let (page, id, paths) = match (change.new, change.old) {
            (Some(id), _) => (new, id, &mut paths.1),
            (None, id) => (old, id.unwrap(), &mut paths.0),
        };
        prop_assert_eq!(&change.path, &page.path(id));
        prop_assert_eq!(paths.of(id), page.path(id));
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_page_does_not_differ_from_itself(moves in moves()) {
        let page = page(&moves);
        let difference = compare(version(&page), version(&page));
        prop_assert!(difference.is_empty());
        prop_assert_eq!((difference.text_kept, difference.nodes_kept), (1.0, 1.0));
    }

    #[test]
    fn the_script_turns_the_old_page_into_the_new_one(old in moves(), new in moves()) {
        check(&page(&old), &page(&new))?;
    }

    #[test]
    fn an_edited_page_too((old, new) in edited()) {
        check(&page(&old), &page(&new))?;
    }
}

#[test]
fn a_script_of_another_page_is_refused() {
    let (one, other) = (page(&[Move::Text(1), Move::Text(3)]), page(&[Move::Text(1)]));
    let mut shorter = script(&one, &other);
    assert!(shorter.steps.iter().any(|step| matches!(step.act, Act::Keep { .. })));
    assert_eq!(apply(&other, &shorter), Err(ScriptError::Used(NodeId(2))));
    shorter.deleted.clear();
    assert_eq!(apply(&one, &shorter), Err(ScriptError::Forgotten(NodeId(2))));
}
