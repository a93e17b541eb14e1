//! Rule `conditional-redirect`: a script looks at the visitor, and then goes to another site.

use super::support::{Hosts, NewScript, new_scripts};
use super::{Detector, Findings, Found};
use crate::model::{Action, Case, Confidence, Looks, Rule, Severity, Sink, StaticWords, Words};

/// # What it finds
///
/// A new script that looks at the referrer, browser, cookies, language or screen, and then leaves for an address on an
/// unknown host by itself; or one that looks at referrer and cookies, asks for code and runs it. What the script would do
/// is read from its decoded layers too.
///
/// # Why it matters
///
/// Hacked sites send only visitors from search engines to fake shops and fake updates; whoever types the address in sees
/// the ordinary page. In Japan this has been the most common injection since 2021.
///
/// # Example
///
/// ```js
/// if (/google|yahoo/.test(document.referrer)) { location.href = "https://shop.evil.example/"; }
/// ```
///
/// # Known false alarms
///
/// Redirects of mobile browsers or languages inside the own site are no finding; those to another site of the owner are
/// told once, until they are approved. Links that wait for a click are no redirects.
///
/// # References
///
/// JPCERT/CC quarterly report 2021 Q3 (redirects by referrer to fake shops); Sign1 (2023–2024); Parrot TDS (2019–).
pub(super) struct ConditionalRedirect;

static RULE: Rule = Rule {
    id: "conditional-redirect",
    title: StaticWords { en: "Redirect for chosen visitors", ja: "閲覧者を選ぶ転送" },
    why: StaticWords {
        en: "A script sends some visitors to another site, depending on where they come from or what they use. This is how search visitors are led to fake shops while the owner sees nothing.",
        ja: "スクリプトが、来訪元や利用環境によって一部の閲覧者を別サイトへ転送します。検索から来た人だけを偽サイトへ誘導し、管理者には正常に見せる手口です。",
    },
    first_step: StaticWords {
        en: "Ask the site's maintainers whether they added this script. If nobody did, keep a copy of the page and its script files, take them offline, and change FTP and CMS passwords from a clean computer.",
        ja: "このスクリプトを追加したか保守担当者に確認してください。心当たりがなければ、ページとスクリプトファイルの写しを残して公開を止め、安全な端末からFTPとCMSのパスワードを変更してください。",
    },
};

impl Detector for ConditionalRedirect {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let hosts = Hosts::of(case);
        out.extend(new_scripts(case).iter().filter_map(|script| judge(script, &hosts, case)));
    }
}

/// What tells visitors apart.
const TELLING: Looks =
    Looks::REFERRER.and(Looks::AGENT).and(Looks::COOKIE).and(Looks::LANGUAGE).and(Looks::WEBDRIVER).and(Looks::SCREEN);

fn judge(script: &NewScript, hosts: &Hosts, case: &Case) -> Option<Found> {
    leaves(script, hosts, case).or_else(|| fetches_code(script, case))
}

/// A script that asks for code and runs it, for those only who came from elsewhere and for the first time (Parrot).
fn fetches_code(script: &NewScript, case: &Case) -> Option<Found> {
    let chosen = |action: &&Action| action.after.has(Looks::REFERRER) && action.after.has(Looks::COOKIE);
    let actions = || script.report.actions.iter().filter(chosen);
    actions().find(|action| action.sink == Sink::Eval && action.target == "…")?;
    let asked = actions().find(|action| action.sink == Sink::Network)?;
    let severity = if case.approved.is_some() { Severity::Critical } else { Severity::High };
    let words = Words::new(
        "a script looks where the visitor came from, and then runs code that it is sent",
        "スクリプトが閲覧者の来訪元を調べたうえで、外から受け取ったコードを実行します",
    );
    Some(Found::new(severity, Confidence::Firm, words).on(script.item).evidence(asked.target.clone()))
}

fn leaves(script: &NewScript, hosts: &Hosts, case: &Case) -> Option<Found> {
    let leaves = script.foreign(hosts).into_iter().filter(|(action, _)| {
        action.sink == Sink::Navigate && !action.waits && action.by != "open" && action.after.has(TELLING)
    });
    let (action, host) = leaves.max_by_key(|(action, _)| (action.after.has(Looks::REFERRER), action.decoded))?;
    let by_referrer = action.after.has(Looks::REFERRER);
    let (severity, confidence) = match (case.approved.is_some(), by_referrer || action.decoded) {
        (true, true) => (Severity::Critical, Confidence::Firm),
        (true, false) | (false, true) => (Severity::High, Confidence::Firm),
        (false, false) => (Severity::Medium, Confidence::Tentative),
    };
    let looks: Vec<_> = action.after.names().collect();
    let words = Words::new(
        format!("a script looks at the visitor ({}) and then leaves for {host}", looks.join(", ")),
        format!("スクリプトが閲覧者の情報({})を調べ、{host} へ転送します", looks.join("、")),
    );
    let decoded = script.layer_with(&host).unwrap_or(&action.target);
    Some(Found::new(severity, confidence, words).on(script.item).decoded(decoded))
}
