//! Rule `defacement-phrase`: the page says that it was taken over.

mod about;
mod fold;
mod phrases;

use super::support::{Scripts, cut};
use super::{Detector, Findings, Found};
use crate::model::{
    ActiveKind, Case, Confidence, Element, NodeId, NodeKind, Page, Plane, Rule, Severity, StaticWords, Version, Words,
};
use about::Block;
use fold::Folded;
use std::collections::BTreeSet;

/// # What it finds
///
/// The phrases that defacers leave, in some twenty languages and in their ways of writing (`H4ck3d`, styled letters,
/// spaced letters): "hacked by …", greetings, taunts, slogans. Where they stand counts (title, headings, a short page),
/// how dense they are, and whether the approved page had them already. Also in new code that writes them on the page.
///
/// # Why it matters
///
/// A visible defacement is on screens and in search results within minutes. In a list of 15,532 defaced pages the
/// visible text had a median of 341 characters, and such phrases alone told 63 % of them.
///
/// # Example
///
/// ```html
/// <title>H4ck3d by nobody</title><h1>Security is an illusion, admin</h1>
/// ```
///
/// # Known false alarms
///
/// Pages that write about attacks: news, notices of an incident, advice. They are long, belong to an organisation and
/// carry few such phrases; where an ordinary page quotes a phrase, goes on about it or names another page by it, that is
/// low. "Owned by" counts only when it is written with digits: terms of use are full of it.
///
/// # References
///
/// Mirrored defacements of 1995–2001 and public collections of later ones; JPCERT/CC on the defacements of 2010–2013.
pub(super) struct DefacementPhrase;

static RULE: Rule = Rule {
    id: "defacement-phrase",
    title: StaticWords { en: "Words of a defacement", ja: "改ざん声明の文言" },
    why: StaticWords {
        en: "The page carries words that attackers leave when they have taken a site over. Visitors and the press see them.",
        ja: "サイトを乗っ取った攻撃者が残す文言がページにあります。閲覧者や報道機関の目に触れます。",
    },
    first_step: StaticWords {
        en: "Look at the page without logging in. If it is defaced, keep copies and logs, take the page offline or put up a notice page, and report it as your incident plan says.",
        ja: "ログインせずにページを確認してください。改ざんであれば写しとログを保存し、公開停止または案内ページへの切り替えを行い、定められた連絡先へ報告してください。",
    },
};

/// Most text that is read, in bytes.
const MAX_TEXT: usize = 131_072;
/// Letters up to which a page is as short as defacements are.
const VERY_SHORT: usize = 300;
const SHORT: usize = 1_500;
const MEDIUM: usize = 8_000;

impl Detector for DefacementPhrase {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        spoken(case, out);
        let Some(now) = Reading::of(&case.now) else { return };
        let before = case.approved.and_then(|compared| Reading::of(&compared.version)).unwrap_or_default();
        let kept = case.approved.is_some_and(|compared| compared.difference.text_kept >= 0.5);
        let score = now.score(&before, kept);
        let told_about = now.reported.difference(&before.all).copied().filter(|at| weight(*at) >= 3).max();
        if let Some((severity, confidence)) = weigh(case, &now, &score) {
            let strongest = score.strongest.unwrap_or_default();
            let (node, evidence) = now.evidence(case.now.page, strongest);
            let found = Found::new(severity, confidence, words(&score)).plane(Plane::Content).evidence(evidence);
            out.add(match node {
                Some(node) => found.at(node),
                None => found,
            });
        } else if let Some(strongest) = told_about.filter(|_| case.approved.is_some()) {
            let (node, evidence) = now.evidence(case.now.page, strongest);
            let words = Words::new(
                "the page now writes about defacements, in their words",
                "ページに、改ざん声明の文言に触れた記事や見出しがあります",
            );
            let found = Found::new(Severity::Low, Confidence::Tentative, words).plane(Plane::Content);
            out.extend(node.map(|node| found.evidence(evidence).at(node)));
        }
    }
}

