//! Rule `script-in-text-element`: script markup where only text belongs, and one script repeated all over the page.

use super::support::{Hosts, Standing, cut};
use super::{Detector, Findings, Found};
use crate::model::{
    ActiveItem, ActiveKind, Case, Confidence, MAX_EVIDENCE, NodeId, NodeKind, Page, Plane, Rule, Severity, StaticWords,
    Words,
};
use std::collections::{BTreeMap, HashSet};
use url::Url;

/// # What it finds
///
/// The text `<script`, also escaped, inside the title, a text field or an attribute, or as readable text with a source
/// on another host; and the same new script of an unknown host twice or more in one page.
///
/// # Why it matters
///
/// Mass attacks on databases append a script to every text column. The content system then prints it wherever such a
/// text is shown: in titles, descriptions and tables. Even where it does not run, the database was written to.
///
/// # Example
///
/// ```html
/// <title>お知らせ</title><script src=http://b.example/ur.php></script></title>
/// <td>防災情報&lt;script src=http://b.example/ur.php&gt;</td>
/// ```
///
/// # Known false alarms
///
/// Pages that teach programming quote markup in `pre` and `code`: quiet there. Text fields that offer markup to copy
/// ("embed this") and data attributes with templates: low when they are new.
///
/// # References
///
/// Asprox (2008), LizaMoon (2011), lilupophilupop (2011-12, 23,200 Japanese pages).
pub(super) struct ScriptInTextElement;

static RULE: Rule = Rule {
    id: "script-in-text-element",
    title: StaticWords { en: "Script markup where text belongs", ja: "文字欄に混入したスクリプト" },
    why: StaticWords {
        en: "Script markup stands where only text belongs. This is the trace of an attack that wrote to the site's database.",
        ja: "文字だけが入る場所にスクリプトが混入しています。データベースに書き込む攻撃(SQLインジェクション等)の痕跡です。",
    },
    first_step: StaticWords {
        en: "Look for the same text in the content system's database; more pages are likely to be affected. Close the pages that write to the database until the hole is found.",
        ja: "CMSのデータベースを同じ文字列で検索してください。他のページも影響を受けている可能性があります。原因が分かるまで、登録・更新画面を停止してください。",
    },
};

impl Detector for ScriptInTextElement {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let found = each(case.now.page);
        let approved = case.approved.filter(|_| !found.is_empty()).map(|compared| each(compared.version.page));
        let known: HashSet<_> = approved.unwrap_or_default().into_iter().map(|(_, _, text)| text).collect();
        for (node, place, text) in found.into_iter().filter(|(_, _, text)| !known.contains(text)) {
            let Some((severity, confidence)) = weigh(place, text, case.approved.is_none()) else { continue };
            let plane = if place == Place::Text { Plane::Content } else { Plane::Active };
            let found = Found::new(severity, confidence, words(place)).plane(plane).at(node);
            out.add(found.evidence(around(text)));
        }
        repeated(case, out);
    }
}

/// Where script markup stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Title,
    TextField,
    /// An attribute that people read: `alt`, `title`, `content`, `placeholder`, `href` …
    Attribute,
    /// An attribute that may well hold markup: `data-…`, `value`.
    DataAttribute,
    /// Readable text.
    Text,
}

/// Each text with script markup that stands where only text belongs.
fn each(page: &Page) -> Vec<(NodeId, Place, &str)> {
    let mut found: Vec<(NodeId, Place, &str)> = Vec::new();
    let mut quoted_to = 0;
    for id in page.ids() {
        let node = page.node(id);
        match &node.kind {
            NodeKind::Element(element) => {
                if matches!(
                    element.name.as_str(),
                    "script" | "style" | "pre" | "code" | "template" | "noscript" | "samp"
                ) {
                    quoted_to = quoted_to.max(id.index() + node.size as usize);
                }
                for (name, value) in element.attributes.iter().filter(|(_, value)| has_script(value)) {
                    if let Some(place) = attribute_place(&element.name, name) {
                        found.push((id, place, value));
                    }
                }
            }
            NodeKind::Text(text) if id.index() >= quoted_to && has_script(text) => {
                let parent = page.element(node.parent).map_or("", |element| element.name.as_str());
                let place = match parent {
                    "title" => Place::Title,
                    "textarea" => Place::TextField,
                    _ => Place::Text,
                };
                found.push((id, place, text));
            }
            _ => {}
        }
    }
    found
}

