//! Which parts of a page change, and in which way.

use super::cut;
use super::place::{Forbidden, above, is_of_many, region};
use super::shelf::{Shelf, Sight};
use crate::model::{Change, ChangeKind, Detail, Difference, Manner, NodeId, NodeKind, Page, Plane, Topic};
use std::collections::{BTreeMap, BTreeSet};

/// Most regions of one lesson.
const MAX_REGIONS: usize = 64;
/// Most children of an element that are looked at to find where in a list something stands.
const MAX_CHILDREN: usize = 2_000;
/// Longest example in bytes.
const MAX_EXAMPLE: usize = 120;
/// Contents of a region that are remembered, to tell when one comes back.
const MAX_CONTENTS: usize = 8;

/// What one lesson says of a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Changed {
    path: String,
    manner: Manner,
    example: String,
    /// What tells its content before and now from others, where the path is that of one element.
    contents: (Option<String>, Option<String>),
}

/// The changes of one region.
#[derive(Default)]
struct Group<'d> {
    inserted: BTreeSet<NodeId>,
    deleted: BTreeSet<NodeId>,
    moved: usize,
    updated: Vec<(NodeId, NodeId)>,
    example: Option<&'d str>,
    /// Its path is that of several elements.
    many: bool,
    /// The element itself, before and now.
    holders: (Option<NodeId>, Option<NodeId>),
}

/// What tells one change of content from others wherever it stands: what came in, or what is gone.
pub(super) fn mark(before: &Page, now: &Page, change: &Change) -> u32 {
    let of = |page: &Page, id: NodeId| {
        let [a, b, c, d, ..] = *page.node(id).digest.as_bytes();
        u32::from_be_bytes([a, b, c, d])
    };
    let gone = change.old.filter(|_| change.new.is_none()).map(|old| of(before, old).rotate_left(1));
    gone.or(change.new.map(|new| of(now, new))).unwrap_or_default()
}

/// The marks of all changes of content.
pub(super) fn marks(before: &Page, now: &Page, difference: &Difference) -> Vec<u32> {
    let content = difference.changes.iter().filter(|change| change.plane == Plane::Content);
    content.map(|change| mark(before, now, change)).collect()
}

/// The regions of the content plane that changed, by path, from the changes that count.
pub(super) fn changed(
    before: &Page,
    now: &Page,
    difference: &Difference,
    counts: impl Fn(&Change) -> bool,
) -> Vec<Changed> {
    let forbidden = (Forbidden::of(before), Forbidden::of(now));
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    let content = difference.changes.iter().filter(|change| change.plane == Plane::Content && counts(change));
    for change in content {
        let acts = change.old.is_some_and(|id| forbidden.0.holds(before, id))
            || change.new.is_some_and(|id| forbidden.1.holds(now, id));
        if !acts {
            enter(&mut groups, before, now, change);
        }
    }
    // What changed most is kept where there are too many.
    let mut groups: Vec<(String, Group)> = groups.into_iter().collect();
    groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.weight()));
    groups.truncate(MAX_REGIONS);
    groups.into_iter().map(|(path, group)| group.changed(path, before, now)).collect()
}

/// The path of the region in which a change lies.
pub(super) fn place(now: &Page, change: &Change) -> String {
    region(whole_place(now, change))
}

fn whole_place<'c>(now: &Page, change: &'c Change) -> &'c str {
    if is_of_itself(now, change) { &change.path } else { above(&change.path) }
}

/// Whether a change is one of the element itself; else it is one of what the element above holds.
fn is_of_itself(now: &Page, change: &Change) -> bool {
    change.kind == ChangeKind::Update && !change.new.is_some_and(|id| is_text(now, id))
}

fn enter<'d>(groups: &mut BTreeMap<String, Group<'d>>, before: &Page, now: &Page, change: &'d Change) {
    let itself = is_of_itself(now, change);
    let group = groups.entry(place(now, change)).or_default();
    group.many |= is_of_many(whole_place(now, change));
    match (change.kind, change.old, change.new) {
        (ChangeKind::Insert, _, Some(new)) => drop(group.inserted.insert(new)),
        (ChangeKind::Delete, Some(old), _) => drop(group.deleted.insert(old)),
        (ChangeKind::Update, Some(old), Some(new)) => group.updated.push((old, new)),
        _ => group.moved += 1,
    }
    group.example = group.example.or(change.new_excerpt.as_deref()).or(change.old_excerpt.as_deref());
    let holder = |page: &Page, id: NodeId| if itself { id } else { page.node(id).parent };
    group.holders.0 = group.holders.0.or(change.old.map(|id| holder(before, id)));
    group.holders.1 = group.holders.1.or(change.new.map(|id| holder(now, id)));
}

