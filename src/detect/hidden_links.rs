//! Rule `hidden-links`: links to strangers that search engines see and visitors do not, and planted spam.

use super::support::{Hosts, OddPlaces, SpamWords, Standing, cut, spam_words};
use super::{Detector, Findings, Found};
use crate::model::{
    ActiveItem, ActiveKind, Case, ChangeKind, Confidence, NodeId, NodeKind, Page, Plane, Rule, Severity, StaticWords,
    Words, site,
};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// # What it finds
///
/// New links to unknown sites inside an element that is hidden, moved out of sight or shrunk to nothing, inside
/// `<noscript>`, or under a class that a script hides by writing a style sheet. New blocks of links to unknown sites
/// with the words of gambling, medicines and fake shops, hidden or not; words of every shop (free delivery, mail order)
/// count beside such a word or when hidden. New hidden text that is no language, which
/// scripts use as a store of code.
///
/// # Why it matters
///
/// Links on public sites are worth money to spammers. They also show that somebody else can write to the page.
///
/// # Example
///
/// ```html
/// <div style="position:absolute;left:-9999px"><a href="https://spam.example/">online casino</a> …</div>
/// ```
///
/// # Known false alarms
///
/// Folded menus with links to other public bodies or social networks count only when most of their links lead to
/// unknown sites. Advice on gambling or counterfeit medicines has the words but not the links.
///
/// # References
///
/// Pharma and casino link injections since 2008; gambling spam on public sites (2022 until now); pseudo-Darkleech's
/// hidden text (2015–2017).
pub(super) struct HiddenLinks;

static RULE: Rule = Rule {
    id: "hidden-links",
    title: StaticWords { en: "Planted links", ja: "隠しリンク・スパムリンク" },
    why: StaticWords {
        en: "The page carries links to unknown sites that visitors hardly see. Spammers plant them after a break-in to profit from the site's good name.",
        ja: "閲覧者に見えにくい形で無関係なサイトへのリンクが埋め込まれています。侵入した者が検索順位の悪用のために行う手口です。",
    },
    first_step: StaticWords {
        en: "Do not open the links. Keep a copy of the page, remove the block, and look for the way in: old CMS plug-ins and leaked FTP or CMS passwords are the usual ones.",
        ja: "リンクを開かないでください。ページの写しを保存してから該当部分を削除し、侵入経路(古いCMSプラグイン、FTP・CMSのパスワード漏えいなど)を調べてください。",
    },
};

/// Links to unknown sites from which on a block is more than an oversight.
const MANY: usize = 3;

/// Unknown sites in one hidden element from which on no menu explains them, whoever looks for the first time.
const FARM: usize = 30;

impl Detector for HiddenLinks {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let mut census = Census::of(case);
        let mut told = HashSet::new();
        for (item, _) in case.new_items().filter(|(item, _)| item.kind == ActiveKind::Hidden) {
            let links = census.links(item.node);
            if let Some(found) = hidden(case, item, &links) {
                told.extend(case.now.page.subtree(item.node));
                out.add(found);
            }
        }
        for node in veiled(case) {
            let links = census.links(node);
            if !told.contains(&node) && links.unknown >= MANY && links.is_most() {
                told.extend(case.now.page.subtree(node));
                out.add(planted(&links, case).at(node));
            }
        }
        for nodes in inserted(case) {
            let fresh = nodes.iter().filter(|node| !told.contains(*node));
            let links = fresh.fold(Links::default(), |all, node| all.with(census.links(*node)));
            if links.unknown >= MANY && links.spam.strong() > 0 {
                out.extend(nodes.first().map(|node| spam(&links).at(*node)));
            }
        }
    }
}

/// Nodes that are looked through for links on one page.
const MAX_NODES: usize = 400_000;

/// Counts links of subtrees, with a budget of nodes for the whole page.
struct Census<'a> {
    page: &'a Page,
    hosts: Hosts<'a>,
    /// Sites that the approved page links to.
    known: HashSet<String>,
    budget: usize,
}

impl<'a> Census<'a> {
    fn of(case: &Case<'a>) -> Self {
        Self { page: case.now.page, hosts: Hosts::of(case), known: approved_sites(case), budget: MAX_NODES }
    }

    /// The links of a subtree.
    fn links(&mut self, node: NodeId) -> Links {
        let mut links = Links::default();
        for id in self.page.subtree(node).take(self.budget) {
            self.budget -= 1;
            if self.page.element(id).is_some_and(|e| matches!(e.name.as_str(), "a" | "area")) {
                self.count(id, &mut links);
            }
        }
        links
    }

