//! A page as hinomi sees it: an owned, flat tree in document order, with subtree digests.

use super::{ActiveItem, Digest, Plane};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// Index of a node in [`Page::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NodeId(pub u32);

impl NodeId {
    /// The document itself.
    pub const ROOT: Self = Self(0);

    /// As an index into [`Page::nodes`].
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The markup language an element belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Namespace {
    /// HTML.
    #[default]
    Html,
    /// SVG inside HTML.
    Svg,
    /// MathML inside HTML.
    MathMl,
}

/// An element's name and attributes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Element {
    /// Lower-case local name (SVG names keep their case).
    pub name: SmolStr,
    /// Its markup language.
    pub namespace: Namespace,
    /// Attributes, normalised and sorted by name; a name stands once.
    pub attributes: Vec<(SmolStr, String)>,
}

impl Element {
    /// The value of an attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeKind {
    /// The root.
    Document,
    /// `<!doctype …>`, its name and identifiers.
    Doctype(String),
    /// An element.
    Element(Element),
    /// Text, normalised; raw inside `script` and `style`.
    Text(String),
    /// A comment.
    Comment(String),
}

/// One node. Nodes stand in document order, so the subtree of node `i` is `nodes[i .. i + size]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// The node above; the root is its own parent.
    pub parent: NodeId,
    /// Number of nodes in the subtree, this one included.
    pub size: u32,
    /// Line in the source, from 1; 0 where unknown.
    pub line: u32,
    /// The plane of the node itself (not of its subtree).
    pub plane: Plane,
    /// Under a mask: its content plane is left out of the comparison and of `digest`.
    pub masked: bool,
    /// Digest of the normalised subtree: equal digests mean equal subtrees.
    pub digest: Digest,
}

/// What was declared about the charset, what was used, and where the declarations disagree.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CharsetFacts {
    /// The charset the page was read in (WHATWG name).
    pub used: SmolStr,
    /// From the byte order mark.
    pub bom: Option<SmolStr>,
    /// From the Content-Type header.
    pub header: Option<SmolStr>,
    /// From `<meta>`.
    pub meta: Option<SmolStr>,
    /// From the statistical guess, when one was needed.
    pub guess: Option<SmolStr>,
    /// Characters that could not be read.
    pub replaced: u32,
}

impl CharsetFacts {
    /// Whether the declarations contradict each other or what was used.
    #[must_use]
    pub fn disagrees(&self) -> bool {
        let used = Some(&self.used);
        [&self.bom, &self.header, &self.meta].into_iter().flatten().any(|name| Some(name) != used)
    }
}

impl CharsetFacts {
    /// The declaration that browsers believe: the byte order mark, else the header, else `<meta>`.
    #[must_use]
    pub fn declared(&self) -> Option<&SmolStr> {
        self.bom.as_ref().or(self.header.as_ref()).or(self.meta.as_ref())
    }

    /// From which charset to which a page went: the one it was read in, or a new declaration of another one.
    #[must_use]
    pub fn turned<'a>(&'a self, from: &'a Self) -> Option<(&'a str, &'a str)> {
        if self.used != from.used {
            return Some((&from.used, &self.used));
        }
        let declared = self.declared().filter(|name| **name != self.used && Some(*name) != from.declared())?;
        Some((from.declared().unwrap_or(&from.used), declared))
    }
}

/// Why a page was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cut {
    /// Elements nested deeper than the limit.
    Depth,
    /// More nodes than the limit.
    Nodes,
    /// More attributes than the limit.
    Attributes,
    /// More steps than the budget.
    Steps,
    /// More bytes than the limit.
    Bytes,
}

/// Whether the input was a page or a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InputKind {
    /// An HTML page (also SVG).
    #[default]
    Page,
    /// A JavaScript file; its page is a root with one `script` element.
    Script,
}

/// A parsed, normalised page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Page or script.
    pub kind: InputKind,
    /// All nodes in document order; the first is the document. Never empty.
    pub nodes: Vec<Node>,
    /// Everything that can act on a visitor, in document order.
    pub active: Vec<ActiveItem>,
    /// How the bytes were read.
    pub charset: CharsetFacts,
    /// Why the page was not read to its end.
    pub cut: Option<Cut>,
}

