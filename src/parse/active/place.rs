//! Where in the page something stands.

use super::super::html::{Phase, Seen};
use super::super::tree::Built;
use crate::model::{Node, NodeId, NodeKind, Position};

/// Most nodes in a wrapper that stands for what it holds, as a hidden `<div>` round a frame.
const WRAPPER: u32 = 8;

/// The landmarks of one page.
pub(super) struct Places<'a> {
    phases: &'a [Phase],
    seen: Seen,
    head: Option<NodeId>,
    body: Option<NodeId>,
    head_first: Option<NodeId>,
    body_first: Option<NodeId>,
    body_last: Option<NodeId>,
    after_titles: Vec<NodeId>,
}

impl<'a> Places<'a> {
    pub(super) fn of(built: &'a Built) -> Self {
        let nodes = &built.nodes;
        let html = children(nodes, NodeId::ROOT).find(|id| is(nodes, *id, "html"));
        let below = |name: &str| html.and_then(|html| children(nodes, html).find(|id| is(nodes, *id, name)));
        let (head, body) = (below("head"), below("body").or_else(|| below("frameset")));
        let inside = |id: Option<NodeId>| {
            id.into_iter().flat_map(|id| children(nodes, id)).filter(|id| name(nodes, *id).is_some())
        };
        let before_end = |id: &NodeId| built.phases.get(id.index()).is_some_and(|phase| *phase < Phase::AfterBody);
        let from_source = |id: &NodeId| {
            built.phases.get(id.index()).is_some_and(|phase| *phase < Phase::AfterHead || !built.seen.body)
        };
        Self {
            phases: &built.phases,
            seen: built.seen,
            head,
            body,
            head_first: inside(head).find(from_source),
            body_first: inside(body).next(),
            body_last: inside(body).filter(before_end).last(),
            after_titles: after_titles(nodes),
        }
    }

    /// The position of an element.
    pub(super) fn position(&self, nodes: &[Node], id: NodeId) -> Position {
        let phase = self.phases.get(id.index()).copied().unwrap_or_default();
        match phase {
            Phase::Start if self.seen.doctype || self.seen.head => Position::BeforeHtml,
            Phase::AfterDoctype if self.seen.head => Position::BeforeHtml,
            Phase::AfterHead if self.seen.body && Some(id) != self.body => Position::BetweenHeadAndBody,
            Phase::AfterBody => Position::AfterBody,
            _ => self.by_tree(nodes, id),
        }
    }

    fn by_tree(&self, nodes: &[Node], id: NodeId) -> Position {
        let node = |id: NodeId| nodes.get(id.index());
        let parent = node(id).map(|node| node.parent);
        let wrapper = parent.filter(|above| {
            let outer = Some(*above) == self.head || Some(*above) == self.body;
            !outer && node(*above).is_some_and(|node| node.size <= WRAPPER)
        });
        let is = |landmark: Option<NodeId>| landmark.is_some() && (landmark == Some(id) || landmark == wrapper);
        let in_head =
            self.head.is_some_and(|head| node(head).is_some_and(|node| (head.0..head.0 + node.size).contains(&id.0)));
        let in_title = parent.is_some_and(|above| name(nodes, above) == Some("title"));
        match () {
            () if in_title || self.after_titles.binary_search(&id).is_ok() => Position::InTitle,
            () if is(self.head_first) => Position::HeadStart,
            () if in_head => Position::Head,
            () if is(self.body_first) => Position::BodyStart,
            () if is(self.body_last) => Position::BodyEnd,
            () => Position::Content,
        }
    }
}

/// The elements that stand directly after a `<title>`.
fn after_titles(nodes: &[Node]) -> Vec<NodeId> {
    let mut found = Vec::new();
    for (at, title) in nodes.iter().enumerate() {
        if !matches!(&title.kind, NodeKind::Element(e) if e.name == "title") {
            continue;
        }
        let next = at + title.size as usize;
        if nodes.get(next).is_some_and(|node| node.parent == title.parent && matches!(node.kind, NodeKind::Element(_)))
        {
            found.extend(u32::try_from(next).map(NodeId));
        }
    }
    found
}

fn name(nodes: &[Node], id: NodeId) -> Option<&str> {
    match &nodes.get(id.index())?.kind {
        NodeKind::Element(element) => Some(&element.name),
        _ => None,
    }
}

fn is(nodes: &[Node], id: NodeId, wanted: &str) -> bool {
    name(nodes, id) == Some(wanted)
}

pub(super) fn children(nodes: &[Node], id: NodeId) -> impl Iterator<Item = NodeId> {
    let end = nodes.get(id.index()).map_or(0, |node| id.0 + node.size);
    let mut next = id.0 + 1;
    std::iter::from_fn(move || {
        let child = NodeId(next);
        next += nodes.get(child.index()).filter(|_| child.0 < end)?.size.max(1);
        Some(child)
    })
}