impl Group<'_> {
    fn weight(&self) -> usize {
        self.inserted.len() + self.deleted.len() + self.moved + self.updated.len()
    }

    fn changed(&self, path: String, before: &Page, now: &Page) -> Changed {
        let one = !self.many;
        let content = |page: &Page, id: Option<NodeId>| Some(page.node(id.filter(|_| one)?).digest.short());
        let contents = (content(before, self.holders.0), content(now, self.holders.1));
        let example = cut(self.example.unwrap_or_default(), MAX_EXAMPLE);
        Changed { manner: self.manner(before, now), path, example, contents }
    }

    fn manner(&self, before: &Page, now: &Page) -> Manner {
        let pictures = |page: &Page, ids: &BTreeSet<NodeId>| ids.iter().all(|id| is_picture(page, *id));
        let texts = |page: &Page, ids: &BTreeSet<NodeId>| ids.iter().all(|id| is_text(page, *id));
        if !(self.inserted.is_empty() && self.deleted.is_empty()) {
            return match () {
                () if pictures(now, &self.inserted) && pictures(before, &self.deleted) => Manner::Rotates,
                () if texts(now, &self.inserted) && texts(before, &self.deleted) => Manner::Rewrites,
                () => self.ends(before, now),
            };
        }
        if self.updated.is_empty() {
            return Manner::Shuffles;
        }
        let (mut counts, mut rewrites, mut rotates) = (false, false, false);
        for (old, new) in &self.updated {
            match (&before.node(*old).kind, &now.node(*new).kind) {
                (NodeKind::Text(old), NodeKind::Text(new)) if same_but_digits(old, new) => counts = true,
                (NodeKind::Text(_), NodeKind::Text(_)) => rewrites = true,
                _ => rotates |= is_picture(now, *new),
            }
        }
        match () {
            () if rewrites => Manner::Rewrites,
            () if rotates => Manner::Rotates,
            () if counts => Manner::Counts,
            () => Manner::Redresses,
        }
    }

    /// At which end of its list something came in or went.
    fn ends(&self, before: &Page, now: &Page) -> Manner {
        let came = ends(now, &self.inserted);
        let went = ends(before, &self.deleted);
        match (came, went) {
            (Some(End::Head), None) if self.deleted.is_empty() => Manner::GrowsAtHead,
            (Some(End::End), None) if self.deleted.is_empty() => Manner::GrowsAtEnd,
            (Some(End::Head), Some(End::End)) | (Some(End::End), Some(End::Head)) => Manner::Rolls,
            _ => Manner::Exchanges,
        }
    }
}

/// An end of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Head,
    End,
}

/// The end of their list at which all of these stand, among siblings of the same name; none where that is not so, where they
/// are the whole list, or where they stand in several lists.
fn ends(page: &Page, ids: &BTreeSet<NodeId>) -> Option<End> {
    let first = *ids.first()?;
    let parent = page.node(first).parent;
    let siblings = page.children(parent).take(MAX_CHILDREN).filter(|id| page.label(*id) == page.label(first));
    let new: Vec<bool> = siblings.map(|id| ids.contains(&id)).collect();
    let elements = ids.iter().filter(|id| page.label(**id) == page.label(first)).count();
    let at_head = new.iter().take_while(|new| **new).count();
    let at_end = new.iter().rev().take_while(|new| **new).count();
    match () {
        () if at_head == new.len() => None,
        () if at_head == elements => Some(End::Head),
        () if at_end == elements => Some(End::End),
        () => None,
    }
}

fn is_text(page: &Page, id: NodeId) -> bool {
    matches!(page.node(id).kind, NodeKind::Text(_) | NodeKind::Comment(_))
}

fn is_picture(page: &Page, id: NodeId) -> bool {
    matches!(page.label(id), "img" | "picture" | "source" | "image")
}

/// Whether two texts differ in their digits only.
fn same_but_digits(old: &str, new: &str) -> bool {
    let rest = |text: &str| text.chars().filter(|c| !c.is_numeric() && !c.is_whitespace()).collect::<String>();
    rest(old) == rest(new)
}

/// Takes note of the regions that changed.
pub(super) fn learn(shelf: &mut Shelf, changed: Vec<Changed>) {
    for Changed { path, manner, example, contents: (was, is) } in changed {
        let Some(detail) = shelf.touch(Topic::Region { path }, Sight::example(example)) else { continue };
        if !matches!(detail, Detail::Region { .. }) {
            *detail = Detail::Region { manners: BTreeMap::new(), contents: Vec::new() };
        }
        if let Detail::Region { manners, contents } = detail {
            let back = is.as_ref().is_some_and(|is| contents.contains(is));
            let manner = if back && manner != Manner::Rotates { Manner::Alternates } else { manner };
            let count = manners.entry(manner).or_default();
            *count = count.saturating_add(1);
            for content in [was, is].into_iter().flatten() {
                contents.retain(|known| *known != content);
                contents.push(content);
            }
            let excess = contents.len().saturating_sub(MAX_CONTENTS);
            contents.drain(..excess);
        }
    }
}
