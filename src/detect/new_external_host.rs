//! Rule `new-external-host`: something acts from, or reaches out to, a host that was never approved.

use super::support::{Hosts, OddPlaces, Scripts, Service, Standing, acts_alone};
use super::{Detector, Findings, Found};
use crate::model::words;
use crate::model::{
    ActiveItem, ActiveKind, Case, Confidence, NodeId, Page, Plane, Position, Resource, ResourceKind, Rule,
    ScriptReport, ScriptSign, Severity, Sink, StaticWords, Words, same_site,
};
use std::collections::HashSet;
use url::{Host, Url};

/// # What it finds
///
/// A script, frame, object, stylesheet, service worker or preload from a host of another site that does not act in
/// the approved page, and a new script in the page that loads something from such a host. More than four hundred
/// well-known services (analytics, maps, video, fonts …) are named and asked about, unless they stand where pages have
/// nothing; so are sites of which the approved page links to three addresses and more, and those from which at least five
/// organisations of the fleet have approved something. Of services where anybody can publish only frames that are shown
/// and packages. On hosts that strangers share a publisher is approved, not the host. A file of the page whose host
/// redirects to such a host counts as well. The name of a public body is no excuse: such sites are broken into as others
/// are. Hosts that imitate the name of a service are told as critical. A frame that is plainly there to be looked at is
/// less sure than a script. Without an approved page only imitations and disguised addresses
/// count; other foreign scripts and frames are no more than information.
///
/// # Why it matters
///
/// Almost every injection of the last twenty years, from Gumblar to fake browser updates, ends in a script or a frame
/// from a host the site has nothing to do with. Whoever controls that host controls the page.
///
/// # Example
///
/// ```html
/// <script src="https://cdn.stat-count.example/t.js"></script>
/// ```
///
/// # Known false alarms
///
/// A widget, video player or measuring tag that the owner added: approve it once. A well-known service is told as
/// medium, so that it waits for a person without waking one.
///
/// # References
///
/// Gumblar.x used more than 2,000 hacked sites as hosts, which makes lists of bad hosts useless (Securelist, 2009-11);
/// look-alike analytics hosts: Magecart reports since 2018.
pub(super) struct NewExternalHost;

static RULE: Rule = Rule {
    id: "new-external-host",
    title: StaticWords {
        en: "Something from a host never approved", ja: "未承認の外部ホストからの読み込み"
    },
    why: StaticWords {
        en: "The page now loads or calls something on another company's or person's server. Whoever runs that server can do anything in the page.",
        ja: "ページが他者のサーバーから何かを読み込むようになりました。そのサーバーの持ち主は、ページ上で何でもできます。",
    },
    first_step: StaticWords {
        en: "Ask the site's maintainers whether they added this host. If nobody did, do not open the page in a browser; keep a copy as evidence and remove the element.",
        ja: "このホストを追加したか保守担当者に確認してください。心当たりがなければ、ページをブラウザで開かず、証拠として写しを残したうえで該当要素を取り除いてください。",
    },
};

impl Detector for NewExternalHost {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let hosts = Hosts::of(case);
        let places = Places::of(case);
        let scripts = Scripts::of(&case.now);
        let mut told = HashSet::new();
        for (item, _) in case.new_items() {
            if loads(item.kind) && item.foreign {
                let Ok(url) = Url::parse(&item.value) else { continue };
                out.extend(out_of(item, &url, &hosts, &places, case));
            } else if item.kind == ActiveKind::ImportMap {
                out.extend(mapped(item, &hosts, case));
            } else if holds_code(item.kind) && told.insert(item.node) {
                let reports = scripts.on(item.node).iter();
                out.extend(reports.filter_map(|report| reached(item, report, &hosts, case)));
            }
        }
        out.extend(case.now.resources.iter().filter_map(|file| led_away(file, &hosts, case)));
    }
}

/// The elements that lie over the whole page.
type Covers = HashSet<NodeId>;

/// What the place of something says about it.
struct Places {
    odd: OddPlaces,
    covers: Covers,
}

impl Places {
    fn of(case: &Case) -> Self {
        let covers = case.now.page.active.iter().filter(|item| item.kind == ActiveKind::Cover);
        Self { odd: OddPlaces::of(case), covers: covers.map(|item| item.node).collect() }
    }
}

/// Most addresses of an import map that are looked at.
const MAX_NAMED: usize = 256;

