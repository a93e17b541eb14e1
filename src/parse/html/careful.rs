//! Cuts a text where its tags begin and leaves out what a tag has beyond the allowed number of attributes.

use super::watch::Raw;
use memchr::{memchr, memchr_iter, memchr2, memmem};

/// How a CDATA section begins.
const CDATA: &[u8] = b"<![CDATA[";

/// Pieces of a text, each beginning with `<` but the first.
pub(super) struct Pieces<'a> {
    text: &'a str,
    at: usize,
    most: usize,
    shortened: bool,
    /// A tag was shortened: its end is still to be given.
    close: bool,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(text: &'a str, most: usize) -> Self {
        Self { text, at: 0, most, shortened: false, close: false }
    }

    /// Whether a tag was shortened.
    pub(super) fn shortened(&self) -> bool {
        self.shortened
    }

    /// The next piece, given how the tokenizer reads on.
    pub(super) fn next(&mut self, raw: &Raw) -> Option<&'a str> {
        if std::mem::take(&mut self.close) {
            return Some(">");
        }
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let bytes = rest.as_bytes();
        let end = match raw {
            Raw::ToEnd => whole(bytes.len()),
            Raw::UpTo(name) => match raw_text(bytes, name) {
                0 => self.tag(bytes),
                text => whole(text),
            },
            Raw::No | Raw::Foreign => self.markup(bytes, *raw == Raw::Foreign),
        };
        self.at += end.fed + end.skipped;
        rest.get(..end.fed)
    }

    /// One construct of markup, or the text up to the next.
    fn markup(&mut self, bytes: &[u8], foreign: bool) -> Tag {
        match bytes {
            [b'<', b'/', c, ..] if c.is_ascii_alphabetic() => self.tag(bytes),
            [b'<', c, ..] if c.is_ascii_alphabetic() => self.tag(bytes),
            [b'<', b'!', b'-', b'-', ..] => whole(comment(bytes)),
            [b'<', b'!', b'[', ..] if foreign && bytes.starts_with(CDATA) => {
                let end = bytes.get(CDATA.len()..).and_then(|rest| memmem::find(rest, b"]]>"));
                whole(end.map_or(bytes.len(), |at| CDATA.len() + at + 3))
            }
            // A doctype, or what is read as a comment.
            [b'<', b'!' | b'?' | b'/', ..] => whole(memchr(b'>', bytes).map_or(bytes.len(), |at| at + 1)),
            _ => whole(until_tag(bytes)),
        }
    }

    fn tag(&mut self, bytes: &[u8]) -> Tag {
        let tag = tag(bytes, self.most);
        self.close = tag.skipped > 0;
        self.shortened |= self.close;
        tag
    }
}

/// How much of a construct is fed to the tokenizer, and how much after that is left out.
struct Tag {
    fed: usize,
    skipped: usize,
}

/// All of a construct is fed.
fn whole(length: usize) -> Tag {
    Tag { fed: length, skipped: 0 }
}

/// Up to the next `<` after the first byte.
fn until_tag(bytes: &[u8]) -> usize {
    bytes.get(1..).and_then(|rest| memchr(b'<', rest)).map_or(bytes.len(), |at| at + 1)
}

/// Length of a comment with its end, as the tokenizer sees it: the first `-->` or `--!>`, also `<!-->`.
fn comment(bytes: &[u8]) -> usize {
    let before = |at: usize, end: &[u8]| bytes.get(..at).is_some_and(|before| before.ends_with(end));
    let ends = |at: &usize| before(*at, b"--") || (*at >= 7 && before(*at, b"--!"));
    memchr_iter(b'>', bytes).find(ends).map_or(bytes.len(), |at| at + 1)
}

/// Length of the raw text up to the end tag of its element.
fn raw_text(bytes: &[u8], name: &str) -> usize {
    if name == "script" {
        return script(bytes);
    }
    let ends = |at: &usize| bytes.get(*at..).is_some_and(|rest| is_tag(rest, b"</", name));
    memchr_iter(b'<', bytes).find(ends).unwrap_or(bytes.len())
}

