//! Style sheets inside a page: what their rules hide or lay over it, what they import, and styles that execute.

mod media;
mod selector;

use super::super::lower;
use super::facts::{Facts, without_comments};
use crate::model::{Element, Node, NodeId, NodeKind};
use memchr::{memchr2, memmem};
use selector::{Path, Selector};
use std::collections::HashMap;

/// Bytes of style sheets that are read for what they hide.
const READ: usize = 256 << 10;

/// Most rules of one class, id or tag that ask for more than it.
const RULES: usize = 64;

/// Comparisons of rules with elements on one page.
const FUEL: u32 = 2_000_000;

/// Longest piece of code that is shown.
const SHOWN: usize = 300;

/// The rules that say whether and where something is seen, by the class, id or tag they are about.
#[derive(Default)]
pub(super) struct Sheet {
    rules: HashMap<String, Vec<(Selector, Facts)>>,
    path: Path,
    nested: bool,
    fuel: u32,
    /// Style elements that hide the page itself.
    veils: Vec<NodeId>,
}

impl Sheet {
    /// From the `<style>` elements of a page.
    pub(super) fn of(nodes: &[Node]) -> Self {
        let mut sheet = Self { fuel: FUEL, ..Self::default() };
        let mut left = READ;
        let mut noscript_until = 0;
        for (at, node) in nodes.iter().enumerate() {
            let NodeKind::Element(element) = &node.kind else { continue };
            if matches!(element.name.as_str(), "noscript" | "template") {
                noscript_until = noscript_until.max(at + node.size as usize);
            }
            let holds = element.attribute("media").is_none_or(media::holds);
            if element.name != "style" || at < noscript_until || !holds {
                continue;
            }
            let inside = nodes.get(at..at + node.size as usize).unwrap_or_default();
            let mut veils = false;
            for node in inside {
                if let NodeKind::Text(text) = &node.kind {
                    let end = text.floor_char_boundary(left.min(text.len()));
                    left -= end;
                    veils |= sheet.read(&without_comments(text.get(..end).unwrap_or_default()));
                }
            }
            sheet.veils.extend(u32::try_from(at).ok().filter(|_| veils).map(NodeId));
        }
        sheet
    }

    /// Whether a style element hides the page itself or all that stands directly in it.
    pub(super) fn veils(&self, style: NodeId) -> bool {
        self.veils.binary_search(&style).is_ok()
    }

    /// Whether rules ask for what stands above an element: then [`Sheet::enter`] and [`Sheet::leave`] must be called.
    pub(super) fn is_nested(&self) -> bool {
        self.nested
    }

    /// An element is opened.
    pub(super) fn enter(&mut self, element: &Element) {
        self.path.enter(element);
    }

    /// An element is closed.
    pub(super) fn leave(&mut self, element: &Element) {
        self.path.leave(element);
    }

    /// What the rules say about an element that stands below those that are open.
    pub(super) fn facts(&mut self, element: &Element) -> Facts {
        let mut facts = Facts::default();
        if self.rules.is_empty() {
            return facts;
        }
        let mut key = String::new();
        let classes = element.attribute("class").unwrap_or_default().split_ascii_whitespace().map(|name| (".", name));
        let id = element.attribute("id").map(|name| ("#", name.trim()));
        for (sign, name) in classes.chain(id).chain([("", element.name.as_str())]) {
            key.clear();
            key.push_str(sign);
            key.push_str(name);
            for (selector, its) in self.rules.get(&key).map(Vec::as_slice).unwrap_or_default() {
                if self.fuel == 0 {
                    return facts;
                }
                self.fuel -= 1;
                if selector.fits(element, &self.path) {
                    facts = facts.with(*its);
                }
            }
        }
        facts
    }

    /// Reads the rules that hold on a desktop's screen; says whether one of them hides the page itself.
    fn read(&mut self, css: &str) -> bool {
        let mut veils = false;
        let mut rest = css;
        while let Some(open) = memchr::memchr(b'{', rest.as_bytes()) {
            let raw = prelude(rest.get(..open).unwrap_or_default());
            let inside = rest.get(open + 1..).unwrap_or_default();
            if raw.starts_with('@') {
                rest = if media::rule_holds(raw) { inside } else { after_block(inside) };
                continue;
            }
            let close = memchr2(b'{', b'}', inside.as_bytes()).unwrap_or(inside.len());
            let mut block = inside.get(..close).unwrap_or_default();
            if inside.as_bytes().get(close) == Some(&b'{') {
                // A rule inside a rule: the declarations end before its selector.
                block = block.rsplit_once(';').map_or("", |(before, _)| before);
            }
            if may_tell(block) {
                veils |= self.rule(raw, Facts::of(block));
            }
            rest = inside.get(block.len()..).unwrap_or_default();
        }
        veils
    }

    /// Notes a rule; says whether it hides the page itself.
    fn rule(&mut self, selectors: &str, facts: Facts) -> bool {
        if facts.is_empty() {
            return false;
        }
        let mut veils = false;
        for raw in selectors.split(',').take(200) {
            veils |= facts.hides(false) && selector::is_page(raw);
            let Some((key, selector)) = Selector::read(raw) else { continue };
            self.nested |= selector.is_nested();
            let rules = self.rules.entry(key).or_default();
            match rules.iter().position(|(known, _)| *known == selector) {
                Some(at) => rules.iter_mut().skip(at).take(1).for_each(|(_, known)| *known = known.with(facts)),
                None if rules.len() < RULES => rules.push((selector, facts)),
                None => {}
            }
        }
        veils
    }
}

/// What stands before a block, without what ended before it.
fn prelude(raw: &str) -> &str {
    raw.rsplit(['}', ';']).next().unwrap_or_default().trim()
}

/// Whether a block could say something about being seen: most cannot, and this is quick to see.
fn may_tell(block: &str) -> bool {
    let word = |four: &[u8], word: &[u8; 4]| four.eq_ignore_ascii_case(word);
    block.as_bytes().windows(4).any(|four| match four {
        [b'n' | b'N', ..] => word(four, b"none"),
        [b'h' | b'H', ..] => word(four, b"hidd"),
        [b'c' | b'C', ..] => word(four, b"coll") || word(four, b"clip"),
        [b'a' | b'A', ..] => word(four, b"abso"),
        [b'f' | b'F', ..] => word(four, b"fixe"),
        [b'i' | b'I', ..] => word(four, b"inse") || word(four, b"impo"),
        [b't' | b'T', ..] => word(four, b"tran"),
        [b's' | b'S', ..] => word(four, b"scal"),
        [b'b' | b'B', ..] => word(four, b"back"),
        [b'-', digit, ..] => digit.is_ascii_digit(),
        [b':', b'0' | b'.', ..] | [b':', b' ', b'0' | b'.', _] => true,
        [b':' | b' ', b'1' | b'2', b'p' | b'P', _] => true,
        [b'(', b'0' | b'1' | b'5', ..] => true,
        [_, b'v' | b'V', b'w' | b'h' | b'W' | b'H', _] | [_, b'1', b'0', b'0'] => true,
        _ => false,
    }) || block.trim_end().ends_with(":0")
}

/// What follows the block whose inside begins a text.
fn after_block(inside: &str) -> &str {
    let mut depth = 1_usize;
    for at in memchr::memchr2_iter(b'{', b'}', inside.as_bytes()) {
        match inside.as_bytes().get(at) {
            Some(b'{') => depth += 1,
            _ => depth -= 1,
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