fn loads(kind: ActiveKind) -> bool {
    use ActiveKind::{Frame, LinkedScript, Object, Preload, ServiceWorker, Stylesheet};
    matches!(kind, LinkedScript | Frame | Object | Stylesheet | ServiceWorker | Preload)
}

fn holds_code(kind: ActiveKind) -> bool {
    use ActiveKind::{EventHandler, InlineScript, ScriptUrl};
    matches!(kind, InlineScript | EventHandler | ScriptUrl)
}

/// What an element that loads from a foreign host means.
fn out_of(item: &ActiveItem, url: &Url, hosts: &Hosts, places: &Places, case: &Case) -> Option<Found> {
    let odd = &places.odd;
    let host = url.host_str()?;
    let first_sight = case.approved.is_none();
    let (severity, confidence, words) = match hosts.standing(url) {
        Standing::Own | Standing::Approved => return None,
        Standing::Imitation(brand) => imitation(host, brand, first_sight),
        Standing::Service(_) if first_sight => return None,
        Standing::Service(service) if item.kind == ActiveKind::Preload => {
            (Severity::Low, Confidence::Firm, serves(host, service))
        }
        Standing::Service(service) if service.offers(item.kind) && !is_misplaced(item, service, odd) => {
            (Severity::Medium, Confidence::Firm, serves(host, service))
        }
        Standing::Unknown if first_sight => at_first_sight(item, url, odd)?,
        Standing::Unknown | Standing::Service(_) => unknown(item, url, hosts, case, places),
    };
    Some(Found::new(severity, confidence, words).on(item))
}

/// Whether something stands where its service never puts it. Libraries are put anywhere by careless templates.
fn is_misplaced(item: &ActiveItem, service: &Service, odd: &OddPlaces) -> bool {
    if service.is_library() {
        return false;
    }
    let odd = if service.is_open() { odd.name(item.position).is_some() } else { odd.is_telling(item.position) };
    odd && acts_alone(item.kind)
}

fn imitation(host: &str, brand: &str, first_sight: bool) -> (Severity, Confidence, Words) {
    let severity = if first_sight { Severity::High } else { Severity::Critical };
    let words = Words::new(
        format!("the host {host} imitates the name of {brand}"),
        format!("ホスト {host} は {brand} の名前を装っています"),
    );
    (severity, Confidence::Firm, words)
}

fn serves(host: &str, service: &Service) -> Words {
    let purpose = service.purpose();
    Words::new(
        format!("the page now uses {} ({}; {host}), which was not approved", service.name, purpose.en),
        format!("未承認のサービス {}({}、{host})を利用するようになりました", service.name, purpose.ja),
    )
}

/// A foreign element when nothing was approved yet: only what is odd in itself is more than information.
fn at_first_sight(item: &ActiveItem, url: &Url, odd: &OddPlaces) -> Option<(Severity, Confidence, Words)> {
    if !matches!(item.kind, ActiveKind::LinkedScript | ActiveKind::Frame | ActiveKind::Object) {
        return None;
    }
    let host = url.host_str()?;
    if disguised(url) {
        let words = Words::new(
            format!("the address on {host} is disguised: an unusual port, and other sites' names in its path"),
            format!("{host} 上のアドレスは偽装されています(特殊なポート番号と、他サイトの名前を並べたパス)"),
        );
        return Some((Severity::High, Confidence::Firm, words));
    }
    let bare = item.kind == ActiveKind::LinkedScript && !matches!(url.host(), Some(Host::Domain(_)));
    let severity = if bare || odd.name(item.position).is_some() { Severity::Medium } else { Severity::Info };
    let words = Words::new(
        format!("the page loads something from another site, {host}"),
        format!("ページが別サイト {host} から読み込みを行っています"),
    );
    Some((severity, Confidence::Tentative, words))
}

