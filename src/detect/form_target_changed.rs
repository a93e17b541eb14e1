//! Rule `form-target-changed`: where the page's forms send what people enter.

use super::support::{Hosts, Scripts, Standing};
use super::{Detector, Findings, Found};
use crate::model::{ActiveItem, ActiveKind, Case, Confidence, NodeId, Page, Rule, Severity, StaticWords, Words};
use std::collections::HashMap;
use url::Url;

/// Longest code in which targets are looked for, in bytes.
const MAX_CODE: usize = 65_536;
/// Most places in one piece of code that are looked at.
const MAX_TARGETS: usize = 200;

/// # What it finds
///
/// A form, or a button with its own target (`formaction`), that now sends to another site: the target of an approved
/// form was changed, a new form leads there, or new code in the page assigns such a target. Forms that ask for a password
/// or a card are the worst, whoever the other site is.
///
/// # Why it matters
///
/// What people enter goes to whoever stands in the form's target: applications, passwords, card numbers.
///
/// # Example
///
/// ```html
/// <form action="https://collect.example/save.php" method="post">
/// ```
///
/// # Known false alarms
///
/// A new search box or form service that the owner added: medium for well-known ones. Search boxes that the approved
/// page has are quiet.
///
/// # References
///
/// Card skimming on a Japanese city's donation pages, 2023-06; OWASP, form action hijacking.
pub(super) struct FormTargetChanged;

static RULE: Rule = Rule {
    id: "form-target-changed",
    title: StaticWords { en: "Form sends elsewhere", ja: "フォームの送信先の変更" },
    why: StaticWords {
        en: "What visitors enter is sent to another site than the one approved. It may be stolen.",
        ja: "閲覧者の入力内容が、承認済みとは別のサイトに送られます。盗み取られるおそれがあります。",
    },
    first_step: StaticWords {
        en: "Ask the maintainers whether they changed the form. If not, close the form at once and find out since when it sent data elsewhere.",
        ja: "フォームを変更したか保守担当者に確認してください。心当たりがなければ直ちにフォームを停止し、いつから外部に送られていたかを調べてください。",
    },
};

impl Detector for FormTargetChanged {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let hosts = Hosts::of(case);
        let mut asked = HashMap::new();
        for (item, old) in case.new_items().filter(|(item, _)| item.kind == ActiveKind::Form && item.foreign) {
            let Ok(url) = Url::parse(&item.value) else { continue };
            let form = form_of(case.now.page, item.node);
            let secret = form.and_then(|form| *asked.entry(form).or_insert_with(|| asks_for(case.now.page, form)));
            let weighed = match case.approved {
                None => secret.and_then(|_| at_first_sight(&hosts, &url)),
                // The same site with another path or method is no other target.
                Some(_) if old.is_some_and(|old| old.host == item.host) => Some((Severity::Medium, Confidence::Firm)),
                Some(_) => Some(weigh(&hosts, &url, secret.is_some(), old.is_some())),
            };
            if let Some((severity, confidence)) = weighed {
                out.add(Found::new(severity, confidence, words(item, old, secret)).on(item));
            }
        }
        if case.approved.is_some() {
            by_scripts(case, &hosts, out);
        }
    }
}

fn at_first_sight(hosts: &Hosts, url: &Url) -> Option<(Severity, Confidence)> {
    match hosts.standing(url) {
        Standing::Imitation(_) => Some((Severity::High, Confidence::Firm)),
        Standing::Unknown => Some((Severity::Medium, Confidence::Tentative)),
        _ => None,
    }
}

/// Code in the page that gives a form a target on another site.
fn by_scripts(case: &Case, hosts: &Hosts, out: &mut Findings) {
    let scripts = Scripts::of(&case.now);
    let code = |kind| matches!(kind, ActiveKind::InlineScript | ActiveKind::EventHandler | ActiveKind::ScriptUrl);
    for (item, old) in case.new_items().filter(|(item, _)| code(item.kind)) {
        let targets = scripts.texts(item).flat_map(targets);
        let known = |raw: &str| old.is_some_and(|old| old.value.contains(raw));
        for raw in targets.filter(|raw| !known(raw)) {
            let Some(url) = hosts.resolve(raw) else { continue };
            let severity = match hosts.standing(&url) {
                Standing::Own => continue,
                Standing::Approved => Severity::Medium,
                Standing::Service(service) if !service.is_open() => Severity::Medium,
                _ => Severity::High,
            };
            let host = url.host_str().unwrap_or_default();
            let words = Words::new(
                format!("code in the page makes a form send to another site, {host}"),
                format!("ページ内のコードが、フォームの送信先を別サイト {host} に変えます"),
            );
            out.add(Found::new(severity, Confidence::Firm, words).on(item).evidence(around(&item.value, raw)));
        }
    }
}

