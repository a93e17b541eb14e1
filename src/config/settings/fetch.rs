//! `[fetch]`: limits, courtesy, proxy, allowed addresses.

use super::FetchSettings;
use super::secret::{Keys, Surroundings, secret};
use crate::config::collect::Collector;
use crate::config::mistake::Complaint;
use crate::config::section::{Section, flag, text, whole};
use crate::config::texts::{has_userinfo, url};
use crate::config::units::{AddressRange, address_range, duration_text, duration_within, size_within};
use crate::model::Secret;
use std::time::Duration;
use url::Url;

pub(super) const KEYS: &[&str] = &[
    "connect_timeout",
    "first_byte_timeout",
    "total_timeout",
    "max_body",
    "max_transfer",
    "memory",
    "max_redirects",
    "user_agent",
    "proxy",
    "proxy_file",
    "proxy_env",
    "proxy_resolves_names",
    "allow_addresses",
    "allow_ports",
    "per_host_connections",
    "per_host_gap",
    "workers",
    "witnesses",
];
const PROXY: Keys = Keys { plain: "proxy", file: "proxy_file", env: "proxy_env" };
const PROXY_SCHEMES: &[&str] = &["https", "socks5", "http"];
/// Most address ranges in a list.
const MAX_RANGES: usize = 100;
/// Most witnesses.
const MAX_WITNESSES: usize = 8;
const SECOND: Duration = Duration::from_secs(1);
const MB: u64 = 1_000_000;

pub(super) fn read(c: &mut Collector<'_>, section: &Section<'_>, around: &Surroundings<'_>) -> FetchSettings {
    section.only(c, KEYS);
    let mut fetch = FetchSettings::default();
    time(c, section, "connect_timeout", [SECOND, 120 * SECOND], &mut fetch.connect_timeout);
    time(c, section, "first_byte_timeout", [SECOND, 300 * SECOND], &mut fetch.first_byte_timeout);
    time(c, section, "total_timeout", [SECOND, 600 * SECOND], &mut fetch.total_timeout);
    bytes(c, section, "max_body", [100_000, 100 * MB], &mut fetch.max_body);
    bytes(c, section, "max_transfer", [100_000, 100 * MB], &mut fetch.max_transfer);
    bytes(c, section, "memory", [10 * MB, 64_000 * MB], &mut fetch.memory);
    count(c, section, "max_redirects", [0, 30], &mut fetch.max_redirects);
    count(c, section, "per_host_connections", [1, 16], &mut fetch.per_host_connections);
    time(c, section, "per_host_gap", [Duration::ZERO, 60 * SECOND], &mut fetch.per_host_gap);
    count(c, section, "workers", [1, 4_096], &mut fetch.workers);
    if let Some(agent) = section.get(c, "user_agent", |v| text(v).and_then(user_agent)) {
        fetch.user_agent = agent.value;
    }
    fetch.proxy = proxy(c, section, around);
    fetch.proxy_resolves_names = section.get(c, "proxy_resolves_names", flag).is_some_and(|found| found.value);
    fetch.allow_addresses = addresses(c, section);
    fetch.allow_ports = ports(c, section);
    fetch.witnesses = witnesses(c, section);
    fits_together(c, section, &fetch);
    fetch
}

/// The ranges under `allow_addresses`.
pub(super) fn addresses(c: &mut Collector<'_>, section: &Section<'_>) -> Vec<AddressRange> {
    let found = section.list(c, "allow_addresses", MAX_RANGES, |v| text(v).and_then(address_range));
    found.unwrap_or_default().into_iter().map(|range| range.value).collect()
}

fn ports(c: &mut Collector<'_>, section: &Section<'_>) -> Vec<u16> {
    let found = section.list(c, "allow_ports", MAX_RANGES, |v| whole(v, 1, i64::from(u16::MAX)));
    found.unwrap_or_default().into_iter().filter_map(|port| u16::try_from(port.value).ok()).collect()
}

fn witnesses(c: &mut Collector<'_>, section: &Section<'_>) -> Vec<Url> {
    let found = section.list(c, "witnesses", MAX_WITNESSES, |v| url(text(v)?, &["http", "https"]));
    found.unwrap_or_default().into_iter().map(|found| found.value).collect()
}

