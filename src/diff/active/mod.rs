//! What became of the things that act, after the named equivalences.

mod equivalence;
#[cfg(test)]
mod tests;
mod url;

pub use equivalence::Equivalence;

use super::matching::Matching;
use crate::model::{ActiveChange, ActiveItem, ActiveKind, Digest, NodeId, Page, ScriptReport, Version};
use ::url::Url;
use smol_str::SmolStr;
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

/// One version's active items, and which of them nothing speaks for yet.
struct Side<'a> {
    page: &'a Page,
    reports: HashMap<NodeId, Vec<&'a ScriptReport>>,
    open: Vec<bool>,
    /// Of the approved page, on both sides.
    approved: &'a Approved<'a>,
}

/// What of the approved page equivalences ask for.
struct Approved<'a> {
    version: Version<'a>,
    build_folders: HashSet<String>,
    known: OnceCell<HashSet<String>>,
}

impl<'a> Approved<'a> {
    fn of(version: Version<'a>) -> Self {
        Self { version, build_folders: url::build_folders(version.page), known: OnceCell::new() }
    }

    /// Whether something stands in the data of the page's scripts already, or is a host that the page names (`//host`).
    fn knows(&self, leaf: &str) -> bool {
        self.known.get_or_init(|| known(&self.version)).contains(leaf)
    }
}

fn known(version: &Version<'_>) -> HashSet<String> {
    let states = version.scripts.iter().filter_map(|report| report.state.as_ref());
    let leaves = states.flat_map(|state| state.leaves.iter().cloned());
    let own = version.url.and_then(Url::host_str);
    let acting = version.page.active.iter().filter_map(|item| item.host.as_deref());
    let links = version.page.elements_named("a").filter_map(|(_, link)| link.attribute("href"));
    let linked: Vec<Url> = links.filter_map(|href| Url::parse(href).ok()).collect();
    let hosts = own.into_iter().chain(acting).chain(linked.iter().filter_map(Url::host_str));
    hosts.map(|host| format!("//{host}")).chain(leaves).collect()
}

impl<'a> Side<'a> {
    fn new(version: Version<'a>, approved: &'a Approved<'a>) -> Self {
        let mut reports: HashMap<NodeId, Vec<&ScriptReport>> = HashMap::new();
        for report in version.scripts {
            if let Some(node) = report.node {
                reports.entry(node).or_default().push(report);
            }
        }
        Self { page: version.page, reports, open: vec![true; version.page.active.len()], approved }
    }

    fn open(&self) -> Vec<usize> {
        (0..self.open.len()).filter(|&index| self.open[index]).collect()
    }

    /// The report on the code of an item.
    fn report(&self, item: &ActiveItem) -> Option<&'a ScriptReport> {
        match self.reports.get(&item.node)?.as_slice() {
            [only] => Some(only),
            several => {
                let digest = Digest::of(&item.value);
                several.iter().find(|report| report.digest == digest).copied()
            }
        }
    }
}

/// The items of the new page that are neither approved nor equivalent to approved ones, in document order, each with
/// what it replaces where that can be told; then the approved ones that vanished.
pub(super) fn compare(old: Version<'_>, new: Version<'_>, matching: &Matching) -> Vec<ActiveChange> {
    let approved = Approved::of(old);
    let (mut old, mut new) = (Side::new(old, &approved), Side::new(new, &approved));
    for equivalence in Equivalence::ALL {
        match_once(equivalence, &mut old, &mut new);
        match_repeated(equivalence, &mut old, &mut new);
    }
    let replaced = replaced(&old, &new, matching);
    let mut changes: Vec<ActiveChange> = new
        .open()
        .into_iter()
        .map(|index| ActiveChange { new: Some(index), old: replaced.get(&index).copied() })
        .collect();
    replaced.values().for_each(|&index| old.open[index] = false);
    changes.extend(old.open().into_iter().map(|index| ActiveChange { new: None, old: Some(index) }));
    changes
}

/// How strongly an item acts where it stands: shown or hidden, for visitors with or without scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Standing {
    hidden: bool,
    noscript: bool,
}

impl Standing {
    const ALL: [Self; 4] = [
        Self { hidden: false, noscript: false },
        Self { hidden: false, noscript: true },
        Self { hidden: true, noscript: false },
        Self { hidden: true, noscript: true },
    ];

    /// Whether something is hidden matters for what is there to be seen; scripts act alike everywhere.
    fn of(item: &ActiveItem) -> Self {
        let seen = matches!(item.kind, ActiveKind::Frame | ActiveKind::Object | ActiveKind::Form);
        Self { hidden: item.hidden && seen, noscript: item.noscript }
    }

