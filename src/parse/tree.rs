//! Scraper's tree → the flat, owned, normalised tree, with masks marked.

use super::html::{Parsed, Phase, Seen, index};
use super::{mask, normalise};
use crate::model::{Cut, Digest, Element, Mask, Namespace, Node, NodeId, NodeKind, Plane};
use ego_tree::NodeRef;
use smol_str::SmolStr;
use std::collections::HashSet;

/// A flat tree before the inventory and the digests.
pub(super) struct Built {
    /// In document order.
    pub(super) nodes: Vec<Node>,
    /// Where in the source each node stood.
    pub(super) phases: Vec<Phase>,
    /// Landmarks of the source.
    pub(super) seen: Seen,
    /// Why masks were not applied.
    pub(super) cut: Option<Cut>,
}

/// Flattens and normalises a parsed page.
pub(super) fn build(parsed: &Parsed, masks: &[Mask]) -> Built {
    let (masked, cut) = mask::masked(parsed, masks);
    let count = parsed.facts.len();
    let mut builder = Builder {
        parsed,
        built: Built { nodes: Vec::with_capacity(count), phases: Vec::with_capacity(count), seen: parsed.seen, cut },
    };
    builder.walk(&masked);
    builder.built
}

/// The tree of a script file.
pub(super) fn of_script(text: &str) -> Vec<Node> {
    let node = |kind, parent, size| Node {
        kind,
        parent: NodeId(parent),
        size,
        line: 1,
        plane: Plane::Content,
        masked: false,
        digest: Digest::default(),
    };
    let script = Element { name: SmolStr::new_static("script"), ..Element::default() };
    vec![
        node(NodeKind::Document, 0, 3),
        node(NodeKind::Element(script), 0, 2),
        node(NodeKind::Text(text.to_owned()), 1, 1),
    ]
}

struct Builder<'a> {
    parsed: &'a Parsed,
    built: Built,
}

/// Where the walk stands: the flat node above, and how text is treated there.
#[derive(Clone, Copy, Default)]
struct Place {
    node: u32,
    text: normalise::TextKind,
    masked: bool,
}

impl Builder<'_> {
    /// Preorder with an explicit way back up.
    fn walk(&mut self, masked: &HashSet<ego_tree::NodeId>) {
        let root = self.parsed.html.tree.root();
        self.push(NodeKind::Document, 0, root, false);
        let mut open = vec![Place::default()];
        let mut at = root.first_child();
        while let Some(node) = at {
            let place = open.last().copied().unwrap_or_default();
            let opened = self.visit(node, place, masked);
            if let (Some(inside), Some(child)) = (opened, node.first_child()) {
                open.push(inside);
                at = Some(child);
                continue;
            }
            let mut up = node;
            at = loop {
                if let Some(next) = up.next_sibling() {
                    break Some(next);
                }
                let Some(parent) = up.parent() else { break None };
                let Some(closed) = open.pop() else { break None };
                if parent == root {
                    break None;
                }
                if let Some(above) = open.last().copied() {
                    self.close(closed, above);
                }
                up = parent;
            };
        }
        self.size(0);
    }

    /// Adds a node; the place inside it, when it may have children.
    fn visit(
        &mut self,
        node: NodeRef<scraper::Node>,
        place: Place,
        masks: &HashSet<ego_tree::NodeId>,
    ) -> Option<Place> {
        use scraper::Node as Raw;
        match node.value() {
            Raw::Element(raw) => {
                let masked = place.masked || (!masks.is_empty() && masks.contains(&node.id()));
                let element = element(raw);
                let text = normalise::text_kind(&element, place.text);
                let id = self.push(NodeKind::Element(element), place.node, node, masked);
                Some(Place { node: id, text, masked })
            }
            Raw::Text(text) => {
                if let Some(text) = normalise::text(text, place.text) {
                    self.push(NodeKind::Text(text), place.node, node, place.masked);
                }
                None
            }
            Raw::Comment(text) => {
                self.push(NodeKind::Comment(normalise::comment(text)), place.node, node, place.masked);
                None
            }
            Raw::Doctype(doctype) => {
                self.push(NodeKind::Doctype(doctype_text(doctype)), place.node, node, false);
                None
            }
            Raw::ProcessingInstruction(pi) => {
                let text = format!("?{} {}", &*pi.target, &*pi.data);
                self.push(NodeKind::Comment(normalise::comment(&text)), place.node, node, place.masked);
                None
            }
            // The contents of a template count as its children.
            Raw::Fragment => Some(place),
            Raw::Document => None,
        }
    }

    fn push(&mut self, kind: NodeKind, parent: u32, node: NodeRef<scraper::Node>, masked: bool) -> u32 {
        let id = u32::try_from(self.built.nodes.len()).unwrap_or(u32::MAX);
        let fact = match kind {
            NodeKind::Element(_) | NodeKind::Comment(_) => self.parsed.facts.get(index(node.id())).copied(),
            _ => None,
        };
        let above = self.built.nodes.get(parent as usize).map_or(0, |above| above.line);
        let phase = self.built.phases.get(parent as usize).copied().unwrap_or_default();
        self.built.nodes.push(Node {
            kind,
            parent: NodeId(parent),
            size: 1,
            line: fact.map_or(above, |fact| fact.line),
            plane: Plane::Content,
            masked,
            digest: Digest::default(),
        });
        self.built.phases.push(fact.map_or(phase, |fact| fact.phase));
        id
    }

    /// Ends a node, unless the place inside belongs to a node further up, as in a template.
    fn close(&mut self, inside: Place, above: Place) {
        if inside.node != above.node {
            self.size(inside.node);
        }
    }

    fn size(&mut self, id: u32) {
        let size = u32::try_from(self.built.nodes.len()).unwrap_or(u32::MAX) - id;
        if let Some(node) = self.built.nodes.get_mut(id as usize) {
            node.size = size;
        }
    }
}

/// An owned element with normalised attributes, sorted by name.
fn element(raw: &scraper::node::Element) -> Element {
    let mut attributes: Vec<(SmolStr, String)> = Vec::with_capacity(raw.attrs.len());
    for (name, value) in &raw.attrs {
        let local: &str = &name.local;
        let name = match &name.prefix {
            Some(prefix) if !prefix.is_empty() => smol_str::format_smolstr!("{}:{local}", &**prefix),
            _ => SmolStr::new(local),
        };
        attributes.push((name, String::from(&**value)));
    }
    let mut element = Element { name: SmolStr::new(raw.name()), namespace: namespace(&raw.name.ns), attributes };
    normalise::element(&mut element);
    element
}

/// The markup language of a namespace URI.
fn namespace(uri: &str) -> Namespace {
    match uri {
        "http://www.w3.org/2000/svg" => Namespace::Svg,
        "http://www.w3.org/1998/Math/MathML" => Namespace::MathMl,
        _ => Namespace::Html,
    }
}

fn doctype_text(doctype: &scraper::node::Doctype) -> String {
    let mut text = doctype.name().to_ascii_lowercase();
    for id in [doctype.public_id(), doctype.system_id()] {
        if !id.is_empty() {
            text.push(' ');
            text.push_str(id);
        }
    }
    text
}
