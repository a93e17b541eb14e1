//! Signs of needless encoding in the tokens of a script, with the thresholds measured in THREATS part C.

use super::prescan::Hints;
use super::tokens::{Kind, Tokens};
use super::words;
use crate::model::ScriptSign;

/// Longest offending piece that is kept, in bytes.
const MAX_PIECE: usize = 240;
/// Encoded letters from which on an encoding is needless (E1, E3).
const MANY_LETTERS: usize = 30;
/// Encoded letters that suffice where they make up two fifths of a literal (E1).
const DENSE_LETTERS: usize = 8;
/// Symbols in a run (E6).
const SYMBOL_RUN: usize = 150;
/// Groups of delimiter-hex, and the literal's least length (G1).
const HEX_GROUPS: usize = 30;
const HEX_LITERAL: usize = 200;

type Signs = Vec<(ScriptSign, String)>;

/// The signs in one script, each kind once.
pub(super) fn find(tokens: &Tokens, hints: Hints) -> Signs {
    let mut signs = Signs::new();
    if hints.has(Hints::LITERALS) {
        literals(tokens, &mut signs);
        packed(tokens, &mut signs);
        char_mapper(tokens, &mut signs);
    }
    if memchr::memmem::find(tokens.text.as_bytes(), b"[][").is_some() {
        computed_call(tokens, &mut signs);
    }
    signs
}

fn cut(text: &str) -> String {
    text[..text.floor_char_boundary(MAX_PIECE)].to_owned()
}

/// `\xNN` and `\u00NN` in a literal's content that stand for ASCII letters and digits.
pub(super) fn escaped_letters(raw: &str) -> usize {
    memchr::memchr_iter(b'\\', raw.as_bytes())
        .filter(|&at| {
            let rest = &raw.as_bytes()[at + 1..];
            let digits = rest.strip_prefix(b"x").or_else(|| rest.strip_prefix(b"u00"));
            digits.is_some_and(encodes_letter)
        })
        .count()
}

/// Whether two hexadecimal digits stand for an ASCII letter or digit.
fn encodes_letter(digits: &[u8]) -> bool {
    let digit = |at: usize| digits.get(at).and_then(|&b| (b as char).to_digit(16));
    digit(0).zip(digit(1)).is_some_and(|(high, low)| ((high * 16 + low) as u8).is_ascii_alphanumeric())
}

/// `%XX` that stand for letters and digits, and all `%XX`.
fn percent_letters(content: &str) -> (usize, usize) {
    let bytes = content.as_bytes();
    memchr::memchr_iter(b'%', bytes).fold((0, 0), |(letters, all), at| {
        let digits = &bytes[at + 1..];
        let is_code = digits.len() >= 2 && digits[..2].iter().all(u8::is_ascii_hexdigit);
        (letters + usize::from(is_code && encodes_letter(digits)), all + usize::from(is_code))
    })
}

/// E1, E3 and G1 over the string literals.
fn literals(tokens: &Tokens, signs: &mut Signs) {
    let (mut dense, mut escaped) = (0, 0);
    let (mut percent, mut escapes, mut delimited) = (None, None, None);
    for at in 0..tokens.len() {
        let Some(content) = tokens.content(at) else { continue };
        let (letters, codes) = percent_letters(content);
        if codes * 3 * 10 >= content.len() * 4 {
            dense += letters;
        }
        if letters >= MANY_LETTERS || (letters >= DENSE_LETTERS && codes * 30 >= content.len() * 4) || dense >= 30 {
            percent = percent.or((letters > 0).then_some(content));
        }
        let here = escaped_letters(content);
        escaped += here;
        if here > 0 && escapes.is_none_or(|known: &str| known.len() < content.len().min(MAX_PIECE)) {
            escapes = Some(content);
        }
        delimited = delimited.or_else(|| is_delimiter_hex(tokens, content).then_some(content));
    }
    let referred = (0..tokens.len())
        .filter_map(|at| tokens.content(at))
        .find(|content| content.contains("&#") && words::references(content).0 >= DENSE_LETTERS);
    signs.extend(referred.map(|piece| (ScriptSign::References, cut(piece))));
    let percent = percent.filter(|_| decodes_percent(tokens));
    signs.extend(percent.map(|piece| (ScriptSign::PercentLetters, cut(piece))));
    signs.extend(escapes.filter(|_| escaped >= MANY_LETTERS).map(|piece| (ScriptSign::EscapedLetters, cut(piece))));
    signs.extend(delimited.map(|piece| (ScriptSign::DelimiterHex, cut(piece))));
}