fn unknown(item: &ActiveItem, url: &Url, hosts: &Hosts, case: &Case, places: &Places) -> (Severity, Confidence, Words) {
    let Places { odd, covers } = places;
    let host = url.host_str().unwrap_or_default();
    let new_host = Words::new(
        format!("something is loaded from {host}, a host never approved for this page"),
        format!("このページで承認されたことのないホスト {host} から読み込みが追加されました"),
    );
    match item.kind {
        ActiveKind::Preload => return (Severity::Low, Confidence::Firm, new_host),
        ActiveKind::Stylesheet => return (Severity::High, Confidence::Tentative, new_host),
        _ => {}
    }
    if disguised(url) {
        return (Severity::Critical, Confidence::Firm, new_host);
    }
    let Some((place, place_ja)) = odd.name(item.position) else {
        if let Some(softer) = softer(url, hosts).filter(|_| !item.hidden && !item.noscript) {
            return softer;
        }
        let confidence = if shows(item, url, case.now.page, covers) { Confidence::Tentative } else { Confidence::Firm };
        return (Severity::High, confidence, new_host);
    };
    let words = Words::new(
        format!("something is loaded from the unapproved host {host}, {place}, where pages have nothing"),
        format!("未承認のホスト {host} からの読み込みが、本来何もない場所({place_ja})に追加されました"),
    );
    (Severity::Critical, Confidence::Firm, words)
}

/// What speaks for a host that was never approved for this page: others have approved it, or the approved page links to it
/// again and again. It is asked about all the same.
fn softer(url: &Url, hosts: &Hosts) -> Option<(Severity, Confidence, Words)> {
    let host = url.host_str().filter(|_| url.port().is_none() && matches!(url.host(), Some(Host::Domain(_))))?;
    if let Some(count) = hosts.approved_by(url) {
        let words = words!(
            "something now acts from {host}, which {count} organisations have approved for pages of theirs, and nobody for this one",
            "{count}組織が自らのページに承認しているホスト {host} の要素が、このページでは未承認のまま動作するようになりました"
        );
        return Some((Severity::Medium, Confidence::Firm, words));
    }
    let words = words!(
        "something now acts from {host}, to which the approved page links, but from which nothing was approved",
        "承認済みのページからリンクされているサイト {host} の要素が、未承認のまま動作するようになりました"
    );
    hosts.is_familiar(url).then_some((Severity::High, Confidence::Tentative, words))
}

/// Whether a frame is there to be looked at: encrypted, of a named host, in the content, and of some size without lying
/// over the page.
fn shows(item: &ActiveItem, url: &Url, page: &Page, covers: &Covers) -> bool {
    let element = page.element(item.node);
    let frame = matches!(item.kind, ActiveKind::Frame | ActiveKind::Object) && !item.hidden && !item.noscript;
    let sound = url.scheme() == "https" && url.port().is_none() && matches!(url.host(), Some(Host::Domain(_)));
    let style = element.and_then(|element| element.attribute("style")).unwrap_or_default().to_ascii_lowercase();
    let lies_over = ["fixed", "absolute", "z-index", "100vh", "100vw"].iter().any(|word| style.contains(word))
        || std::iter::once(item.node).chain(page.ancestors(item.node)).any(|node| covers.contains(&node));
    let sized = |name| {
        let value = element.and_then(|element| element.attribute(name)).unwrap_or_default();
        let digits: String = value.trim().chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u32>().is_ok_and(|size| size >= 50)
    };
    frame && sound && !lies_over && item.position == Position::Content && (sized("height") || style.contains("height:"))
}

/// Whether an address is made to be misread: an odd port, and a path of other sites' names (as "8080" Gumblar had).
fn disguised(url: &Url) -> bool {
    let named = |segment: &str| {
        let ending = segment.rsplit_once('.').map(|(_, ending)| ending);
        matches!(ending, Some("com" | "net" | "org" | "jp" | "ru" | "cn" | "de" | "info" | "tv"))
    };
    let names = url.path_segments().map_or(0, |segments| segments.filter(|segment| named(segment)).count());
    url.port().is_some() && names >= 2
}

/// What a script in the page that reaches an unapproved host means. Its worst URL counts.
fn reached(item: &ActiveItem, report: &ScriptReport, hosts: &Hosts, case: &Case) -> Option<Found> {
    use Sink::{Element, Eval, Network, ServiceWorker, Write};
    if !report.sinks.iter().any(|sink| matches!(sink, Element | Eval | Network | ServiceWorker | Write)) {
        return None;
    }
    let looks = report.signs.iter().any(|(sign, _)| *sign == ScriptSign::LooksThenActs);
    let (url, found) = worst(item, report.urls.iter().map(String::as_str), looks, hosts, case)?;
    let layer = report.layers.iter().find(|layer| url.host_str().is_some_and(|host| layer.text.contains(host)));
    Some(match layer {
        Some(layer) => found.decoded(&layer.text),
        None => found,
    })
}

