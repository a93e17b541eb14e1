//! The table that turns one finding into a verdict.

use crate::model::{Confidence, Finding, Plane, Severity, Verdict};

/// One row: findings at least this severe and this sure, on this plane (any where none), weigh this much. The first
/// row that fits counts.
///
/// Where in the page something stands is already in the severity: the detectors raise it in the places that
/// attackers like (see [`Position`](crate::model::Position)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Least severity.
    pub severity: Severity,
    /// Least confidence.
    pub confidence: Confidence,
    /// The plane, where it matters.
    pub plane: Option<Plane>,
    /// The verdict.
    pub verdict: Verdict,
}

const fn row(severity: Severity, confidence: Confidence, plane: Option<Plane>, verdict: Verdict) -> Row {
    Row { severity, confidence, plane, verdict }
}

/// The table, as `docs/ARCHITECTURE.md` shows it.
pub const ROWS: [Row; 7] = [
    row(Severity::Critical, Confidence::Tentative, None, Verdict::Alarm),
    row(Severity::High, Confidence::Firm, None, Verdict::Alarm),
    row(Severity::High, Confidence::Tentative, None, Verdict::Review),
    row(Severity::Medium, Confidence::Tentative, None, Verdict::Review),
    row(Severity::Low, Confidence::Tentative, Some(Plane::Active), Verdict::Review),
    row(Severity::Low, Confidence::Tentative, Some(Plane::Content), Verdict::Routine),
    row(Severity::Info, Confidence::Tentative, None, Verdict::Routine),
];

/// What one finding weighs.
#[must_use]
pub fn weigh(finding: &Finding) -> Verdict {
    let fits = |row: &&Row| {
        finding.severity >= row.severity
            && finding.confidence >= row.confidence
            && row.plane.is_none_or(|plane| plane == finding.plane)
    };
    ROWS.iter().find(fits).map_or(Verdict::Review, |row| row.verdict)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Words;

    fn finding(severity: Severity, confidence: Confidence, plane: Plane) -> Finding {
        let summary = Words::default();
        let evidence = String::new();
        Finding { rule: "r".into(), severity, confidence, plane, summary, evidence, location: None, decoded: None }
    }

    #[test]
    fn row_by_row() {
        use Confidence::{Certain, Firm, Tentative};
        use Plane::{Active, Content};
        use Severity::{Critical, High, Info, Low, Medium};
        let rows = [
            (Critical, Tentative, Active, Verdict::Alarm),
            (Critical, Firm, Content, Verdict::Alarm),
            (High, Certain, Active, Verdict::Alarm),
            (High, Firm, Content, Verdict::Alarm),
            (High, Tentative, Active, Verdict::Review),
            (Medium, Certain, Active, Verdict::Review),
            (Medium, Tentative, Content, Verdict::Review),
            (Low, Certain, Active, Verdict::Review),
            (Low, Certain, Content, Verdict::Routine),
            (Info, Certain, Active, Verdict::Routine),
        ];
        for (severity, confidence, plane, verdict) in rows {
            assert_eq!(weigh(&finding(severity, confidence, plane)), verdict, "{severity:?} {confidence:?} {plane:?}");
        }
    }

    #[test]
    fn worse_never_weighs_less() {
        let severities = [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
        for plane in [Plane::Active, Plane::Content] {
            for confidence in [Confidence::Tentative, Confidence::Firm, Confidence::Certain] {
                let weights = severities.map(|severity| weigh(&finding(severity, confidence, plane)));
                assert!(weights.is_sorted(), "{confidence:?} {plane:?}: {weights:?}");
            }
        }
    }
}
