//! Collecting what rules find: bounded, worst first, and aware of what has been described already.

use super::{cut, quote};
use crate::model::{
    ActiveItem, ActiveKind, Case, Confidence, Finding, InputKind, Location, MAX_EVIDENCE, NodeId, Page, Plane, Rule,
    Severity, Words,
};
use smol_str::SmolStr;
use std::collections::{HashMap, HashSet};

/// Most findings of one rule; the rest are counted in its last one.
pub(in crate::detect) const MAX_PER_RULE: usize = 20;

/// What a rule found, before it is turned into a [`Finding`].
#[derive(Debug, Clone)]
pub struct Found {
    severity: Severity,
    confidence: Confidence,
    plane: Plane,
    summary: Words,
    node: Option<NodeId>,
    near: Option<(NodeId, Option<u32>)>,
    item: Option<ItemKey>,
    gone: bool,
    evidence: Option<String>,
    decoded: Option<String>,
}

/// What tells one active item of a page from another.
type ItemKey = (NodeId, ActiveKind, Option<SmolStr>);

fn key(item: &ActiveItem) -> ItemKey {
    (item.node, item.kind, item.attribute.clone())
}

impl Found {
    /// A finding on the active plane; the summary is one sentence without a full stop.
    #[must_use]
    pub fn new(severity: Severity, confidence: Confidence, summary: Words) -> Self {
        let plane = Plane::Active;
        Self {
            severity,
            confidence,
            plane,
            summary,
            node: None,
            near: None,
            item: None,
            gone: false,
            evidence: None,
            decoded: None,
        }
    }

    /// The plane it lies on, where that is not the active one.
    #[must_use]
    pub fn plane(mut self, plane: Plane) -> Self {
        self.plane = plane;
        self
    }

    /// The node of the new page it is about. Its markup is the evidence unless something else is given.
    #[must_use]
    pub fn at(mut self, node: NodeId) -> Self {
        self.node = Some(node);
        self
    }

    /// The active item of the new page it is about: its place, and described for the floor rule.
    #[must_use]
    pub fn on(mut self, item: &ActiveItem) -> Self {
        self.item = Some(key(item));
        self.at(item.node)
    }

    /// The node of the new page near which it stands, with the line where that is known; the node is not described by it.
    #[must_use]
    pub fn near(mut self, node: NodeId, line: Option<u32>) -> Self {
        self.near = Some((node, line));
        self
    }

    /// The active item of the approved page that is gone: its place there.
    #[must_use]
    pub fn gone(mut self, item: &ActiveItem) -> Self {
        self.gone = true;
        self.on(item)
    }

    /// What was seen, raw; cut to [`MAX_EVIDENCE`].
    #[must_use]
    pub fn evidence(mut self, evidence: impl AsRef<str>) -> Self {
        self.evidence = Some(cut(evidence.as_ref(), MAX_EVIDENCE));
        self
    }

    /// What an encoded script turned out to hold; cut to [`MAX_EVIDENCE`].
    #[must_use]
    pub fn decoded(mut self, decoded: impl AsRef<str>) -> Self {
        self.decoded = Some(cut(decoded.as_ref(), MAX_EVIDENCE));
        self
    }

    fn weight(&self) -> (Severity, Confidence) {
        (self.severity, self.confidence)
    }

    /// The finding, about no page.
    pub(in crate::detect) fn alone(self, rule: &Rule) -> Finding {
        Finding {
            rule: SmolStr::new_static(rule.id),
            severity: self.severity,
            confidence: self.confidence,
            plane: self.plane,
            summary: self.summary,
            evidence: self.evidence.unwrap_or_default(),
            location: None,
            decoded: self.decoded,
        }
    }

    /// The finding, with place and evidence from the page it is about.
    fn resolve(self, rule: &Rule, case: &Case, more: usize) -> Finding {
        let page: Option<&Page> = if self.gone { case.approved.map(|c| c.version.page) } else { Some(case.now.page) };
        let (near, near_line) = self.near.map_or((None, None), |(node, line)| (Some(node), line));
        let place = page.zip(self.node.or(near)).filter(|(page, node)| node.index() < page.nodes.len());
        let code =
            place.zip(self.evidence.as_deref()).and_then(|((page, node), piece)| place_in_code(page, node, piece));
        let evidence = self.evidence.or_else(|| place.map(|(page, node)| quote(page, node, MAX_EVIDENCE)));
        let line = |page: &Page, node| Some(page.node(node).line).filter(|line| *line > 0);
        Finding {
            rule: SmolStr::new_static(rule.id),
            severity: self.severity,
            confidence: self.confidence,
            plane: self.plane,
            summary: counted(self.summary, more),
            evidence: evidence.unwrap_or_default(),
            location: place.map(|(page, node)| Location {
                path: page.path(node),
                line: near_line.or_else(|| Some(line(page, node)? + code.map_or(0, |(lines, _)| lines))),
                column: code.and_then(|(_, column)| column),
            }),
            decoded: self.decoded,
        }
    }
}

