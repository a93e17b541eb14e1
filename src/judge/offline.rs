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

/// Different hosts that must fail in a row before the monitor blames itself.
const HOSTS: usize = 5;

impl Outlook {
    /// Takes in one sighting; returns whether this changed what [`Outlook::is_offline`] says.
    pub fn note(&mut self, sighting: Sighting) -> bool {
        let before = self.offline;
        if sighting.answered {
            self.failed.clear();
            self.offline = false;
        } else if !self.failed.contains(&sighting.host) {
            self.failed.push_back(sighting.host);
            self.failed.truncate(HOSTS);
            self.offline = self.failed.len() >= HOSTS;
        }
        before != self.offline
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
