//! A rough sketch of a small body: its title, how much text a visitor sees, how many links. One pass, never wrong by much.

use memchr::{memchr, memmem};
use std::borrow::Cow;

/// Longest title in bytes that is looked at.
const MAX_TITLE: usize = 200;
/// Elements whose content nobody sees.
const UNSEEN: [&str; 5] = ["script", "style", "noscript", "template", "title"];

/// What a small body looks like.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sketch {
    /// The title, trimmed, lower case.
    pub(super) title: String,
    /// Visible characters, runs of white space as one.
    pub(super) text: usize,
    /// Links and map areas.
    pub(super) links: usize,
    /// Pictures and films of its own, backgrounds among them.
    pub(super) pictures: usize,
    /// It is a set of frames: its text is elsewhere.
    pub(super) frameset: bool,
}

impl Sketch {
    /// Sketches a body; bytes that are no UTF-8 count as one character each for two bytes, as in Japanese encodings.
    pub(super) fn of(body: &[u8]) -> Self {
        let mut sketch = Self::default();
        let mut rest = body;
        while !rest.is_empty() {
            let open = memchr(b'<', rest).unwrap_or(rest.len());
            let (text, tag) = rest.split_at(open);
            sketch.text += characters(text);
            rest = sketch.tag(tag);
        }
        sketch
    }

    pub(super) const fn is_shorter_than(&self, characters: usize) -> bool {
        self.text < characters
    }

    /// Takes in what begins with `<`; gives back what follows it.
    fn tag<'a>(&mut self, tag: &'a [u8]) -> &'a [u8] {
        if tag.starts_with(b"<!--") {
            return after(tag, b"-->");
        }
        let name: String =
            tag.iter().skip(1).take_while(|b| b.is_ascii_alphanumeric()).map(|b| char::from(*b)).collect();
        let name = name.to_ascii_lowercase();
        let content = after(tag, b">");
        match name.as_str() {
            "a" | "area" => self.links += 1,
            "frameset" => self.frameset = true,
            "img" | "image" | "picture" | "video" | "object" | "embed" => self.pictures += 1,
            _ => {}
        }
        let head = tag.get(..tag.len() - content.len()).unwrap_or_default();
        self.pictures += usize::from(memmem::find(head, b" background=").is_some() || draws(head));
        let Some(unseen) = UNSEEN.iter().find(|unseen| **unseen == name) else { return content };
        let end = end_tag(content, unseen);
        let (inside, rest) = content.split_at(end);
        self.pictures += usize::from(*unseen == "style" && draws(inside));
        if *unseen == "title" && self.title.is_empty() {
            let inside = inside.get(..MAX_TITLE).unwrap_or(inside);
            self.title = String::from_utf8_lossy(inside).trim().to_lowercase();
        }
        rest
    }
}

/// Whether a style draws a picture from elsewhere; small ones that it carries itself are ornaments.
fn draws(style: &[u8]) -> bool {
    let from_elsewhere = |at: usize| {
        let address = style.get(at + 4..).unwrap_or_default();
        let address = address.strip_prefix(b"\"").or_else(|| address.strip_prefix(b"'")).unwrap_or(address);
        !address.starts_with(b"data:") && !address.starts_with(b"#")
    };
    memmem::find_iter(style, b"url(").any(from_elsewhere)
}

/// A body without its comments.
pub(super) fn without_comments(body: &[u8]) -> Cow<'_, [u8]> {
    if memmem::find(body, b"<!--").is_none() {
        return Cow::Borrowed(body);
    }
    let (mut kept, mut rest) = (Vec::with_capacity(body.len()), body);
    while let Some(at) = memmem::find(rest, b"<!--") {
        let (before, comment) = rest.split_at(at);
        kept.extend_from_slice(before);
        rest = after(comment, b"-->");
    }
    kept.extend_from_slice(rest);
    Cow::Owned(kept)
}

fn after<'a>(text: &'a [u8], end: &[u8]) -> &'a [u8] {
    memmem::find(text, end).and_then(|at| text.get(at + end.len()..)).unwrap_or(&[])
}

/// Where `</name` begins, in any letter case; the end of the text when it never does.
fn end_tag(text: &[u8], name: &str) -> usize {
    let is_end = |at: &usize| {
        let word = text.get(at + 2..at + 2 + name.len());
        word.is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes()))
    };
    memmem::find_iter(text, b"</").find(is_end).unwrap_or(text.len())
}

fn characters(text: &[u8]) -> usize {
    match std::str::from_utf8(text) {
        Ok(text) => text.split_whitespace().map(|word| word.chars().count() + 1).sum(),
        Err(_) => {
            let ascii = text.iter().filter(|byte| byte.is_ascii_graphic()).count();
            ascii + text.iter().filter(|byte| !byte.is_ascii()).count() / 2
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_sketched() {
        let page = "<!doctype html><TITLE> 404 Not Found </TITLE><style>p{}</style><script>var a='<p>x</p>';</script>\
                    <!-- <a>no</a> --><p>火の見 <a href=/>top</a><area></p>";
        let sketch = Sketch::of(page.as_bytes());
        assert_eq!(
            sketch,
            Sketch { title: "404 not found".to_owned(), text: 8, links: 2, pictures: 0, frameset: false }
        );
        let drawn =
            b"<img src=a><body background=b><p style='background:url(c)'><style>p{x:url(d);y:url(data:e)}</style>";
        assert_eq!(Sketch::of(drawn).pictures, 4);
        assert_eq!(Sketch::of(b"<style>p{x:url('data:e')}</style>").pictures, 0);
        assert_eq!(&*without_comments(b"a<!-- b -->c<!-- d"), b"ac");
        assert!(Sketch::of(b"<frameset cols=20,80><frame src=a></frameset>").frameset);
    }

    #[test]
    fn hostile_bodies_end() {
        for body in [&b"<"[..], b"<!--", b"<script>", b"<title>", b"</", b"<<<<", b"<a", b"\xff\xfe<\x00p"] {
            Sketch::of(body);
        }
        Sketch::of(&b"<script></".repeat(20_000));
        Sketch::of(&b"<!--".repeat(50_000));
    }
}
