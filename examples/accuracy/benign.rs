//! What is said of real histories in which nothing bad happened.

use crate::tally::Tally;
use hinomi::app::backtest::{Assume, History, replay};
use hinomi::app::in_order;
use hinomi::model::NoSignatures;
use std::collections::BTreeMap;

/// What the histories came to.
#[derive(Debug, Default)]
pub(crate) struct Benign {
    pub(crate) pages: usize,
    pub(crate) versions: usize,
    /// Later versions that differ from what was approved or followed.
    pub(crate) changed: usize,
    pub(crate) tally: Tally,
    /// Months of all pages together, as far as their versions have times.
    pub(crate) months: f64,
    /// Reviews and alarms of pages whose versions have times.
    pub(crate) timed: Tally,
    pub(crate) timed_pages: usize,
    /// How often a rule stood in a review or alarm.
    pub(crate) rules: BTreeMap<String, (usize, usize)>,
    /// Pages by their alarms and reviews.
    pub(crate) worst: Vec<(String, Tally)>,
}

const SECONDS_OF_A_MONTH: f64 = 86_400.0 * 30.44;

/// Replays all histories; a person is taken to approve what is asked.
pub(crate) fn measure(histories: &[History]) -> anyhow::Result<Benign> {
    let mut benign = Benign::default();
    let mut failed = None;
    let work = |history: &History| (history.clone(), replay(history, Assume::Approve, &NoSignatures));
    in_order(histories, work, |(history, replayed)| match replayed {
        Ok(replayed) => {
            benign.take(&history, &replayed);
            eprint!("\rhistories {}/{}", benign.pages, histories.len());
            true
        }
        Err(error) => {
            failed = Some(error);
            false
        }
    });
    eprintln!();
    benign.worst.sort_by_key(|(page, tally)| (std::cmp::Reverse((tally.alarm, tally.review)), page.clone()));
    failed.map_or(Ok(benign), Err)
}

impl Benign {
    fn take(&mut self, history: &History, replayed: &[hinomi::app::backtest::Replayed]) {
        let mut tally = Tally::default();
        for one in replayed {
            tally.count(one.verdict);
            self.changed += usize::from(one.changes != (0, 0));
            if one.verdict.needs_person() {
                let mut rules: Vec<String> = one.findings.iter().map(|finding| finding.rule.to_string()).collect();
                rules.sort_unstable();
                rules.dedup();
                for rule in rules {
                    let known = self.rules.entry(rule).or_default();
                    known.0 += usize::from(one.verdict == hinomi::model::Verdict::Review);
                    known.1 += usize::from(one.verdict == hinomi::model::Verdict::Alarm);
                }
            }
        }
        let times = history.versions.iter().filter_map(|version| version.time);
        if let (Some(first), Some(last)) = (times.clone().min(), times.max()) {
            self.months += (last.duration_since(first).as_secs_f64() / SECONDS_OF_A_MONTH).max(1.0 / 30.44);
            self.timed.add(tally);
            self.timed_pages += 1;
        }
        self.pages += 1;
        self.versions += history.versions.len();
        self.tally.add(tally);
        self.worst.push((history.page.clone(), tally));
    }
}
