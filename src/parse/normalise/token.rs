//! What a per-request token is called, and what it looks like.

use super::name;

/// Longest view state, in bytes.
const VIEW_STATE: usize = 512 << 10;

/// Whether a field of this name holds a per-request token.
pub(super) fn is_token_name(name: &str) -> bool {
    name::is_token(name)
}

/// Whether the value of a token field is one; view states are long.
pub(super) fn is_field_value(value: &str) -> bool {
    is_token(value, VIEW_STATE)
}

/// What stands for a value that was taken out: lengths of one class (to 64, 512, 4 096, 32 768 and more bytes) are one.
pub(super) fn taken(value: &str) -> &'static str {
    match value.len() {
        0..=64 => super::TAKEN,
        65..=512 => "*2",
        513..=4_096 => "*3",
        4_097..=32_768 => "*4",
        _ => "*5",
    }
}

/// Whether a value has the shape of a token: letters and digits, with digits among them or of mixed case, at least eight
/// of them and at most `longest`. A host, a scheme or a path is none.
pub(super) fn is_token(value: &str, longest: usize) -> bool {
    let length = value.len();
    if length < 8 || length > longest {
        return false;
    }
    let plain = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'~'));
    let counts = Counts::of(value);
    let mixed = counts.digits >= 2 || (length >= 16 && counts.upper >= 2 && counts.lower >= 2);
    mixed && (plain(value) || is_base64(value) || is_joined_by_points(value) || is_joined_by_colon(value))
}

/// How many characters of each kind a value has.
struct Counts {
    digits: usize,
    upper: usize,
    lower: usize,
}

impl Counts {
    fn of(value: &str) -> Self {
        let count = |is: fn(&u8) -> bool| value.bytes().filter(is).count();
        Self {
            digits: count(u8::is_ascii_digit),
            upper: count(u8::is_ascii_uppercase),
            lower: count(u8::is_ascii_lowercase),
        }
    }
}

/// Base64. With a slash in it only what is too mixed for a path, or the view states of ASP.NET, which begin with one.
fn is_base64(value: &str) -> bool {
    let digits = value.trim_end_matches('=');
    let all = digits.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'+' | b'/'));
    if !all || value.len() - digits.len() > 2 {
        return false;
    }
    if !digits.contains('/') || digits.starts_with("/wE") {
        return true;
    }
    let counts = Counts::of(digits);
    let mixed = counts.digits >= 3 && counts.upper >= 3 && counts.lower >= 3;
    let words = digits.split('/').filter(|piece| is_word(piece)).count();
    mixed && words * 2 < digits.split('/').count() && digits.len() >= 20 && !digits.starts_with('/')
}

/// Whether a piece between slashes reads like a step of a path: letters of one case, maybe with a number behind them.
fn is_word(piece: &str) -> bool {
    let letters = piece.trim_end_matches(|c: char| c.is_ascii_digit());
    let rest = letters.get(1..).unwrap_or_default();
    letters.len() >= 3 && rest.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'_'))
}

/// Tokens of several parts, and session ids with the server behind them. The last part of a host or an address is a
/// word or a number, which the last part here is not.
fn is_joined_by_points(value: &str) -> bool {
    let (_, last) = value.rsplit_once('.').unwrap_or_default();
    let counts = Counts::of(last);
    let is_hosts = last.starts_with("xn--") || last.starts_with("0x") || last.starts_with("0X");
    counts.digits >= 1
        && counts.upper + counts.lower >= 1
        && !is_hosts
        && value.split('.').all(|part| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'~'))
        })
}

/// Two numbers, as in the view states of JSF, or a time and a hash.
fn is_joined_by_colon(value: &str) -> bool {
    let Some((left, right)) = value.split_once(':') else { return false };
    let number = |text: &str| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        digits.len() >= 8 && digits.bytes().all(|b| b.is_ascii_digit())
    };
    number(left) && (number(right) || (right.len() >= 16 && right.bytes().all(|b| b.is_ascii_hexdigit())))
}

/// Whether a value is what a cache-buster is made of: a number, a date, a version or hexadecimal digits.
pub(super) fn is_buster(value: &str) -> bool {
    let number = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_' | b':');
    let all = |is: fn(u8) -> bool| value.bytes().all(is);
    let has_digit = value.bytes().any(|b| b.is_ascii_digit());
    match value.len() {
        0 => false,
        1..=32 if has_digit && all(number) => true,
        6..=64 => has_digit && all(|b| b.is_ascii_hexdigit() || b == b'-'),
        _ => false,
    }
}

/// Whether the (lower-case) text of a comment tells when or how fast a page was made.
pub(super) fn tells_time(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "generated",
        "cache",
        "rendered",
        "served",
        "build",
        "built",
        "second",
        " sec",
        " ms",
        "time",
        "date",
        "queries",
        "request",
        "version",
        "生成",
        "作成",
        "更新",
        "日時",
    ];
    WORDS.iter().any(|word| text.contains(word)) || has_date(text.as_bytes())
}

/// Three numbers joined by `-`, `/` or `:`.
fn has_date(text: &[u8]) -> bool {
    let mut joined = 0;
    let mut previous = 0_u8;
    for (at, &byte) in text.iter().enumerate() {
        let joins = matches!(byte, b'-' | b'/' | b':')
            && previous.is_ascii_digit()
            && text.get(at + 1).is_some_and(u8::is_ascii_digit);
        joined = if joins { joined + 1 } else { if byte.is_ascii_digit() { joined } else { 0 } };
        if joined >= 2 {
            return true;
        }
        previous = byte;
    }
    false
}
