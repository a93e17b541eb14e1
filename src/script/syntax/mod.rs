//! The syntax tree of scripts: the one home of the JavaScript parser, and an owned tree that the evaluator walks.

mod kind;

pub(super) use kind::{Field, Kind};

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::sync::LazyLock;
use tree_sitter::{Language, ParseOptions, Parser, TreeCursor};

/// Most bytes of one script that are given to the parser.
pub(super) const MAX_SOURCE: usize = 160 << 10;
/// Calls of the parser's progress callback for each kilobyte of the script before it gives up; ordinary scripts need
/// about ten, and a call stands for a hundred operations.
const PATIENCE: usize = 40;
/// Most calls for one script: broken sources cost the parser more for each.
const MOST_PATIENCE: usize = 4_000;

/// A node's index in its tree.
pub(super) type Id = u32;
/// A name's number in its tree.
pub(super) type Symbol = u32;

#[derive(Debug, Clone, Copy)]
struct Node {
    kind: Kind,
    start: u32,
    end: u32,
    /// Its first child in the list of children, and how many there are.
    first: u32,
    count: u32,
    /// The symbol of a name, property or operator.
    symbol: Symbol,
}

#[derive(Debug, Clone, Copy)]
struct Child {
    field: Field,
    id: Id,
}

/// The trees of a script and its layers in one arena, so that a function of one can be called from another.
#[derive(Debug, Default)]
pub(super) struct Tree {
    source: String,
    nodes: Vec<Node>,
    children: Vec<Child>,
    names: Vec<Rc<str>>,
    symbols: HashMap<Rc<str>, Symbol>,
}

/// The grammar's kinds and fields by their numbers.
struct Grammar {
    language: Language,
    kinds: Vec<Kind>,
    fields: Vec<Field>,
}

static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| {
    let language = Language::new(tree_sitter_javascript::LANGUAGE);
    let kind = |id: usize| {
        let id = u16::try_from(id).unwrap_or(0);
        let named = language.node_kind_is_named(id);
        language.node_kind_for_id(id).filter(|_| named).map_or(Kind::Skipped, Kind::of)
    };
    let kinds = (0..language.node_kind_count()).map(kind).collect();
    let field = |id: usize| language.field_name_for_id(u16::try_from(id).unwrap_or(0)).map_or(Field::None, Field::of);
    let fields = (0..=language.field_count()).map(field).collect();
    Grammar { kinds, fields, language }
});

impl Grammar {
    fn kind(&self, cursor: &TreeCursor) -> Kind {
        let node = cursor.node();
        if node.is_error() {
            return Kind::Error;
        }
        match self.kinds.get(usize::from(node.kind_id())) {
            Some(Kind::Skipped) | None if self.field(cursor) == Field::Operator => Kind::Operator,
            Some(kind) => *kind,
            None => Kind::Skipped,
        }
    }

    fn field(&self, cursor: &TreeCursor) -> Field {
        cursor.field_id().and_then(|id| self.fields.get(usize::from(id.get()))).copied().unwrap_or(Field::None)
    }
}

/// Parses a text; none when it is too long or takes the parser too long.
fn parse(text: &str) -> Option<tree_sitter::Tree> {
    if text.len() > MAX_SOURCE {
        return None;
    }
    let mut parser = Parser::new();
    parser.set_language(&GRAMMAR.language).ok()?;
    let mut calls = (1000 + text.len() / 1024 * PATIENCE).min(MOST_PATIENCE);
    let mut progress = |_: &_| {
        calls = calls.saturating_sub(1);
        if calls == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let bytes = text.as_bytes();
    parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options))
}

/// A node whose children are being read.
struct Open {
    kind: Kind,
    field: Field,
    start: u32,
    end: u32,
    /// Where its children begin among those that are done.
    from: usize,
}

impl Tree {
    /// Adds a script; gives its root. None when the parser's limits were hit.
    pub(super) fn add(&mut self, text: &str) -> Option<Id> {
        let raw = parse(text)?;
        let base = u32::try_from(self.source.len()).ok()?;
        base.checked_add(u32::try_from(text.len()).ok()?)?;
        self.source.push_str(text);
        self.read(&raw, base)
    }

