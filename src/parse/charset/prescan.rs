//! What a page declares about its charset: the header's parameter, and `<meta>` as the WHATWG prescan finds it.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, X_USER_DEFINED};
use memchr::memmem;

/// Bytes in which `<meta>` is looked for. The standard says 1,024, but browsers find one later too when they parse.
const SCANNED: usize = 4096;

/// The charset of a Content-Type header.
pub(super) fn header(content_type: &str) -> Option<&'static Encoding> {
    from_content(content_type.as_bytes()).and_then(Encoding::for_label)
}

/// The charset that the beginning of a page declares: `<meta charset>`, `<meta http-equiv content>`, else the
/// `encoding` of an XML declaration.
///
/// <https://html.spec.whatwg.org/multipage/parsing.html#prescan-a-byte-stream-to-determine-its-encoding>
pub(super) fn meta(bytes: &[u8]) -> Option<&'static Encoding> {
    let bytes = bytes.get(..SCANNED).unwrap_or(bytes);
    let encoding = scan(bytes).or_else(|| xml_declaration(bytes))?;
    // What can be read as ASCII is not UTF-16.
    Some(match encoding {
        e if e == UTF_16LE || e == UTF_16BE => UTF_8,
        e if e == X_USER_DEFINED => WINDOWS_1252,
        e => e,
    })
}

fn scan(bytes: &[u8]) -> Option<&'static Encoding> {
    let mut at = 0;
    while let Some(step) = bytes.get(at..).and_then(|rest| memchr::memchr(b'<', rest)) {
        at += step;
        let rest = bytes.get(at..)?;
        at += match rest {
            [b'<', b'!', b'-', b'-', ..] => memmem::find(rest.get(2..)?, b"-->")? + 5,
            [b'<', b'/' | b'!' | b'?', c, ..] if rest[1] != b'/' || !c.is_ascii_alphabetic() => {
                memchr::memchr(b'>', rest)? + 1
            }
            [b'<', c, ..] if c.is_ascii_alphabetic() || *c == b'/' => {
                let mut attributes = Attributes::of(rest);
                if is_meta(rest)
                    && let Some(found) = declared(&mut attributes)
                {
                    return Some(found);
                }
                attributes.skip_all()
            }
            _ => 1,
        };
    }
    None
}

fn is_meta(tag: &[u8]) -> bool {
    tag.get(1..5).is_some_and(|name| name.eq_ignore_ascii_case(b"meta"))
        && tag.get(5).is_some_and(|b| b.is_ascii_whitespace() || *b == b'/')
}

/// The charset that one `<meta>` declares.
fn declared(attributes: &mut Attributes) -> Option<&'static Encoding> {
    let (mut pragma, mut needs_pragma, mut found) = (false, false, None);
    while let Some((name, value)) = attributes.next() {
        match name.as_slice() {
            b"http-equiv" => pragma |= value.eq_ignore_ascii_case(b"content-type"),
            b"charset" => (found, needs_pragma) = (Encoding::for_label(&value), false),
            b"content" if found.is_none() => {
                found = from_content(&value).and_then(Encoding::for_label);
                needs_pragma = found.is_some();
            }
            _ => {}
        }
    }
    found.filter(|_| !needs_pragma || pragma)
}

/// The label after `charset=` in the value of a header or of `content`.
fn from_content(value: &[u8]) -> Option<&[u8]> {
    let lower = value.to_ascii_lowercase();
    let mut from = 0;
    loop {
        from += memmem::find(lower.get(from..)?, b"charset")? + 7;
        let rest = value.get(from..)?.trim_ascii_start();
        let Some(rest) = rest.strip_prefix(b"=") else { continue };
        let rest = rest.trim_ascii_start();
        let end = match rest.first()? {
            quote @ (b'"' | b'\'') => {
                let inside = rest.get(1..)?;
                return inside.get(..memchr::memchr(*quote, inside)?);
            }
            _ => rest.iter().position(|b| b.is_ascii_whitespace() || matches!(b, b';' | b',')).unwrap_or(rest.len()),
        };
        return rest.get(..end);
    }
}

