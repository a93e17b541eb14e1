//! Whose page it is: its title, its language, and the anchors by which its owner is known.

use super::place::{allowed, path, texts};
use super::shelf::{Shelf, Sight};
use super::{Lesson, cut};
use crate::model::{
    AnchorKind, Element, NodeId, Page, Topic, copyrights, language, logos, names, phones, plain, postal_addresses,
    postal_codes,
};
use std::collections::BTreeSet;

/// Most anchors of one kind that are learned from one state.
const MAX_ANCHORS: usize = 8;
/// Most text in which places are looked for, in bytes.
const MAX_TEXT: usize = 128 << 10;
/// Most images of which the texts are read.
const MAX_ALTS: usize = 500;
/// Longest title and anchor in bytes.
const MAX_VALUE: usize = 160;

/// Takes note of title, language and anchors.
pub(super) fn learn(shelf: &mut Shelf, lesson: &Lesson) {
    let page = lesson.now;
    let of_name = |name| page.elements_named(name).next().map(|(id, _)| path(page, id)).unwrap_or_default();
    let at = |name| Sight { path: of_name(name), example: String::new() };
    if let Some(title) = title(page) {
        shelf.touch(Topic::Title(title), at("title"));
    }
    if let Some(language) = declared(page) {
        shelf.touch(Topic::Language(language), at("html"));
    }
    let places = Places::of(page);
    let text = shown(page);
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
            let sight = Sight { path: places.first(page, kind, &value), example: String::new() };
            shelf.touch(Topic::Anchor { kind, value }, sight);
        }
    }
    if let Some((id, example)) = footer(page) {
        let value: String = example.chars().filter(|c| !c.is_numeric()).collect();
        shelf.touch(Topic::Anchor { kind: AnchorKind::Footer, value }, Sight { path: path(page, id), example });
    }
}

/// Title, text and the texts of images, as far as they may be learned from.
fn shown(page: &Page) -> String {
    let alts = allowed(page).filter_map(|id| page.element(id)?.attribute("alt")).take(MAX_ALTS);
    let all = texts(page, MAX_TEXT).map(|(_, text)| text.trim()).chain(alts);
    all.fold(page.title().unwrap_or_default(), |text, more| text + " " + more)
}

/// The texts of a page by node, digits and letters only, to find where an anchor stands.
struct Places(Vec<(NodeId, String)>);

impl Places {
    fn of(page: &Page) -> Self {
        Self(texts(page, MAX_TEXT).map(|(id, text)| (id, plain(text))).collect())
    }

    /// The path of the element that shows an anchor first; empty where it does not stand in one text.
    fn first(&self, page: &Page, kind: AnchorKind, value: &str) -> String {
        let id = match kind {
            AnchorKind::Logo => {
                let is = |src: &str| src.split('?').next().is_some_and(|path| path.ends_with(value));
                let mut images = page.elements_named("img");
                images.find(|(_, image)| image.attribute("src").is_some_and(is)).map(|(id, _)| id)
            }
            _ => {
                let value = plain(value);
                let mut texts = self.0.iter().filter(|(_, text)| text.contains(&value));
                texts.next().map(|(id, _)| page.node(*id).parent)
            }
        };
        id.map(|id| path(page, id)).unwrap_or_default()
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
fn footer(page: &Page) -> Option<(NodeId, String)> {
    let id = page.elements().filter(|(_, element)| is_footer(element)).map(|(id, _)| id).last()?;
    let text = text(page, id);
    (!text.is_empty()).then_some((id, text))
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
