//! Rule `security-header-weakened`: a protection that the approved answer had is gone or lets more through.

mod policy;

use super::support::{Hosts, Standing};
use super::{Detector, Findings, Found};
use crate::model::{ActiveKind, Case, Compared, Confidence, Head, NodeId, Page, Rule, Severity, StaticWords, Words};
use policy::{Loosened, Policy};
use std::collections::{BTreeMap, BTreeSet};
use url::Url;

/// # What it finds
///
/// Response headers that protect visitors (Content-Security-Policy, Strict-Transport-Security, X-Frame-Options and
/// others) that are gone or weaker than in the approved answer; the same policy in `<meta>`; `integrity` of a script or
/// style sheet that is gone; a frame's `sandbox` that is gone or allows more. When scripts get through that the old
/// policy kept out, and such a script is new, it is worse.
///
/// # Why it matters
///
/// Who plants a script on a protected page must first take the protection away. It also happens by accident when a
/// server is set up anew, and nobody sees it.
///
/// # Example
///
/// ```text
/// - Content-Security-Policy: script-src 'self'
/// + Content-Security-Policy: script-src 'self' 'unsafe-inline' *
/// ```
///
/// # Known false alarms
///
/// Changed servers and delivery networks, new services that the owner lets through. Nonces and hashes of a policy
/// change on every fetch and do not count.
///
/// # References
///
/// W3C Content Security Policy Level 3; RFC 6797; W3C Subresource Integrity.
pub(super) struct SecurityHeaderWeakened;

static RULE: Rule = Rule {
    id: "security-header-weakened",
    title: StaticWords { en: "Protection weakened", ja: "セキュリティ設定の弱体化" },
    why: StaticWords {
        en: "A setting that protects visitors from foreign scripts and frames is gone or weaker than approved.",
        ja: "外部スクリプトなどから閲覧者を守る設定が、承認時より弱くなったか、なくなりました。",
    },
    first_step: StaticWords {
        en: "Ask the server's and the CMS's maintainers whether they changed it. If nobody did, look at server configuration and .htaccess for changes.",
        ja: "サーバーやCMSの保守担当者に変更の有無を確認してください。心当たりがなければ、サーバー設定や .htaccess の変更を調べてください。",
    },
};

impl Detector for SecurityHeaderWeakened {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let Some(compared) = case.approved else { return };
        let place = case.now.page.elements_named("head").map(|(id, _)| id).next().unwrap_or(NodeId::ROOT);
        if let Some((old, new)) = compared.version.head.zip(case.now.head) {
            out.extend(simple_headers(old, new).into_iter().map(|found| found.at(place)));
        }
        out.extend(policy_weakened(case, &compared).map(|found| found.at(place)));
        out.extend(resources(compared.version.page, case.now.page));
    }
}

fn found(severity: Severity, en: String, ja: String, evidence: String) -> Found {
    Found::new(severity, Confidence::Firm, Words::new(en, ja)).evidence(evidence)
}

/// Headers whose absence weakens the page, with how much.
const HEADERS: [(&str, Severity); 6] = [
    ("strict-transport-security", Severity::Medium),
    ("x-frame-options", Severity::Medium),
    ("x-content-type-options", Severity::Low),
    ("cross-origin-opener-policy", Severity::Low),
    ("cross-origin-embedder-policy", Severity::Low),
    ("permissions-policy", Severity::Low),
];

fn simple_headers(old: &Head, new: &Head) -> Vec<Found> {
    let mut all = Vec::new();
    for (name, severity) in HEADERS {
        let Some(was) = old.header(name) else { continue };
        let is = new.header(name);
        let framed = name == "x-frame-options" && policy_text(new).contains("frame-ancestors");
        let weaker = match is {
            None => !framed,
            Some(is) => is_weaker(name, was, is),
        };
        if weaker {
            let gone = is.is_none();
            let en = format!("the header {name} is {}", if gone { "gone" } else { "weaker than approved" });
            let ja = format!("ヘッダー {name} が{}", if gone { "なくなりました" } else { "承認時より弱くなりました" });
            all.push(found(severity, en, ja, format!("{name}: {was} → {}", is.unwrap_or("—"))));
        }
    }
    all
}

fn is_weaker(name: &str, was: &str, is: &str) -> bool {
    let (was, is) = (was.to_ascii_lowercase(), is.to_ascii_lowercase());
    match name {
        "strict-transport-security" => {
            let lost = |word: &str| was.contains(word) && !is.contains(word);
            max_age(&is) * 2 < max_age(&was) || lost("includesubdomains")
        }
        "x-frame-options" => was.trim() == "deny" && is.trim() != "deny" && is.trim() != "sameorigin",
        "cross-origin-opener-policy" | "cross-origin-embedder-policy" => is.trim() == "unsafe-none" && was != is,
        "x-content-type-options" => was.trim() == "nosniff" && is.trim() != "nosniff",
        _ => false,
    }
}

fn max_age(header: &str) -> u64 {
    let age = header.split(';').find_map(|part| part.trim().strip_prefix("max-age="));
    age.and_then(|age| age.trim_matches('"').parse().ok()).unwrap_or(0)
}

/// All policies of an answer's headers in one text.
fn policy_text(head: &Head) -> String {
    let policies = head.headers.iter().filter(|(name, _)| name == "content-security-policy");
    policies.map(|(_, value)| value.to_ascii_lowercase()).collect::<Vec<_>>().join("; ")
}

