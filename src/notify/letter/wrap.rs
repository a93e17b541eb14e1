//! Lines of mail text: broken by display width, aware that Japanese has no spaces and forbids some line ends.

/// Display width of a line in columns; a wide character counts two.
pub(super) const WIDTH: usize = 72;

/// A word longer than this many columns is cut wherever the line ends.
const LONGEST_WORD: usize = 200;

/// Columns a character takes in a fixed-width font: two for East Asian wide and full-width ones.
const fn columns(c: char) -> usize {
    match c {
        '\u{300}'..='\u{36f}' | '\u{3099}' | '\u{309a}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}'
        // Ambiguous ones that Japanese fonts draw wide.
        | '…' | '※' | '→' | '■' | '●' | '═' => 2,
        _ => 1,
    }
}

/// Columns a text takes on one line.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// Characters that never begin a line.
fn never_first(c: char) -> bool {
    "、。，．・：；？！ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ）」』】〉》〕］｝)]},.:;?!%".contains(c)
}

/// Characters that never end a line.
fn never_last(c: char) -> bool {
    "（「『【〈《〔［｛([{".contains(c)
}

fn may_break(a: char, b: char) -> bool {
    a == ' ' || b == ' ' || ((columns(a) == 2 || columns(b) == 2) && !never_first(b) && !never_last(a))
}

/// The pieces of a line that stay whole.
fn pieces(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let mut chars = rest.char_indices();
        let (_, mut before) = chars.next()?;
        let mut seen = columns(before);
        let end = chars.find_map(|(at, c)| {
            seen += columns(c);
            let cut = may_break(before, c) || seen > LONGEST_WORD;
            before = c;
            cut.then_some(at)
        });
        let (piece, behind) = rest.split_at(end.unwrap_or(rest.len()));
        rest = behind;
        Some(piece)
    })
}

/// A text in lines of at most [`WIDTH`] columns; lines after the first begin with `indent` spaces.
pub(super) fn wrap(text: &str, indent: usize) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let margin = " ".repeat(indent);
    for (number, line) in text.lines().enumerate() {
        if number > 0 {
            out.push('\n');
            out.push_str(&margin);
        }
        let mut used = indent;
        for piece in pieces(line) {
            let needed = width(piece);
            if used + needed > WIDTH && used > indent {
                out.truncate(out.trim_end_matches(' ').len());
                out.push('\n');
                out.push_str(&margin);
                used = indent;
                if piece == " " {
                    continue;
                }
            }
            out.push_str(piece);
            used += needed;
        }
    }
    out
}

/// Captured text: each line behind a bar, cut anywhere, so that it cannot be taken for ours.
pub(super) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for line in text.lines() {
        let mut used = 0;
        out.push_str("  | ");
        for c in line.chars() {
            if used + columns(c) > WIDTH - 4 {
                out.push_str("\n  | ");
                used = 0;
            }
            used += columns(c);
            out.push(c);
        }
        out.push('\n');
    }
    out.truncate(out.trim_end_matches('\n').len());
    out
}

/// A text filled with spaces to a number of columns.
pub(super) fn pad(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_short_and_japanese_breaks_where_it_may() {
        let text = "例示市のページに、改ざんを疑う変更を検知しました。まず「最初にすること」をご覧ください。".repeat(3);
        let wrapped = wrap(&text, 2);
        assert!(wrapped.lines().count() > 3);
        for line in wrapped.lines() {
            assert!(width(line) <= WIDTH + 2, "{line}");
            assert!(!line.trim_start().starts_with(never_first), "{line}");
            assert!(!line.ends_with(never_last), "{line}");
        }
        assert_eq!(wrapped.replace("\n  ", ""), text);
    }

    #[test]
    fn english_breaks_at_spaces_and_endless_words_end() {
        assert_eq!(
            wrap(&"word ".repeat(20), 0).lines().map(str::trim_end).collect::<Vec<_>>(),
            ["word ".repeat(14).trim_end(), "word ".repeat(6).trim_end()]
        );
        assert!(wrap(&"x".repeat(5000), 0).lines().all(|line| line.len() <= LONGEST_WORD + WIDTH));
    }

    #[test]
    fn a_quote_cannot_pose_as_our_words() {
        let quoted = quote(&format!("a\n■ 最初にすること\n{}", "あ".repeat(50)));
        assert_eq!(quoted.lines().count(), 4);
        assert!(quoted.lines().all(|line| line.starts_with("  | ") && width(line) <= WIDTH));
    }
}
