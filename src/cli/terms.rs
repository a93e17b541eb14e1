//! What states, kinds and grades are called on a terminal, in both languages.

use crate::model::{ApprovalAction, CaptureOf, Confidence, IncidentState, Language, Severity, StaticWords};

const fn term(en: &'static str, ja: &'static str) -> StaticWords {
    StaticWords { en, ja }
}

pub(super) const fn severity(severity: Severity, language: Language) -> &'static str {
    let words = match severity {
        Severity::Critical => term("critical", "重大"),
        Severity::High => term("high", "高"),
        Severity::Medium => term("medium", "中"),
        Severity::Low => term("low", "低"),
        Severity::Info => term("info", "参考"),
    };
    words.get(language)
}

pub(super) const fn confidence(confidence: Confidence, language: Language) -> &'static str {
    let words = match confidence {
        Confidence::Certain => term("certain", "確実"),
        Confidence::Firm => term("firm", "確度高"),
        Confidence::Tentative => term("tentative", "兆候"),
    };
    words.get(language)
}

pub(super) const fn state(state: IncidentState, language: Language) -> &'static str {
    let words = match state {
        IncidentState::Open => term("open", "未対応"),
        IncidentState::Acknowledged => term("acknowledged", "対応中"),
        IncidentState::Resolved => term("resolved", "解決済み"),
    };
    words.get(language)
}

pub(super) const fn capture(of: CaptureOf, language: Language) -> &'static str {
    let words = match of {
        CaptureOf::First => term("first", "最初"),
        CaptureOf::Worse => term("worse", "悪化時"),
        CaptureOf::Last => term("last", "最新"),
    };
    words.get(language)
}

pub(super) const fn action(action: ApprovalAction, language: Language) -> &'static str {
    let words = match action {
        ApprovalAction::Approve => term("approve", "承認"),
        ApprovalAction::Retire => term("retire", "除外"),
    };
    words.get(language)
}
