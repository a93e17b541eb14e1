//! Gathers the mistakes of one file and finds their lines and columns.

use super::mistake::{Complaint, MAX_MISTAKES, Mistake, Mistakes};
use super::syntax::SyntaxError;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// How often a file may ask for "did you mean": each answer compares with all names there are.
const MAX_SUGGESTIONS: usize = 50;

/// The mistakes found so far in one file.
pub(super) struct Collector<'a> {
    file: &'a str,
    text: &'a str,
    /// Byte at which each line starts.
    lines: Vec<usize>,
    /// Lines with a syntax error: what else seems wrong there only follows from it.
    broken: BTreeSet<usize>,
    list: Vec<Mistake>,
    more: usize,
    hidden: Vec<Range<usize>>,
    suggestions: usize,
}

impl<'a> Collector<'a> {
    pub(super) fn new(file: &'a str, text: &'a str) -> Self {
        let lines = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect();
        let (broken, list, hidden) = (BTreeSet::new(), Vec::new(), Vec::new());
        Self { file, text, lines, broken, list, more: 0, hidden, suggestions: MAX_SUGGESTIONS }
    }

    /// Takes the errors of the TOML parser in. After them, mistakes on the same lines and mistakes that something is
    /// missing are left out.
    pub(super) fn syntax(&mut self, errors: Vec<SyntaxError>) {
        for SyntaxError { span, complaint, may_show } in errors {
            let line = self.line(span.start);
            if !may_show {
                self.hidden.push(self.line_range(line));
            }
            self.add(span, String::new(), complaint);
            self.broken.insert(line);
        }
    }

    /// A mistake in what is written.
    pub(super) fn push(&mut self, span: Range<usize>, key: impl Into<String>, complaint: Complaint) {
        if !self.broken.contains(&self.line(span.start)) {
            self.add(span, key.into(), complaint);
        }
    }

    /// A mistake about something that is not there, which may only follow from a syntax error elsewhere.
    pub(super) fn push_missing(&mut self, span: Range<usize>, key: impl Into<String>, complaint: Complaint) {
        if self.broken.is_empty() {
            self.add(span, key.into(), complaint);
        }
    }

    /// These bytes may hold a secret and are never shown.
    pub(super) fn hide(&mut self, span: Range<usize>) {
        self.hidden.push(span);
    }

    /// The nearest of `known` to a mistyped word, as long as the file has not asked too often.
    pub(super) fn suggest<'k>(&mut self, word: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
        self.suggestions = self.suggestions.checked_sub(1)?;
        super::suggest::nearest(word, known)
    }

    /// The line of a byte, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|&start| start <= at)
    }

    /// The value when nothing is wrong, else all mistakes in the order of the file.
    pub(super) fn finish<T>(mut self, value: T) -> Result<T, Mistakes> {
        if self.list.is_empty() {
            return Ok(value);
        }
        self.list.sort_by_key(|mistake| (mistake.line, mistake.column));
        Err(Mistakes { list: self.list, more: self.more, source: Arc::from(self.text), hidden: self.hidden })
    }

    fn line_range(&self, line: usize) -> Range<usize> {
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let end = self.lines.get(line).map_or(self.text.len(), |next| next.saturating_sub(1));
        start..end.max(start)
    }

    fn add(&mut self, span: Range<usize>, key: String, complaint: Complaint) {
        if self.list.len() >= MAX_MISTAKES {
            self.more += 1;
            return;
        }
        let line = self.line(span.start);
        let before = self.text.get(self.line_range(line).start..span.start).unwrap_or("");
        let column = before.trim_start_matches('\u{FEFF}').chars().count() + 1;
        let Complaint { message, help } = complaint;
        self.list.push(Mistake { file: self.file.to_owned(), line, column, key, message, help, span: Some(span) });
    }
}
