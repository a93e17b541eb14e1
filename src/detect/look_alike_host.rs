//! Rule `look-alike-host`: something comes from a host that imitates a well-known service.

use super::support::{Hosts, Standing, address, look_alike, new_scripts};
use super::{Detector, Findings, Found};
use crate::model::{Case, Confidence, Rule, Severity, StaticWords, Words, site};
use std::collections::HashSet;
use url::Url;

/// # What it finds
///
/// A script, frame, form or request whose host is a slip or two away from a well-known service (letters changed, left out,
/// swapped, or look-alikes such as `1` for `l` and `rn` for `m`), has its name with another ending, or carries it as a label.
///
/// # Why it matters
///
/// Skimmers and injections call their hosts so that a person who reads the page takes them for analytics or a library.
///
/// # Example
///
/// ```html
/// <script src="https://www.google-anaiytics.example/ga.js"></script>
/// ```
///
/// # Known false alarms
///
/// Hosts that belong to the service itself under other names are on hinomi's list; one that is missing there is told once,
/// until it is approved. Short names are compared more strictly.
///
/// # References
///
/// Magecart reports since 2018; Beladen (2009); the polyfill incident (2024).
pub(super) struct LookAlikeHost;

static RULE: Rule = Rule {
    id: "look-alike-host",
    title: StaticWords { en: "Host that imitates a service", ja: "有名サービスを装うホスト" },
    why: StaticWords {
        en: "Something is loaded from a host whose name looks like a well-known service but is not.",
        ja: "有名なサービスに似せた名前の、別のホストから読み込みが行われています。",
    },
    first_step: StaticWords {
        en: "Ask the site's maintainers whether they added this script. If nobody did, keep a copy of the page and its script files, take them offline, and change FTP and CMS passwords from a clean computer.",
        ja: "このスクリプトを追加したか保守担当者に確認してください。心当たりがなければ、ページとスクリプトファイルの写しを残して公開を止め、安全な端末からFTPとCMSのパスワードを変更してください。",
    },
};

impl Detector for LookAlikeHost {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let hosts = Hosts::of(case);
        let mut told = HashSet::new();
        for (item, _) in case.new_items().filter(|(item, _)| item.foreign && item.host.is_some()) {
            let Some(url) = address(item) else { continue };
            if let Some(found) = judge(&url, &hosts, case, &mut told) {
                out.add(found.on(item));
            }
        }
        for script in new_scripts(case) {
            let acts = !script.report.sinks.is_empty();
            for raw in script.report.urls.iter().filter(|_| acts) {
                let Some(url) = hosts.resolve(raw) else { continue };
                if let Some(found) = judge(&url, &hosts, case, &mut told) {
                    out.add(found.on(script.item).decoded(raw));
                }
            }
        }
    }
}

/// Each host is told once.
fn judge(url: &Url, hosts: &Hosts, case: &Case, told: &mut HashSet<String>) -> Option<Found> {
    let host = url.host_str()?;
    let brand = match hosts.standing(url) {
        Standing::Imitation(brand) => brand,
        Standing::Unknown => look_alike(site(host))?,
        _ => return None,
    };
    if !told.insert(host.to_owned()) {
        return None;
    }
    let severity = if case.approved.is_some() { Severity::Critical } else { Severity::High };
    let words = Words::new(
        format!("the host {host} imitates the name of {brand}"),
        format!("ホスト {host} は {brand} の名前を装っています"),
    );
    Some(Found::new(severity, Confidence::Firm, words))
}
