//! Counts of verdicts.

use hinomi::model::Verdict;

/// How often what was said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) alarm: usize,
    pub(crate) review: usize,
    pub(crate) quiet: usize,
    pub(crate) unseen: usize,
}

impl Tally {
    pub(crate) fn count(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Alarm => self.alarm += 1,
            Verdict::Review => self.review += 1,
            Verdict::Unseen => self.unseen += 1,
            Verdict::Routine | Verdict::Unchanged => self.quiet += 1,
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.alarm += other.alarm;
        self.review += other.review;
        self.quiet += other.quiet;
        self.unseen += other.unseen;
    }

    pub(crate) fn all(&self) -> usize {
        self.alarm + self.review + self.quiet + self.unseen
    }

    /// Alarms in percent.
    pub(crate) fn found(&self) -> f64 {
        100.0 * self.alarm as f64 / self.all().max(1) as f64
    }
}
