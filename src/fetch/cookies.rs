//! Cookies within one fetch: hosts that set one and redirect would otherwise send us in a circle. Nothing outlives it.

/// Most cookies that are kept in one fetch.
const MAX_COOKIES: usize = 32;
/// Longest cookie in bytes that is kept.
const MAX_BYTES: usize = 4_096;

/// The cookies of one fetch, each for exactly the host that set it. Paths, dates and other attributes do not matter for
/// the length of a redirect chain.
#[derive(Debug, Default)]
pub(super) struct Cookies(Vec<(String, String, String)>);

impl Cookies {
    /// Takes in the `Set-Cookie` headers of an answer.
    pub(super) fn learn(&mut self, host: &str, headers: &[(String, String)]) {
        for (_, line) in headers.iter().filter(|(name, _)| name == "set-cookie") {
            let pair = line.split(';').next().unwrap_or("").trim();
            if let Some((name, value)) = pair.split_once('=') {
                self.put(host, name.trim(), value.trim());
            }
        }
    }

    fn put(&mut self, host: &str, name: &str, value: &str) {
        let printable = |text: &str| text.bytes().all(|byte| (0x21..0x7f).contains(&byte));
        if name.is_empty() || name.len() + value.len() > MAX_BYTES || !printable(name) || !printable(value) {
            return;
        }
        // A cookie that is set again moves to the end.
        self.0.retain(|(h, n, _)| h != host || n != name);
        if self.0.len() < MAX_COOKIES {
            self.0.push((host.to_owned(), name.to_owned(), value.to_owned()));
        }
    }

    /// The `Cookie` header for a host; none without cookies.
    pub(super) fn header(&self, host: &str) -> Option<String> {
        let own = self.0.iter().filter(|(h, _, _)| h == host);
        let pairs: Vec<_> = own.map(|(_, name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(value: &str) -> (String, String) {
        ("set-cookie".to_owned(), value.to_owned())
    }

    #[test]
    fn cookies_go_back_to_their_host_only() {
        let mut cookies = Cookies::default();
        cookies.learn("a.example", &[set("sid=1; Path=/; Secure"), set("seen=yes"), set("sid=2")]);
        assert_eq!(cookies.header("a.example").as_deref(), Some("seen=yes; sid=2"));
        assert_eq!(cookies.header("b.example"), None);
    }

    #[test]
    fn what_cannot_be_sent_back_is_left_out() {
        let mut cookies = Cookies::default();
        let long = format!("l={}", "x".repeat(MAX_BYTES));
        cookies.learn("a.example", &[set("no-value"), set("=x"), set("火=1"), set("a=b c"), set(&long)]);
        cookies.learn("a.example", &(0..100).map(|n| set(&format!("c{n}=1"))).collect::<Vec<_>>());
        assert_eq!(cookies.0.len(), MAX_COOKIES);
        assert!(cookies.0.iter().all(|(_, name, _)| name.starts_with('c')));
    }
}
