//! Selectors as far as they matter here: the last compound, and what must stand anywhere above it.

use crate::model::Element;
use std::collections::HashMap;

/// Most parts of one selector.
const PARTS: usize = 12;

/// What a selector asks for beside the class, id or tag under which it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Selector {
    tag: String,
    /// Classes (`.name`) and ids (`#name`) of the element itself.
    own: Vec<String>,
    /// Tags, classes and ids of elements above, in no order.
    above: Vec<String>,
}

impl Selector {
    /// Reads one selector: the key under which it is kept, and the rest. None for one that asks for a state, a part or
    /// an attribute, or that fits every element.
    pub(super) fn read(raw: &str) -> Option<(String, Self)> {
        let mut compounds = compounds(raw);
        let mut last = parts(compounds.next()?)?;
        let mut selector = Self::default();
        for compound in compounds {
            selector.above.extend(parts(compound).unwrap_or_default());
        }
        let at = last.iter().rposition(|part| part.starts_with('#'));
        let at = at.or_else(|| last.iter().rposition(|part| part.starts_with('.'))).unwrap_or(0);
        let key = (at < last.len()).then(|| last.remove(at))?;
        for part in last {
            if part.starts_with(['.', '#']) {
                selector.own.push(part);
            } else {
                selector.tag = part;
            }
        }
        (selector.own.len() + selector.above.len() <= PARTS).then_some((key, selector))
    }

    /// Whether it asks for something above the element.
    pub(super) fn is_nested(&self) -> bool {
        !self.above.is_empty()
    }

    /// Whether it fits an element that has its key.
    pub(super) fn fits(&self, element: &Element, path: &Path) -> bool {
        let has = |part: &String| match part.split_at(1) {
            (".", name) => element.attribute("class").unwrap_or_default().split_ascii_whitespace().any(|c| c == name),
            (_, name) => element.attribute("id") == Some(name),
        };
        (self.tag.is_empty() || element.name == self.tag)
            && self.own.iter().all(has)
            && self.above.iter().all(|part| path.holds(part))
    }
}

/// Whether a selector means the page itself, or everything that stands directly in it.
pub(super) fn is_page(raw: &str) -> bool {
    let plain: String = raw.to_ascii_lowercase().split_whitespace().collect::<Vec<_>>().join("");
    let plain = plain
        .strip_prefix("html>")
        .or_else(|| plain.strip_prefix("html"))
        .filter(|rest| !rest.is_empty())
        .unwrap_or(&plain);
    let all = |rest: &str| {
        matches!(rest, "*" | ">*")
            || rest.starts_with(":not(")
            || rest.starts_with(">:not(")
            || rest.starts_with(">*:not(")
    };
    matches!(plain, "html" | "body" | ":root" | "*") || plain.strip_prefix("body").is_some_and(all)
}

/// The compounds of a selector, the last first.
fn compounds(raw: &str) -> impl Iterator<Item = &str> {
    raw.rsplit(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '+' | '~' | '&')).filter(|part| !part.is_empty())
}

/// The tag, classes and ids of a compound; none when it has anything else.
fn parts(compound: &str) -> Option<Vec<String>> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '#');
    // A state, a part or an attribute: who asks for that is not told by names alone.
    if !compound.chars().all(plain) {
        return None;
    }
    let mut found = Vec::new();
    let mut start = 0;
    let marks = compound.match_indices(['.', '#']).map(|(at, _)| at).chain([compound.len()]);
    for at in marks {
        let part = compound.get(start..at)?;
        if part.len() > usize::from(start > 0 || part.starts_with(['.', '#'])) {
            let tag = !part.starts_with(['.', '#']);
            found.push(if tag { part.to_ascii_lowercase() } else { part.to_owned() });
        }
        start = at;
    }
    (!found.is_empty() && found.len() <= PARTS).then_some(found)
}

/// The tags, classes and ids of the elements that are open.
#[derive(Default)]
pub(super) struct Path(HashMap<String, u32>);

impl Path {
    pub(super) fn enter(&mut self, element: &Element) {
        each(element, |part| *self.0.entry(part).or_default() += 1);
    }

    pub(super) fn leave(&mut self, element: &Element) {
        each(element, |part| {
            if let Some(count) = self.0.get_mut(&part) {
                *count = count.saturating_sub(1);
            }
        });
    }

    fn holds(&self, part: &str) -> bool {
        self.0.get(part).is_some_and(|count| *count > 0)
    }
}

fn each(element: &Element, mut note: impl FnMut(String)) {
    note(element.name.to_string());
    for class in element.attribute("class").unwrap_or_default().split_ascii_whitespace().take(32) {
        note(format!(".{class}"));
    }
    if let Some(id) = element.attribute("id") {
        note(format!("#{id}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_compound_is_the_key() {
        let key = |raw: &str| Selector::read(raw).map(|(key, _)| key);
        assert_eq!(key("#ft .k").as_deref(), Some(".k"));
        assert_eq!(key("div.zz").as_deref(), Some(".zz"));
        assert_eq!(key("dfn").as_deref(), Some("dfn"));
        assert_eq!(key("ul>li#x.y").as_deref(), Some("#x"));
        assert_eq!(key("a:hover"), None);
        assert_eq!(key("*"), None);
        let (_, nested) = Selector::read("#ft .k").expect("a selector");
        assert!(nested.is_nested() && !nested.fits(&Element::default(), &Path::default()));
    }

    #[test]
    fn selectors_of_the_page_itself() {
        for raw in ["body", "html", "body > *", "body>*:not(#zq)", "html body>*", "body *", "*", "html, body"] {
            assert!(raw.split(',').any(is_page), "{raw}");
        }
        for raw in ["body .x", "body>div.x", "#body", ".html", "body:not(.x) p"] {
            assert!(!is_page(raw) || raw.starts_with("body:not("), "{raw}");
        }
    }
}
