//! Noise in URLs of the content plane: session ids, cache-busters, and addresses under a changing key.

use super::{TAKEN, token};

/// Keys of session ids, lower-case.
const SESSION_KEYS: &[&str] = &[
    "phpsessid",
    "jsessionid",
    "sid",
    "sessid",
    "sessionid",
    "session_id",
    "session",
    "oscsid",
    "zenid",
    "cfid",
    "cftoken",
    "aspsessionid",
    "_sid",
    "xsid",
    "psid",
    "s_id",
];

/// Keys of cache-busters, lower-case.
const BUSTER_KEYS: &[&str] = &[
    "v",
    "ver",
    "version",
    "rev",
    "revision",
    "t",
    "ts",
    "time",
    "timestamp",
    "_",
    "cb",
    "cache",
    "nocache",
    "rand",
    "random",
    "r",
    "rnd",
    "d",
    "date",
    "dt",
    "upd",
    "update",
    "updated",
    "m",
    "mod",
    "modified",
    "hash",
    "h",
    "build",
    "lm",
];

/// Endings of files that a server gives out as they are.
const STATIC: &[&str] = &[
    "css", "js", "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "bmp", "ico", "woff", "woff2", "ttf", "otf",
    "eot", "mp4", "webm", "ogg", "mp3", "wav", "pdf",
];

/// Where Cloudflare puts the address of a protected link.
const PROTECTED: &str = "/cdn-cgi/l/email-protection#";

/// A link: session ids are taken out, a protected mail address is read.
pub(super) fn link(url: &mut String) {
    if let Some(key) = url.strip_prefix(PROTECTED)
        && let Some(address) = mail(key)
    {
        *url = format!("{PROTECTED}{address}");
        return;
    }
    if is_plain(url) {
        path_session(url);
        query(url, is_session);
    }
}

/// The URL of an image, a film or a sound: session ids are taken out, and cache-busters of a static file.
pub(super) fn resource(url: &mut String) {
    if is_plain(url) {
        path_session(url);
        let fixed = is_static(url);
        query(url, |key, value| is_session(key, value) || (fixed && is_buster(key, value)));
    }
}

/// Whether a URL names a file that is the same whatever its query says.
fn is_static(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').is_some_and(|(_, end)| STATIC.iter().any(|known| end.eq_ignore_ascii_case(known)))
}

/// `;jsessionid=…` in the path.
pub(super) fn path_session(url: &mut String) {
    if !url.contains(';') || !is_plain(url) {
        return;
    }
    let lower = url.to_ascii_lowercase();
    let Some(at) = lower.find(";jsessionid=") else { return };
    let from = at + ";jsessionid=".len();
    let value = url.get(from..).unwrap_or_default();
    let to = from + value.find(['?', '#', ';', '/']).unwrap_or(value.len());
    if lower.find('?').is_none_or(|query| at < query) && url.get(from..to).is_some_and(|v| token::is_token(v, 128)) {
        let taken = url.get(from..to).map_or(TAKEN, token::taken);
        url.replace_range(from..to, taken);
    }
}

/// An address that Cloudflare hid under a key, which is its first byte.
pub(super) fn protected_mail(value: &mut String) {
    if let Some(address) = mail(value) {
        *value = address;
    }
}

/// Decodes hexadecimal digits by exclusive or with the first byte; only to what looks like an address.
fn mail(hex: &str) -> Option<String> {
    if hex.len() < 8 || hex.len() > 512 || !hex.len().is_multiple_of(2) {
        return None;
    }
    let nibble = |b: u8| char::from(b).to_digit(16).and_then(|n| u8::try_from(n).ok());
    let mut bytes = hex.as_bytes().chunks_exact(2).map(|pair| match pair {
        [high, low] => Some(nibble(*high)? << 4 | nibble(*low)?),
        _ => None,
    });
    let key = bytes.next()??;
    let address: String = bytes.map(|b| b.map(|b| char::from(b ^ key))).collect::<Option<_>>()?;
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | '\'' | '\\');
    (address.contains('@') && address.chars().all(plain)).then_some(address)
}

/// Whether a URL is relative or leads to a web page: everything else may act.
fn is_plain(url: &str) -> bool {
    match url.find([':', '/', '?', '#']).and_then(|at| url.get(at..)) {
        Some(rest) if rest.starts_with(':') => {
            let scheme = url.get(..url.len() - rest.len()).unwrap_or_default();
            (scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")) && rest.starts_with("://")
        }
        _ => true,
    }
}

fn is_session(key: &str, value: &str) -> bool {
    let key = key.to_ascii_lowercase();
    SESSION_KEYS.contains(&key.as_str()) && token::is_token(value, 128)
}

fn is_buster(key: &str, value: &str) -> bool {
    if value.is_empty() {
        return token::is_buster(key) && key.len() >= 6;
    }
    key.len() <= 9 && BUSTER_KEYS.contains(&key.to_ascii_lowercase().as_str()) && token::is_buster(value)
}

/// Replaces the values (or, without a value, the key) of a query for which `is_noise` holds.
fn query(url: &mut String, is_noise: impl Fn(&str, &str) -> bool) {
    let Some(from) = url.find('?') else { return };
    let end = url.find('#').unwrap_or(url.len());
    let Some(query) = url.get(from + 1..end) else { return };
    let noisy = |part: &&str| {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        is_noise(key, value)
    };
    let separators: &[char] = &['&', ';'];
    if !query.split(separators).any(|part| noisy(&part)) {
        return;
    }
    let mut out = String::with_capacity(query.len());
    for piece in query.split_inclusive(separators) {
        let part = piece.trim_end_matches(separators);
        if noisy(&part) {
            if let Some((key, _)) = part.split_once('=') {
                out.push_str(key);
                out.push('=');
            }
            out.push_str(token::taken(part.split_once('=').map_or(part, |(_, value)| value)));
        } else {
            out.push_str(part);
        }
        out.push_str(piece.get(part.len()..).unwrap_or_default());
    }
    url.replace_range(from + 1..end, &out);
}
