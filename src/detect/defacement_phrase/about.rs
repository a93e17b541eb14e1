//! Tells a text that says "hacked by …" of its own page from one that writes about such texts.

use super::fold::Folded;
use super::phrases;
use super::{MAX_TEXT, is_own};
use crate::model::{NodeId, NodeKind, Page};
use std::collections::BTreeSet;

/// One piece of text that stands by itself: a paragraph, a heading, a list entry, a line.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) text: String,
    /// It stands in a title or a heading.
    pub(super) heading: bool,
    /// All of it is a link to another page of the same site.
    pub(super) linked: bool,
}

/// Elements inside a line of text.
const INLINE: [&str; 30] = [
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "blink", "cite", "code", "del", "dfn", "em", "font", "i", "ins",
    "kbd", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var",
];

/// Longest text that is read as one headline or sentence, in bytes; a longer one is prose.
const MAX_SENTENCE: usize = 800;
/// Most questions whether a block is about a phrase.
const MAX_QUESTIONS: usize = 1_000;

/// Most blocks of one page that are looked at.
const MAX_BLOCKS: usize = 20_000;

/// The blocks of visible text of a page, in document order.
pub(super) fn blocks(page: &Page) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let (mut skip, mut read, mut last) = (0, 0, None);
    let (mut heading_until, mut link_until) = (0, 0);
    for id in page.ids() {
        let node = page.node(id);
        let end = id.index() + node.size as usize;
        match &node.kind {
            NodeKind::Element(element) => match element.name.as_str() {
                "script" | "style" | "template" | "noscript" | "title" => skip = skip.max(end),
                "h1" | "h2" | "marquee" | "center" => heading_until = heading_until.max(end),
                "a" if element.attribute("href").is_some_and(is_own) => link_until = link_until.max(end),
                // A line ends here.
                "br" | "hr" => last = None,
                _ => {}
            },
            NodeKind::Text(text) if id.index() >= skip && !text.trim().is_empty() => {
                if read >= MAX_TEXT || found.len() >= MAX_BLOCKS {
                    break;
                }
                let text = text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or_default();
                read += text.len();
                let around = around(page, id);
                let linked = id.index() < link_until;
                match found.last_mut().filter(|_| last == Some(around)) {
                    Some(block) => {
                        block.text.push(' ');
                        block.text.push_str(text);
                        block.linked &= linked;
                    }
                    None => found.push(Block { text: text.to_owned(), heading: id.index() < heading_until, linked }),
                }
                last = Some(around);
            }
            _ => {}
        }
    }
    found
}

/// The element to whose lines a text belongs.
fn around(page: &Page, id: NodeId) -> NodeId {
    let inline = |id: &NodeId| page.element(*id).is_some_and(|element| INLINE.contains(&element.name.as_str()));
    page.ancestors(id).find(|id| !inline(id)).unwrap_or(NodeId::ROOT)
}

impl Block {
    /// Whether a phrase begins a short text.
    pub(super) fn is_alone(&self, number: usize) -> bool {
        let text = self.text.trim();
        text.len() < 400 && text.chars().count() <= 60 && super::begins(text, number)
    }

    /// Whether it writes about a phrase rather than say it: in quotation marks inside a sentence, as the beginning of a
    /// sentence about it, or as the headline of another page of the site.
    pub(super) fn is_about(&self, number: usize) -> bool {
        let text = self.text.trim();
        if text.len() > MAX_SENTENCE {
            return false;
        }
        is_quoted(text, number) || goes_on(text, number) || (self.linked && !is_signed(text, number))
    }
}

fn holds(text: &str, number: usize) -> bool {
    phrases::find(&Folded::of(text)).contains(&number)
}

/// Whether a phrase stands in quotation marks only, and the text around says what is meant.
fn is_quoted(text: &str, number: usize) -> bool {
    let outside = unquoted(text);
    outside.len() < text.len() && !holds(&outside, number) && speaks_about(&outside)
}

/// A text without what stands in quotation marks.
fn unquoted(text: &str) -> String {
    const PAIRS: [(char, char); 9] = [
        ('「', '」'),
        ('『', '』'),
        ('“', '”'),
        ('‘', '’'),
        ('«', '»'),
        ('《', '》'),
        ('"', '"'),
        ('\u{ff02}', '\u{ff02}'),
        ('\'', '\''),
    ];
    let mut outside = String::with_capacity(text.len());
    let mut closing = None;
    let mut before = ' ';
    for c in text.chars() {
        match closing {
            Some(close) if c == close => closing = None,
            Some(_) => {}
            None => {
                // An apostrophe inside a word opens nothing.
                let opens = PAIRS.iter().find(|(open, _)| *open == c && !(c == '\'' && before.is_alphanumeric()));
                closing = opens.map(|(_, close)| *close);
                outside.push(if closing.is_some() { ' ' } else { c });
            }
        }
        before = c;
    }
    outside
}

