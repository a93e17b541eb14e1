//! What people see on a terminal: verdicts, findings, changes; plain when piped.

use super::{Colour, Context, terms};
use crate::model::{
    ChangeKind, Excerpt, Finding, Judgement, Language, PartKind, Plane, Severity, TextPart, UnseenReason, Verdict,
    Words, defang, display_text,
};
use anstyle::{AnsiColor, Style};
use std::io::Write as _;

/// Prints a line; a reader that went away (`| head`) is no error, the program just has nobody to talk to.
pub(super) fn line(text: &str) -> anyhow::Result<()> {
    match writeln!(std::io::stdout().lock(), "{text}") {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Prints a line for people in their language; nothing where a program reads.
pub(super) fn say(context: &Context, en: &str, ja: &str) -> anyhow::Result<()> {
    match (context.json, context.language) {
        (true, _) => Ok(()),
        (false, Language::English) => line(en),
        (false, Language::Japanese) => line(ja),
    }
}

/// Prints what was made up in both languages; nothing where a program reads.
pub(super) fn tell(context: &Context, words: &Words) -> anyhow::Result<()> {
    say(context, &words.en, &words.ja)
}

/// `text` in a style, when colours are on.
pub(super) fn styled(colour: Colour, style: Style, text: &str) -> String {
    match colour {
        Colour::On => format!("{style}{text}{style:#}"),
        Colour::Off => text.to_owned(),
    }
}

/// A style of one colour.
pub(super) const fn plain(colour: AnsiColor) -> Style {
    Style::new().fg_color(Some(anstyle::Color::Ansi(colour)))
}

fn verdict_style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Unchanged => plain(AnsiColor::Green).dimmed(),
        Verdict::Routine => plain(AnsiColor::Green),
        Verdict::Review => plain(AnsiColor::Yellow).bold(),
        Verdict::Unseen => plain(AnsiColor::Magenta).bold(),
        Verdict::Alarm => plain(AnsiColor::Red).bold(),
    }
}

/// A verdict as a word.
pub(super) const fn verdict_word(verdict: Verdict, language: Language) -> &'static str {
    match (language, verdict) {
        (Language::English, _) => verdict.as_str(),
        (Language::Japanese, Verdict::Unchanged) => "変化なし",
        (Language::Japanese, Verdict::Routine) => "通常更新",
        (Language::Japanese, Verdict::Review) => "要確認",
        (Language::Japanese, Verdict::Unseen) => "観測不能",
        (Language::Japanese, Verdict::Alarm) => "警報",
    }
}

/// A verdict as a coloured word.
pub(super) fn verdict(context: &Context, verdict: Verdict) -> String {
    styled(context.colour, verdict_style(verdict), verdict_word(verdict, context.language))
}

/// The reasons of a judgement, one line each.
pub(super) fn reasons(context: &Context, judgement: &Judgement) -> Vec<String> {
    judgement.because.iter().map(|words| format!("  {}", safe(words.get(context.language)))).collect()
}

/// What a person can do about something unseen.
pub(super) fn next_step(context: &Context, reason: UnseenReason) -> String {
    let label = match context.language {
        Language::English => "next",
        Language::Japanese => "次の対応",
    };
    format!("  {label}: {}", safe(reason.next_step().get(context.language)))
}

/// A finding, its evidence defanged and made visible.
pub(super) fn finding(context: &Context, finding: &Finding) -> Vec<String> {
    let style = match finding.severity {
        Severity::Critical | Severity::High => plain(AnsiColor::Red),
        Severity::Medium => plain(AnsiColor::Yellow),
        Severity::Low | Severity::Info => Style::new().dimmed(),
    };
    let (grade, sure) = (finding.severity, finding.confidence);
    let severity =
        format!("{}/{}", terms::severity(grade, context.language), terms::confidence(sure, context.language));
    let head = styled(context.colour, style, &format!("{severity} {}", finding.rule));
    let mut lines = vec![format!("  {head}: {}", safe(finding.summary.get(context.language)))];
    if let Some(location) = &finding.location {
        let place = location.line.map(|line| format!(" :{line}")).unwrap_or_default();
        lines.push(format!("      {}{place}", safe(&location.path)));
    }
    if !finding.evidence.is_empty() {
        lines.push(format!("      {}", safe(&finding.evidence)));
    }
    if let Some(decoded) = &finding.decoded {
        lines.push(format!("      → {}", safe(decoded)));
    }
    lines
}

/// A change: what, where, old and new.
pub(super) fn change(context: &Context, change: &Excerpt) -> Vec<String> {
    let (sign, style) = match change.kind {
        ChangeKind::Insert => ("+", plain(AnsiColor::Green)),
        ChangeKind::Delete => ("-", plain(AnsiColor::Red)),
        ChangeKind::Update => ("~", plain(AnsiColor::Yellow)),
        ChangeKind::Move => (">", plain(AnsiColor::Cyan)),
    };
    let active = match (change.plane, context.language) {
        (Plane::Active, Language::English) => " [active]",
        (Plane::Active, Language::Japanese) => " [閲覧者に作用]",
        (Plane::Content, _) => "",
    };
    let mut lines =
        vec![format!("  {}", styled(context.colour, style, &format!("{sign} {}{active}", safe(&change.path))))];
    // An address is shown as a whole: in pieces it could not be told that it is one.
    let addressed = [&change.old, &change.new].into_iter().flatten().any(|text| defang(text) != *text);
    if change.parts.is_empty() || addressed {
        let excerpt =
            |sign: &str, text: &Option<String>| text.as_ref().map(|text| format!("      {sign} {}", safe(text)));
        lines.extend(excerpt("-", &change.old));
        lines.extend(excerpt("+", &change.new));
    } else {
        lines.push(format!("      {}", change.parts.iter().map(|part| word(context, part)).collect::<String>()));
    }
    lines
}

/// A part of a changed text: what is gone and what is new coloured, or in the brackets of `wdiff` where there is no colour.
fn word(context: &Context, part: &TextPart) -> String {
    let text = safe(&part.text);
    match (part.kind, context.colour) {
        (PartKind::Equal, _) => text,
        (PartKind::Delete, Colour::On) => styled(Colour::On, plain(AnsiColor::Red).strikethrough(), &text),
        (PartKind::Insert, Colour::On) => styled(Colour::On, plain(AnsiColor::Green).underline(), &text),
        (PartKind::Delete, Colour::Off) => format!("[-{text}-]"),
        (PartKind::Insert, Colour::Off) => format!("{{+{text}+}}"),
    }
}

/// One line of captured text that keeps its indentation, at most `limit` characters of it.
pub(super) fn safe_line(text: &str, limit: usize) -> String {
    let indent = text.len() - text.trim_start_matches(' ').len();
    let cut: String = text.trim_start().chars().take(limit).collect();
    let more = if text.trim_start().chars().nth(limit).is_some() { "…" } else { "" };
    format!("{}{}{more}", " ".repeat(indent.min(40)), safe(&cut))
}

/// Captured text as it may stand on a terminal: no control characters, nothing to click.
pub(super) fn safe(text: &str) -> String {
    defang(&display_text(text)).replace('\n', " ")
}
