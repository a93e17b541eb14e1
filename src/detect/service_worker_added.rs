//! Rule `service-worker-added`: the page installs a service worker that was not approved.

use super::support::new_scripts;
use super::{Detector, Findings, Found};
use crate::model::{Action, Case, Confidence, Rule, Severity, Sink, StaticWords, Words};
use std::collections::HashSet;

/// # What it finds
///
/// A registration of a service worker that the approved page does not have. One whose script is decoded first, or comes from
/// an unknown host, is told as worse.
///
/// # Why it matters
///
/// A service worker answers in place of the server. An attacker who can install one keeps control of visitors after the
/// page itself is cleaned.
///
/// # Example
///
/// ```js
/// navigator.serviceWorker.register("/sw.js");
/// ```
///
/// # Known false alarms
///
/// Sites that become installable apps or send notices register one on purpose: approve it once. Without an approved page it
/// is no more than information.
///
/// # References
///
/// Web push abuse on hacked sites (since 2019).
pub(super) struct ServiceWorkerAdded;

static RULE: Rule = Rule {
    id: "service-worker-added",
    title: StaticWords { en: "Service worker added", ja: "サービスワーカーの追加" },
    why: StaticWords {
        en: "The page installs a program in visitors' browsers that stays after they leave, and can change every later page of the site.",
        ja: "ページが閲覧者のブラウザに常駐プログラム(サービスワーカー)を登録します。サイトを離れた後も残り、以後の表示をすべて書き換えられます。",
    },
    first_step: StaticWords {
        en: "Ask the site's maintainers whether they added this script. If nobody did, keep a copy of the page and its script files, take them offline, and change FTP and CMS passwords from a clean computer.",
        ja: "このスクリプトを追加したか保守担当者に確認してください。心当たりがなければ、ページとスクリプトファイルの写しを残して公開を止め、安全な端末からFTPとCMSのパスワードを変更してください。",
    },
};

impl Detector for ServiceWorkerAdded {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let approved = case.approved.into_iter().flat_map(|compared| compared.version.scripts);
        let known: HashSet<&str> =
            approved.flat_map(|report| registrations(&report.actions)).map(|action| action.target.as_str()).collect();
        for script in new_scripts(case) {
            for action in registrations(&script.report.actions).filter(|action| !known.contains(action.target.as_str()))
            {
                out.add(found(action, case).on(script.item));
            }
        }
    }
}

fn registrations(actions: &[Action]) -> impl Iterator<Item = &Action> {
    actions.iter().filter(|action| action.sink == Sink::ServiceWorker)
}

fn found(action: &Action, case: &Case) -> Found {
    let (severity, confidence) = match (action.decoded, case.approved.is_some()) {
        (true, _) => (Severity::High, Confidence::Firm),
        (false, true) => (Severity::Medium, Confidence::Firm),
        (false, false) => (Severity::Info, Confidence::Firm),
    };
    let words = Words::new(
        format!("the page installs the service worker {}", action.target),
        format!("ページがサービスワーカー {} を登録します", action.target),
    );
    Found::new(severity, confidence, words).decoded(&action.target)
}