/// The policies of a page's `<meta>`.
fn meta_policy(page: &Page) -> String {
    let metas = page.elements_named("meta").filter(|(_, meta)| {
        meta.attribute("http-equiv").is_some_and(|name| name.eq_ignore_ascii_case("content-security-policy"))
    });
    metas.filter_map(|(_, meta)| meta.attribute("content")).collect::<Vec<_>>().join("; ")
}

fn policy_weakened(case: &Case, compared: &Compared) -> Option<Found> {
    let text = |head: Option<&Head>, page: &Page| {
        let header = head.map(policy_text).unwrap_or_default();
        format!("{header}; {}", meta_policy(page)).trim_matches([' ', ';']).to_owned()
    };
    if compared.version.head.is_some() != case.now.head.is_some() {
        return None;
    }
    let was = text(compared.version.head, compared.version.page);
    let is = text(case.now.head, case.now.page);
    let loosened = Policy::read(&is).loosened_from(&Policy::read(&was));
    let first = loosened.first()?;
    let opens = loosened.iter().any(Loosened::opens_scripts);
    let evidence = format!("content-security-policy: {was} → {}", if is.is_empty() { "—" } else { &is });
    let gone = is.is_empty();
    let severity = match () {
        () if (opens || gone) && has_new_stranger(case) => Severity::High,
        () if opens || gone || first.directive == "frame-ancestors" => Severity::Medium,
        () => Severity::Low,
    };
    let by = first.by.clone().unwrap_or_else(|| "—".to_owned());
    let (en, ja) = if gone {
        (
            "the page has no content security policy any more".to_owned(),
            "Content-Security-Policy がなくなりました".to_owned(),
        )
    } else {
        (
            format!("the content security policy lets more through than approved ({}: {by})", first.directive),
            format!("Content-Security-Policy の許可範囲が承認時より広がりました({}: {by})", first.directive),
        )
    };
    Some(found(severity, en, ja, evidence))
}

/// Whether a script or frame of an unknown host, or a new inline script, came with it.
fn has_new_stranger(case: &Case) -> bool {
    let hosts = Hosts::of(case);
    case.new_items().any(|(item, _)| match item.kind {
        ActiveKind::LinkedScript | ActiveKind::Frame | ActiveKind::Object => {
            let standing = Url::parse(&item.value).map(|url| hosts.standing(&url));
            matches!(standing, Ok(Standing::Unknown | Standing::Imitation(_)))
        }
        ActiveKind::InlineScript => true,
        _ => false,
    })
}

/// Scripts and style sheets that lost their `integrity`, frames that lost their `sandbox` or got a wider one.
fn resources(old: &Page, new: &Page) -> Vec<Found> {
    let before = guards(old);
    let mut all = Vec::new();
    for (id, element) in new.elements() {
        let Some((address, attribute)) = guard(&element.name, |name| element.attribute(name)) else { continue };
        let Some(was) = before.get(&(address.to_owned(), attribute)) else { continue };
        let is = element.attribute(attribute);
        let weaker = match (attribute, is) {
            (_, None) => true,
            ("sandbox", Some(is)) => !tokens(is).is_subset(&tokens(was)),
            _ => false,
        };
        if weaker {
            let en = format!("the attribute {attribute} that protected {address} is gone or weaker");
            let ja = format!("{address} を保護していた {attribute} 属性がなくなったか、弱くなりました");
            let evidence = format!("{attribute}: {was} → {}", is.unwrap_or("—"));
            all.push(found(Severity::Medium, en, ja, evidence).at(id));
        }
    }
    all.truncate(50);
    all
}

/// The guarded address and the attribute that guards it.
fn guard<'a>(name: &str, attribute: impl Fn(&str) -> Option<&'a str>) -> Option<(&'a str, &'static str)> {
    match name {
        "script" => Some((attribute("src")?, "integrity")),
        "link" => Some((attribute("href")?, "integrity")),
        "iframe" => Some((attribute("src")?, "sandbox")),
        _ => None,
    }
}

fn guards(page: &Page) -> BTreeMap<(String, &'static str), String> {
    let guarded = page.elements().filter_map(|(_, element)| {
        let (address, name) = guard(&element.name, |name| element.attribute(name))?;
        Some(((address.to_owned(), name), element.attribute(name)?.to_owned()))
    });
    guarded.collect()
}

fn tokens(text: &str) -> BTreeSet<String> {
    text.split_ascii_whitespace().map(str::to_ascii_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weaker_headers() {
        let hsts = "strict-transport-security";
        assert!(is_weaker(hsts, "max-age=31536000; includeSubDomains", "max-age=31536000"));
        assert!(is_weaker(hsts, "max-age=31536000", "max-age=0"));
        assert!(!is_weaker(hsts, "max-age=31536000", "max-age=63072000; includeSubDomains"));
        assert!(is_weaker("x-frame-options", "DENY", "ALLOWALL"));
        assert!(!is_weaker("x-frame-options", "DENY", "SAMEORIGIN"));
    }

    #[test]
    fn sandboxes_are_sets() {
        assert!(tokens("allow-forms").is_subset(&tokens("allow-scripts allow-forms")));
        assert!(!tokens("allow-scripts allow-same-origin").is_subset(&tokens("allow-scripts")));
    }
}