/// Whether the script decodes `%XX` at all: an encoded address, which the browser decodes itself, is no sign.
fn decodes_percent(tokens: &Tokens) -> bool {
    ["unescape", "decodeURI"].iter().any(|word| tokens.text.contains(word))
}

/// G1: a long literal of `D[2-7][0-9a-f]` groups, with the call that turns D into `%` and one that decodes.
fn is_delimiter_hex(tokens: &Tokens, content: &str) -> bool {
    if content.len() < HEX_LITERAL {
        return false;
    }
    let Some(delimiter) = delimiter(content.as_bytes()) else { return false };
    let symbol = delimiter as char;
    let script = tokens.text;
    let undone = ["replace(/", "replace(/\\", "split('", "split(\"", "split(/", "split(/\\"]
        .iter()
        .any(|call| script.contains(&format!("{call}{symbol}")));
    undone && ["unescape", "decodeURIComponent", "eval"].iter().any(|word| script.contains(word))
}

/// The symbol that stands before thirty and more pairs of hexadecimal digits for ASCII, and before little else.
fn delimiter(bytes: &[u8]) -> Option<u8> {
    let mut counts = [0_usize; 128];
    for group in bytes.windows(3) {
        let is_code = matches!(group[1], b'2'..=b'7') && group[2].is_ascii_hexdigit();
        if is_code && group[0].is_ascii_punctuation() && !matches!(group[0], b'%' | b'#' | b'\\') {
            counts[usize::from(group[0] & 127)] += 1;
        }
    }
    let (symbol, count) = counts.iter().enumerate().max_by_key(|(_, count)| **count)?;
    let all = memchr::memchr_iter(symbol as u8, bytes).count();
    (*count >= HEX_GROUPS && count * 20 >= all * 19).then_some(symbol as u8)
}

/// Dean Edwards' packer by its parameters: `eval(function(p,a,c,k,e,d){…}('…',62,99,'…'.split('|'),…))`.
fn packed(tokens: &Tokens, signs: &mut Signs) {
    const START: [&str; 13] = ["eval", "(", "function", "(", "p", ",", "a", ",", "c", ",", "k", ",", "e"];
    let found = memchr::memmem::find(tokens.text.as_bytes(), b"p,a,c,k,e")
        .and_then(|_| (0..tokens.len()).find(|&at| tokens.are(at, &START)));
    signs.extend(found.map(|at| (ScriptSign::Packed, tokens.piece(at, at + 200, MAX_PIECE).to_owned())));
}

/// E5: `[][x][x](`, `[]["filter"]["constructor"]`. Members of `window` named by escapes are left to E3: bot managers
/// name a few that way.
fn computed_call(tokens: &Tokens, signs: &mut Signs) {
    let found = (0..tokens.len()).find(|&at| {
        let empty = tokens.are(at, &["[", "]", "["]) && tokens.is(at + 4, "]") && tokens.is(at + 5, "[");
        let called = tokens.is(at + 7, "]") && (tokens.is(at + 8, "(") || tokens.content(at + 6).is_some());
        empty && called && tokens.kind(at + 3) != Some(Kind::Number)
    });
    signs.extend(found.map(|at| (ScriptSign::ComputedCall, tokens.piece(at, at + 24, MAX_PIECE).to_owned())));
}

