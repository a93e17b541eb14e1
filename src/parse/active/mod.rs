//! The inventory of the active plane: everything of a page that can act on a visitor.

mod elements;
mod facts;
mod framed;
mod hidden;
mod place;
mod refresh;
mod sheet;
#[cfg(test)]
mod tests;
mod urls;

pub(in crate::parse) use urls::{Urls, declared};

use super::tree::Built;
use crate::model::{ActiveItem, ActiveKind, Cut, DigestBuilder, Element, Node, NodeId, NodeKind, Plane, Position};
use framed::Room;
use place::Places;
use sheet::Sheet;
use smol_str::SmolStr;
use url::Url;

/// Text of a hidden element that is kept as its value, in bytes.
const HIDDEN_TEXT: usize = 4096;

/// Takes the inventory and marks the nodes that act; `values` is how many bytes the values may take together. What takes
/// more is shortened, and that is told.
pub(super) fn inventory(
    built: &mut Built,
    url: Option<&Url>,
    believed: bool,
    values: usize,
) -> (Vec<ActiveItem>, Option<Cut>) {
    let mut survey = Survey {
        values,
        cut: None,
        nodes: &built.nodes,
        urls: Urls::of(&built.nodes, url, believed),
        places: Places::of(built),
        sheet: Sheet::of(&built.nodes),
        found: Vec::new(),
        hidden: false,
        noscript: false,
        room: Room::PAGE,
    };
    survey.walk();
    let (found, cut) = (survey.found, survey.cut);
    found.iter().for_each(|item| mark(&mut built.nodes, item));
    (found, cut)
}

/// The inventory of a script file: the script itself.
pub(super) fn of_script(nodes: &mut [Node], text: impl Into<String>) -> Vec<ActiveItem> {
    let kind = ActiveKind::InlineScript;
    let value = text.into();
    let identity = identity(kind, "script", None, &value, &[]);
    let item = ActiveItem {
        kind,
        node: NodeId(1),
        attribute: None,
        value,
        host: None,
        foreign: false,
        position: Position::ScriptFile,
        hidden: false,
        noscript: false,
        identity,
    };
    mark(nodes, &item);
    vec![item]
}

/// Marks the node of an item, and the code inside it, as active.
fn mark(nodes: &mut [Node], item: &ActiveItem) {
    let at = item.node.index();
    let Some(node) = nodes.get_mut(at) else { return };
    node.plane = Plane::Active;
    let holds_code = matches!(&node.kind, NodeKind::Element(e) if matches!(e.name.as_str(), "script" | "style"));
    let end = at + node.size as usize;
    if holds_code && item.attribute.as_deref().is_none_or(|name| name == "src") {
        nodes.get_mut(at..end).unwrap_or_default().iter_mut().for_each(|node| node.plane = Plane::Active);
    }
}

/// Digest of all that decides how an item acts.
fn identity(
    kind: ActiveKind,
    element: &str,
    attribute: Option<&str>,
    value: &str,
    more: &[&str],
) -> crate::model::Digest {
    let mut builder = DigestBuilder::new("active item");
    builder.part([kind as u8]).part(element).part(attribute.unwrap_or_default()).part(value);
    for part in more {
        builder.part(part);
    }
    builder.finish()
}

/// The walk over a page in document order.
struct Survey<'a> {
    nodes: &'a [Node],
    urls: Urls,
    places: Places<'a>,
    sheet: Sheet,
    found: Vec<ActiveItem>,
    /// Bytes that values may still take.
    values: usize,
    cut: Option<Cut>,
    hidden: bool,
    noscript: bool,
    room: Room,
}

impl<'a> Survey<'a> {
    fn walk(&mut self) {
        // Inside a frame that is hidden, or that stands in `<noscript>`, everything is.
        let (hidden, noscript) = (self.hidden, self.noscript);
        let (mut hidden_until, mut noscript_until, mut covered_until) = (0, 0, 0);
        let mut open: Vec<(usize, &Element)> = Vec::new();
        for (at, node) in self.nodes.iter().enumerate() {
            let NodeKind::Element(element) = &node.kind else { continue };
            let end = at + node.size as usize;
            let id = NodeId(u32::try_from(at).unwrap_or(u32::MAX));
            if at >= noscript_until && element.name == "noscript" {
                noscript_until = end;
            }
            self.noscript = noscript || at < noscript_until;
            self.hidden = hidden || at < hidden_until;
            if self.sheet.is_nested() {
                while let Some((_, closed)) = open.pop_if(|(until, _)| *until <= at) {
                    self.sheet.leave(closed);
                }
            }
            let facts = hidden::facts(element, &mut self.sheet);
            if self.sheet.is_nested() {
                self.sheet.enter(element);
                open.push((end, element));
            }
            if !self.hidden && facts.hides(hidden::is_frame(element)) {
                hidden_until = end;
                self.hidden = true;
                self.hidden_element(id, element);
            }
            if at >= covered_until && !self.hidden && facts.covers(self.is_outermost(node)) {
                covered_until = end;
                self.cover(id, facts);
            }
            self.element(id, element);
        }
    }