fn xml_declaration(bytes: &[u8]) -> Option<&'static Encoding> {
    let bytes = bytes.trim_ascii_start();
    let declaration = bytes.strip_prefix(b"<?xml")?;
    let declaration = declaration.get(..memchr::memchr(b'>', declaration)?)?;
    let rest = declaration.get(memmem::find(declaration, b"encoding")? + 8..)?.trim_ascii_start();
    let rest = rest.strip_prefix(b"=")?.trim_ascii_start();
    let inside = rest.get(1..)?;
    Encoding::for_label(inside.get(..memchr::memchr(*rest.first()?, inside)?)?)
}

/// The attributes of a tag, as the prescan reads them.
struct Attributes<'a> {
    tag: &'a [u8],
    at: usize,
}

impl<'a> Attributes<'a> {
    fn of(tag: &'a [u8]) -> Self {
        let name = tag.iter().position(|b| b.is_ascii_whitespace() || matches!(b, b'>')).unwrap_or(tag.len());
        Self { tag, at: name }
    }

    fn peek(&self) -> Option<u8> {
        self.tag.get(self.at).copied()
    }

    fn skip(&mut self, skipped: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&skipped) {
            self.at += 1;
        }
    }

    fn take(&mut self, taken: impl Fn(u8) -> bool) -> Vec<u8> {
        let from = self.at;
        self.skip(taken);
        self.tag.get(from..self.at).unwrap_or_default().to_ascii_lowercase()
    }

    /// Name and value, lower-case; none at the end of the tag.
    fn next(&mut self) -> Option<(Vec<u8>, Vec<u8>)> {
        self.skip(|b| b.is_ascii_whitespace() || b == b'/');
        let first = self.peek().filter(|b| *b != b'>')?;
        self.at += 1;
        let mut name = vec![first.to_ascii_lowercase()];
        name.extend(self.take(|b| !b.is_ascii_whitespace() && !matches!(b, b'=' | b'>' | b'/')));
        self.skip(|b| b.is_ascii_whitespace());
        if self.peek() != Some(b'=') {
            return Some((name, Vec::new()));
        }
        self.at += 1;
        self.skip(|b| b.is_ascii_whitespace());
        let value = match self.peek()? {
            quote @ (b'"' | b'\'') => {
                self.at += 1;
                let value = self.take(|b| b != quote);
                self.at += 1;
                value
            }
            _ => self.take(|b| !b.is_ascii_whitespace() && b != b'>'),
        };
        Some((name, value))
    }

    /// Length of the tag up to its `>`; at least 1.
    fn skip_all(mut self) -> usize {
        while self.next().is_some() {}
        self.at.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(page: &str) -> Option<&'static str> {
        meta(page.as_bytes()).map(Encoding::name)
    }

    #[test]
    fn finds_what_is_declared() {
        assert_eq!(name("<meta charset=shift_jis>"), Some("Shift_JIS"));
        assert_eq!(name("<html><head><META  CharSet = 'x-sjis' />"), Some("Shift_JIS"));
        let pragma = "<meta content='text/html; charset=\"euc-jp\"' http-equiv=Content-Type>";
        assert_eq!(name(pragma), Some("EUC-JP"));
        assert_eq!(name("<meta http-equiv=content-type content='text/html;charset=utf-16'>"), Some("UTF-8"));
        assert_eq!(name("<?xml version='1.0' encoding='EUC-JP'?><html>"), Some("EUC-JP"));
    }

    #[test]
    fn passes_over_what_is_none() {
        assert_eq!(name("<!-- <meta charset=euc-jp> --><p title='<meta charset=euc-jp>'>"), None);
        assert_eq!(name("<meta content='text/html; charset=euc-jp'>"), None);
        assert_eq!(name("<metal charset=euc-jp><meta charset=nonsense>"), None);
        assert_eq!(name("</ <meta charset=utf-8>"), None);
        assert_eq!(name(&format!("{}<meta charset=utf-8>", "<p>".repeat(2000))), None);
        assert_eq!(name("<!--><meta charset=utf-8>"), Some("UTF-8"));
    }

    #[test]
    fn reads_the_header() {
        let of = |text| header(text).map(Encoding::name);
        assert_eq!(of("text/html; charset=Windows-31J"), Some("Shift_JIS"));
        assert_eq!(of("text/html; Charset=\"utf-8\"; x=y"), Some("UTF-8"));
        assert_eq!(of("text/html; charset"), None);
        assert_eq!(of("text/html"), None);
    }
}
