//! What rules ask about wording: words that titles share, words of planted spam.

use std::collections::BTreeSet;

/// Whether two titles have no word in common; a title that is gone shares none.
pub(in crate::detect) fn shares_no_word(old: &Option<String>, new: &Option<String>) -> bool {
    let old = words(old.as_deref().unwrap_or_default());
    let new = words(new.as_deref().unwrap_or_default());
    !old.is_empty() && old.is_disjoint(&new)
}

/// Words of two letters and more; of text without spaces, its pairs of letters.
pub(in crate::detect) fn words(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for word in text.to_lowercase().split(|c: char| !c.is_alphanumeric()).take(200) {
        let chars: Vec<char> = word.chars().collect();
        if chars.iter().any(|c| *c as u32 >= 0x2e80) {
            found.extend(chars.windows(2).map(|pair| pair.iter().collect::<String>()));
        } else if chars.len() >= 2 {
            found.insert(word.to_owned());
        }
    }
    found
}

/// The words of planted spam in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::detect) struct SpamWords {
    strong: BTreeSet<&'static str>,
    weak: BTreeSet<&'static str>,
}

impl SpamWords {
    /// How many there are that honest shops have no use for.
    pub(in crate::detect) fn strong(&self) -> usize {
        self.strong.len()
    }

    /// Whether there is any, those of every shop included.
    pub(in crate::detect) fn any(&self) -> bool {
        !self.strong.is_empty() || !self.weak.is_empty()
    }

    /// All of them, the strong ones first.
    pub(in crate::detect) fn all(&self) -> impl Iterator<Item = &'static str> {
        self.strong.iter().chain(&self.weak).copied()
    }

    /// Those that were not there before.
    pub(in crate::detect) fn new_since(&self, before: &Self) -> Self {
        let strong = self.strong.difference(&before.strong).copied().collect();
        Self { strong, weak: self.weak.difference(&before.weak).copied().collect() }
    }

    /// Takes in those of another text.
    pub(in crate::detect) fn extend(&mut self, other: Self) {
        self.strong.extend(other.strong);
        self.weak.extend(other.weak);
    }
}

/// The words of planted spam in a text; in the list a `?` marks those that every shop uses.
pub(in crate::detect) fn spam_words(text: &str) -> SpamWords {
    let lower = text.to_lowercase();
    let mut found = SpamWords::default();
    for line in include_str!("../data/spam.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let weak = line.strip_prefix('?');
        let word = weak.unwrap_or(line);
        if contains_word(&lower, word) {
            let words = if weak.is_some() { &mut found.weak } else { &mut found.strong };
            words.insert(word);
        }
    }
    found
}

/// Whether a word stands in a text; Latin ones not inside other words.
fn contains_word(text: &str, word: &str) -> bool {
    let latin = word.is_ascii();
    text.match_indices(word).any(|(at, _)| {
        let grown = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        !latin || !(grown(text[..at].chars().next_back()) || grown(text[at + word.len()..].chars().next()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn titles_are_compared_by_words_and_pairs() {
        assert!(!shares_no_word(&title("例示市ホームページ"), &title("災害情報 | 例示市")));
        assert!(shares_no_word(&title("例示市ホームページ"), &title("Slot Gacor")));
        assert!(!shares_no_word(&title("City of Example"), &title("Example City – Home")));
        assert!(shares_no_word(&title("City"), &None));
        assert!(!shares_no_word(&None, &title("x")));
    }

    #[test]
    fn spam_is_found_as_words() {
        assert_eq!(spam_words("Slot Gacor Maxwin").strong(), 3);
        assert!(!spam_words("Middlesex and specialist sextet").any());
        assert!(!spam_words("ギャンブル依存症相談窓口").any());
        assert_eq!(spam_words("オンラインカジノ").strong(), 2);
    }

    #[test]
    fn words_of_every_shop_are_weak() {
        let shop = spam_words("送料無料の返礼品、公式通販、正規品");
        assert!(shop.any() && shop.strong() == 0, "{shop:?}");
        assert_eq!(spam_words("スーパーコピー 送料無料").strong(), 1);
    }
}
