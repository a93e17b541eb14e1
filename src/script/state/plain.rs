//! Which texts in data could act: all but dates, digests, names, sentences and markup that does nothing.

use crate::model::{Digest, is_public_suffix};
use crate::script::noise::is_digest;
use crate::script::shape::tells;
use std::net::Ipv4Addr;
use url::Url;

/// Longest markup that is looked into, in bytes.
const MAX_MARKUP: usize = 256 << 10;
/// Longest text that counts as plain, in bytes.
const MAX_PLAIN: usize = 16 << 10;
/// Longest digest or token that counts as plain, in bytes.
const MAX_TOKEN: usize = 128;

/// A short text itself, of a long one its digest.
pub(super) fn fingerprint(text: &str) -> String {
    if text.len() <= MAX_TOKEN { text.to_owned() } else { Digest::of(text).to_string() }
}

/// Whether a text could be no address, code or markup, also once it is decoded: a date, a digest, a path of the site
/// itself, or a sentence.
pub(super) fn is_plain(text: &str) -> bool {
    if text.len() > MAX_PLAIN {
        return false;
    }
    text.trim().is_empty()
        || is_name(text)
        || is_version(text)
        || is_random(text)
        || is_date(text)
        || is_digest(text)
        || is_own_path(text)
        || is_sentence(text)
}

/// A short word, or several joined by `-` or `_`: the name or number of something on the site itself. The account of a service
/// (`GTM-A1B2C3D`) is none, nor is a purse, nor text in another form.
fn is_name(text: &str) -> bool {
    let part = |word: &str| word.len() <= 20 && word.bytes().all(|b| b.is_ascii_alphanumeric());
    let account = text.split_once('-').is_some_and(|(service, account)| {
        let capital = |text: &str| text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
        (1..=4).contains(&service.len()) && service.bytes().all(|b| b.is_ascii_uppercase()) && capital(account)
    });
    text.len() <= MAX_TOKEN && text.split(['-', '_']).all(part) && !account && !tells(text)
}

/// Letters of both cases and digits without any order, as what is made anew for each visit; a purse begins otherwise.
fn is_random(text: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| text.bytes().any(|b| kind(&b));
    (20..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric())
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && !text.starts_with(['1', '3'])
        && !tells(text)
}

/// Numbers with dots or `$` between them, but no address.
fn is_version(text: &str) -> bool {
    text.len() <= 40
        && text.parse::<Ipv4Addr>().is_err()
        && text.bytes().all(|b| b.is_ascii_digit() || b".$".contains(&b))
}

fn is_date(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let marks = text.bytes().all(|b| b.is_ascii_digit() || b"-:.+TZ /".contains(&b));
    text.len() <= 40 && marks && digits * 2 >= text.len() && text.contains(['-', '/']) && text.matches('.').count() < 3
}

/// Endings of what is looked at.
const SHOWN: [&str; 12] = ["html", "htm", "pdf", "jpg", "jpeg", "png", "gif", "webp", "svg", "xlsx", "docx", "csv"];

/// A path of the page's own site, of a page or a picture, at most with numbers in its query; or the name of such a file.
fn is_own_path(text: &str) -> bool {
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let name = path.rsplit('/').next().unwrap_or_default();
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let shown = ending.map(|ending| SHOWN.contains(&ending));
    let counts = |pair: &str| pair.split_once('=').is_some_and(|(_, count)| count.bytes().all(|b| b.is_ascii_digit()));
    let begins =
        if path.contains('/') { path.starts_with('/') && !path.starts_with("//") } else { shown == Some(true) };
    text.len() <= 512
        && begins
        && shown != Some(false)
        && path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-_.%~".contains(&b))
        && (query.is_empty() || query.split('&').all(counts))
}

/// Words with spaces between them or in another writing than ASCII, without markup, addresses or code.
fn is_sentence(text: &str) -> bool {
    let worded = !text.is_ascii() || text.trim().contains(' ');
    let lower = text.to_ascii_lowercase();
    let schemes = ["//", "javascript:", "data:", "vbscript:", "\\", "=>", "){", "function"];
    worded
        && !text.contains(['<', '{', '`'])
        && !schemes.iter().any(|s| lower.contains(s))
        && !names_host(&lower)
        && !calls(&lower)
}

