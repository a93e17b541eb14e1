//! Where `<meta http-equiv=refresh>` leads.

/// The raw URL of a refresh; none when the page loads itself again.
///
/// <https://html.spec.whatwg.org/multipage/semantics.html#shared-declarative-refresh-steps>
pub(super) fn target(content: &str) -> Option<&str> {
    let blank = |c: char| c.is_ascii_whitespace();
    let rest = content.trim_start_matches(blank).trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let rest = rest.trim_start_matches(blank);
    let rest = rest.strip_prefix([';', ',']).unwrap_or(rest).trim_start_matches(blank);
    let rest = match rest.get(..3) {
        Some(word) if word.eq_ignore_ascii_case("url") => {
            let after = rest.get(3..).unwrap_or_default().trim_start_matches(blank);
            after.strip_prefix('=').map_or(rest, |after| after.trim_start_matches(blank))
        }
        _ => rest,
    };
    let url = match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => rest.get(1..).unwrap_or_default().split(quote).next().unwrap_or_default(),
        _ => rest,
    };
    let url = url.trim_matches(blank);
    (!url.is_empty()).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::target;

    #[test]
    fn reads_what_browsers_read() {
        for content in ["0;url=/a", "0; URL = '/a'", " 5 , /a", "0;\"/a\" x", "3;URL=\"/a", ".5;url=/a"] {
            assert_eq!(target(content), Some("/a"), "{content}");
        }
        assert_eq!(target("300"), None);
        assert_eq!(target("0;url="), None);
        assert_eq!(target("0;url/a"), Some("url/a"));
    }
}
