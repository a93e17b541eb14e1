//! Where a host stands: the page's own, approved before, a well-known service, an imitation, or unknown.

use super::services::{Service, imitates, service};
use super::shared::publisher;
use crate::model::{ActiveItem, Case, Version, site};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;
use url::Url;

/// Where a host stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::detect) enum Standing {
    /// The page's own site.
    Own,
    /// Something of this site acts in the approved page; where strangers share a host, of this publisher.
    Approved,
    /// A well-known service.
    Service(&'static Service<'static>),
    /// It imitates the name of a service.
    Imitation(&'static str),
    /// Nothing is known of it.
    Unknown,
}

/// The hosts of a case.
pub(in crate::detect) struct Hosts<'a> {
    case: Case<'a>,
    sites: OnceCell<Sites<'a>>,
    /// Sites that the approved page shows and links to again and again.
    familiar: OnceCell<HashSet<String>>,
}

/// Different addresses of a site that the approved page links to or shows pictures of, from which on the site is familiar.
const FAMILIAR: usize = 3;

/// The sites that are known; read off the pages when the first host is asked for, which on most pages is never.
struct Sites<'a> {
    own: HashSet<&'a str>,
    approved: HashSet<String>,
}

impl<'a> Sites<'a> {
    fn of(case: &Case<'a>) -> Self {
        let mut own = own_sites(&case.now);
        let mut approved = HashSet::new();
        if let Some(compared) = case.approved {
            own.extend(own_sites(&compared.version));
            approved.extend(acting_sites(&compared.version));
        }
        Self { own, approved }
    }
}

impl<'a> Hosts<'a> {
    /// Those of the page and its approved version.
    pub(in crate::detect) fn of(case: &Case<'a>) -> Self {
        Self { case: *case, sites: OnceCell::new(), familiar: OnceCell::new() }
    }

    /// Where the host of a URL stands.
    pub(in crate::detect) fn standing(&self, url: &Url) -> Standing {
        match self.linked(url) {
            Standing::Service(service) if service.is_government() => Standing::Unknown,
            standing => standing,
        }
    }

    /// Where the host of a link or a redirect stands: there the name of a public body speaks for it.
    pub(in crate::detect) fn linked(&self, url: &Url) -> Standing {
        let Some(host) = url.host_str() else { return Standing::Own };
        let sites = self.sites.get_or_init(|| Sites::of(&self.case));
        if sites.own.contains(site(host)) {
            Standing::Own
        } else if sites.approved.contains(&*whose(url, host)) {
            Standing::Approved
        } else if let Some(service) = service(host, url.path()) {
            Standing::Service(service)
        } else {
            imitates(host).map_or(Standing::Unknown, Standing::Imitation)
        }
    }

    /// Whether the approved page links to several addresses of a URL's site: a partner's, or its own under another name.
    /// Something new from there is less of a surprise, and still nothing that was approved.
    pub(in crate::detect) fn is_familiar(&self, url: &Url) -> bool {
        let Some((host, compared)) = url.host_str().zip(self.case.approved) else { return false };
        self.familiar.get_or_init(|| linked_often(&compared.version)).contains(&*whose(url, host))
    }

    /// How many organisations have approved something that acts from where a URL leads, when they are many.
    pub(in crate::detect) fn approved_by(&self, url: &Url) -> Option<u32> {
        self.case.fleet.organisations(&whose(url, url.host_str()?))
    }

    /// Where the host of an active item stands.
    pub(in crate::detect) fn standing_of(&self, item: &ActiveItem, url: &Url) -> Standing {
        if item.foreign { self.standing(url) } else { Standing::Own }
    }

    /// A URL as a script writes it (absolute, without scheme, or relative), resolved against the page.
    pub(in crate::detect) fn resolve(&self, raw: &str) -> Option<Url> {
        let raw = raw.trim();
        let url = match (self.case.now.url, raw.strip_prefix("//")) {
            (Some(base), _) => base.join(raw).ok()?,
            (None, Some(rest)) => Url::parse(&format!("https://{rest}")).ok()?,
            (None, None) => Url::parse(raw).ok()?,
        };
        matches!(url.scheme(), "http" | "https" | "ws" | "wss" | "ftp").then_some(url)
    }
}

