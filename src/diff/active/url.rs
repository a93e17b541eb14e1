//! What of an active item's URL may change from release to release.

use crate::model::{ActiveItem, ActiveKind};
use url::{Position, Url};

/// Longest URL that is looked into, in bytes.
const LONGEST_URL: usize = 2_048;
/// Longest value of a version, in characters.
const LONGEST_VERSION: usize = 40;
/// Stands for what may differ; no URL holds this character.
const ANY: &str = "\u{0}";

/// Parameters that name a version on any host.
const VERSION_NAMES: [&str; 13] =
    ["v", "ver", "version", "rev", "revision", "ts", "_", "cb", "cache", "build", "cachebuster", "bust", "timestamp"];
/// Parameters that do so on the page's own site only: elsewhere they may name a customer or a thing.
const OWN_VERSION_NAMES: [&str; 10] = ["t", "d", "h", "r", "date", "hash", "time", "mtime", "modified", "rnd"];

/// Whether an attribute's raw value and an item's resolved one name the same place, as far as the end of the raw value
/// tells.
pub(super) fn is_same(raw: &str, resolved: &str) -> bool {
    let tail = raw.trim().trim_start_matches(['.', '/']);
    !tail.is_empty() && resolved.ends_with(tail)
}

/// The URL of an item. One that could not be resolved, because the page's own is unknown, gets a host of its own.
fn parsed(item: &ActiveItem) -> Option<Url> {
    if item.value.len() > LONGEST_URL || item.value.is_empty() {
        return None;
    }
    let unknown = || Url::parse("https://unresolved.invalid/-/").ok()?.join(&item.value).ok();
    let url = Url::parse(&item.value).ok().or_else(unknown)?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// The URL with the values of version parameters left out; none when there are none, or the kind does not qualify.
pub(super) fn without_versions(item: &ActiveItem) -> Option<String> {
    let loads = matches!(item.kind, ActiveKind::LinkedScript | ActiveKind::Stylesheet | ActiveKind::Preload);
    let leads = matches!(
        item.kind,
        ActiveKind::Frame | ActiveKind::Object | ActiveKind::Form | ActiveKind::MetaRefresh | ActiveKind::ServiceWorker
    );
    let url = parsed(item).filter(|_| loads || (leads && !item.foreign))?;
    if item.foreign && is_server_side(url.path()) {
        return None;
    }
    let mut found = false;
    let mut key = url[..Position::AfterPath].to_owned();
    for pair in url.query()?.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or(("", pair));
        let named = name.is_empty() && !pair.contains('=') || names_version(name, item.foreign);
        key.push('&');
        if named && is_version(value) {
            found = true;
            key.push_str(name);
            key.push_str(ANY);
        } else {
            key.push_str(pair);
        }
    }
    found.then_some(key)
}

fn names_version(name: &str, foreign: bool) -> bool {
    let name = name.to_ascii_lowercase();
    VERSION_NAMES.contains(&name.as_str()) || (!foreign && OWN_VERSION_NAMES.contains(&name.as_str()))
}

/// Digits, hexadecimal, `1.2.3`, or a date: nothing that could name a file, a host or a command.
fn is_version(value: &str) -> bool {
    let value = value.replace("%3A", ":").replace("%3a", ":");
    let bare = value.strip_prefix('v').unwrap_or(&value);
    let dotted = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '_' | ':' | 'T' | 'Z' | '+');
    let hexadecimal = !value.is_empty() && value.chars().all(|c| c.is_ascii_hexdigit());
    value.len() <= LONGEST_VERSION
        && (hexadecimal || (bare.starts_with(|c: char| c.is_ascii_digit()) && bare.chars().all(dotted)))
}

/// What such a URL answers depends on its query; on another host that is nothing to be sure of.
fn is_server_side(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    [".php", ".asp", ".aspx", ".ashx", ".cgi", ".pl", ".jsp", ".do"].iter().any(|extension| path.ends_with(extension))
}

fn has_code_extension(path: &str) -> bool {
    [".js", ".mjs", ".css"].iter().any(|extension| path.ends_with(extension))
}

/// The URL with the digest in its file name left out; none when it has none, or several parts that could be one.
pub(super) fn without_hash(item: &ActiveItem) -> Option<String> {
    let loads = matches!(item.kind, ActiveKind::LinkedScript | ActiveKind::Stylesheet | ActiveKind::Preload);
    let url = parsed(item).filter(|_| loads && !item.foreign)?;
    let (folder, file) = url.path().rsplit_once('/')?;
    let dot = file.rfind('.').filter(|_| has_code_extension(file))?;
    let (stem, extension) = file.split_at(dot);
    let stem = without_hash_part(stem)?;
    let (host, rest) = (&url[..Position::BeforePath], &url[Position::AfterPath..]);
    Some(format!("{host}{folder}/{stem}{extension}{rest}"))
}

/// The stem of a file name with its one digest left out: `app.3f9c01d2.chunk` or `index-Bx91aQz0`.
fn without_hash_part(stem: &str) -> Option<String> {
    let mut found = 0;
    let mut key = String::new();
    for (number, piece) in stem.split_inclusive(['.', '_', '-']).enumerate() {
        let part = piece.trim_end_matches(['.', '_', '-']);
        if number > 0 && is_hash(part) {
            found += 1;
            key.push_str(ANY);
            key.push_str(&piece[part.len()..]);
        } else {
            key.push_str(piece);
        }
    }
    (found == 1 && key.starts_with(|c: char| c.is_ascii_alphanumeric())).then_some(key)
}

/// 6 to 40 hexadecimal digits, or 8 to 22 letters and digits well mixed: no word, and no name with a year behind it.
fn is_hash(part: &str) -> bool {
    let lower_hex = part.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'));
    let has = |test: fn(&u8) -> bool| part.as_bytes().iter().any(test);
    if lower_hex && (6..=40).contains(&part.len()) && has(u8::is_ascii_digit) {
        return true;
    }
    let mixed = part.bytes().all(|b| b.is_ascii_alphanumeric())
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase);
    mixed && (8..=22).contains(&part.len())
}
