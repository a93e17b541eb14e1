//! What is normal for a page, learned from its accepted states: readable, bounded, and it expires.
//!
//! A [`Lesson`] is one state that was followed or that a person approved, with what lies between it and the state before.
//! [`learn()`] takes what is remembered and a lesson, and returns what is remembered then; [`shown`] says all of it in
//! sentences. Pure: time comes in as an argument. Nothing of the active plane is ever learned: changes on it, and
//! everything inside of elements that are part of it, are passed over.

mod calendar;
mod drift;
mod hosts;
mod identity;
mod normal;
mod place;
mod region;
mod sentence;
mod shelf;
mod show;
mod size;
mod vocabulary;

pub use drift::{Experience, drift};
pub use normal::normal;
pub use show::shown;

use crate::model::{Difference, Habits, Learned, Page};
use jiff::{SignedDuration, Timestamp};
use shelf::Shelf;
use url::Url;

/// How long a habit is kept that is not seen again.
pub const LIFE: SignedDuration = SignedDuration::from_hours(24 * 60);
/// Lessons at the beginning of which none is passed over.
pub const DENSE: u32 = 48;
/// Least time between two lessons after that: a page that changes with every fetch teaches nothing more by changing again.
pub const GAP: SignedDuration = SignedDuration::from_mins(20);

/// What an accepted state is compared with, and what lies between.
#[derive(Debug, Clone, Copy)]
pub enum Since<'a> {
    /// Nothing that is at hand, or nothing that differs.
    Nothing,
    /// The state that was shown before.
    Before(&'a Page, &'a Difference),
    /// An approved state, with which every check compares: what the lesson before had too is no news. That costs nothing
    /// more, where the state before would have to be read once again.
    Approved(&'a Page, &'a Difference),
}

/// One accepted state of a page.
#[derive(Debug, Clone, Copy)]
pub struct Lesson<'a> {
    /// What it is compared with.
    pub since: Since<'a>,
    /// The state.
    pub now: &'a Page,
    /// Where it lies.
    pub url: Option<&'a Url>,
    /// Name of the organisation that owns it, where known.
    pub organisation: Option<&'a str>,
    /// Nobody has approved the page yet: what is learned of its looks holds until somebody has.
    pub provisional: bool,
    /// When it was seen.
    pub at: Timestamp,
}

/// Whether a state seen now is worth a lesson.
#[must_use]
pub fn is_due(habits: &Habits, now: Timestamp) -> bool {
    let Some(learned) = &habits.learned else { return true };
    learned.lessons < DENSE || now.duration_since(learned.last) >= GAP
}

/// What is remembered after a lesson. Habits that a person dropped are not learned again, pinned ones never expire.
#[must_use]
pub fn learn(habits: &Habits, lesson: &Lesson) -> Learned {
    let mut shelf = Shelf::new(habits, lesson);
    hosts::learn(&mut shelf, lesson);
    identity::learn(&mut shelf, lesson);
    vocabulary::learn(&mut shelf, lesson.now);
    size::learn(&mut shelf, lesson.now);
    let changed = match lesson.since {
        Since::Nothing => Vec::new(),
        Since::Before(page, difference) => region::changed(page, lesson.now, difference, |_| true),
        Since::Approved(page, difference) => {
            let news = shelf.news(region::marks(page, lesson.now, difference));
            region::changed(page, lesson.now, difference, |change| {
                news.contains(&region::mark(page, lesson.now, change))
            })
        }
    };
    if !changed.is_empty() {
        calendar::learn(&mut shelf);
    }
    region::learn(&mut shelf, changed);
    shelf.into_learned(lesson)
}

/// Captured text on one line and without control characters, at most `limit` bytes of it.
fn cut(text: &str, limit: usize) -> String {
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if line.len() >= limit {
            break;
        }
        let gap = if line.is_empty() { "" } else { " " };
        line.push_str(gap);
        line.push_str(&word[..word.floor_char_boundary(limit)]);
    }
    if line.len() > limit {
        line.truncate(line.floor_char_boundary(limit));
        line.push('…');
    }
    line
}
