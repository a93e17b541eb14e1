//! What shows whose page it is: names, telephone numbers, postal codes, copyright lines, logos, own links.

use crate::model::{Case, NodeKind, Page};
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Most visible text that is read, in bytes.
const MAX_TEXT: usize = 131_072;
/// What stands between the parts of a title. Those of full width are written as codes: they look like the others.
const SEPARATORS: [char; 19] = [
    '|', '\u{ff5c}', '-', '\u{2010}', '\u{ff0d}', '–', '—', '/', '\u{ff0f}', ':', '\u{ff1a}', '»', '<', '>', '【',
    '】', '・', ' ', '\u{3000}',
];
/// Most anchors of one kind.
const MAX_ANCHORS: usize = 40;

/// What of an approved page's identity the new page still has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Kept {
    /// Kinds of anchors that the approved page had.
    pub(super) had: usize,
    /// Kinds of which the new page has at least a third.
    pub(super) kept: usize,
    /// The organisation's or the site's name is still there.
    pub(super) named: bool,
}

impl Kept {
    /// Whether enough is left to say that it is still the owner's page.
    pub(super) const fn is_owners(self) -> bool {
        self.kept >= 2 || (self.named && self.kept >= 1) || (self.had > 0 && self.kept == self.had)
    }

    /// Whether nothing is left of what was there.
    pub(super) const fn is_gone(self) -> bool {
        self.had > 0 && self.kept == 0
    }
}

/// Compares the identity of the approved page with the new one.
pub(super) fn kept(case: &Case, old: &Page, new: &Page) -> Kept {
    let (old_text, new_text) = (all_text(old), all_text(new));
    let mut kept = Kept::default();
    let names = names(case, old, &old_text);
    kept.named = names.iter().any(|name| new_text.contains(name.as_str()));
    let kinds = [
        (names, None),
        (matches(&PHONE, &old_text), Some(matches(&PHONE, &new_text))),
        (matches(&POSTAL, &old_text), Some(matches(&POSTAL, &new_text))),
        (matches(&COPYRIGHT, &old_text), Some(matches(&COPYRIGHT, &new_text))),
        (logos(old), Some(logos(new))),
        (own_links(old), Some(own_links(new))),
    ];
    for (before, after) in kinds {
        if before.is_empty() {
            continue;
        }
        let shared = match &after {
            Some(after) => before.intersection(after).count(),
            None => before.iter().filter(|name| new_text.contains(name.as_str())).count(),
        };
        kept.had += 1;
        kept.kept += usize::from(shared * 3 >= before.len() && shared > 0);
    }
    kept
}

/// Title and visible text, with the texts of images.
fn all_text(page: &Page) -> String {
    let mut text = page.title().unwrap_or_default();
    text.push(' ');
    text.push_str(&page.visible_text(MAX_TEXT));
    for alt in page.elements().filter_map(|(_, element)| element.attribute("alt")).take(500) {
        text.push(' ');
        text.push_str(alt);
    }
    text
}

/// The organisation's name and the site's, where the approved page shows them.
fn names(case: &Case, old: &Page, text: &str) -> BTreeSet<String> {
    let site = old.elements_named("meta").find(|(_, meta)| meta.attribute("property") == Some("og:site_name"));
    let site = site.and_then(|(_, meta)| meta.attribute("content"));
    let title = old.title().unwrap_or_default();
    let parts = title.split(SEPARATORS);
    let parts = parts.map(str::trim).filter(|part| part.chars().count() >= 3);
    let all = case.organisation.into_iter().chain(site).chain(parts);
    let kept = all.map(str::trim).filter(|name| !name.is_empty() && text.contains(*name));
    kept.take(MAX_ANCHORS).map(str::to_owned).collect()
}

static PHONE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(PHONE_NUMBER).ok());
/// Brackets and dashes of full width too, and digits of any script.
const PHONE_NUMBER: &str = "(?:\\+\\d{1,3}[ -]?)?[(\u{ff08}]?[0\u{ff10}]\\d{1,4}[)\u{ff09}]?[-\u{2010}\u{2212}\u{30fc}\u{ff0d} ()\u{ff08}\u{ff09}]\
     \\d{1,4}[-\u{2010}\u{2212}\u{30fc}\u{ff0d} )\u{ff09}]\\d{3,4}";
