//! Says which node of the old page is which of the new one.

use super::align::{align, gaps};
use super::pair::Pairing;
use crate::model::{Bounded, Digest, NodeId, NodeKind, Page, Plane};
use std::cmp::Reverse;
use std::collections::HashMap;

/// Bytes of text and attributes from which a subtree is recognised when it stands elsewhere. Less than that (a comma, a
/// `<br>`) is told as deleted and inserted, unless it acts.
const LEAST_WEIGHT: u64 = 12;

/// What became of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Nothing on the other side.
    Free,
    /// It is that node on the other side; its own content or something below it may differ.
    Entered(NodeId),
    /// The subtree is equal to that one on the other side.
    Kept { other: NodeId, moved: bool },
    /// Below a kept one; the other is unknown only where a mask lets equal subtrees differ in size.
    Inside(Option<NodeId>),
}

/// Which node is which, from both sides.
#[derive(Debug)]
pub(super) struct Matching {
    pub(super) old: Vec<Mark>,
    pub(super) new: Vec<Mark>,
    pub(super) bounded: Option<Bounded>,
}

impl Matching {
    /// Matches two pages: from the root down, then what moved.
    pub(super) fn of(old: &Page, new: &Page) -> Self {
        let free = |page: &Page| vec![Mark::Free; page.nodes.len()];
        let mut matching = Self { old: free(old), new: free(new), bounded: None };
        matching.descend(old, new);
        matching.find_moved(old, new);
        matching
    }

    /// The node of the old page that a node of the new page was.
    pub(super) fn before(&self, new: NodeId) -> Option<NodeId> {
        match self.new[new.index()] {
            Mark::Free => None,
            Mark::Entered(other) | Mark::Kept { other, .. } => Some(other),
            Mark::Inside(other) => other,
        }
    }

    /// Whether a node of the old page is still there.
    pub(super) fn is_free(marks: &[Mark], id: NodeId) -> bool {
        marks[id.index()] == Mark::Free
    }

    fn descend(&mut self, old: &Page, new: &Page) {
        let mut pairing = Pairing::new(old, new);
        let mut pairs = vec![(NodeId::ROOT, NodeId::ROOT)];
        while let Some((before, after)) = pairs.pop() {
            if old.node(before).digest == new.node(after).digest {
                self.keep(old, new, (before, after), false);
                continue;
            }
            self.old[before.index()] = Mark::Entered(after);
            self.new[after.index()] = Mark::Entered(before);
            self.match_children(old, new, (before, after), &mut pairing, &mut pairs);
        }
        if pairing.exhausted {
            self.bounded = Some(Bounded::Steps);
        }
    }

    fn match_children(
        &mut self,
        old: &Page,
        new: &Page,
        (before, after): (NodeId, NodeId),
        pairing: &mut Pairing<'_>,
        pairs: &mut Vec<(NodeId, NodeId)>,
    ) {
        let mine: Vec<NodeId> = old.children(before).collect();
        let theirs: Vec<NodeId> = new.children(after).collect();
        let digests = |page: &Page, ids: &[NodeId]| ids.iter().map(|&id| page.node(id).digest).collect::<Vec<_>>();
        let equal = align(&digests(old, &mine), &digests(new, &theirs));
        for &(o, n) in &equal {
            self.keep(old, new, (mine[o], theirs[n]), false);
        }
        for (o, n) in gaps(&equal, mine.len(), theirs.len()) {
            pairs.extend(pairing.pair(&mine[o], &theirs[n]));
        }
    }

    /// Marks two equal subtrees.
    fn keep(&mut self, old: &Page, new: &Page, (before, after): (NodeId, NodeId), moved: bool) {
        let (mine, theirs) = (old.node(before).size, new.node(after).size);
        let other = |base: NodeId, step: u32| (mine == theirs).then_some(NodeId(base.0 + step));
        for step in 1..mine {
            self.old[(before.0 + step) as usize] = Mark::Inside(other(after, step));
        }
        for step in 1..theirs {
            self.new[(after.0 + step) as usize] = Mark::Inside(other(before, step));
        }
        self.old[before.index()] = Mark::Kept { other: after, moved };
        self.new[after.index()] = Mark::Kept { other: before, moved };
    }

    /// Finds equal subtrees among what is gone and what is new, the largest first: then a subtree that is still free
    /// has no part that was found already.
    fn find_moved(&mut self, old: &Page, new: &Page) {
        let mut gone: HashMap<Digest, Vec<NodeId>> = HashMap::new();
        for id in recognisable(old, &self.old).into_iter().rev() {
            gone.entry(old.node(id).digest).or_default().push(id);
        }
        if gone.is_empty() {
            return;
        }
        let mut fresh = recognisable(new, &self.new);
        fresh.sort_by_key(|&id| Reverse(new.node(id).size));
        for after in fresh {
            if !Self::is_free(&self.new, after) {
                continue;
            }
            let Some(places) = gone.get_mut(&new.node(after).digest) else { continue };
            while let Some(before) = places.pop() {
                if Self::is_free(&self.old, before) && old.node(before).size == new.node(after).size {
                    self.keep(old, new, (before, after), true);
                    break;
                }
            }
        }
    }
}

/// The free nodes whose subtrees are heavy enough to be recognised elsewhere, in document order. Code moves only with
/// its script: the same text is harmless outside of it.
fn recognisable(page: &Page, marks: &[Mark]) -> Vec<NodeId> {
    let is_code = |id: NodeId| {
        let node = page.node(id);
        matches!(node.kind, NodeKind::Text(_)) && matches!(page.label(node.parent), "script" | "style")
    };
    let free: Vec<NodeId> = page.ids().filter(|&id| Matching::is_free(marks, id) && !is_code(id)).collect();
    if free.is_empty() {
        return free;
    }
    let mut sums = Vec::with_capacity(page.nodes.len() + 1);
    let mut sum = 0;
    sums.push(sum);
    for node in &page.nodes {
        sum += if node.plane == Plane::Active { LEAST_WEIGHT } else { weight(&node.kind) };
        sums.push(sum);
    }
    let heavy = |id: &NodeId| sums[id.index() + page.node(*id).size as usize] - sums[id.index()] >= LEAST_WEIGHT;
    free.into_iter().filter(heavy).collect()
}

fn weight(kind: &NodeKind) -> u64 {
    match kind {
        NodeKind::Text(text) => text.trim().len() as u64,
        NodeKind::Element(element) => element.attributes.iter().map(|(_, value)| value.len() as u64).sum(),
        NodeKind::Document | NodeKind::Doctype(_) | NodeKind::Comment(_) => 0,
    }
}
