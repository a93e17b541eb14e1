//! Large and hostile pages: bounded, with the reason recorded.

use super::{Builder, version};
use crate::diff::{MAX_CHANGES, apply, compare, script};
use crate::model::*;

fn list(count: usize, item: impl Fn(usize) -> String) -> Builder {
    let mut builder = Builder::new();
    builder.open("body", &[]);
    (0..count).for_each(|at| {
        builder.leaf("p", &[], &item(at));
    });
    builder
}

#[test]
fn one_changed_item_in_ten_thousand() {
    let old = list(10_000, |at| format!("item {at}")).page();
    let new = list(10_000, |at| format!("item {at}{}", if at == 5_000 { " changed" } else { "" })).page();
    let difference = compare(version(&old), version(&new));
    assert_eq!(difference.changes.len(), 1);
    assert_eq!(difference.changes[0].path, "body > p[5001] > text");
    assert_eq!(difference.bounded, None);
}

#[test]
fn sixty_thousand_unrelated_children() {
    let old = list(60_000, |at| format!("old {at}")).page();
    let new = list(60_000, |at| format!("{} other", at * 7)).page();
    let difference = compare(version(&old), version(&new));
    assert_eq!(difference.changes.len(), MAX_CHANGES);
    assert!(difference.unlisted > 50_000);
    assert!(difference.bounded.is_some());
    assert_eq!(apply(&old, &script(&old, &new)).as_ref(), Ok(&new.nodes));
}

#[test]
fn active_changes_are_listed_however_much_content_changed() {
    let old = list(9_000, |at| format!("old {at}")).page();
    let new = list(9_000, |at| format!("new {at}")).linked_script("https://evil.example/x.js").page();
    let difference = compare(version(&old), version(&new));
    assert_eq!(difference.count(Plane::Active), 1);
    assert_eq!(difference.changes.last().map(|change| change.plane), Some(Plane::Active));
    assert!(difference.changes.is_sorted_by_key(|change| change.new));
}

#[test]
fn many_small_gaps_end_within_the_steps() {
    let page = |salt: &str| {
        list(12_000, |at| if at % 64 == 0 { format!("anchor {at}") } else { format!("{salt} {}", at * 31) }).page()
    };
    let difference = compare(version(&page("a")), version(&page("b")));
    assert_eq!(difference.bounded, Some(Bounded::Steps));
    assert!(!difference.changes.is_empty());
}

#[test]
fn deep_chains_of_equal_shape() {
    let chain = |depth: usize, end: &str| {
        let mut builder = Builder::new();
        (0..depth).for_each(|_| {
            builder.open("div", &[]);
        });
        builder.text(end).page()
    };
    let (old, new) = (chain(60_000, "the end of it"), chain(60_001, "another end altogether"));
    let difference = compare(version(&old), version(&new));
    assert!(!difference.changes.is_empty() && difference.changes.len() <= 3, "{}", difference.changes.len());
    assert!(difference.changes[0].path.contains('…'));
    assert_eq!(apply(&old, &script(&old, &new)).as_ref(), Ok(&new.nodes));
}

#[test]
fn reversed_and_repeated_children() {
    let old = list(20_000, |at| format!("a longer item {}", at % 5_000)).page();
    let new = list(20_000, |at| format!("a longer item {}", (20_000 - at) % 7_000)).page();
    let difference = compare(version(&old), version(&new));
    assert!(difference.unlisted > 0);
    assert_eq!(apply(&old, &script(&old, &new)).as_ref(), Ok(&new.nodes));
}
