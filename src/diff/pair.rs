//! Pairs siblings that are not equal but resemble each other, so that an edit is told as an edit.

use super::align::{align, gaps};
use crate::model::{Digest, Element, Node, NodeId, NodeKind, Page};
use smol_str::SmolStr;

/// Largest product of two gaps' lengths that is compared each with each.
const MAX_PRODUCT: usize = 4_096;
/// Comparisons of two siblings in one comparison of pages.
const MAX_COMPARISONS: usize = 400_000;
/// Children and attributes looked at, and nodes searched for a text, when two elements are compared.
const GLANCE: usize = 8;
/// Bytes of text looked at from each end.
const TEXT_GLANCE: usize = 128;
/// Least likeness of two larger elements that are still taken for one.
const LEAST: u32 = 4;
/// Likeness of equal subtrees; more than all other signs together.
const EQUAL: u32 = 1_000;

/// What names an element beside its id.
const NAMING: [&str; 5] = ["name", "property", "http-equiv", "itemprop", "for"];

/// Pairs siblings of two pages under a budget.
pub(super) struct Pairing<'a> {
    old: &'a Page,
    new: &'a Page,
    left: usize,
    /// Whether the budget ran out.
    pub(super) exhausted: bool,
}

impl<'a> Pairing<'a> {
    pub(super) fn new(old: &'a Page, new: &'a Page) -> Self {
        Self { old, new, left: MAX_COMPARISONS, exhausted: false }
    }

    /// Pairs in order what resembles each other among the children of one gap.
    pub(super) fn pair(&mut self, old: &[NodeId], new: &[NodeId]) -> Vec<(NodeId, NodeId)> {
        if old.len() * new.len() <= MAX_PRODUCT {
            return self.pair_small(old, new);
        }
        let strong = align(&keys(self.old, old, true), &keys(self.new, new, true));
        let mut pairs: Vec<_> = strong.iter().map(|&(o, n)| (old[o], new[n])).collect();
        for (old_gap, new_gap) in gaps(&strong, old.len(), new.len()) {
            pairs.extend(self.pair_small(&old[old_gap], &new[new_gap]));
        }
        pairs
    }

    /// Each with each where that is cheap, else by label alone.
    fn pair_small(&mut self, old: &[NodeId], new: &[NodeId]) -> Vec<(NodeId, NodeId)> {
        let product = old.len() * new.len();
        if product == 0 {
            return Vec::new();
        }
        if product > MAX_PRODUCT || !self.spend(product) {
            let pairs = align(&keys(self.old, old, false), &keys(self.new, new, false));
            return pairs.into_iter().map(|(o, n)| (old[o], new[n])).collect();
        }
        self.best(old, new)
    }

    fn spend(&mut self, comparisons: usize) -> bool {
        match self.left.checked_sub(comparisons) {
            Some(left) => self.left = left,
            None => self.exhausted = true,
        }
        !self.exhausted
    }

    /// The pairs in order with the greatest sum of likenesses (the usual table, filled from its end).
    fn best(&self, old: &[NodeId], new: &[NodeId]) -> Vec<(NodeId, NodeId)> {
        let glimpses = |page: &'a Page, ids: &[NodeId]| ids.iter().map(|&id| Glimpse::of(page, id)).collect::<Vec<_>>();
        let (mine, theirs) = (glimpses(self.old, old), glimpses(self.new, new));
        let width = new.len() + 1;
        let mut sums = vec![0_u32; (old.len() + 1) * width];
        let mut likenesses = vec![0_u32; old.len() * new.len()];
        for o in (0..old.len()).rev() {
            for n in (0..new.len()).rev() {
                let likeness = likeness(&mine[o], &theirs[n]);
                let skip = sums[(o + 1) * width + n].max(sums[o * width + n + 1]);
                let take = if likeness > 0 { likeness + sums[(o + 1) * width + n + 1] } else { 0 };
                likenesses[o * new.len() + n] = likeness;
                sums[o * width + n] = skip.max(take);
            }
        }
        let (mut o, mut n) = (0, 0);
        let mut pairs = Vec::new();
        while o < old.len() && n < new.len() {
            let likeness = likenesses[o * new.len() + n];
            let sum = sums[o * width + n];
            if likeness > 0 && sum == likeness + sums[(o + 1) * width + n + 1] {
                pairs.push((old[o], new[n]));
                (o, n) = (o + 1, n + 1);
            } else if sum == sums[(o + 1) * width + n] {
                o += 1;
            } else {
                n += 1;
            }
        }
        pairs
    }
}

