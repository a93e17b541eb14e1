//! Rule `hidden-frame`: a frame or object that the visitor cannot see.

use super::support::{Hosts, OddPlaces, Standing, address};
use super::{Detector, Findings, Found};
use crate::model::{ActiveItem, ActiveKind, Case, Confidence, Element, Position, Rule, Severity, StaticWords, Words};
use url::{Host, Url};

/// # What it finds
///
/// A new `iframe`, `frame`, `object` or `embed` that is hidden, at most two pixels large or moved out of sight, itself
/// or by an element around it. Known honest shapes are no more than low: frames without an address, the `noscript`
/// frame of Google Tag Manager (also on the site's own host), and those of well-known services that work with such
/// frames (measuring, consent, payment, sign-in). A hidden frame of another service is medium; one from a host where
/// anybody can publish, or of a public body, is as bad as any other.
///
/// # Why it matters
///
/// A frame that nobody is meant to see loads another site's page into every visit. Exploit kits have been delivered
/// this way since 2008.
///
/// # Example
///
/// ```html
/// <iframe src="http://192.0.2.7/in.php" width="1" height="1" style="visibility:hidden"></iframe>
/// ```
///
/// # Known false alarms
///
/// Measuring, consent and payment services use hidden frames; 2.5 % of ordinary pages have one. Those of services that
/// are not on hinomi's list are told once, until they are approved.
///
/// # References
///
/// Darkleech (2012–2014), the "0day iframe" wave in Japan (JPCERT/CC quarterly reports, 2013).
pub(super) struct HiddenFrame;

static RULE: Rule = Rule {
    id: "hidden-frame",
    title: StaticWords { en: "Hidden frame", ja: "見えないフレーム" },
    why: StaticWords {
        en: "The page secretly loads another page that the visitor cannot see. Attackers use this to infect visitors.",
        ja: "閲覧者に見えない形で別のページが読み込まれています。閲覧者をウイルスに感染させる攻撃でよく使われます。",
    },
    first_step: StaticWords {
        en: "Do not open the frame's address. Ask the maintainers about it; if nobody knows it, keep a copy of the page and logs, and take the element or the page offline.",
        ja: "フレームのURLを開かないでください。保守担当者に確認し、心当たりがなければページとログの写しを残して、該当要素またはページの公開を止めてください。",
    },
};

impl Detector for HiddenFrame {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let hosts = Hosts::of(case);
        let odd = OddPlaces::of(case);
        for (item, old) in case.new_items() {
            let frame = matches!(item.kind, ActiveKind::Frame | ActiveKind::Object);
            let element = case.now.page.element(item.node);
            if !frame || !(item.hidden || element.is_some_and(tiny)) {
                continue;
            }
            if let Some((severity, confidence)) = weigh(case, item, old, element, &hosts, &odd) {
                out.add(Found::new(severity, confidence, words(item, &odd)).on(item));
            }
        }
    }
}

fn weigh(
    case: &Case,
    item: &ActiveItem,
    old: Option<&ActiveItem>,
    element: Option<&Element>,
    hosts: &Hosts,
    odd: &OddPlaces,
) -> Option<(Severity, Confidence)> {
    let first_sight = case.approved.is_none();
    let quiet = (!first_sight).then_some((Severity::Low, Confidence::Firm));
    if is_empty(item, element) {
        return quiet;
    }
    let made_here = item.attribute.as_deref() == Some("srcdoc");
    let Some(url) = address(item).filter(|url| url.has_host() && !made_here) else {
        return Some(if first_sight {
            (Severity::Low, Confidence::Tentative)
        } else {
            (Severity::High, Confidence::Tentative)
        });
    };
    if item.noscript && is_tag_manager(&url, item) {
        return quiet;
    }
    match hosts.standing_of(item, &url) {
        Standing::Service(service) if service.works_unseen() && !odd.is_telling(item.position) => quiet,
        Standing::Service(service) if !service.is_open() && !odd.is_telling(item.position) => {
            Some((if first_sight { Severity::Low } else { Severity::Medium }, Confidence::Firm))
        }
        Standing::Own if first_sight => None,
        Standing::Own => Some((Severity::Medium, Confidence::Firm)),
        Standing::Approved if old.is_some_and(|old| old.hidden && old.host == item.host) => quiet,
        Standing::Approved => Some((Severity::Medium, Confidence::Firm)),
        Standing::Imitation(_) => Some((Severity::Critical, Confidence::Firm)),
        Standing::Unknown | Standing::Service(_) if first_sight => Some(at_first_sight(item, &url)),
        Standing::Unknown | Standing::Service(_) => Some((Severity::Critical, Confidence::Firm)),
    }
}

