//! The list of phrases, and which of them a text holds.

use super::fold::Folded;
use aho_corasick::AhoCorasick;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// One phrase of the list.
#[derive(Debug)]
pub(super) struct Phrase {
    /// As it is written in the list.
    pub(super) text: &'static str,
    /// 3: hardly anybody else writes it; 2: telling; 1: a hint.
    pub(super) weight: u32,
    /// It counts only where digits or symbols stand for letters.
    leet: bool,
    folded: String,
}

struct List {
    phrases: Vec<Phrase>,
    finder: Option<AhoCorasick>,
}

static LIST: LazyLock<List> = LazyLock::new(|| {
    let lines = include_str!("../data/defacement.tsv").lines().filter(|line| !line.starts_with('#'));
    let phrases: Vec<Phrase> = lines.filter_map(read).collect();
    let finder = AhoCorasick::new(phrases.iter().map(|phrase| &phrase.folded)).ok();
    List { phrases, finder }
});

fn read(line: &'static str) -> Option<Phrase> {
    let mut fields = line.split('\t');
    let (weight, _language, text) = (fields.next()?, fields.next()?, fields.next()?);
    let folded = Folded::of(text).text;
    let spaced = text.chars().all(|c| !is_unspaced(c));
    let folded = if spaced { folded } else { folded.trim().to_owned() };
    let leet = weight == "leet";
    Some(Phrase { text, weight: if leet { 3 } else { weight.parse().ok()? }, leet, folded })
}

/// Whether words of this script are written without spaces, or with others grown to them.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{6ff}' | '\u{980}'..='\u{9ff}' | '\u{e00}'..='\u{e7f}' | '\u{1100}'..='\u{11ff}' | '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// The phrases in a text, each once, by their number in the list.
pub(super) fn find(folded: &Folded) -> BTreeSet<usize> {
    let Some(finder) = &LIST.finder else { return BTreeSet::new() };
    let found = finder.find_overlapping_iter(&folded.text).filter(|found| {
        let phrase = &LIST.phrases[found.pattern().as_usize()];
        !phrase.leet || folded.is_leet(found.start(), found.end())
    });
    found.map(|found| found.pattern().as_usize()).collect()
}

/// A phrase by its number.
pub(super) fn phrase(number: usize) -> Option<&'static Phrase> {
    LIST.phrases.get(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        let lines = include_str!("../data/defacement.tsv").lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(LIST.phrases.len(), lines);
        assert!(LIST.finder.is_some() && lines > 200);
    }

    #[test]
    fn words_keep_their_boundaries() {
        let has = |text: &str, wanted: &str| {
            find(&Folded::of(text)).iter().filter_map(|at| phrase(*at)).any(|phrase| phrase.text == wanted)
        };
        assert!(has("Hacked by nobody", "hacked by"));
        assert!(has("0wn3d", "owned"));
        assert!(!has("this company is owned by the city", "owned by"));
        assert!(!has("shacked bygone", "hacked by"));
        assert!(has("本站已被黑", "已被黑"));
        assert!(has("ayyıldız tim", "ayyıldız tim"));
        assert!(has("тест: сайт взломан!", "сайт взломан"));
    }
}
