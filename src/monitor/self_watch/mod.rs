//! The watch over the watch: overdue targets, a stuck outbox, a full disk, our own network, pages set aside, the record of
//! approvals. Trouble is told once when it begins and once when it is over, on every channel that still works.

mod record;
mod vitals;

pub use record::VERIFIED;
pub use vitals::{STUCK_AFTER, Vitals};

use super::pulse::Pulse;
use super::trouble::{Trouble, notices, set_aside_notes, set_aside_words};
use super::wording::DAILY_REPORT;
use super::world::World;
use crate::model::Words;
use crate::store::{Result, Retention, Store, Told};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use vitals::{Day, KINDS};

/// The watch over the watch.
pub struct SelfWatch<S> {
    /// The memory.
    pub store: Arc<S>,
    /// What all checks share.
    pub world: Arc<World>,
    /// Signs of life.
    pub pulse: Arc<Pulse>,
    /// When the watch began: what was due before could not be looked at in time, and is no sign of too much work.
    pub started: Timestamp,
    /// The folders that are written to, with the free bytes of each where that can be told.
    pub free_space: Box<dyn Fn() -> Vec<(PathBuf, u64)> + Send + Sync>,
    /// How long things are kept.
    pub retention: Retention,
    /// Time between two looks.
    pub every: Duration,
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
            self.tell_set_aside(now).await?;
            self.daily_report(&vitals, now).await?;
            self.watch_record(now).await?;
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
            !row.quarantined && row.next_due.max(self.started).saturating_add(grace).is_ok_and(|limit| limit < now)
        };
        let outbox = self.store.outbox(now).await?;
        Ok(Vitals {
            enabled: coverage.len(),
            overdue: coverage.iter().filter(late).count(),
            quarantined: coverage.iter().filter(|row| row.quarantined).count(),
            waiting: outbox.oldest.map(|at| now.duration_since(at).as_secs().unsigned_abs()),
            free: (self.free_space)().into_iter().min_by_key(|(_, free)| *free),
            offline: self.world.outlook(|outlook| outlook.is_offline()),
        })
    }

    /// Tells what began and what is over since the last look.
    async fn tell(&self, vitals: &Vitals, now: Timestamp) -> Result<()> {
        for kind in KINDS {
            self.turn(&Trouble::of_kind(kind), vitals.trouble(kind), now).await?;
        }
        Ok(())
    }

    /// Tells a trouble when it begins or is over.
    async fn turn(&self, trouble: &Trouble, words: Option<Words>, now: Timestamp) -> Result<()> {
        let known = self.store.note(trouble.note()).await?.filter(|since| !since.is_empty());
        match (words, known) {
            (Some(words), None) => {
                tracing::error!(trouble = trouble.note(), "{}", words.en);
                self.store.tell(trouble.begins(&self.world.operators, &words, now)).await
            }
            (None, Some(since)) => self.store.tell(trouble.ends(&self.world.operators, &since, now)).await,
            (Some(_), Some(_)) | (None, None) => Ok(()),
        }
    }

    /// Each page that is set aside is a trouble of its own.
    async fn tell_set_aside(&self, now: Timestamp) -> Result<()> {
        let coverage = self.store.coverage(now, now).await?;
        let mut aside = BTreeSet::new();
        for row in coverage.into_iter().filter(|row| row.quarantined) {
            let trouble = Trouble::set_aside(&row.target, row.persona);
            self.turn(&trouble, Some(set_aside_words(&row.target)), now).await?;
            aside.insert(trouble.note());
        }
        for (note, since) in self.store.notes(set_aside_notes()).await? {
            if let Some(trouble) = Trouble::of_note(&note).filter(|_| !since.is_empty() && !aside.contains(&note)) {
                self.turn(&trouble, None, now).await?;
            }
        }
        Ok(())
    }

    /// Once a day the operators hear that hinomi lives, what it covered, and the heads of the approval chains.
    async fn daily_report(&self, vitals: &Vitals, now: Timestamp) -> Result<()> {
        let timing = &self.world.pace.timing;
        let next = timing.next_digest(now);
        let known = self.store.note(DAILY_REPORT.to_owned()).await?.and_then(|at| at.parse::<Timestamp>().ok());
        let mut told = Told { notes: vec![(DAILY_REPORT.to_owned(), next.to_string())], ..Told::default() };
        if timing.digest_at.is_some() && known.unwrap_or(next) <= now {
            let words = self.report_words(vitals, now).await?;
            told.notices = notices(&self.world.operators, DAILY_REPORT, &words, false, now);
        }
        if known == Some(next) { Ok(()) } else { self.store.tell(told).await }
    }

    async fn report_words(&self, vitals: &Vitals, now: Timestamp) -> Result<Words> {
        let day = now.saturating_sub(Duration::from_secs(86_400)).unwrap_or(now);
        let coverage = self.store.coverage(day, now).await?;
        let (due, compared) = coverage.iter().fold((0, 0), |(d, c), row| (d + row.due, c + row.compared.min(row.due)));
        let open = self.store.incidents(false, 10_000).await?.len();
        let waiting = self.store.proposals().await?.len();
        Ok(vitals.report(&Day { due, compared, open, waiting }))
    }
}
