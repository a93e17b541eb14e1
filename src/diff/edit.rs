//! The complete edit script between two pages, and its application.

use super::matching::{Mark, Matching};
use crate::model::{Node, NodeId, Page};
use std::collections::HashMap;

/// What makes one node, or one subtree, of the new page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act<'n> {
    /// The whole subtree of the old page, as it was.
    Keep {
        /// Its root in the old page.
        old: NodeId,
        /// It stood elsewhere.
        moved: bool,
    },
    /// The node of the old page, with this content; what stands below it follows.
    Enter {
        /// The node in the old page.
        old: NodeId,
        /// Its content now.
        node: &'n Node,
    },
    /// A node that is new; what stands below it follows.
    Insert {
        /// The new node.
        node: &'n Node,
    },
}

/// One step of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step<'n> {
    /// The node of the new page that it makes.
    pub new: NodeId,
    /// Number of nodes above it.
    pub depth: u32,
    /// What it does.
    pub act: Act<'n>,
}

/// A subtree that is gone, but for what of it was kept elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deleted {
    /// Its root in the old page.
    pub old: NodeId,
    /// The node of the new page after which it would stand, in document order.
    pub after: NodeId,
}

/// Everything that turns an old page into a new one: the steps make the new page in document order, and each node of
/// the old one is kept, entered or deleted exactly once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script<'n> {
    /// What makes the new page, in document order.
    pub steps: Vec<Step<'n>>,
    /// What is gone, in document order of the old page.
    pub deleted: Vec<Deleted>,
}

impl<'n> Script<'n> {
    pub(super) fn from_matching(old: &Page, new: &'n Page, matching: &Matching) -> Self {
        Self { steps: steps(new, matching), deleted: deleted(old, new, matching) }
    }
}

fn steps<'n>(new: &'n Page, matching: &Matching) -> Vec<Step<'n>> {
    let mut steps = Vec::new();
    let mut ends: Vec<usize> = Vec::new();
    let mut at = 0;
    while let Some(node) = new.nodes.get(at) {
        while ends.last().is_some_and(|&end| end <= at) {
            ends.pop();
        }
        let id = NodeId(at as u32);
        let depth = ends.len() as u32;
        let (act, length) = match matching.new[at] {
            Mark::Kept { other, moved } => (Act::Keep { old: other, moved }, node.size as usize),
            Mark::Entered(old) => (Act::Enter { old, node }, 1),
            Mark::Free | Mark::Inside(_) => (Act::Insert { node }, 1),
        };
        steps.push(Step { new: id, depth, act });
        ends.push(at + node.size as usize);
        at += length;
    }
    steps
}

/// The roots of what is gone. Below them only free nodes and subtrees that moved away can stand, since children are
/// matched only under matched parents.
fn deleted(old: &Page, new: &Page, matching: &Matching) -> Vec<Deleted> {
    let last_of = |id: NodeId| NodeId(id.0 + new.node(id).size - 1);
    let mut latest: HashMap<NodeId, NodeId> = HashMap::new();
    let mut deleted = Vec::new();
    let mut at = 0;
    while let Some(node) = old.nodes.get(at) {
        let id = NodeId(at as u32);
        at += 1;
        match matching.old[id.index()] {
            Mark::Kept { other, moved } => {
                at = id.index() + node.size as usize;
                if !moved {
                    latest.insert(node.parent, last_of(other));
                }
            }
            Mark::Entered(other) => {
                latest.insert(node.parent, last_of(other));
                latest.insert(id, other);
            }
            Mark::Free | Mark::Inside(_) => {
                if let Mark::Entered(parent) = matching.old[node.parent.index()] {
                    let after = latest.get(&node.parent).copied().unwrap_or(parent);
                    deleted.push(Deleted { old: id, after });
                }
            }
        }
    }
    deleted
}

/// A script that does not belong to the page it is applied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    /// It uses a node that is not there, or uses one twice.
    #[error("the script uses node {} of the old page twice or the page has none: make it from this very page", .0.0)]
    Used(NodeId),
    /// It leaves out a node.
    #[error("the script says nothing about node {} of the old page: make it from this very page", .0.0)]
    Forgotten(NodeId),
}

/// Applies a script to the old page and gives the nodes of the new one, in document order. Kept nodes keep the line
/// numbers and the masked content of the old page.
///
/// # Errors
/// When the script was made from another page.
pub fn apply(old: &Page, script: &Script<'_>) -> Result<Vec<Node>, ScriptError> {
    let mut used = vec![false; old.nodes.len()];
    let mut tree = Tree::default();
    for step in &script.steps {
        match step.act {
            Act::Keep { old: root, .. } => {
                let size = old.nodes.get(root.index()).ok_or(ScriptError::Used(root))?.size;
                for id in (root.0..root.0 + size).map(NodeId) {
                    take(&mut used, id)?;
                }
                tree.graft(step.depth, root, &old.nodes[root.index()..root.index() + size as usize]);
            }
            Act::Enter { old, node } => {
                take(&mut used, old)?;
                tree.graft(step.depth, step.new, std::slice::from_ref(node));
            }
            Act::Insert { node } => tree.graft(step.depth, step.new, std::slice::from_ref(node)),
        }
    }
    account(old, script, &mut used)?;
    Ok(tree.finish())
}

/// Marks a node of the old page as used; refuses the second time.
fn take(used: &mut [bool], id: NodeId) -> Result<(), ScriptError> {
    match used.get_mut(id.index()) {
        Some(used) if !*used => *used = true,
        _ => return Err(ScriptError::Used(id)),
    }
    Ok(())
}

/// Every node of the old page must be used or lie under a deleted one.
fn account(old: &Page, script: &Script<'_>, used: &mut [bool]) -> Result<(), ScriptError> {
    for gone in &script.deleted {
        take(used, gone.old)?;
        let below = old.subtree(gone.old).skip(1);
        below.for_each(|id| used[id.index()] = true);
    }
    match used.iter().position(|used| !used) {
        Some(at) => Err(ScriptError::Forgotten(NodeId(at as u32))),
        None => Ok(()),
    }
}

/// A page under construction: nodes in document order and the open ones above the next.
#[derive(Default)]
struct Tree {
    nodes: Vec<Node>,
    open: Vec<usize>,
}

impl Tree {
    /// Adds the subtree whose root stands at `from` in its own page (or a node whose children follow) at a depth.
    fn graft(&mut self, depth: u32, from: NodeId, subtree: &[Node]) {
        self.close(depth as usize);
        let base = self.nodes.len() as u32;
        let parent = NodeId(self.open.last().copied().unwrap_or(0) as u32);
        self.open.push(base as usize);
        for (step, node) in subtree.iter().enumerate() {
            let parent = if step == 0 { parent } else { NodeId(node.parent.0 - from.0 + base) };
            self.nodes.push(Node { parent, ..node.clone() });
        }
    }

    /// Closes what is open at this depth and below, and sets the sizes.
    fn close(&mut self, depth: usize) {
        while self.open.len() > depth {
            if let Some(open) = self.open.pop() {
                self.nodes[open].size = (self.nodes.len() - open) as u32;
            }
        }
    }

    fn finish(mut self) -> Vec<Node> {
        self.close(0);
        self.nodes
    }
}
