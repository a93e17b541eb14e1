//! Which hosts belong to one site: the registrable domain, with the offices under `lg.jp` kept apart.

/// The site a host belongs to: its registrable domain (public suffix list). Under `lg.jp` four labels are kept, since
/// `www.pref.saitama.lg.jp` and `www.city.saitama.lg.jp` are two offices. Addresses and single labels are their own site.
#[must_use]
pub fn site(host: &str) -> &str {
    let host = host.trim_end_matches('.');
    if host.parse::<std::net::IpAddr>().is_ok() || host.starts_with('[') {
        return host;
    }
    let labels = if host.ends_with(".lg.jp") { 4 } else { 0 };
    if labels > 0 {
        return last_labels(host, labels);
    }
    psl::domain_str(host).unwrap_or(host)
}

/// Whether two hosts belong to one site.
#[must_use]
pub fn same_site(a: &str, b: &str) -> bool {
    site(a).eq_ignore_ascii_case(site(b))
}

/// What of a host's name was chosen by its owner: the labels before the public suffix (`www.city.example` of
/// `www.city.example.com`). None of an address, and of a name that is a suffix itself.
#[must_use]
pub fn chosen_name(host: &str) -> Option<&str> {
    let host = host.trim_end_matches('.');
    if host.parse::<std::net::IpAddr>().is_ok() || host.starts_with('[') {
        return None;
    }
    let suffix = psl::suffix(host.as_bytes())?.as_bytes().len();
    host.get(..host.len().checked_sub(suffix + 1)?)
}

/// Whether a name in lower case is a public suffix of its own (`jp`, `com`, `lg.jp`).
#[must_use]
pub fn is_public_suffix(name: &str) -> bool {
    psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.is_known() && suffix.as_bytes().len() == name.len())
}

fn last_labels(host: &str, count: usize) -> &str {
    match host.rmatch_indices('.').nth(count - 1) {
        Some((at, _)) => &host[at + 1..],
        None => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offices_are_kept_apart() {
        assert_eq!(site("www.pref.saitama.lg.jp"), "pref.saitama.lg.jp");
        assert_eq!(site("www2.city.saitama.lg.jp"), "city.saitama.lg.jp");
        assert!(!same_site("www.pref.saitama.lg.jp", "www.city.saitama.lg.jp"));
        assert!(same_site("www.soumu.go.jp", "www2.soumu.go.jp"));
        assert!(!same_site("a.github.io", "b.github.io"));
        assert_eq!(site("192.0.2.1"), "192.0.2.1");
    }

    #[test]
    fn suffixes_are_nobodys_choice() {
        assert_eq!(chosen_name("www.city.shibukawa.tokyo.jp"), Some("www.city.shibukawa"));
        assert_eq!(chosen_name("casino-slot.tokyo"), Some("casino-slot"));
        assert_eq!(chosen_name("tokyo"), None);
        assert_eq!(chosen_name("192.0.2.1"), None);
    }
}
