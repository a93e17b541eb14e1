//! How far a page is from an approved one: what is gone counts as much as what came in, so that nothing can be poisoned slowly.

use super::hosts::{addresses, host};
use super::region;
use crate::model::{
    Change, ChangeKind, Difference, Drift, Habit, Habits, Keep, Learned, NodeKind, Page, Plane, Topic, same_site, site,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use url::Url;

/// Most visible text of a page that is measured, in bytes.
const MAX_TEXT: usize = 1 << 20;
/// Most addresses of a page that are looked at.
const MAX_ADDRESSES: usize = 50_000;

/// What may come in beside an approved page before it counts: bytes of text, and nodes. A small page that gets a longer notice
/// has not become another one.
const ROOM: (usize, usize) = (4_096, 200);

/// How long a page must be known before new text in unusual places counts: until then every place is unusual.
const KNOWN: SignedDuration = SignedDuration::from_hours(24 * 7);
/// From how many compared states on a page is known.
const LESSONS: u32 = 7;
/// In how many lessons a place must have changed to be usual; the first as long before the approval as the page must be known.
const USUAL: u32 = 3;
/// New text in unusual places that never counts, in bytes.
const LITTLE: usize = 200;

/// What is known of a page from before: its habits, when it was approved, and when it is asked.
#[derive(Debug, Clone, Copy)]
pub struct Experience<'a> {
    /// What was learned of it.
    pub habits: &'a Habits,
    /// When the state was approved that it is measured from; none where that is not known.
    pub approved_at: Option<Timestamp>,
    /// When it is asked.
    pub at: Timestamp,
}

/// The distance of a page from an approved one.
#[must_use]
pub fn drift(
    approved: &Page,
    now: &Page,
    difference: &Difference,
    url: Option<&Url>,
    known: Option<Experience>,
) -> Drift {
    let length = |page: &Page| page.visible_text(MAX_TEXT).len();
    let nodes = |page: &Page| page.nodes.len();
    let own = url.and_then(Url::host_str).unwrap_or_default();
    let before = sites(approved, own);
    Drift {
        text: gone(difference.text_kept, length(approved), length(now).saturating_sub(ROOM.0)),
        structure: gone(difference.nodes_kept, nodes(approved), nodes(now).saturating_sub(ROOM.1)),
        sites: u32::try_from(sites(now, own).difference(&before).count()).unwrap_or(u32::MAX),
        strange: known.map_or(0, |known| strange((approved, now), difference, length(now), known)),
    }
}

/// The share of new text in places that were not known to change when the page was approved. An approval vouches for what was
/// usual until then and for nothing that followed states have taught since: or whoever changes one small thing a day would
/// teach that this is so.
fn strange((before, now): (&Page, &Page), difference: &Difference, whole: usize, known: Experience) -> u16 {
    let is_known = |learned: &&Learned| known.at.duration_since(learned.since) >= KNOWN && learned.compared >= LESSONS;
    let Some(learned) = known.habits.learned.as_ref().filter(is_known) else { return 0 };
    let vouched = |habit: &&Habit| {
        let long = known.approved_at.is_some_and(|at| at.duration_since(habit.first) >= KNOWN);
        known.habits.is(Keep::Pin, &habit.topic) || (long && habit.count >= USUAL)
    };
    let regions = learned.habits.iter().filter(vouched).filter_map(|habit| match &habit.topic {
        Topic::Region { path } if !known.habits.is(Keep::Drop, &habit.topic) => Some(path.as_str()),
        _ => None,
    });
    let usual: BTreeSet<&str> = regions.collect();
    let new = difference.changes.iter().filter(|change| change.plane == Plane::Content).filter_map(|change| {
        let came_in = came_in(before, now, change)?;
        (!usual.contains(region::place(now, change).as_str())).then_some(came_in)
    });
    let new: usize = new.sum();
    if new <= LITTLE || whole == 0 { 0 } else { u16::try_from(new * 1000 / whole).unwrap_or(1000).min(1000) }
}

/// How much text a change brought, in bytes: all that was inserted, and of a text that changed what lies between its beginning
/// and its end that stayed.
fn came_in(before: &Page, now: &Page, change: &Change) -> Option<usize> {
    let new = change.new?;
    match (change.kind, change.old.map(|old| &before.node(old).kind), &now.node(new).kind) {
        (ChangeKind::Insert, ..) => Some(now.text(new, MAX_TEXT).len()),
        (ChangeKind::Update, Some(NodeKind::Text(old)), NodeKind::Text(new)) => Some(between(old, new)),
        _ => None,
    }
}

/// Bytes of the newer of two texts without the beginning and the end that both have.
fn between(old: &str, new: &str) -> usize {
    let alike = |one: (u8, u8)| one.0 == one.1;
    let start = old.bytes().zip(new.bytes()).take_while(|one| alike(*one)).count();
    let (old, new) = (&old.as_bytes()[start..], &new.as_bytes()[start..]);
    new.len() - old.iter().copied().rev().zip(new.iter().copied().rev()).take_while(|one| alike(*one)).count()
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

    #[test]
    fn of_a_text_that_changed_only_what_is_new_counts() {
        assert_eq!(between("updated on 1 May", "updated on 12 May"), 1);
        assert_eq!(between("a long text", "a long text and more"), 9);
        assert_eq!(between("a long text and more", "a long text"), 0);
        assert_eq!(between("aaa", "aaaaa"), 2, "beginning and end do not overlap");
        assert_eq!(between("old", "another"), 7);
        assert_eq!((between("", "new"), between("same", "same"), between("役所", "役場")), (3, 0, 3));
    }
}
