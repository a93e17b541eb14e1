//! Rule `offsite-redirect`: the page sends its visitors to another site.

use super::support::{Hosts, Standing, is_program, only_redirects, related};
use super::{Detector, Findings, Found};
use crate::model::{ActiveItem, ActiveKind, Case, Confidence, Head, Rule, Severity, StaticWords, Words, site};
use std::collections::HashSet;
use url::Url;

/// # What it finds
///
/// A redirect to another site that the approved page did not have: by HTTP, by a `Refresh` header, by
/// `<meta http-equiv=refresh>`, or by a script that sets `location` as soon as it is read. A page that does nothing
/// else is critical. Going from `http` to `https`, adding `www` or moving within the site is quiet.
///
/// # Why it matters
///
/// Visitors who trust the site end up in a fake shop, at a fraud, or where their machine is attacked. In Japan this is
/// the most common kind of tampering today.
///
/// # Example
///
/// ```html
/// <meta http-equiv="refresh" content="0;url=https://shop.example/">
/// <script>window.location.href="https://shop.example/"</script>
/// ```
///
/// # Known false alarms
///
/// A site that moves to another domain; a move to a public body's domain (`go.jp`, `lg.jp`) is medium when the page was
/// given up for it or both share a name.
///
/// # References
///
/// JPCERT/CC quarterly report 2021 Q3 (redirects to fake shops); JC3 on fake shops, 2025.
pub(super) struct OffsiteRedirect;

static RULE: Rule = Rule {
    id: "offsite-redirect",
    title: StaticWords { en: "Redirect to another site", ja: "別サイトへの転送" },
    why: StaticWords {
        en: "Visitors of the page are sent to another site that nobody approved, often a fake shop or a trap.",
        ja: "閲覧者が、承認されていない別のサイトに転送されます。偽ショップや罠サイトであることが多い手口です。",
    },
    first_step: StaticWords {
        en: "Do not follow the redirect in your own browser. Check the page, .htaccess and CMS settings for it, also as a visitor who comes from a search engine; if it was not planned, take the page offline.",
        ja: "ご自身のブラウザで転送先を開かないでください。ページ、.htaccess、CMSの設定を確認し(検索サイト経由でも)、予定外なら公開を止めてください。",
    },
};

impl Detector for OffsiteRedirect {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let hosts = Hosts::of(case);
        by_http(case, out);
        by_header(case, &hosts, out);
        for (item, _) in case.new_items().filter(|(item, _)| item.kind == ActiveKind::MetaRefresh && item.foreign) {
            by_meta(case, item, &hosts, out);
        }
        by_script(case, &hosts, out);
    }
}

/// Redirects on the way to the answer.
fn by_http(case: &Case, out: &mut Findings) {
    let Some(head) = case.now.head else { return };
    let mut allowed: HashSet<&str> = head.requested.host_str().map(site).into_iter().collect();
    if let Some(before) = case.approved.and_then(|compared| compared.version.head) {
        allowed.extend(route(before));
    }
    let Some(host) = route(head).find(|host| !allowed.contains(host)) else { return };
    let public = head.final_url.host_str().is_some_and(is_public);
    let weight = match case.approved {
        None => (Severity::Medium, Confidence::Tentative),
        Some(_) if public => (Severity::Medium, Confidence::Firm),
        Some(_) => (Severity::Critical, Confidence::Firm),
    };
    let hops = head.hops.iter().map(|hop| format!("{} {} -> {}", hop.status, hop.url, hop.location));
    let words = Words::new(
        format!("the server sends visitors to another site, {host}"),
        format!("サーバーが閲覧者を別サイト {host} に転送します"),
    );
    out.add(Found::new(weight.0, weight.1, words).evidence(hops.collect::<Vec<_>>().join("\n")));
}

/// The sites on the way to an answer.
fn route(head: &Head) -> impl Iterator<Item = &str> {
    let hops = head.hops.iter().flat_map(|hop| [&hop.url, &hop.location]);
    hops.chain([&head.requested, &head.final_url]).filter_map(|url| url.host_str().map(site))
}

