//! Captured text made harmless for people to read: addresses that no program turns into links, and no invisible characters.

use super::site::is_public_suffix;
use std::borrow::Cow;

/// Text with its URLs, hosts and mail addresses made unclickable: `http` → `hxxp`, dots of hosts → `[.]`, `@` → `[@]`.
/// A host without `//` before it counts when it ends in a public suffix, a reserved name, or is an IPv4 address. Rather
/// too much than too little is changed. Linear in the text; doing it twice changes nothing more.
#[must_use]
pub fn defang(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let (mut at, mut authority_end) = (0, 0);
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = &text[at..];
        let before = text[..at].chars().next_back();
        let inside = at < authority_end;
        at += if slashes(rest) {
            out.push_str(&rest[..2]);
            authority_end = at + 2 + authority(&rest[2..]);
            2
        } else if is_host_byte(c) {
            run(rest, before, inside, &mut out)
        } else if let Some(host) = mail_host(rest, before).filter(|_| !inside) {
            out.push_str("[@]");
            authority_end = at + 1 + host;
            1
        } else {
            bracket(&rest[..c.len_utf8()], if inside { neighbours(before, rest) } else { BRACKETED }, &mut out);
            c.len_utf8()
        };
    }
    out
}

/// What stands before and behind a character that has brackets already.
const BRACKETED: (Option<char>, Option<char>) = (Some('['), Some(']'));

fn neighbours(before: Option<char>, rest: &str) -> (Option<char>, Option<char>) {
    (before, rest.chars().nth(1))
}

fn slashes(text: &str) -> bool {
    matches!(text.as_bytes(), [b'/' | b'\\', b'/' | b'\\', ..])
}

const fn is_host_byte(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

/// Length of what stands between `//` and the path.
fn authority(text: &str) -> usize {
    let ends = |c: char| c.is_whitespace() || c.is_control() || "/\\?#\"'<>`(),;|{}（）「」『』【】、".contains(c);
    text.find(ends).unwrap_or(text.len())
}

/// Puts brackets around each dot (also those that browsers take for one) and `@` that has none yet, given what stands
/// before and behind the text.
fn bracket(text: &str, (mut before, behind): (Option<char>, Option<char>), out: &mut String) {
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let bare = !(before == Some('[') && chars.peek().copied().or(behind) == Some(']'));
        match c {
            '.' | '。' | '．' | '｡' if bare => out.push_str("[.]"),
            '@' if bare => out.push_str("[@]"),
            _ => out.push(c),
        }
        before = Some(c);
    }
}

/// Length of the host of a mail address, when an `@` begins one.
fn mail_host(text: &str, before: Option<char>) -> Option<usize> {
    let host = text.strip_prefix('@').map(|rest| &rest[..host_run(rest)])?;
    let local = before.is_some_and(|c| c.is_alphanumeric() || "._%+-".contains(c));
    (local && host.trim_matches('.').contains('.')).then_some(host.len())
}

fn host_run(text: &str) -> usize {
    text.find(|c| !is_host_byte(c)).unwrap_or(text.len())
}

/// A run of characters that hosts are made of; returns its length.
fn run(text: &str, before: Option<char>, inside: bool, out: &mut String) -> usize {
    let (word, rest) = text.split_at(host_run(text));
    let (name, scheme, colon) = scheme(word, rest).unwrap_or((word, "", ""));
    if inside {
        bracket(name, (before, rest.chars().next()), out);
    } else if is_host(name, before.is_some_and(|c| c.is_alphanumeric() && !c.is_ascii())) {
        let host = name.trim_end_matches('.');
        bracket(host, (None, None), out);
        out.push_str(&name[host.len()..]);
    } else {
        out.push_str(name);
    }
    out.push_str(scheme);
    out.push_str(colon);
    word.len() + usize::from(!colon.is_empty())
}

/// A word that is or ends in the scheme of a URL: (what stands before it, the scheme, the colon), both made harmless.
fn scheme<'a>(word: &'a str, rest: &str) -> Option<(&'a str, &'a str, &'static str)> {
    let behind = rest.strip_prefix(':')?;
    let slash = behind.starts_with(['/', '\\']);
    let ends = |with: &str| {
        let at = word.len().checked_sub(with.len())?;
        word.get(at..).filter(|end| end.eq_ignore_ascii_case(with)).map(|_| &word[..at])
    };
    for (plain, harmless, needs_slash) in [("https", "hxxps", false), ("http", "hxxp", false), ("ftp", "fxp", true)] {
        if let Some(kept) = ends(plain).filter(|_| slash || !needs_slash) {
            return Some((kept, harmless, ":"));
        }
    }
    let harmless = ["hxxp", "hxxps", "fxp"].iter().any(|scheme| ends(scheme).is_some());
    (slashes(behind) && !harmless).then_some((word, "", "[:]"))
}

