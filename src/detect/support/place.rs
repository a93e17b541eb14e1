//! Places and shapes of pages that several rules ask about.

use crate::model::{ActiveItem, ActiveKind, Case, NodeId, Page, Position, ScriptReport, Version};
use std::collections::HashMap;

/// The places where pages have nothing and injections often stand.
pub(in crate::detect) struct OddPlaces {
    /// Places where the approved page has scripts or frames too: careless templates, and odd no more.
    used: Vec<Position>,
}

impl OddPlaces {
    /// The odd places of a case.
    pub(in crate::detect) fn of(case: &Case) -> Self {
        let approved = case.approved.map(|compared| compared.version.page.active.as_slice()).unwrap_or_default();
        let mut used: Vec<Position> = Vec::new();
        for item in approved.iter().filter(|item| acts_alone(item.kind)) {
            if !used.contains(&item.position) {
                used.push(item.position);
            }
        }
        Self { used }
    }

    /// What a person calls a place, when it is odd for this page.
    pub(in crate::detect) fn name(&self, position: Position) -> Option<(&'static str, &'static str)> {
        let name = match position {
            Position::BeforeHtml => ("before the beginning of the page", "ページの先頭より前"),
            Position::BetweenHeadAndBody => ("between head and body", "head と body の間"),
            Position::AfterBody => ("after the end of the page", "ページの末尾より後"),
            _ => return None,
        };
        (!self.used.contains(&position)).then_some(name)
    }
}

impl OddPlaces {
    /// Whether a place is odd and no template puts anything there by mistake, as some do after the end of the page.
    pub(in crate::detect) fn is_telling(&self, position: Position) -> bool {
        position != Position::AfterBody && self.name(position).is_some()
    }
}

/// Whether a kind of thing acts by itself as soon as the page is read.
pub(in crate::detect) fn acts_alone(kind: ActiveKind) -> bool {
    use ActiveKind::{Frame, InlineScript, LinkedScript, Object};
    matches!(kind, InlineScript | LinkedScript | Frame | Object)
}

/// The script reports of a version by their nodes.
pub(in crate::detect) struct Scripts<'a>(HashMap<NodeId, Vec<&'a ScriptReport>>);

impl<'a> Scripts<'a> {
    /// Sorts the reports of a version.
    pub(in crate::detect) fn of(version: &Version<'a>) -> Self {
        let mut scripts: HashMap<_, Vec<_>> = HashMap::new();
        for report in version.scripts {
            if let Some(node) = report.node {
                scripts.entry(node).or_default().push(report);
            }
        }
        Self(scripts)
    }

    /// The code of an item, then what its script decodes to.
    pub(in crate::detect) fn texts(&self, item: &'a ActiveItem) -> impl Iterator<Item = &'a str> {
        let layers = self.on(item.node).iter().flat_map(|report| report.layers.iter().map(|layer| layer.text.as_str()));
        std::iter::once(item.value.as_str()).chain(layers)
    }

    /// The reports on the scripts of one node.
    pub(in crate::detect) fn on(&self, node: NodeId) -> &[&'a ScriptReport] {
        self.0.get(&node).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Whether a page shows a visitor next to nothing, so that going elsewhere is all it does.
pub(in crate::detect) fn only_redirects(page: &Page) -> bool {
    const LITTLE: usize = 200;
    page.visible_text(LITTLE).len() < LITTLE
}