fn is_public(host: &str) -> bool {
    host.ends_with(".go.jp") || host.ends_with(".lg.jp")
}

/// A `Refresh` header.
fn by_header(case: &Case, hosts: &Hosts, out: &mut Findings) {
    let value = |head: Option<&Head>| head.and_then(|head| head.header("refresh")).map(str::to_owned);
    let Some(refresh) = value(case.now.head) else { return };
    if case.approved.is_some_and(|compared| value(compared.version.head).as_ref() == Some(&refresh)) {
        return;
    }
    let target = refresh.split_once(['=', ';']).map_or("", |(_, rest)| rest.trim());
    let target = target.strip_prefix("url=").or_else(|| target.strip_prefix("URL=")).unwrap_or(target);
    let Some(url) = hosts.resolve(target.trim_matches(['"', '\''])) else { return };
    if let Some((severity, confidence)) = weigh(case, hosts, &url, false) {
        let words = words(&url, "a Refresh header", "Refreshヘッダー");
        out.add(Found::new(severity, confidence, words).evidence(format!("refresh: {refresh}")));
    }
}

fn by_meta(case: &Case, item: &ActiveItem, hosts: &Hosts, out: &mut Findings) {
    let Ok(url) = Url::parse(&item.value) else { return };
    if let Some((severity, confidence)) = weigh(case, hosts, &url, item.noscript) {
        out.add(Found::new(severity, confidence, words(&url, "the page", "ページ内の指定")).on(item));
    }
}

/// Scripts that set `location` at top level to something the approved scripts do not lead to.
fn by_script(case: &Case, hosts: &Hosts, out: &mut Findings) {
    let approved = case.approved.map(|compared| compared.version.scripts).unwrap_or_default();
    let known: HashSet<_> = approved.iter().flat_map(|report| &report.redirects).collect();
    for report in case.now.scripts {
        for raw in report.redirects.iter().filter(|raw| !known.contains(raw)) {
            let Some(url) = hosts.resolve(raw) else { continue };
            let Some((severity, confidence)) = weigh(case, hosts, &url, false) else { continue };
            let found = Found::new(severity, confidence, words(&url, "a script", "スクリプト")).evidence(raw);
            out.add(match report.node {
                Some(node) => found.at(node),
                None => found,
            });
        }
    }
}

fn weigh(case: &Case, hosts: &Hosts, url: &Url, noscript: bool) -> Option<(Severity, Confidence)> {
    let nothing_else = only_redirects(case.now.page);
    let standing = hosts.linked(url);
    if case.approved.is_none() {
        return match standing {
            Standing::Unknown if nothing_else => Some((Severity::High, Confidence::Tentative)),
            Standing::Unknown => Some((Severity::Medium, Confidence::Firm)),
            Standing::Imitation(_) => Some((Severity::High, Confidence::Firm)),
            _ => None,
        };
    }
    match standing {
        Standing::Own => None,
        Standing::Service(service) if service.is_government() && has_moved(case, url) => {
            Some((Severity::Medium, Confidence::Firm))
        }
        _ if nothing_else => Some((Severity::Critical, Confidence::Firm)),
        _ if noscript => Some((Severity::High, Confidence::Tentative)),
        _ => Some((Severity::High, Confidence::Firm)),
    }
}

/// Whether a page gave itself up for another address, or goes to one that shares its name: one that stays as it was and
/// sends visitors to strangers has not moved, and nobody moves to a program or into somebody's folder.
fn has_moved(case: &Case, url: &Url) -> bool {
    let given_up = case.approved.is_none_or(|compared| compared.difference.text_kept < 0.5);
    let named = case.now.url.and_then(Url::host_str).zip(url.host_str()).is_some_and(|(own, its)| related(own, its));
    (given_up || named) && !url.path().contains("/~") && !is_program(url)
}

fn words(url: &Url, by: &str, by_ja: &str) -> Words {
    let host = url.host_str().unwrap_or_default();
    Words::new(
        format!("{by} sends visitors to another site, {host}"),
        format!("{by_ja}により、閲覧者が別サイト {host} に転送されます"),
    )
}
