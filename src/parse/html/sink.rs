//! Scraper's tree sink with caps on nodes, attributes and their bytes, and with a fact about each node it makes.

use super::super::Limits;
use super::watch::Phase;
use crate::model::Cut;
use ego_tree::NodeId;
use html5ever::interface::{Attribute, ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::{QualName, expanded_name, local_name, ns};
use scraper::{Html, HtmlTreeSink};
use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};
use std::hash::{Hash, Hasher};

/// What is known about an element or a comment beside what stands in the tree.
#[derive(Debug, Clone, Copy, Default)]
pub(in super::super) struct Fact {
    /// Line in the source, from 1.
    pub(in super::super) line: u32,
    /// Where in the source it stood.
    pub(in super::super) phase: Phase,
    /// Depth in the tree when it was put there.
    depth: u32,
}

impl Fact {
    pub(super) fn depth(&self) -> u64 {
        u64::from(self.depth)
    }
}

/// The position of a node in its tree's vector; `ego_tree` shows it through `Hash` alone.
pub(in super::super) fn index(id: NodeId) -> usize {
    struct Index(usize);
    impl Hasher for Index {
        fn finish(&self) -> u64 {
            self.0 as u64
        }
        fn write(&mut self, _: &[u8]) {}
        fn write_usize(&mut self, value: usize) {
            self.0 = value;
        }
    }
    let mut index = Index(1);
    id.hash(&mut index);
    index.0.saturating_sub(1)
}

/// The limited sink.
pub(super) struct Limited {
    tree: HtmlTreeSink,
    facts: RefCell<Vec<Fact>>,
    limits: Limits,
    nodes: Cell<usize>,
    attributes: Cell<usize>,
    attribute_bytes: Cell<usize>,
    /// Attributes of all tags, also of those that make no element.
    attributes_of_tags: Cell<usize>,
    steps: Cell<u64>,
    /// Lines above the fragment that is read.
    lines_above: Cell<u32>,
    line: Cell<u32>,
    phase: Cell<Phase>,
    /// Each `<noscript>` of the page with the raw text in it; none of those inside a fragment.
    noscripts: RefCell<Vec<(NodeId, String)>>,
    fragment: Cell<bool>,
    parent: Cell<Option<NodeId>>,
    depth: Cell<u32>,
    cut: Cell<Option<Cut>>,
    full: Cell<bool>,
}

