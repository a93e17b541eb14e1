//! What rules ask about wording: the declared language, words that titles share, words of planted spam.

use crate::model::Page;
use std::collections::BTreeSet;

/// The declared language without region: `ja` of `ja-JP`, and of the frequent mistake `jp`.
pub(in crate::detect) fn language(page: &Page) -> Option<String> {
    let (_, html) = page.elements_named("html").next()?;
    let lang = html.attribute("lang").or_else(|| html.attribute("xml:lang"))?;
    let primary = lang.split(['-', '_']).next().unwrap_or_default().trim().to_ascii_lowercase();
    let primary = match primary.as_str() {
        "" => return None,
        "jp" => "ja",
        "cn" => "zh",
        "kr" => "ko",
        primary => primary,
    };
    Some(primary.to_owned())
}

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
pub(in crate::detect) fn spam_words(text: &str) -> BTreeSet<&'static str> {
    let lower = text.to_lowercase();
    let list = include_str!("../data/spam.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    list.filter(|word| contains_word(&lower, word)).collect()
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
        assert_eq!(spam_words("Slot Gacor Maxwin").len(), 3);
        assert!(spam_words("Middlesex and specialist sextet").is_empty());
        assert!(spam_words("ギャンブル依存症相談窓口").is_empty());
        assert_eq!(spam_words("オンラインカジノ").len(), 2);
    }
}
