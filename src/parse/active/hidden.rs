//! Whether an element is hidden from the visitor, and what a hidden element holds.

use super::facts::Facts;
use super::sheet::Sheet;
use super::urls::Urls;
use crate::model::{Element, Node, NodeKind};
use std::collections::BTreeSet;

/// Text from which on a hidden element counts, in bytes.
const MUCH_TEXT: usize = 1024;

/// What the styles and attributes of an element say about whether and where it is seen.
pub(super) fn facts(element: &Element, sheet: &mut Sheet) -> Facts {
    let frame = is_frame(element);
    let mut facts = sheet.facts(element);
    for (name, value) in &element.attributes {
        match name.as_str() {
            "style" => facts = facts.with(Facts::of(value)),
            "hidden" if !value.eq_ignore_ascii_case("until-found") => facts = facts.with(Facts::HIDES),
            "width" | "height" if (frame || element.name == "marquee") && super::facts::is_tiny(value) => {
                facts = facts.with(Facts::HIDES);
            }
            _ => {}
        }
    }
    facts
}

/// Elements whose size alone hides them: what stands inside cannot stick out.
pub(super) fn is_frame(element: &Element) -> bool {
    matches!(element.name.as_str(), "iframe" | "frame" | "object" | "embed" | "applet" | "portal" | "fencedframe")
}

/// What a hidden element holds.
#[derive(Default)]
pub(super) struct Held {
    /// A frame or an object.
    pub(super) frames: bool,
    /// A form.
    pub(super) forms: bool,
    /// Hosts of off-site links.
    pub(super) hosts: BTreeSet<String>,
    /// Text, pieces joined by a space.
    pub(super) text: String,
    /// A kilobyte of text and more.
    pub(super) much_text: bool,
}

impl Held {
    /// What the nodes of a subtree hold.
    pub(super) fn of(nodes: &[Node], urls: &Urls) -> Self {
        let mut held = Self::default();
        let mut skip = 0;
        for (at, node) in nodes.iter().enumerate() {
            match &node.kind {
                NodeKind::Element(element) => {
                    held.element(element, urls);
                    if matches!(element.name.as_str(), "script" | "style" | "template") {
                        skip = skip.max(at + node.size as usize);
                    }
                }
                NodeKind::Text(text) if at >= skip => {
                    if !held.text.is_empty() {
                        held.text.push(' ');
                    }
                    held.text.push_str(text);
                }
                _ => {}
            }
        }
        held.much_text = held.text.len() >= MUCH_TEXT;
        held
    }

    fn element(&mut self, element: &Element, urls: &Urls) {
        match element.name.as_str() {
            "form" => self.forms = true,
            "a" | "area" => self.hosts.extend(element.attribute("href").and_then(|href| urls.foreign_host(href))),
            _ => self.frames |= is_frame(element),
        }
    }

    /// Whether it is anything of the active plane.
    pub(super) fn counts(&self) -> bool {
        self.frames || self.forms || self.much_text || !self.hosts.is_empty()
    }
}