    /// Whether nothing but the page is around a node.
    fn is_outermost(&self, node: &Node) -> bool {
        self.element_at(node.parent).is_some_and(|above| matches!(above.name.as_str(), "body" | "html"))
    }

    /// An element that lies over the whole screen. Its value says what of it is known, not what it holds.
    fn cover(&mut self, id: NodeId, facts: facts::Facts) {
        let image = if facts.shows_image() { " image" } else { "" };
        let opaque = if facts.is_opaque() { " opaque" } else { "" };
        self.add(ActiveKind::Cover, id, None, Value::code(format!("over the page{opaque}{image}")), &[]);
    }

    /// Adds an item; `more` is what else decides how it acts.
    fn add(&mut self, kind: ActiveKind, id: NodeId, attribute: Option<&str>, value: Value, more: &[&str]) {
        let name = self.element_at(id).map_or("", |element| element.name.as_str());
        let hides_more = self.hidden && matches!(kind, ActiveKind::Frame | ActiveKind::Object);
        let mut parts = more.to_vec();
        parts.push(if hides_more { "hidden" } else { "" });
        let identity = identity(kind, name, attribute, &value.text, &parts);
        let foreign = value.host.as_deref().is_some_and(|host| self.urls.is_foreign(host));
        let text = self.within_room(value.text);
        self.found.push(ActiveItem {
            kind,
            node: id,
            attribute: attribute.map(SmolStr::new),
            value: text,
            host: value.host,
            foreign,
            position: self.places.position(self.nodes, id),
            hidden: self.hidden,
            noscript: self.noscript,
            identity,
        });
    }

    /// A value, shortened when there is no room for it.
    fn within_room(&mut self, text: String) -> String {
        if text.len() <= self.values.max(urls::KEPT) {
            self.values = self.values.saturating_sub(text.len());
            return text;
        }
        self.cut = Some(Cut::Bytes);
        urls::shortened(&text)
    }

    fn element_at(&self, id: NodeId) -> Option<&'a Element> {
        match &self.nodes.get(id.index())?.kind {
            NodeKind::Element(element) => Some(element),
            _ => None,
        }
    }

    /// The subtree of a node, the node first.
    fn subtree(&self, id: NodeId) -> &'a [Node] {
        let size = self.nodes.get(id.index()).map_or(0, |node| node.size as usize);
        self.nodes.get(id.index()..id.index() + size).unwrap_or_default()
    }

    /// The text directly below a node: what code a browser finds there. Elements may stand between it in SVG.
    fn text(&self, id: NodeId) -> String {
        let mut text = String::new();
        let nodes = self.subtree(id);
        let mut at = 1;
        while let Some(node) = nodes.get(at) {
            if let NodeKind::Text(piece) = &node.kind {
                text.push_str(piece);
            }
            at += node.size.max(1) as usize;
        }
        text
    }

    /// A hidden element counts when it holds a frame, a form, off-site links or much text.
    fn hidden_element(&mut self, id: NodeId, element: &Element) {
        let held = hidden::Held::of(self.subtree(id), &self.urls);
        if !held.counts() || matches!(element.name.as_str(), "iframe" | "frame" | "object" | "embed" | "applet") {
            return;
        }
        let full = held.text;
        let mut end = full.len().min(HIDDEN_TEXT);
        end = full.floor_char_boundary(end);
        let much = if held.much_text { full.as_str() } else { "" };
        let hosts = held.hosts.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        let counts = format!("{} {}", u8::from(held.frames), u8::from(held.forms));
        let text = full.get(..end).unwrap_or_default().to_owned();
        let more = [much, &hosts, &counts];
        // Not the text below a kilobyte: what holds a form or a menu says something else every day.
        let identity = identity(ActiveKind::Hidden, &element.name, None, "", &more);
        self.add(ActiveKind::Hidden, id, None, Value { text, host: None }, &[]);
        if let Some(item) = self.found.last_mut() {
            item.identity = identity;
        }
    }
}

/// What acts: a URL with its host, or code.
pub(in crate::parse) struct Value {
    pub(in crate::parse) text: String,
    host: Option<String>,
}

impl Value {
    fn code(text: impl Into<String>) -> Self {
        Self { text: text.into(), host: None }
    }
}
