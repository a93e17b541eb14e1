//! Drift: how far a page is from the last approved state, and how far it may go before a person is asked again.

use super::Words;
use serde::{Deserialize, Serialize};

/// The distance of a page from the nearest approved state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Drift {
    /// Visible text: the share of the longer of both pages that the other does not have, in thousandths. The first 4 kB of
    /// the new page's text do not make it longer.
    pub text: u16,
    /// Structure: the share of the larger of both pages' nodes that the other does not have, in thousandths. The first 200
    /// nodes of the new page do not make it larger.
    pub structure: u16,
    /// Foreign sites to which links or pictures lead and which the approved state does not name.
    pub sites: u32,
    /// The share of the visible text that is new and stands where the page was not known to change when it was approved, in
    /// thousandths; 0 while less than a week or less than seven states are known of the page, and below 200 bytes.
    #[serde(default)]
    pub strange: u16,
}

impl Drift {
    /// How far followed states may go. Nothing that was learned, dropped or pinned moves it.
    pub const LIMIT: Self = Self { text: 700, structure: 700, sites: 20, strange: 80 };

    /// Whether it is beyond a limit in one of its measures.
    #[must_use]
    pub const fn is_beyond(self, limit: Self) -> bool {
        let far = self.text > limit.text || self.structure > limit.structure || self.sites > limit.sites;
        far || self.strange > limit.strange
    }

    /// The distance and the limit, in words.
    #[must_use]
    pub fn words(self, limit: Self) -> Words {
        let Self { text, structure, sites, strange } = self;
        let percent = |thousandths: u16| format!("{} %", f64::from(thousandths) / 10.0);
        let (text, most_text) = (percent(text), percent(limit.text));
        let (structure, most_structure) = (percent(structure), percent(limit.structure));
        let (most, strange, most_strange) = (limit.sites, percent(strange), percent(limit.strange));
        Words::new(
            format!(
                "text {text} (at most {most_text}), structure {structure} (at most {most_structure}), new foreign sites \
                 {sites} (at most {most}), new text in unusual places {strange} (at most {most_strange})"
            ),
            format!(
                "文章 {text}(上限 {most_text})、構造 {structure}(上限 {most_structure})、新しい外部サイト {sites}件\
                 (上限 {most}件)、普段変わらない場所の新しい文章 {strange}(上限 {most_strange})"
            ),
        )
    }
}