/// An unknown hidden frame when nothing was approved yet.
fn at_first_sight(item: &ActiveItem, url: &Url) -> (Severity, Confidence) {
    let bare = !matches!(url.host(), Some(Host::Domain(_))) || url.port().is_some();
    let placed = matches!(item.position, Position::BeforeHtml | Position::BetweenHeadAndBody | Position::AfterBody);
    if bare || placed { (Severity::High, Confidence::Firm) } else { (Severity::Medium, Confidence::Firm) }
}

/// Whether a frame shows nothing of its own; with `srcdoc` it does.
fn is_empty(item: &ActiveItem, element: Option<&Element>) -> bool {
    let value = item.value.trim();
    let blank = value.is_empty() || value.starts_with("about:") || value == "javascript:false";
    blank && element.is_none_or(|element| element.attribute("srcdoc").is_none())
}

/// The frame that Google Tag Manager gives to browsers without scripts, from Google or from the site's own host.
fn is_tag_manager(url: &Url, item: &ActiveItem) -> bool {
    let google = url.host_str() == Some("www.googletagmanager.com");
    let container = url.query_pairs().any(|(name, value)| name == "id" && value.starts_with("GTM-"));
    (google || !item.foreign) && url.path().ends_with("/ns.html") && container
}

/// Whether its own size hides it: at most two pixels wide or high.
fn tiny(element: &Element) -> bool {
    let small = |value: &str| {
        let digits: String = value.trim().chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let rest = value.trim().get(digits.len()..).unwrap_or_default().trim();
        matches!(rest, "" | "px") && digits.parse::<f32>().is_ok_and(|size| size <= 2.0)
    };
    let style = element.attribute("style").unwrap_or_default().to_ascii_lowercase();
    let plain = |value: &str| value.trim().trim_end_matches("!important").trim().to_owned();
    let rules: Vec<(&str, String)> = style
        .split(';')
        .filter_map(|rule| rule.split_once(':'))
        .map(|(name, value)| (name.trim(), plain(value)))
        .collect();
    let is_small = |side: &str| {
        let styled = rules.iter().any(|(name, value)| name.trim_start_matches("max-") == side && small(value));
        styled || element.attribute(side).is_some_and(small)
    };
    // A frame that stretches to its place; the last least width counts.
    let stretched = rules.iter().rfind(|(name, _)| *name == "min-width").is_some_and(|(_, value)| value == "100%");
    let capped = rules.iter().any(|(name, value)| *name == "max-width" && small(value));
    is_small("height") || (is_small("width") && (!stretched || capped))
}

fn words(item: &ActiveItem, odd: &OddPlaces) -> Words {
    let (place, place_ja) = odd
        .name(item.position)
        .map_or((String::new(), String::new()), |(en, ja)| (format!(" {en}"), format!("{ja}に")));
    match &item.host {
        Some(host) => Words::new(
            format!("a frame that the visitor cannot see loads {host}{place}"),
            format!("閲覧者に見えないフレームが{place_ja} {host} を読み込みます"),
        ),
        None => Words::new(
            format!("a frame that the visitor cannot see was added{place}"),
            format!("閲覧者に見えないフレームが{place_ja}追加されました"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(name: &str, value: &str) -> Element {
        let attributes = vec![(name.into(), value.to_owned())];
        Element { name: "iframe".into(), attributes, ..Element::default() }
    }

    #[test]
    fn sizes_are_read_as_browsers_do() {
        for (name, value) in [
            ("width", "1"),
            ("height", "0"),
            ("style", "WIDTH:1px"),
            ("style", "a:b;height : 0 !important"),
            ("style", "width:0;min-width:100%;min-width:0"),
            ("style", "width:0;min-width:100%;height:1px"),
        ] {
            assert!(tiny(&frame(name, value)), "{name}={value}");
        }
        for (name, value) in [
            ("width", "100%"),
            ("height", "0.5em"),
            ("width", ""),
            ("style", "width:10px"),
            ("id", "1"),
            ("style", "width: 0; min-width: 100% !important"),
        ] {
            assert!(!tiny(&frame(name, value)), "{name}={value}");
        }
    }
}
