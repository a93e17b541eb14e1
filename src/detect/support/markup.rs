//! Markup as evidence: start tags and scripts quoted for a person, cut to a readable length.

use crate::model::{Element, NodeId, NodeKind, Page};
use std::fmt::Write as _;

/// A text cut at a character to at most `limit` bytes, with `…` where something was left out.
pub(in crate::detect) fn cut(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let kept = text.floor_char_boundary(limit.saturating_sub('…'.len_utf8()));
    format!("{}…", &text[..kept])
}

/// A node as it stands in the page, at most `limit` bytes: its start tag, and for scripts and text elements what is in it.
pub(in crate::detect) fn quote(page: &Page, node: NodeId, limit: usize) -> String {
    let quoted = match &page.node(node).kind {
        NodeKind::Element(element) => {
            let mut quoted = start_tag(element, limit);
            if matches!(element.name.as_str(), "script" | "style" | "title" | "textarea" | "option") {
                quoted.push_str(&page.text(node, limit));
            }
            quoted
        }
        NodeKind::Text(text) => cut(text, limit),
        NodeKind::Comment(text) => format!("<!--{}-->", cut(text, limit)),
        NodeKind::Doctype(text) => format!("<!doctype {}>", cut(text, limit)),
        NodeKind::Document => String::new(),
    };
    cut(&quoted, limit)
}

/// A start tag with its attributes; each value is cut so that one long value does not hide the others.
fn start_tag(element: &Element, limit: usize) -> String {
    let mut tag = format!("<{}", element.name);
    for (name, value) in &element.attributes {
        if tag.len() > limit {
            break;
        }
        let value = cut(value, limit / 2).replace('"', "&quot;");
        let _infallible = write!(tag, " {name}=\"{value}\"");
    }
    tag.push('>');
    tag
}
