//! Short readable excerpts of what changed.

use super::text;
use crate::model::{Element, Node, NodeId, NodeKind, Page};

/// Longest excerpt in characters, the marks of omission not counted.
pub(super) const LONGEST: usize = 240;
/// Bytes collected before an excerpt is cut to its length.
const COLLECTED: usize = 4 * LONGEST;
/// Longest attribute value in the markup of an excerpt, in characters.
const LONGEST_VALUE: usize = 120;
/// Nodes looked at for one excerpt.
const GLANCE: usize = 400;

/// What a subtree says: its visible text, or its markup when it acts or says nothing.
pub(super) fn subtree(page: &Page, id: NodeId, acts: bool) -> String {
    let said = if acts { String::new() } else { said(page, id) };
    let whole = if said.is_empty() { markup(page, id) } else { said };
    text::shorten(&whole, LONGEST)
}

/// Both sides of a node whose own content changed.
pub(super) fn update(old: &Node, new: &Node) -> (String, String) {
    match (&old.kind, &new.kind) {
        (NodeKind::Element(old), NodeKind::Element(new)) => (changed_tag(old, new), changed_tag(new, old)),
        (old, new) => text::windows(content(old), content(new), LONGEST),
    }
}

fn content(kind: &NodeKind) -> &str {
    match kind {
        NodeKind::Text(text) | NodeKind::Comment(text) | NodeKind::Doctype(text) => text,
        NodeKind::Document | NodeKind::Element(_) => "",
    }
}

/// The texts of a subtree without those of scripts and styles, joined by spaces.
fn said(page: &Page, id: NodeId) -> String {
    let mut said = String::new();
    let unread = |id: NodeId| matches!(page.label(page.node(id).parent), "script" | "style");
    for id in page.subtree(id).take(GLANCE) {
        if let NodeKind::Text(piece) = &page.node(id).kind
            && !unread(id)
        {
            let piece = piece.trim();
            let room = COLLECTED.saturating_sub(said.len());
            if !said.is_empty() && !piece.is_empty() {
                said.push(' ');
            }
            said.push_str(&piece[..piece.floor_char_boundary(room)]);
        }
        if said.len() >= COLLECTED {
            break;
        }
    }
    said
}

/// The beginning of a subtree as markup; closing tags are written only for elements that hold text.
fn markup(page: &Page, id: NodeId) -> String {
    let mut out = String::new();
    for id in page.subtree(id).take(GLANCE) {
        match &page.node(id).kind {
            NodeKind::Element(element) => out.push_str(&tag(element)),
            NodeKind::Text(text) => {
                out.push_str(&text[..text.floor_char_boundary(COLLECTED)]);
                if page.node(page.node(id).parent).size == 2 {
                    out.push_str(&format!("</{}>", page.label(page.node(id).parent)));
                }
            }
            NodeKind::Comment(text) => {
                out.push_str(&format!("<!--{}-->", &text[..text.floor_char_boundary(COLLECTED)]));
            }
            NodeKind::Doctype(name) => out.push_str(&format!("<!doctype {name}>")),
            NodeKind::Document => {}
        }
        if out.len() >= COLLECTED {
            break;
        }
    }
    out
}

/// The opening tag with the attributes that the other lacks or has otherwise.
fn changed_tag(element: &Element, other: &Element) -> String {
    let mut out = format!("<{}", element.name);
    for (name, value) in &element.attributes {
        // Sorted by name; a page may hold elements with thousands of them.
        let found = other.attributes.binary_search_by(|(key, _)| key.cmp(name)).ok();
        let value = match found.and_then(|at| other.attributes.get(at)) {
            Some((_, theirs)) if theirs == value => continue,
            Some((_, theirs)) => text::windows(value, theirs, LONGEST_VALUE).0,
            None => text::shorten(value, LONGEST_VALUE),
        };
        out.push_str(&format!(" {name}=\"{value}\""));
        if out.len() >= COLLECTED {
            break;
        }
    }
    out.push('>');
    text::shorten(&out, LONGEST)
}

/// An opening tag.
fn tag(element: &Element) -> String {
    let mut out = format!("<{}", element.name);
    for (name, value) in &element.attributes {
        out.push_str(&format!(" {name}=\"{}\"", text::shorten(value, LONGEST_VALUE)));
        if out.len() >= COLLECTED {
            break;
        }
    }
    out.push('>');
    out
}