/// The absolute addresses that code assigns to the target of a form.
fn targets(code: &str) -> impl Iterator<Item = &str> {
    let code = code.get(..code.floor_char_boundary(MAX_CODE)).unwrap_or_default();
    let places = ["action", "formAction", "formaction"].into_iter().flat_map(move |name| code.match_indices(name));
    places.take(MAX_TARGETS).filter_map(move |(at, name)| {
        let before = code.get(..at)?.chars().next_back()?;
        let rest = code.get(at + name.len()..)?.trim_start_matches(['"', '\'', ']']).trim_start();
        let assigned = rest.strip_prefix(['=', ',', ':']).filter(|rest| !rest.starts_with('='))?.trim_start();
        let value = assigned.trim_start_matches(['(', '\\']).strip_prefix(['"', '\'', '`'])?;
        let raw = value.split(['"', '\'', '`', '\\', ' ', '<', '>']).next()?;
        let absolute = raw.starts_with("//") || raw.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http"));
        (matches!(before, '.' | '"' | '\'' | '[' | ' ' | '{' | ',') && absolute && raw.len() < 2_048).then_some(raw)
    })
}

/// The code around an address.
fn around<'a>(code: &'a str, raw: &'a str) -> &'a str {
    let Some(at) = code.find(raw) else { return raw };
    code.get(code.floor_char_boundary(at.saturating_sub(120))..code.ceil_char_boundary((at + 300).min(code.len())))
        .unwrap_or(raw)
}

fn weigh(hosts: &Hosts, url: &Url, secret: bool, replaced: bool) -> (Severity, Confidence) {
    match hosts.standing(url) {
        Standing::Approved | Standing::Service(_) if secret => (Severity::High, Confidence::Firm),
        Standing::Service(service) if service.is_open() && replaced => (Severity::High, Confidence::Firm),
        Standing::Own | Standing::Approved | Standing::Service(_) => (Severity::Medium, Confidence::Firm),
        Standing::Imitation(_) => (Severity::Critical, Confidence::Firm),
        Standing::Unknown if secret || replaced => (Severity::Critical, Confidence::Firm),
        Standing::Unknown => (Severity::High, Confidence::Firm),
    }
}

/// The form that a form or control belongs to.
fn form_of(page: &Page, node: NodeId) -> Option<NodeId> {
    let mut above = std::iter::once(node).chain(page.ancestors(node));
    above.find(|id| page.element(*id).is_some_and(|element| element.name == "form"))
}

/// What kind of secret the controls of a form ask for.
fn asks_for(page: &Page, form: NodeId) -> Option<(&'static str, &'static str)> {
    page.subtree(form).filter_map(|id| page.element(id)).filter(|element| element.name == "input").find_map(|input| {
        let attribute = |name| input.attribute(name).unwrap_or_default().to_ascii_lowercase();
        if attribute("type") == "password" {
            return Some(("a password", "パスワード"));
        }
        let names = [attribute("autocomplete"), attribute("name"), attribute("id")].join(" ");
        let card = ["cc-number", "cc-csc", "cardnumber", "card_number", "card-number", "creditcard", "cvv", "cvc"];
        card.iter().any(|word| names.contains(word)).then_some(("a card number", "カード番号"))
    })
}

fn words(item: &ActiveItem, old: Option<&ActiveItem>, secret: Option<(&str, &str)>) -> Words {
    let host = item.host.as_deref().unwrap_or_default();
    let (asked, asked_ja) =
        secret.map_or_else(Default::default, |(en, ja)| (format!(" that asks for {en}"), format!("{ja}を求める")));
    let before = old.and_then(|old| old.host.as_deref());
    match before.filter(|before| *before != host) {
        Some(before) => Words::new(
            format!("a form{asked} now sends to {host} instead of {before}"),
            format!("{asked_ja}フォームの送信先が {before} から {host} に変わりました"),
        ),
        None => Words::new(
            format!("a form{asked} sends to another site, {host}"),
            format!("{asked_ja}フォームが別サイト {host} に送信します"),
        ),
    }
}
