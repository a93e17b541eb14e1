//! URLs as a browser resolves them: the base, the page's own host, foreign hosts, and URLs that are scripts.

use super::Value;
use crate::model::{Digest, Element, Node, NodeKind, same_site};
use url::Url;

/// Longest URL against which others are resolved, in bytes: it is repeated in each of them.
const LONGEST_BASE: usize = 2 << 10;

/// Longest URL to a host that is kept whole, in bytes.
const LONGEST: usize = 64 << 10;

/// What is kept of a longer one, in bytes.
pub(super) const KEPT: usize = 256;

/// How the URLs of one page resolve.
#[derive(Clone)]
pub(in crate::parse) struct Urls {
    page: Option<Url>,
    base: Option<Url>,
    own: Option<String>,
}

impl Urls {
    /// From the page's URL, its `<base>`, and, of a page that is believed, canonical, `og:url` or base where it is unknown.
    pub(in crate::parse) fn of(nodes: &[Node], page: Option<&Url>, believed: bool) -> Self {
        let short = page.and_then(within_length);
        let mut urls = Self { page: short.clone(), base: short, own: page.and_then(host) };
        let mut named = Named::default();
        let elements = nodes.iter().filter_map(|node| match &node.kind {
            NodeKind::Element(element) => Some(element),
            _ => None,
        });
        elements.for_each(|element| named.look_at(element));
        if let Some(raw) = named.base
            && let Some(base) = urls.join(page, raw)
            && !matches!(base.scheme(), "data" | "javascript")
        {
            urls.base = within_length(&base);
        }
        if urls.own.is_none() && believed {
            let mut declared = [named.canonical, named.og_url, named.base].into_iter().flatten();
            urls.own = declared.find_map(|raw| host(&urls.join(None, raw)?));
        }
        urls
    }

    fn join(&self, base: Option<&Url>, raw: &str) -> Option<Url> {
        let raw = raw.trim_matches(|c: char| c <= ' ');
        match base {
            Some(base) => base.join(raw).ok(),
            None if raw.starts_with("//") => Url::parse(&format!("https:{raw}")).ok(),
            None => Url::parse(raw).ok(),
        }
    }

    /// An absolute URL where that is possible, with its host.
    pub(in crate::parse) fn resolve(&self, raw: &str) -> Value {
        self.resolve_against(self.base.as_ref(), raw)
    }

    /// The URL of a `<base>`, which resolves against the page.
    pub(super) fn resolve_base(&self, raw: &str) -> Value {
        self.resolve_against(self.page.as_ref(), raw)
    }

    fn resolve_against(&self, base: Option<&Url>, raw: &str) -> Value {
        let trimmed = raw.trim_matches(|c: char| c <= ' ');
        if trimmed.is_empty() {
            return Value::code(trimmed);
        }
        match self.join(base, trimmed) {
            Some(url) => {
                let host = host(&url);
                let long = host.is_some() && url.as_str().len() > LONGEST;
                Value { text: if long { shortened(url.as_str()) } else { url.into() }, host }
            }
            None => Value::code(trimmed),
        }
    }

    /// Whether a link leads to another site.
    pub(super) fn foreign_host(&self, raw: &str) -> Option<String> {
        let raw = raw.trim_matches(|c: char| c <= ' ');
        let absolute = raw.starts_with("//") || raw.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http"));
        let host = if absolute { self.resolve(raw).host? } else { return None };
        self.is_foreign(&host).then_some(host)
    }

    /// Whether a host belongs to another site than the page; where the page's own is unknown, every host does.
    pub(super) fn is_foreign(&self, host: &str) -> bool {
        self.own.as_deref().is_none_or(|own| !same_site(own, host))
    }
}

/// A value too long to be kept: its beginning (of a URL its host and the beginning of its path), and a digest that
/// stands for the whole.
pub(super) fn shortened(text: &str) -> String {
    let head = |text: &str| text.get(..text.floor_char_boundary(KEPT.min(text.len()))).unwrap_or_default().to_owned();
    let digest = Digest::of(text.as_bytes());
    match Url::parse(text).ok().filter(Url::has_host) {
        Some(url) => format!("{}{}…{digest}", origin(&url), head(url.path())),
        None => format!("{}…{digest}", head(text)),
    }
}

/// Scheme, host and port. Without a host, or with one longer than any that resolves, a URL leads nowhere.
fn origin(url: &Url) -> String {
    let host = url.host_str().filter(|host| host.len() < 256).unwrap_or("unresolved.invalid");
    let scheme = Some(url.scheme()).filter(|scheme| scheme.len() < 64).unwrap_or("unknown");
    format!("{scheme}://{host}{}", url.port().map_or_else(String::new, |port| format!(":{port}")))
}

