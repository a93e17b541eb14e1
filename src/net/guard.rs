//! The check of every URL and every resolved address before anything is sent there.

use super::address::{AllowedRanges, refused};
use super::error::Error;
use crate::model::UnseenReason;
use std::net::IpAddr;
use url::{Host, Url};

/// Ports from 1024 up that belong to other services; a fetch there could make them act. The list holds those that browsers
/// refuse (WHATWG Fetch, "bad port") and databases, caches, queues and control planes that understand lines of text.
const OTHER_SERVICES: [u16; 45] = [
    1433, 1521, 1719, 1720, 1723, 2049, 2181, 2375, 2376, 2379, 2380, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432,
    5672, 5900, 5984, 6000, 6379, 6380, 6443, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 8500, 9042, 9092, 9200,
    9300, 10080, 10250, 11211, 27017, 27018, 50000,
];

/// Ports that may be fetched: 80, 443 and those from 1024 up that are not known to belong to another service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ports {
    /// Ports that the operator allows besides.
    pub also: Vec<u16>,
}

impl Ports {
    fn allows(&self, port: u16) -> bool {
        self.also.contains(&port) || matches!(port, 80 | 443) || (port >= 1024 && !OTHER_SERVICES.contains(&port))
    }
}

/// What may be fetched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guard {
    /// Ranges that are allowed although they are not public.
    pub allowed: AllowedRanges,
    /// Ports.
    pub ports: Ports,
}

impl Guard {
    /// Checks scheme, user information, port and literal address of a URL. `url` has folded octal, decimal and hexadecimal
    /// spellings and full-width characters into a literal by now. A name is checked when it is resolved.
    ///
    /// # Errors
    /// [`UnseenReason::UrlRefused`] or [`UnseenReason::AddressRefused`].
    pub fn check_url(&self, url: &Url) -> Result<(), Error> {
        let refuse = |detail: String| Err(Error::new(UnseenReason::UrlRefused, detail));
        if !matches!(url.scheme(), "http" | "https") {
            return refuse(format!("scheme '{}' is not fetched", url.scheme()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("a URL with user name or password is not fetched".to_owned());
        }
        match url.port_or_known_default() {
            Some(port) if self.ports.allows(port) => {}
            port => return refuse(format!("port {} is not fetched", port.unwrap_or(0))),
        }
        match url.host() {
            Some(Host::Ipv4(ip)) => self.check_address(ip.into()),
            Some(Host::Ipv6(ip)) => self.check_address(ip.into()),
            Some(Host::Domain(name)) if !name.trim_end_matches('.').is_empty() => Ok(()),
            _ => refuse("the URL has no host".to_owned()),
        }
    }

    /// Checks one address.
    ///
    /// # Errors
    /// [`UnseenReason::AddressRefused`] with the address and its class.
    pub fn check_address(&self, ip: IpAddr) -> Result<(), Error> {
        match refused(ip, &self.allowed) {
            None => Ok(()),
            Some(why) => Err(Error::new(UnseenReason::AddressRefused, format!("{ip} is {why}"))),
        }
    }

    /// Checks all addresses of a name. One refused address refuses the name, whatever else it resolves to: a name with
    /// both kinds is how a guard is led past itself.
    ///
    /// # Errors
    /// [`UnseenReason::AddressRefused`], or [`UnseenReason::NameNotFound`] without addresses.
    pub fn check_addresses(&self, name: &str, addresses: &[IpAddr]) -> Result<(), Error> {
        if addresses.is_empty() {
            return Err(Error::new(UnseenReason::NameNotFound, format!("{name} has no addresses")));
        }
        let mut bad = addresses.iter().filter_map(|ip| Some((ip, refused(*ip, &self.allowed)?)));
        let Some((ip, why)) = bad.next() else { return Ok(()) };
        let both = bad.count() + 1 < addresses.len();
        let kind = if both { "resolves to public and refused addresses both" } else { "resolves to a refused address" };
        Err(Error::new(UnseenReason::AddressRefused, format!("{name} {kind}: {ip} is {why}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(url: &str) -> Option<UnseenReason> {
        Guard::default().check_url(&url.parse().expect(url)).err().map(|error| error.reason)
    }

    #[test]
    fn every_spelling_of_a_refused_address_is_refused() {
        for url in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://127.1/",
            "http://0x7f000001/",
            "http://017700000001/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::1]/",
            "http://127\u{3002}0\u{3002}0\u{3002}1/",
            "http://１２７．０．０．１/",
            "http://169.254.169.254/latest/",
            "http://[fd00:ec2::254]/",
            "http://[64:ff9b::7f00:1]/",
            "http://0/",
            "http://[::]/",
            "http://127.0.0.1./",
        ] {
            assert_eq!(reason(url), Some(UnseenReason::AddressRefused), "{url}");
        }
    }

    #[test]
    fn schemes_ports_and_users_are_checked() {
        for url in [
            "file:///etc/passwd",
            "ftp://www.example/",
            "gopher://www.example/",
            "data:text/html,x",
            "http://user@www.example/",
            "http://user:pass@www.example/",
            "http://www.example:22/",
            "http://www.example:25/",
            "https://www.example:6379/",
            "http://www.example:6000/",
            "http://www.example:0/",
        ] {
            assert_eq!(reason(url), Some(UnseenReason::UrlRefused), "{url}");
        }
        for url in [
            "http://www.example/",
            "https://www.example:443/",
            "http://www.example:8080/",
            "https://例え.example:8443/",
        ] {
            assert_eq!(reason(url), None, "{url}");
        }
    }

    #[test]
    fn a_port_may_be_allowed_by_name() {
        let guard = Guard { ports: Ports { also: vec![81] }, ..Guard::default() };
        assert_eq!(guard.check_url(&"http://www.example:81/".parse().expect("url")), Ok(()));
    }

    #[test]
    fn a_name_with_both_kinds_of_addresses_is_refused_and_says_so() {
        let ips = ["8.8.8.8", "10.0.0.1"].map(|ip| ip.parse().expect("ip"));
        let error = Guard::default().check_addresses("both.example", &ips).expect_err("refused");
        assert_eq!(error.reason, UnseenReason::AddressRefused);
        assert!(error.detail.contains("both.example") && error.detail.contains("10.0.0.1"), "{}", error.detail);
        assert!(error.detail.contains("both:"), "{}", error.detail);
        assert_eq!(Guard::default().check_addresses("one.example", &ips[..1]), Ok(()));
    }
}