static POSTAL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"〒\s?\d{3}[-‐−ー]\d{4}").ok());
static COPYRIGHT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)(?:©|\(c\)|copyright)[\s\d,.:©(c)–-]{0,24}([^\s\d.,|][^\n.,|]{2,40})").ok());

/// What a pattern finds, digits and letters only: `0494-25-5000` and `0494(25)5000` are one.
fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> BTreeSet<String> {
    let Some(regex) = pattern.as_ref() else { return BTreeSet::new() };
    let found = regex.captures_iter(text).filter_map(|groups| groups.get(1).or_else(|| groups.get(0)));
    let plain = found.map(|found| found.as_str().chars().filter_map(narrow).collect::<String>());
    plain.filter(|anchor| !anchor.is_empty()).take(MAX_ANCHORS).collect()
}

/// A letter or digit, those of full width as the others.
fn narrow(c: char) -> Option<char> {
    let c = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0)?,
        c => c,
    };
    (c.is_alphanumeric() && c != '\u{30fc}').then_some(c)
}

/// File names of the images in the page's header, or of those that call themselves logo.
fn logos(page: &Page) -> BTreeSet<String> {
    let images = page.elements_named("img").take(300);
    let named = images.filter(|(_, image)| {
        ["src", "class", "id", "alt"]
            .iter()
            .filter_map(|name| image.attribute(name))
            .any(|value| value.to_ascii_lowercase().contains("logo") || value.contains("ロゴ"))
    });
    let files = named.filter_map(|(_, image)| image.attribute("src")?.split('?').next()?.rsplit('/').next());
    files.filter(|file| !file.is_empty()).map(str::to_owned).collect()
}

/// Paths of links to other pages of the same site.
fn own_links(page: &Page) -> BTreeSet<String> {
    let hrefs = page.elements_named("a").filter_map(|(_, a)| a.attribute("href"));
    let own = hrefs.filter(|href| !href.contains(':') && !href.starts_with("//") && !href.starts_with('#'));
    let paths = own.filter_map(|href| href.split(['?', '#']).next()).filter(|path| path.len() > 1);
    paths.take(200).map(str::to_owned).collect()
}

/// Number of images that a visitor sees.
pub(super) fn images(page: &Page) -> usize {
    let shown = page.elements().filter(|(_, element)| match element.name.as_str() {
        "img" | "video" | "image" | "picture" => true,
        "body" => element.attribute("background").is_some(),
        "input" => element.attribute("type") == Some("image"),
        _ => false,
    });
    shown.count()
}

/// Whether the page has nothing at all to show or to run.
pub(super) fn is_empty(page: &Page) -> bool {
    page.active.is_empty()
        && images(page) == 0
        && page.ids().all(|id| !matches!(&page.node(id).kind, NodeKind::Text(text) if !text.trim().is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_fall_apart_at_separators_of_both_widths() {
        let parts = |title: &str| title.split(SEPARATORS).filter(|part| !part.is_empty()).count();
        for title in
            ["例示市|トップ", "例示市\u{ff5c}トップ", "例示市:トップ", "例示市\u{ff1a}トップ", "例示市\u{3000}トップ"]
        {
            assert_eq!(parts(title), 2, "{title}");
        }
    }

    #[test]
    fn telephone_numbers_are_one_in_every_writing() {
        let number = |text: &str| matches(&PHONE, text).into_iter().next();
        for text in [
            "0494-25-5000",
            "0494(25)5000",
            "0494\u{ff08}25\u{ff09}5000",
            "\u{ff08}0494\u{ff09}25-5000",
            "０４９４\u{ff0d}２５\u{ff0d}５０００",
        ] {
            assert_eq!(number(text).as_deref(), Some("0494255000"), "{text}");
        }
    }
}