/// Words of a defacement in new code that puts text on the page or into its title.
fn spoken(case: &Case, out: &mut Findings) {
    const SHOWS: [&str; 9] =
        ["title", "innerHTML", "outerHTML", "innerText", "textContent", "insertAdjacent", ".write", "alert(", "append"];
    let scripts = Scripts::of(&case.now);
    let code = |kind| matches!(kind, ActiveKind::InlineScript | ActiveKind::EventHandler | ActiveKind::ScriptUrl);
    for (item, old) in case.new_items().filter(|(item, _)| code(item.kind)) {
        let texts: Vec<_> = scripts.texts(item).map(|text| cut(text, 65_536)).collect();
        let strong = |text: &str| phrases::find(&Folded::of(text)).into_iter().filter(|at| weight(*at) >= 3).max();
        let Some((text, number)) = texts.iter().find_map(|text| Some((text, strong(text)?))) else { continue };
        let shows = texts.iter().any(|text| SHOWS.iter().any(|word| text.contains(word)));
        let known = old.is_some_and(|old| phrases::find(&Folded::of(&cut(&old.value, 65_536))).contains(&number));
        if shows && !known && case.approved.is_some() {
            let phrase = phrases::phrase(number).map_or("", |phrase| phrase.text);
            let words = Words::new(
                format!("new code puts the words of a defacement on the page, such as \"{phrase}\""),
                format!("新しいコードが、改ざん声明の文言(「{phrase}」など)をページに表示します"),
            );
            out.add(Found::new(Severity::High, Confidence::Firm, words).on(item).evidence(cut(text.trim(), 400)));
        }
    }
}

/// The phrases of a page and where they stand.
#[derive(Debug, Default)]
struct Reading {
    title: BTreeSet<usize>,
    headings: BTreeSet<usize>,
    all: BTreeSet<usize>,
    /// Those that the page only writes about.
    reported: BTreeSet<usize>,
    blocks: Vec<Block>,
    /// Letters of the visible text.
    letters: usize,
    /// Signs that somebody writes about attacks on an ordinary page.
    ordinary: usize,
}

/// What the new phrases weigh.
#[derive(Debug, Default)]
struct Score {
    weight: u32,
    /// Phrases that hardly anybody else writes.
    strong: usize,
    in_title: bool,
    in_heading: bool,
    /// The phrases themselves.
    new: Vec<usize>,
    /// The weightiest phrase.
    strongest: Option<usize>,
    letters: usize,
    ordinary: usize,
}

impl Reading {
    /// Reads a page; none when it holds no phrase at all.
    fn of(version: &Version) -> Option<Self> {
        let page = version.page;
        let text = visible(page);
        let body = Folded::of(&text);
        let title = phrases::find(&Folded::of(&titles(page)));
        let mut all = phrases::find(&body);
        all.extend(&title);
        all.extend(phrases::find(&Folded::of(&spoken_by_scripts(page))).into_iter().filter(|at| weight(*at) >= 3));
        if all.is_empty() {
            return None;
        }
        let headings = phrases::find(&Folded::of(&headings(page)));
        let blocks = about::blocks(page);
        let reported = about::only_reported(&blocks, &page.title().unwrap_or_default(), &all);
        let ordinary = ordinary(&text, page);
        Some(Self { title, headings, all, reported, blocks, letters: body.letters, ordinary })
    }

    /// Phrases that the page says of itself. One that shows nothing of an ordinary page is not believed to write about it.
    fn said(&self, kept: bool) -> BTreeSet<usize> {
        let believed = kept || self.ordinary >= 3;
        self.all.iter().filter(|at| !(believed && self.reported.contains(at))).copied().collect()
    }

    /// What weighs in the phrases that were not approved.
    fn score(&self, before: &Self, kept: bool) -> Score {
        let new: Vec<usize> = self.said(kept).difference(&before.all).copied().collect();
        let in_title = |at: &usize| self.title.contains(at);
        let strong = |at: &usize| weight(*at) >= 3;
        Score {
            weight: new.iter().map(|at| weight(*at) * if in_title(at) { 2 } else { 1 }).sum(),
            strong: new.iter().filter(|at| strong(at)).count(),
            in_title: new.iter().any(|at| strong(at) && in_title(at)),
            in_heading: new.iter().any(|at| strong(at) && self.headings.contains(at)),
            new: new.clone(),
            strongest: new.iter().copied().max_by_key(|at| weight(*at) * 2 + u32::from(in_title(at))),
            letters: self.letters,
            ordinary: self.ordinary,
        }
    }

