//! What of a page's identity is left, and whether it still shows anything.

use crate::model::{Case, NodeKind, Page, copyrights, identity_text, logos, names, phones, postal_codes};
use std::collections::BTreeSet;

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
    let (old_text, new_text) = (identity_text(old), identity_text(new));
    let mut kept = Kept::default();
    let names = names(case.organisation, old, &old_text);
    kept.named = names.iter().any(|name| new_text.contains(name.as_str()));
    let kinds = [
        (names, None),
        (phones(&old_text), Some(phones(&new_text))),
        (postal_codes(&old_text), Some(postal_codes(&new_text))),
        (copyrights(&old_text), Some(copyrights(&new_text))),
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
