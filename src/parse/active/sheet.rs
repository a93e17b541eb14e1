//! Style sheets inside a page: which classes and ids they hide, what they import, and styles that execute.

use super::super::lower;
use super::hidden::hiding_style;
use crate::model::{Node, NodeKind};
use memchr::{memchr, memmem};
use std::collections::HashMap;

/// Bytes of style sheets that are read for hidden classes.
const READ: usize = 256 << 10;

/// Longest piece of code that is shown.
const SHOWN: usize = 300;

/// The classes and ids that simple rules hide, with the elements to which that is limited (empty: any).
#[derive(Default)]
pub(super) struct Sheet {
    classes: HashMap<String, Vec<String>>,
    ids: HashMap<String, Vec<String>>,
}

impl Sheet {
    /// From the `<style>` elements of a page.
    pub(super) fn of(nodes: &[Node]) -> Self {
        let mut sheet = Self::default();
        let mut left = READ;
        for (at, node) in nodes.iter().enumerate() {
            if !matches!(&node.kind, NodeKind::Element(e) if e.name == "style") {
                continue;
            }
            let inside = nodes.get(at..at + node.size as usize).unwrap_or_default();
            for node in inside {
                if let NodeKind::Text(text) = &node.kind {
                    let end = text.floor_char_boundary(left.min(text.len()));
                    left -= end;
                    sheet.read(text.get(..end).unwrap_or_default());
                }
            }
        }
        sheet
    }

    pub(super) fn hides_class(&self, element: &str, classes: &str) -> bool {
        let hides = |class| is_limited_to(self.classes.get(class), element);
        !self.classes.is_empty() && classes.split_ascii_whitespace().any(hides)
    }

    pub(super) fn hides_id(&self, element: &str, id: &str) -> bool {
        !self.ids.is_empty() && is_limited_to(self.ids.get(id), element)
    }

    /// Reads rules outside of media queries that do not hold for every screen.
    fn read(&mut self, css: &str) {
        let mut rest = css;
        while let Some(open) = memchr(b'{', rest.as_bytes()) {
            let raw = rest.get(..open).unwrap_or_default();
            let inside = rest.get(open + 1..).unwrap_or_default();
            if memchr(b'@', raw.as_bytes()).is_some() && prelude(raw).starts_with('@') {
                rest = if for_every_screen(prelude(raw)) { inside } else { after_block(inside) };
                continue;
            }
            let close = memchr(b'}', inside.as_bytes()).unwrap_or(inside.len());
            let block = inside.get(..close).unwrap_or_default();
            if may_hide(block) && hiding_style(block, false) {
                prelude(raw).split(',').for_each(|selector| self.hide(selector.trim()));
            }
            rest = inside.get(close..).unwrap_or_default();
        }
    }

    /// Notes `.name`, `#name`, `tag.name` or `tag#name`.
    fn hide(&mut self, selector: &str) {
        let Some(at) = selector.find(['.', '#']) else { return };
        let (tag, key) = selector.split_at(at);
        let (sign, name) = key.split_at(1);
        let plain = |text: &str| text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
        if plain(tag) && !name.is_empty() && plain(name) {
            let names = if sign == "." { &mut self.classes } else { &mut self.ids };
            names.entry(name.to_owned()).or_default().push(tag.to_ascii_lowercase());
        }
    }
}

/// What stands before a block, without what ended before it.
fn prelude(raw: &str) -> &str {
    let last = raw.rsplit(['}', ';']).next().unwrap_or_default();
    last.rsplit("*/").next().unwrap_or_default().trim()
}

/// Whether a rule is there and holds for an element.
fn is_limited_to(limits: Option<&Vec<String>>, element: &str) -> bool {
    limits.is_some_and(|tags| tags.iter().any(|tag| tag.is_empty() || tag == element))
}

fn for_every_screen(prelude: &str) -> bool {
    let prelude = prelude.to_ascii_lowercase();
    let media = prelude.strip_prefix("@media").map(str::trim);
    media.is_some_and(|media| !media.contains('(') && (media.contains("all") || media.contains("screen")))
        || prelude.starts_with("@layer")
}

/// What follows the block whose inside begins a text.
fn after_block(inside: &str) -> &str {
    let mut depth = 1_usize;
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return inside.get(at + 1..).unwrap_or_default();
        }
    }
    ""
}

/// The raw URLs of `@import` rules.
pub(super) fn imports(css: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = css;
    while let Some(at) = rest.find('@') {
        rest = rest.get(at + 1..).unwrap_or_default();
        if !rest.get(..6).is_some_and(|word| word.eq_ignore_ascii_case("import")) {
            continue;
        }
        let url = rest.get(6..).unwrap_or_default().trim_start();
        let url = match url.get(..4) {
            Some(function) if function.eq_ignore_ascii_case("url(") => url.get(4..).unwrap_or_default().trim_start(),
            _ => url,
        };
        let url = match url.chars().next() {
            Some(quote @ ('"' | '\'')) => url.get(1..).unwrap_or_default().split(quote).next(),
            _ => url.split([')', ';', ' ', '\n']).next(),
        };
        found.extend(url.filter(|url| !url.is_empty()));
    }
    found
}

/// The piece of a style that old browsers execute: `expression(…)`, `behavior:`, `-moz-binding:`, `javascript:`.
pub(super) fn executes(css: &str) -> Option<&str> {
    const SIGNS: [&str; 5] = ["expression(", "behavior:", "-moz-binding", "javascript:", "vbscript:"];
    if css.len() < 9 {
        return None;
    }
    let plain = lower(css);
    let found = SIGNS.iter().find_map(|sign| {
        memmem::find_iter(plain.as_bytes(), sign).find(|at| {
            // `scroll-behavior` is something else.
            let before = at.checked_sub(1).and_then(|before| plain.as_bytes().get(before));
            !before.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) || sign.starts_with('-')
        })
    })?;
    let shown = css.get(found..)?;
    shown.get(..shown.floor_char_boundary(SHOWN.min(shown.len())))
}

/// Whether a block could hide something: most cannot, and this is quick to see.
fn may_hide(block: &str) -> bool {
    let word = |four: &[u8], word: &[u8; 4]| four.eq_ignore_ascii_case(word);
    block.as_bytes().windows(4).any(|four| match four {
        [b'n' | b'N', ..] => word(four, b"none"),
        [b'h' | b'H', ..] => word(four, b"hidd"),
        [b'c' | b'C', ..] => word(four, b"coll"),
        [b'-', digit, ..] => digit.is_ascii_digit(),
        [b':', b'0' | b'.', ..] | [b':', b' ', b'0' | b'.', _] | [b':' | b' ', b'1', b'p' | b'P', _] => true,
        [b'(', b'0' | b'1' | b'5', ..] => true,
        _ => false,
    }) || block.trim_end().ends_with(":0")
}