fn attribute_place(element: &str, name: &str) -> Option<Place> {
    let acts = name.starts_with("on") || matches!(name, "srcdoc" | "srcset");
    let data = name.starts_with("data-") || name == "value" || name.contains(':') || element.contains('-');
    match (acts, data) {
        (true, _) => None,
        (false, true) => Some(Place::DataAttribute),
        (false, false) => Some(Place::Attribute),
    }
}

/// Whether a text opens a script with a source, plain or escaped.
fn has_script(text: &str) -> bool {
    opening(text).is_some()
}

/// Where a text opens a script: the token, plain or escaped, and after it a source or the end of code.
fn opening(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let at = memchr::memchr2_iter(b'<', b';', bytes).find_map(|at| {
        let word = bytes.get(at + 1..at + 7)?;
        let start = match bytes.get(..=at)? {
            before if before.ends_with(b"<") => at,
            before if before.ends_with(b"&lt;") => at - 3,
            before if before.ends_with(b"&#60;") => at - 4,
            _ => return None,
        };
        word.eq_ignore_ascii_case(b"script").then_some(start)
    })?;
    let rest = tag_on(text, at);
    (rest.contains("src") || rest.contains("/script")).then_some(at)
}

/// A readable length of text from a place on, in lower case.
fn tag_on(text: &str, at: usize) -> String {
    const ENOUGH: usize = 4096;
    let end = text.floor_char_boundary(at.saturating_add(ENOUGH).min(text.len()));
    text.get(at..end).unwrap_or_default().to_ascii_lowercase()
}

/// Whether the script that a text opens has a source on some host.
fn names_host(text: &str) -> bool {
    let rest = opening(text).map(|at| tag_on(text, at)).unwrap_or_default();
    let tag = rest.split_once('>').map_or(rest.as_str(), |(tag, _)| tag);
    tag.split_once("src").is_some_and(|(_, source)| source.contains("//"))
}

fn weigh(place: Place, text: &str, first_sight: bool) -> Option<(Severity, Confidence)> {
    let hosted = names_host(text);
    let weight = match (place, first_sight) {
        (Place::Title, false) => (Severity::Critical, Confidence::Firm),
        (Place::Title, true) => (Severity::High, Confidence::Firm),
        (Place::Attribute, false) => (Severity::High, Confidence::Firm),
        (Place::Attribute, true) if hosted => (Severity::High, Confidence::Tentative),
        (Place::Attribute, true) => (Severity::Low, Confidence::Tentative),
        (Place::Text, false) if hosted => (Severity::High, Confidence::Tentative),
        (Place::TextField | Place::DataAttribute, false) if hosted => (Severity::Medium, Confidence::Tentative),
        (Place::TextField | Place::DataAttribute, false) => (Severity::Low, Confidence::Tentative),
        _ => return None,
    };
    Some(weight)
}

fn words(place: Place) -> Words {
    let (en, ja) = match place {
        Place::Title => ("the title", "タイトル"),
        Place::TextField => ("a text field", "入力欄"),
        Place::Attribute | Place::DataAttribute => ("an attribute", "属性"),
        Place::Text => ("readable text", "本文の文字列"),
    };
    Words::new(format!("script markup stands in {en}"), format!("{ja}にスクリプトの記述が混入しています"))
}

/// The text from a little before the markup on.
fn around(text: &str) -> String {
    let at = opening(text).unwrap_or(0);
    let from = text.floor_char_boundary(at.saturating_sub(60));
    cut(text.get(from..).unwrap_or_default(), MAX_EVIDENCE)
}

/// The same script of an unknown host, twice and more.
fn repeated(case: &Case, out: &mut Findings) {
    let hosts = Hosts::of(case);
    let mut uses: BTreeMap<&str, Vec<&ActiveItem>> = BTreeMap::new();
    for (item, _) in case.new_items().filter(|(item, _)| item.kind == ActiveKind::LinkedScript && item.foreign) {
        uses.entry(&item.value).or_default().push(item);
    }
    for (value, items) in uses.iter().filter(|(_, items)| items.len() > 1) {
        let unknown = Url::parse(value).is_ok_and(|url| hosts.standing(&url) == Standing::Unknown);
        let Some(first) = items.first().filter(|_| unknown) else { continue };
        let (severity, confidence) = match case.approved {
            Some(_) => (Severity::Critical, Confidence::Firm),
            None if items.len() > 2 => (Severity::Medium, Confidence::Tentative),
            None => (Severity::Info, Confidence::Tentative),
        };
        let count = items.len();
        let words = Words::new(
            format!("the same script of another site stands in the page {count} times"),
            format!("別サイトの同じスクリプトがページ内に{count}か所あります"),
        );
        out.add(Found::new(severity, confidence, words).on(first));
    }
}
