//! Content security policies, read as far as it takes to see whether one lets more through than another.

use std::collections::{BTreeMap, BTreeSet};

/// A policy: directives with their sources.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Policy(BTreeMap<String, BTreeSet<String>>);

/// How a policy lets more through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Loosened {
    /// The directive.
    pub(super) directive: String,
    /// What it lets through now; none when the directive is gone.
    pub(super) by: Option<String>,
}

impl Loosened {
    /// Whether scripts of strangers get through by it.
    pub(super) fn opens_scripts(&self) -> bool {
        let scripts = matches!(self.directive.as_str(), "script-src" | "script-src-elem" | "default-src");
        let wide = ["'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:", "data:", "blob:"];
        scripts && self.by.as_deref().is_none_or(|source| wide.contains(&source))
    }
}

impl Policy {
    /// Reads header or meta text; several policies joined by commas are read as one that only holds what all say.
    pub(super) fn read(text: &str) -> Self {
        let mut directives = BTreeMap::new();
        for directive in text.split([';', ',']).take(200) {
            let mut words = directive.split_ascii_whitespace().map(str::to_ascii_lowercase);
            let Some(name) = words.next() else { continue };
            directives.entry(name).or_insert_with(|| words.map(plain).collect());
        }
        Self(directives)
    }

    /// The sources that hold for a directive, its fallback included.
    fn sources(&self, directive: &str) -> Option<&BTreeSet<String>> {
        let fallback = match directive {
            "base-uri" | "form-action" | "frame-ancestors" | "sandbox" => None,
            "script-src-elem" | "script-src-attr" | "worker-src" => Some("script-src"),
            "style-src-elem" | "style-src-attr" => Some("style-src"),
            _ => Some("default-src"),
        };
        self.0
            .get(directive)
            .or_else(|| self.0.get(fallback?))
            .or_else(|| self.0.get("default-src").filter(|_| fallback.is_some()))
    }

    /// Where this policy lets more through than an older one did.
    pub(super) fn loosened_from(&self, old: &Self) -> Vec<Loosened> {
        let mut found = Vec::new();
        for directive in old.0.keys() {
            if matches!(directive.as_str(), "report-uri" | "report-to" | "upgrade-insecure-requests" | "sandbox") {
                let gone = !self.0.contains_key(directive) && !directive.starts_with("report");
                found.extend(gone.then(|| Loosened { directive: directive.clone(), by: None }));
                continue;
            }
            let (Some(before), after) = (old.sources(directive), self.sources(directive)) else { continue };
            match after {
                None => found.push(Loosened { directive: directive.clone(), by: None }),
                Some(after) => {
                    let more = after.difference(before).filter(|source| !is_narrow(source, before));
                    found
                        .extend(more.map(|source| Loosened { directive: directive.clone(), by: Some(source.clone()) }));
                }
            }
        }
        found
    }
}

/// A source without what changes on every fetch.
fn plain(source: String) -> String {
    for prefix in ["'nonce-", "'sha256-", "'sha384-", "'sha512-"] {
        if source.starts_with(prefix) {
            return format!("{prefix}…'");
        }
    }
    source
}

/// Sources that let nothing of strangers through, or what another source let through already.
fn is_narrow(source: &str, before: &BTreeSet<String>) -> bool {
    let host = source.split("://").last().unwrap_or(source);
    let covered = host.split_once('.').is_some_and(|(_, rest)| before.iter().any(|old| *old == format!("*.{rest}")));
    source == "'none'"
        || source == "'self'"
        || source == "'report-sample'"
        || source == "'strict-dynamic'"
        || source.starts_with("'nonce-")
        || source.starts_with("'sha")
        || before.contains("*")
        || covered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loosened(old: &str, new: &str) -> Vec<String> {
        let found = Policy::read(new).loosened_from(&Policy::read(old));
        found.into_iter().map(|l| format!("{} {}", l.directive, l.by.unwrap_or_default())).collect()
    }

    #[test]
    fn only_what_lets_more_through_counts() {
        let old = "default-src 'self'; script-src 'self' 'nonce-abc'; frame-ancestors 'none'";
        assert!(loosened(old, "script-src 'nonce-def' 'self'; default-src 'self'; frame-ancestors 'none'").is_empty());
        assert!(loosened(old, "default-src 'none'; script-src 'self'; frame-ancestors 'self'").is_empty());
        assert_eq!(
            loosened(
                old,
                "default-src 'self'; script-src 'self' 'unsafe-inline' https://evil.example; frame-ancestors 'none'"
            ),
            ["script-src 'unsafe-inline'", "script-src https://evil.example"]
        );
        assert_eq!(loosened(old, "default-src 'self'; script-src 'self'"), ["frame-ancestors "]);
        assert_eq!(loosened("script-src 'self'", "script-src-elem 'self'"), ["script-src "]);
        assert!(loosened("img-src *.cdn.example", "img-src a.cdn.example").is_empty());
    }

    #[test]
    fn open_scripts_are_told_apart() {
        let opens = |old: &str, new: &str| {
            Policy::read(new).loosened_from(&Policy::read(old)).iter().any(Loosened::opens_scripts)
        };
        assert!(opens("script-src 'self'", "script-src 'self' 'unsafe-inline'"));
        assert!(opens("default-src 'self'", "img-src *"));
        assert!(!opens("script-src 'self'; img-src 'self'", "script-src 'self' https://a.example; img-src *"));
    }
}