    /// Reads the parser's tree without recursion, children before parents.
    fn read(&mut self, raw: &tree_sitter::Tree, base: u32) -> Option<Id> {
        let grammar = &*GRAMMAR;
        let mut cursor = raw.walk();
        let mut open: Vec<Open> = Vec::new();
        let mut done: Vec<Child> = Vec::new();
        loop {
            let (kind, field, node) = (grammar.kind(&cursor), grammar.field(&cursor), cursor.node());
            let place = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX).saturating_add(base);
            let here =
                Open { kind, field, start: place(node.start_byte()), end: place(node.end_byte()), from: done.len() };
            if !kind.is_leaf() && kind != Kind::Operator && cursor.goto_first_child() {
                open.push(here);
                continue;
            }
            self.close(&here, &mut done);
            while !cursor.goto_next_sibling() {
                let Some(parent) = open.pop() else { return done.last().map(|child| child.id) };
                cursor.goto_parent();
                self.close(&parent, &mut done);
                if open.is_empty() {
                    return done.last().map(|child| child.id);
                }
            }
        }
    }

    /// Makes a node of what was open and the children that are done since.
    fn close(&mut self, open: &Open, done: &mut Vec<Child>) {
        match open.kind {
            Kind::Skipped => return,
            Kind::Through if done.len() > open.from => {
                done.truncate(open.from + 1);
                if let Some(child) = done.last_mut() {
                    child.field = open.field;
                }
                return;
            }
            _ => {}
        }
        let first = self.children.len() as u32;
        self.children.extend(done.drain(open.from..));
        let symbol =
            if matches!(open.kind, Kind::Name | Kind::Property | Kind::Operator) { self.symbol_at(open) } else { 0 };
        let count = self.children.len() as u32 - first;
        let id = self.nodes.len() as Id;
        self.nodes.push(Node { kind: open.kind, start: open.start, end: open.end, first, count, symbol });
        done.push(Child { field: open.field, id });
    }

    fn symbol_at(&mut self, open: &Open) -> Symbol {
        let raw = self.source.get(open.start as usize..open.end as usize).unwrap_or_default();
        let name: Rc<str> = if raw.contains('\\') { super::text::cook(raw).into() } else { raw.into() };
        self.symbol(&name)
    }

    /// The number of a name.
    pub(super) fn symbol(&mut self, name: &str) -> Symbol {
        if let Some(known) = self.symbols.get(name) {
            return *known;
        }
        let name: Rc<str> = name.into();
        let symbol = self.names.len() as Symbol;
        self.names.push(Rc::clone(&name));
        self.symbols.insert(name, symbol);
        symbol
    }

    /// The number of a name, where it stands in the scripts at all.
    pub(super) fn known(&self, name: &str) -> Option<Symbol> {
        self.symbols.get(name).copied()
    }

    /// The name of a number, kept.
    pub(super) fn name(&self, symbol: Symbol) -> Rc<str> {
        self.names.get(symbol as usize).cloned().unwrap_or_else(|| "".into())
    }

    /// The name of a number, to look at.
    pub(super) fn name_of(&self, symbol: Symbol) -> &str {
        self.names.get(symbol as usize).map_or("", |name| name)
    }

    /// How many nodes all sources have.
    pub(super) fn size(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn kind(&self, id: Id) -> Kind {
        self.nodes.get(id as usize).map_or(Kind::Other, |node| node.kind)
    }

    pub(super) fn symbol_of(&self, id: Id) -> Symbol {
        self.nodes.get(id as usize).map_or(0, |node| node.symbol)
    }

    /// The source of a node.
    pub(super) fn text(&self, id: Id) -> &str {
        let range = self.nodes.get(id as usize).map(|node| node.start as usize..node.end as usize);
        range.and_then(|range| self.source.get(range)).unwrap_or_default()
    }

    /// Where a node starts and ends among all sources.
    pub(super) fn range(&self, id: Id) -> (u32, u32) {
        self.nodes.get(id as usize).map_or((0, 0), |node| (node.start, node.end))
    }

    /// The source of the script itself, of a known length, without its layers.
    pub(super) fn own(&self, length: usize) -> &str {
        self.source.get(..length).unwrap_or(&self.source)
    }

    /// The source between two places.
    pub(super) fn between(&self, from: u32, to: u32) -> &str {
        self.source.get(from as usize..to as usize).unwrap_or_default()
    }

    /// The child in a role.
    pub(super) fn child(&self, id: Id, field: Field) -> Option<Id> {
        self.list(id).iter().find(|child| child.field == field).map(|child| child.id)
    }

    /// The child at a place, whatever its role.
    pub(super) fn nth(&self, id: Id, at: usize) -> Option<Id> {
        self.list(id).get(at).map(|child| child.id)
    }

    /// How many children there are.
    pub(super) fn count(&self, id: Id) -> usize {
        self.list(id).len()
    }

    fn list(&self, id: Id) -> &[Child] {
        let Some(node) = self.nodes.get(id as usize) else { return &[] };
        let first = node.first as usize;
        self.children.get(first..first + node.count as usize).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(text: &str) -> (Tree, Id) {
        let mut tree = Tree::default();
        let id = tree.add(text).expect("a tree");
        (tree, id)
    }

    #[test]
    fn a_script_becomes_a_tree() {
        let (tree, program) = root("/*c*/ var a = (b + 1); f(a)");
        assert_eq!((tree.kind(program), tree.count(program)), (Kind::Program, 2));
        let variable = tree.nth(program, 0).and_then(|id| tree.nth(id, 0)).expect("variable");
        let sum = tree.child(variable, Field::Value).expect("value");
        assert_eq!((tree.kind(sum), tree.text(sum)), (Kind::Binary, "b + 1"));
        let operator = tree.child(sum, Field::Operator).expect("operator");
        assert_eq!((tree.kind(operator), tree.text(operator)), (Kind::Operator, "+"));
    }

    #[test]
    fn broken_and_deep_scripts_give_a_tree_or_none() {
        let (tree, program) = root("var a = ; } ) eval('x'");
        assert!(tree.count(program) > 0);
        for piece in ["[", "(", "{", "a+", "-", "f(", "a?b:", "`${", "!function(){", "a.b", "x=>"] {
            let mut tree = Tree::default();
            let _ = tree.add(&piece.repeat(100_000));
            let _ = tree.add(&piece.repeat(20_000));
        }
    }
}
