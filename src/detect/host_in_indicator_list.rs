//! Rule `host-in-indicator-list`: something leads to what others have seen in attacks.

use super::support::{Hosts, address};
use super::{Detector, Findings, Found};
use crate::model::{
    ActiveItem, Case, Confidence, Hit, IndicatorKind, Plane, Rule, ScriptReport, Severity, StaticWords, Version, Words,
};
use std::collections::HashSet;
use url::Url;

/// # What it finds
///
/// A script, frame, form, stylesheet, redirect (of the page or of a file that it loads) or request of a script that leads to
/// a host, address or place on the imported lists of indicators, or a file that the page loads and whose digest is on them. A host that the approved page
/// did not use is critical; one that is approved already is high: then the supplier was broken into, or the approval was a
/// mistake. Links in the text do not count.
///
/// # Why it matters
///
/// Campaigns use their hosts on many sites. Whoever saw one first has written it down.
///
/// # Example
///
/// ```html
/// <script src="https://cdn.listed.example/stat.js"></script>   <!-- listed.example is on the list of the day -->
/// ```
///
/// # Known false alarms
///
/// Lists name hosts that were cleaned up since, and services that were misused: each source can be taken away again, public
/// suffixes are never taken, and a well-known service only by a place on it, not as a whole.
///
/// # References
///
/// STIX 2.1 (OASIS); MISP; THREATS of supply chains such as polyfill.io (2024).
pub(super) struct HostInIndicatorList;

static RULE: Rule = Rule {
    id: "host-in-indicator-list",
    title: StaticWords { en: "Host known from attacks", ja: "攻撃で知られたホスト" },
    why: StaticWords {
        en: "The page leads visitors to something that others have seen in attacks.",
        ja: "他の攻撃で確認されている宛先へ、このページが閲覧者を誘導しています。",
    },
    first_step: StaticWords {
        en: "Keep a copy of the page and its script files and take the part out that leads there. If your supplier's host is named, ask the supplier, and load nothing from there until it is cleared up.",
        ja: "ページとスクリプトファイルの写しを残し、その宛先へ誘導する部分を取り除いてください。利用中の事業者のホストであれば事業者に確認し、解決するまで読み込みを止めてください。",
    },
};

impl Detector for HostInIndicatorList {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        if case.indicators.is_empty() {
            return;
        }
        let mut report = Report { case, known: known_hosts(case), told: HashSet::new() };
        for item in &case.now.page.active {
            if let Some(url) = address(item).filter(|_| item.host.is_some()) {
                report.url(&url, Some(item), out);
            }
        }
        let hosts = Hosts::of(case);
        for raw in case.now.scripts.iter().filter(|script| !script.sinks.is_empty()).flat_map(reached) {
            if let Some(url) = hosts.resolve(raw) {
                report.url(&url, None, out);
            }
        }
        let page = case.now.head.into_iter().flat_map(|head| head.way().map(|(url, _)| url));
        let files = case.now.resources.iter().flat_map(|resource| &resource.way);
        page.chain(files).for_each(|url| report.url(url, None, out));
        report.files(out);
    }
}

/// The addresses that a script names or goes to.
fn reached(report: &ScriptReport) -> impl Iterator<Item = &String> {
    report.urls.iter().chain(&report.redirects).chain(report.actions.iter().map(|action| &action.target))
}

/// The hosts that the approved page uses.
fn known_hosts(case: &Case) -> HashSet<String> {
    let of = |version: &Version| {
        let named = version.scripts.iter().flat_map(reached).filter_map(|raw| Url::parse(raw).ok());
        let named: Vec<String> = named.filter_map(|url| url.host_str().map(ToOwned::to_owned)).collect();
        let led = version.resources.iter().flat_map(|resource| &resource.way);
        let led = led.filter_map(|url| url.host_str().map(ToOwned::to_owned));
        version.page.active.iter().filter_map(|item| item.host.clone()).chain(named).chain(led).collect()
    };
    case.approved.map(|compared| of(&compared.version)).unwrap_or_default()
}

struct Report<'a> {
    case: &'a Case<'a>,
    known: HashSet<String>,
    told: HashSet<String>,
}

impl Report<'_> {
    fn url(&mut self, url: &Url, item: Option<&ActiveItem>, out: &mut Findings) {
        let Some(hit) = self.case.indicators.url(url) else { return };
        let host = url.host_str().unwrap_or_default();
        if self.told.insert(format!("{} {host}", hit.value)) {
            let found = found(&hit, self.known.contains(host)).evidence(url.as_str());
            out.add(item.map_or_else(|| found.clone().plane(Plane::Active), |item| found.clone().on(item)));
        }
    }

    fn files(&mut self, out: &mut Findings) {
        for resource in self.case.now.resources {
            let Some(hit) = resource.bytes().and_then(|bytes| self.case.indicators.file(bytes)) else { continue };
            if self.told.insert(hit.value.to_owned()) {
                out.add(found(&hit, false).plane(Plane::Active).evidence(format!("{} {}", resource.url, hit.value)));
            }
        }
    }
}

fn found(hit: &Hit, known: bool) -> Found {
    let (value, source, since) = (hit.value, hit.source, hit.since.strftime("%Y-%m-%d"));
    let severity = if known { Severity::High } else { Severity::Critical };
    let approved = if known { (", although it is approved", "(承認済みの宛先です)") } else { ("", "") };
    let words = match hit.kind {
        IndicatorKind::Sha256 => Words::new(
            format!("a file that the page loads is on the list '{source}' since {since}"),
            format!("ページが読み込むファイルがリスト「{source}」に{since}から載っています"),
        ),
        _ => Words::new(
            format!("{value} is on the list '{source}' since {since}{}", approved.0),
            format!("{value} はリスト「{source}」に{since}から載っています{}", approved.1),
        ),
    };
    Found::new(severity, Confidence::Firm, words)
}