impl Limited {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            tree: HtmlTreeSink::new(Html::new_document()),
            facts: RefCell::default(),
            limits: *limits,
            nodes: Cell::new(1),
            attributes: Cell::new(0),
            attribute_bytes: Cell::new(0),
            attributes_of_tags: Cell::new(0),
            steps: Cell::new(0),
            lines_above: Cell::new(0),
            line: Cell::new(1),
            phase: Cell::default(),
            noscripts: RefCell::default(),
            fragment: Cell::new(false),
            parent: Cell::new(None),
            depth: Cell::new(0),
            cut: Cell::new(None),
            full: Cell::new(false),
        }
    }

    pub(super) fn into_parts(self) -> (Html, Vec<Fact>, Option<Cut>) {
        (self.tree.finish(), self.facts.into_inner(), self.cut.get())
    }

    /// Notes a limit that was reached; the first one is kept.
    pub(super) fn limit(&self, cut: Cut) {
        self.cut.set(self.cut.get().or(Some(cut)));
    }

    /// Whether nothing more fits in.
    pub(super) fn full(&self) -> bool {
        self.full.get()
    }

    pub(super) fn set_phase(&self, phase: Phase) {
        self.phase.set(phase);
    }

    /// Depth of the place where something was put last.
    pub(super) fn depth(&self) -> u32 {
        self.depth.get()
    }

    /// The node under which something was put last.
    pub(super) fn parent(&self) -> NodeId {
        self.parent.get().unwrap_or_else(|| self.tree.get_document())
    }

    /// Counts the steps that a tag costs; all steps so far.
    pub(super) fn step(&self, steps: u64) -> u64 {
        self.steps.set(self.steps.get() + steps);
        self.steps.get()
    }

    /// Counts the attributes of a tag, whatever becomes of it.
    pub(super) fn count_tag(&self, attributes: usize) {
        self.attributes_of_tags.set(self.attributes_of_tags.get() + attributes);
        if self.attributes_of_tags.get() >= self.limits.attributes {
            self.fill(Cut::Attributes);
        }
    }

    /// The `<noscript>` elements of the page with their raw text, in the order of the source.
    pub(super) fn take_noscripts(&self) -> Vec<(NodeId, String)> {
        self.noscripts.take()
    }

    /// From here on a fragment is put in that stands inside an element of the page.
    pub(super) fn begin_fragment(&self, element: NodeId) {
        let mut facts = self.facts.borrow_mut();
        let fact = facts.get(index(element)).copied().unwrap_or_default();
        // The root of the fragment stands under the document until it ends.
        if let Some(document) = facts.first_mut() {
            document.depth = fact.depth;
        }
        self.fragment.set(true);
        self.phase.set(fact.phase);
        self.lines_above.set(fact.line.saturating_sub(1));
    }

    /// The root under which a fragment is put in.
    pub(super) fn fragment_root(&self) -> NodeId {
        let root = self.tree.0.borrow().tree.root().last_child().map(|root| root.id());
        self.parent.set(root);
        self.parent()
    }

    /// Moves what a fragment holds into its element.
    pub(super) fn end_fragment(&self, root: NodeId, element: NodeId) {
        self.tree.reparent_children(&root, &element);
        self.tree.remove_from_parent(&root);
    }

    /// Keeps the raw text of the `<noscript>` that was made last.
    fn keep_raw(&self, parent: NodeId, child: &NodeOrText<NodeId>) -> bool {
        match (child, self.noscripts.borrow_mut().last_mut()) {
            (NodeOrText::AppendText(text), Some((noscript, raw))) if *noscript == parent => {
                raw.push_str(text);
                true
            }
            _ => false,
        }
    }

    fn fill(&self, cut: Cut) {
        self.limit(cut);
        self.full.set(true);
    }

    fn count_node(&self) {
        self.nodes.set(self.nodes.get() + 1);
        if self.nodes.get() >= self.limits.nodes {
            self.fill(Cut::Nodes);
        }
    }

    fn count_attributes(&self, attributes: &[Attribute]) {
        if attributes.is_empty() {
            return;
        }
        self.attributes.set(self.attributes.get() + attributes.len());
        let bytes: usize = attributes.iter().map(|a| a.value.len()).sum();
        self.attribute_bytes.set(self.attribute_bytes.get().saturating_add(bytes));
        if self.attributes.get() >= self.limits.attributes {
            self.fill(Cut::Attributes);
        }
        // The tree builder opens formatting elements again and again: their values could multiply the input.
        if self.attribute_bytes.get() > self.limits.bytes.saturating_mul(2) {
            self.fill(Cut::Bytes);
        }
    }

    fn note(&self, id: NodeId) -> NodeId {
        let mut facts = self.facts.borrow_mut();
        let at = index(id);
        if facts.len() <= at {
            facts.resize(at + 1, Fact::default());
        }
        if let Some(fact) = facts.get_mut(at) {
            *fact = Fact { line: self.line.get(), phase: self.phase.get(), depth: 0 };
        }
        id
    }

    fn put(&self, parent: NodeId, child: &NodeOrText<NodeId>) {
        self.parent.set(Some(parent));
        let mut facts = self.facts.borrow_mut();
        let depth = facts.get(index(parent)).map_or(0, |fact| fact.depth) + 1;
        self.depth.set(depth);
        match child {
            NodeOrText::AppendNode(id) => {
                if let Some(fact) = facts.get_mut(index(*id)) {
                    fact.depth = depth;
                }
            }
            NodeOrText::AppendText(_) => self.count_node(),
        }
    }
}

impl TreeSink for Limited {
    type Handle = NodeId;
    type Output = ();
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) {}

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        self.tree.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Ref<'a, QualName> {
        self.tree.elem_name(target)
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> NodeId {
        self.count_node();
        self.count_attributes(&attrs);
        let noscript = !self.fragment.get() && name.expanded() == expanded_name!(html "noscript");
        let id = self.note(self.tree.create_element(name, attrs, flags));
        if noscript {
            self.noscripts.borrow_mut().push((id, String::new()));
        }
        id
    }

    fn create_comment(&self, text: StrTendril) -> NodeId {
        self.count_node();
        self.note(self.tree.create_comment(text))
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> NodeId {
        self.count_node();
        self.note(self.tree.create_pi(target, data))
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        if self.keep_raw(*parent, &child) {
            return;
        }
        self.put(*parent, &child);
        self.tree.append(parent, child);
    }

    fn append_based_on_parent_node(&self, element: &NodeId, previous: &NodeId, child: NodeOrText<NodeId>) {
        self.put(*previous, &child);
        self.tree.append_based_on_parent_node(element, previous, child);
    }

    fn append_doctype_to_document(&self, name: StrTendril, public: StrTendril, system: StrTendril) {
        self.tree.append_doctype_to_document(name, public, system);
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        let contents = self.tree.get_template_contents(target);
        let mut facts = self.facts.borrow_mut();
        let depth = facts.get(index(*target)).map_or(0, |fact| fact.depth);
        let at = index(contents);
        if facts.len() <= at {
            facts.resize(at + 1, Fact::default());
        }
        if let Some(fact) = facts.get_mut(at) {
            fact.depth = depth;
        }
        contents
    }

    fn same_node(&self, x: &NodeId, y: &NodeId) -> bool {
        x == y
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.tree.set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        self.tree.append_before_sibling(sibling, child);
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attrs: Vec<Attribute>) {
        self.count_attributes(&attrs);
        self.tree.add_attrs_if_missing(target, attrs);
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.tree.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        self.tree.reparent_children(node, new_parent);
    }

    fn set_current_line(&self, line: u64) {
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        self.line.set(line.saturating_add(self.lines_above.get()));
    }
}
