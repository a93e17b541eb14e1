//! What the scripts of an input would do, for an analyst's report.

use super::judging::Scanned;
use crate::model::{Digest, Finding, Head, Indicators, InputKind, NodeId, ScriptReport};
use crate::monitor::{About, Form, Source, read, scan};
use crate::script::beautified;
use url::Url;

/// What is known of an input.
#[derive(Debug, Clone, Copy)]
pub(super) struct Input<'a> {
    /// Its bytes.
    pub(super) body: &'a [u8],
    /// Its file name or the path of its URL.
    pub(super) name: &'a str,
    /// Its URL, where known.
    pub(super) url: Option<&'a Url>,
    /// The answer it came with.
    pub(super) head: Option<&'a Head>,
}

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
#[must_use]
pub(super) fn explain(input: Input, about: About) -> Explained {
    let Input { body, name, url, head } = input;
    let source = Source { head, form: Form::File(name), ..Source::file(body, name, url, head.is_none()) };
    let now = read(source, &[]);
    let (findings, judgement) = scan(&now, about);
    let kind = now.page.kind;
    let scripts = now.scripts.iter().map(|report| {
        let node = report.node.unwrap_or(NodeId::ROOT);
        let mut here = now.page.active.iter().filter(|item| item.node == node);
        let same = here.clone().find(|item| Digest::of(&item.value) == report.digest);
        let item = same.or_else(|| here.next());
        let code = item.map(|item| item.value.as_str()).unwrap_or_default();
        let path = now.page.path(node);
        let at = |finding: &&Finding| finding.location.as_ref().is_some_and(|place| place.path == path);
        let ours = findings.iter().filter(at).cloned().collect();
        let line = if kind == InputKind::Script { 1 } else { now.page.node(node).line };
        ExplainedScript {
            line,
            size: code.len(),
            code: beautified(code),
            report: report.clone(),
            findings: ours,
            path: path.clone(),
        }
    });
    let scripts = scripts.collect();
    Explained { scanned: Scanned { kind, findings, judgement }, scripts }
}

/// Explains a file.
#[must_use]
pub fn explain_bytes(body: &[u8], name: &str, indicators: &Indicators) -> Explained {
    explain(Input { body, name, url: None, head: None }, About { organisation: None, indicators })
}
