//! Mistakes in a file: where, what, and the way to mend it, in both languages.

use crate::model::{Language, Words};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Most mistakes kept of one file; the others are only counted.
pub const MAX_MISTAKES: usize = 1_000;

/// What is wrong with a value and how to mend it, before its place is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Complaint {
    pub(super) message: Words,
    pub(super) help: Words,
}

impl Complaint {
    /// A complaint from `[english, japanese]` message and help.
    pub(super) fn new(message: [impl Into<String>; 2], help: [impl Into<String>; 2]) -> Self {
        let words = |[en, ja]: [String; 2]| Words::new(en, ja);
        Self { message: words(message.map(Into::into)), help: words(help.map(Into::into)) }
    }
}

/// One mistake in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The file, as it was named.
    pub file: String,
    /// Line, from 1; 0 when the whole file is meant.
    pub line: usize,
    /// Column in characters, from 1; 0 when the whole file is meant.
    pub column: usize,
    /// The key it is about, such as `target[city-top].interval`; empty when the whole file is meant.
    pub key: String,
    /// What is wrong.
    pub message: Words,
    /// How to mend it.
    pub help: Words,
    /// Bytes of the source it points at.
    pub(super) span: Option<Range<usize>>,
}

/// All mistakes of one file, in the order of the file; never empty.
#[derive(Debug, Clone)]
pub struct Mistakes {
    pub(super) list: Vec<Mistake>,
    /// Mistakes beyond [`MAX_MISTAKES`].
    pub(super) more: usize,
    pub(super) source: Arc<str>,
    /// Bytes of the source that are never shown, since they may hold a secret.
    pub(super) hidden: Vec<Range<usize>>,
}

impl Mistakes {
    /// A mistake about a file as a whole.
    pub(super) fn whole(file: &str, complaint: Complaint) -> Self {
        let Complaint { message, help } = complaint;
        let one = Mistake { file: file.to_owned(), line: 0, column: 0, key: String::new(), message, help, span: None };
        Self { list: vec![one], more: 0, source: Arc::from(""), hidden: Vec::new() }
    }

    /// The mistakes, at most [`MAX_MISTAKES`].
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Mistake> {
        self.list.iter()
    }

    /// How many mistakes there are in all.
    #[must_use]
    pub fn count(&self) -> usize {
        self.list.len() + self.more
    }

    /// The mistakes as JSON objects with `file`, `line`, `column`, `key`, `message` and `help`, in one language.
    #[must_use]
    pub fn json(&self, language: Language) -> Vec<serde_json::Value> {
        let one = |m: &Mistake| {
            serde_json::json!({
                "file": m.file, "line": m.line, "column": m.column, "key": m.key,
                "message": m.message.get(language), "help": m.help.get(language),
            })
        };
        self.list.iter().map(one).collect()
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", self.key)?;
        }
        write!(f, ": {}; {}", self.message.en, self.help.en)
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, mistake) in self.list.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            mistake.fmt(f)?;
        }
        if self.more > 0 { write!(f, "\nand {} more", self.more) } else { Ok(()) }
    }
}

impl std::error::Error for Mistakes {}

/// A piece of somebody's text as it is quoted in a message: one line, without control and direction characters, at most
/// 60 characters.
pub(super) fn quoted(text: &str) -> String {
    cut(text, 60)
}

/// What a library says of a text, as it stands in a message: like [`quoted`], but at most 300 characters.
pub(super) fn detail(text: &str) -> String {
    cut(text, 300)
}

fn cut(text: &str, most: usize) -> String {
    let safe = |c: char| if hidden_character(c) { '\u{FFFD}' } else { c };
    let mut shown: String = text.chars().take(most).map(safe).collect();
    if text.chars().nth(most).is_some() {
        shown.push('…');
    }
    shown
}

/// Characters that a name or a tag must not hold: they would break lines of a mail's head or turn text around.
pub(super) fn hidden_character(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}