/// A duration between two limits, into its place.
pub(super) fn time(
    c: &mut Collector<'_>,
    section: &Section<'_>,
    key: &str,
    [least, most]: [Duration; 2],
    into: &mut Duration,
) {
    if let Some(found) = section.get(c, key, |v| duration_within(text(v)?, least, most)) {
        *into = found.value;
    }
}

/// A whole number between two limits, into its place.
pub(super) fn count(c: &mut Collector<'_>, section: &Section<'_>, key: &str, [least, most]: [u32; 2], into: &mut u32) {
    if let Some(found) = section.get(c, key, |v| whole(v, least.into(), most.into())) {
        *into = u32::try_from(found.value).unwrap_or(*into);
    }
}

/// A size between two limits, in bytes, into its place.
pub(super) fn bytes(c: &mut Collector<'_>, section: &Section<'_>, key: &str, [least, most]: [u64; 2], into: &mut u64) {
    if let Some(found) = section.get(c, key, |v| size_within(text(v)?, least, most)) {
        *into = found.value;
    }
}

/// The proxy. Written into the file it holds no password; from elsewhere it may.
fn proxy(c: &mut Collector<'_>, section: &Section<'_>, around: &Surroundings<'_>) -> Option<Secret> {
    let in_file = section.node(PROXY.plain).is_some();
    secret(c, section, around, PROXY, true, |text| {
        if in_file {
            return url(text, PROXY_SCHEMES).map(drop);
        }
        let mut bare = Url::parse(text).map_err(|_| no_url())?;
        if has_userinfo(&bare) {
            bare.set_username("").and_then(|()| bare.set_password(None)).map_err(|()| no_url())?;
        }
        url(bare.as_str(), PROXY_SCHEMES).map(drop)
    })
}

/// What every secret that is a URL must be, without quoting it.
pub(super) fn no_url() -> Complaint {
    Complaint::new(
        ["what it holds is no URL", "その内容は URL として読めません"],
        ["put one full URL and nothing else there", "完全な URL を一つだけ書いてください"],
    )
}

fn user_agent(text: &str) -> Result<String, Complaint> {
    let ascii = text.bytes().all(|b| (0x20..0x7F).contains(&b));
    if ascii && (1..=256).contains(&text.len()) && text.trim() == text {
        return Ok(text.to_owned());
    }
    Err(Complaint::new(
        ["a user agent has 1 to 256 visible ASCII characters", "user_agent は 1〜256 文字の ASCII 文字で書きます"],
        [
            "say who watches and where to complain: \"hinomi/1 (+https://soc.example/about)\"",
            "誰の監視で、どこに連絡できるかを書いてください: \"hinomi/1 (+https://soc.example/about)\"",
        ],
    ))
}

fn fits_together(c: &mut Collector<'_>, section: &Section<'_>, fetch: &FetchSettings) {
    let mut tell = |keys: [&str; 2], complaint| {
        let written = keys.into_iter().find(|key| section.node(key).is_some()).unwrap_or_default();
        c.push(section.key_span(written), section.key(written), complaint);
    };
    let total = fetch.total_timeout;
    for (key, limit) in [("connect_timeout", fetch.connect_timeout), ("first_byte_timeout", fetch.first_byte_timeout)] {
        if limit > total {
            tell([key, "total_timeout"], not_within(key, limit, total));
        }
    }
    if fetch.memory < fetch.max_body {
        tell(["memory", "max_body"], too_little_memory());
    }
}

fn not_within(key: &str, limit: Duration, total: Duration) -> Complaint {
    let (limit, total) = (duration_text(limit), duration_text(total));
    Complaint::new(
        [
            format!("{key} ({limit}) is longer than total_timeout ({total})"),
            format!("{key} ({limit}) が total_timeout ({total}) より長くなっています"),
        ],
        ["make total_timeout the longest of the three", "三つのうち total_timeout を最も長くしてください"],
    )
}

fn too_little_memory() -> Complaint {
    Complaint::new(
        [
            "memory is smaller than max_body: no large page could be fetched",
            "memory が max_body より小さいため、大きなページを取得できません",
        ],
        ["make memory several times max_body", "memory を max_body の数倍にしてください"],
    )
}
