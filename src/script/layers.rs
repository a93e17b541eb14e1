//! Which expressions of a script decode something, and what comes out.

use super::fold::{Folded, Folder};
use super::tokens::{Kind, Tokens};
use super::value::How;
use super::{packer, text};

/// Most decoded texts of one script.
const MAX_FOUND: usize = 256;
/// Longest text made of small pieces, in bytes.
const MAX_GATHERED: usize = 16_384;
/// Longest offending piece that is kept.
const MAX_PIECE: usize = 240;

/// One text that a script holds in another form.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) how: How,
    pub(super) text: String,
    /// The source it came from.
    pub(super) piece: String,
}

/// What the decoders made of one script.
#[derive(Debug, Default)]
pub(super) struct Decoded {
    pub(super) found: Vec<Found>,
    /// Keywords that exist only after joining, each with the source (THREATS' E4).
    pub(super) split: Vec<(&'static str, String)>,
    /// The steps ran out.
    pub(super) spent: bool,
}

/// Decodes what a script holds, one layer deep.
pub(super) fn decode(tokens: &Tokens) -> Decoded {
    let mut folder = Folder::new(tokens);
    let mut decoded = Decoded::default();
    let mut at = 0;
    while at < tokens.len() && decoded.found.len() < MAX_FOUND && !folder.is_spent() {
        at = decode_at(tokens, &mut folder, at, &mut decoded).max(at + 1);
    }
    decoded.spent = folder.is_spent();
    decoded.found = gathered(decoded.found);
    decoded
}

/// Small pieces of one kind made one text, and what acts first.
fn gathered(found: Vec<Found>) -> Vec<Found> {
    let mut kept: Vec<Found> = Vec::new();
    for next in found {
        let small = matches!(next.how, How::Joined | How::Replaced | How::Reversed | How::Escapes | How::NoiseReplace);
        match kept.iter_mut().find(|known| small && known.how == next.how) {
            Some(known) if known.text.len() + next.text.len() < MAX_GATHERED => {
                known.text.push('\n');
                known.text.push_str(&next.text);
            }
            _ => kept.push(next),
        }
    }
    kept.sort_by_key(|found| !text::acts(&found.text));
    kept
}

/// Decodes the expression at a token, where there is one; returns the token to go on with.
fn decode_at(tokens: &Tokens, folder: &mut Folder, at: usize, decoded: &mut Decoded) -> usize {
    let keep = |decoded: &mut Decoded, how, text, next| {
        decoded.found.push(Found { how, text, piece: tokens.piece(at, next, MAX_PIECE).to_owned() });
        next
    };
    if packer::starts(tokens, at) {
        let unpacked = packer::unpack(tokens, folder, at);
        let (text, next) = unpacked.unwrap_or_else(|| (String::new(), at + 1));
        return keep(decoded, How::Packer, text, next);
    }
    if !is_start(tokens, folder, at) {
        return at;
    }
    let folded = folder.evaluate(at).or_else(|| folder.partly(at));
    let Some(Folded { text, next, how, seams }) = folded else { return at };
    let crossing = crossing(&text, &seams);
    let piece = tokens.piece(at, next, MAX_PIECE);
    decoded.split.extend(crossing.iter().map(|word| (*word, piece.to_owned())));
    let how = how.or((!crossing.is_empty()).then_some(How::Joined));
    match how {
        Some(how) if text::is_readable(&text) && text.len() >= 4 => keep(decoded, how, text, next),
        Some(_) => next,
        None => match bare(&text) {
            Some((how, text)) => keep(decoded, how, text, next),
            None => next,
        },
    }
}

/// Whether an expression that may decode something starts here.
fn is_start(tokens: &Tokens, folder: &Folder, at: usize) -> bool {
    let follows = || matches!(tokens.raw(at + 1), "." | "[" | "+");
    match tokens.kind(at) {
        Some(Kind::Text | Kind::Template) => tokens.raw(at).len() >= 34 || follows() || tokens.raw(at).contains("\\x"),
        Some(Kind::Mark) => tokens.is(at, "[") || tokens.is(at, "("),
        Some(Kind::Name) => {
            !matches!(tokens.before(at), "." | "?.")
                && (matches!(
                    tokens.raw(at),
                    "unescape" | "decodeURIComponent" | "decodeURI" | "atob" | "String" | "window" | "self" | "new"
                ) || (follows() && folder.is_constant(tokens.raw(at))))
        }
        _ => false,
    }
}

/// Words that have no reason to stand in pieces.
const KEYWORDS: [&str; 13] = [
    "script",
    "iframe",
    "document",
    "write",
    "eval",
    "createelement",
    "fromcharcode",
    "unescape",
    "http",
    "src=",
    "appendchild",
    "useragent",
    "javascript",
];

/// Keywords that reach across a seam between two letters; `<scr'+'ipt` is how honest pages write a tag in a script.
fn crossing(text: &str, seams: &[usize]) -> Vec<&'static str> {
    let lower = text.to_ascii_lowercase();
    let bytes = lower.as_bytes();
    let letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_lowercase);
    let mut found = Vec::new();
    for &seam in seams.iter().filter(|&&seam| seam > 0 && letter(seam - 1) && letter(seam)).take(1000) {
        let from = lower.floor_char_boundary(seam.saturating_sub(13));
        let to = lower.ceil_char_boundary((seam + 13).min(lower.len()));
        for keyword in KEYWORDS {
            let tag = |at: usize| keyword == "script" && lower[..at].ends_with(['<', '/']);
            let mut places = lower[from..to].match_indices(keyword).map(|(at, _)| from + at);
            if places.any(|at| at < seam && seam < at + keyword.len() && !tag(at)) {
                found.push(keyword);
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// A literal that is a whole encoded script by itself: executable `data:`, base64 or hexadecimal digits of code.
fn bare(literal: &str) -> Option<(How, String)> {
    let literal = literal.trim();
    if let Some(rest) = literal.strip_prefix("data:") {
        return data_url(rest);
    }
    let telling = |text: &String| text::is_readable(text) && text::acts(text);
    if literal.len() < 32 || literal.len() > 262_144 {
        return None;
    }
    if let Some(decoded) = text::hex(literal).filter(telling) {
        return Some((How::Hex, decoded));
    }
    let coded = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'-' | b'_');
    literal.bytes().all(coded).then(|| text::base64(literal)).flatten().filter(telling).map(|text| (How::Base64, text))
}

/// The content of a `data:` URL that a browser would run or show as a page; the scheme is cut off already.
pub(super) fn data_url(rest: &str) -> Option<(How, String)> {
    let (media, data) = rest.split_once(',')?;
    let media = media.to_ascii_lowercase();
    if !["text/html", "javascript", "ecmascript"].iter().any(|kind| media.contains(kind)) {
        return None;
    }
    let data = text::percent(data.get(..262_144).unwrap_or(data));
    if media.contains("base64") { Some((How::Base64, text::base64(&data)?)) } else { Some((How::Unescape, data)) }
}
