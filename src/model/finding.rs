//! Findings: what detectors conclude.

use super::{Plane, StaticWords, Words};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// How bad it is if it is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Worth a look at leisure.
    Low,
    /// Worth a look.
    Medium,
    /// Harmful.
    High,
    /// Visitors are being attacked, or the page is no longer the owner's.
    Critical,
}

/// How sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A hint.
    Tentative,
    /// Seldom wrong.
    Firm,
    /// No benign explanation is known.
    Certain,
}

/// Where in the input.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Location {
    /// Path of the node.
    pub path: String,
    /// Line in the source, from 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<u32>,
    /// Column in the source, from 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub column: Option<u32>,
}

/// What a detector concluded.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's public id.
    pub rule: SmolStr,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// The plane it lies on.
    pub plane: Plane,
    /// One sentence for a person.
    pub summary: Words,
    /// What was seen, cut to a readable length, raw (not defanged).
    pub evidence: String,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub location: Option<Location>,
    /// What an encoded script turned out to hold.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decoded: Option<String>,
}

/// Longest evidence and longest decoded text in bytes.
pub const MAX_EVIDENCE: usize = 600;

/// A rule as people know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Stable public id, kebab-case.
    pub id: &'static str,
    /// A few words.
    pub title: StaticWords,
    /// Why it matters to a web officer, one or two sentences.
    pub why: StaticWords,
    /// What the owner does first about this, one or two sentences.
    pub first_step: StaticWords,
}
