//! Decides by content whether a file is a page or a script; its name counts only where the content says nothing.

mod statement;

use super::charset;
use crate::model::InputKind;

/// Bytes at the beginning and at the end of a file that are looked at.
const LOOKED_AT: usize = 32 << 10;

/// Element names whose tags tell markup from a comparison such as `i<n`.
const TAGS: &[&str] = &[
    "a", "b", "base", "body", "br", "button", "center", "div", "em", "font", "footer", "form", "frameset", "h1", "h2",
    "h3", "head", "header", "hr", "html", "i", "iframe", "img", "input", "li", "link", "main", "marquee", "meta",
    "nav", "object", "p", "pre", "script", "section", "span", "strong", "style", "svg", "table", "td", "title", "tr",
    "ul",
];

/// Words and signs of JavaScript that prose and markup do not hold.
const SIGNS: &[&str] = &[
    "function",
    "=>",
    "var ",
    "let ",
    "const ",
    "return",
    "){",
    ") {",
    "();",
    "\");",
    "');",
    "}}",
    "===",
    "!==",
    "&&",
    "/*",
    "//",
    "'use strict'",
    "\"use strict\"",
    "import ",
    "export ",
    "=[",
    "={",
    "unescape(",
    "eval(",
    "document.",
    "window.",
];

/// Page or script.
pub(super) fn of(bytes: &[u8], name: Option<&str>) -> InputKind {
    let head = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    let decoded = charset::decode(head, None, head.len() < bytes.len());
    let text = decoded.text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}' || c == '\0');
    let (text, comments) = without_leading_comments(text);
    if begins_with_tag(text) {
        return InputKind::Page;
    }
    if text.is_empty() && !comments.is_empty() {
        // Old scripts hide behind a comment as well.
        let is_script =
            first_tag(&without_literals(comments)).is_none() && (signs(comments) >= 2 || statement::begins(comments));
        return if is_script { InputKind::Script } else { InputKind::Page };
    }
    let bare = without_literals(text);
    let begins = statement::begins(text);
    match (first_tag(&bare), signs(&bare)) {
        (None, _) if begins => InputKind::Script,
        (Some(tag), _) if begins && is_code_around(&bare, tag) => InputKind::Script,
        (Some(_), 0) => InputKind::Page,
        (None, 2..) => InputKind::Script,
        (Some(tag), _) if signs(bare.get(..tag).unwrap_or_default()) == 0 => InputKind::Page,
        (Some(_), _) if has_document(&bare) => InputKind::Page,
        (None, 0..2) => by_name(name).unwrap_or(InputKind::Page),
        (Some(_), signs) => by_name(name).unwrap_or(if signs > 3 { InputKind::Script } else { InputKind::Page }),
    }
}

/// A text without the markup comments and white space at its start, and those comments.
fn without_leading_comments(text: &str) -> (&str, &str) {
    let mut rest = text;
    while rest.starts_with("<!--") {
        rest = rest.split_once("-->").map_or("", |(_, after)| after).trim_start();
    }
    (rest, text.get(..text.len() - rest.len()).unwrap_or_default())
}

fn begins_with_tag(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next() == Some(b'<')
        && bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'!' | b'?' | b'/'))
}

fn by_name(name: Option<&str>) -> Option<InputKind> {
    let (_, extension) = name?.rsplit_once('.')?;
    match extension.to_ascii_lowercase().as_str() {
        "js" | "mjs" | "cjs" | "jsx" => Some(InputKind::Script),
        "html" | "htm" | "xhtml" | "shtml" | "php" | "asp" | "aspx" | "jsp" | "svg" | "xml" => Some(InputKind::Page),
        _ => None,
    }
}

/// The text without what stands in quotes (on one line) or in comments of scripts: markup there is data of a script.
fn without_literals(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\'', '`', '/']) {
        let (before, from) = rest.split_at(at);
        bare.push_str(before);
        let length = if before.ends_with(':') && from.starts_with("//") { 2 } else { literal(from) };
        if length <= 2 {
            bare.push_str(from.get(..length).unwrap_or_default());
        }
        rest = from.get(length..).unwrap_or_default();
    }
    bare.push_str(rest);
    bare
}