    /// Whether a phrase begins a short text of its own, as `Hacked by …` does and a headline about it does not.
    fn stands_alone(&self, number: usize, heading: bool) -> bool {
        let mut blocks = self.blocks.iter().filter(|block| block.heading || !heading);
        blocks.any(|block| block.is_alone(number) && !block.is_about(number))
    }

    /// Where a phrase stands, and the text around it.
    fn evidence(&self, page: &Page, number: usize) -> (Option<NodeId>, String) {
        let mut budget = MAX_TEXT * 4;
        let holds = |id: &NodeId| match &page.node(*id).kind {
            NodeKind::Text(text) if text.len() <= budget => {
                budget -= text.len();
                phrases::find(&Folded::of(text)).contains(&number)
            }
            _ => false,
        };
        let node = page.ids().take(20_000).find(holds);
        let text = node.map_or_else(|| cut(&visible(page), 400), |id| page.text(id, 400));
        let text = if text.trim().is_empty() { titles(page) } else { text };
        (node, text.trim().to_owned())
    }
}

fn weight(number: usize) -> u32 {
    phrases::phrase(number).map_or(0, |phrase| phrase.weight)
}

/// How bad it is; none when a page only writes about such things.
fn weigh(case: &Case, now: &Reading, score: &Score) -> Option<(Severity, Confidence)> {
    let gone = case.approved.is_some_and(|compared| compared.difference.text_kept < 0.3);
    match case.approved {
        None => at_first_sight(score),
        Some(_) if gone => Some(match at_first_sight(score) {
            Some((Severity::High | Severity::Critical, _)) => (Severity::Critical, Confidence::Firm),
            _ if score.strong > 0 => (Severity::High, Confidence::Firm),
            _ if score.weight >= 3 => (Severity::Medium, Confidence::Firm),
            _ => return None,
        }),
        Some(_) => inserted(case, now, score),
    }
}

/// A page judged alone.
fn at_first_sight(score: &Score) -> Option<(Severity, Confidence)> {
    let short = score.letters < SHORT;
    let strong = score.strong > 0;
    let clear = (strong && short && (score.weight >= 5 || score.in_title))
        || (strong && score.weight >= 9 && score.letters < MEDIUM);
    let likely = (strong && (short || score.in_title)) || (short && score.weight >= 5);
    let hinted = (strong && score.weight >= 5) || (score.letters < VERY_SHORT && score.weight >= 2);
    let level = match () {
        () if clear => 2,
        () if likely => 1,
        () if hinted => 0,
        () => return None,
    };
    match level - i32::from(score.ordinary >= 3 && !short) - i32::from(score.ordinary >= 5) {
        2.. => Some((Severity::Critical, Confidence::Firm)),
        1 => Some((Severity::High, Confidence::Firm)),
        0 => Some((Severity::Medium, Confidence::Tentative)),
        _ => None,
    }
}

/// Phrases added to a page that otherwise stays.
fn inserted(case: &Case, now: &Reading, score: &Score) -> Option<(Severity, Confidence)> {
    let strongest = score.strongest.filter(|at| weight(*at) >= 3);
    let alone = score.new.iter().any(|at| weight(*at) >= 3 && now.stands_alone(*at, false));
    let telling = score.new.iter().any(|at| weight(*at) == 2 && now.stands_alone(*at, false));
    let headed = score.new.iter().any(|at| weight(*at) == 2 && now.stands_alone(*at, true));
    let titled = score.in_title && strongest.is_some_and(|at| begins(&titles(case.now.page), at));
    match score {
        _ if headed && now.ordinary < 12 => Some((Severity::High, Confidence::Firm)),
        _ if telling && score.strong == 0 => Some((Severity::Medium, Confidence::Firm)),
        _ if score.strong == 0 && (score.weight < 5 || now.ordinary >= 3) => None,
        _ if titled || alone => Some((Severity::High, Confidence::Firm)),
        _ if score.in_title => Some((Severity::Medium, Confidence::Firm)),
        _ if now.ordinary >= 3 && score.weight < 9 => Some((Severity::Low, Confidence::Tentative)),
        _ if score.in_heading || score.weight >= 6 => Some((Severity::Medium, Confidence::Firm)),
        _ => Some((Severity::Medium, Confidence::Tentative)),
    }
}

