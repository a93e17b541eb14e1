//! Is it the sites, or is it us? Many hosts failing at once with none answering means that the monitor is offline.

use std::collections::VecDeque;

/// How one check of one host ended, as far as the network is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The host.
    pub host: String,
    /// Something answered (anything that came over the network counts).
    pub answered: bool,
}

/// The latest sightings, newest last.
#[derive(Debug, Clone, Default)]
pub struct Outlook {
    failed: VecDeque<String>,
    offline: bool,
}

impl Outlook {
    /// Different hosts that must fail in a row before the monitor blames itself, when it has nobody else to ask.
    pub const HOSTS: usize = 5;

    /// Takes in one sighting; returns whether this changed what [`Outlook::is_offline`] says.
    pub fn note(&mut self, sighting: Sighting) -> bool {
        let before = self.offline;
        if sighting.answered {
            self.failed.clear();
            self.offline = false;
        } else if !self.failed.contains(&sighting.host) {
            self.failed.push_back(sighting.host);
            self.failed.truncate(Self::HOSTS);
            self.offline = self.failed.len() >= Self::HOSTS;
        }
        before != self.offline
    }

    /// Whether it may be us: so many hosts failed in a row, or all of the `hosts` that are watched.
    #[must_use]
    pub fn is_doubtful(&self, hosts: usize) -> bool {
        self.offline || (!self.failed.is_empty() && self.failed.len() >= hosts.min(Self::HOSTS))
    }

    /// What hosts that are not watched say of our network; returns whether this changed what [`Outlook::is_offline`] says.
    pub fn testify(&mut self, reachable: bool) -> bool {
        if reachable {
            self.failed.clear();
        }
        std::mem::replace(&mut self.offline, !reachable) == reachable
    }

    /// Whether the monitor itself seems to have no network.
    #[must_use]
    pub const fn is_offline(&self) -> bool {
        self.offline
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn witnesses_decide_where_there_are_some() {
        let mut outlook = Outlook::default();
        assert!(!outlook.is_doubtful(1));
        note(&mut outlook, "a", false);
        assert!(outlook.is_doubtful(1), "all there are");
        assert!(!outlook.is_doubtful(2));
        assert!(outlook.testify(false) && outlook.is_offline());
        assert!(outlook.is_doubtful(100), "who is offline keeps asking");
        assert!(outlook.testify(true) && !outlook.is_offline());
        assert!(!outlook.is_doubtful(1), "what failed before is the sites' own");
        for host in ["a", "b", "c", "d", "e"] {
            note(&mut outlook, host, false);
        }
        assert!(outlook.is_offline());
        assert!(outlook.testify(true) && !outlook.is_offline(), "five hosts on one dead platform");
    }

    fn note(outlook: &mut Outlook, host: &str, answered: bool) -> bool {
        outlook.note(Sighting { host: host.to_owned(), answered })
    }

    #[test]
    fn one_dead_host_is_its_own_fault() {
        let mut outlook = Outlook::default();
        for _ in 0..100 {
            assert!(!note(&mut outlook, "dead.example", false));
        }
        assert!(!outlook.is_offline());
    }

    #[test]
    fn five_different_hosts_in_a_row_are_ours_until_one_answers() {
        let mut outlook = Outlook::default();
        for host in ["a", "b", "c", "d"] {
            assert!(!note(&mut outlook, host, false));
        }
        assert!(note(&mut outlook, "e", false));
        assert!(outlook.is_offline());
        assert!(note(&mut outlook, "a", true));
        assert!(!outlook.is_offline());
    }
}
