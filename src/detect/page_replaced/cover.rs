//! A page that is still there and no longer seen: something lies over it, or a style hides it.

use super::super::support::cut;
use super::letters;
use crate::detect::Found;
use crate::model::{
    ActiveItem, ActiveKind, Case, ChangeKind, Confidence, Element, NodeId, NodeKind, Page, Plane, Severity, Words,
};
use std::collections::HashSet;

/// Letters up to which a text is as short as defacements are; dialogues with terms and choices have more.
const LITTLE_TEXT: usize = 400;
/// Most covers of one page that are told.
const MAX_FOUND: usize = 10;
/// Nodes that are looked through for what something shows.
const MAX_NODES: usize = 20_000;

/// What covers the page, or hides it for something new.
pub(super) fn find(case: &Case) -> Vec<Found> {
    let mut found = Vec::new();
    let mut veiled = false;
    for (item, _) in case.new_items() {
        match item.kind {
            ActiveKind::Cover if hides_page(item) => veiled = true,
            ActiveKind::Cover if found.len() < MAX_FOUND => found.extend(covers(case.now.page, item)),
            ActiveKind::Hidden => veiled |= is_most(case, item),
            _ => {}
        }
    }
    if veiled && let Some(node) = shown_instead(case) {
        let words = Words::new(
            "the page is hidden by a style, and something new is shown in its place",
            "ページ本来の内容がスタイル指定で隠され、代わりに新しいものが表示されています",
        );
        found.push(Found::new(Severity::Critical, Confidence::Firm, words).plane(Plane::Content).at(node));
    }
    found
}

fn hides_page(item: &ActiveItem) -> bool {
    item.value.starts_with("hides")
}

/// A new element over the whole page that shows a picture or a short text.
fn covers(page: &Page, item: &ActiveItem) -> Option<Found> {
    let shown = Shown::of(page, item.node);
    let opaque = item.value.contains("opaque") || item.value.contains("image");
    let told = shown.frame || shown.picture || item.value.contains("image") || (opaque && shown.is_short_text());
    told.then(|| {
        let words = Words::new(
            "something new lies over the whole page and hides it",
            "新しい要素がページ全体を覆い、本来の内容が見えなくなっています",
        );
        let found = Found::new(Severity::High, Confidence::Firm, words).on(item);
        let evidence = format!("{} {}", super::super::support::quote(page, item.node, 300), cut(&shown.text, 250));
        found.evidence(evidence)
    })
}

/// Whether a new hidden element holds most of what the approved page showed.
fn is_most(case: &Case, item: &ActiveItem) -> bool {
    let Some(compared) = case.approved else { return false };
    let had = letters(&compared.version.page.visible_text(65_536));
    let hidden = letters(&case.now.page.text(item.node, 65_536));
    let before =
        compared.version.page.active.iter().any(|old| old.kind == ActiveKind::Hidden && old.identity == item.identity);
    !before && had >= 80 && hidden * 2 >= had
}

/// What is new directly in the body and shows itself.
fn shown_instead(case: &Case) -> Option<NodeId> {
    let page = case.now.page;
    let changes = case.approved.into_iter().flat_map(|compared| &compared.difference.changes);
    let inserted = changes.filter(|change| change.kind == ChangeKind::Insert).filter_map(|change| change.new);
    let hidden: HashSet<NodeId> = hidden(page).collect();
    inserted.filter(|node| node.index() < page.nodes.len() && !hidden.contains(node)).find(|node| {
        let above = page.element(page.node(*node).parent).map_or("", |element| element.name.as_str());
        let shown = Shown::of(page, *node);
        // A whole new page is a redesign, which is judged as one.
        let little = letters(&shown.text) <= LITTLE_TEXT;
        matches!(above, "body" | "html") && little && (shown.picture || shown.frame || !shown.text.is_empty())
    })
}

fn hidden(page: &Page) -> impl Iterator<Item = NodeId> {
    page.active.iter().filter(|item| item.kind == ActiveKind::Hidden).map(|item| item.node)
}

/// What an element shows.
#[derive(Default)]
struct Shown {
    picture: bool,
    frame: bool,
    text: String,
}

impl Shown {
    fn of(page: &Page, node: NodeId) -> Self {
        let mut shown = Self::default();
        let mut skip = 0;
        for id in page.subtree(node).take(MAX_NODES) {
            match &page.node(id).kind {
                NodeKind::Element(element) => {
                    if matches!(element.name.as_str(), "script" | "style" | "template" | "noscript") {
                        skip = skip.max(id.index() + page.node(id).size as usize);
                    }
                    shown.element(element);
                }
                NodeKind::Text(text) if id.index() >= skip && shown.text.len() < 4_096 => {
                    shown.text.push_str(&cut(text.trim(), 2_048));
                    shown.text.push(' ');
                }
                _ => {}
            }
        }
        shown.text.truncate(shown.text.trim_end().len());
        shown
    }

    fn element(&mut self, element: &Element) {
        let styled = element.attribute("style").is_some_and(|style| style.to_ascii_lowercase().contains("url("));
        match element.name.as_str() {
            "img" | "video" | "image" | "canvas" | "picture" => self.picture |= !waits(element),
            "input" => self.picture |= element.attribute("type") == Some("image"),
            "iframe" | "frame" | "object" | "embed" => self.frame |= !is_invisible(element),
            _ => self.picture |= styled && !waits(element),
        }
    }

    fn is_short_text(&self) -> bool {
        (1..=LITTLE_TEXT).contains(&letters(&self.text))
    }
}

/// Whether a frame is there for a script and not for people.
fn is_invisible(element: &Element) -> bool {
    let tiny =
        |name: &str| element.attribute(name).is_some_and(|size| matches!(size.trim(), "0" | "1" | "0px" | "1px"));
    let style = element.attribute("style").unwrap_or_default().to_ascii_lowercase();
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
    tiny("width") || tiny("height") || style.contains("display:none") || style.contains("visibility:hidden")
}

/// Whether a picture is one that turns while the page loads.
fn waits(element: &Element) -> bool {
    const WORDS: [&str; 6] = ["loading", "loader", "preloader", "spinner", "spin", "読み込み中"];
    let named = ["src", "class", "id", "alt"].iter().filter_map(|name| element.attribute(name));
    named.map(str::to_lowercase).any(|value| {
        let mut words = value.split(|c: char| !c.is_alphanumeric());
        words.any(|word| WORDS.contains(&word))
    })
}
