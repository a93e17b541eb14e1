//! What a page asks for: scripts, the documents of its frames, stylesheets, landmark pictures.

use super::active::Urls;
use crate::model::{ActiveItem, ActiveKind, Element, NodeId, Page, ResourceKind, Wanted, same_site};
use std::collections::HashSet;
use url::Url;

/// Longest URL that is asked for, in bytes.
const LONGEST_URL: usize = 2 << 10;
/// Most resources of a page that are named; far more than any page of the corpora has.
const MOST: usize = 256;
/// Most pictures beside favicon and logo.
const PICTURES: usize = 2;
/// Endings of what an object shows without being a document: films, sounds, pictures, papers, plug-ins.
const FILES: [&str; 24] = [
    "swf", "pdf", "mp4", "m4v", "mov", "wmv", "avi", "flv", "mpg", "mpeg", "webm", "ogv", "mp3", "m4a", "wav", "wma",
    "ogg", "png", "jpg", "jpeg", "gif", "webp", "class", "jar",
];
/// Width in pixels from which a picture counts as a large one.
const LARGE: u32 = 200;

/// What a page asks for, what acts first, in document order; each thing once, at most 256. Relative URLs are resolved
/// against `url`, the page's own, and its `<base>`.
///
/// Only what a browser loads by itself is here: nothing inside `<noscript>`, no templates, no hints. What a script or a
/// stylesheet loads in turn is not.
#[must_use]
pub fn resources(page: &Page, url: &Url) -> Vec<Wanted> {
    let mut list =
        List { urls: Urls::of(&page.nodes, Some(url), false), page: url, found: Vec::new(), seen: HashSet::new() };
    list.acting(page, ResourceKind::Script, |item| item.kind == ActiveKind::LinkedScript);
    list.acting(page, ResourceKind::Frame, |item| is_document(page, item));
    let styles = page.elements_named("link").filter(|(_, link)| is_related(link, "stylesheet"));
    styles.for_each(|(_, link)| list.add(ResourceKind::Style, link.attribute("href")));
    list.pictures(page);
    list.found
}

/// The list as it grows.
struct List<'a> {
    urls: Urls,
    page: &'a Url,
    found: Vec<Wanted>,
    seen: HashSet<(ResourceKind, Url)>,
}

impl List<'_> {
    fn acting(&mut self, page: &Page, kind: ResourceKind, fits: impl Fn(&ActiveItem) -> bool) {
        let items = page.active.iter().filter(|item| !item.noscript && fits(item));
        items.for_each(|item| self.add_resolved(kind, &item.value));
    }

    fn add(&mut self, kind: ResourceKind, raw: Option<&str>) {
        if let Some(raw) = raw {
            let resolved = self.urls.resolve(raw).text;
            self.add_resolved(kind, &resolved);
        }
    }

    fn add_resolved(&mut self, kind: ResourceKind, value: &str) {
        let Some(url) = address(value).filter(|_| self.found.len() < MOST) else { return };
        let own = self.is_own(&url);
        if self.seen.insert((kind, url.clone())) {
            self.found.push(Wanted { kind, url, own });
        }
    }

    fn is_own(&self, url: &Url) -> bool {
        url.host_str().zip(self.page.host_str()).is_some_and(|(host, own)| same_site(host, own))
    }

    /// The favicon, the logo, and the first large pictures, all of the page's own site.
    fn pictures(&mut self, page: &Page) {
        let icon = page.elements_named("link").find(|(_, link)| is_related(link, "icon"));
        let images: Vec<&Element> = page.elements_named("img").map(|(_, image)| image).collect();
        let logo = images.iter().find(|image| is_logo(image));
        let large = images.iter().filter(|image| !is_logo(image) && is_large(image));
        let mut sources: Vec<&str> = icon.and_then(|(_, link)| link.attribute("href")).into_iter().collect();
        sources.extend(logo.into_iter().chain(large.take(PICTURES)).filter_map(|image| source(image)));
        for raw in sources {
            if address(&self.urls.resolve(raw).text).is_some_and(|url| self.is_own(&url)) {
                self.add(ResourceKind::Picture, Some(raw));
            }
        }
    }
}

/// A URL that can be fetched, without its fragment.
fn address(value: &str) -> Option<Url> {
    let mut url = Url::parse(value).ok().filter(|_| value.len() <= LONGEST_URL)?;
    url.set_fragment(None);
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

fn is_related(link: &Element, wanted: &str) -> bool {
    let relations = link.attribute("rel").unwrap_or_default();
    relations.split_ascii_whitespace().any(|relation| relation.eq_ignore_ascii_case(wanted))
}

/// Whether an item loads a document: a frame does; an object when neither its type nor its name says that it is something else.
fn is_document(page: &Page, item: &ActiveItem) -> bool {
    let attribute = item.attribute.as_deref().unwrap_or_default();
    match item.kind {
        ActiveKind::Frame => attribute != "srcdoc",
        ActiveKind::Object => is_markup(page, item.node, &item.value),
        _ => false,
    }
}

fn is_markup(page: &Page, node: NodeId, value: &str) -> bool {
    let kind = page.element(node).and_then(|element| element.attribute("type")).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        // The server says what it is; a name that says otherwise of something else is believed, to spare films.
        "" => !names_a_file(value),
        kind => {
            matches!(kind, "image/svg+xml" | "text/html" | "application/xhtml+xml" | "text/xml" | "application/xml")
        }
    }
}

