//! The shape of a script: its tokens with plain data left out, where no data could become action.

use super::tokens::{Kind, Tokens};
use crate::model::{Digest, DigestBuilder};

/// Longest literal that counts as plain data, in bytes.
const MAX_DATA: usize = 200;

/// Names that could turn data into action: whoever holds one has no shape.
const ACTING: [&str; 52] = [
    "eval",
    "execScript",
    "Function",
    "constructor",
    "setImmediate",
    "write",
    "writeln",
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "srcdoc",
    "createContextualFragment",
    "DOMParser",
    "unescape",
    "decodeURI",
    "decodeURIComponent",
    "fromCharCode",
    "fromCodePoint",
    "atob",
    "TextDecoder",
    "createElement",
    "createElementNS",
    "setAttribute",
    "setAttributeNS",
    "src",
    "href",
    "action",
    "formAction",
    "location",
    "navigate",
    "import",
    "importScripts",
    "Worker",
    "SharedWorker",
    "serviceWorker",
    "fetch",
    "XMLHttpRequest",
    "WebSocket",
    "EventSource",
    "sendBeacon",
    "ajax",
    "getScript",
    "toString",
    "charAt",
    "charCodeAt",
    "substr",
    "substring",
    "replace",
    "with",
    "Reflect",
    "Proxy",
    "cookie",
];

/// The digest; none when the script holds something that could turn data into action.
pub(super) fn shape(tokens: &Tokens) -> Option<Digest> {
    if tokens.conditional {
        return None;
    }
    let mut digest = DigestBuilder::new("script shape");
    for at in 0..tokens.len() {
        if is_acting(tokens, at) {
            return challenge(tokens.text);
        }
        let token = tokens.list.get(at)?;
        digest.part([token.kind as u8, u8::from(token.fresh)]);
        digest.part(if is_data(tokens, at) { "" } else { tokens.raw(at) });
    }
    Some(digest.finish())
}

/// The digest of a script that carries Cloudflare's per-request parameters, byte for byte but for these: their grammar
/// leaves room for nothing but hexadecimal digits and base64.
fn challenge(script: &str) -> Option<Digest> {
    let (before, rest) = script.split_once("__CF$cv$params={r:'")?;
    let (ray, rest) = rest.split_once("',t:'")?;
    let (time, after) = rest.split_once('\'')?;
    let is_ray = ray.len() == 16 && ray.bytes().all(|b| b.is_ascii_hexdigit());
    let is_time =
        time.len() <= 32 && time.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='));
    let mut digest = DigestBuilder::new("script shape without challenge parameters");
    digest.part(before).part(after);
    (is_ray && is_time).then(|| digest.finish())
}

/// Whether a token could turn data into action.
fn is_acting(tokens: &Tokens, at: usize) -> bool {
    match tokens.kind(at) {
        Some(Kind::Name) => {
            let name = tokens.raw(at);
            name.contains('\\') || ACTING.contains(&name) || is_timer_of_data(tokens, at)
        }
        Some(Kind::Text) => {
            let content = tokens.content(at).unwrap_or("");
            tokens.before(at) == "[" && (content.contains('\\') || ACTING.contains(&content))
        }
        Some(Kind::Mark) => is_computed(tokens, at),
        _ => false,
    }
}

/// A timer whose first argument is not plainly a function.
fn is_timer_of_data(tokens: &Tokens, at: usize) -> bool {
    matches!(tokens.raw(at), "setTimeout" | "setInterval")
        && !tokens.are(at + 1, &["(", "function"])
        && !tokens.are(at + 1, &["(", "(", ")", "=>"])
}

/// A member whose name is computed: `object[name]`. An index or a literal name is none.
fn is_computed(tokens: &Tokens, at: usize) -> bool {
    if !tokens.is(at, "[") || at == 0 {
        return false;
    }
    let of_value = match tokens.kind(at - 1) {
        Some(Kind::Name) => !matches!(tokens.raw(at - 1), "return" | "in" | "of" | "case" | "typeof"),
        Some(Kind::Mark) => matches!(tokens.raw(at - 1), ")" | "]" | "}" | "?."),
        Some(Kind::Text | Kind::Template | Kind::Pattern) => true,
        _ => false,
    };
    let literal = matches!(tokens.kind(at + 1), Some(Kind::Number | Kind::Text)) && tokens.is(at + 2, "]");
    of_value && !literal
}

/// Whether a literal is plain data in a place where data stands: not a key, not a member, not joined to anything.
fn is_data(tokens: &Tokens, at: usize) -> bool {
    let (before, after) = (tokens.before(at), tokens.raw(at + 1));
    let ends = matches!(after, "," | ";" | "}" | "]" | ")" | "") || tokens.list.get(at + 1).is_some_and(|t| t.fresh);
    let placed = match before {
        ":" | "=" | "," | "(" => ends,
        "[" => ends && !is_member(tokens, at),
        "-" => tokens.kind(at) == Some(Kind::Number) && ends,
        _ => false,
    };
    placed
        && match tokens.kind(at) {
            Some(Kind::Number) => true,
            Some(Kind::Text) => tokens.content(at).is_some_and(is_plain),
            _ => false,
        }
}

/// Whether the bracket before a literal belongs to a value: `table["key"]`.
fn is_member(tokens: &Tokens, at: usize) -> bool {
    at >= 2
        && (matches!(tokens.kind(at - 2), Some(Kind::Name | Kind::Text | Kind::Template))
            || matches!(tokens.raw(at - 2), ")" | "]" | "}" | "?."))
}

/// A date, an id, a token: nothing in it could be markup, an address, code or a sentence.
fn is_plain(content: &str) -> bool {
    if content.is_empty() || content.len() > MAX_DATA || content.contains("//") {
        return false;
    }
    is_date(content) || is_token(content)
}

/// Digits with the marks of dates, times and numbers, but no address.
fn is_date(content: &str) -> bool {
    let digits = content.bytes().filter(u8::is_ascii_digit).count();
    let marks = |marks: &[u8]| content.bytes().all(|b| b.is_ascii_digit() || marks.contains(&b));
    digits * 2 >= content.len()
        && content.matches('.').count() < 3
        && (marks(b"-:.+TZ ") || (marks(b"/: ") && !content.starts_with('/')))
}

/// Hexadecimal digits, base64url or base64, recognisable as no word by their digits.
fn is_token(content: &str) -> bool {
    let body = content.trim_end_matches('=');
    let coded = body.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'+' | b'/'));
    let digits = body.bytes().filter(u8::is_ascii_digit).count();
    let padding = content.len() - body.len();
    let padded = (1..=2).contains(&padding) && content.len() >= 8 && content.len().is_multiple_of(4);
    let telling = padded || (padding == 0 && digits >= 1 && (digits * 8 >= body.len() || body.len() >= 16));
    coded && telling && (!body.contains('/') || is_base64(content))
}

/// Standard base64 of 30 bytes and more, which no path looks like.
fn is_base64(content: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| content.bytes().any(|b| kind(&b));
    content.len() >= 40
        && content.len().is_multiple_of(4)
        && !content.contains(['-', '_'])
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
}
