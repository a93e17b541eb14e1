//! Indicators of compromise: hosts, URLs, addresses and files that others have seen in attacks.

use super::{Digest, DigestBuilder, is_public_suffix};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;
use url::{Position, Url};

/// What an indicator names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IndicatorKind {
    /// A host and every name below it, in lower case, IDN in ASCII.
    Host,
    /// An address without its scheme: `host/path`, everything below it when it ends with `/`.
    Url,
    /// An IP address.
    Address,
    /// A file by its SHA-256.
    Sha256,
}

/// One indicator as it was imported.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Indicator {
    /// What it names.
    pub kind: IndicatorKind,
    /// The name, in the form of its kind.
    pub value: String,
    /// Since when it has been known; the time of the import where the source says nothing.
    pub since: Timestamp,
    /// When it ends.
    pub until: Option<Timestamp>,
    /// What its source says of it.
    pub note: String,
}

/// Where indicators came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndicatorSource {
    /// Its name: a later import under the same name takes the place of this one.
    pub name: String,
    /// When it was imported.
    pub imported: Timestamp,
    /// How many indicators it holds.
    pub count: u64,
}

/// Something that an indicator names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit<'a> {
    /// What the indicator names.
    pub kind: IndicatorKind,
    /// The indicator.
    pub value: &'a str,
    /// Its source.
    pub source: &'a str,
    /// Since when it has been known.
    pub since: Timestamp,
}

/// One entry; its value lies in the text of all.
#[derive(Debug, Clone, Copy)]
struct Entry {
    at: u32,
    length: u16,
    source: u16,
    kind: IndicatorKind,
    since: Timestamp,
}

/// All indicators that are in force, for quick look-ups: 32 bytes for each beside its text.
#[derive(Debug, Default)]
pub struct Indicators {
    /// The values, one behind the other.
    text: String,
    /// By kind and value.
    entries: Vec<Entry>,
    sources: Vec<String>,
    revision: Digest,
}

/// No indicators.
static NONE: LazyLock<Indicators> = LazyLock::new(Indicators::default);

impl Indicators {
    /// Those of these sources that have not ended. Of the same one from several sources the oldest counts.
    #[must_use]
    pub fn new(all: Vec<(IndicatorSource, Vec<Indicator>)>, now: Timestamp) -> Self {
        let mut set = Self::default();
        let mut revision = DigestBuilder::new("hinomi indicators 1");
        for (source, indicators) in all.into_iter().take(usize::from(u16::MAX)) {
            let number = u16::try_from(set.sources.len()).unwrap_or(u16::MAX);
            revision.part(&source.name).part(source.imported.to_string());
            set.sources.push(source.name);
            for indicator in indicators.iter().filter(|indicator| indicator.until.is_none_or(|until| until > now)) {
                set.push(indicator, number);
            }
        }
        revision.part(set.entries.len().to_le_bytes());
        set.revision = revision.finish();
        let text = std::mem::take(&mut set.text);
        let key = |entry: &Entry| (entry.kind, &text[span(entry)]);
        set.entries.sort_unstable_by(|a, b| key(a).cmp(&key(b)).then(a.since.cmp(&b.since)));
        set.entries.dedup_by(|a, b| key(a) == key(b));
        Self { text, ..set }
    }

    /// The empty set.
    #[must_use]
    pub fn none() -> &'static Self {
        &NONE
    }

    fn push(&mut self, indicator: &Indicator, source: u16) {
        let (Ok(at), Ok(length)) = (u32::try_from(self.text.len()), u16::try_from(indicator.value.len())) else {
            return;
        };
        self.text.push_str(&indicator.value);
        self.entries.push(Entry { at, length, source, kind: indicator.kind, since: indicator.since });
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Which set this is: a state judged under another one is judged again.
    #[must_use]
    pub const fn revision(&self) -> Digest {
        self.revision
    }

    /// The indicator that names a URL: its host or one above it, its address, or the place itself.
    #[must_use]
    pub fn url(&self, url: &Url) -> Option<Hit<'_>> {
        if self.is_empty() {
            return None;
        }
        let host = url.host_str()?.trim_end_matches('.').to_ascii_lowercase();
        if url.host().is_some_and(|host| !matches!(host, url::Host::Domain(_))) {
            let address = host.trim_start_matches('[').trim_end_matches(']');
            return self.find(IndicatorKind::Address, address).or_else(|| self.place(url));
        }
        self.host(&host).or_else(|| self.place(url))
    }

    /// The indicator that names a host or one above it; never one that is a public suffix.
    fn host(&self, host: &str) -> Option<Hit<'_>> {
        let mut rest = host;
        loop {
            let found = self.find(IndicatorKind::Host, rest).filter(|_| !is_public_suffix(rest));
            if found.is_some() {
                return found;
            }
            (_, rest) = rest.split_once('.')?;
        }
    }

    /// The indicator that names the place, or a folder around it other than the root.
    fn place(&self, url: &Url) -> Option<Hit<'_>> {
        let host = url.host_str()?.trim_end_matches('.');
        let whole = format!("{host}{}", &url[Position::AfterHost..Position::AfterQuery]);
        let path = whole.split('?').next().unwrap_or_default();
        let exact = self.find(IndicatorKind::Url, &whole).or_else(|| self.find(IndicatorKind::Url, path));
        let root = path.find('/').map_or(path.len(), |at| at + 1);
        let folders = path.match_indices('/').map(|(at, _)| &path[..=at]).filter(|folder| folder.len() > root);
        exact.or_else(|| folders.into_iter().find_map(|folder| self.find(IndicatorKind::Url, folder)))
    }

    /// The indicator that names a file.
    #[must_use]
    pub fn file(&self, bytes: Digest) -> Option<Hit<'_>> {
        if self.is_empty() { None } else { self.find(IndicatorKind::Sha256, &bytes.to_string()) }
    }

    fn find(&self, kind: IndicatorKind, value: &str) -> Option<Hit<'_>> {
        let key = |entry: &Entry| (entry.kind, &self.text[span(entry)]);
        let at = self.entries.binary_search_by(|entry| key(entry).cmp(&(kind, value))).ok()?;
        let entry = self.entries.get(at)?;
        let source = self.sources.get(usize::from(entry.source)).map_or("", String::as_str);
        Some(Hit { kind, value: &self.text[span(entry)], source, since: entry.since })
    }
}