/// Whether the name of an address ends as those of files do that are no documents.
fn names_a_file(value: &str) -> bool {
    let path = value.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or_default();
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| FILES.contains(&ending))
}

fn source(image: &Element) -> Option<&str> {
    ["src", "data-src", "data-lazy-src"].iter().find_map(|name| image.attribute(name))
}

fn is_logo(image: &Element) -> bool {
    let named = ["id", "class", "src", "data-src"].iter().filter_map(|name| image.attribute(name));
    named.into_iter().any(|value| value.to_ascii_lowercase().contains("logo"))
        || image.attribute("alt").is_some_and(|alt| alt.contains("ロゴ"))
}

/// Whether a picture is large, as far as the page says: one that tells no size counts, one that tells a small one does not.
fn is_large(image: &Element) -> bool {
    let size =
        |name| image.attribute(name).map(|value| value.trim_end_matches("px").trim().parse::<u32>().unwrap_or(LARGE));
    size("width").is_none_or(|width| width >= LARGE) && size("height").is_none_or(|height| height >= LARGE / 4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{self, Options};

    fn wanted(text: &str) -> Vec<(ResourceKind, String, bool)> {
        let url = "https://www.city.example/top/".parse().expect("URL");
        let page = parse::page(text.as_bytes(), &Options { url: Some(&url), ..Options::default() });
        resources(&page, &url).into_iter().map(|one| (one.kind, one.url.to_string(), one.own)).collect()
    }

    #[test]
    fn what_acts_comes_first_and_each_thing_once() {
        let found = wanted(
            "<link rel='StyleSheet' href='../a.css'><img src=big.jpg width=800><script src='/js/a.js'></script>\
             <script src='/js/a.js#x'></script><script src='//cdn.example/lib.js'></script><iframe src='map.html'></iframe>\
             <object data='plan.svg'></object><object data='film.mp4'></object>\
             <object data='/view' type='Text/HTML; charset=utf-8'></object><object data='/any'></object>",
        );
        use ResourceKind::{Frame, Picture, Script, Style};
        let expected = [
            (Script, "https://www.city.example/js/a.js", true),
            (Script, "https://cdn.example/lib.js", false),
            (Frame, "https://www.city.example/top/map.html", true),
            (Frame, "https://www.city.example/top/plan.svg", true),
            (Frame, "https://www.city.example/view", true),
            (Frame, "https://www.city.example/any", true),
            (Style, "https://www.city.example/a.css", true),
            (Picture, "https://www.city.example/top/big.jpg", true),
        ];
        assert_eq!(found, expected.map(|(kind, url, own)| (kind, url.to_owned(), own)));
    }

    #[test]
    fn what_no_browser_loads_is_not_asked_for() {
        let found = wanted(
            "<script>var a = 1;</script><script type='text/template' src=t.html></script><script src='data:,x'></script>\
             <noscript><iframe src='https://tags.example/ns.html'></iframe></noscript><iframe srcdoc='<p>'></iframe>\
             <a href='b.html'>b</a><link rel=preload href=c.js as=script><script src='javascript:x'></script>",
        );
        assert_eq!(found, []);
    }

    #[test]
    fn landmarks_are_the_icon_the_logo_and_large_pictures_of_the_own_site() {
        let found = wanted(
            "<link rel='shortcut icon' href=/favicon.ico><img src=/i/arrow.gif width=12><img src=/i/x.png alt='市ロゴ'>\
             <img src='https://ads.example/b.jpg'><img src=/i/one.jpg><img src=/i/two.jpg width=640><img src=/i/three.jpg>",
        );
        let names: Vec<&str> = found.iter().filter_map(|(_, url, _)| url.rsplit('/').next()).collect();
        assert_eq!(names, ["favicon.ico", "x.png", "one.jpg"]);
    }

    #[test]
    fn a_base_leads_them_elsewhere() {
        let found = wanted("<base href='https://evil.example/'><script src='a.js'></script>");
        assert_eq!(found, [(ResourceKind::Script, "https://evil.example/a.js".to_owned(), false)]);
    }

    #[test]
    fn a_page_of_endless_scripts_ends() {
        let text: String = (0..1_000).map(|n| format!("<script src={n}.js></script>")).collect();
        assert_eq!(wanted(&text).len(), MOST);
    }
}
