//! Builds pages for tests: preorder, sizes and digests as the parser would make them.

use crate::model::*;

/// A page under construction.
pub(in crate::diff) struct Builder {
    nodes: Vec<Node>,
    open: Vec<usize>,
    active: Vec<ActiveItem>,
}

impl Builder {
    pub(in crate::diff) fn new() -> Self {
        let mut builder = Self { nodes: Vec::new(), open: Vec::new(), active: Vec::new() };
        builder.push(NodeKind::Document);
        builder.open.push(0);
        builder
    }

    fn push(&mut self, kind: NodeKind) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        let parent = NodeId(self.open.last().copied().unwrap_or(0) as u32);
        let masked = self.nodes.get(parent.index()).is_some_and(|node| node.masked);
        let inside_script = self.nodes.get(parent.index()).is_some_and(|node| {
            node.plane == Plane::Active && matches!(&node.kind, NodeKind::Element(element) if element.name == "script")
        });
        let plane = if inside_script { Plane::Active } else { Plane::Content };
        self.nodes.push(Node { kind, parent, size: 1, line: 0, plane, masked, digest: Digest::default() });
        id
    }

    pub(in crate::diff) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) -> &mut Self {
        let mut attributes: Vec<_> = attributes.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        attributes.sort();
        let id = self.push(NodeKind::Element(Element { name: name.into(), attributes, ..Element::default() }));
        self.open.push(id.index());
        self
    }

    pub(in crate::diff) fn masked(&mut self) -> &mut Self {
        let at = self.open[self.open.len() - 1];
        self.nodes[at].masked = true;
        self
    }

    pub(in crate::diff) fn text(&mut self, text: &str) -> &mut Self {
        self.push(NodeKind::Text(text.to_owned()));
        self
    }

    pub(in crate::diff) fn close(&mut self) -> &mut Self {
        if self.open.len() > 1 {
            let at = self.open.pop().unwrap();
            self.nodes[at].size = (self.nodes.len() - at) as u32;
        }
        self
    }

    pub(in crate::diff) fn leaf(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) -> &mut Self {
        self.open(name, attributes);
        if !text.is_empty() {
            self.text(text);
        }
        self.close()
    }

    /// Makes the innermost open element act.
    pub(in crate::diff) fn acts(&mut self, kind: ActiveKind, attribute: Option<&str>, value: &str) -> &mut Self {
        let at = self.open[self.open.len() - 1];
        self.nodes[at].plane = Plane::Active;
        let mut identity = DigestBuilder::new("test");
        identity.part(format!("{kind:?}")).part(attribute.unwrap_or_default()).part(value);
        let url = url::Url::parse(value).ok();
        let host = url.and_then(|url| url.host_str().map(str::to_owned));
        self.active.push(ActiveItem {
            kind,
            node: NodeId(at as u32),
            attribute: attribute.map(Into::into),
            value: value.to_owned(),
            foreign: host.as_deref().is_some_and(|host| !host.ends_with("city.example")),
            host,
            position: Position::Content,
            hidden: false,
            noscript: false,
            identity: identity.finish(),
        });
        self
    }

    /// The last active item, to be changed.
    pub(in crate::diff) fn item(&mut self) -> &mut ActiveItem {
        self.active.last_mut().unwrap()
    }

    pub(in crate::diff) fn linked_script(&mut self, src: &str) -> &mut Self {
        self.open("script", &[("src", src)]).acts(ActiveKind::LinkedScript, Some("src"), src).close()
    }

    pub(in crate::diff) fn inline_script(&mut self, code: &str) -> &mut Self {
        self.open("script", &[]).acts(ActiveKind::InlineScript, None, code).text(code).close()
    }

    pub(in crate::diff) fn page(&mut self) -> Page {
        while self.open.len() > 1 {
            self.close();
        }
        let mut nodes = std::mem::take(&mut self.nodes);
        nodes[0].size = nodes.len() as u32;
        seal(&mut nodes);
        let active = std::mem::take(&mut self.active);
        Page { kind: InputKind::Page, nodes, active, charset: CharsetFacts::default(), cut: None }
    }
}

/// Sets the digests from the leaves up. Of what is masked only what acts counts.
fn seal(nodes: &mut [Node]) {
    let mut counts: Vec<bool> = nodes.iter().map(|node| !node.masked || node.plane == Plane::Active).collect();
    for at in (0..nodes.len()).rev() {
        let mut digest = DigestBuilder::new("test");
        if counts[at] {
            digest.part(format!("{:?}", nodes[at].kind));
        }
        let mut child = at + 1;
        while child < at + nodes[at].size as usize {
            if counts[child] {
                digest.part(nodes[child].digest.as_bytes());
                counts[at] = true;
            }
            child += nodes[child].size as usize;
        }
        nodes[at].digest = digest.finish();
    }
}

/// A version of a page without anything beside it.
pub(in crate::diff) fn version(page: &Page) -> Version<'_> {
    Version { page, head: None, scripts: &[], url: None, resources: &[], signed: Signed::nothing(), approved_at: None }
}
