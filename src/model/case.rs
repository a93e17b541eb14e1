//! The case that detectors look at: a page, what was approved before, and what lies between.

use super::{ActiveChange, ActiveItem, Difference, FleetSites, Head, Indicators, Page, Resource, ScriptReport, Signed};
use jiff::Timestamp;
use url::Url;

/// One version with its head.
#[derive(Debug, Clone, Copy)]
pub struct Version<'a> {
    /// The parsed page.
    pub page: &'a Page,
    /// Status, headers, redirects, certificate; none for a file.
    pub head: Option<&'a Head>,
    /// Reports on the page's scripts, in document order.
    pub scripts: &'a [ScriptReport],
    /// The page's own URL, where known.
    pub url: Option<&'a Url>,
    /// What it loads, as it was seen; empty where that was not looked at.
    pub resources: &'a [Resource],
    /// What the analysts' signatures say of it.
    pub signed: &'a Signed,
    /// When it was approved; none where it was not, or where that is not known.
    pub approved_at: Option<Timestamp>,
}

/// The approved version and what lies between it and the new one.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a> {
    /// The nearest approved version.
    pub version: Version<'a>,
    /// What differs.
    pub difference: &'a Difference,
}

/// What every detector gets.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// What was seen now.
    pub now: Version<'a>,
    /// What it is compared with; none for a first snapshot and for `scan`.
    pub approved: Option<Compared<'a>>,
    /// Name of the owning organisation, where known: identity of the page.
    pub organisation: Option<&'a str>,
    /// What others have seen in attacks.
    pub indicators: &'a Indicators,
    /// From which sites many organisations have approved something that acts.
    pub fleet: &'a FleetSites,
}

impl<'a> Case<'a> {
    /// Whether an active item is not in the approved states: everything, when nothing was approved yet.
    #[must_use]
    pub fn is_new(&self, index: usize) -> bool {
        match self.approved {
            None => true,
            Some(compared) => compared.difference.active.iter().any(|change| change.new == Some(index)),
        }
    }

    /// The active items that are not in the approved states, with the change that says what they replace.
    pub fn new_items(&self) -> impl Iterator<Item = (&'a ActiveItem, Option<&'a ActiveItem>)> + use<'a> {
        let page = self.now.page;
        let approved = self.approved;
        let unapproved: Vec<(usize, Option<usize>)> = match approved {
            None => (0..page.active.len()).map(|index| (index, None)).collect(),
            Some(compared) => {
                compared.difference.active.iter().filter_map(|c: &ActiveChange| Some((c.new?, c.old))).collect()
            }
        };
        unapproved.into_iter().filter_map(move |(new, old)| {
            let before = approved.and_then(|compared| compared.version.page.active.get(old?));
            Some((page.active.get(new)?, before))
        })
    }
}
