//! Changes: the differences between two versions of a page.

use super::{ActiveChange, NodeId, Plane};
use serde::{Deserialize, Serialize};

/// What became of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// A subtree that is new.
    Insert,
    /// A subtree that is gone.
    Delete,
    /// A node whose own text or attributes changed.
    Update,
    /// A subtree that stands elsewhere.
    Move,
}

/// One difference, with its place in the page and its plane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What happened.
    pub kind: ChangeKind,
    /// The plane: active when any node of the changed subtree is.
    pub plane: Plane,
    /// Path in the new page; in the old one for a delete.
    pub path: String,
    /// The node in the old page; none for an insert.
    pub old: Option<NodeId>,
    /// The node in the new page; none for a delete.
    pub new: Option<NodeId>,
    /// The old text or markup, cut to a readable length.
    pub old_excerpt: Option<String>,
    /// The new text or markup, cut to a readable length.
    pub new_excerpt: Option<String>,
}

/// Why a comparison fell back to something coarser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bounded {
    /// The step budget ran out; the rest was compared as whole subtrees.
    Steps,
    /// More changes than the limit; the rest were counted only.
    Changes,
    /// The wall-clock backstop was used.
    Deadline,
}

/// Something that a page loads and that no approved state has with this content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ResourceChange {
    /// Index into the new version's resources.
    pub new: usize,
    /// Index into the approved version's resources: what it takes the place of.
    pub old: Option<usize>,
    /// The plane: active when it acts on visitors.
    pub plane: Plane,
}

/// The difference between an approved page and a new one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Difference {
    /// The changes in document order of the new page.
    pub changes: Vec<Change>,
    /// What became of the things that act, after the named equivalences.
    pub active: Vec<ActiveChange>,
    /// Share of the old page's visible text (in bytes, 0 to 1) that is still there.
    pub text_kept: f64,
    /// Share of the old page's nodes (0 to 1) that are still there, moved or not.
    pub nodes_kept: f64,
    /// Why the comparison fell back.
    pub bounded: Option<Bounded>,
    /// Changes beyond the limit that are not listed.
    pub unlisted: u32,
    /// What the page loads with another content.
    pub resources: Vec<ResourceChange>,
}

impl Difference {
    /// How many changes lie on a plane.
    #[must_use]
    pub fn count(&self, plane: Plane) -> usize {
        self.changes.iter().filter(|change| change.plane == plane).count()
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let quiet = self.changes.is_empty() && self.active.is_empty() && self.resources.is_empty();
        quiet && self.unlisted == 0 && self.bounded.is_none()
    }
}

/// A change in a form that a person reads, and that outlives the pages it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    /// What happened.
    pub kind: ChangeKind,
    /// The plane.
    pub plane: Plane,
    /// Where.
    pub path: String,
    /// The old text or markup.
    pub old: Option<String>,
    /// The new text or markup.
    pub new: Option<String>,
    /// Both word by word, where something is left of the old; else empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<TextPart>,
}

/// What became of a part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PartKind {
    /// On both sides.
    Equal,
    /// On the old side only.
    Delete,
    /// On the new side only.
    Insert,
}

/// A part of an old and a new text, in reading order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextPart {
    /// What became of it.
    pub kind: PartKind,
    /// Its characters; never empty.
    pub text: String,
}
