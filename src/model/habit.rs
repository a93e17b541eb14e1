//! Habits: what is normal for a page, learned from the states that were followed or approved, and people's word on it.

use super::{Digest, DigestBuilder, Mark, Persona, Words};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most habits that are kept of a page.
pub const MAX_HABITS: usize = 256;
/// Most habits of a target that a person may drop or pin.
pub const MAX_HABIT_MARKS: usize = 256;

/// In which way a part of a page changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Manner {
    /// New items come in at the head of a list.
    GrowsAtHead,
    /// New items come in at the end of a list.
    GrowsAtEnd,
    /// New items come in at one end of a list and old ones go.
    Rolls,
    /// Items come and go anywhere.
    Exchanges,
    /// The same items in another order.
    Shuffles,
    /// Digits change and nothing else: a date, a time or a counter.
    Counts,
    /// Another text.
    Rewrites,
    /// Another picture.
    Rotates,
    /// One of a few variants that were there before.
    Alternates,
    /// An attribute without effect.
    Redresses,
}

/// How a page uses a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostUse {
    /// It links to it.
    Link,
    /// It shows pictures of it.
    Picture,
}

/// What shows whose page it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnchorKind {
    /// The organisation's or the site's name.
    Name,
    /// A telephone number.
    Phone,
    /// A postal code.
    PostalCode,
    /// A postal address.
    Address,
    /// Who holds the copyright.
    Copyright,
    /// File name of the logo.
    Logo,
    /// The text of the footer.
    Footer,
}

/// What a habit is about; no two habits of a page are about the same. Nothing of the active plane can be named here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// A part of the page that changes.
    Region {
        /// Its path, without the numbers of items of lists and the like: it stands for each of them.
        path: String,
    },
    /// A foreign host that its links or pictures lead to.
    Host {
        /// In lower case.
        host: String,
        /// For what.
        usage: HostUse,
    },
    /// A title that it has.
    Title(String),
    /// A language that it declares.
    Language(String),
    /// What shows whose page it is.
    Anchor {
        /// What it is.
        kind: AnchorKind,
        /// As it stands on the page; digits and letters only for numbers.
        value: String,
    },
    /// How large it is.
    Size,
    /// Words that nearly every state has.
    Vocabulary,
    /// When it is updated.
    Hours,
}

impl Topic {
    /// The name in JSON.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Region { .. } => "region",
            Self::Host { .. } => "host",
            Self::Title(_) => "title",
            Self::Language(_) => "language",
            Self::Anchor { .. } => "identity",
            Self::Size => "size",
            Self::Vocabulary => "vocabulary",
            Self::Hours => "hours",
        }
    }

    /// What tells it from all others.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut digest = DigestBuilder::new("hinomi habit 1");
        digest.part(self.kind());
        match self {
            Self::Region { path } => digest.part(path),
            Self::Host { host, usage } => digest.part(host).part([*usage as u8]),
            Self::Title(text) | Self::Language(text) => digest.part(text),
            Self::Anchor { kind, value } => digest.part([*kind as u8]).part(value),
            Self::Size | Self::Vocabulary | Self::Hours => &mut digest,
        };
        digest.finish()
    }
}

/// What more is known of a habit than how often and when.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Detail {
    /// Nothing.
    #[default]
    None,
    /// Of a region.
    Region {
        /// How often it changed in which way.
        manners: BTreeMap<Manner, u32>,
        /// Beginnings of the digests of its last contents, newest last.
        contents: Vec<String>,
    },
    /// Of the size: least and most, of the present span of time and of the one before.
    Size {
        /// Since when the present span lasts.
        from: Timestamp,
        /// The present span.
        now: Extent,
        /// The one before.
        before: Option<Extent>,
    },
    /// Of the vocabulary: each word with the last time it stood on the page.
    Words(BTreeMap<String, Timestamp>),
    /// Of the hours of updates, by Japan time.
    Hours {
        /// Updates in each hour of the day.
        hours: [u16; 24],
        /// Updates on each day of the week, Monday first.
        days: [u16; 7],
    },
}

/// Least and most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// Visible text in bytes.
    pub text: (u64, u64),
    /// Nodes.
    pub nodes: (u64, u64),
}

/// One habit of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Habit {
    /// What it is about.
    pub topic: Topic,
    /// Where it was seen last; empty where the topic names the place, and for what the page has as a whole.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// An example from the page, cut to a readable length; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub example: String,
    /// When it was seen first.
    pub first: Timestamp,
    /// When it was seen last.
    pub last: Timestamp,
    /// In how many lessons.
    pub count: u32,
    /// What more is known.
    #[serde(default)]
    pub detail: Detail,
}

/// What was learned of a page as one persona.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Learned {
    /// When the first lesson was.
    pub since: Timestamp,
    /// When the last lesson was.
    pub last: Timestamp,
    /// States that were learned from.
    pub lessons: u32,
    /// Those that were compared with the state before them.
    pub compared: u32,
    /// Nobody has approved the page yet: how it looks has only been noted.
    #[serde(default)]
    pub provisional: bool,
    /// Beginnings of the digests of what differed from the approved state in the last lesson: the same again is no news.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differed: Vec<u32>,
    /// The habits, in the order of their topics; at most [`MAX_HABITS`].
    pub habits: Vec<Habit>,
}

/// What a person said of a habit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// Forget it, and do not learn it again.
    Drop,
    /// Keep it, whether it is seen or not.
    Pin,
}

/// A person's word on a habit of a target, as all its personas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HabitMark {
    /// Which habit.
    pub topic: Topic,
    /// What becomes of it.
    pub keep: Keep,
    /// Who, when, why.
    pub mark: Mark,
}

/// What is remembered of a target's habits as one persona.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Habits {
    /// What was learned; none before the first lesson.
    pub learned: Option<Learned>,
    /// What people said.
    pub marks: Vec<HabitMark>,
    /// What was learned could not be read: it begins anew.
    pub damaged: bool,
}

impl Habits {
    /// What a person said of a habit.
    #[must_use]
    pub fn mark(&self, topic: &Topic) -> Option<&HabitMark> {
        self.marks.iter().find(|mark| mark.topic == *topic)
    }

    /// Whether a person said this of a habit.
    #[must_use]
    pub fn is(&self, keep: Keep, topic: &Topic) -> bool {
        self.mark(topic).is_some_and(|mark| mark.keep == keep)
    }
}

/// A habit in a form that a person reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HabitShown {
    /// By which it is named: the first twelve digits of its topic's digest.
    pub id: String,
    /// As whom the page has it.
    pub persona: Persona,
    /// The habit; none where a person's mark is all that is left of it.
    pub habit: Option<Habit>,
    /// What it is about.
    pub topic: Topic,
    /// The whole of it in one sentence, with path and example.
    pub sentence: Words,
    /// When it is forgotten if it is not seen again; none while it stands on the page, and of what is pinned.
    pub expires: Option<Timestamp>,
    /// What a person said of it.
    pub mark: Option<HabitMark>,
}

/// What of a judged page is normal for it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Normal {
    /// Findings about the content that habits explain, by their index, each with the habit.
    pub explained: Vec<(usize, Words)>,
    /// Changes of the content that lie where the page usually changes, and all of them.
    pub usual: (usize, usize),
}
