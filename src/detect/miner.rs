//! Rule `miner`: a script that mines cryptocurrency on visitors' computers.

use super::support::{around, new_scripts};
use super::{Detector, Findings, Found};
use crate::model::{ActiveKind, Case, Confidence, Rule, ScriptReport, Severity, StaticWords, Words};

/// # What it finds
///
/// A script of a miner, by the names that its programs and pools have: in the page, in the address of a linked script, or in
/// a decoded layer.
///
/// # Why it matters
///
/// Miners came onto thousands of public sites at once in 2018 through one reading-aloud service, and are still put onto
/// hacked pages. In Japan running one without consent has been a matter for courts.
///
/// # Example
///
/// ```js
/// var miner = new CoinHive.Anonymous("site-key"); miner.start();
/// ```
///
/// # Known false alarms
///
/// Pages that write about miners hold their names in text: a name counts where code calls it, where it stands in an address,
/// or where the script opens a socket or a worker; never in data. No service of a public body uses one.
///
/// # References
///
/// Coinhive (2017–2019); the Browsealoud incident (2018-02).
pub(super) struct Miner;

static RULE: Rule = Rule {
    id: "miner",
    title: StaticWords { en: "Cryptocurrency miner", ja: "暗号資産の採掘スクリプト" },
    why: StaticWords {
        en: "The page makes visitors' computers work for somebody who mines cryptocurrency.",
        ja: "ページが閲覧者のパソコンを無断で暗号資産の採掘(マイニング)に使います。",
    },
    first_step: StaticWords {
        en: "Ask the site's maintainers whether they added this script. If nobody did, keep a copy of the page and its script files, take them offline, and change FTP and CMS passwords from a clean computer.",
        ja: "このスクリプトを追加したか保守担当者に確認してください。心当たりがなければ、ページとスクリプトファイルの写しを残して公開を止め、安全な端末からFTPとCMSのパスワードを変更してください。",
    },
};

impl Detector for Miner {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let linked = case.new_items().map(|(item, _)| item).filter(|item| item.kind == ActiveKind::LinkedScript);
        for item in linked {
            out.extend(named(&item.value.to_ascii_lowercase()).map(|name| found(case, name).on(item)));
        }
        for script in new_scripts(case) {
            let Some(name) = script.words().iter().find_map(|text| used(text, script.report)) else { continue };
            let found = found(case, name).on(script.item);
            out.add(match script.layer_with(name) {
                Some(layer) => found.decoded(around(layer, name)),
                None => found.evidence(around(&script.item.value, name)),
            });
        }
    }
}

/// Names of miners' programs, classes and algorithms.
const NAMES: [&str; 18] = [
    "coinhive",
    "coin-hive",
    "authedmine",
    "coinimp",
    "client.anonymous(",
    "cryptonight",
    "crypto-loot",
    "cryptoloot",
    "deepminer",
    "webminepool",
    "webminerpool",
    "jsecoin",
    "minero.cc",
    "coinhave",
    "coin-have",
    "monerominer",
    "worker-asmjs.min.js",
    "throttleminer",
];

fn named(text: &str) -> Option<&'static str> {
    NAMES.iter().find(|name| text.contains(**name)).copied()
}

/// The name of a miner that a script uses, and does not only speak of.
fn used(text: &str, report: &ScriptReport) -> Option<&'static str> {
    let works = report.actions.iter().any(|action| ["WebSocket", "Worker"].contains(&action.by.as_str()));
    // In data addresses are spoken of too.
    let states = report.state.is_some() && report.actions.is_empty();
    let is_used = |at, name: &str| works || is_called(text, at, name) || (!states && is_addressed(text, at, name));
    NAMES.iter().find(|name| text.match_indices(**name).any(|(at, _)| is_used(at, name))).copied()
}

fn is_called(text: &str, at: usize, name: &str) -> bool {
    let before = text.get(..at).unwrap_or_default();
    name.ends_with('(')
        || before.ends_with("new ")
        || text.get(at + name.len()..).is_some_and(|rest| rest.starts_with('('))
}

/// Whether a name is part of an address or of another name.
fn is_addressed(text: &str, at: usize, name: &str) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let after = text.get(at + name.len()..).unwrap_or_default();
    let dotted = after.strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
    name.contains('.') || before.ends_with(['/', '.', '_']) || dotted || after.starts_with('_')
}

fn found(case: &Case, name: &str) -> Found {
    let severity = if case.approved.is_some() { Severity::Critical } else { Severity::High };
    let words = Words::new(
        format!("a script mines cryptocurrency on visitors' computers ({name})"),
        format!("スクリプトが閲覧者の端末で暗号資産を採掘します({name})"),
    );
    Found::new(severity, Confidence::Firm, words)
}
