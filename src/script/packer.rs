//! Dean Edwards' packer, undone by its dictionary.

use super::fold::Folder;
use super::tokens::{Kind, Tokens};

/// Longest unpacked script in bytes.
const MAX_OUTPUT: usize = 262_144;

/// Whether a packed script starts at this token: `eval(function(p,a,c,k,e,d){…}('…',62,99,'…'.split('|'),…))`.
pub(super) fn starts(tokens: &Tokens, at: usize) -> bool {
    tokens.are(at, &["eval", "(", "function", "(", "p", ",", "a", ",", "c", ",", "k", ",", "e"])
}

/// What it holds, and the token after its arguments that were read.
pub(super) fn unpack(tokens: &Tokens, folder: &mut Folder, at: usize) -> Option<(String, usize)> {
    let body = (at..at + 24).find(|&at| tokens.is(at, "{"))?;
    let open = closing(tokens, body)? + 1;
    let payload = tokens.is(open, "(").then(|| folder.evaluate(open + 1))??;
    let base: u32 = argument(tokens, payload.next)?;
    let words = folder.words(payload.next + 5)?;
    Some((replace(&payload.text, base, &words), payload.next))
}

/// The number behind a comma.
fn argument(tokens: &Tokens, comma: usize) -> Option<u32> {
    (tokens.is(comma, ",") && tokens.kind(comma + 1) == Some(Kind::Number))
        .then(|| tokens.raw(comma + 1).parse().ok())?
}

/// The brace that closes the one at `open`.
fn closing(tokens: &Tokens, open: usize) -> Option<usize> {
    let mut depth = 0_u32;
    (open..tokens.len()).find(|&at| {
        if tokens.is(at, "{") {
            depth += 1;
        } else if tokens.is(at, "}") {
            depth -= 1;
        }
        depth == 0
    })
}

fn replace(payload: &str, base: u32, words: &[String]) -> String {
    let mut out = String::with_capacity(payload.len() * 2);
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut rest = payload;
    while let Some(start) = rest.find(is_word) {
        let (between, from) = rest.split_at(start);
        let (word, after) = from.split_at(from.find(|c| !is_word(c)).unwrap_or(from.len()));
        let known = index(word, base).and_then(|at| words.get(at)).filter(|known| !known.is_empty());
        if out.len() + between.len() + word.len() > MAX_OUTPUT {
            return out;
        }
        out.push_str(between);
        out.push_str(known.map_or(word, String::as_str));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// A word of the payload as a number: digits, then small letters, then capitals.
fn index(word: &str, base: u32) -> Option<usize> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(u32::from(byte - b'0')),
        b'a'..=b'z' => Some(u32::from(byte - b'a') + 10),
        b'A'..=b'Z' => Some(u32::from(byte - b'A') + 36),
        _ => None,
    };
    word.bytes().try_fold(0_usize, |all, byte| {
        let digit = digit(byte).filter(|&digit| digit < base)?;
        all.checked_mul(base as usize)?.checked_add(digit as usize)
    })
}
