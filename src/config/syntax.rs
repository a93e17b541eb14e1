//! Text to a spanned TOML tree, with all errors of the TOML parser in both languages.

use super::mistake::Complaint;
use std::ops::Range;
use toml::Spanned;
use toml::de::DeTable;

/// Up to this size the parser goes on after an error; it needs memory for each one.
const MAX_RECOVERED: usize = 1 << 20;

/// An error of the TOML parser.
pub(super) struct SyntaxError {
    pub(super) span: Range<usize>,
    pub(super) complaint: Complaint,
    /// The line holds nothing that looks like a secret.
    pub(super) may_show: bool,
}

/// Parses a text. With errors the tree holds what could be understood.
pub(super) fn parse(text: &str) -> (Spanned<DeTable<'_>>, Vec<SyntaxError>) {
    if text.len() <= MAX_RECOVERED {
        let (table, errors) = DeTable::parse_recoverable(text);
        return (table, errors.iter().map(|error| read(text, error)).collect());
    }
    match DeTable::parse(text) {
        Ok(table) => (table, Vec::new()),
        Err(error) => (Spanned::new(0..0, DeTable::new()), vec![read(text, &error)]),
    }
}

fn read(text: &str, error: &toml::de::Error) -> SyntaxError {
    let clip = |at: usize| text.floor_char_boundary(at);
    let span = error.span().map_or(text.len()..text.len(), |span| clip(span.start)..clip(span.end));
    let may_show = !looks_secret(line_of(text, span.start));
    SyntaxError { span, complaint: complaint(error.message()), may_show }
}

fn line_of(text: &str, at: usize) -> &str {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or("")
}

fn looks_secret(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    let words = ["password", "passwd", "secret", "token", "webhook", "heartbeat"];
    words.iter().any(|word| line.contains(word)) || (line.contains("://") && line.contains('@'))
}

/// What the parser says, what it means in Japanese, and how to mend it.
const KNOWN: &[(&str, &str, [&str; 2])] = &[
    ("duplicate key", "同じキーが二度書かれています", ["keep one of them", "どちらか一つだけを残してください"]),
    (
        "string values must be quoted",
        "文字列が引用符で囲まれていません",
        ["put the value between \"…\"", "値を \"…\" で囲んでください"],
    ),
    (
        "invalid basic string",
        "文字列が閉じていないか、使えない文字を含んでいます",
        [
            "close the text with \" on the same line; write \\ as \\\\",
            "同じ行で \" を閉じ、\\ は \\\\ と書いてください",
        ],
    ),
    (
        "invalid literal string",
        "文字列が閉じていないか、使えない文字を含んでいます",
        ["close the text with ' on the same line", "同じ行で ' を閉じてください"],
    ),
    ("key with no value", "キーに値がありません", ["write `key = value`", "「キー = 値」の形で書いてください"]),
    (
        "missing value",
        "値がありません",
        ["write a value after `=`, or take the line out", "= の後に値を書くか、行を消してください"],
    ),
    ("unclosed array", "角括弧 [ ] が閉じていません", ["close the list with `]`", "一覧を ] で閉じてください"]),
    ("unclosed inline table", "波括弧 { } が閉じていません", ["close the table with `}`", "表を } で閉じてください"]),
    (
        "unclosed table",
        "見出しの角括弧が閉じていません",
        ["write the heading as `[name]`", "見出しは [名前] の形で書いてください"],
    ),
    ("missing comma", "コンマがありません", ["put a comma between the two", "二つの間にコンマを入れてください"]),
    (
        "cannot recurse further",
        "入れ子が深すぎます",
        ["nothing here needs so many levels; flatten it", "これほどの入れ子は不要です。平らにしてください"],
    ),
];

fn complaint(message: &str) -> Complaint {
    let message = super::mistake::detail(message);
    let found = KNOWN.iter().find(|(words, ..)| message.starts_with(words));
    let (ja, help) = found.map_or(
        (
            "TOML の書き方になっていません",
            ["see https://toml.io for how it is written", "書き方は https://toml.io/ja を見てください"],
        ),
        |(_, ja, help)| (*ja, *help),
    );
    Complaint::new([format!("not valid TOML: {message}"), format!("{ja} (TOML: {message})")], help)
}
