//! Which foreign hosts the links and pictures of a page lead to.

use super::place::{allowed, path};
use super::shelf::{Shelf, Sight};
use super::{Lesson, cut};
use crate::model::{Element, HostUse, NodeId, Page, Plane, Topic, same_site};
use std::collections::BTreeMap;
use url::Url;

/// Most hosts of one use that are learned from one state.
const MAX_HOSTS: usize = 48;
/// Most addresses that are looked at.
const MAX_ADDRESSES: usize = 20_000;
/// Longest example in bytes.
const MAX_EXAMPLE: usize = 120;

/// Takes note of the hosts.
pub(super) fn learn(shelf: &mut Shelf, lesson: &Lesson) {
    let own = lesson.url.and_then(Url::host_str).unwrap_or_default();
    for ((usage, host), (_, id, example)) in foreign(lesson.now, own) {
        let sight = Sight { path: path(lesson.now, id), example: cut(&example, MAX_EXAMPLE) };
        shelf.touch(Topic::Host { host, usage }, sight);
    }
}

/// How often a host is used, where first, and that address on it.
type Used = (u32, NodeId, String);

/// The foreign hosts that a page uses most, with an address on each.
fn foreign(page: &Page, own: &str) -> BTreeMap<(HostUse, String), Used> {
    let mut found: BTreeMap<(HostUse, String), Used> = BTreeMap::new();
    for (id, usage, address) in addresses(page).take(MAX_ADDRESSES) {
        let Some(host) = host(address).filter(|host| !same_site(host, own)) else { continue };
        let (count, ..) = found.entry((usage, host)).or_insert_with(|| (0, id, address.to_owned()));
        *count += 1;
    }
    most_used(found)
}

/// Of each use those that are used most.
fn most_used(found: BTreeMap<(HostUse, String), Used>) -> BTreeMap<(HostUse, String), Used> {
    let mut by_count: Vec<_> = found.into_iter().collect();
    by_count.sort_by_key(|(_, (count, ..))| std::cmp::Reverse(*count));
    let mut kept = BTreeMap::new();
    for usage in [HostUse::Link, HostUse::Picture] {
        let of = by_count.iter().filter(|((of, _), _)| *of == usage);
        kept.extend(of.take(MAX_HOSTS).cloned());
    }
    kept
}

/// The foreign host of an address, in lower case; none of one that leads nowhere else.
pub(super) fn host(address: &str) -> Option<String> {
    let address = address.trim();
    let whole = if address.starts_with("//") { format!("https:{address}") } else { address.to_owned() };
    let lower = whole.get(..8.min(whole.len()))?.to_ascii_lowercase();
    let web = lower.starts_with("http:") || lower.starts_with("https:");
    Url::parse(&whole).ok().filter(|_| web)?.host_str().map(str::to_ascii_lowercase)
}

/// The addresses of links and pictures, without those inside of what acts, is hidden or lies over the page.
pub(super) fn addresses(page: &Page) -> impl Iterator<Item = (NodeId, HostUse, &str)> {
    let ids = allowed(page).filter(|id| page.node(*id).plane == Plane::Content);
    let of = |id| page.element(id).and_then(address).map(|(usage, address)| (id, usage, address));
    ids.filter_map(of)
}

fn address(element: &Element) -> Option<(HostUse, &str)> {
    let (usage, name) = match element.name.as_str() {
        "a" | "area" => (HostUse::Link, "href"),
        "img" | "input" => (HostUse::Picture, "src"),
        "source" => (HostUse::Picture, "srcset"),
        "video" => (HostUse::Picture, "poster"),
        _ => return None,
    };
    // Of a list of pictures the first stands for all.
    let address = element.attribute(name)?.split_whitespace().next()?;
    Some((usage, address))
}
