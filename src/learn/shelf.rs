//! Where habits stand while a lesson is learned: touched, expired, and kept within the limit.

use super::{LIFE, Lesson};
use crate::model::{Detail, Habit, Habits, Keep, Learned, MAX_HABITS, Topic};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Where and as what a habit shows; both may be empty.
#[derive(Debug, Clone, Default)]
pub(super) struct Sight {
    /// The place, as a person reads it.
    pub(super) path: String,
    /// An example.
    pub(super) example: String,
}

impl Sight {
    /// An example of a habit that names its place itself.
    pub(super) fn example(example: String) -> Self {
        Self { path: String::new(), example }
    }
}

/// The habits of a page during one lesson.
pub(super) struct Shelf {
    at: Timestamp,
    before: Learned,
    habits: BTreeMap<Topic, Habit>,
    dropped: BTreeSet<Topic>,
    pinned: BTreeSet<Topic>,
}

impl Shelf {
    pub(super) fn new(habits: &Habits, lesson: &Lesson) -> Self {
        let marked = |keep| {
            let of = habits.marks.iter().filter(move |mark| mark.keep == keep);
            of.map(|mark| mark.topic.clone()).collect()
        };
        let mut before = habits.learned.clone().unwrap_or_default();
        // How a page changes is worth knowing from the first minutes; whose it looked to be then, nobody has said.
        let first_approved = before.provisional && !lesson.provisional;
        let of_looks = |habit: &Habit| !matches!(habit.topic, Topic::Region { .. } | Topic::Hours | Topic::Size);
        let known = std::mem::take(&mut before.habits).into_iter();
        let known = known.filter(|habit| !(first_approved && of_looks(habit)));
        let habits = known.map(|habit| (habit.topic.clone(), habit)).collect();
        let at = lesson.at;
        Self { at, before, habits, dropped: marked(Keep::Drop), pinned: marked(Keep::Pin) }
    }

    /// When the lesson is.
    pub(super) fn at(&self) -> Timestamp {
        self.at
    }

    /// Takes note of a habit that shows, once a lesson, and gives its detail to fill in; none when a person dropped it.
    pub(super) fn touch(&mut self, topic: Topic, sight: Sight) -> Option<&mut Detail> {
        if self.dropped.contains(&topic) {
            return None;
        }
        let at = self.at;
        let (path, example, detail) = (String::new(), String::new(), Detail::None);
        let new = Habit { topic: topic.clone(), path, example, first: at, last: at, count: 0, detail };
        let habit = self.habits.entry(topic).or_insert(new);
        habit.count = habit.count.saturating_add(1);
        habit.last = habit.last.max(at);
        habit.first = habit.first.min(at);
        if !sight.example.is_empty() {
            habit.example = sight.example;
        }
        if !sight.path.is_empty() {
            habit.path = sight.path;
        }
        Some(&mut habit.detail)
    }

    /// What is remembered then.
    pub(super) fn into_learned(mut self, lesson: &Lesson) -> Learned {
        let (at, pinned) = (self.at, std::mem::take(&mut self.pinned));
        let lives = |habit: &Habit| pinned.contains(&habit.topic) || at.duration_since(habit.last) < LIFE;
        let dropped = std::mem::take(&mut self.dropped);
        let mut habits: Vec<Habit> =
            self.habits.into_values().filter(|habit| lives(habit) && !dropped.contains(&habit.topic)).collect();
        if habits.len() > MAX_HABITS {
            // What shows least often goes first: a flood of new things takes the place of no old habit.
            let rank = |habit: &Habit| {
                let single = matches!(habit.topic, Topic::Size | Topic::Vocabulary | Topic::Hours);
                (pinned.contains(&habit.topic), single, habit.count, habit.last)
            };
            habits.sort_by(|a, b| rank(b).cmp(&rank(a)).then_with(|| a.topic.cmp(&b.topic)));
            habits.truncate(MAX_HABITS);
            habits.sort_by(|a, b| a.topic.cmp(&b.topic));
        }
        let first = self.before.lessons == 0;
        Learned {
            since: if first { at } else { self.before.since.min(at) },
            last: self.before.last.max(at),
            lessons: self.before.lessons.saturating_add(1),
            compared: self.before.compared.saturating_add(u32::from(lesson.before.is_some())),
            provisional: lesson.provisional,
            habits,
        }
    }
}
