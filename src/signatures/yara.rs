//! YARA rules through yara-x: compiled with all their mistakes, scanned within limits of time and matches.

use crate::model::{
    Digest, DigestBuilder, Severity, SignatureFault, SignatureFile, SignatureHit, SignatureTrouble, Signatures,
};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};
use yara_x::errors::CompileError;
use yara_x::{Compiler, MetaValue, Rule, Rules, ScanError, Scanner, SourceCode};

/// Longest time for one text. The library counts whole seconds.
const TEXT_WITHIN: Duration = Duration::from_secs(2);
/// Longest time for all texts of a page; the one that runs then may still take its own.
const ALL_WITHIN: Duration = Duration::from_secs(4);
/// Most matches of one pattern that are looked at.
const MOST_MATCHES: usize = 64;
/// Most hits of one scan.
const MOST_HITS: usize = 200;
/// Bytes shown before and behind the first match.
const AROUND: usize = 80;
/// Longest text that is shown of a match, in bytes.
const LONGEST_MATCH: usize = 240;

/// Compiles files of YARA rules. Each file has a namespace of its own, so that names may stand in several and a global rule
/// counts for its file; `include` is refused.
///
/// # Errors
/// All mistakes of all files.
pub fn compile(files: &[SignatureFile]) -> Result<Arc<dyn Signatures>, Vec<SignatureFault>> {
    let (mut compiler, mut faults) = (Compiler::new(), Vec::new());
    compiler.enable_includes(false).relaxed_re_syntax(true);
    let mut revision = DigestBuilder::new("hinomi signatures 1");
    for (index, file) in files.iter().enumerate() {
        revision.part(&file.path).part(&file.text).part(file.changed.to_string());
        let before = compiler.errors().len();
        compiler.new_namespace(&index.to_string());
        if compiler.add_source(SourceCode::from(file.text.as_str()).with_origin(&file.path)).is_err() {
            faults.extend(compiler.errors().iter().skip(before).map(|error| fault(index, error)));
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let (rules, changed) = (compiler.build(), files.iter().map(|file| file.changed).collect());
    Ok(Arc::new(Compiled { rules, changed, revision: revision.finish() }))
}

fn fault(file: usize, error: &CompileError) -> SignatureFault {
    let label = error.labels().next();
    let span = label.as_ref().map_or(0..0, |label| label.span().range());
    let told = label.map(|label| label.text().to_owned()).filter(|text| !text.is_empty());
    let what = told.map_or_else(|| error.title().to_owned(), |text| format!("{}: {text}", error.title()));
    let note = error.footers().filter_map(|footer| {
        // The library shows no other way to the text of a footer.
        Some(serde_json::to_value(footer).ok()?.get("text")?.as_str()?.to_owned())
    });
    SignatureFault { file, span, what, note: note.collect::<Vec<_>>().join("; ") }
}

/// Compiled rules.
struct Compiled {
    rules: Rules,
    /// When each file was changed last, by its namespace.
    changed: Vec<Timestamp>,
    revision: Digest,
}

impl fmt::Debug for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} YARA rules ({})", self.count(), self.revision.short())
    }
}

impl Signatures for Compiled {
    fn revision(&self) -> Digest {
        self.revision
    }

    fn count(&self) -> usize {
        self.rules.iter().len()
    }

    fn scan(&self, texts: &[&[u8]]) -> (Vec<(usize, SignatureHit)>, Option<SignatureTrouble>) {
        // Attackers write what is scanned: a failure inside is told and takes nothing else along.
        let scan = || self.scan_all(texts);
        catch_unwind(AssertUnwindSafe(scan)).unwrap_or_else(|_| (Vec::new(), Some(SignatureTrouble::Failed)))
    }
}

impl Compiled {
    fn scan_all(&self, texts: &[&[u8]]) -> (Vec<(usize, SignatureHit)>, Option<SignatureTrouble>) {
        let begun = Instant::now();
        let (mut hits, mut trouble) = (Vec::new(), None);
        let mut scanner = Scanner::new(&self.rules);
        scanner.set_timeout(TEXT_WITHIN).max_matches_per_pattern(MOST_MATCHES);
        for (index, text) in texts.iter().enumerate() {
            if begun.elapsed() >= ALL_WITHIN {
                return (hits, Some(SignatureTrouble::Time));
            }
            match scanner.scan(text) {
                Ok(results) => hits.extend(results.matching_rules().map(|rule| (index, self.hit(&rule, text)))),
                Err(ScanError::Timeout) => trouble = trouble.or(Some(SignatureTrouble::Time)),
                Err(_) => trouble = trouble.or(Some(SignatureTrouble::Failed)),
            }
            if hits.len() > MOST_HITS {
                hits.truncate(MOST_HITS);
                return (hits, trouble.or(Some(SignatureTrouble::Much)));
            }
        }
        (hits, trouble)
    }

    fn hit(&self, rule: &Rule, text: &[u8]) -> SignatureHit {
        let (mut pieces, mut first) = (BTreeSet::new(), None);
        for found in rule.patterns().flat_map(|pattern| pattern.matches()) {
            pieces.insert(Digest::of(found.data()));
            let range = found.range();
            first = first.filter(|known: &std::ops::Range<usize>| known.start <= range.start).or(Some(range));
        }
        let file: Option<usize> = rule.namespace().parse().ok();
        SignatureHit {
            name: rule.identifier().to_owned(),
            description: meta(rule, "description").unwrap_or_default(),
            severity: meta(rule, "severity").and_then(|word| severity(&word)).unwrap_or(Severity::High),
            since: file.and_then(|index| self.changed.get(index)).copied().unwrap_or(Timestamp::MAX),
            pieces,
            at: first.as_ref().map(|range| range.start),
            excerpt: first.map(|range| excerpt(text, range)).unwrap_or_default(),
        }
    }
}

/// A text of a rule's `meta`; of several under a name the first.
fn meta(rule: &Rule, name: &str) -> Option<String> {
    rule.metadata().find(|(key, _)| key.eq_ignore_ascii_case(name)).and_then(|(_, value)| match value {
        MetaValue::String(text) => Some(text.to_owned()),
        MetaValue::Bytes(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        MetaValue::Integer(_) | MetaValue::Float(_) | MetaValue::Bool(_) => None,
    })
}

/// The project's own words for severity, in any case; other words are the author's own.
fn severity(word: &str) -> Option<Severity> {
    match word.trim().to_ascii_lowercase().as_str() {
        "critical" => Some(Severity::Critical),
        "high" => Some(Severity::High),
        "medium" => Some(Severity::Medium),
        "low" => Some(Severity::Low),
        "info" => Some(Severity::Info),
        _ => None,
    }
}

/// A match with what stands around it, as text.
fn excerpt(text: &[u8], range: std::ops::Range<usize>) -> String {
    let from = range.start.saturating_sub(AROUND);
    let to = range.end.min(range.start + LONGEST_MATCH).saturating_add(AROUND).min(text.len());
    // Cut characters at the ends are left out.
    let whole = String::from_utf8_lossy(text.get(from..to).unwrap_or_default());
    whole.trim_matches(char::REPLACEMENT_CHARACTER).trim().to_owned()
}

#[cfg(test)]
mod tests;