/// What it means that the host of a file sends on to another one. What changes by nature goes where it likes.
fn led_away(file: &Resource, hosts: &Hosts, case: &Case) -> Option<Found> {
    let from = file.url.host_str()?;
    let strange = |url: &&Url| url.host_str().is_some_and(|host| !same_site(host, from));
    let url = file.way.iter().rfind(strange).filter(|_| file.is_kept() && !file.volatile)?;
    let (severity, confidence, _) = weigh(url, hosts, case.approved.is_none(), false)?;
    let host = url.host_str().unwrap_or_default();
    let words = Words::new(
        format!(
            "a file that the page loads from {from} comes from {host} by a redirect, a host never approved for this page"
        ),
        format!("ページが {from} から読み込むファイルが、このページで未承認のホスト {host} へ転送されています"),
    );
    let confidence = if file.kind == ResourceKind::Script { confidence } else { Confidence::Tentative };
    Some(Found::new(severity, confidence, words).plane(Plane::Active).evidence(format!("{} -> {url}", file.url)))
}

/// What an import map that leads modules to an unapproved host means.
fn mapped(item: &ActiveItem, hosts: &Hosts, case: &Case) -> Option<Found> {
    let named = item.value.split('"').filter(|text| text.contains("//")).take(MAX_NAMED);
    worst(item, named, false, hosts, case).map(|(_, found)| found)
}

/// The worst of the addresses that a piece of code names.
fn worst<'a>(
    item: &ActiveItem,
    named: impl Iterator<Item = &'a str>,
    looks: bool,
    hosts: &Hosts,
    case: &Case,
) -> Option<(Url, Found)> {
    let urls = named.filter_map(|raw| hosts.resolve(raw)).filter(may_act);
    let weighed = urls.filter_map(|url| Some((weigh(&url, hosts, case.approved.is_none(), looks)?, url)));
    let ((severity, confidence, words), url) =
        weighed.max_by_key(|((severity, confidence, _), _)| (*severity, *confidence))?;
    let found = Found::new(severity, confidence, words).on(item).evidence(around(&item.value, &url));
    Some((url, found))
}

fn weigh(url: &Url, hosts: &Hosts, first_sight: bool, looks: bool) -> Option<(Severity, Confidence, Words)> {
    let host = url.host_str()?;
    match hosts.standing(url) {
        Standing::Own | Standing::Approved => None,
        Standing::Imitation(brand) => Some(imitation(host, brand, first_sight)),
        Standing::Unknown if first_sight && looks => {
            let words = Words::new(
                format!("a script looks at the visitor first and then reaches another site, {host}"),
                format!("スクリプトが閲覧者の情報を調べたうえで、別サイト {host} を呼び出します"),
            );
            Some((Severity::Medium, Confidence::Tentative, words))
        }
        _ if first_sight => None,
        Standing::Service(service) if service.offers(ActiveKind::LinkedScript) => {
            Some((Severity::Medium, Confidence::Firm, serves(host, service)))
        }
        Standing::Unknown | Standing::Service(_) => {
            if let Some(softer) = softer(url, hosts).filter(|_| !looks) {
                return Some(softer);
            }
            let words = Words::new(
                format!("new code of a script reaches {host}, a host never approved for this page"),
                format!("新しいスクリプトのコードが、承認されたことのないホスト {host} を呼び出します"),
            );
            Some((if looks { Severity::Critical } else { Severity::High }, Confidence::Firm, words))
        }
    }
}

/// Whether a URL can be loaded to act: names of vocabularies, pictures and documents cannot.
fn may_act(url: &Url) -> bool {
    let vocabulary = matches!(url.host_str(), Some("www.w3.org" | "schema.org" | "ogp.me" | "purl.org"));
    let ending = url.path().rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let inert = ["png", "jpg", "jpeg", "gif", "webp", "ico", "pdf", "mp4", "mp3", "woff", "woff2"];
    !vocabulary && !ending.is_some_and(|ending| inert.contains(&ending.as_str()))
}

/// The piece of code around the host, where it stands in clear; else the URL.
fn around(code: &str, url: &Url) -> String {
    let at = url.host_str().and_then(|host| code.find(host));
    let Some(at) = at else { return url.to_string() };
    let from = code.floor_char_boundary(at.saturating_sub(200));
    let to = code.ceil_char_boundary((at + 300).min(code.len()));
    code.get(from..to).unwrap_or_default().to_owned()
}