/// E7: `fromCharCode` of a shifted or XORed code, near something that runs or writes the result.
fn char_mapper(tokens: &Tokens, signs: &mut Signs) {
    let found = (0..tokens.len()).find(|&at| {
        tokens.raw(at).len() >= 12
            && tokens.member(at) == Some("fromCharCode")
            && shifts(tokens, tokens.after_member(at))
            && runs_nearby(tokens, at)
    });
    signs.extend(found.map(|at| (ScriptSign::CharMapper, tokens.piece(at, at + 32, MAX_PIECE).to_owned())));
}

/// Whether the arguments shift a code that was read from somewhere.
fn shifts(tokens: &Tokens, open: usize) -> bool {
    if !tokens.is(open, "(") {
        return false;
    }
    let (mut depth, mut reads, mut moves, mut turns) = (0_u32, false, false, false);
    for at in open..(open + 40).min(tokens.len()) {
        match tokens.raw(at) {
            "(" => depth += 1,
            ")" if depth <= 1 => break,
            ")" => depth -= 1,
            "charCodeAt" => reads |= tokens.is(at + 3, ")"),
            "parseInt" | "indexOf" => reads = true,
            "+" | "-" => moves = true,
            "^" => (reads, moves) = (true, true),
            "13" => turns = true,
            _ => {}
        }
    }
    moves && (reads || turns)
}

/// Whether `eval`, `document.write` or the making of something that acts stands within six hundred tokens.
fn runs_nearby(tokens: &Tokens, at: usize) -> bool {
    (at.saturating_sub(600)..(at + 600).min(tokens.len())).any(|near| match tokens.member(near) {
        Some("eval" | "Function" | "execScript") => tokens.is(near + 1, "("),
        Some("write" | "writeln") => tokens.before(near) == "." && tokens.is(near + 1, "("),
        Some("createElement") => tokens.content(near + 2).is_none_or(|name| matches!(name, "script" | "iframe")),
        _ => false,
    })
}

/// E6: a run of only `[]()!+{}$`, as in code that is written without letters. What is nested deeply joins nothing.
pub(super) fn symbol_run(script: &str) -> Option<(ScriptSign, String)> {
    let bytes = script.as_bytes();
    let (mut start, mut joins) = (0, 0);
    for (at, byte) in bytes.iter().enumerate() {
        if !matches!(byte, b'[' | b']' | b'(' | b')' | b'!' | b'+' | b'{' | b'}' | b'$') {
            (start, joins) = (at + 1, 0);
            continue;
        }
        joins += usize::from(matches!(byte, b'+' | b'!'));
        let length = at + 1 - start;
        if length >= SYMBOL_RUN && joins * 16 >= length {
            return Some((ScriptSign::SymbolRun, cut(script.get(start..)?)));
        }
    }
    None
}

/// K1: looks at the visitor, and soon after loads or goes to an address that it names.
pub(super) fn looks_then_acts(tokens: &Tokens) -> Option<(ScriptSign, String)> {
    const WINDOW: usize = 400;
    let mut looked = None;
    for at in 0..tokens.len() {
        match tokens.member(at) {
            Some("cookie" | "userAgent" | "referrer" | "language" | "languages" | "webdriver") => looked = Some(at),
            Some(_) if looked.is_some_and(|from| at - from <= WINDOW) && goes(tokens, at) => {
                let from = looked.unwrap_or(at);
                return Some((ScriptSign::LooksThenActs, tokens.piece(from, at + 12, MAX_PIECE).to_owned()));
            }
            _ => {}
        }
    }
    None
}

/// Whether a token loads or goes elsewhere, with an address within the next tokens.
fn goes(tokens: &Tokens, at: usize) -> bool {
    let acts = match tokens.member(at) {
        Some("createElement") => tokens.content(at + 2).is_some_and(|name| matches!(name, "script" | "iframe")),
        Some("write") => tokens.before(at) == "." && tokens.is(at + 1, "("),
        Some("location") => super::reach::navigation(tokens, at).is_some(),
        _ => false,
    };
    acts && (at..at + 60).filter_map(|near| tokens.content(near)).any(|literal| literal.contains("//"))
}
