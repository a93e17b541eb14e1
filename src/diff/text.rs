//! Differences inside a text, in pieces that a person reads as words, in Japanese too.
//!
//! Japanese has no spaces between words. A change of script (漢字 to ひらがな, カタカナ, latin, digits) is where a reader
//! sees a border, so pieces are runs of one class of characters; marks and punctuation stand alone.

use crate::model::{Change, PartKind, TextPart};
use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices};

/// Most pieces of either side that are compared; what is longer between its equal ends is told as replaced whole.
const MAX_PIECES: usize = 1_000;
/// Farthest that the border of the equal ends is moved back to the border of a piece, in characters.
const MAX_STEP_BACK: usize = 64;
/// Characters shown before the first difference.
const CONTEXT: usize = 30;

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part<'a> {
    /// What became of it.
    pub kind: PartKind,
    /// Its characters; never empty.
    pub text: &'a str,
}

/// The parts of two texts in reading order, what is gone before what is new. Equal and deleted parts together are the
/// old text, equal and inserted ones the new one. Work is bounded: linear, and at most [`MAX_PIECES`] pieces compared.
#[must_use]
pub fn parts<'a>(old: &'a str, new: &'a str) -> Vec<Part<'a>> {
    let (front, back) = whole_ends(old, new);
    let (old_middle, new_middle) = (&old[front..old.len() - back], &new[front..new.len() - back]);
    let mut parts = Vec::new();
    push(&mut parts, PartKind::Equal, &old[..front]);
    match (pieces(old_middle), pieces(new_middle)) {
        (Some(old_pieces), Some(new_pieces)) => {
            let ops = capture_diff_slices(Algorithm::Myers, &old_pieces, &new_pieces);
            let middle = Middle { old: old_middle, new: new_middle, old_pieces, new_pieces };
            ops.iter().for_each(|op| middle.push(op, &mut parts));
        }
        _ => {
            push(&mut parts, PartKind::Delete, old_middle);
            push(&mut parts, PartKind::Insert, new_middle);
        }
    }
    push(&mut parts, PartKind::Equal, &old[old.len() - back..]);
    parts
}

/// What a change did to its text, word by word; empty when nothing of the old is left, or nothing was there before.
#[must_use]
pub fn parts_of(change: &Change) -> Vec<TextPart> {
    let (Some(old), Some(new)) = (&change.old_excerpt, &change.new_excerpt) else { return Vec::new() };
    let parts = parts(old, new);
    if !parts.iter().any(|part| part.kind == PartKind::Equal) {
        return Vec::new();
    }
    parts.into_iter().map(|Part { kind, text }| TextPart { kind, text: text.to_owned() }).collect()
}

fn push<'a>(parts: &mut Vec<Part<'a>>, kind: PartKind, text: &'a str) {
    if !text.is_empty() {
        parts.push(Part { kind, text });
    }
}

/// What lies between the equal ends, in pieces.
struct Middle<'a> {
    old: &'a str,
    new: &'a str,
    old_pieces: Vec<&'a str>,
    new_pieces: Vec<&'a str>,
}

impl<'a> Middle<'a> {
    fn push(&self, op: &DiffOp, parts: &mut Vec<Part<'a>>) {
        let (tag, old, new) = op.as_tag_tuple();
        let old = joined(self.old, &self.old_pieces, old);
        let new = joined(self.new, &self.new_pieces, new);
        match tag {
            DiffTag::Equal => push(parts, PartKind::Equal, old),
            _ => {
                push(parts, PartKind::Delete, old);
                push(parts, PartKind::Insert, new);
            }
        }
    }
}

/// The stretch of a text that a range of its pieces covers.
fn joined<'a>(text: &'a str, pieces: &[&str], range: std::ops::Range<usize>) -> &'a str {
    let length = |pieces: &[&str]| pieces.iter().map(|piece| piece.len()).sum::<usize>();
    let start = length(&pieces[..range.start]);
    &text[start..start + length(&pieces[range])]
}

/// What characters read as one word have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Kanji,
    Hiragana,
    Katakana,
    Letter,
    Digit,
    Space,
    Mark,
}

fn class(c: char) -> Class {
    match c {
        '々' | '〆' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' => Class::Kanji,
        '\u{20000}'..='\u{323af}' => Class::Kanji,
        '\u{3041}'..='\u{309f}' => Class::Hiragana,
        '\u{30a1}'..='\u{30fa}' | 'ー' | '\u{30fd}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' => Class::Katakana,
        '\u{ff66}'..='\u{ff9f}' => Class::Katakana,
        c if c.is_numeric() => Class::Digit,
        c if c.is_alphabetic() => Class::Letter,
        c if c.is_whitespace() => Class::Space,
        _ => Class::Mark,
    }
}

/// Whether a border of a word lies between two characters.
fn border(before: char, after: char) -> bool {
    let (before, after) = (class(before), class(after));
    before != after || before == Class::Mark
}

/// The pieces of a text; none when there are too many.
fn pieces(text: &str) -> Option<Vec<&str>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut before = None;
    for (at, c) in text.char_indices() {
        if before.is_some_and(|before| border(before, c)) {
            pieces.push(&text[start..at]);
            start = at;
            if pieces.len() >= MAX_PIECES {
                return None;
            }
        }
        before = Some(c);
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    Some(pieces)
}

