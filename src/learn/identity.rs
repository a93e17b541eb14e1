//! Whose page it is: its title, its language, and the anchors by which its owner is known.

use super::shelf::Shelf;
use super::{Lesson, cut};
use crate::model::{
    AnchorKind, Element, NodeId, Page, Topic, copyrights, identity_text, language, logos, names, phones,
    postal_addresses, postal_codes,
};
use std::collections::BTreeSet;

/// Most anchors of one kind that are learned from one state.
const MAX_ANCHORS: usize = 8;
/// Longest title and anchor in bytes.
const MAX_VALUE: usize = 160;

/// Takes note of title, language and anchors.
pub(super) fn learn(shelf: &mut Shelf, lesson: &Lesson) {
    let page = lesson.now;
    let title = title(page).map(Topic::Title);
    for topic in title.into_iter().chain(declared(page).map(Topic::Language)) {
        shelf.touch(topic, String::new());
    }
    let text = identity_text(page);
    let kinds = [
        (AnchorKind::Name, names(lesson.organisation, page, &text)),
        (AnchorKind::Phone, phones(&text)),
        (AnchorKind::PostalCode, postal_codes(&text)),
        (AnchorKind::Address, postal_addresses(&text)),
        (AnchorKind::Copyright, copyrights(&text)),
        (AnchorKind::Logo, logos(page)),
    ];
    for (kind, values) in kinds {
        // Cut, two may be one; in their order, so that the same page always teaches the same.
        let values: BTreeSet<String> = values.iter().map(|value| cut(value, MAX_VALUE)).collect();
        for value in values.into_iter().filter(|value| !value.is_empty()).take(MAX_ANCHORS) {
            shelf.touch(Topic::Anchor { kind, value }, String::new());
        }
    }
    if let Some(text) = footer(page) {
        let value: String = text.chars().filter(|c| !c.is_numeric()).collect();
        shelf.touch(Topic::Anchor { kind: AnchorKind::Footer, value }, text);
    }
}

/// The title as it is learned; none of a page without one.
pub(super) fn title(page: &Page) -> Option<String> {
    page.title().map(|title| cut(&title, MAX_VALUE)).filter(|title| !title.is_empty())
}

/// The declared language as it is learned.
pub(super) fn declared(page: &Page) -> Option<String> {
    language(page).map(|language| cut(&language, 16)).filter(|language| !language.is_empty())
}

/// The text of the last footer; none of a page without one, and of an empty one.
fn footer(page: &Page) -> Option<String> {
    let id = page.elements().filter(|(_, element)| is_footer(element)).map(|(id, _)| id).last()?;
    let text = text(page, id);
    (!text.is_empty()).then_some(text)
}

fn is_footer(element: &Element) -> bool {
    let named = |name| element.attribute(name).is_some_and(|value| value.eq_ignore_ascii_case("footer"));
    element.name == "footer" || named("id") || named("class") || element.attribute("role") == Some("contentinfo")
}

/// The text of a part that visitors read: nothing of scripts and styles.
fn text(page: &Page, id: NodeId) -> String {
    let acts = |id: &NodeId| matches!(page.label(page.node(*id).parent), "script" | "style" | "noscript" | "template");
    let mut text = String::new();
    for id in page.subtree(id).filter(|id| page.label(*id) == "text" && !acts(id)) {
        text.push_str(&page.text(id, MAX_VALUE));
        text.push(' ');
        if text.len() >= MAX_VALUE {
            break;
        }
    }
    cut(&text, MAX_VALUE)
}
