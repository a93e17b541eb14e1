//! The spans of time that judging knows. They are values, so that a drill can run in a minute.

use crate::model::JAPAN;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// Spans of time and counts behind incidents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    /// *Unseen* becomes an incident after this many checks in a row …
    pub unseen_checks: u32,
    /// … and not before this long.
    pub unseen_after: Duration,
    /// An incident resolves by itself after this many clean full fetches …
    pub clean_fetches: u32,
    /// … over at least this long.
    pub clean_over: Duration,
    /// After the opening, each next level of contacts is told unless somebody acknowledged.
    pub escalate_after: Vec<Duration>,
    /// Alarms wait this long for company before they become one message.
    pub group_alarms: Duration,
    /// Unseen incidents, and their ends, wait this long for company: about one usual interval, so that all sites of one
    /// dead platform are in one message.
    pub group_unseen: Duration,
    /// Hour and minute (Japan time) at which reviews are told, once a day; none: at once.
    pub digest_at: Option<(i8, i8)>,
}

impl Timing {
    /// When the digest after `now` goes out.
    #[must_use]
    pub fn next_digest(&self, now: Timestamp) -> Timestamp {
        let Some((hour, minute)) = self.digest_at else { return now };
        let today = now.to_zoned(JAPAN).date().at(hour, minute, 0, 0).to_zoned(JAPAN).map(|zoned| zoned.timestamp());
        match today {
            Ok(today) if today > now => today,
            Ok(today) => today.saturating_add(SignedDuration::from_hours(24)).unwrap_or(now),
            Err(_) => now,
        }
    }
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            unseen_checks: 3,
            unseen_after: Duration::from_secs(15 * 60),
            clean_fetches: 3,
            clean_over: Duration::from_secs(30 * 60),
            escalate_after: vec![Duration::from_secs(30 * 60), Duration::from_secs(2 * 60 * 60)],
            group_alarms: Duration::from_secs(5),
            group_unseen: Duration::from_secs(5 * 60),
            digest_at: Some((9, 0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_goes_out_at_nine_in_japan() {
        let next = |now: &str| Timing::default().next_digest(now.parse().expect("time")).to_string();
        assert_eq!(next("2026-11-23T23:59:59Z"), "2026-11-24T00:00:00Z");
        assert_eq!(next("2026-11-24T00:00:00Z"), "2026-11-25T00:00:00Z");
        assert_eq!(next("2026-12-31T14:00:00Z"), "2027-01-01T00:00:00Z");
    }
}
