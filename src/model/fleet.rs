//! What the fleet has approved: from which sites things act on the pages of many organisations.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// From which sites something that acts is approved, and by how many organisations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FleetSites(HashMap<String, u32>);

impl FleetSites {
    /// Organisations from which on a site is called well approved.
    pub const MANY: u32 = 5;

    /// Counts what is approved: who approved, and to whom belongs what acts there (a site, or a publisher on a host that
    /// strangers share).
    #[must_use]
    pub fn new<T: Into<String>>(approved: impl IntoIterator<Item = (T, String)>) -> Self {
        let mut organisations: HashMap<String, HashSet<String>> = HashMap::new();
        for (organisation, owner) in approved {
            organisations.entry(owner).or_default().insert(organisation.into());
        }
        let counted = organisations.into_iter().map(|(owner, by)| (owner, u32::try_from(by.len()).unwrap_or(u32::MAX)));
        Self(counted.filter(|(_, count)| *count >= Self::MANY).collect())
    }

    /// Where nothing is known of a fleet.
    #[must_use]
    pub fn none() -> &'static Self {
        static NONE: LazyLock<FleetSites> = LazyLock::new(FleetSites::default);
        &NONE
    }

    /// How many organisations approved something that acts from there; none when they are fewer than [`Self::MANY`].
    #[must_use]
    pub fn organisations(&self, owner: &str) -> Option<u32> {
        self.0.get(owner).copied()
    }

    /// Sites that are well approved.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no site is well approved.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn organisations_count_once_and_few_count_for_nothing() {
        let by =
            |count: u32, site: &str| (0..count).map(|n| (format!("city-{n}"), site.to_owned())).collect::<Vec<_>>();
        let all = [by(5, "a.example"), by(5, "a.example"), by(4, "b.example")].concat();
        let fleet = FleetSites::new(all);
        assert_eq!((fleet.organisations("a.example"), fleet.organisations("b.example")), (Some(5), None));
        assert_eq!((fleet.len(), FleetSites::none().is_empty()), (1, true));
    }
}
