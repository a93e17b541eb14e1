//! What a registry is checked against: the parser's selectors and the guard of the way out.

use super::wiring;
use crate::config::{Objection, Settings, TargetCheck};
use crate::model::{UnseenReason, Words};
use crate::net::Guard;
use anyhow::Result;
use url::Url;

/// The checks of an installation, strict: for commands that change or check a registry.
pub struct RegistryChecks {
    guard: Guard,
}

impl RegistryChecks {
    /// With the ranges and ports that the settings allow.
    ///
    /// # Errors
    /// When an allowed range cannot be used.
    pub fn new(settings: &Settings) -> Result<Self> {
        Ok(Self { guard: wiring::guard(settings, &settings.fetch.allow_addresses)? })
    }
}

impl TargetCheck for RegistryChecks {
    fn mask(&self, select: &str) -> Result<(), Words> {
        crate::parse::check_mask(select)
    }

    fn url(&self, url: &Url) -> Result<(), Objection> {
        self.guard.check_url(url).map_err(|error| match error.reason {
            UnseenReason::AddressRefused => refused_address(url, &error.detail),
            _ => refused_port(url, &error.detail),
        })
    }

    fn are_strict(&self) -> bool {
        true
    }
}

fn refused_address(url: &Url, detail: &str) -> Objection {
    let host = url.host_str().unwrap_or_default();
    Objection {
        message: Words::new(
            format!("this URL is never fetched: {detail}"),
            format!("この URL は取得できません。{host} は公開されたアドレスではありません"),
        ),
        help: Words::new(
            "write the page's public name; only if it really lives there, allow the range in hinomi.toml: [fetch] allow_addresses",
            "公開されているホスト名を書いてください。本当にそこにある場合だけ、hinomi.toml の [fetch] allow_addresses で範囲を許可します",
        ),
    }
}

fn refused_port(url: &Url, detail: &str) -> Objection {
    let port = url.port_or_known_default().unwrap_or_default();
    Objection {
        message: Words::new(
            format!("this URL is never fetched: {detail}"),
            format!("この URL は取得できません。ポート {port} は対象外です"),
        ),
        help: Words::new(
            "use port 80 or 443, or allow the port in hinomi.toml: [fetch] allow_ports",
            "80 か 443 を使うか、hinomi.toml の [fetch] allow_ports でポートを許可してください",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str) -> Option<Objection> {
        let checks = RegistryChecks { guard: Guard::default() };
        checks.url(&url.parse().expect("url")).err()
    }

    #[test]
    fn what_can_never_be_fetched_is_refused_with_its_remedy_in_both_languages() {
        for (url, key) in [
            ("http://127.0.0.1/", "allow_addresses"),
            ("http://0x7f.1/", "allow_addresses"),
            ("http://10.0.0.5/", "allow_addresses"),
            ("http://[::1]/", "allow_addresses"),
            ("https://www.city.example:22/", "allow_ports"),
        ] {
            let Objection { message, help } = refused(url).unwrap_or_else(|| panic!("{url} was taken"));
            assert!(help.en.contains(key) && help.ja.contains(key), "{url}: {help:?}");
            assert!(!message.ja.is_ascii() && message.en.starts_with("this URL is never fetched"), "{message:?}");
        }
        assert_eq!(refused("https://www.city.example:8443/"), None);
    }
}