/// The URL of an active item. Where the page's own is not known, a relative one stands on a host that does not exist.
pub(in crate::detect) fn address(item: &ActiveItem) -> Option<Url> {
    static NOWHERE: LazyLock<Option<Url>> = LazyLock::new(|| Url::parse("https://page.invalid/").ok());
    Url::parse(&item.value).ok().or_else(|| NOWHERE.as_ref()?.join(&item.value).ok())
}

fn own_sites<'a>(version: &Version<'a>) -> HashSet<&'a str> {
    let named = version.url.and_then(Url::host_str).map(site);
    let items = version.page.active.iter().filter(|item| !item.foreign).filter_map(|item| item.host.as_deref());
    named.into_iter().chain(items.map(site)).collect()
}

/// The sites of which a version links to several addresses, or shows pictures from there.
fn linked_often(version: &Version) -> HashSet<String> {
    let mut addresses: HashMap<String, HashSet<Url>> = HashMap::new();
    for (_, element) in version.page.elements() {
        let name = match &*element.name {
            "a" | "area" => "href",
            "img" => "src",
            _ => continue,
        };
        let Some(url) = element.attribute(name).and_then(|raw| absolute(raw.trim())) else { continue };
        let Some(host) = url.host_str() else { continue };
        // Many publishers of one host make the host itself familiar, and none of the others there.
        for owner in [whose(&url, host), Cow::Borrowed(site(host))] {
            let seen = addresses.entry(owner.into_owned()).or_default();
            if seen.len() < FAMILIAR {
                seen.insert(url.clone());
            }
        }
    }
    addresses.into_iter().filter(|(_, seen)| seen.len() >= FAMILIAR).map(|(site, _)| site).collect()
}

/// A URL that names its host.
fn absolute(raw: &str) -> Option<Url> {
    let url = match raw.strip_prefix("//") {
        Some(rest) => Url::parse(&format!("https://{rest}")),
        None => Url::parse(raw),
    };
    url.ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

/// The sites from which something acts in a version, which its acting scripts name, or to which its files are redirected.
fn acting_sites(version: &Version) -> HashSet<String> {
    let items = version.page.active.iter().filter_map(|item| {
        let host = item.host.as_deref()?;
        Some(Url::parse(&item.value).map_or_else(|_| site(host).to_owned(), |url| whose(&url, host).into_owned()))
    });
    let acting = version.scripts.iter().filter(|report| !report.sinks.is_empty());
    let urls = acting.flat_map(|report| report.urls.iter().chain(&report.redirects));
    let named = urls.filter_map(|raw| {
        let raw = raw.strip_prefix("//").map_or_else(|| raw.clone(), |rest| format!("https://{rest}"));
        let url = Url::parse(&raw).ok()?;
        url.host_str().map(|host| whose(&url, host).into_owned())
    });
    let led = version.resources.iter().flat_map(|resource| &resource.way);
    let led = led.filter_map(|url| url.host_str().map(|host| whose(url, host).into_owned()));
    items.chain(named).chain(led).collect()
}

/// To whom what acts in approved pages belongs, for the count of the fleet; none for the page's own.
#[must_use]
pub fn foreign_owner(page: &Url, url: &Url) -> Option<String> {
    let host = url.host_str()?;
    let own = page.host_str().is_some_and(|own| site(own) == site(host));
    (!own).then(|| whose(url, host).into_owned())
}

/// To whom a URL belongs: its site, or its publisher on a host that strangers share.
fn whose<'a>(url: &Url, host: &'a str) -> Cow<'a, str> {
    publisher(host, url.path()).map_or(Cow::Borrowed(site(host)), Cow::Owned)
}