/// Whether a text goes on after a phrase as one about it.
fn goes_on(text: &str, number: usize) -> bool {
    let Some(rest) = after(text, number) else { return false };
    // A question mark right behind asks the reader; who has taken a page over does not ask whether.
    let asks = rest.trim_start().starts_with(['?', '\u{ff1f}']);
    (asks && rest.chars().filter(|c| c.is_alphanumeric()).count() >= 6) || speaks_about(rest)
}

/// What follows the first place of a phrase.
fn after(text: &str, number: usize) -> Option<&str> {
    // The shortest start that holds the phrase ends with it.
    let ends: Vec<usize> = text.char_indices().map(|(at, c)| at + c.len_utf8()).take(200).collect();
    let (mut low, mut high) = (0, ends.len());
    while low < high {
        let middle = (low + high) / 2;
        if holds(text.get(..*ends.get(middle)?)?, number) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    text.get(*ends.get(low)?..)
}

/// Whether a text has the words of those who report, warn or help.
fn speaks_about(text: &str) -> bool {
    const WORDS: [&str; 74] = [
        "と表示",
        "などと",
        "と名乗",
        "を名乗",
        "という",
        "と称",
        "とする",
        "とは",
        "ご注意",
        "に注意",
        "注意喚起",
        "注意を",
        "について",
        "に関する",
        "に係る",
        "お知らせ",
        "お詫び",
        "被害",
        "事案",
        "対処",
        "対策",
        "対応",
        "防ぐ",
        "防止",
        "場合",
        "ときは",
        "メール",
        "予告",
        "事件",
        "手口",
        "相談",
        "報告",
        "報道",
        "発表",
        "事例",
        "紹介",
        "解説",
        "調査",
        "開催",
        "募集",
        "festival",
        "seminar",
        "workshop",
        "exhibition",
        "what to do",
        "what you",
        "how to",
        "notice of",
        "notice about",
        "incident",
        "if your",
        "if you ",
        "learn more",
        "guide to",
        "tips",
        "press release",
        "beware",
        "advice",
        "report of",
        "reports of",
        "scam",
        "fraud",
        "message saying",
        "e-mail",
        "email",
        "提醒",
        "警惕",
        "公告",
        "防范",
        "通报",
        "关于",
        "에 대한",
        "안내",
        "주의",
    ];
    let lower = text.to_lowercase();
    WORDS.iter().any(|word| lower.contains(word)) || lower.contains("注意") || lower.contains("关于")
}

/// Whether all of a text is a phrase with a name: `Hacked by Somebody`, as a page planted in a content system is called.
fn is_signed(text: &str, number: usize) -> bool {
    let signs = phrases::phrase(number).is_some_and(|phrase| {
        ["by", "oleh", "por", "par", "von", "da", "przez", "bởi"]
            .iter()
            .any(|word| phrase.text.ends_with(&format!(" {word}")))
    });
    let short = |rest: &str| rest.split_whitespace().count() <= 4 && !rest.contains([':', '：', '?', '？']);
    signs && super::begins(text, number) && after(text, number).is_some_and(short)
}

/// The phrases that a page only writes about.
pub(super) fn only_reported(blocks: &[Block], title: &str, among: &BTreeSet<usize>) -> BTreeSet<usize> {
    let title = Block { text: title.to_owned(), heading: true, linked: false };
    let (mut about, mut said) = (BTreeSet::new(), BTreeSet::new());
    let mut questions = 0;
    for block in blocks.iter().chain([&title]) {
        for number in phrases::find(&Folded::of(&block.text)).into_iter().filter(|number| among.contains(number)) {
            questions += 1;
            let known = if questions <= MAX_QUESTIONS && block.is_about(number) { &mut about } else { &mut said };
            known.insert(number);
        }
    }
    about.difference(&said).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strongest(text: &str) -> usize {
        let found = phrases::find(&Folded::of(text));
        found.into_iter().max_by_key(|at| super::super::weight(*at)).expect("a phrase")
    }

    fn about(text: &str, linked: bool) -> bool {
        Block { text: text.into(), heading: true, linked }.is_about(strongest(text))
    }

    #[test]
    fn headlines_are_about_it() {
        for text in [
            "「Hacked by」と表示されるWebサイト改ざんにご注意ください",
            "Website has been hacked? What to do first",
            "Has been defaced: notice of an incident",
            "我々はアノニマスと名乗る攻撃予告について",
            "「已被黑」表示の改ざん被害に注意",
            "“Hacked by” pages: how to respond",
            "Defaced by 攻撃者 事例の紹介",
            "Greetz festival 2025",
        ] {
            assert!(about(text, false), "{text}");
        }
        assert!(about("Greetz festival 2025", true));
    }

    #[test]
    fn claims_are_claims() {
        for text in [
            "Hacked by X",
            "\"Hacked by X\"",
            "「Hacked by X」",
            "Hacked by X - greetz to all",
            "has been defaced",
            "ハッキングされました",
            "我々はアノニマス",
            "本站已被黑",
            "You have been hacked!!!",
            "Hacked by X? yes",
        ] {
            assert!(!about(text, false), "{text}");
        }
        assert!(!about("Hacked by Mister X", true));
    }
}
