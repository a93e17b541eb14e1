//! The spans of time that judging knows. They are values, so that a drill can run in a minute.

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
    /// Unseen incidents wait this long for company.
    pub group_unseen: Duration,
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
            group_unseen: Duration::from_secs(60),
        }
    }
}
