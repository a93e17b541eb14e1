//! Digests of subtrees: equal digests mean equal normalised subtrees.
//!
//! A node is written down as its kind, name, attributes and the digests of its children, each with its length, and
//! that is hashed. What takes at most 31 bytes is not hashed but stands in the digest itself; the highest bit of
//! the last byte, set in every hash and never in a short one, keeps the two apart.

use crate::model::{ActiveItem, ActiveKind, Digest, Node, NodeKind};

/// Fills in all digests. What lies under a mask counts for nothing, but for what acts there.
pub(super) fn fill(nodes: &mut [Node], active: &[ActiveItem]) {
    let mut stream = Vec::with_capacity(4096);
    let mut items = active;
    // Children stand behind their parents: from the end, theirs are known first.
    for at in (0..nodes.len()).rev() {
        let first = items.iter().rposition(|item| item.node.index() != at).map_or(0, |last| last + 1);
        let (rest, own) = items.split_at(first);
        items = rest;
        let digest = match code_above(nodes, at, rest) {
            Some(identity) => hash(identity.as_bytes()),
            None => of(nodes, at, own, &mut stream),
        };
        if let Some(node) = nodes.get_mut(at) {
            node.digest = digest;
        }
    }
}

/// What was not read to its end equals only what came to the same bytes: something may have changed in the rest.
pub(super) fn of_unread(nodes: &mut [Node], bytes: &[u8]) {
    if let Some(root) = nodes.first_mut() {
        let both = [root.digest.as_bytes().as_slice(), Digest::of(bytes).as_bytes().as_slice()].concat();
        root.digest = hash(&both);
    }
}

/// The identity of the inline script whose only child is this text: it covers the code, which is not hashed twice.
fn code_above(nodes: &[Node], at: usize, items: &[ActiveItem]) -> Option<Digest> {
    let text = nodes.get(at).filter(|node| !node.masked && matches!(node.kind, NodeKind::Text(_)))?;
    nodes.get(text.parent.index()).filter(|script| script.size == 2)?;
    let mut of_script = items.iter().rev().take_while(|item| item.node == text.parent);
    of_script.find(|item| item.kind == ActiveKind::InlineScript).map(|item| item.identity)
}

fn of(nodes: &[Node], at: usize, own: &[ActiveItem], stream: &mut Vec<u8>) -> Digest {
    let Some(node) = nodes.get(at) else { return Digest::default() };
    stream.clear();
    if node.masked {
        own.iter().for_each(|item| stream.extend(item.identity.as_bytes()));
        children(nodes, at, node.size, stream);
        return if stream.is_empty() { Digest::default() } else { hash(stream) };
    }
    match &node.kind {
        NodeKind::Document => stream.push(0),
        NodeKind::Doctype(text) => tagged(1, text, stream),
        NodeKind::Text(text) => tagged(2, text, stream),
        NodeKind::Comment(text) => tagged(3, text, stream),
        NodeKind::Element(element) => {
            stream.push(4 + element.namespace as u8);
            part(&element.name, stream);
            length(element.attributes.len(), stream);
            for (name, value) in &element.attributes {
                part(name, stream);
                part(value, stream);
            }
        }
    }
    children(nodes, at, node.size, stream);
    match node.kind {
        NodeKind::Document => hash(stream),
        _ => short(stream).unwrap_or_else(|| hash(stream)),
    }
}

/// The digests of the children, without those of which a mask leaves nothing.
fn children(nodes: &[Node], at: usize, size: u32, stream: &mut Vec<u8>) {
    let end = at + size as usize;
    let mut child = at + 1;
    while child < end {
        let Some(node) = nodes.get(child) else { return };
        if !node.masked || node.digest != Digest::default() {
            stream.extend(node.digest.as_bytes());
        }
        child += node.size.max(1) as usize;
    }
}

fn tagged(tag: u8, text: &str, stream: &mut Vec<u8>) {
    stream.push(tag);
    stream.extend(text.as_bytes());
}

fn part(text: &str, stream: &mut Vec<u8>) {
    length(text.len(), stream);
    stream.extend(text.as_bytes());
}

fn length(length: usize, stream: &mut Vec<u8>) {
    match u8::try_from(length) {
        Ok(short) if short < u8::MAX => stream.push(short),
        _ => {
            stream.push(u8::MAX);
            stream.extend((length as u64).to_le_bytes());
        }
    }
}

fn hash(stream: &[u8]) -> Digest {
    let mut bytes = *Digest::of(stream).as_bytes();
    bytes[31] |= 0x80;
    Digest::from_bytes(bytes)
}

fn short(stream: &[u8]) -> Option<Digest> {
    let mut bytes = [0; 32];
    bytes.get_mut(..stream.len()).filter(|room| room.len() < 32)?.copy_from_slice(stream);
    bytes[31] = u8::try_from(stream.len()).ok()?;
    Some(Digest::from_bytes(bytes))
}