/// Length of a script up to its end tag. What stands in `<!-- <script> … </script> -->` is no end.
///
/// <https://html.spec.whatwg.org/multipage/parsing.html#script-data-escape-start-state>
fn script(bytes: &[u8]) -> usize {
    let (mut escaped, mut doubly) = (false, false);
    let mut at = 0;
    while let Some(step) = bytes.get(at..).and_then(|rest| memchr2(b'<', b'-', rest)) {
        at += step;
        let rest = bytes.get(at..).unwrap_or_default();
        if rest.starts_with(b"-->") {
            (escaped, doubly) = (false, false);
        } else if is_tag(rest, b"</", "script") {
            if !doubly {
                return at;
            }
            doubly = false;
        } else if escaped && is_tag(rest, b"<", "script") {
            doubly = true;
        } else if rest.starts_with(b"<!--") {
            // Its dashes may end it as well.
            escaped = true;
            at += 1;
        }
        at += 1;
    }
    bytes.len()
}

/// Whether a tag of this name begins here; `opening` is what stands before the name.
fn is_tag(bytes: &[u8], opening: &[u8], name: &str) -> bool {
    let Some(rest) = bytes.strip_prefix(opening) else { return false };
    rest.get(..name.len()).is_some_and(|own| own.eq_ignore_ascii_case(name.as_bytes()))
        && rest.get(name.len()).is_some_and(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>'))
}

/// A tag up to and with its `>`; what begins with the attribute after the `most`th is skipped.
fn tag(bytes: &[u8], most: usize) -> Tag {
    let space = |b: u8| b.is_ascii_whitespace() || b == b'/';
    let name = bytes.iter().skip(2).position(|&b| space(b) || b == b'>');
    let mut at = name.map_or(bytes.len(), |length| length + 2);
    let mut attributes = 0;
    let mut kept = None;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'>' {
            at += 1;
            break;
        }
        if space(byte) {
            at += 1;
            continue;
        }
        attributes += 1;
        if attributes > most && kept.is_none() {
            kept = Some(at);
        }
        at = attribute(bytes, at);
    }
    match kept {
        Some(fed) => Tag { fed, skipped: at - fed },
        None => Tag { fed: at, skipped: 0 },
    }
}

/// The end of the attribute that begins at `at`.
fn attribute(bytes: &[u8], at: usize) -> usize {
    let rest = |at: usize| bytes.get(at..).unwrap_or_default();
    let ends_name = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'/' | b'>' | b'=');
    // A leading `=` belongs to the name.
    let name = at + 1 + rest(at + 1).iter().position(ends_name).unwrap_or(rest(at + 1).len());
    let equals = name + rest(name).iter().take_while(|b| b.is_ascii_whitespace()).count();
    if bytes.get(equals) != Some(&b'=') {
        return name;
    }
    let value = equals + 1 + rest(equals + 1).iter().take_while(|b| b.is_ascii_whitespace()).count();
    match bytes.get(value) {
        Some(quote @ (b'"' | b'\'')) => memchr(*quote, rest(value + 1)).map_or(bytes.len(), |end| value + end + 2),
        Some(b'>') | None => value,
        _ => {
            let unquoted = rest(value).iter().position(|b| b.is_ascii_whitespace() || *b == b'>');
            unquoted.map_or(bytes.len(), |end| value + end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str, most: usize) -> Vec<&str> {
        let mut pieces = Pieces::new(text, most);
        std::iter::from_fn(|| pieces.next(&Raw::No)).collect()
    }

    #[test]
    fn cuts_at_tags_and_keeps_everything() {
        let text = "a<b c='>' d>e<!-- <x> -->f</b><g h=\"<\">&lt; < i<!-->j<!---->k<l";
        let pieces = pieces(text, 9);
        assert_eq!(pieces.concat(), text);
        assert!(pieces.contains(&"<b c='>' d>") && pieces.contains(&"<!-- <x> -->") && pieces.contains(&"<g h=\"<\">"));
    }

    #[test]
    fn leaves_out_attributes_beyond_the_limit() {
        assert_eq!(pieces("<a b c='>' d=\"x\" e>f", 2), ["<a b c='>' ", ">", "f"]);
        assert_eq!(pieces("<a b=1/c=2 =d>f", 3).concat(), "<a b=1/c=2 =d>f");
        assert_eq!(pieces("</a b c d", 1).concat(), "</a b >");
    }
}