/// A URL that others are resolved against. One that is too long loses its query, which they do not take over, and then
/// its path, for which a digest stands.
fn within_length(url: &Url) -> Option<Url> {
    if url.as_str().len() <= LONGEST_BASE {
        return Some(url.clone());
    }
    let mut short = url.clone();
    short.set_query(None);
    short.set_fragment(None);
    if short.as_str().len() <= LONGEST_BASE {
        return Some(short);
    }
    Url::parse(&format!("{}/{}/", origin(url), Digest::of(url.as_str().as_bytes()))).ok()
}

/// The URL that a page says it has: canonical, `og:url` or base.
pub(in crate::parse) fn declared(nodes: &[Node]) -> Option<Url> {
    let mut named = Named::default();
    nodes.iter().for_each(|node| {
        if let NodeKind::Element(element) = &node.kind {
            named.look_at(element);
        }
    });
    let mut urls = [named.canonical, named.og_url, named.base].into_iter().flatten();
    urls.find_map(|raw| Url::parse(raw.trim()).ok().filter(Url::has_host))
}

/// What a page says about its own URL.
#[derive(Default)]
struct Named<'a> {
    base: Option<&'a str>,
    canonical: Option<&'a str>,
    og_url: Option<&'a str>,
}

impl<'a> Named<'a> {
    fn look_at(&mut self, element: &'a Element) {
        let is = |key: &str, value: &str| element.attribute(key).is_some_and(|v| v.eq_ignore_ascii_case(value));
        match element.name.as_str() {
            "base" => self.base = self.base.or(element.attribute("href")),
            "link" if is("rel", "canonical") => self.canonical = self.canonical.or(element.attribute("href")),
            "meta" if is("property", "og:url") => self.og_url = self.og_url.or(element.attribute("content")),
            _ => {}
        }
    }
}

fn host(url: &Url) -> Option<String> {
    url.host_str().filter(|host| !host.is_empty()).map(str::to_ascii_lowercase)
}

/// Attributes whose value is a URL that a browser may execute.
pub(super) fn takes_url(name: &str) -> bool {
    matches!(
        name,
        "href"
            | "src"
            | "action"
            | "formaction"
            | "data"
            | "xlink:href"
            | "code"
            | "codebase"
            | "background"
            | "lowsrc"
            | "dynsrc"
            | "poster"
            | "to"
            | "from"
            | "by"
            | "values"
    )
}

/// The code of a `javascript:`, `vbscript:` or executable `data:` URL, when a value is one.
pub(super) fn script_url(element: &str, attribute: &str, value: &str) -> Option<String> {
    if attribute == "values" {
        return value.split(';').find_map(|part| script_url(element, "to", part));
    }
    let start = value.trim_start_matches(|c: char| c <= ' ');
    if !matches!(start.bytes().next()?.to_ascii_lowercase(), b'j' | b'v' | b'l' | b'd') {
        return None;
    }
    // Browsers drop tabs and line ends anywhere in a URL.
    let mut scheme = String::new();
    let mut end = None;
    for (at, c) in start.char_indices().filter(|(_, c)| !matches!(c, '\t' | '\n' | '\r')) {
        if c == ':' {
            end = Some(at);
            break;
        }
        if scheme.len() >= 10 || !c.is_ascii_alphabetic() {
            return None;
        }
        scheme.push(c.to_ascii_lowercase());
    }
    let rest = start.get(end? + 1..)?;
    match scheme.as_str() {
        "javascript" | "vbscript" | "livescript" => Some(format!("{scheme}:{}", percent_decoded(rest))),
        "data" if executes(element, attribute, rest) => Some(format!("data:{rest}")),
        _ => None,
    }
}

/// Whether a `data:` URL holds something that runs where it stands; pictures run nothing.
fn executes(element: &str, attribute: &str, rest: &str) -> bool {
    let picture =
        matches!(element, "img" | "image" | "source" | "video" | "audio" | "track" | "input" | "link" | "feImage");
    let shows = matches!(attribute, "background" | "poster" | "lowsrc" | "dynsrc");
    let kind: String =
        rest.chars().filter(|c| !c.is_whitespace()).take_while(|c| !matches!(c, ',' | ';')).take(40).collect();
    let kind = kind.to_ascii_lowercase();
    let runs = ["html", "javascript", "ecmascript", "svg", "xml", "vbscript"].iter().any(|word| kind.contains(word));
    let script = element == "script";
    !picture && !shows && (runs || script)
}

/// What the percent signs of a `javascript:` URL stand for.
fn percent_decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    String::from_utf8_lossy(&percent_bytes(text)).into_owned()
}

/// The bytes for which the percent signs of a text stand.
pub(super) fn percent_bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match digits.and_then(|two| u8::from_str_radix(two, 16).ok()).filter(|_| first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    bytes
}