/// What is looked at when a node is compared with several.
struct Glimpse<'a> {
    node: &'a Node,
    children: Vec<Digest>,
    text: Option<&'a str>,
}

impl<'a> Glimpse<'a> {
    fn of(page: &'a Page, id: NodeId) -> Self {
        let children = page.children(id).take(GLANCE).map(|id| page.node(id).digest);
        Self { node: page.node(id), children: children.collect(), text: first_text(page, id) }
    }
}

/// How much two nodes resemble each other; 0 when one cannot have become the other.
fn likeness(old: &Glimpse<'_>, new: &Glimpse<'_>) -> u32 {
    if old.node.digest == new.node.digest {
        return EQUAL;
    }
    match (&old.node.kind, &new.node.kind) {
        (NodeKind::Text(a), NodeKind::Text(b)) | (NodeKind::Comment(a), NodeKind::Comment(b)) => 1 + ends_alike(a, b),
        (NodeKind::Doctype(_), NodeKind::Doctype(_)) => 1,
        (NodeKind::Element(a), NodeKind::Element(b)) => {
            let Some(alike) = elements_alike(a, b) else { return 0 };
            let alike = alike + inside_alike(old, new);
            let small = old.node.size <= 3 && new.node.size <= 3;
            let only_one = matches!(a.name.as_str(), "html" | "head" | "body" | "title");
            if small || only_one || alike >= LEAST { 1 + alike } else { 0 }
        }
        _ => 0,
    }
}

/// Equal children and the likeness of the first text.
fn inside_alike(old: &Glimpse<'_>, new: &Glimpse<'_>) -> u32 {
    let shared = old.children.iter().filter(|digest| new.children.contains(digest)).count() as u32;
    3 * shared + old.text.zip(new.text).map_or(0, |(a, b)| ends_alike(a, b))
}

/// Likeness of names and attributes; none when the one cannot have become the other.
fn elements_alike(old: &Element, new: &Element) -> Option<u32> {
    if old.name != new.name || old.namespace != new.namespace {
        return None;
    }
    if old.attributes == new.attributes {
        return Some(12 + 20 * u32::from(old.attribute("id").is_some()));
    }
    let named = |name| old.attribute(name).is_some() && old.attribute(name) == new.attribute(name);
    let naming = NAMING.iter().filter(|name| named(name)).count() as u32;
    if old.name == "meta" && naming == 0 {
        return None;
    }
    let glance = old.attributes.iter().take(GLANCE);
    let shared = glance.filter(|pair| new.attributes.binary_search(pair).is_ok()).take(3).count() as u32;
    Some(2 * shared + 8 * naming.min(2) + 30 * u32::from(named("id")))
}

/// 0 to 8: which share of two texts is the same from their beginning and from their end.
fn ends_alike(old: &str, new: &str) -> u32 {
    let (old, new) = (old.trim().as_bytes(), new.trim().as_bytes());
    let short = old.len().min(new.len()).min(TEXT_GLANCE);
    let front = old.iter().zip(new).take(short).take_while(|(a, b)| a == b).count();
    let back = old.iter().rev().zip(new.iter().rev()).take(short - front).take_while(|(a, b)| a == b).count();
    let whole = old.len().max(new.len()).clamp(1, TEXT_GLANCE);
    (8 * (front + back) / whole) as u32
}

/// The first text among the first nodes of a subtree.
fn first_text(page: &Page, id: NodeId) -> Option<&str> {
    page.subtree(id).take(GLANCE).find_map(|id| match &page.node(id).kind {
        NodeKind::Text(text) if !text.trim().is_empty() => Some(text.as_str()),
        _ => None,
    })
}

/// What a node is aligned by when it cannot be compared each with each.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key<'a> {
    label: &'a str,
    attributes: &'a [(SmolStr, String)],
}

fn keys<'a>(page: &'a Page, ids: &[NodeId], with_attributes: bool) -> Vec<Key<'a>> {
    let attributes = |id| match page.element(id) {
        Some(element) if with_attributes => element.attributes.as_slice(),
        _ => &[],
    };
    ids.iter().map(|&id| Key { label: page.label(id), attributes: attributes(id) }).collect()
}
