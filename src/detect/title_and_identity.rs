//! Rule `title-and-identity`: title, language, charset or the address a page calls its own turned into another.

use super::support::{Hosts, Standing, cut, related, shares_no_word, spam_words, words};
use super::{Detector, Findings, Found};
use crate::model::{
    Case, Compared, Confidence, NodeId, Page, Plane, Rule, Severity, StaticWords, Words, language, same_site,
};
use std::collections::BTreeSet;

/// # What it finds
///
/// A title that shares no word with the approved one or with the organisation's name, a title full of spam words, a
/// declared language or a charset that turned into another, and canonical, Open Graph, alternate or icon addresses that
/// now point to another site.
///
/// # Why it matters
///
/// Title and canonical address are what search engines show. Attackers who sell places in search results change these
/// first, often for robots only; defacers write their name there.
///
/// # Example
///
/// ```html
/// <html lang="id"><title>Slot Gacor 2024</title><link rel="canonical" href="https://spam.example/">
/// ```
///
/// # Known false alarms
///
/// A new title written by an editor is told for review when nothing of the old one is left. Moving from Shift_JIS to
/// UTF-8 is low.
///
/// # References
///
/// The "Japanese keyword hack" and gambling spam on public sites (2013 until now); defacements in GB2312 and windows-1256.
pub(super) struct TitleAndIdentity;

static RULE: Rule = Rule {
    id: "title-and-identity",
    title: StaticWords { en: "Title or identity changed", ja: "タイトル・正規URL等の変化" },
    why: StaticWords {
        en: "Title, language or the address by which search engines know the page have changed. Spammers and defacers change these first.",
        ja: "タイトル、言語、検索エンジン向けの正規URLなどが変わりました。検索結果の悪用や改ざんで最初に変えられる部分です。",
    },
    first_step: StaticWords {
        en: "Compare with what you published. If it was not you, look at the page as a search engine shows it too, and keep copies of the page and the logs.",
        ja: "公開した内容と照らし合わせてください。心当たりがなければ、検索結果での表示も確認し、ページとログの写しを保存してください。",
    },
};

impl Detector for TitleAndIdentity {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let Some(compared) = case.approved else { return };
        let (old, new) = (compared.version.page, case.now.page);
        let flipped = language_turned(old, new);
        out.extend(flipped.clone());
        let recoded = charset_turned(old, new);
        out.extend(title_changed(case, &compared, flipped.is_some() || recoded.is_some()));
        out.extend(recoded);
        out.extend(addresses(case, old));
    }
}

fn found(severity: Severity, en: String, ja: String, evidence: String) -> Found {
    Found::new(severity, Confidence::Firm, Words::new(en, ja)).plane(Plane::Content).evidence(evidence)
}

/// The node of the first element of a name.
fn node(page: &Page, name: &str) -> NodeId {
    page.elements_named(name).map(|(id, _)| id).next().unwrap_or(NodeId::ROOT)
}

fn language_turned(old: &Page, new: &Page) -> Option<Found> {
    let (was, is) = (language(old)?, language(new)?);
    let evidence = format!("lang: {was} → {is}");
    (was != is).then(|| {
        let en = format!("the page's language turned from {was} into {is}");
        let ja = format!("ページの言語指定が {was} から {is} に変わりました");
        found(Severity::Medium, en, ja, evidence).at(node(new, "html"))
    })
}

fn charset_turned(old: &Page, new: &Page) -> Option<Found> {
    let (was, is) = new.charset.turned(&old.charset).filter(|(was, is)| !was.is_empty() && !is.is_empty())?;
    let severity = if is.eq_ignore_ascii_case("UTF-8") { Severity::Low } else { Severity::Medium };
    let en = format!("the page's character set turned from {was} into {is}");
    let ja = format!("ページの文字コードが {was} から {is} に変わりました");
    Some(found(severity, en, ja, format!("charset: {was} → {is}")).at(node(new, "head")))
}

