//! What was learned of a target, for people to read, drop and pin.

use super::office::{Places, settings};
use super::{Office, fault, mark, wiring};
use crate::learn;
use crate::model::words;
use crate::model::{Drift, HabitMark, HabitShown, Habits, Keep, Persona, Target, TargetId, Topic};
use crate::store::Store as _;
use anyhow::Result;
use jiff::Timestamp;

/// What was learned of a target as one persona.
#[derive(Debug, Clone, PartialEq)]
pub struct LearnedShown {
    /// As whom the page was seen.
    pub persona: Persona,
    /// Since when, and from how many states; none before the first lesson.
    pub lessons: Option<(Timestamp, u32)>,
    /// What was learned could not be read: it begins anew.
    pub damaged: bool,
    /// How far the page is from the nearest approved state; none where it was not compared, or equals one.
    pub drift: Option<Drift>,
    /// All of it in sentences.
    pub habits: Vec<HabitShown>,
}

/// Everything that was learned of a target; nothing where there is no database yet.
///
/// # Errors
/// When settings or store cannot be used.
pub async fn learned(places: &Places<'_>, target: &Target) -> Result<Vec<LearnedShown>> {
    let settings = settings(places)?;
    if !wiring::paths(&settings).database.exists() {
        return Ok(Vec::new());
    }
    let (store, now) = (wiring::open_store(&settings)?, Timestamp::now());
    let mut all = Vec::new();
    for &persona in &target.personas {
        let habits = store.habits(target.id.clone(), persona).await?;
        let shown = learn::shown(&habits, persona, now);
        let Habits { learned, damaged, .. } = habits;
        let lessons = learned.map(|learned| (learned.since, learned.lessons));
        let drift = store.target_state(target.id.clone(), persona).await?.last.and_then(|last| last.judgement.drift);
        all.push(LearnedShown { persona, lessons, damaged, drift, habits: shown });
    }
    Ok(all)
}

/// What a person says of a habit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HabitWord {
    /// Forget it, and do not learn it again; or keep it for good.
    Keep(Keep),
    /// Take back what was said: it is learned and expires as others.
    Release,
}

impl Office {
    /// Drops, pins or releases a habit of a target, by its id or a beginning of it, as all personas.
    ///
    /// # Errors
    /// When there is no such habit, when several habits begin so, or nobody is named.
    pub async fn say_of_habit(
        &self,
        target: &Target,
        habit: &str,
        word: HabitWord,
        by: &str,
        reason: &str,
    ) -> Result<Topic> {
        let topic = self.topic(target, habit).await?;
        let said = mark(by, reason)?;
        let mark = match word {
            HabitWord::Keep(keep) => Some(HabitMark { topic: topic.clone(), keep, mark: said }),
            HabitWord::Release => None,
        };
        self.store.mark_habit(target.id.clone(), topic.digest(), mark).await?;
        Ok(topic)
    }

    /// The one topic whose digest begins so.
    async fn topic(&self, target: &Target, beginning: &str) -> Result<Topic> {
        let mut found: Vec<Topic> = Vec::new();
        let plain = beginning.len() >= 4 && beginning.bytes().all(|c| c.is_ascii_hexdigit());
        for &persona in target.personas.iter().filter(|_| plain) {
            let Habits { learned, marks, .. } = self.store.habits(target.id.clone(), persona).await?;
            let learned = learned.into_iter().flat_map(|learned| learned.habits).map(|habit| habit.topic);
            let all = learned.chain(marks.into_iter().map(|mark| mark.topic));
            found.extend(all.filter(|topic| topic.digest().to_string().starts_with(&beginning.to_ascii_lowercase())));
        }
        found.sort();
        found.dedup();
        match <[Topic; 1]>::try_from(found) {
            Ok([topic]) => Ok(topic),
            Err(none) if none.is_empty() => Err(unknown(&target.id, beginning)),
            Err(several) => Err(fault(words!(
                "{count} habits begin with '{beginning}'; give more of the id",
                "「{beginning}」で始まる習慣は{count}件あります。IDをもう少し長く指定してください",
                count = several.len()
            ))),
        }
    }
}

fn unknown(target: &TargetId, habit: &str) -> anyhow::Error {
    fault(words!(
        "'{habit}' is no habit of {target}; `hinomi target show {target}` lists them with their ids",
        "「{habit}」という {target} の習慣はありません。`hinomi target show {target}` でIDとともに見られます"
    ))
}
