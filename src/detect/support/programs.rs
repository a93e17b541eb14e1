//! Addresses of programs on servers: their endings, however they are written.

use std::borrow::Cow;
use url::Url;

/// Endings of programs; digits after them do not matter (`.php5`).
const ENDINGS: [&str; 17] = [
    "asa", "ashx", "asmx", "asp", "aspx", "axd", "cfm", "cgi", "do", "fcgi", "jsp", "jspx", "phar", "php", "phtml",
    "pl", "pht",
];

/// Whether an address names a program on a server.
pub(in crate::detect) fn is_program(url: &Url) -> bool {
    url.path().split('/').any(names_program)
}

/// Host and path of the program itself; what follows it in the path is its input, as a query is.
pub(in crate::detect) fn program(url: &Url) -> (Option<String>, String) {
    let mut path = String::new();
    for segment in url.path().split('/').skip(1) {
        path.push('/');
        path.push_str(&unescaped(segment));
        if names_program(segment) {
            break;
        }
    }
    (url.host_str().map(str::to_owned), path)
}

/// Whether a segment of a path is the file name of a program.
fn names_program(segment: &str) -> bool {
    let plain = unescaped(segment);
    // What follows a semicolon is a session id, and some servers run `x.php.` and `x.php ` too.
    let name = plain.split(';').next().unwrap_or_default().trim_end_matches(['.', ' ', '\0']);
    name.rsplit_once('.').is_some_and(|(name, ending)| {
        let ending = ending.trim_end_matches(|c: char| c.is_ascii_digit());
        !name.is_empty() && ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
    })
}

/// A segment with the percent signs undone that stand for ASCII.
fn unescaped(segment: &str) -> Cow<'_, str> {
    if !segment.contains('%') {
        return Cow::Borrowed(segment);
    }
    let mut plain = String::with_capacity(segment.len());
    let mut rest = segment;
    while let Some(at) = rest.find('%') {
        plain.push_str(rest.get(..at).unwrap_or_default());
        let code = rest.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let letter = code.filter(u8::is_ascii).map(char::from);
        plain.push(letter.unwrap_or('%'));
        rest = rest.get(at + if letter.is_some() { 3 } else { 1 }..).unwrap_or_default();
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(path: &str) -> Url {
        format!("https://www.city.example{path}").parse().expect("URL")
    }

    #[test]
    fn programs_are_known_in_every_writing() {
        for path in ["/a.php", "/a.PHP5", "/a.ph%70", "/a.ashx?x", "/cgi/a.cgi/b.js", "/a.jsp;jsessionid=1", "/a.php."]
        {
            assert!(is_program(&url(path)), "{path}");
        }
        for path in ["/a.js", "/php/a.js", "/.php", "/a.min.js?x=a.php", "/a.php.js", "/docs/"] {
            assert!(!is_program(&url(path)), "{path}");
        }
    }

    #[test]
    fn a_program_ends_where_its_input_begins() {
        assert_eq!(program(&url("/a/b.ph%70/x.js")).1, "/a/b.php");
        assert_eq!(program(&url("/a/b.php")), program(&url("/a/b.php/y?z")));
    }
}
