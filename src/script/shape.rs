//! The shape of a script: its tokens with plain data left out, where no data could become action.

use super::noise;
use super::text;
use super::tokens::{Kind, Token, Tokens};
use super::words::is_readable;
use crate::model::{Digest, DigestBuilder, ScriptReport, Sink};

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
    let mut pieces = Pieces::new("script shape", tokens);
    for at in 0..tokens.len() {
        if is_acting(tokens, at) {
            return challenge(tokens.text);
        }
        let token = tokens.list.get(at)?;
        match noise::left_out(tokens, at) {
            _ if is_data(tokens, at) => pieces.add(token, ""),
            Some(rest) => pieces.add(token, &rest),
            None => pieces.add(token, tokens.raw(at)),
        }
    }
    Some(pieces.digest())
}

/// The digest of a script that could turn data into action: of its tokens, and of all that following it has found. Only what
/// each request makes anew is left out, where it is not handed to anything that acts: digests, UUIDs and times; in a script
/// that runs text as code not even that. Comments and the space between tokens never count.
pub(super) fn careful(tokens: &Tokens, report: &ScriptReport) -> Option<Digest> {
    if tokens.conditional {
        return None;
    }
    let strict = report.cut.is_some() || report.sinks.contains(&Sink::Eval) || !report.layers.is_empty();
    let mut pieces = Pieces::new("script shape, all that acts kept", tokens);
    for at in 0..tokens.len() {
        let token = tokens.list.get(at)?;
        match if strict || feeds_action(tokens, at) { None } else { noise::left_out(tokens, at) } {
            Some(rest) => pieces.add(token, &rest),
            None => pieces.add(token, tokens.raw(at)),
        }
    }
    let elements = report.elements.iter().map(|made| &made.markup);
    let texts = report.urls.iter().chain(&report.redirects).chain(&report.markup).chain(elements);
    for text in texts.chain(report.actions.iter().map(|action| &action.target)) {
        let rest = if strict { None } else { noise::without(text) };
        pieces.text(rest.as_deref().unwrap_or(text));
    }
    Some(pieces.digest())
}

/// What a digest is made of, gathered first: a hash is slow on many small pieces.
struct Pieces(Vec<u8>);

impl Pieces {
    fn new(name: &str, tokens: &Tokens) -> Self {
        let mut pieces = Self(Vec::with_capacity(tokens.text.len() + tokens.len() * 6));
        pieces.text(name);
        pieces
    }

    fn add(&mut self, token: &Token, text: &str) {
        self.0.extend([token.kind as u8, u8::from(token.fresh)]);
        self.text(text);
    }

    fn text(&mut self, text: &str) {
        self.0.extend((text.len() as u64).to_le_bytes().iter().take(5));
        self.0.extend_from_slice(text.as_bytes());
    }

    fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }
}

/// Whether a literal is given or handed to something that could turn it into action.
fn feeds_action(tokens: &Tokens, at: usize) -> bool {
    let name = at.checked_sub(2).map_or("", |two| tokens.content(two).unwrap_or_else(|| tokens.raw(two)));
    matches!(tokens.before(at), "=" | "(" | ":" | "+=") && ACTING.contains(&name)
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
pub(super) fn is_acting(tokens: &Tokens, at: usize) -> bool {
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
            Some(Kind::Number) => is_counter(tokens.raw(at)) || is_named(tokens, at),
            Some(Kind::Text) => tokens.content(at).is_some_and(|content| is_plain(content, || is_named(tokens, at))),
            _ => false,
        }
}

/// A number that could be no address, account or telephone number: a small one, a fraction, or a time (in seconds or
/// milliseconds since 1970).
fn is_counter(number: &str) -> bool {
    let digits = number.len();
    let time = |from: usize| number.get(..2).is_some_and(|first| digits == from && ("14".."22").contains(&first));
    !number.bytes().all(|b| b.is_ascii_digit()) || digits < 6 || time(10) || time(13)
}

/// Words (lower case) in names under which per-request data stands.
const WORDS: [&str; 42] = [
    "token",
    "nonce",
    "csrf",
    "xsrf",
    "time",
    "timestamp",
    "stamp",
    "date",
    "hash",
    "digest",
    "session",
    "request",
    "trace",
    "visit",
    "views",
    "build",
    "version",
    "ver",
    "v",
    "rev",
    "counter",
    "random",
    "rand",
    "uuid",
    "guid",
    "etag",
    "signature",
    "expires",
    "expiry",
    "ttl",
    "seed",
    "updated",
    "modified",
    "generated",
    "elapsed",
    "correlation",
    "t",
    "ts",
    "at",
    "now",
    "ms",
    "sid",
];

/// Ends of names that are written as one word, as in `wpnonce`.
const ENDS: [&str; 7] = ["token", "nonce", "csrf", "time", "stamp", "hash", "uuid"];

/// Whether a literal is the value of something named as what changes with every request; an argument of a call has no
/// name, and could be what a loader elsewhere loads.
pub(super) fn is_named(tokens: &Tokens, at: usize) -> bool {
    if !matches!(tokens.before(at), ":" | "=") || at < 2 {
        return false;
    }
    let name = tokens.content(at - 2).unwrap_or_else(|| tokens.raw(at - 2));
    let challenge = matches!(name, "r" | "t") && tokens.text.contains("__CF$cv$params");
    challenge
        || words(name).iter().any(|word| WORDS.contains(&word.as_str()) || ENDS.iter().any(|end| word.ends_with(end)))
}

/// The words of a name, in lower case: `form_token`, `formToken` and `form-token` have two.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = 'A';
    for c in name.chars().take(64) {
        if !c.is_ascii_alphanumeric() || (c.is_ascii_uppercase() && before.is_ascii_lowercase()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_ascii_alphanumeric()) {
            word.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    words
}

/// Whether the bracket before a literal belongs to a value: `table["key"]`.
fn is_member(tokens: &Tokens, at: usize) -> bool {
    at >= 2
        && (matches!(tokens.kind(at - 2), Some(Kind::Name | Kind::Text | Kind::Template))
            || matches!(tokens.raw(at - 2), ")" | "]" | "}" | "?."))
}

/// A date, or a token in a place that is named for one: nothing in it could be markup, an address, code or a sentence,
/// also once it is decoded.
fn is_plain(content: &str, named: impl Fn() -> bool) -> bool {
    if content.is_empty() || content.len() > MAX_DATA || content.contains("//") {
        return false;
    }
    if content.bytes().all(|b| b.is_ascii_digit()) {
        return is_counter(content) && !content.starts_with('0') || named();
    }
    is_date(content) || (is_token(content) && !tells(content) && named())
}

/// Whether a token is text in another form.
pub(super) fn tells(content: &str) -> bool {
    let decoded = text::hex(content).or_else(|| text::base64(content));
    decoded.is_some_and(|decoded| decoded.len() >= 6 && is_readable(&decoded) && !is_date(&decoded))
}

/// Digits with the marks of dates, times and numbers, but no address.
pub(super) fn is_date(content: &str) -> bool {
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
