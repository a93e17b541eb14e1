//! What every part of a letter needs at hand: the language, the rules' texts, times and captured text made readable.

use crate::model::{
    Confidence, Finding, Language, Persona, Rule, Severity, StaticWords, Words, defang, display_line, display_text,
    japan,
};
use crate::notify::Letter;
use jiff::Timestamp;

/// Writes in the receiver's language.
pub(super) struct Pen<'a> {
    pub(super) letter: &'a Letter,
    pub(super) rules: &'a dyn Fn(&str) -> Option<&'static Rule>,
}

impl<'a> Pen<'a> {
    pub(super) const fn language(&self) -> Language {
        self.letter.receiver.language
    }

    /// The same thing in the receiver's language.
    pub(super) fn say(&self, en: impl Into<String>, ja: impl Into<String>) -> String {
        match self.language() {
            Language::English => en.into(),
            Language::Japanese => ja.into(),
        }
    }

    /// Our own fixed words.
    pub(super) const fn fixed(&self, words: StaticWords) -> &'static str {
        words.get(self.language())
    }

    /// Words that may quote a page.
    pub(super) fn words(&self, words: &Words, longest: usize) -> String {
        line(words.get(self.language()), longest)
    }

    /// Japan time, with UTC in brackets.
    pub(super) fn time(&self, at: Timestamp) -> String {
        let japan = japan(at);
        let utc = at.strftime("%Y-%m-%d %H:%M");
        let day = usize::try_from(japan.weekday().to_monday_zero_offset()).unwrap_or(0);
        match self.language() {
            Language::Japanese => {
                let day = ["月", "火", "水", "木", "金", "土", "日"].get(day).copied().unwrap_or_default();
                format!("{} 日本時間 [UTC {utc}]", japan.strftime(&format!("%Y年%-m月%-d日({day}) %H:%M")))
            }
            Language::English => format!("{} Japan time [{utc} UTC]", japan.strftime("%a %-d %b %Y %H:%M")),
        }
    }

    /// Hour and minute in Japan, with the day: for tables.
    pub(super) fn short_time(&self, at: Timestamp) -> String {
        japan(at).strftime("%m/%d %H:%M").to_string()
    }

    /// The rule's title, or its id where no rule of that id is known.
    pub(super) fn rule_title(&self, id: &str) -> String {
        (self.rules)(id).map_or_else(|| id.to_owned(), |rule| self.fixed(rule.title).to_owned())
    }

    /// One text of each rule of some findings, each once, in order.
    pub(super) fn rule_texts(
        &self,
        findings: impl Iterator<Item = &'a Finding>,
        text: fn(&'static Rule) -> StaticWords,
        most: usize,
    ) -> Vec<String> {
        let mut texts: Vec<String> = Vec::new();
        for rule in findings.filter_map(|finding| (self.rules)(&finding.rule)) {
            let text = self.fixed(text(rule));
            if texts.len() < most && !texts.iter().any(|seen| seen == text) {
                texts.push(text.to_owned());
            }
        }
        texts
    }

    pub(super) const fn severity(&self, severity: Severity) -> &'static str {
        self.fixed(match severity {
            Severity::Critical => StaticWords { en: "critical", ja: "重大" },
            Severity::High => StaticWords { en: "high", ja: "高" },
            Severity::Medium => StaticWords { en: "medium", ja: "中" },
            Severity::Low => StaticWords { en: "low", ja: "低" },
            Severity::Info => StaticWords { en: "for information", ja: "参考" },
        })
    }

    pub(super) const fn confidence(&self, confidence: Confidence) -> &'static str {
        self.fixed(match confidence {
            Confidence::Certain => StaticWords {
                en: "certain (no benign explanation is known)",
                ja: "確実(無害な説明は知られていません)",
            },
            Confidence::Firm => StaticWords { en: "firm (seldom wrong)", ja: "高い(誤りはまれです)" },
            Confidence::Tentative => StaticWords {
                en: "a hint (may be harmless; please check)",
                ja: "兆候(無害な場合もあります。ご確認ください)",
            },
        })
    }

    pub(super) const fn persona(&self, persona: Persona) -> &'static str {
        self.fixed(match persona {
            Persona::Desktop => StaticWords { en: "desktop browser", ja: "パソコンのブラウザ" },
            Persona::Mobile => StaticWords { en: "mobile phone", ja: "スマートフォン" },
            Persona::SearchVisitor => {
                StaticWords { en: "visitor coming from a search engine", ja: "検索サイトから来た閲覧者" }
            }
            Persona::SearchBot => StaticWords { en: "search engine's robot", ja: "検索エンジンのロボット" },
        })
    }
}

/// Captured text on one line: visible, defanged, cut to a number of characters.
pub(super) fn line(text: &str, longest: usize) -> String {
    defang(&cut(&display_line(text), longest))
}

/// Captured text on at most twelve lines: visible, defanged, cut to a number of characters.
pub(super) fn passage(text: &str, longest: usize) -> String {
    lines(text, 12, longest)
}

/// Words about hinomi itself, which may list many mistakes or sites.
pub(super) fn report(text: &str) -> String {
    lines(text, 200, 20_000)
}

fn lines(text: &str, most: usize, longest: usize) -> String {
    let shown = display_text(text);
    let mut lines = shown.trim().lines();
    let mut first: Vec<&str> = lines.by_ref().take(most).collect();
    first.extend(lines.next().map(|_| "…"));
    defang(&cut(&first.join("\n"), longest))
}

/// The first characters of a text, with `…` where something is left out.
pub(super) fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// A text as one argument of a shell command.
pub(super) fn shell(text: &str) -> String {
    format!("'{}'", display_line(text).replace('\'', r"'\''"))
}
