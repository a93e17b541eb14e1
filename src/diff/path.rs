//! Renders many paths of one page in the form of [`Page::path`], without counting the same siblings again and again.

use crate::model::{NodeId, Page};
use std::collections::{HashMap, HashSet};

/// Steps shown at either end of a path that is too long, and the length from which it is.
const SHOWN: usize = 8;
const LONGEST: usize = 24;

/// Paths of one page.
pub(super) struct Paths<'p> {
    page: &'p Page,
    /// Number of ancestors of each node, and its ancestor [`SHOWN`] steps below the root (itself, when it is higher).
    above: Vec<(u32, NodeId)>,
    /// Parents whose children are numbered.
    counted: HashSet<NodeId>,
    /// Number of a node among the siblings of its name, where there are several.
    numbers: HashMap<NodeId, u32>,
}

impl<'p> Paths<'p> {
    pub(super) fn new(page: &'p Page) -> Self {
        let mut above: Vec<(u32, NodeId)> = Vec::with_capacity(page.nodes.len());
        for (id, node) in page.ids().zip(&page.nodes) {
            let (depth, high) = match above.get(node.parent.index()) {
                Some(&(depth, high)) => (depth + 1, high),
                None => (0, id),
            };
            above.push((depth, if depth as usize <= SHOWN { id } else { high }));
        }
        Self { page, above, counted: HashSet::new(), numbers: HashMap::new() }
    }

    /// The path of a node, as [`Page::path`] gives it.
    pub(super) fn of(&mut self, id: NodeId) -> String {
        let (depth, high) = self.above[id.index()];
        let steps = if depth as usize > LONGEST {
            let mut steps = self.upwards(high, SHOWN);
            steps.push("…".to_owned());
            steps.extend(self.upwards(id, SHOWN));
            steps
        } else {
            self.upwards(id, LONGEST)
        };
        steps.join(" > ")
    }

    /// At most that many steps that end at a node.
    fn upwards(&mut self, id: NodeId, count: usize) -> Vec<String> {
        let page = self.page;
        let nodes = std::iter::once(id).chain(page.ancestors(id)).filter(|&id| id != NodeId::ROOT).take(count);
        let mut steps: Vec<String> = nodes.map(|id| self.step(id)).collect();
        steps.reverse();
        steps
    }

    fn step(&mut self, id: NodeId) -> String {
        let name = self.page.label(id);
        let key = self.page.element(id).and_then(|element| element.attribute("id"));
        if let Some(key) = key.filter(|key| !key.is_empty() && key.len() <= 40) {
            return format!("{name}#{key}");
        }
        self.count(self.page.node(id).parent);
        match self.numbers.get(&id) {
            Some(number) => format!("{name}[{number}]"),
            None => name.to_owned(),
        }
    }

    /// Numbers the children of a node, once.
    fn count(&mut self, parent: NodeId) {
        if !self.counted.insert(parent) {
            return;
        }
        let mut firsts: HashMap<&str, (u32, NodeId)> = HashMap::new();
        for child in self.page.children(parent) {
            let (count, first) = firsts.entry(self.page.label(child)).or_insert((0, child));
            *count += 1;
            if *count > 1 {
                self.numbers.insert(*first, 1);
                self.numbers.insert(child, *count);
            }
        }
    }
}
