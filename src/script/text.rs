//! Decoding of text that JavaScript would decode: escapes of literals, `%XX`, base64, hexadecimal.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// The value of a literal's content.
pub(super) fn cook(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        text.push_str(&rest[..at]);
        let (value, length) = escape(&rest[at..]);
        text.extend(value);
        rest = &rest[at + length..];
    }
    text.push_str(rest);
    text
}

/// The value of a literal's content in UTF-16.
pub(super) fn cook_units(raw: &str) -> Vec<u16> {
    cook(raw).encode_utf16().collect()
}

/// What the escape at the start of `text` stands for, and its length.
fn escape(text: &str) -> (Option<char>, usize) {
    let Some(kind) = text[1..].chars().next() else { return (None, 1) };
    let simple = |value| (Some(value), 2);
    match kind {
        'n' => simple('\n'),
        't' => simple('\t'),
        'r' => simple('\r'),
        'b' => simple('\u{8}'),
        'f' => simple('\u{c}'),
        'v' => simple('\u{b}'),
        '\r' if text[2..].starts_with('\n') => (None, 3),
        '\n' | '\r' => (None, 2),
        '\u{2028}' | '\u{2029}' => (None, 4),
        'x' => hex_digits(text, 2, 2).map_or((Some('x'), 2), |code| (char::from_u32(code), 4)),
        'u' if text[2..].starts_with('{') => braced(text),
        'u' => hex_digits(text, 2, 4)
            .map_or((Some('u'), 2), |code| (char::from_u32(code).or(Some(char::REPLACEMENT_CHARACTER)), 6)),
        '0'..='7' => octal(text),
        other => (Some(other), 1 + other.len_utf8()),
    }
}

fn hex_digits(text: &str, from: usize, count: usize) -> Option<u32> {
    let digits = text.get(from..from + count)?;
    digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}

fn braced(text: &str) -> (Option<char>, usize) {
    let inner = text[3..].find('}').filter(|&length| length <= 6).map(|length| &text[3..3 + length]);
    match inner.and_then(|digits| u32::from_str_radix(digits, 16).ok().zip(Some(digits.len()))) {
        Some((code, length)) => (char::from_u32(code), length + 4),
        None => (Some('u'), 2),
    }
}

fn octal(text: &str) -> (Option<char>, usize) {
    let length = text[1..].bytes().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
    let length = if length == 3 && text.as_bytes()[1] > b'3' { 2 } else { length };
    let code = u32::from_str_radix(&text[1..=length], 8).unwrap_or(0);
    (char::from_u32(code), length + 1)
}

/// `%XX` and `%uXXXX` decoded as `unescape` and `decodeURIComponent` do; bytes that form no UTF-8 are read as Latin-1.
pub(super) fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'%', rest.as_bytes()) {
        if at > 0 {
            flush(&mut bytes, &mut out);
            out.push_str(&rest[..at]);
        }
        rest = &rest[at..];
        if let Some(code) = hex_digits(rest, 1, 2) {
            bytes.push(code as u8);
            rest = &rest[3..];
        } else if let Some(code) = rest[1..].strip_prefix('u').and_then(|_| hex_digits(rest, 2, 4)) {
            flush(&mut bytes, &mut out);
            out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            rest = &rest[6..];
        } else {
            flush(&mut bytes, &mut out);
            out.push('%');
            rest = &rest[1..];
        }
    }
    flush(&mut bytes, &mut out);
    out.push_str(rest);
    out
}

fn flush(bytes: &mut Vec<u8>, out: &mut String) {
    match std::str::from_utf8(bytes) {
        Ok(text) => out.push_str(text),
        Err(_) => out.extend(bytes.iter().map(|&byte| byte as char)),
    }
    bytes.clear();
}

/// `unescape`: each `%XX` is one unit, `%uXXXX` too.
pub(super) fn unescape_units(units: &[u16]) -> Vec<u16> {
    let mut out = Vec::with_capacity(units.len());
    let mut at = 0;
    while let Some(&unit) = units.get(at) {
        let wide = units.get(at + 1) == Some(&u16::from(b'u'));
        let (from, count) = if wide { (at + 2, 4) } else { (at + 1, 2) };
        match unit_digits(units, from, count).filter(|_| unit == u16::from(b'%')) {
            Some(code) => {
                out.push(code);
                at = from + count;
            }
            None => {
                out.push(unit);
                at += 1;
            }
        }
    }
    out
}

fn unit_digits(units: &[u16], from: usize, count: usize) -> Option<u16> {
    units.get(from..from + count)?.iter().try_fold(0_u16, |code, unit| {
        let digit = char::from_u32(u32::from(*unit))?.to_digit(16)?;
        Some(code * 16 + digit as u16)
    })
}

/// `escape`.
pub(super) fn escape_units(units: &[u16]) -> String {
    let mut out = String::with_capacity(units.len() * 2);
    for unit in units {
        match u8::try_from(*unit) {
            Ok(byte) if byte.is_ascii_alphanumeric() || b"@*_+-./".contains(&byte) => out.push(char::from(byte)),
            Ok(byte) => out.push_str(&format!("%{byte:02X}")),
            Err(_) => out.push_str(&format!("%u{unit:04X}")),
        }
    }
    out
}

/// `encodeURIComponent`, or `encodeURI` when the marks of addresses stay.
pub(super) fn to_percent(text: &str, keeps_marks: bool) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte);
        if plain || (keeps_marks && b";/?:@&=+$,#".contains(&byte)) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// `btoa`.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Base64 in either alphabet, padded or not; bytes that form no UTF-8 are read as Latin-1.
pub(super) fn base64(text: &str) -> Option<String> {
    base64_bytes(text).map(latin1_or_utf8)
}

/// The bytes of base64 in either alphabet, padded or not.
pub(super) fn base64_bytes(text: &str) -> Option<Vec<u8>> {
    let standard = |c: char| match c {
        '-' => '+',
        '_' => '/',
        other => other,
    };
    let clean: String = text.chars().filter(|c| !c.is_ascii_whitespace()).map(standard).collect();
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    GeneralPurpose::new(&alphabet::STANDARD, config).decode(clean).ok()
}

/// Pairs of hexadecimal digits.
pub(super) fn hex(text: &str) -> Option<String> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let digit = |byte: u8| (byte as char).to_digit(16).unwrap_or(0) as u8;
    Some(latin1_or_utf8(text.as_bytes().chunks_exact(2).map(|pair| digit(pair[0]) * 16 + digit(pair[1])).collect()))
}

fn latin1_or_utf8(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| error.as_bytes().iter().map(|&byte| byte as char).collect())
}
