//! Rule `missing-integrity`: a pinned script of another site that comes without a digest.

use super::support::{address, service};
use super::{Detector, Findings, Found};
use crate::model::{ActiveItem, ActiveKind, Case, Confidence, Plane, Rule, Severity, StaticWords, Words};

/// # What it finds
///
/// A script or stylesheet of another site under an address that names its release (`/3.7.1/jquery.min.js`,
/// `/npm/vue@3.4.21/…`), without an `integrity` attribute. It is told once, when it is new, as advice.
///
/// # Why it matters
///
/// A release never changes. With its digest in the page, browsers refuse a file that was replaced on the other host.
///
/// # Example
///
/// ```html
/// <script src="https://cdn.jsdelivr.net/npm/vue@3.4.21/dist/vue.global.prod.js"></script>
/// ```
///
/// # Known false alarms
///
/// None that cost anything: it never makes a verdict.
///
/// # References
///
/// W3C, Subresource Integrity.
pub(super) struct MissingIntegrity;

static RULE: Rule = Rule {
    id: "missing-integrity",
    title: StaticWords { en: "Script without a digest", ja: "完全性の指定がない外部スクリプト" },
    why: StaticWords {
        en: "This file comes from another site and never changes under this address. With an integrity attribute browsers would refuse one that was replaced.",
        ja: "このファイルは別サイトから読み込まれ、このURLでは内容が変わりません。integrity 属性を付けると、すり替えられたファイルをブラウザが拒否します。",
    },
    first_step: StaticWords {
        en: "No hurry: at the next update add `integrity` and `crossorigin` to the tag, or put the file on your own host.",
        ja: "急ぎではありません。次の更新の際に、タグへ integrity と crossorigin を追加するか、ファイルを自サイトに置いてください。",
    },
};

impl Detector for MissingIntegrity {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        for (item, _) in case.new_items().filter(|(item, _)| item.foreign && is_loaded(item)) {
            let integrity = case.now.page.element(item.node).and_then(|element| element.attribute("integrity"));
            if integrity.is_some_and(|value| !value.trim().is_empty()) || !is_pinned(item) {
                continue;
            }
            let words = Words::new(
                "a release of a file on another site is loaded without a digest (integrity)",
                "版を固定した外部ファイルが、完全性の指定(integrity)なしに読み込まれています",
            );
            out.add(Found::new(Severity::Low, Confidence::Certain, words).on(item).plane(Plane::Content));
        }
    }
}

fn is_loaded(item: &ActiveItem) -> bool {
    matches!(item.kind, ActiveKind::LinkedScript | ActiveKind::Stylesheet)
}

/// Whether the address names a whole release (two numbers at least) of something that does not change by nature.
fn is_pinned(item: &ActiveItem) -> bool {
    let Some(url) = address(item) else { return false };
    let changes =
        url.host_str().and_then(|host| service(host, url.path())).is_some_and(super::support::Service::changes);
    let is_release = |word: &str| {
        let numbers: Vec<&str> = word.split('.').take(3).collect();
        numbers.len() == 3 && numbers.iter().all(|number| number.starts_with(|c: char| c.is_ascii_digit()))
    };
    !changes && url.path().split(['/', '@', '-']).any(is_release)
}
