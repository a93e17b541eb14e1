//! Two pages to their difference, matched by structure and bounded.
//!
//! The path: [`Matching`](matching::Matching) says which node of the old page is which of the new one, the complete
//! [`Script`] follows from it, and the changes that people and detectors see are the script's steps, each with its
//! plane. Things that act are compared beside that as a set, by [`active`].

pub mod active;
mod align;
mod changes;
mod edit;
mod excerpt;
mod kept;
mod matching;
mod pair;
mod path;
mod resources;
#[cfg(test)]
mod tests;
pub mod text;

pub use edit::{Act, Deleted, Script, ScriptError, Step, apply};

use crate::model::{Bounded, Change, Difference, Excerpt, Page, Resource, ResourceChange, Version};
use matching::Matching;

/// Most changes that are listed; the rest are counted in [`Difference::unlisted`]. Those of the active plane are listed
/// before any of the content plane.
pub const MAX_CHANGES: usize = 2_000;

/// What lies between two versions of a page, `old` being the approved one.
///
/// Time and memory are linear in the two pages but for sorting; pairing of siblings that only resemble each other has a
/// budget of counted steps, and [`Bounded`] says when it ran out.
///
/// A change that touches things that act, all of which are the same as approved ones under a named equivalence of
/// [`active`], is no longer one of the active plane: it is listed as a routine change of the content plane.
#[must_use]
pub fn compare(old: Version<'_>, new: Version<'_>) -> Difference {
    let matching = Matching::of(old.page, new.page);
    let active = active::compare(old, new, &matching);
    let script = Script::from_matching(old.page, new.page, &matching);
    let listed = changes::list(old.page, new.page, &matching, &script, &active);
    let bounded = matching.bounded.or((listed.unlisted > 0).then_some(Bounded::Changes));
    Difference {
        text_kept: kept::text(old.page, new.page, &matching),
        nodes_kept: kept::nodes(old.page, new.page, &matching),
        changes: listed.changes,
        unlisted: listed.unlisted,
        active,
        bounded,
        resources: resources::compare(old.resources, new.resources),
    }
}

/// A change in a form that a person reads, and that outlives the pages it came from.
#[must_use]
pub fn readable(change: &Change) -> Excerpt {
    Excerpt {
        kind: change.kind,
        plane: change.plane,
        path: change.path.clone(),
        old: change.old_excerpt.clone(),
        new: change.new_excerpt.clone(),
        parts: text::parts_of(change),
    }
}

/// What of the things that a page loads has another content than an approved version of it had.
#[must_use]
pub fn resources(old: &[Resource], new: &[Resource]) -> Vec<ResourceChange> {
    resources::compare(old, new)
}

/// The complete edit script from one page to another; [`apply`] turns `old` into `new` with it.
#[must_use]
pub fn script<'n>(old: &Page, new: &'n Page) -> Script<'n> {
    Script::from_matching(old, new, &Matching::of(old, new))
}