    fn count(&self, id: NodeId, links: &mut Links) {
        let href = self.page.element(id).and_then(|element| element.attribute("href"));
        let Some(href) = href.filter(|href| !href.starts_with('#')) else { return };
        links.all += 1;
        let Some(url) = self.hosts.resolve(href) else { return };
        let Some(its) = url.host_str().map(site).filter(|its| !self.known.contains(*its)) else { return };
        if matches!(self.hosts.linked(&url), Standing::Unknown | Standing::Imitation(_)) {
            let text = self.page.text(id, 200);
            links.unknown += 1;
            links.sites.insert(its.to_owned());
            links.spam.extend(spam_words(&format!("{text} {}", cut(url.as_str(), 200).replace(['-', '/'], " "))));
            links.first.get_or_insert_with(|| format!("<a href=\"{href}\">{}", cut(&text, 100)));
        }
    }
}

/// The sites that the approved page links to.
fn approved_sites(case: &Case) -> HashSet<String> {
    let Some(compared) = case.approved else { return HashSet::new() };
    let hosts = Hosts::of(case);
    let links = compared.version.page.elements_named("a").filter_map(|(_, a)| a.attribute("href"));
    links.filter_map(|href| Some(site(hosts.resolve(href)?.host_str()?).to_owned())).collect()
}

/// The links of a subtree.
#[derive(Debug, Default)]
struct Links {
    all: usize,
    /// Links to unknown sites.
    unknown: usize,
    sites: BTreeSet<String>,
    spam: SpamWords,
    first: Option<String>,
}

impl Links {
    /// Both together.
    fn with(mut self, other: Self) -> Self {
        self.all += other.all;
        self.unknown += other.unknown;
        self.sites.extend(other.sites);
        self.spam.extend(other.spam);
        self.first = self.first.or(other.first);
        self
    }

    /// Whether most links lead to unknown sites.
    fn is_most(&self) -> bool {
        self.unknown * 2 >= self.all
    }

    fn evidence(&self) -> String {
        let sites: Vec<_> = self.sites.iter().take(12).map(String::as_str).collect();
        format!("{} … ({})", self.first.as_deref().unwrap_or_default(), sites.join(", "))
    }
}

/// A hidden element that is not approved.
fn hidden(case: &Case, item: &ActiveItem, links: &Links) -> Option<Found> {
    if links.unknown == 0 || !links.is_most() {
        return noise(case, item);
    }
    let first_sight = case.approved.is_none();
    let spam = links.spam.any();
    let (severity, confidence) = match links.unknown {
        _ if spam && links.unknown >= MANY => (Severity::High, Confidence::Firm),
        MANY.. if !first_sight || links.sites.len() >= FARM => (Severity::High, Confidence::Firm),
        MANY.. if links.sites.len() >= MANY => (Severity::Medium, Confidence::Tentative),
        _ if first_sight && !spam => return None,
        _ if spam || OddPlaces::of(case).name(item.position).is_some() => (Severity::Medium, Confidence::Firm),
        _ => (Severity::Medium, Confidence::Tentative),
    };
    let words = Words::new(
        format!("an element that visitors do not see holds {} links to unknown sites", links.unknown),
        format!("閲覧者に見えない要素に、無関係なサイトへのリンクが{}件あります", links.unknown),
    );
    Some(Found::new(severity, confidence, words).on(item).evidence(links.evidence()))
}

/// Hidden text that is no language: a store of code (THREATS' H1).
fn noise(case: &Case, item: &ActiveItem) -> Option<Found> {
    let text = case.now.page.text(item.node, 16_384);
    if !is_noise(&text) {
        return None;
    }
    let severity = if case.approved.is_some() { Severity::High } else { Severity::Medium };
    let words = Words::new(
        "an element that visitors do not see holds a kilobyte of text in no language",
        "閲覧者に見えない要素に、文章ではない大量の文字列があります",
    );
    Some(Found::new(severity, Confidence::Firm, words).on(item).evidence(cut(text.trim(), 300)))
}

/// A kilobyte and more of ASCII in tokens of three letters and less, with digits among them.
fn is_noise(text: &str) -> bool {
    if text.len() < 1024 || text.chars().any(|c| c as u32 >= 0x2e80) {
        return false;
    }
    let tokens: Vec<&str> =
        text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|token| !token.is_empty()).collect();
    let letters: usize = tokens.iter().map(|token| token.len()).sum();
    let mixed = tokens.iter().filter(|token| token.bytes().any(|b| b.is_ascii_digit())).count();
    tokens.len() >= 200 && letters <= tokens.len() * 3 && mixed * 4 >= tokens.len()
}

