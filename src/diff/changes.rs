//! From script steps to the changes that people and detectors see.

use super::edit::{Act, Script};
use super::matching::Matching;
use super::path::Paths;
use super::{MAX_CHANGES, excerpt};
use crate::model::{ActiveChange, ActiveItem, Change, ChangeKind, NodeId, NodeKind, Page, Plane};
use std::collections::HashMap;

/// The changes that are listed, and how many are not.
pub(super) struct Listed {
    pub(super) changes: Vec<Change>,
    pub(super) unlisted: u32,
}

/// A change before its path and excerpts are written.
#[derive(Clone, Copy)]
struct Draft {
    kind: ChangeKind,
    plane: Plane,
    old: Option<NodeId>,
    new: Option<NodeId>,
    /// Place in the order of the new page: the node, and whether it stands after it.
    place: (NodeId, bool),
}

/// One of the two pages, with what became of its active items.
struct Side<'p> {
    page: &'p Page,
    /// Nodes with active items, and whether one of those is reported as changed.
    items: HashMap<NodeId, bool>,
}

impl<'p> Side<'p> {
    fn new(page: &'p Page, reported: impl Iterator<Item = usize>) -> Self {
        let mut items: HashMap<NodeId, bool> = page.active.iter().map(|item| (item.node, false)).collect();
        for ActiveItem { node, .. } in reported.filter_map(|index| page.active.get(index)) {
            items.insert(*node, true);
        }
        Self { page, items }
    }

    /// Whether a change of this node is one of the active plane: it acts, and not only as something approved does.
    /// The code of a script or style lies in a text below it.
    fn acts(&self, id: NodeId) -> bool {
        let node = self.page.node(id);
        let holder = self.page.label(node.parent);
        let is_code = matches!(node.kind, NodeKind::Text(_)) && matches!(holder, "script" | "style");
        let (owner, plane) = if is_code { (node.parent, self.page.node(node.parent).plane) } else { (id, node.plane) };
        let strict = plane == Plane::Active || node.plane == Plane::Active;
        strict && self.items.get(&owner).copied().unwrap_or(true)
    }

    fn reports(&self, id: NodeId) -> bool {
        self.items.get(&id).copied().unwrap_or(false)
    }

    fn masked(&self, id: NodeId) -> bool {
        self.page.node(id).masked
    }
}

/// Lists the changes of a script, in document order of the new page.
pub(super) fn list(
    old: &Page,
    new: &Page,
    matching: &Matching,
    script: &Script<'_>,
    active: &[ActiveChange],
) -> Listed {
    let drafting = Drafting {
        old: Side::new(old, active.iter().filter_map(|change| change.old)),
        new: Side::new(new, active.iter().filter_map(|change| change.new)),
        matching,
    };
    let (drafts, unlisted) = choose(drafting.drafts(script));
    let (mut old_paths, mut new_paths) = (None, None);
    let changes = drafts.into_iter().map(|draft| {
        let path = match (draft.new, draft.old) {
            (Some(id), _) => new_paths.get_or_insert_with(|| Paths::new(new)).of(id),
            (None, Some(id)) => old_paths.get_or_insert_with(|| Paths::new(old)).of(id),
            (None, None) => String::new(),
        };
        written(old, new, draft, path)
    });
    Listed { changes: changes.collect(), unlisted }
}

/// Keeps as many as are listed, those of the active plane first, all in order.
fn choose(mut drafts: Vec<Draft>) -> (Vec<Draft>, u32) {
    let unlisted = drafts.len().saturating_sub(MAX_CHANGES);
    if unlisted > 0 {
        drafts.sort_by_key(|draft| draft.plane == Plane::Content);
        drafts.truncate(MAX_CHANGES);
    }
    drafts.sort_by_key(|draft| draft.place);
    (drafts, unlisted as u32)
}

fn written(old: &Page, new: &Page, draft: Draft, path: String) -> Change {
    let acts = draft.plane == Plane::Active;
    let (old_excerpt, new_excerpt) = match (draft.kind, draft.old, draft.new) {
        (ChangeKind::Update, Some(before), Some(after)) => {
            let (before, after) = excerpt::update(old.node(before), new.node(after));
            (Some(before), Some(after))
        }
        (_, before, after) => {
            let after = after.map(|id| excerpt::subtree(new, id, acts));
            let before = before.filter(|_| draft.kind == ChangeKind::Delete);
            (before.map(|id| excerpt::subtree(old, id, acts)), after)
        }
    };
    Change { kind: draft.kind, plane: draft.plane, path, old: draft.old, new: draft.new, old_excerpt, new_excerpt }
}

struct Drafting<'p> {
    old: Side<'p>,
    new: Side<'p>,
    matching: &'p Matching,
}

impl Drafting<'_> {
    fn drafts(&self, script: &Script<'_>) -> Vec<Draft> {
        let made = script.steps.iter().filter_map(|step| match step.act {
            Act::Keep { old, moved } => moved.then(|| self.moved(old, step.new)).flatten(),
            Act::Enter { old, .. } => self.updated(old, step.new),
            Act::Insert { node } => {
                let inner = Matching::is_free(&self.matching.new, node.parent);
                if inner { None } else { self.inserted(step.new) }
            }
        });
        let gone = script.deleted.iter().filter_map(|deleted| self.deleted(deleted.old, deleted.after));
        made.chain(gone).collect()
    }

    fn inserted(&self, id: NodeId) -> Option<Draft> {
        let plane = plane_of_free(&self.new, &self.matching.new, id)?;
        Some(Draft { kind: ChangeKind::Insert, plane, old: None, new: Some(id), place: (id, false) })
    }

    fn deleted(&self, id: NodeId, after: NodeId) -> Option<Draft> {
        let plane = plane_of_free(&self.old, &self.matching.old, id)?;
        Some(Draft { kind: ChangeKind::Delete, plane, old: Some(id), new: None, place: (after, true) })
    }

    fn updated(&self, old: NodeId, new: NodeId) -> Option<Draft> {
        if self.old.page.node(old).kind == self.new.page.node(new).kind {
            return None;
        }
        let plane = plane(self.old.acts(old) || self.new.acts(new));
        let masked = self.old.masked(old) && self.new.masked(new);
        (plane == Plane::Active || !masked).then_some(Draft {
            kind: ChangeKind::Update,
            plane,
            old: Some(old),
            new: Some(new),
            place: (new, false),
        })
    }

    /// A subtree that moved acts as before, wherever it stands, unless one of its items is reported.
    fn moved(&self, old: NodeId, new: NodeId) -> Option<Draft> {
        let reported = self.old.page.subtree(old).any(|id| self.old.reports(id))
            || self.new.page.subtree(new).any(|id| self.new.reports(id));
        let masked = self.old.masked(old) && self.new.masked(new);
        (reported || !masked).then_some(Draft {
            kind: ChangeKind::Move,
            plane: plane(reported),
            old: Some(old),
            new: Some(new),
            place: (new, false),
        })
    }
}

fn plane(acts: bool) -> Plane {
    if acts { Plane::Active } else { Plane::Content }
}

/// The plane of a subtree that stands on one side only, without what was found elsewhere; none when all of it that does
/// not act is masked.
fn plane_of_free(side: &Side<'_>, marks: &[super::matching::Mark], root: NodeId) -> Option<Plane> {
    let free = || side.page.subtree(root).filter(|&id| Matching::is_free(marks, id));
    if free().any(|id| side.acts(id)) {
        return Some(Plane::Active);
    }
    free().any(|id| !side.masked(id)).then_some(Plane::Content)
}
