//! How far a page is from an approved one: what is gone counts as much as what came in, so that nothing can be poisoned slowly.

use super::hosts::{addresses, host};
use crate::model::{Difference, Drift, Page, same_site, site};
use std::collections::BTreeSet;
use url::Url;

/// Most visible text of a page that is measured, in bytes.
const MAX_TEXT: usize = 1 << 20;
/// Most addresses of a page that are looked at.
const MAX_ADDRESSES: usize = 50_000;

/// What may come in beside an approved page before it counts: bytes of text, and nodes. A small page that gets a longer notice
/// has not become another one.
const ROOM: (usize, usize) = (4_096, 200);

/// The distance of a page from an approved one.
#[must_use]
pub fn drift(approved: &Page, now: &Page, difference: &Difference, url: Option<&Url>) -> Drift {
    let length = |page: &Page| page.visible_text(MAX_TEXT).len();
    let nodes = |page: &Page| page.nodes.len();
    let own = url.and_then(Url::host_str).unwrap_or_default();
    let known = sites(approved, own);
    Drift {
        text: gone(difference.text_kept, length(approved), length(now).saturating_sub(ROOM.0)),
        structure: gone(difference.nodes_kept, nodes(approved), nodes(now).saturating_sub(ROOM.1)),
        sites: u32::try_from(sites(now, own).difference(&known).count()).unwrap_or(u32::MAX),
    }
}

/// The share of the larger of two that the other does not have, in thousandths, rounded up.
fn gone(kept: f64, old: usize, new: usize) -> u16 {
    let kept = if kept.is_nan() { 1.0 } else { kept.clamp(0.0, 1.0) };
    let share = if old.max(new) == 0 { kept } else { kept * old as f64 / old.max(new) as f64 };
    // A grain of dust from the division is no thousandth.
    (((1.0 - share) * 1000.0) - 1e-6).ceil().clamp(0.0, 1000.0) as u16
}

/// The foreign sites to which links and pictures lead.
fn sites(page: &Page, own: &str) -> BTreeSet<String> {
    let hosts = addresses(page).take(MAX_ADDRESSES).filter_map(|(_, _, address)| host(address));
    hosts.filter(|host| !same_site(host, own)).map(|host| site(&host).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_and_what_came_in_count_alike() {
        assert_eq!(gone(1.0, 100, 100), 0);
        assert_eq!(gone(0.3, 1000, 1000), 700);
        assert_eq!(gone(0.2999, 1000, 1000), 701);
        assert_eq!(gone(1.0, 100, 400), 750, "four times as long");
        assert_eq!(gone(0.25, 400, 100), 750);
        assert_eq!((gone(1.0, 0, 0), gone(1.0, 0, 5), gone(f64::NAN, 5, 5)), (0, 1000, 0));
    }
}