/// Whether a text begins with a phrase.
fn begins(text: &str, number: usize) -> bool {
    let length = phrases::phrase(number).map_or(0, |phrase| phrase.text.chars().count());
    let start: String = text.trim().chars().take(length + 4).collect();
    phrases::find(&Folded::of(&start)).contains(&number)
}

/// Visible text and the texts that stand for images.
fn visible(page: &Page) -> String {
    let mut text = page.visible_text(MAX_TEXT);
    for (_, element) in page.elements() {
        let named = ["alt", "placeholder"].iter().filter_map(|name| element.attribute(name));
        for value in named {
            if text.len() < MAX_TEXT {
                text.push(' ');
                text.push_str(&cut(value, 300));
            }
        }
    }
    text
}

/// The title, and what stands for it elsewhere.
fn titles(page: &Page) -> String {
    let mut text = page.title().unwrap_or_default();
    for (_, meta) in page.elements_named("meta").take(100) {
        let name = meta.attribute("property").or_else(|| meta.attribute("name")).unwrap_or_default();
        if matches!(name, "og:title" | "og:site_name" | "twitter:title") {
            text.push(' ');
            text.push_str(&cut(meta.attribute("content").unwrap_or_default(), 300));
        }
    }
    text
}

fn headings(page: &Page) -> String {
    let heading = |element: &Element| matches!(element.name.as_str(), "h1" | "h2" | "marquee" | "blink" | "center");
    let texts = page.elements().filter(|(_, element)| heading(element)).take(50).map(|(id, _)| page.text(id, 400));
    texts.collect::<Vec<_>>().join(" ")
}

/// What inline scripts may put on the page or into its title.
fn spoken_by_scripts(page: &Page) -> String {
    let mut text = String::new();
    for (id, script) in page.elements_named("script").take(50) {
        if script.attribute("src").is_none() && text.len() < 32_768 {
            text.push(' ');
            text.push_str(&page.text(id, 8_192));
        }
    }
    text
}

/// Signs of an ordinary page that writes about attacks: notices, sources, terms, and links to other pages of its own.
fn ordinary(text: &str, page: &Page) -> usize {
    const CUES: [&str; 30] = [
        "お知らせ",
        "お詫び",
        "不正アクセス",
        "注意喚起",
        "報道",
        "ニュース",
        "被害",
        "対策",
        "プライバシー",
        "お問い合わせ",
        "サイトマップ",
        "利用規約",
        "news",
        "article",
        "incident",
        "advisory",
        "vulnerabilit",
        "privacy policy",
        "terms of",
        "read more",
        "copyright",
        "all rights reserved",
        "published",
        "contact us",
        "sitemap",
        "report",
        "researcher",
        "according to",
        "press release",
        "cve-",
    ];
    let lower = text.to_lowercase();
    let cues = CUES.iter().filter(|cue| lower.contains(*cue)).count();
    let links = page.elements_named("a").filter(|(_, a)| a.attribute("href").is_some_and(is_own)).take(40).count();
    cues + links / 10
}

/// A link to another page of the same site.
fn is_own(href: &str) -> bool {
    !href.is_empty() && !href.starts_with(['#', '?']) && !href.contains(':') && !href.starts_with("//")
}

fn words(score: &Score) -> Words {
    let phrase = score.strongest.and_then(phrases::phrase).map_or("", |phrase| phrase.text);
    let (place, place_ja) = match score {
        Score { in_title: true, .. } => (" in its title", "タイトルに"),
        Score { in_heading: true, .. } => (" in a heading", "見出しに"),
        _ => ("", ""),
    };
    Words::new(
        format!("the page carries words of a defacement{place}, such as \"{phrase}\""),
        format!("ページの{place_ja}改ざん声明の文言(「{phrase}」など)があります"),
    )
}
