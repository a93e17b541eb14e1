//! The watch over the watch: overdue targets, a stuck outbox, a full disk, our own network. Trouble is told once when
//! it begins and once when it is over, on every channel that still works.

use super::pulse::Pulse;
use super::wording::DAILY_REPORT;
use super::world::World;
use crate::model::{Event, Notice, Words};
use crate::store::{Result, Retention, Store};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use uuid::Uuid;

/// The watch over the watch.
pub struct SelfWatch<S> {
    /// The memory.
    pub store: Arc<S>,
    /// What all checks share.
    pub world: Arc<World>,
    /// Signs of life.
    pub pulse: Arc<Pulse>,
    /// Free bytes where the data lie; none when that cannot be told.
    pub free_space: Box<dyn Fn() -> Option<u64> + Send + Sync>,
    /// How long things are kept.
    pub retention: Retention,
    /// Time between two looks.
    pub every: Duration,
}

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
    /// Free bytes where the data lie.
    pub free: Option<u64>,
    /// We seem to have no network.
    pub offline: bool,
}

/// The outbox is stuck when something has waited this long.
const STUCK_AFTER: u64 = 30 * 60;
/// The disk is as good as full with less than this.
const LEAST_FREE: u64 = 256 * 1024 * 1024;
/// Every kind of trouble, in the order in which it is told.
const KINDS: [&str; 4] = ["monitor-offline", "disk-full", "outbox-stuck", "overdue"];

