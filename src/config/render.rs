//! Mistakes as a person reads them on a terminal: the line, a mark under the value, and the way to mend it.

use super::mistake::{Mistake, Mistakes};
use crate::model::Language;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Padding, Renderer, Snippet};
use std::ops::Range;

/// Longest line of which a picture is drawn, in bytes; longer ones are named by line and column alone.
const MAX_SHOWN_LINE: usize = 2_000;
/// Most mistakes that are drawn; a terminal holds no more. `--json` lists all.
const MAX_DRAWN: usize = 100;

impl Mistakes {
    /// The mistakes as text for a terminal, with the lines they are in. Secrets are covered by `*`.
    #[must_use]
    pub fn render(&self, language: Language, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let drawn = self.list.iter().take(MAX_DRAWN).map(|mistake| self.draw(mistake, language, &renderer));
        let mut text = drawn.collect::<Vec<_>>().join("\n\n");
        text.push('\n');
        let rest = self.count().saturating_sub(MAX_DRAWN);
        if rest > 0 {
            text.push_str(&match language {
                Language::English => format!("\n… and {rest} more mistakes\n"),
                Language::Japanese => format!("\n…ほかに {rest} 件の誤りがあります\n"),
            });
        }
        text
    }

    fn draw(&self, mistake: &Mistake, language: Language, renderer: &Renderer) -> String {
        let (error, help) = match language {
            Language::English => ("error", "help"),
            Language::Japanese => ("誤り", "直し方"),
        };
        let mut title = Level::ERROR.with_name(error).primary_title(mistake.message.get(language));
        if !mistake.key.is_empty() {
            title = title.id(mistake.key.as_str());
        }
        let help = Level::HELP.with_name(help).message(mistake.help.get(language));
        let line = self.line_around(mistake);
        let group = match &line {
            Some((line, span)) => Group::with_title(title).element(
                Snippet::source(line.as_str())
                    .line_start(mistake.line)
                    .path(mistake.file.as_str())
                    .annotation(AnnotationKind::Primary.span(span.clone())),
            ),
            None => Group::with_title(title).element(origin(mistake)).element(Padding),
        };
        renderer.render(&[group.element(help)])
    }

    /// The line a mistake begins in, secrets covered, and the mistake's bytes in it.
    fn line_around(&self, mistake: &Mistake) -> Option<(String, Range<usize>)> {
        let span = mistake.span.clone()?;
        let bytes = self.source.as_bytes();
        let start = memchr::memrchr(b'\n', bytes.get(..span.start)?).map_or(0, |at| at + 1);
        let end = memchr::memchr(b'\n', bytes.get(start..)?).map_or(bytes.len(), |at| start + at);
        let start = if self.source.get(start..)?.starts_with('\u{FEFF}') { start + 3 } else { start };
        if end.saturating_sub(start) > MAX_SHOWN_LINE {
            return None;
        }
        let covered = self.covered(start..end)?;
        let line = covered.trim_end_matches('\r');
        let within = |at: usize| line.floor_char_boundary(at.saturating_sub(start));
        Some((line.to_owned(), within(span.start)..within(span.end.max(span.start))))
    }

    /// A stretch of the source with every hidden byte replaced by `*`.
    fn covered(&self, range: Range<usize>) -> Option<String> {
        let mut line = self.source.get(range.clone())?.to_owned();
        for hidden in &self.hidden {
            let from = hidden.start.clamp(range.start, range.end) - range.start;
            let to = hidden.end.clamp(range.start, range.end) - range.start;
            if from < to && line.is_char_boundary(from) && line.is_char_boundary(to) {
                line.replace_range(from..to, &"*".repeat(to - from));
            }
        }
        Some(line)
    }
}

fn origin(mistake: &Mistake) -> Origin<'_> {
    let origin = Origin::path(mistake.file.as_str());
    if mistake.line == 0 { origin } else { origin.line(mistake.line).char_column(mistake.column) }
}