/// Bytes that two texts have in common at their beginning and, of the rest, at their end; both cut at characters.
pub(super) fn common_ends(old: &str, new: &str) -> (usize, usize) {
    let front = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
    let front = old.floor_char_boundary(front);
    let (old, new) = (&old[front..], &new[front..]);
    let back = old.bytes().rev().zip(new.bytes().rev()).take_while(|(a, b)| a == b).count();
    let back = old.len() - old.ceil_char_boundary(old.len() - back);
    (front, back)
}

/// [`common_ends`], drawn back so that no word is cut on either side.
fn whole_ends(old: &str, new: &str) -> (usize, usize) {
    let (mut front, mut back) = common_ends(old, new);
    let inside = |text: &str, at: usize| {
        let (left, right) = text.split_at(at);
        left.chars().next_back().zip(right.chars().next()).is_some_and(|(before, after)| !border(before, after))
    };
    for _ in 0..MAX_STEP_BACK {
        if !inside(old, front) && !inside(new, front) {
            break;
        }
        front -= old[..front].chars().next_back().map_or(0, char::len_utf8);
    }
    for _ in 0..MAX_STEP_BACK {
        if !inside(old, old.len() - back) && !inside(new, new.len() - back) {
            break;
        }
        back -= old[old.len() - back..].chars().next().map_or(0, char::len_utf8);
    }
    (front, back)
}

/// Both texts around their first difference, each at most `limit` characters, with `…` where something is left out.
pub(super) fn windows(old: &str, new: &str, limit: usize) -> (String, String) {
    let (front, _) = whole_ends(old, new);
    let start = old[..front].char_indices().rev().nth(CONTEXT - 1).map_or(0, |(at, _)| at);
    let window = |text: &str| {
        let omitted = if start > 0 { "…" } else { "" };
        format!("{omitted}{}", shorten(&text[start..], limit))
    };
    (window(old), window(new))
}

/// The beginning of a text with each run of white space as one space; `…` where something is left out.
pub(super) fn shorten(text: &str, limit: usize) -> String {
    let mut out = String::new();
    let mut left = limit;
    let mut space = false;
    for c in text.trim_start().chars() {
        if c.is_whitespace() {
            space = true;
            continue;
        }
        if left <= usize::from(space) {
            out.push('…');
            break;
        }
        if space {
            out.push(' ');
        }
        left -= 1 + usize::from(space);
        space = false;
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marked(old: &str, new: &str) -> String {
        let shown = parts(old, new).into_iter().map(|part| match part.kind {
            PartKind::Equal => part.text.to_owned(),
            PartKind::Delete => format!("[-{}-]", part.text),
            PartKind::Insert => format!("{{+{}+}}", part.text),
        });
        shown.collect()
    }

    #[test]
    fn japanese_is_told_in_words() {
        assert_eq!(
            marked("令和6年度の予算を公表しました", "令和7年度の予算を公表しました"),
            "令和[-6-]{+7+}年度の予算を公表しました"
        );
        assert_eq!(marked("防災メールの登録", "防災アプリの登録"), "防災[-メール-]{+アプリ+}の登録");
        assert_eq!(marked("市長の部屋へようこそ", "知事の部屋へようこそ"), "[-市長-]{+知事+}の部屋へようこそ");
    }

    #[test]
    fn words_and_numbers_are_not_cut() {
        assert_eq!(marked("posted 2024-05-01", "posted 2025-05-01"), "posted [-2024-]{+2025+}-05-01");
        assert_eq!(marked("the form", "the farm"), "the [-form-]{+farm+}");
        assert_eq!(marked("", "new"), "{+new+}");
        assert_eq!(marked("same", "same"), "same");
    }

    #[test]
    fn long_texts_are_replaced_whole_between_equal_ends() {
        let (old, new) = ("あa".repeat(50_000), "いb".repeat(50_000));
        assert_eq!(parts(&format!("前、{old}。後"), &format!("前、{new}。後")).len(), 4);
    }

    #[test]
    fn windows_stand_around_the_difference() {
        let text = "長い文章。".repeat(100);
        let (old, new) = windows(&format!("{text}市長{text}"), &format!("{text}知事{text}"), 40);
        assert!(old.starts_with('…') && old.ends_with('…') && old.contains("市長"), "{old}");
        assert!(new.contains("知事") && new.chars().count() <= 42, "{new}");
        assert_eq!(shorten("  a \n\t b  ", 10), "a b");
        assert_eq!(shorten("abcdef", 3), "abc…");
    }

    proptest! {
        #[test]
        fn parts_make_both_texts(old in "[あい市県アイab1。 ]{0,40}", new in "[あい市県アイab1。 ]{0,40}") {
            let of = |other: PartKind| parts(&old, &new).iter().filter(|p| p.kind != other).map(|p| p.text).collect::<String>();
            prop_assert_eq!(of(PartKind::Insert), old.clone());
            prop_assert_eq!(of(PartKind::Delete), new.clone());
        }

        #[test]
        fn any_characters_are_cut_at_borders(old in ".{0,30}", new in ".{0,30}", limit in 1_usize..20) {
            let _ = windows(&old, &new, limit);
            prop_assert!(shorten(&old, limit).chars().count() <= limit + 1);
        }
    }
}
