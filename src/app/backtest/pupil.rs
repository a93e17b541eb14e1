//! What is normal for a page, learned while its history is replayed, as a check learns it.

use crate::learn::{self, Lesson, Since};
use crate::model::{Digest, Habits};
use crate::monitor::Read;
use jiff::{SignedDuration, Timestamp};
use url::Url;

/// Who learns, on the history's own calendar.
#[derive(Default)]
pub(super) struct Pupil {
    habits: Habits,
    /// The state that was learned from last.
    before: Option<Digest>,
    at: Timestamp,
}

impl Pupil {
    /// Turns to the time of the next version; a day after the one before where it is not known.
    pub(super) fn turn(&mut self, time: Option<Timestamp>) {
        let next = self.at.saturating_add(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MAX);
        self.at = time.unwrap_or(next);
    }

    /// What is known, and when it is asked.
    pub(super) fn knows(&self) -> (&Habits, Timestamp) {
        (&self.habits, self.at)
    }

    /// Learns from an accepted version, unless it is the one before.
    pub(super) fn learn(&mut self, now: &Read, state: Digest, url: Option<&Url>, since: Since) {
        if self.before == Some(state) || !learn::is_due(&self.habits, self.at) {
            return;
        }
        let (now, organisation, provisional) = (&now.page, None, false);
        let lesson = Lesson { since, now, url, organisation, provisional, at: self.at };
        self.habits.learned = Some(learn::learn(&self.habits, &lesson));
        self.before = Some(state);
    }
}
