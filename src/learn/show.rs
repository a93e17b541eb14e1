//! Everything that was learned, as a person reads it.

use super::LIFE;
use super::sentence::sentence;
use crate::model::{Habit, HabitMark, HabitShown, Habits, Keep, Persona, Topic};
use jiff::Timestamp;
use std::cmp::Reverse;

/// All habits that hold at a time, and all that people dropped or pinned: by kind, and of each kind the most frequent first.
#[must_use]
pub fn shown(habits: &Habits, persona: Persona, now: Timestamp) -> Vec<HabitShown> {
    let learned = habits.learned.iter().flat_map(|learned| &learned.habits);
    let held = learned.filter(|habit| holds(habits, habit, now));
    let mut all: Vec<HabitShown> = held.map(|habit| one(habits, persona, &habit.topic, Some(habit))).collect();
    let alone = |mark: &&HabitMark| all.iter().all(|shown| shown.topic != mark.topic);
    let more: Vec<HabitShown> =
        habits.marks.iter().filter(alone).map(|mark| one(habits, persona, &mark.topic, None)).collect();
    all.extend(more);
    let rank = |one: &HabitShown| (kind(&one.topic), Reverse(one.habit.as_ref().map_or(0, |habit| habit.count)));
    all.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.topic.cmp(&b.topic)));
    all
}

/// The place of a kind among all.
const fn kind(topic: &Topic) -> u8 {
    match topic {
        Topic::Region { .. } => 0,
        Topic::Host { .. } => 1,
        Topic::Title(_) => 2,
        Topic::Language(_) => 3,
        Topic::Anchor { .. } => 4,
        Topic::Size => 5,
        Topic::Vocabulary => 6,
        Topic::Hours => 7,
    }
}

fn one(habits: &Habits, persona: Persona, topic: &Topic, habit: Option<&Habit>) -> HabitShown {
    let mark = habits.mark(topic).cloned();
    let expires = habit.filter(|_| mark.is_none()).and_then(|habit| expiry(habits, habit));
    HabitShown {
        id: topic.digest().short(),
        persona,
        habit: habit.cloned(),
        topic: topic.clone(),
        sentence: sentence(habits, topic, habit, expires),
        expires,
        mark,
    }
}

/// Whether a habit counts at a time: not dropped, and pinned or not expired.
pub(super) fn holds(habits: &Habits, habit: &Habit, now: Timestamp) -> bool {
    if habits.is(Keep::Drop, &habit.topic) {
        return false;
    }
    habits.is(Keep::Pin, &habit.topic) || expiry(habits, habit).is_none_or(|expires| now < expires)
}

/// When a habit is forgotten; none while it stands on the page: a page that does not change is not forgotten.
fn expiry(habits: &Habits, habit: &Habit) -> Option<Timestamp> {
    let last = habits.learned.as_ref().map(|learned| learned.last);
    let stands = !matches!(habit.topic, Topic::Region { .. } | Topic::Hours) && Some(habit.last) == last;
    if stands { None } else { Some(habit.last.saturating_add(LIFE).unwrap_or(Timestamp::MAX)) }
}
