//! What each persona says about itself in a request.

use crate::model::Persona;
use url::Url;

/// How hinomi introduces itself to the hosts it visits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Name and version, as in `hinomi/0.1.0`.
    pub product: String,
    /// Where a host's operator finds out who watches and why; a URL or a mail address.
    pub contact: Option<String>,
}

impl Default for Identity {
    fn default() -> Self {
        Self { product: concat!("hinomi/", env!("CARGO_PKG_VERSION")).to_owned(), contact: None }
    }
}

impl Identity {
    /// The product with the contact, as crawlers write it.
    fn signature(&self) -> String {
        match &self.contact {
            Some(contact) => format!("{}; +{contact}", self.product),
            None => self.product.clone(),
        }
    }

    /// Whether it can be sent as a header.
    pub(super) fn is_sendable(&self) -> bool {
        self.signature().bytes().all(|byte| (0x20..0x7f).contains(&byte))
    }

    /// The user agent of a persona. Each names hinomi: no host is lied to about who visits. The robot carries a search
    /// engine's name besides, because kits that hide from people look for it.
    fn user_agent(&self, persona: Persona) -> String {
        let signature = self.signature();
        match persona {
            Persona::Desktop | Persona::SearchVisitor => format!("Mozilla/5.0 (compatible; {signature})"),
            Persona::Mobile => format!(
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Mobile/15E148 (compatible; {signature})"
            ),
            Persona::SearchBot => {
                format!("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html) ({signature})")
            }
        }
    }

    /// The headers of a request by this persona, without conditions and cookies.
    pub(super) fn headers(&self, persona: Persona) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("user-agent", self.user_agent(persona)),
            ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8".to_owned()),
            ("accept-language", "ja,en-US;q=0.7,en;q=0.3".to_owned()),
            ("accept-encoding", "gzip, deflate, br, zstd".to_owned()),
        ];
        match persona {
            Persona::Mobile => headers.push(("sec-ch-ua-mobile", "?1".to_owned())),
            Persona::SearchVisitor => headers.push(("referer", "https://www.google.co.jp/".to_owned())),
            Persona::Desktop | Persona::SearchBot => {}
        }
        headers
    }

    /// The headers of a request for something that a page loads, as browsers send them: from another origin only the
    /// page's own is told.
    pub(super) fn headers_within(&self, persona: Persona, page: &Url, url: &Url) -> Vec<(&'static str, String)> {
        let mut headers = self.headers(persona);
        headers.retain(|(name, _)| !matches!(*name, "accept" | "referer"));
        headers.push(("accept", "*/*".to_owned()));
        let mut referer = page.clone();
        if page.origin() != url.origin() {
            referer.set_path("/");
            referer.set_query(None);
        }
        referer.set_fragment(None);
        // A page that came encrypted is told to no host that would answer in the clear.
        if page.scheme() == url.scheme() || url.scheme() == "https" {
            headers.push(("referer", referer.into()));
        }
        headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_persona_names_hinomi_and_its_contact() {
        let identity = Identity { contact: Some("https://watch.example/about".to_owned()), ..Identity::default() };
        for persona in Persona::ALL {
            let agent = identity.user_agent(persona);
            assert!(agent.contains(concat!("hinomi/", env!("CARGO_PKG_VERSION"))), "{agent}");
            assert!(agent.contains("+https://watch.example/about"), "{agent}");
        }
    }

    #[test]
    fn personas_differ_where_cloaking_looks() {
        let identity = Identity::default();
        let has = |persona, name: &str| identity.headers(persona).iter().any(|(key, _)| *key == name);
        assert!(has(Persona::SearchVisitor, "referer") && !has(Persona::Desktop, "referer"));
        assert!(identity.user_agent(Persona::Mobile).contains("iPhone"));
        assert!(identity.user_agent(Persona::SearchBot).contains("Googlebot"));
        assert!(!identity.user_agent(Persona::Desktop).contains("Googlebot"));
    }

    #[test]
    fn what_a_page_loads_is_asked_for_as_browsers_do() {
        let url = |text: &str| text.parse::<Url>().expect("URL");
        let page = url("https://www.city.example/top/?q=1#x");
        let referer = |target: &str| {
            let headers = Identity::default().headers_within(Persona::SearchVisitor, &page, &url(target));
            assert_eq!(headers.iter().filter(|(name, _)| *name == "accept").count(), 1);
            let mut sent = headers.into_iter().filter(|(name, _)| *name == "referer").map(|(_, value)| value);
            let first = sent.next();
            assert_eq!(sent.next(), None);
            first
        };
        assert_eq!(referer("https://www.city.example/a.js").as_deref(), Some("https://www.city.example/top/?q=1"));
        assert_eq!(referer("https://cdn.example/a.js").as_deref(), Some("https://www.city.example/"));
        assert_eq!(referer("http://cdn.example/a.js"), None);
    }

    #[test]
    fn an_identity_with_line_breaks_cannot_be_sent() {
        assert!(Identity::default().is_sendable());
        assert!(!Identity { product: "x\r\ny".to_owned(), contact: None }.is_sendable());
    }
}