fn is_host(word: &str, after_letter: bool) -> bool {
    let name = word.trim_end_matches('.');
    let name = if after_letter { name.trim_start_matches('.') } else { name };
    let dotted = name.len() < word.trim_end_matches('.').len();
    let Some(last) = name.rsplit('.').next().filter(|last| dotted || last.len() < name.len()) else { return false };
    let reserved = ["example", "invalid", "test", "localhost", "local", "onion"];
    name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www."))
        || name.parse::<std::net::Ipv4Addr>().is_ok()
        || reserved.iter().any(|name| name.eq_ignore_ascii_case(last))
        || is_public_suffix(&last.to_ascii_lowercase())
}

/// Text without what a person cannot see or what changes how the rest is seen: control characters, zero-width and filler
/// characters, marks that turn the direction of writing. Line breaks stay; tabs become a space.
#[must_use]
pub fn display_text(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| c != '\n' && (c.is_control() || is_unseen(c))) {
        return Cow::Borrowed(text);
    }
    let shown = text.chars().filter_map(|c| match c {
        '\n' => Some('\n'),
        '\t' | '\u{2028}' | '\u{2029}' | '\u{85}' => Some(' '),
        c if c.is_control() || is_unseen(c) => None,
        c => Some(c),
    });
    Cow::Owned(shown.collect())
}

/// [`display_text`] on one line: runs of white space become one space. Fit for a header, a table cell, a log line.
#[must_use]
pub fn display_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in display_text(text).split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

const fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_lose_their_teeth() {
        let table = [
            ("http://evil.example/a.js?x=1.2", "hxxp://evil[.]example/a.js?x=1.2"),
            ("HTTPS://u:p@EVIL.example:8080", "hxxps://u:p[@]EVIL[.]example:8080"),
            ("<script src=\"//cdn.evil.zz/x.js\">", "<script src=\"//cdn[.]evil[.]zz/x.js\">"),
            ("http:\\\\evil.example", "hxxp:\\\\evil[.]example"),
            ("ftp://192.0.2.1/", "fxp://192[.]0[.]2[.]1/"),
            ("see evil.co.jp.", "see evil[.]co[.]jp."),
            ("詳細はevil.exampleへ。", "詳細はevil[.]exampleへ。"),
            ("例え.jpです", "例え[.]jpです"),
            ("http://例え。テスト/", "hxxp://例え[.]テスト/"),
            ("web@city.example", "web[@]city[.]example"),
            ("198.51.100.7", "198[.]51[.]100[.]7"),
            ("www.unknown-name", "www[.]unknown-name"),
            ("wss://evil.example", "wss[:]//evil[.]example"),
            ("xhttp://a.b", "xhxxp://a[.]b"),
            ("index.html と document.write(x)", "index.html と document.write(x)"),
            ("@media 3.5em ... a.b", "@media 3.5em ... a.b"),
            ("", ""),
        ];
        for (text, harmless) in table {
            assert_eq!(defang(text), harmless);
        }
    }

    #[test]
    fn nothing_unseen_is_shown() {
        assert_eq!(display_text("a\u{202e}b\u{200b}c\u{1b}[31m\td\ne\0"), "abc[31m d\ne");
        assert!(matches!(display_text("例示市\nトップ"), Cow::Borrowed(_)));
        assert_eq!(display_line("  a\r\nBcc: b\u{2028} c  "), "a Bcc: b c");
    }

    proptest! {
        #[test]
        fn twice_is_once(text in "(https?:|ftp:|[a-z.@:/\\\\\\[\\] 。例]|evil\\.example|//){0,24}") {
            let once = defang(&text);
            prop_assert_eq!(defang(&once), once);
        }

        #[test]
        fn no_link_is_left(text in "\\PC{0,40}", host in "[a-z]{1,9}\\.(com|jp|example)") {
            let harmless = defang(&format!("{text}http://{host}/{text}"));
            let lower = harmless.to_ascii_lowercase();
            prop_assert!(!lower.contains("http:") && !lower.contains("https:"), "{}", harmless);
            prop_assert!(!harmless.contains(&host), "{}", harmless);
        }
    }
}
