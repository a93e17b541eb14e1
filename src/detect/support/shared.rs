//! Hosts that strangers share: there a path belongs to whoever published it, and the host says nothing.

/// Hosts on which anybody can publish, with the number of path segments that name the publisher.
static SHARED: [(&str, usize); 31] = [
    ("bitbucket.org", 2),
    ("cdn.glitch.global", 1),
    ("cdn.jsdelivr.net", 3),
    ("cdn.skypack.dev", 1),
    ("cdn.statically.io", 3),
    ("cdpn.io", 1),
    ("codepen.io", 1),
    ("docs.google.com", 4),
    ("drive.google.com", 3),
    ("dropbox.com", 3),
    ("dropboxusercontent.com", 3),
    ("esm.run", 1),
    ("esm.sh", 1),
    ("firebasestorage.googleapis.com", 3),
    ("githack.com", 2),
    ("github.com", 2),
    ("githubusercontent.com", 2),
    ("gitlab.com", 2),
    ("ipfs.io", 2),
    ("jsbin.com", 1),
    ("jsdelivr.net", 3),
    ("jsfiddle.net", 1),
    ("jspm.io", 1),
    ("pastebin.com", 2),
    ("rawgit.com", 2),
    ("s3.amazonaws.com", 1),
    ("script.google.com", 3),
    ("sites.google.com", 2),
    ("storage.googleapis.com", 1),
    ("telegra.ph", 1),
    ("unpkg.com", 1),
];

/// Who published a path on a host that strangers share; none for any other host. Versions do not count.
pub(super) fn publisher(host: &str, path: &str) -> Option<String> {
    let host = host.trim_end_matches('.');
    let below = |shared: &str| host.strip_suffix(shared).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    let (shared, count) = SHARED.iter().find(|(shared, _)| below(shared))?;
    let mut name = (*shared).to_owned();
    let mut left = *count;
    for (at, segment) in path.split('/').filter(|segment| !segment.is_empty()).enumerate() {
        match (at, segment) {
            (0, "npm") if shared.ends_with("jsdelivr.net") => left = 2,
            (0, "combine") => left = usize::MAX,
            _ => {}
        }
        if left == 0 {
            break;
        }
        let scope = segment.starts_with('@');
        let version = segment.get(1..).and_then(|rest| rest.find('@')).map_or(segment.len(), |at| at + 1);
        name.push('/');
        name.push_str(segment.get(..version).unwrap_or(segment));
        left -= usize::from(!scope);
    }
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn publishers_are_told_apart() {
        let of = |host: &str, path: &str| publisher(host, path);
        assert_eq!(of("cdn.jsdelivr.net", "/npm/swiper@8/a.js"), of("cdn.jsdelivr.net", "/npm/swiper@9.1/b.css"));
        assert_ne!(of("cdn.jsdelivr.net", "/npm/swiper@8/a.js"), of("cdn.jsdelivr.net", "/npm/swipr@8/a.js"));
        assert_ne!(of("cdn.jsdelivr.net", "/npm/@a/b@1/x.js"), of("cdn.jsdelivr.net", "/npm/@a/c@1/x.js"));
        assert_ne!(of("cdn.jsdelivr.net", "/gh/a/b@1/x.js"), of("cdn.jsdelivr.net", "/gh/a/c@1/x.js"));
        assert_ne!(of("unpkg.com", "/a@1/x.js"), of("unpkg.com", "/b@1/x.js"));
        assert_ne!(of("docs.google.com", "/forms/d/e/1/viewform"), of("docs.google.com", "/forms/d/e/2/viewform"));
        assert_eq!(of("docs.google.com", "/forms/d/e/1/viewform"), of("docs.google.com", "/forms/d/e/1/formResponse"));
        assert_eq!(of("www.city.example", "/a/b"), None);
        assert_eq!(of("notunpkg.com", "/a"), None);
    }
}
