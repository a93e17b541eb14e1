//! Text for people in both languages of hinomi.

use serde::{Deserialize, Serialize};

/// A language that hinomi speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Language {
    /// 日本語
    #[default]
    #[serde(rename = "ja")]
    Japanese,
    /// English
    #[serde(rename = "en")]
    English,
}

/// One sentence or title in both languages; both are always complete.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Words {
    /// English.
    pub en: String,
    /// 日本語。
    pub ja: String,
}

impl Words {
    /// The same thing said in English and in Japanese.
    pub fn new(en: impl Into<String>, ja: impl Into<String>) -> Self {
        Self { en: en.into(), ja: ja.into() }
    }

    /// The text in one language.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Japanese => &self.ja,
            Language::English => &self.en,
        }
    }
}

/// A number of English things: `1 change`, `2 changes`.
#[must_use]
pub fn counted(count: usize, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

/// [`Words`] of two format strings: `words!("{n} pages", "{n}ページ")`. Arguments are captured or named, and used by both.
macro_rules! words {
    ($en:literal, $ja:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::model::Words::new(
            format!($en $(, $name = $value)*),
            format!($ja $(, $name = $value)*),
        )
    };
}
pub(crate) use words;

impl From<StaticWords> for Words {
    fn from(words: StaticWords) -> Self {
        Self::new(words.en, words.ja)
    }
}

/// [`Words`] that stand in the program text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StaticWords {
    /// English.
    pub en: &'static str,
    /// 日本語。
    pub ja: &'static str,
}

impl StaticWords {
    /// The text in one language.
    #[must_use]
    pub const fn get(&self, language: Language) -> &'static str {
        match language {
            Language::Japanese => self.ja,
            Language::English => self.en,
        }
    }

    /// As owned [`Words`].
    #[must_use]
    pub fn to_words(&self) -> Words {
        Words::new(self.en, self.ja)
    }
}
