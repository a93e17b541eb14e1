//! The JSON that programs rely on: names and shapes stay as they are.

use crate::app::Compared;
use crate::model::{Finding, Language};
use serde_json::{Value, json};

/// A finding.
pub(super) fn finding(finding: &Finding, language: Language) -> Value {
    let mut value = json!({
        "rule": finding.rule,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "plane": finding.plane,
        "summary": finding.summary.get(language),
        "evidence": finding.evidence,
    });
    if let Some(location) = &finding.location {
        value["location"] = json!(location);
    }
    if let Some(decoded) = &finding.decoded {
        value["decoded"] = json!(decoded);
    }
    value
}

/// Several findings.
pub(super) fn findings(all: &[Finding], language: Language) -> Value {
    all.iter().map(|one| finding(one, language)).collect()
}

/// What `diff` says.
pub(super) fn compared(old: &str, new: &str, compared: &Compared, language: Language, ms: f64) -> Value {
    json!({
        "old": old,
        "new": new,
        "kind": compared.kind,
        "verdict": compared.judgement.verdict,
        "changes": compared.changes,
        "unlisted": compared.unlisted,
        "findings": findings(&compared.findings, language),
        "bounded": compared.bounded,
        "reasons": compared.judgement.because.iter().map(|words| words.get(language)).collect::<Value>(),
        "ms": rounded(ms),
    })
}

/// Milliseconds with three digits: more are noise.
pub(super) fn rounded(ms: f64) -> f64 {
    (ms * 1000.0).round() / 1000.0
}

/// Prints one line of JSON; a reader that went away ends the program quietly.
pub(super) fn line(value: &Value) -> anyhow::Result<()> {
    super::render::line(&value.to_string())
}
