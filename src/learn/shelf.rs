//! Where habits stand while a lesson is learned: touched, expired, and kept within the limit.

use super::{LIFE, Lesson, Since};
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

/// Most bytes of what pages say in the habits of one page, counted as if nothing could be compressed.
const MAX_WEIGHT: usize = 12 << 10;
/// What numbers and times add to it.
const PLAIN_WEIGHT: usize = 48;

/// How many of these, from the first on, are kept.
fn room_for(habits: &[Habit]) -> usize {
    let (mut paths, mut room) = (BTreeSet::new(), MAX_WEIGHT);
    for (index, habit) in habits.iter().enumerate() {
        let path = if paths.insert(habit.path.as_str()) { habit.path.len() } else { 0 };
        let weight = PLAIN_WEIGHT + path + habit.example.len() + topic(&habit.topic) + detail(&habit.detail);
        let Some(left) = room.checked_sub(weight).filter(|_| index < MAX_HABITS) else { return index };
        room = left;
    }
    habits.len()
}

fn topic(topic: &Topic) -> usize {
    match topic {
        Topic::Region { path: text } | Topic::Host { host: text, .. } => text.len(),
        Topic::Title(text) | Topic::Language(text) | Topic::Anchor { value: text, .. } => text.len(),
        Topic::Size | Topic::Vocabulary | Topic::Hours => 0,
    }
}

fn detail(detail: &Detail) -> usize {
    match detail {
        Detail::None => 0,
        Detail::Region { manners, contents } => {
            4 * manners.len() + contents.iter().map(|one| one.len() / 2).sum::<usize>()
        }
        Detail::Size { .. } | Detail::Hours { .. } => 64,
        Detail::Words(words) => words.keys().map(|word| word.len() + 6).sum(),
    }
}

/// The habits of a page during one lesson.
pub(super) struct Shelf {
    at: Timestamp,
    before: Learned,
    habits: BTreeMap<Topic, Habit>,
    dropped: BTreeSet<Topic>,
    pinned: BTreeSet<Topic>,
    differed: Vec<u32>,
}

/// Differences from the approved state that are remembered from one lesson to the next.
const MAX_DIFFERED: usize = 512;

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
        let (dropped, pinned, differed) = (marked(Keep::Drop), marked(Keep::Pin), Vec::new());
        Self { at, before, habits, dropped, pinned, differed }
    }

    /// When the lesson is.
    pub(super) fn at(&self) -> Timestamp {
        self.at
    }

    /// Of the marks of what differs from the approved state those that the lesson before did not have.
    pub(super) fn news(&mut self, mut marks: Vec<u32>) -> BTreeSet<u32> {
        marks.truncate(MAX_DIFFERED);
        let known: BTreeSet<u32> = self.before.differed.iter().copied().collect();
        self.differed = marks;
        self.differed.iter().copied().filter(|mark| !known.contains(mark)).collect()
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
        // What shows least often goes first: a flood of new things takes the place of no old habit.
        let rank = |habit: &Habit| {
            let single = matches!(habit.topic, Topic::Size | Topic::Vocabulary | Topic::Hours);
            (pinned.contains(&habit.topic), single, habit.count, habit.last)
        };
        habits.sort_by(|a, b| rank(b).cmp(&rank(a)).then_with(|| a.topic.cmp(&b.topic)));
        habits.truncate(room_for(&habits));
        habits.sort_by(|a, b| a.topic.cmp(&b.topic));
        let first = self.before.lessons == 0;
        Learned {
            since: if first { at } else { self.before.since.min(at) },
            last: self.before.last.max(at),
            lessons: self.before.lessons.saturating_add(1),
            compared: self.before.compared.saturating_add(u32::from(!matches!(lesson.since, Since::Nothing))),
            provisional: lesson.provisional,
            differed: self.differed,
            habits,
        }
    }
}