impl Page {
    /// The digest of the normalised page.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.nodes[0].digest
    }

    /// A node.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// The element at a node, where it is one.
    #[must_use]
    pub fn element(&self, id: NodeId) -> Option<&Element> {
        match &self.node(id).kind {
            NodeKind::Element(element) => Some(element),
            _ => None,
        }
    }

    /// All node ids in document order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// All elements in document order.
    pub fn elements(&self) -> impl Iterator<Item = (NodeId, &Element)> {
        self.ids().filter_map(|id| Some((id, self.element(id)?)))
    }

    /// All elements of one name in document order.
    pub fn elements_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (NodeId, &'a Element)> {
        self.elements().filter(move |(_, element)| element.name == name)
    }

    /// The subtree of a node in document order, the node first.
    pub fn subtree(&self, id: NodeId) -> impl Iterator<Item = NodeId> + use<> {
        let end = id.0 + self.node(id).size;
        (id.0..end).map(NodeId)
    }

    /// The children of a node in order.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        let end = id.0 + self.node(id).size;
        let mut next = id.0 + 1;
        std::iter::from_fn(move || {
            (next < end).then(|| {
                let child = NodeId(next);
                next += self.node(child).size;
                child
            })
        })
    }

    /// The nodes above a node, nearest first, the root last.
    pub fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        let mut at = id;
        std::iter::from_fn(move || {
            (at != NodeId::ROOT).then(|| {
                at = self.node(at).parent;
                at
            })
        })
    }

    /// Text of a subtree, as it stands in the tree, at most `limit` bytes of it (cut at a character).
    #[must_use]
    pub fn text(&self, id: NodeId, limit: usize) -> String {
        let mut text = String::new();
        for id in self.subtree(id) {
            if let NodeKind::Text(piece) = &self.node(id).kind {
                let room = limit.saturating_sub(text.len());
                text.push_str(&piece[..piece.floor_char_boundary(room)]);
                if text.len() >= limit {
                    break;
                }
            }
        }
        text
    }

    /// Text a visitor reads (no `script`, `style`, `template`, `noscript`), pieces joined by a space; at most `limit` bytes.
    #[must_use]
    pub fn visible_text(&self, limit: usize) -> String {
        let mut text = String::new();
        let mut at = 0;
        while at < self.nodes.len() && text.len() < limit {
            let node = &self.nodes[at];
            at += match &node.kind {
                NodeKind::Element(e)
                    if matches!(e.name.as_str(), "script" | "style" | "template" | "noscript" | "title") =>
                {
                    node.size as usize
                }
                _ => 1,
            };
            if let NodeKind::Text(piece) = &node.kind {
                let piece = piece.trim();
                if !piece.is_empty() {
                    if !text.is_empty() {
                        text.push(' ');
                    }
                    let room = limit.saturating_sub(text.len());
                    text.push_str(&piece[..piece.floor_char_boundary(room)]);
                }
            }
        }
        text
    }

    /// The page's title.
    #[must_use]
    pub fn title(&self) -> Option<String> {
        let (id, _) = self.elements_named("title").find(|(_, e)| e.namespace == Namespace::Html)?;
        Some(self.text(id, 4096).trim().to_owned())
    }

    /// The path of a node as a person reads it: `html > body > div#main > p[2]`.
    #[must_use]
    pub fn path(&self, id: NodeId) -> String {
        let mut steps: Vec<String> = std::iter::once(id)
            .chain(self.ancestors(id))
            .filter(|&id| id != NodeId::ROOT)
            .map(|id| self.step(id))
            .collect();
        steps.reverse();
        if steps.len() > 24 {
            steps.splice(8..steps.len() - 8, ["…".to_owned()]);
        }
        steps.join(" > ")
    }

    /// One step of a path: name, `#id` where it has one, else its number among siblings of that name when there are several.
    fn step(&self, id: NodeId) -> String {
        let name = self.label(id);
        if let Some(key) =
            self.element(id).and_then(|e| e.attribute("id")).filter(|key| !key.is_empty() && key.len() <= 40)
        {
            return format!("{name}#{key}");
        }
        let mut before = 0;
        let mut all = 0;
        for sibling in self.children(self.node(id).parent) {
            if self.label(sibling) == name {
                all += 1;
                before += u32::from(sibling <= id);
            }
        }
        if all > 1 { format!("{name}[{before}]") } else { name.to_owned() }
    }

    /// What a person calls a node: the element's name, or `text`, `comment`, `doctype`, `document`.
    #[must_use]
    pub fn label(&self, id: NodeId) -> &str {
        match &self.node(id).kind {
            NodeKind::Document => "document",
            NodeKind::Doctype(_) => "doctype",
            NodeKind::Element(element) => &element.name,
            NodeKind::Text(_) => "text",
            NodeKind::Comment(_) => "comment",
        }
    }
}
