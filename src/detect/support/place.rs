//! Places and shapes of pages that several rules ask about.

use crate::model::{NodeId, Page, Position, ScriptReport, Version};
use std::collections::HashMap;

/// The places where pages have nothing and injections often stand, as a person says them.
pub(in crate::detect) fn is_odd(position: Position) -> Option<(&'static str, &'static str)> {
    match position {
        Position::BeforeHtml => Some(("before the beginning of the page", "ページの先頭より前")),
        Position::BetweenHeadAndBody => Some(("between head and body", "head と body の間")),
        Position::AfterBody => Some(("after the end of the page", "ページの末尾より後")),
        _ => None,
    }
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
