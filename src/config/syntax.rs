//! Text to a spanned TOML tree, with all errors of the TOML parser in both languages.

use super::mistake::{Complaint, MAX_MISTAKES};
use std::cell::OnceCell;
use std::ops::Range;
use toml::Spanned;
use toml::de::DeTable;

/// Up to this size the parser goes on after an error; it needs memory for each one. A larger file is read table by table.
const MAX_RECOVERED: usize = 1 << 20;

/// An error of the TOML parser.
pub(super) struct SyntaxError {
    pub(super) span: Range<usize>,
    pub(super) complaint: Complaint,
    /// The line holds nothing that looks like a secret.
    pub(super) may_show: bool,
}

/// Parses a text. With errors the tree holds what could be understood: an error ends with its table, and the lines around
/// it still count. `room` keeps the text that the tree then points into.
pub(super) fn parse<'t>(text: &'t str, room: &'t OnceCell<String>) -> (Spanned<DeTable<'t>>, Vec<SyntaxError>) {
    if let Ok(tree) = DeTable::parse(text) {
        return (tree, Vec::new());
    }
    let (mended, mut errors) = mend(text);
    let mended = room.get_or_init(|| mended);
    // What is wrong between tables, such as one that stands there twice, shows only in the whole.
    let (tree, more) = recover(mended, 0);
    errors.extend(more);
    (tree, errors)
}

fn recover(text: &str, offset: usize) -> (Spanned<DeTable<'_>>, Vec<SyntaxError>) {
    if text.len() <= MAX_RECOVERED {
        let (table, errors) = DeTable::parse_recoverable(text);
        return (table, errors.iter().take(MAX_MISTAKES).map(|error| read(text, error, offset)).collect());
    }
    match DeTable::parse(text) {
        Ok(table) => (table, Vec::new()),
        Err(error) => (Spanned::new(0..0, DeTable::new()), vec![read(text, &error, offset)]),
    }
}

/// The text with broken lines blanked out, every other byte in its place, and the errors that were there.
fn mend(text: &str) -> (String, Vec<SyntaxError>) {
    let (mut mended, mut errors) = (String::with_capacity(text.len()), Vec::new());
    for block in blocks(text) {
        if DeTable::parse(block).is_ok() {
            mended.push_str(block);
            continue;
        }
        let (_, found) = recover(block, mended.len());
        let start = mended.len();
        mended
            .push_str(&mend_block(block, |line| found.iter().any(|error| line.contains(&(error.span.start - start)))));
        errors.extend(found.into_iter().take(MAX_MISTAKES.saturating_sub(errors.len())));
    }
    (mended, errors)
}

/// One table: first without the lines that an error stands on, then without those that are nothing by themselves, then
/// without anything.
fn mend_block(block: &str, has_error: impl Fn(&Range<usize>) -> bool) -> String {
    let without = |is_broken: &dyn Fn(&Range<usize>, &str) -> bool| {
        let mut at = 0;
        let mut kept = String::with_capacity(block.len());
        for line in block.split_inclusive('\n') {
            let place = at..at + line.len();
            kept.push_str(&if is_broken(&place, line) { blank(line) } else { line.to_owned() });
            at = place.end;
        }
        Some(kept).filter(|kept| DeTable::parse(kept).is_ok())
    };
    without(&|place, _| has_error(place))
        .or_else(|| without(&|_, line| DeTable::parse(line).is_err()))
        .unwrap_or_else(|| blank(block))
}

/// As many bytes of nothing; ends of lines stay.
fn blank(text: &str) -> String {
    text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect()
}

/// The text cut before each line that begins a table.
fn blocks(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let mut end = first;
        for line in rest.get(first..)?.split_inclusive('\n') {
            if begins_table(line) {
                break;
            }
            end += line.len();
        }
        let (block, after) = rest.split_at(end);
        rest = after;
        Some(block).filter(|block| !block.is_empty())
    })
}

/// Whether a line looks like the heading of a table, broken ones too.
pub(super) fn begins_table(line: &str) -> bool {
    let name = line.trim_start_matches('\u{FEFF}').trim_start();
    let name = name.strip_prefix("[[").or_else(|| name.strip_prefix('[')).unwrap_or_default();
    name.trim_start().starts_with(|c: char| c.is_ascii_alphabetic())
}

fn read(text: &str, error: &toml::de::Error, offset: usize) -> SyntaxError {
    let clip = |at: usize| text.floor_char_boundary(at);
    let span = error.span().map_or(text.len()..text.len(), |span| clip(span.start)..clip(span.end));
    let may_show = !looks_secret(line_of(text, span.start));
    let span = span.start + offset..span.end + offset;
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