/// Elements outside the inventory of hidden ones that visitors do not see either: `<noscript>`, and those whose class a
/// script hides; only such as are new.
fn veiled(case: &Case) -> Vec<NodeId> {
    let page = case.now.page;
    let before = approved_digests(case);
    let classes = classes_hidden_by_scripts(case);
    let veils = page.elements().filter(|(id, element)| {
        let class = element.attribute("class").unwrap_or_default();
        let veiled = element.name == "noscript" || class.split_ascii_whitespace().any(|name| classes.contains(name));
        veiled && !before.contains(&page.node(*id).digest)
    });
    veils.map(|(id, _)| id).take(200).collect()
}

fn approved_digests(case: &Case) -> HashSet<crate::model::Digest> {
    let nodes = case.approved.into_iter().flat_map(|compared| &compared.version.page.nodes);
    nodes.filter(|node| matches!(node.kind, NodeKind::Element(_))).map(|node| node.digest).collect()
}

/// Classes that a script hides: `.name{…position:absolute…}` in what it writes, decoded layers included.
fn classes_hidden_by_scripts(case: &Case) -> HashSet<String> {
    let inline = case.now.page.elements_named("script").take(200).map(|(id, _)| case.now.page.text(id, 65_536));
    let layers = case.now.scripts.iter().flat_map(|report| report.layers.iter().map(|layer| layer.text.clone()));
    let written = case.now.scripts.iter().flat_map(|report| report.markup.iter().cloned());
    let mut classes = HashSet::new();
    for text in inline.filter(|text| text.contains("<style") || text.contains("cssText")).chain(layers).chain(written) {
        for (at, _) in text.match_indices('{').take(500) {
            let style = text.get(at + 1..).and_then(|rest| rest.split('}').next()).unwrap_or_default();
            let name = text[..at].trim_end().rsplit(|c: char| !(c.is_alphanumeric() || "-_.".contains(c))).next();
            if let Some(class) = name.and_then(|name| name.strip_prefix('.')).filter(|_| hides(style)) {
                classes.insert(class.to_owned());
            }
        }
    }
    classes
}

/// Whether a style hides, as scripts write it.
fn hides(style: &str) -> bool {
    let style: String = style.to_ascii_lowercase().chars().filter(|c| !c.is_whitespace()).take(400).collect();
    let off = ["left:-", "top:-", "text-indent:-", "clip:rect("].iter().any(|place| style.contains(place));
    style.contains("display:none") || style.contains("visibility:hidden") || style.contains("height:0") || off
}

/// Nodes that were inserted since the approved page, and links that were rewritten; those of one parent together.
fn inserted(case: &Case) -> Vec<Vec<NodeId>> {
    let page = case.now.page;
    let changes = case.approved.into_iter().flat_map(|compared| &compared.difference.changes);
    let mut places: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
    for change in changes {
        let Some(node) = change.new.filter(|node| node.index() < page.nodes.len()) else { continue };
        let is_link = page.element(node).is_some_and(|element| element.name == "a");
        if change.kind == ChangeKind::Insert || (change.kind == ChangeKind::Update && is_link) {
            places.entry(page.node(node).parent).or_default().push(node);
        }
    }
    places.into_values().take(500).collect()
}

fn planted(links: &Links, case: &Case) -> Found {
    let severity = match (case.approved.is_some(), !links.spam.any()) {
        (true, _) | (false, false) => Severity::High,
        (false, true) => Severity::Medium,
    };
    let sure = case.approved.is_some() || links.spam.any();
    let confidence = if sure { Confidence::Firm } else { Confidence::Tentative };
    let words = Words::new(
        format!("{} links to unknown sites stand where only robots read", links.unknown),
        format!("検索ロボットだけが読む場所に、無関係なサイトへのリンクが{}件あります", links.unknown),
    );
    Found::new(severity, confidence, words).evidence(links.evidence())
}

fn spam(links: &Links) -> Found {
    let severity = if links.spam.all().count() >= 2 || links.unknown >= 10 { Severity::High } else { Severity::Medium };
    let listed: Vec<_> = links.spam.all().take(5).collect();
    let words = Words::new(
        format!("{} new links to unknown sites carry words of planted spam ({})", links.unknown, listed.join(", ")),
        format!("スパムの語({})を含む無関係なサイトへのリンクが{}件追加されました", listed.join("、"), links.unknown),
    );
    Found::new(severity, Confidence::Firm, words).plane(Plane::Content).evidence(links.evidence())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_no_language() {
        let noise = "ca c4cf. dh7a 26 k 9 x1 ".repeat(80);
        assert!(is_noise(&noise));
        assert!(!is_noise(&"The mayor of the city is in it as he or we do so ".repeat(40)));
        assert!(!is_noise(&"例示市 a1 b2 c3 ".repeat(200)));
        assert!(!is_noise("a1 b2"));
    }

    #[test]
    fn styles_that_hide() {
        assert!(hides("position: absolute; left: -999px"));
        assert!(hides("DISPLAY : none"));
        assert!(!hides("color:red;left:0"));
    }
}
