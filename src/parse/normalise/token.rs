//! What a per-request token is called, and what it looks like.

/// Parts of names that fields with tokens have, lower-case and without `-` and `_`.
const NAMES: &[&str] = &[
    "csrf",
    "xsrf",
    "authenticitytoken",
    "requestverificationtoken",
    "wpnonce",
    "nonce",
    "apache.struts.taglib.html.token",
    "strutstoken",
    "viewstate",
    "eventvalidation",
    "previouspage",
    "formtoken",
    "formbuildid",
    "formkey",
    "securitytoken",
    "sessiontoken",
    "sesstoken",
    "pagetoken",
    "posttoken",
    "requesttoken",
    "onetimetoken",
    "transactionid",
    "ticket",
    "sessid",
    "sessionid",
    "antiforgery",
    "javax.faces.token",
    "struts.token",
    "struts.token.name",
    "ethnatoken",
    "ethnacsrf",
];

/// Whole names.
const WHOLE_NAMES: &[&str] = &["token", "utoken", "tokenid", "ptoken", "uniqid", "uniqueid", "requestid", "timestamp"];

/// Longest view state, in bytes.
const VIEW_STATE: usize = 512 << 10;

/// Whether a field of this name holds a per-request token.
pub(super) fn is_token_name(name: &str) -> bool {
    if name.len() > 64 || name.len() < 4 {
        return false;
    }
    let bare: String = name.chars().filter(|c| !matches!(c, '-' | '_')).map(|c| c.to_ascii_lowercase()).collect();
    let bare = bare.strip_prefix("data").unwrap_or(&bare);
    WHOLE_NAMES.contains(&bare) || NAMES.iter().any(|part| bare.contains(part))
}

/// Whether the value of a token field is one: a token, or base64 of any bounded length (view states).
pub(super) fn is_field_value(value: &str) -> bool {
    is_token(value, 512) || (value.len() >= 8 && value.len() <= VIEW_STATE && value.bytes().all(is_base64))
}

/// Whether a value has the shape of a token: letters, digits and the signs of base64, with digits among them or of
/// mixed case, at least eight of them and at most `longest`.
pub(super) fn is_token(value: &str, longest: usize) -> bool {
    let length = value.len();
    if length < 8 || length > longest || !value.bytes().all(|b| is_base64(b) || matches!(b, b'.' | b':' | b'~')) {
        return false;
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let upper = value.bytes().filter(u8::is_ascii_uppercase).count();
    let lower = value.bytes().filter(u8::is_ascii_lowercase).count();
    digits >= 2 || (length >= 16 && upper >= 2 && lower >= 2)
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

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'/' | b'=')
}