/// Longest code in which a piece of it is looked for, in bytes.
const MAX_CODE: usize = 2 << 20;

/// Where a piece of code stands in its script: lines below the script's first one, and the column from 1. That of the first
/// line is known of a file only.
fn place_in_code(page: &Page, node: NodeId, piece: &str) -> Option<(u32, Option<u32>)> {
    page.element(node).filter(|element| element.name == "script")?;
    let wanted = piece.trim_start().lines().next().unwrap_or_default().trim_end();
    let wanted = wanted.get(..wanted.floor_char_boundary(80)).filter(|wanted| wanted.len() >= 8)?;
    let code = page.text(node, MAX_CODE);
    let before = &code[..code.find(wanted)?];
    let lines = u32::try_from(before.matches('\n').count()).ok()?;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
    let known = lines > 0 || page.kind == InputKind::Script;
    Some((lines, u32::try_from(column + 1).ok().filter(|_| known)))
}

/// A summary that also says how many more there are.
fn counted(summary: Words, more: usize) -> Words {
    match more {
        0 => summary,
        _ => Words::new(format!("{} (and {more} more)", summary.en), format!("{}(ほか{more}件)", summary.ja)),
    }
}

/// What one rule found.
struct Section {
    rule: &'static Rule,
    kept: Vec<Found>,
    more: usize,
}

/// The findings of all rules on one case, as they come in.
#[derive(Default)]
pub struct Findings {
    sections: Vec<Section>,
    items: HashMap<ItemKey, (Severity, Confidence)>,
    gone: HashSet<ItemKey>,
    nodes: HashMap<NodeId, Severity>,
}

impl Findings {
    /// What is added from here on belongs to this rule.
    pub(in crate::detect) fn begin(&mut self, rule: &'static Rule) {
        self.sections.push(Section { rule, kept: Vec::new(), more: 0 });
    }

    /// Adds one finding. A rule that finds very much keeps its worst.
    pub fn add(&mut self, found: Found) {
        self.remember(&found);
        let Some(section) = self.sections.last_mut() else { return };
        if section.kept.len() < MAX_PER_RULE {
            section.kept.push(found);
            return;
        }
        section.more += 1;
        let least = section.kept.iter().enumerate().rev().min_by_key(|(_, kept)| kept.weight());
        if let Some((at, _)) = least.filter(|(_, kept)| kept.weight() < found.weight()) {
            section.kept.remove(at);
            section.kept.push(found);
        }
    }

    /// Adds several.
    pub fn extend(&mut self, found: impl IntoIterator<Item = Found>) {
        found.into_iter().for_each(|found| self.add(found));
    }

    /// Whether this item of the new page is described already as loudly as another finding would: by one on the very
    /// item that asks for a person, or by one on its node that is at least as severe. What alarms is described by
    /// nothing that weighs less.
    #[must_use]
    pub fn describes(&self, item: &ActiveItem, other: &Found) -> bool {
        let known = self.items.get(&key(item));
        let told = known.is_some_and(|known| other.severity < Severity::High || *known >= other.weight());
        told || self.nodes.get(&item.node).is_some_and(|known| *known >= other.severity)
    }

    /// Whether a finding that asks for a person describes this item of the approved page as gone already.
    #[must_use]
    pub fn describes_gone(&self, item: &ActiveItem) -> bool {
        self.gone.contains(&key(item))
    }

    fn remember(&mut self, found: &Found) {
        if found.severity < Severity::Low || found.plane != Plane::Active {
            return;
        }
        match (&found.item, found.node) {
            (Some(item), _) if found.gone => drop(self.gone.insert(item.clone())),
            (Some(item), _) => {
                let known = self.items.entry(item.clone()).or_insert(found.weight());
                *known = found.weight().max(*known);
            }
            (None, Some(node)) => {
                let known = self.nodes.entry(node).or_insert(found.severity);
                *known = found.severity.max(*known);
            }
            (None, None) => {}
        }
    }

    /// All findings, worst first, else in the order of the rules and of the document.
    pub(in crate::detect) fn finish(self, case: &Case) -> Vec<Finding> {
        let mut all = Vec::new();
        for mut section in self.sections {
            section.kept.sort_by_key(|found| std::cmp::Reverse(found.weight()));
            let last = section.kept.len().saturating_sub(1);
            let resolved = section.kept.into_iter().enumerate().map(|(at, found)| {
                let more = if at == last { section.more } else { 0 };
                found.resolve(section.rule, case, more)
            });
            all.extend(resolved);
        }
        all.sort_by_key(|finding| std::cmp::Reverse((finding.severity, finding.confidence)));
        all
    }
}
