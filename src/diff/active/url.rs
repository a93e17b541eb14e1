//! What of an active item's URL may change from release to release.

use crate::model::{ActiveItem, ActiveKind, Page};
use std::collections::{HashMap, HashSet};
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
const OWN_VERSION_NAMES: [&str; 11] = ["t", "d", "h", "r", "date", "hash", "time", "mtime", "modified", "rnd", "cdv"];

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
    let file = has_code_extension(url.path());
    let mut found = false;
    let mut key = url[..Position::AfterPath].to_owned();
    for pair in url.query()?.split('&') {
        key.push('&');
        if holds_version(pair, item.foreign, file) {
            found = true;
            key.push_str(pair.split_once('=').map_or("", |(name, _)| name));
            key.push_str(ANY);
        } else {
            key.push_str(pair);
        }
    }
    found.then_some(key)
}

/// Whether a parameter names and holds a version, or is one without a name, behind something of the page's own site.
fn holds_version(pair: &str, foreign: bool, file: bool) -> bool {
    match pair.split_once('=') {
        Some((name, value)) => names_version(name, foreign) && is_version(value),
        None => !foreign && (is_version(pair) || (file && is_cache_key(pair))),
    }
}

/// Six letters and figures alone behind a file, as Drupal writes a number in base 36.
fn is_cache_key(value: &str) -> bool {
    value.len() == 6 && value.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
}

fn names_version(name: &str, foreign: bool) -> bool {
    let name = name.to_ascii_lowercase();
    VERSION_NAMES.contains(&name.as_str()) || (!foreign && OWN_VERSION_NAMES.contains(&name.as_str()))
}

/// Digits, hexadecimal, `1.2.3`, or a date: nothing that could name a file, a host or a command.
fn is_version(value: &str) -> bool {
    let value = value.replace("%3A", ":").replace("%3a", ":");
    let bare = value.strip_prefix(['v', '-']).unwrap_or(&value);
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

/// Least number of digest-named files in one folder that make it the output of a build.
const BUILT_FILES: usize = 3;
/// Length of a SHA-256 in base64 without padding, as content management systems name joined files.
const LONG_DIGEST: usize = 43;

/// The folders (with their hosts) from which a page loads several files that are named by their digests. Such a folder
/// belongs to the site's own build, wherever it lies: a vendor's folder holds one file for each customer.
pub(super) fn build_folders(page: &Page) -> HashSet<String> {
    let mut files: HashMap<String, HashSet<String>> = HashMap::new();
    for (folder, file) in page.active.iter().filter_map(|item| Some(File::of(item)?.place)) {
        files.entry(folder).or_default().insert(file);
    }
    files.retain(|_, files| files.iter().filter(|file| file.split(SEPARATORS).any(is_digest)).count() >= BUILT_FILES);
    files.into_keys().collect()
}

/// What separates a digest from the rest of a file name.
const SEPARATORS: [char; 3] = ['.', '_', '-'];

/// A file that an item loads.
struct File {
    /// Host with folder, and the name in it.
    place: (String, String),
    /// The query and what follows.
    rest: String,
}

impl File {
    fn of(item: &ActiveItem) -> Option<Self> {
        let url = parsed(item)?;
        let (folder, file) = url.path().rsplit_once('/')?;
        let loads = match item.kind {
            ActiveKind::LinkedScript | ActiveKind::Stylesheet | ActiveKind::Preload => has_code_extension(file),
            ActiveKind::ServiceWorker => file.ends_with(".json") || file.ends_with(".webmanifest"),
            _ => false,
        };
        let folder = format!("{}{folder}", &url[..Position::BeforePath]);
        let rest = url[Position::AfterPath..].to_owned();
        loads.then(|| Self { place: (folder, file.to_owned()), rest })
    }
}

/// The URL with the digest in its file name left out; none when it has none, or several parts that could be one.
pub(super) fn without_hash(item: &ActiveItem, build_folders: &HashSet<String>) -> Option<String> {
    let File { place: (folder, file), rest } = File::of(item)?;
    let built = build_folders.contains(&folder);
    let (stem, extension) = file.split_at(file.rfind('.')?);
    if item.foreign && !built {
        return None;
    }
    let stem = match stem {
        only if built && is_digest(only) => ANY.to_owned(),
        stem => without_long_digests(stem).or_else(|| without_short_digest(stem, item.foreign))?,
    };
    Some(format!("{folder}/{stem}{extension}{rest}"))
}

/// The stem of a file name with its one digest left out: `app.3f9c01d2.chunk` or `index-Bx91aQz0`.
fn without_short_digest(stem: &str, foreign: bool) -> Option<String> {
    let fits = |part: &str| if foreign { is_digest(part) } else { is_digest(part) || is_date(part) };
    let mut found = 0;
    let mut key = String::new();
    for (number, piece) in stem.split_inclusive(SEPARATORS).enumerate() {
        let part = piece.trim_end_matches(SEPARATORS);
        if number > 0 && fits(part) {
            found += 1;
            key.push_str(ANY);
            key.push_str(&piece[part.len()..]);
        } else {
            key.push_str(piece);
        }
    }
    (found == 1 && key.contains(|c: char| c.is_ascii_alphanumeric())).then_some(key)
}

/// `js_` or `css_` and one or several SHA-256 in base64 behind it, as systems name the files they join.
fn without_long_digests(stem: &str) -> Option<String> {
    let (kind, digests) = stem.split_once('_').filter(|(kind, _)| matches!(*kind, "js" | "css"))?;
    let mut rest = digests.trim_start_matches('_');
    let mut count = 0;
    while let Some((digest, more)) = rest.split_at_checked(LONG_DIGEST) {
        let base64 = digest.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        if !base64 || !is_mixed(digest) {
            return None;
        }
        count += 1;
        rest = more.strip_prefix("__").unwrap_or(more);
    }
    (count > 0 && rest.is_empty()).then(|| format!("{kind}{ANY}{count}"))
}

/// 6 to 40 hexadecimal digits with a letter and a figure among them, or 8 to 22 letters and figures well mixed: no word,
/// no number, no name with a year behind it.
fn is_digest(part: &str) -> bool {
    let has = |test: fn(&u8) -> bool| part.as_bytes().iter().any(test);
    let lower_hex = part.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'));
    if lower_hex && (6..=40).contains(&part.len()) {
        return has(u8::is_ascii_digit) && has(u8::is_ascii_lowercase);
    }
    (8..=22).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()) && is_mixed(part)
}

/// 6 to 14 figures: a date or a number of a release.
fn is_date(part: &str) -> bool {
    (6..=14).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
}

fn is_mixed(part: &str) -> bool {
    let has = |test: fn(&u8) -> bool| part.as_bytes().iter().any(test);
    has(u8::is_ascii_digit) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase)
}