impl Vitals {
    /// What this kind of trouble is, where there is any.
    #[must_use]
    pub fn trouble(&self, kind: &str) -> Option<Words> {
        match kind {
            "monitor-offline" => self.offline.then(offline),
            "disk-full" => self.free.filter(|free| *free < LEAST_FREE).map(disk_full),
            "outbox-stuck" => self.waiting.filter(|seconds| *seconds >= STUCK_AFTER).map(stuck),
            "overdue" => (!self.offline && self.overdue > 0).then(|| overdue(self.overdue, self.enabled)),
            _ => None,
        }
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

fn disk_full(free: u64) -> Words {
    let mb = free / 1_000_000;
    Words::new(
        format!(
            "Only {mb} MB are free where the data lie. When nothing is left, checks cannot be written down and the service ends. Make room or move the data directory."
        ),
        format!(
            "データ領域の空きが残り{mb} MBです。空きがなくなると点検を記録できず、サービスは停止します。空きを作るか、データの置き場所を移してください。"
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

impl<S: Store> SelfWatch<S> {
    /// Looks again and again until told to stop.
    ///
    /// # Errors
    /// When the store fails: the process must end.
    pub async fn run(self, mut stop: watch::Receiver<bool>) -> Result<()> {
        let mut looks: u64 = 0;
        while !*stop.borrow() {
            let now = Timestamp::now();
            self.store.ping(now).await?;
            let vitals = self.look(now).await?;
            self.tell(&vitals, now).await?;
            self.daily_report(&vitals, now).await?;
            if looks.is_multiple_of(60) {
                self.store.prune(self.retention.clone(), now).await?;
            }
            looks += 1;
            tokio::select! {
                () = tokio::time::sleep(self.every) => {}
                _ = stop.changed() => {}
            }
        }
        Ok(())
    }

    /// One look.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn look(&self, now: Timestamp) -> Result<Vitals> {
        let registry = self.world.registry();
        let day = now.saturating_sub(Duration::from_secs(86_400)).unwrap_or(now);
        let coverage = self.store.coverage(day, now).await?;
        let late = |row: &&crate::store::Coverage| {
            let interval = registry.targets.get(&row.target).map_or(Duration::ZERO, |target| target.interval);
            let grace = interval.saturating_mul(2) + Duration::from_secs(600);
            !row.quarantined && row.next_due.saturating_add(grace).is_ok_and(|limit| limit < now)
        };
        let outbox = self.store.outbox(now).await?;
        Ok(Vitals {
            enabled: coverage.len(),
            overdue: coverage.iter().filter(late).count(),
            quarantined: coverage.iter().filter(|row| row.quarantined).count(),
            waiting: outbox.oldest.map(|at| now.duration_since(at).as_secs().unsigned_abs()),
            free: (self.free_space)(),
            offline: self.world.outlook(|outlook| outlook.is_offline()),
        })
    }

    /// Tells what began and what is over since the last look.
    async fn tell(&self, vitals: &Vitals, now: Timestamp) -> Result<()> {
        for kind in KINDS {
            let name = format!("trouble:{kind}");
            let known = self.store.note(name.clone()).await?.filter(|since| !since.is_empty());
            match (vitals.trouble(kind), known) {
                (Some(words), None) => {
                    tracing::error!(trouble = kind, "{}", words.en);
                    self.put_notices(kind, &words, false, now).await?;
                    self.store.put_note(name, now.to_string()).await?;
                }
                (None, Some(since)) => {
                    let words =
                        Words::new(format!("Over, since {since}."), format!("{since} からの障害は解消しました。"));
                    self.put_notices(kind, &words, true, now).await?;
                    self.store.put_note(name, String::new()).await?;
                }
                (Some(_), Some(_)) | (None, None) => {}
            }
        }
        Ok(())
    }

    /// Once a day the operators hear that hinomi lives, what it covered, and the heads of the approval chains.
    async fn daily_report(&self, vitals: &Vitals, now: Timestamp) -> Result<()> {
        let name = DAILY_REPORT;
        let due = match self.store.note(name.to_owned()).await?.and_then(|at| at.parse::<Timestamp>().ok()) {
            Some(due) => due,
            None => self.world.pace.timing.next_digest(now),
        };
        let next = self.world.pace.timing.next_digest(now);
        if self.world.pace.timing.digest_at.is_some() && due <= now {
            let words = self.report_words(vitals, now).await?;
            self.put_notices(name, &words, false, now).await?;
        }
        self.store.put_note(name.to_owned(), next.to_string()).await
    }

    async fn report_words(&self, vitals: &Vitals, now: Timestamp) -> Result<Words> {
        let day = now.saturating_sub(Duration::from_secs(86_400)).unwrap_or(now);
        let coverage = self.store.coverage(day, now).await?;
        let (due, compared) = coverage.iter().fold((0, 0), |(d, c), row| (d + row.due, c + row.compared.min(row.due)));
        let share = if due == 0 { 100.0 } else { compared as f64 * 100.0 / due as f64 };
        let open = self.store.incidents(false, 10_000).await?.len();
        let waiting = self.store.proposals().await?.len();
        let Vitals { enabled, overdue, quarantined, .. } = *vitals;
        Ok(Words::new(
            format!(
                "Last 24 hours: coverage {share:.2} % ({compared} of {due} comparisons), {enabled} targets, {overdue} overdue, {quarantined} set aside, {open} open incidents, {waiting} proposals waiting."
            ),
            format!(
                "直近24時間: 網羅率 {share:.2} %({due}回中{compared}回の比較)、監視対象{enabled}件、遅延{overdue}件、隔離{quarantined}件、未解決インシデント{open}件、承認待ち{waiting}件。"
            ),
        ))
    }

    async fn put_notices(&self, trouble: &str, words: &Words, over: bool, now: Timestamp) -> Result<()> {
        let event = Event::Operations { trouble: trouble.to_owned(), words: words.clone(), over };
        let notice = |receiver: &crate::model::Receiver| Notice {
            id: Uuid::now_v7(),
            receiver: receiver.clone(),
            event: event.clone(),
            at: now,
            not_before: now,
        };
        self.store.put_notices(self.world.operators.iter().map(notice).collect()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_trouble_shows_and_health_is_quiet() {
        let well = Vitals { enabled: 10, free: Some(u64::MAX), waiting: Some(5), ..Vitals::default() };
        assert!(KINDS.iter().all(|kind| well.trouble(kind).is_none()));
        let ill = Vitals { overdue: 1, free: Some(1), waiting: Some(STUCK_AFTER), ..well };
        for kind in ["disk-full", "outbox-stuck", "overdue"] {
            assert!(ill.trouble(kind).is_some(), "{kind}");
        }
        let offline = Vitals { offline: true, ..ill };
        assert!(offline.trouble("monitor-offline").is_some());
        assert!(offline.trouble("overdue").is_none(), "one cause, one trouble");
    }
}