fn span(entry: &Entry) -> std::ops::Range<usize> {
    let at = entry.at as usize;
    at..at + usize::from(entry.length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use IndicatorKind::{Address, Host, Sha256, Url as Place};

    fn indicator(kind: IndicatorKind, value: &str) -> Indicator {
        let since = Timestamp::UNIX_EPOCH;
        Indicator { kind, value: value.to_owned(), since, until: None, note: String::new() }
    }

    fn set(all: &[(IndicatorKind, &str)]) -> Indicators {
        let source = IndicatorSource { name: "list".to_owned(), imported: Timestamp::UNIX_EPOCH, count: 0 };
        Indicators::new(vec![(source, all.iter().map(|(kind, value)| indicator(*kind, value)).collect())], at(1))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn hit(set: &Indicators, url: &str) -> Option<String> {
        set.url(&url.parse().expect("URL")).map(|hit| hit.value.to_owned())
    }

    #[test]
    fn a_host_stands_for_all_names_below_it_and_a_suffix_for_none() {
        let set = set(&[(Host, "evil.example"), (Host, "com"), (Host, "lg.jp"), (Host, "a.b.evil2.example")]);
        assert_eq!(hit(&set, "https://cdn.EVIL.example./x").as_deref(), Some("evil.example"));
        assert_eq!(hit(&set, "https://evil.example:8080/").as_deref(), Some("evil.example"));
        for clean in [
            "https://notevil.example/",
            "https://www.good.com/",
            "https://www.city.x.lg.jp/",
            "https://b.evil2.example/",
        ] {
            assert_eq!(hit(&set, clean), None, "{clean}");
        }
    }

    #[test]
    fn places_addresses_and_files_are_found() {
        let all = [
            (Place, "host.example/kit/"),
            (Place, "host.example/a.js"),
            (Address, "192.0.2.7"),
            (Place, "root.example/"),
        ];
        let set = set(&all);
        assert!(hit(&set, "http://host.example/kit/x/y.js?z").is_some());
        assert!(hit(&set, "https://host.example./a.js?v=1").is_some());
        assert_eq!(hit(&set, "https://host.example/b.js"), None);
        assert_eq!(hit(&set, "https://root.example/other"), None, "the root names the front page alone");
        assert!(hit(&set, "http://192.0.2.7:8080/x").is_some());
        let bytes = Digest::of("evil");
        assert_eq!(set.file(bytes), None);
        let files = self::set(&[(Sha256, &bytes.to_string())]);
        assert_eq!(files.file(bytes).map(|hit| hit.source), Some("list"));
    }

    #[test]
    fn what_has_ended_counts_no_more_and_the_oldest_is_told() {
        let source = |name: &str| IndicatorSource { name: name.to_owned(), imported: at(0), count: 1 };
        let known = |since, until| Indicator { since: at(since), until, ..indicator(Host, "evil.example") };
        let both = vec![(source("new"), vec![known(5, None)]), (source("old"), vec![known(1, None)])];
        let set = Indicators::new(both, at(9));
        assert_eq!(set.url(&"https://evil.example/".parse().expect("URL")).map(|hit| hit.source), Some("old"));
        let ended = Indicators::new(vec![(source("old"), vec![known(1, Some(at(8)))])], at(9));
        assert!(ended.is_empty() && ended.revision() != set.revision());
    }
}
