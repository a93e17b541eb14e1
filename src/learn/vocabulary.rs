//! The words that nearly every state of a page has.

use super::LIFE;
use super::place::texts;
use super::shelf::{Shelf, Sight};
use crate::model::{Detail, Page, Topic};
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap};

/// Most words that are kept.
const MAX_WORDS: usize = 48;
/// Most visible text that is read, in bytes.
const MAX_TEXT: usize = 64 << 10;
/// Shortest and longest word in characters: runs of Chinese characters or katakana, and of Latin letters.
const EAST: std::ops::RangeInclusive<usize> = 2..=8;
const WEST: std::ops::RangeInclusive<usize> = 4..=20;

/// Takes note of the words: known ones that show again stay, and the most frequent ones fill what room is left.
pub(super) fn learn(shelf: &mut Shelf, page: &Page) {
    let text = texts(page, MAX_TEXT).map(|(_, text)| text).collect::<Vec<_>>().join(" ").to_lowercase();
    let counts = words(&text);
    if counts.is_empty() {
        return;
    }
    let at = shelf.at();
    let Some(detail) = shelf.touch(Topic::Vocabulary, Sight::default()) else { return };
    let mut known = match std::mem::take(detail) {
        Detail::Words(known) => known,
        _ => BTreeMap::new(),
    };
    renew(&mut known, &counts, at);
    *detail = Detail::Words(known);
}

fn renew(known: &mut BTreeMap<String, Timestamp>, counts: &HashMap<&str, u32>, at: Timestamp) {
    known.iter_mut().filter(|(word, _)| counts.contains_key(word.as_str())).for_each(|(_, last)| *last = at);
    known.retain(|_, last| at.duration_since(*last) < LIFE);
    let mut frequent: Vec<(&str, u32)> = counts.iter().map(|(word, count)| (*word, *count)).collect();
    frequent.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    for (word, _) in frequent {
        if known.len() >= MAX_WORDS {
            break;
        }
        known.entry(word.to_owned()).or_insert(at);
    }
}

/// Of what a character is a part: a word of Chinese characters, of katakana, of Latin letters, or none.
fn script(c: char) -> u8 {
    match c {
        '\u{4e00}'..='\u{9fff}' | '々' => 1,
        'ァ'..='ヶ' | 'ー' => 2,
        'a'..='z' => 3,
        _ => 0,
    }
}

/// The words of a text with how often they stand in it.
fn words(text: &str) -> HashMap<&str, u32> {
    let mut counts = HashMap::new();
    let (mut from, mut kind, mut length) = (0, 0, 0);
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if script(c) != kind {
            let fits = if kind == 3 { WEST.contains(&length) } else { EAST.contains(&length) };
            if kind > 0 && fits {
                *counts.entry(&text[from..at]).or_insert(0) += 1;
            }
            (from, kind, length) = (at, script(c), 0);
        }
        length += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_runs_of_one_script() {
        let counts = words("市民図書館のイベント、市民図書館 library a 市");
        let mut found: Vec<_> = counts.into_iter().collect();
        found.sort_unstable();
        assert_eq!(found, [("library", 1), ("イベント", 1), ("市民図書館", 2)]);
    }
}
