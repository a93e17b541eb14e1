//! What the scripts of an input would do, for an analyst's report.

use super::judging::{Scanned, judged};
use crate::model::{Digest, Finding, InputKind, NodeId, ScriptReport};
use crate::monitor::{Knowledge, Read, Source};
use crate::script::beautified;

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
    /// Its scripts in document order.
    pub scripts: Vec<ExplainedScript>,
}

/// Explains every script of a page, or the one of a script file, without running any.
pub(super) fn explain((now, scanned): (Read<'_>, Scanned)) -> Explained {
    let scripts = now.scripts.iter().map(|report| script(&now, &scanned, report)).collect();
    Explained { scanned, scripts }
}

fn script(now: &Read, scanned: &Scanned, report: &ScriptReport) -> ExplainedScript {
    let node = report.node.unwrap_or(NodeId::ROOT);
    let mut here = now.page.active.iter().filter(|item| item.node == node);
    let same = here.clone().find(|item| Digest::of(&item.value) == report.digest);
    let code = same.or_else(|| here.next()).map(|item| item.value.as_str()).unwrap_or_default();
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
