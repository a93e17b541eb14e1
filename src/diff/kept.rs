//! Which share of the old page is still there, in nodes and in visible text.

use super::matching::{Mark, Matching};
use super::text;
use crate::model::{NodeId, NodeKind, Page};
use std::collections::HashMap;

/// Share of the old page's nodes that are still there, moved or not. Elements whose attributes changed are; texts and
/// comments that changed are not. The document itself and what is masked do not count.
pub(super) fn nodes(old: &Page, new: &Page, matching: &Matching) -> f64 {
    let counted = || old.ids().skip(1).filter(|&id| !old.node(id).masked);
    let still = |id: &NodeId| match matching.old[id.index()] {
        Mark::Free => false,
        Mark::Entered(other) => old.element(*id).is_some() || old.node(*id).kind == new.node(other).kind,
        Mark::Kept { .. } | Mark::Inside(_) => true,
    };
    share(counted().filter(still).count(), counted().count())
}

/// Share of the old page's visible text, in bytes, that is still there: in its place, moved, or as the same text under
/// other markup. Of a text that was edited, what is equal from its beginning and its end counts. What is masked does not.
pub(super) fn text(old: &Page, new: &Page, matching: &Matching) -> f64 {
    let (mut all, mut kept) = (0, 0);
    let mut elsewhere = None;
    for (id, piece) in visible_texts(old) {
        all += piece.len();
        kept += match matching.old[id.index()] {
            Mark::Kept { .. } | Mark::Inside(_) => piece.len(),
            Mark::Entered(other) => match &new.node(other).kind {
                NodeKind::Text(now) => equal_bytes(piece, now.trim()),
                _ => 0,
            },
            Mark::Free => {
                let texts = elsewhere.get_or_insert_with(|| fresh_texts(new, matching));
                match texts.get_mut(piece) {
                    Some(count) if *count > 0 => {
                        *count -= 1;
                        piece.len()
                    }
                    _ => 0,
                }
            }
        };
    }
    share(kept, all)
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

fn equal_bytes(old: &str, new: &str) -> usize {
    let (front, back) = text::common_ends(old, new);
    front + back
}

/// How often each visible text of the new page stands where nothing was before.
fn fresh_texts<'p>(new: &'p Page, matching: &Matching) -> HashMap<&'p str, usize> {
    let mut texts = HashMap::new();
    let fresh = visible_texts(new).into_iter().filter(|(id, _)| Matching::is_free(&matching.new, *id));
    for (_, piece) in fresh {
        *texts.entry(piece).or_default() += 1;
    }
    texts
}

/// The texts a visitor reads, trimmed, without masked ones; the same choice of elements as [`Page::visible_text`].
fn visible_texts(page: &Page) -> Vec<(NodeId, &str)> {
    let mut texts = Vec::new();
    let mut at = 0;
    while let Some(node) = page.nodes.get(at) {
        let id = NodeId(at as u32);
        at += 1;
        match &node.kind {
            NodeKind::Element(element)
                if matches!(element.name.as_str(), "script" | "style" | "template" | "noscript" | "title") =>
            {
                at = id.index() + node.size as usize;
            }
            NodeKind::Text(piece) if !node.masked && !piece.trim().is_empty() => texts.push((id, piece.trim())),
            _ => {}
        }
    }
    texts
}