/// Length of the literal or comment at the start of a text; 1 when its first byte begins none.
fn literal(text: &str) -> usize {
    let bytes = text.as_bytes();
    match bytes {
        [b'/', b'/', ..] => memchr::memchr(b'\n', bytes).unwrap_or(bytes.len()),
        [b'/', b'*', ..] => text.get(2..).and_then(|rest| rest.find("*/")).map_or(1, |end| end + 4),
        [quote @ (b'"' | b'\'' | b'`'), ..] => {
            let mut at = 1;
            while let Some(&byte) = bytes.get(at) {
                match byte {
                    b'\\' => at += 1,
                    b if b == *quote => return at + 1,
                    b'\n' if *quote != b'`' => return 1,
                    _ => {}
                }
                at += 1;
            }
            1
        }
        _ => 1,
    }
}

/// Where the first tag of a known element stands.
fn first_tag(text: &str) -> Option<usize> {
    text.match_indices('<').map(|(at, _)| at).find(|at| {
        let rest = text.get(at + 1..).unwrap_or_default();
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let ends = rest.as_bytes().get(length).is_some_and(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'));
        let name = rest.get(..length.min(10)).unwrap_or_default().to_ascii_lowercase();
        ends && TAGS.contains(&name.as_str()) && rest.get(..400.min(rest.len())).is_none_or(|near| near.contains('>'))
    })
}

/// Whether a tag stands in the middle of code: in a template or a pattern that could not be read as a literal. Markup behind
/// a few statements is a page.
fn is_code_around(bare: &str, tag: usize) -> bool {
    let (before, after) = bare.split_at(tag);
    signs(before) > 3 && signs(after) > 3 && !bare.trim_end().ends_with('>') && !has_document(bare)
}

fn has_document(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["<!doctype html", "<html", "<body"].iter().any(|tag| lower.contains(tag))
}

fn signs(text: &str) -> usize {
    SIGNS.iter().filter(|sign| text.contains(**sign)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use InputKind::{Page, Script};

    #[test]
    fn content_decides() {
        let cases = [
            ("<!doctype html><title>x</title>", Page),
            ("\u{FEFF} <html><script>var a = 1;</script>", Page),
            ("<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", Page),
            ("Hacked by nobody <br><center>greetz</center>", Page),
            ("<!-- top --><p>x</p>", Page),
            ("<p>function f() { return 1; } と書きます</p>", Page),
            ("(function($){ $('<div class=\"x\">').appendTo('body'); })(jQuery);", Script),
            ("/* lib */\nvar a = 1;\nfor (var i=0;i<n;i++) { document.write('<script src=x></script>'); }", Script),
            ("// x\nimport a from './a.js';\nexport const b = () => a;", Script),
            ("!function(e,t){return e<t&&t>e}(1,2);", Script),
            ("var a=1;\ndocument.write(\"<iframe src='http://evil.example/'></iframe>\");", Script),
            ("<!-- a -->\n<!-- b -->\n(function($) { $('#x').html(''); })(jQuery);", Script),
            ("(function() {\n// it's not the <body> or\n// <html> element\nvar a = 'it'; })();", Script),
            ("<!--\nvar a = 1;\nfunction f() { return a; }\n//-->", Script),
            ("eval(unescape('%3C%69%66%72%61%6D%65'))", Script),
            ("[][(![]+[])[+[]]+(![]+[])[!+[]+!+[]]+(![]+[])[+!+[]]]()", Script),
            ("Element.prototype.append=function(a){location=a}", Script),
            ("const t = `<div>\n<p>${x}</p></div>`; export default () => t;", Script),
        ];
        for (text, kind) in cases {
            for name in [None, Some("x.js"), Some("x.html")] {
                assert_eq!(of(text.as_bytes(), name), kind, "{text} named {name:?}");
            }
        }
    }

    #[test]
    fn markup_behind_a_few_statements_is_a_page() {
        for name in [None, Some("x.html"), Some("x.txt")] {
            let text = "a('b');<iframe src=http://evil.example/></iframe>";
            assert_eq!(of(text.as_bytes(), name), Page, "{name:?}");
        }
    }

    #[test]
    fn the_name_decides_where_the_content_says_nothing() {
        assert_eq!(of(b"", Some("a.js")), Script);
        assert_eq!(of(b"x", Some("a.html")), Page);
        assert_eq!(of(b"x", None), Page);
        assert_eq!(of(b"[1,2]", Some("a/b.MJS")), Script);
    }
}