    /// The standings of an approved item that speak for this one, the same first: nothing may become hidden, and
    /// nothing may leave `<noscript>`, where it acted on hardly anybody.
    fn approved_by(self) -> impl Iterator<Item = Self> {
        let weaker = Self::ALL.into_iter().filter(move |approved| {
            *approved != self && (approved.hidden || !self.hidden) && (!approved.noscript || self.noscript)
        });
        std::iter::once(self).chain(weaker)
    }
}

/// Takes pairs of equivalent items out of both sides, one for one.
fn match_once(equivalence: Equivalence, old: &mut Side<'_>, new: &mut Side<'_>) {
    let fresh = new.open();
    if fresh.is_empty() {
        return;
    }
    let mut approved: HashMap<(Digest, Standing), Vec<usize>> = HashMap::new();
    for index in old.open().into_iter().rev() {
        if let Some(key) = equivalence.key(old, index) {
            approved.entry((key, Standing::of(&old.page.active[index]))).or_default().push(index);
        }
    }
    for index in fresh {
        let Some(key) = equivalence.key(new, index) else { continue };
        let standing = Standing::of(&new.page.active[index]);
        let found = standing.approved_by().find_map(|place| approved.get_mut(&(key, place))?.pop());
        if let Some(found) = found {
            (old.open[found], new.open[index]) = (false, false);
        }
    }
}

/// Takes out items that stand more often, or less often, than they are approved, where an equivalence allows it.
fn match_repeated(equivalence: Equivalence, old: &mut Side<'_>, new: &mut Side<'_>) {
    let repeatable = |side: &Side<'_>| {
        let indices = (0..side.page.active.len()).filter(|&index| equivalence.repeats(side.page.active[index].kind));
        indices.collect::<Vec<_>>()
    };
    let (mine, theirs) = (repeatable(old), repeatable(new));
    if !theirs.iter().any(|&index| new.open[index]) && !mine.iter().any(|&index| old.open[index]) {
        return;
    }
    let keys = |side: &Side<'_>, indices: &[usize]| {
        let keyed = indices.iter().filter_map(|&index| Some((index, equivalence.key(side, index)?)));
        keyed.map(|(index, key)| (index, (key, Standing::of(&side.page.active[index])))).collect::<Vec<_>>()
    };
    let (mine, theirs) = (keys(old, &mine), keys(new, &theirs));
    let approved: HashSet<_> = mine.iter().map(|(_, key)| *key).collect();
    let present: HashSet<_> = theirs.iter().map(|(_, (key, _))| *key).collect();
    for (index, (key, standing)) in theirs {
        new.open[index] &= !standing.approved_by().any(|place| approved.contains(&(key, place)));
    }
    for (index, (key, _)) in mine {
        old.open[index] &= !present.contains(&key);
    }
}

/// Where an item stands: its node or one above it, its kind and its attribute.
type Place = (NodeId, ActiveKind, Option<SmolStr>);

/// How far from its old place an item is looked for.
#[derive(Debug, Clone, Copy)]
enum Reach {
    Node,
    Parent,
    Page,
}

impl Reach {
    const ALL: [Self; 3] = [Self::Node, Self::Parent, Self::Page];

    /// The place of an item under this reach; none for kinds of which a place may hold many.
    fn place(self, item: &ActiveItem, page: &Page) -> Option<Place> {
        use ActiveKind as K;
        let once_a_page = matches!(item.kind, K::Base | K::MetaRefresh);
        let once_a_parent = once_a_page || matches!(item.kind, K::Frame | K::Object | K::Form);
        let node = match self {
            Self::Node => Some(item.node),
            Self::Parent => once_a_parent.then(|| page.node(item.node).parent),
            Self::Page => once_a_page.then_some(NodeId::ROOT),
        };
        node.map(|node| (node, item.kind, item.attribute.clone()))
    }
}

/// Which open old item each open new item replaces: the one at the same node, or, for kinds of which a place holds one,
/// under the same parent or anywhere on the page.
fn replaced(old: &Side<'_>, new: &Side<'_>, matching: &Matching) -> HashMap<usize, usize> {
    let mut found = HashMap::new();
    let mut taken = vec![false; old.open.len()];
    for reach in Reach::ALL {
        let mut places: HashMap<Place, Vec<usize>> = HashMap::new();
        for index in old.open().into_iter().rev().filter(|&index| !taken[index]) {
            if let Some(place) = reach.place(&old.page.active[index], old.page) {
                places.entry(place).or_default().push(index);
            }
        }
        for index in new.open() {
            let place = reach.place(&new.page.active[index], new.page);
            let before = place.and_then(|(node, kind, attribute)| Some((matching.before(node)?, kind, attribute)));
            if found.contains_key(&index) {
                continue;
            }
            if let Some(before) = before.and_then(|place| places.get_mut(&place)?.pop()) {
                taken[before] = true;
                found.insert(index, before);
            }
        }
    }
    found
}
