//! Literals that are whole scripts or pages by themselves, in another form: base64, hexadecimal digits, `data:`.

use super::text;
use super::tokens::{Kind, Tokens};
use super::words;
use crate::model::{Layer, ScriptSign, Sink};

/// Most literals of one script that are decoded.
const MAX_FOUND: usize = 16;
/// Shortest and longest literal that is decoded, in bytes.
const MIN_LITERAL: usize = 32;
const MAX_LITERAL: usize = 262_144;
/// Longest offending piece that is kept.
const MAX_PIECE: usize = 240;

/// What the literals of a script hold; and the sign, where the script runs or writes text somewhere.
pub(super) fn literals(tokens: &Tokens, sinks: &[Sink]) -> (Vec<Layer>, Option<(ScriptSign, String)>) {
    let mut found = Vec::new();
    let mut sign = None;
    let runs = sinks.iter().any(|sink| matches!(sink, Sink::Eval | Sink::Write | Sink::Element));
    for at in 0..tokens.len() {
        if tokens.kind(at) != Some(Kind::Text) || tokens.raw(at).len() < MIN_LITERAL || found.len() >= MAX_FOUND {
            continue;
        }
        let Some((how, text)) = tokens.content(at).and_then(bare) else { continue };
        if runs && how != "unescape" && words::is_code(&text) {
            sign.get_or_insert_with(|| (ScriptSign::CodeAsData, tokens.piece(at, at + 1, MAX_PIECE).to_owned()));
        }
        found.push(Layer { how: how.into(), text });
    }
    (found, sign)
}

/// A literal that is a whole encoded script by itself.
fn bare(literal: &str) -> Option<(&'static str, String)> {
    let literal = literal.trim();
    if let Some(rest) = literal.strip_prefix("data:") {
        return data_url(rest);
    }
    let telling = |text: &String| words::is_readable(text) && words::acts(text);
    if !(MIN_LITERAL..=MAX_LITERAL).contains(&literal.len()) {
        return None;
    }
    if let Some(decoded) = text::hex(literal).filter(telling) {
        return Some(("hex", decoded));
    }
    let (letters, decoded) = words::references(literal);
    if letters >= 8 {
        return Some(("references", decoded));
    }
    let coded = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'-' | b'_');
    literal.bytes().all(coded).then(|| text::base64(literal)).flatten().filter(telling).map(|text| ("base64", text))
}

/// The content of a `data:` URL that a browser would run or show as a page; the scheme is cut off already.
pub(super) fn data_url(rest: &str) -> Option<(&'static str, String)> {
    let (media, data) = rest.split_once(',')?;
    let media = media.to_ascii_lowercase();
    if !["text/html", "javascript", "ecmascript"].iter().any(|kind| media.contains(kind)) {
        return None;
    }
    let data = text::percent(data.get(..data.floor_char_boundary(MAX_LITERAL)).unwrap_or(data));
    if media.contains("base64") { Some(("base64", text::base64(&data)?)) } else { Some(("unescape", data)) }
}
