//! What the scripts of an input would do, for an analyst's report.

use super::judging::{Scanned, judged};
use crate::model::{ActiveItem, Digest, Finding, InputKind, NodeId, ScriptReport};
use crate::monitor::{Knowledge, Read, Source};
use crate::script::beautified;
use std::collections::HashMap;

/// Most scripts of one input that are explained.
const MOST: usize = 1_000;

/// One script, explained.
#[derive(Debug, Clone, PartialEq)]
pub struct ExplainedScript {
    /// Path of its element.
    pub path: String,
    /// Line of its element, from 1; 0 where it is not known.
    pub line: u32,
    /// Length of its code in bytes.
    pub size: usize,
    /// Its code, laid out for reading.
    pub code: String,
    /// What it would do.
    pub report: ScriptReport,
    /// What the rules find at it.
    pub findings: Vec<Finding>,
}

/// An input, explained.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// As `scan` says it.
    pub scanned: Scanned,
    /// Its scripts in document order, at most 1,000.
    pub scripts: Vec<ExplainedScript>,
    /// Scripts beyond those.
    pub left: usize,
}

/// Explains the scripts of a page, or that of a script file, without running any.
pub(super) fn explain((now, scanned): (Read<'_>, Scanned)) -> Explained {
    let mut items: HashMap<NodeId, Vec<&ActiveItem>> = HashMap::new();
    for item in &now.page.active {
        items.entry(item.node).or_default().push(item);
    }
    let explained = now.scripts.iter().take(MOST).map(|report| {
        let here = report.node.and_then(|node| items.get(&node));
        script(&now, &scanned, report, here.map(Vec::as_slice).unwrap_or_default())
    });
    let scripts = explained.collect();
    Explained { scripts, left: now.scripts.len().saturating_sub(MOST), scanned }
}

fn script(now: &Read, scanned: &Scanned, report: &ScriptReport, here: &[&ActiveItem]) -> ExplainedScript {
    let node = report.node.unwrap_or(NodeId::ROOT);
    let same = here.iter().find(|item| Digest::of(&item.value) == report.digest);
    let code = same.or_else(|| here.first()).map(|item| item.value.as_str()).unwrap_or_default();
    let path = now.page.path(node);
    let at = |finding: &&Finding| finding.location.as_ref().is_some_and(|place| place.path == path);
    ExplainedScript {
        line: if scanned.kind == InputKind::Script { 1 } else { now.page.node(node).line },
        size: code.len(),
        code: beautified(code),
        report: report.clone(),
        findings: scanned.findings.iter().filter(at).cloned().collect(),
        path,
    }
}

/// Explains a file.
#[must_use]
pub fn explain_bytes(body: &[u8], name: &str, knowledge: &Knowledge) -> Explained {
    explain(judged(Source::file(body, name, None, true), knowledge))
}
