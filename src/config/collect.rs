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
    /// Lines that begin a table, but for tables inside of others.
    headings: Vec<usize>,
    /// After syntax errors: the ids that lines give, however badly written.
    ids: BTreeSet<&'a str>,
    list: Vec<Mistake>,
    more: usize,
    hidden: Vec<Range<usize>>,
    suggestions: usize,
}

impl<'a> Collector<'a> {
    pub(super) fn new(file: &'a str, text: &'a str) -> Self {
        let lines = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect();
        Self {
            file,
            text,
            lines,
            broken: BTreeSet::new(),
            headings: Vec::new(),
            ids: BTreeSet::new(),
            list: Vec::new(),
            more: 0,
            hidden: Vec::new(),
            suggestions: MAX_SUGGESTIONS,
        }
    }

    /// Takes the errors of the TOML parser in. After them, mistakes on the same lines are left out, and in the same table
    /// those that something is missing.
    pub(super) fn syntax(&mut self, errors: Vec<SyntaxError>) {
        if !errors.is_empty() {
            let lines = self.text.split('\n').zip(1..);
            self.ids = self.text.lines().filter_map(given_id).collect();
            self.headings = lines.filter(|(line, _)| is_heading(line)).map(|(_, number)| number).collect();
        }
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

    /// A mistake about something that is not there, which may only follow from a syntax error in the same table.
    pub(super) fn push_missing(&mut self, span: Range<usize>, key: impl Into<String>, complaint: Complaint) {
        let line = self.line(span.start);
        let next = self.headings.partition_point(|&heading| heading <= line);
        let start = next.checked_sub(1).and_then(|at| self.headings.get(at)).copied().unwrap_or(0);
        let end = self.headings.get(next).copied().unwrap_or(usize::MAX);
        if self.broken.range(start..end).next().is_none() {
            self.add(span, key.into(), complaint);
        }
    }

    /// A mistake about a name that nothing has. After syntax errors it is left out where some line says `id = ` with that
    /// name: its table is there, and only could not be read.
    pub(super) fn push_unknown(&mut self, span: Range<usize>, key: impl Into<String>, id: &str, complaint: Complaint) {
        if !self.ids.contains(id) {
            self.push(span, key, complaint);
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

/// Whether a line begins a table that does not stand inside of another.
fn is_heading(line: &str) -> bool {
    super::syntax::begins_table(line) && !line.split(']').next().unwrap_or_default().contains('.')
}

/// The id that a line gives its table.
fn given_id(line: &str) -> Option<&str> {
    let value = line.trim_start().strip_prefix("id")?.trim_start().strip_prefix('=')?;
    Some(value.trim_matches(|c: char| !c.is_ascii_alphanumeric()))
}
