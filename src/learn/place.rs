//! Where in a page something may be learned at all, and how a place is called that stands for many.

use super::cut;
use crate::model::{ActiveKind, NodeId, NodeKind, Page, Plane};
use std::collections::BTreeSet;

/// Longest path in bytes.
const MAX_PATH: usize = 200;

/// Most steps of a path, counted from its end.
const MAX_STEPS: usize = 64;

/// Elements that are items of something: their numbers say nothing about the place.
const ITEMS: [&str; 31] = [
    "a", "article", "b", "br", "button", "col", "dd", "dt", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6", "i",
    "img", "label", "li", "option", "p", "picture", "small", "source", "span", "strong", "td", "text", "th", "tr",
];

/// The parts of a page in which nothing is learned: what stands inside of them acts, or is hidden or laid over the page.
pub(super) struct Forbidden(BTreeSet<NodeId>);

impl Forbidden {
    pub(super) fn of(page: &Page) -> Self {
        use ActiveKind::{Cover, Frame, Hidden, ImportMap, InlineScript, LinkedScript, Object, Stylesheet};
        let holds = |kind| {
            matches!(kind, Hidden | Cover | InlineScript | LinkedScript | Frame | Object | ImportMap | Stylesheet)
        };
        Self(page.active.iter().filter(|item| holds(item.kind)).map(|item| item.node).collect())
    }

    /// Whether a node is of the active plane itself, or lies in such a part.
    pub(super) fn holds(&self, page: &Page, id: NodeId) -> bool {
        page.node(id).plane == Plane::Active
            || self.0.contains(&id)
            || (!self.0.is_empty() && page.ancestors(id).any(|above| self.0.contains(&above)))
    }
}

/// The nodes of a page in which something may be learned, in document order.
pub(super) fn allowed(page: &Page) -> impl Iterator<Item = NodeId> + '_ {
    let forbidden = Forbidden::of(page);
    let mut next = 0;
    std::iter::from_fn(move || {
        while next < page.nodes.len() {
            let id = NodeId(next as u32);
            let passed = forbidden.0.contains(&id);
            next += if passed { page.node(id).size.max(1) as usize } else { 1 };
            if !passed {
                return Some(id);
            }
        }
        None
    })
}

/// The texts that may be learned from, each with its node: what visitors read, at most `limit` bytes in all.
pub(super) fn texts(page: &Page, limit: usize) -> impl Iterator<Item = (NodeId, &str)> {
    let unread =
        |id: NodeId| matches!(page.label(page.node(id).parent), "script" | "style" | "template" | "noscript" | "title");
    let mut room = limit;
    allowed(page).filter(move |id| !unread(*id)).filter_map(move |id| match &page.node(id).kind {
        NodeKind::Text(text) if room > 0 => {
            let text = &text[..text.floor_char_boundary(room)];
            room -= text.len().min(room);
            // A character that does not fit ends it.
            room = if text.is_empty() { 0 } else { room };
            Some((id, text))
        }
        _ => None,
    })
}

/// The path of a region from that of a node in it: items of a list are one place, and what is too long loses its beginning.
pub(super) fn region(path: &str) -> String {
    let steps: Vec<String> = path.split(" > ").map(general).collect();
    let mut from = 0;
    while from + 1 < steps.len() && length(&steps[from..]) > MAX_PATH {
        from += 1;
    }
    let kept = steps[from..].join(" > ");
    cut(&if from > 0 { format!("… > {kept}") } else { kept }, MAX_PATH + 8)
}

fn length(steps: &[String]) -> usize {
    steps.iter().map(|step| step.len() + 3).sum()
}

fn general(step: &str) -> String {
    numbered_item(step).unwrap_or(step).to_owned()
}

/// The name in a step that numbers an item.
fn numbered_item(step: &str) -> Option<&str> {
    step.split_once('[').map(|(name, _)| name).filter(|name| ITEMS.binary_search(name).is_ok())
}

/// Whether the region of a path may be that of other nodes too.
pub(super) fn is_of_many(path: &str) -> bool {
    path.split(" > ").any(|step| numbered_item(step).is_some())
}

/// The path of a node as that of a region: without the numbers among siblings, so that it costs no more than its depth.
pub(super) fn path(page: &Page, id: NodeId) -> String {
    let above = std::iter::once(id).chain(page.ancestors(id)).filter(|id| *id != NodeId::ROOT);
    let step = |id: NodeId| {
        let key = page.element(id).and_then(|element| element.attribute("id"));
        let key = key.filter(|key| !key.is_empty() && key.len() <= 40);
        key.map_or_else(|| page.label(id).to_owned(), |key| format!("{}#{key}", page.label(id)))
    };
    let mut steps: Vec<String> = above.take(MAX_STEPS).map(step).collect();
    steps.reverse();
    region(&steps.join(" > "))
}

/// The path of the node above.
pub(super) fn above(path: &str) -> &str {
    path.rsplit_once(" > ").map_or("html", |(above, _)| above)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_one_place_and_long_paths_lose_their_beginning() {
        assert_eq!(region("html > body > div[2] > ul > li[3] > a"), "html > body > div[2] > ul > li > a");
        assert!(is_of_many("ul > li[3] > a") && !is_of_many("div[2] > ul > li > a"));
        assert!(ITEMS.is_sorted());
        assert_eq!(above("html > body > ul#news > li[1]"), "html > body > ul#news");
        assert_eq!(above("html"), "html");
        let long = vec!["section"; 200].join(" > ");
        let kept = region(&long);
        assert!(kept.starts_with("… > section") && kept.len() <= MAX_PATH + 12, "{kept}");
        assert!(region(&"x".repeat(9_000)).len() <= MAX_PATH + 12);
    }
}
