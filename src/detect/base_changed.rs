//! Rule `base-changed`: the address against which all relative links of the page are read.

use super::support::{Hosts, Standing, address};
use super::{Detector, Findings, Found};
use crate::model::{ActiveItem, ActiveKind, Case, Confidence, Rule, Severity, StaticWords, Words};

/// # What it finds
///
/// A `<base>` that is new, leads elsewhere than the approved one, or is gone. Browsers obey the first one of a page.
///
/// # Why it matters
///
/// One small element moves every relative script, link and form of the page to another server.
///
/// # Example
///
/// ```html
/// <base href="https://mirror.example/">
/// ```
///
/// # Known false alarms
///
/// Frameworks write a base of the site itself: told as medium when it is new, low when only `http` became `https` or
/// `www` was added. Saved copies of pages carry a base to their original: low when nothing was approved yet.
///
/// # References
///
/// WHATWG HTML, "The base element".
pub(super) struct BaseChanged;

static RULE: Rule = Rule {
    id: "base-changed",
    title: StaticWords { en: "Base address changed", ja: "基準URL(base)の変更" },
    why: StaticWords {
        en: "The base address decides where every relative script, link and form of the page leads. One changed line can hand the whole page to another server.",
        ja: "基準URLは、ページ内の相対指定のスクリプト・リンク・フォームすべての行き先を決めます。1行の変更でページ全体が別のサーバーに渡ります。",
    },
    first_step: StaticWords {
        en: "Check whether the maintainers set this base element. If not, take the page offline until it is removed and find out how it was written there.",
        ja: "この base 要素を保守担当者が設定したか確認してください。違う場合は除去するまで公開を止め、書き込まれた経路を調べてください。",
    },
};

impl Detector for BaseChanged {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let hosts = Hosts::of(case);
        for (item, old) in case.new_items().filter(|(item, _)| item.kind == ActiveKind::Base) {
            let (severity, confidence) = weigh(case, item, old, &hosts);
            out.add(Found::new(severity, confidence, words(item)).on(item));
        }
        let Some(compared) = case.approved else { return };
        for change in compared.difference.active.iter().filter(|change| change.new.is_none()) {
            let gone = change.old.and_then(|old| compared.version.page.active.get(old));
            if let Some(old) = gone.filter(|old| old.kind == ActiveKind::Base) {
                let words = Words::new("the page's base address is gone", "ページの基準URL(base)がなくなりました");
                out.add(Found::new(Severity::Low, Confidence::Firm, words).gone(old));
            }
        }
    }
}

fn weigh(case: &Case, item: &ActiveItem, old: Option<&ActiveItem>, hosts: &Hosts) -> (Severity, Confidence) {
    if case.approved.is_none() {
        let severity = if item.foreign { Severity::Low } else { Severity::Info };
        return (severity, Confidence::Firm);
    }
    let Some(url) = address(item) else { return (Severity::Medium, Confidence::Firm) };
    let same_path = old.and_then(address).is_some_and(|old| old.path() == url.path());
    match hosts.standing_of(item, &url) {
        Standing::Own if same_path => (Severity::Low, Confidence::Firm),
        Standing::Own => (Severity::Medium, Confidence::Firm),
        Standing::Approved => (Severity::High, Confidence::Firm),
        _ => (Severity::Critical, Confidence::Firm),
    }
}

fn words(item: &ActiveItem) -> Words {
    let target = item.host.as_deref().unwrap_or(&item.value);
    Words::new(
        format!("all relative addresses of the page now lead to {target}"),
        format!("ページ内の相対URLがすべて {target} を基準に解釈されます"),
    )
}