/// Whether a word in a text is the name of a host.
fn names_host(text: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-' || c == '@';
    text.split(|c| !is_word(c)).any(|word| {
        let ending = word.trim_end_matches('.').rsplit_once('.').map(|(_, ending)| ending);
        ending.is_some_and(|ending| ending.bytes().all(|b| b.is_ascii_alphabetic()) && is_public_suffix(ending))
    })
}

/// Whether a text calls something as code does: a name directly before a bracket.
fn calls(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'(', bytes)
        .any(|at| at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || b"_$])".contains(&bytes[at - 1])))
        && text.contains([';', '=', '"', '\''])
}

/// Elements that show something and do nothing.
const INERT: [&str; 40] = [
    "a",
    "b",
    "blockquote",
    "br",
    "caption",
    "center",
    "code",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "li",
    "ol",
    "p",
    "pre",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tr",
    "ul",
];

/// Whether markup holds nothing but elements that do nothing, without handlers, styles and addresses of scripts.
fn is_inert(text: &str) -> bool {
    text.split('<').skip(1).all(|piece| {
        let piece = piece.strip_prefix('/').unwrap_or(piece);
        let Some((tag, _)) = piece.split_once('>') else { return false };
        let tag = tag.to_ascii_lowercase();
        let name_ends = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len());
        let (name, attributes) = tag.split_at(name_ends);
        let acts = ["script", "style", "data:", "&", "\u{0}"].iter().any(|word| attributes.contains(word));
        INERT.contains(&name) && !acts && !has_handler(attributes)
    })
}

/// Whether attributes have one whose name begins with `on`.
fn has_handler(attributes: &str) -> bool {
    let begins =
        |at: usize| at.checked_sub(1).is_none_or(|before| !attributes.as_bytes()[before].is_ascii_alphanumeric());
    attributes.match_indices("on").filter(|(at, _)| begins(*at)).any(|(at, _)| {
        let rest = attributes[at + 2..].trim_start_matches(|c: char| c.is_ascii_alphanumeric());
        rest.trim_start().starts_with('=')
    })
}

/// The hosts of a text that is one address of a page or picture, or a sentence or markup that does nothing with such addresses
/// in it; none when there is more to it, which then counts as a whole.
pub(super) fn hosts(text: &str) -> Option<Vec<String>> {
    let marked = text.contains('<');
    if text.contains(['{', '`', '\\']) || text.len() > MAX_MARKUP || (marked && !is_inert(text)) {
        return None;
    }
    let (mut hosts, mut found, mut rest) = (Vec::new(), marked, text);
    while let Some(at) = rest.find("//") {
        let tail = &rest[at..];
        let end = tail.find(|c: char| !c.is_ascii_graphic() || "\"'<>()".contains(c)).unwrap_or(tail.len());
        let url = Url::parse(&format!("https:{}", &tail[..end])).ok()?;
        if !is_shown(&url) {
            return None;
        }
        hosts.extend(url.host_str().filter(|host| !is_public_body(host)).map(ToOwned::to_owned));
        found = true;
        rest = &tail[end..];
    }
    found.then_some(hosts)
}

/// Whether a host is one of Japan's public bodies, to which pages lead every day.
fn is_public_body(host: &str) -> bool {
    [".go.jp", ".lg.jp"].iter().any(|ending| host.ends_with(ending))
}

/// Whether what lies at an address is looked at rather than run.
fn is_shown(url: &Url) -> bool {
    let name = url.path().rsplit('/').next().unwrap_or_default();
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let runs =
        ["js", "mjs", "cjs", "php", "asp", "aspx", "ashx", "cgi", "jsp", "swf", "exe", "wasm", "json", "css", "hta"];
    url.username().is_empty() && url.port().is_none() && !ending.is_some_and(|ending| runs.contains(&ending.as_str()))
}
