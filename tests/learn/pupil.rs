//! Somebody who learns from one page after another, on a calendar of the test's own.

use hinomi::diff;
use hinomi::learn::{self, Lesson, Since};
use hinomi::model::{Habit, HabitMark, Habits, Keep, Learned, Manner, Mark, Persona, Topic};
use hinomi::monitor::{Read, Source, read};
use jiff::{SignedDuration, Timestamp};

/// A day of the test's calendar, at noon Japan time; the first is a Monday.
pub(crate) fn day(number: i64) -> Timestamp {
    let first: Timestamp = "2026-01-05T03:00:00Z".parse().expect("a time");
    first + SignedDuration::from_hours(24 * number)
}

/// A page as it is read.
pub(crate) fn page(html: &str) -> Read<'static> {
    read(Source::file(html.as_bytes(), "page.html", None, false), &[])
}

/// The pupil and its last page.
#[derive(Default)]
pub(crate) struct Pupil {
    pub(crate) habits: Habits,
    pub(crate) before: Option<String>,
    pub(crate) provisional: bool,
}

impl Pupil {
    /// Learns from a state of the page.
    pub(crate) fn see(&mut self, html: &str, at: Timestamp) -> &Learned {
        let now = page(html);
        let old = self.before.replace(html.to_owned()).map(|html| page(&html));
        let compared = old.as_ref().map(|old| (&old.page, diff::compare(old.version(), now.version())));
        let since = match &compared {
            Some((page, difference)) => Since::Before(page, difference),
            None => Since::Nothing,
        };
        let url = "https://www.city.example.jp/".parse().expect("a url");
        let lesson = Lesson {
            since,
            now: &now.page,
            url: Some(&url),
            organisation: Some("例示市"),
            provisional: self.provisional,
            at,
        };
        self.habits.learned.insert(learn::learn(&self.habits, &lesson))
    }

    /// The same without comparing it with the page before.
    pub(crate) fn see_alone(&mut self, html: &str, at: Timestamp) -> &Learned {
        self.before = None;
        self.see(html, at)
    }

    /// Learns from a state that is compared with an approved one.
    pub(crate) fn follow(&mut self, approved: &str, html: &str, at: Timestamp) -> &Learned {
        let (old, now) = (page(approved), page(html));
        let difference = diff::compare(old.version(), now.version());
        let (since, page, provisional) = (Since::Approved(&old.page, &difference), &now.page, self.provisional);
        let lesson = Lesson { since, now: page, url: None, organisation: None, provisional, at };
        self.habits.learned.insert(learn::learn(&self.habits, &lesson))
    }

    /// A person's word.
    pub(crate) fn mark(&mut self, topic: Topic, keep: Keep) {
        let mark = Mark { by: "Hanako <web@city.example>".to_owned(), at: day(0), reason: String::new() };
        self.habits.marks.push(HabitMark { topic, keep, mark });
    }

    pub(crate) fn habit(&self, topic: &Topic) -> Option<&Habit> {
        self.habits.learned.as_ref()?.habits.iter().find(|habit| habit.topic == *topic)
    }

    /// The topics of the regions, each with the way in which it changes most often.
    pub(crate) fn regions(&self) -> Vec<(String, Manner)> {
        let habits = self.habits.learned.iter().flat_map(|learned| &learned.habits);
        let region = |habit: &Habit| match (&habit.topic, &habit.detail) {
            (Topic::Region { path }, hinomi::model::Detail::Region { manners, .. }) => {
                let most = manners.iter().max_by_key(|(_, count)| **count).map(|(manner, _)| *manner);
                Some((path.clone(), most.expect("a manner")))
            }
            _ => None,
        };
        habits.filter_map(region).collect()
    }

    /// The sentences that a person reads at a time.
    pub(crate) fn sentences(&self, at: Timestamp) -> Vec<(String, String)> {
        let shown = learn::shown(&self.habits, Persona::Desktop, at);
        shown.into_iter().map(|one| (one.sentence.en, one.sentence.ja)).collect()
    }
}