fn title_changed(case: &Case, compared: &Compared, flipped: bool) -> Option<Found> {
    let (old, new) = (compared.version.page.title(), case.now.page.title());
    let shown = new.clone().unwrap_or_default();
    if old == new || old.as_deref().unwrap_or_default().is_empty() {
        return None;
    }
    let evidence = format!("{} → {}", cut(old.as_deref().unwrap_or_default(), 200), cut(&shown, 300));
    let place = node(case.now.page, "title");
    let new_words = spam_words(&shown).new_since(&spam_words(old.as_deref().unwrap_or_default()));
    if new_words.strong() >= 2 || (new_words.any() && shares_no_word(&old, &new)) {
        let en = "the title now carries the words of planted spam".to_owned();
        let ja = "タイトルにスパムサイトの語が入っています".to_owned();
        return Some(found(Severity::High, en, ja, evidence).at(place));
    }
    if shown.is_empty() {
        let (en, ja) = ("the page has no title any more", "ページのタイトルがなくなりました");
        return Some(found(Severity::Medium, en.into(), ja.into(), evidence).at(node(case.now.page, "head")));
    }
    let named = case.organisation.is_some_and(|name| !words(name).is_disjoint(&words(&shown)));
    (shares_no_word(&old, &new) && !named).then(|| {
        let severity = if flipped { Severity::High } else { Severity::Medium };
        let en = "the title shares no word with the approved one".to_owned();
        let ja = "タイトルが承認済みのものと一語も一致しません".to_owned();
        found(severity, en, ja, evidence).at(place)
    })
}

/// What an address on the page is for, by element and attribute.
const PURPOSES: [(&str, Severity, &str); 6] = [
    ("canonical", Severity::High, "正規URL(canonical)"),
    ("og:url", Severity::High, "og:url"),
    ("alternate", Severity::Medium, "別言語版(alternate)"),
    ("og:image", Severity::Medium, "og:image"),
    ("icon", Severity::Medium, "アイコン"),
    ("manifest", Severity::High, "マニフェスト"),
];

/// The addresses by which others know the page: purpose, node, address.
fn named(page: &Page) -> Vec<(&'static str, NodeId, &str)> {
    let purpose = |name: &str| PURPOSES.iter().map(|(known, ..)| *known).find(|known| *known == name);
    let mut found = Vec::new();
    for (id, link) in page.elements_named("link") {
        let rel = link.attribute("rel").unwrap_or_default().to_ascii_lowercase();
        let rels = rel.split_ascii_whitespace().map(|rel| if rel.ends_with("-icon") { "icon" } else { rel });
        let href = link.attribute("href").unwrap_or_default();
        found.extend(rels.filter_map(purpose).map(|purpose| (purpose, id, href)));
    }
    for (id, meta) in page.elements_named("meta") {
        let property = meta.attribute("property").or_else(|| meta.attribute("name")).unwrap_or_default();
        found.extend(purpose(property).map(|purpose| (purpose, id, meta.attribute("content").unwrap_or_default())));
    }
    found.truncate(200);
    found
}

/// Addresses that now point to another site and did not before. Where the names are related, the site may have moved.
fn addresses(case: &Case, old: &Page) -> Vec<Found> {
    let hosts = Hosts::of(case);
    let host = |address: &str| hosts.resolve(address).and_then(|url| url.host_str().map(str::to_owned));
    let before: BTreeSet<_> = named(old).into_iter().filter_map(|(kind, _, url)| Some((kind, host(url)?))).collect();
    let placed = case.now.url.is_some();
    let mut found = Vec::new();
    for (kind, id, address) in named(case.now.page) {
        let Some(url) = hosts.resolve(address) else { continue };
        let Some(its) = url.host_str() else { continue };
        let had = before.iter().any(|(known, _)| *known == kind);
        let same = before.iter().any(|(known, host)| *known == kind && same_site(host, its));
        if same || !(placed || had) || matches!(hosts.standing(&url), Standing::Own) {
            continue;
        }
        let known = matches!(hosts.linked(&url), Standing::Service(_) | Standing::Approved);
        let moved = before.iter().map(|(_, host)| host.as_str()).chain(case.now.url.and_then(|url| url.host_str()));
        let confidence =
            if moved.into_iter().any(|old| related(old, its)) { Confidence::Tentative } else { Confidence::Firm };
        let (_, severity, ja) = PURPOSES.iter().find(|(known, ..)| *known == kind).copied().unwrap_or(PURPOSES[0]);
        let severity = if known { severity.min(Severity::Low) } else { severity };
        let en = format!("the page's {kind} address now points to another site, {its}");
        let ja = format!("ページの{ja}が別サイト {its} を指すようになりました");
        let words = Words::new(en, ja);
        found.push(Found::new(severity, confidence, words).plane(Plane::Content).at(id).evidence(address));
    }
    found
}
