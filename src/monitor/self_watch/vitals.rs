//! What one look at ourselves saw, and which trouble it is.

use crate::model::Words;
use std::path::{Path, PathBuf};

/// What one look saw.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vitals {
    /// Enabled targets (times personas).
    pub enabled: usize,
    /// Of them, those that have not been compared for three intervals and ten minutes, and whose site is not known to be down.
    pub overdue: usize,
    /// Targets set aside.
    pub quarantined: usize,
    /// Seconds that the oldest message has waited.
    pub waiting: Option<u64>,
    /// The folder that has the least room, and its free bytes.
    pub free: Option<(PathBuf, u64)>,
    /// We seem to have no network.
    pub offline: bool,
}

/// The outbox is stuck when something whose time has come has waited this many seconds.
pub const STUCK_AFTER: u64 = 30 * 60;
/// The disk is as good as full with less than this.
const LEAST_FREE: u64 = 256 * 1024 * 1024;
/// Every kind of trouble, in the order in which it is told.
pub(super) const KINDS: [&str; 4] = ["monitor-offline", "disk-full", "outbox-stuck", "overdue"];

impl Vitals {
    /// What this kind of trouble is, where there is any.
    #[must_use]
    pub fn trouble(&self, kind: &str) -> Option<Words> {
        match kind {
            "monitor-offline" => self.offline.then(offline),
            "disk-full" => {
                self.free.as_ref().filter(|(_, free)| *free < LEAST_FREE).map(|(folder, free)| disk_full(folder, *free))
            }
            "outbox-stuck" => self.waiting.filter(|seconds| *seconds >= STUCK_AFTER).map(stuck),
            "overdue" => (!self.offline && self.overdue > 0).then(|| overdue(self.overdue, self.enabled)),
            _ => None,
        }
    }
}

/// What a day came to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Day {
    /// Comparisons due.
    pub(super) due: u64,
    /// Comparisons made, at most those that were due.
    pub(super) compared: u64,
    /// Open incidents.
    pub(super) open: usize,
    /// Proposals that wait.
    pub(super) waiting: usize,
}

impl Vitals {
    /// The daily report.
    pub(super) fn report(&self, day: &Day) -> Words {
        let Self { enabled, overdue, quarantined, .. } = *self;
        let Day { due, compared, open, waiting } = *day;
        let share = if due == 0 { 100.0 } else { compared as f64 * 100.0 / due as f64 };
        Words::new(
            format!(
                "Last 24 hours: coverage {share:.2} % ({compared} of {due} comparisons), {enabled} targets, {overdue} overdue, {quarantined} set aside, {open} open incidents, {waiting} proposals waiting."
            ),
            format!(
                "直近24時間: 網羅率 {share:.2} %({due}回中{compared}回の比較)、監視対象{enabled}件、遅延{overdue}件、隔離{quarantined}件、未解決インシデント{open}件、承認待ち{waiting}件。"
            ),
        )
    }
}

fn offline() -> Words {
    Words::new(
        "The monitor itself has no network: several different hosts failed in a row and none answered. The sites are not \
         to blame, and nothing is being watched. Check this machine's network, its name servers and its proxy.",
        "監視システム自身がネットワークに接続できません(異なる複数のホストが続けて失敗し、応答がありません)。サイト側の問題ではなく、\
         現在は何も監視できていません。この機器のネットワーク、ネームサーバー、プロキシを確認してください。",
    )
}

fn disk_full(folder: &Path, free: u64) -> Words {
    let (mb, folder) = (free / 1_000_000, folder.display());
    Words::new(
        format!(
            "Only {mb} MB are free where {folder} lies. When nothing is left, checks, approvals or mails cannot be written down and the service ends. Make room or move the folder."
        ),
        format!(
            "{folder} のある領域の空きが残り{mb} MBです。空きがなくなると点検・承認・メールを書き込めず、サービスは停止します。空きを作るか、置き場所を移してください。"
        ),
    )
}

fn stuck(seconds: u64) -> Words {
    let minutes = seconds / 60;
    Words::new(
        format!(
            "A message has been waiting for {minutes} minutes: alerts do not reach their receivers. Look at `hinomi doctor` and at the mail server."
        ),
        format!(
            "{minutes}分間送信できていないメッセージがあります。警報が届いていません。`hinomi doctor` とメールサーバーを確認してください。"
        ),
    )
}

fn overdue(overdue: usize, enabled: usize) -> Words {
    Words::new(
        format!(
            "{overdue} of {enabled} targets are overdue: they are being checked later than their interval. `hinomi doctor` lists them; lengthen intervals or raise fetch.workers."
        ),
        format!(
            "{enabled}件中{overdue}件の監視対象の点検が遅れています。`hinomi doctor` で一覧を確認し、間隔を延ばすか fetch.workers を増やしてください。"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_trouble_shows_and_health_is_quiet() {
        let well = Vitals {
            enabled: 10,
            free: Some((PathBuf::from("data"), u64::MAX)),
            waiting: Some(5),
            ..Vitals::default()
        };
        assert!(KINDS.iter().all(|kind| well.trouble(kind).is_none()));
        let ill =
            Vitals { overdue: 1, free: Some((PathBuf::from("data"), 1)), waiting: Some(STUCK_AFTER), ..well.clone() };
        for kind in ["disk-full", "outbox-stuck", "overdue"] {
            assert!(ill.trouble(kind).is_some(), "{kind}");
        }
        let offline = Vitals { offline: true, ..ill };
        assert!(offline.trouble("monitor-offline").is_some());
        assert!(offline.trouble("overdue").is_none(), "one cause, one trouble");
    }

    #[test]
    fn the_daily_report_says_what_the_day_came_to() {
        let vitals = Vitals { enabled: 2800, overdue: 3, quarantined: 1, ..Vitals::default() };
        let words = vitals.report(&Day { due: 806_400, compared: 806_112, open: 2, waiting: 14 });
        insta::assert_snapshot!(words.en, @"Last 24 hours: coverage 99.96 % (806112 of 806400 comparisons), 2800 targets, 3 overdue, 1 set aside, 2 open incidents, 14 proposals waiting.");
        insta::assert_snapshot!(words.ja, @"直近24時間: 網羅率 99.96 %(806400回中806112回の比較)、監視対象2800件、遅延3件、隔離1件、未解決インシデント2件、承認待ち14件。");
        let quiet = Vitals::default().report(&Day { due: 0, compared: 0, open: 0, waiting: 0 });
        assert!(quiet.en.contains("100.00 %"), "{}", quiet.en);
    }
}
