//! What a page loads, against what an approved version of it loaded: which contents are not approved.

use crate::model::{Content, Plane, Resource, ResourceChange};
use std::collections::HashSet;
use url::Position;

/// The resources of the new version that the old one does not have with this content, in order, each with what it takes
/// the place of. What changes by nature is left to the rules, and what is gone is told by the page that asks for it no more.
///
/// The same content from elsewhere on the same host, or from the same place with another query, is the same thing.
pub(super) fn compare(old: &[Resource], new: &[Resource]) -> Vec<ResourceChange> {
    let asked: HashSet<_> = new.iter().map(|one| (one.kind, &one.url)).collect();
    let changes = new.iter().enumerate().filter(|(_, one)| !one.volatile).filter_map(|(index, one)| {
        let before = before(old, one, |gone| !asked.contains(&(gone.kind, &gone.url)));
        let same = before.is_some_and(|at| old.get(at).is_some_and(|old| old.content.equals(&one.content)));
        let plane = if one.acts() { Plane::Active } else { Plane::Content };
        (!same).then_some(ResourceChange { new: index, old: before, plane })
    });
    changes.collect()
}

/// What a resource stands for in the approved version: that of its URL; else that of its place with another query; else one
/// with its very content, or another release of it, that the page asks for no more.
fn before(old: &[Resource], one: &Resource, is_gone: impl Fn(&Resource) -> bool) -> Option<usize> {
    let alike = |fits: &dyn Fn(&Resource) -> bool| {
        old.iter().position(|known| known.kind == one.kind && known.url.host() == one.url.host() && fits(known))
    };
    let place = &one.url[..Position::AfterPath];
    let is_seen = matches!(one.content, Content::Seen { .. });
    alike(&|known| known.url == one.url)
        .or_else(|| alike(&|known| known.url[..Position::AfterPath] == *place))
        .or_else(|| alike(&|known| is_seen && is_gone(known) && known.content.equals(&one.content)))
        .or_else(|| alike(&|known| is_gone(known) && stem(known) == stem(one)))
}

/// The path of a resource without what names a release of it: numbers and digests.
fn stem(resource: &Resource) -> Vec<&str> {
    let words = resource.url.path().split(['/', '.', '-', '_', '@']);
    words.filter(|word| !is_release(word)).collect()
}

fn is_release(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let hexadecimal = word.len() >= 6 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    digits > 0 && (hexadecimal || digits * 2 > word.len() || word.len() >= 8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Digest, ResourceKind, UnseenReason, Wanted};

    fn resource(url: &str, text: &str) -> Resource {
        let bytes = Digest::of(text);
        let content = Content::Seen { bytes, state: bytes, size: text.len() as u64 };
        let url = format!("https://www.city.example{url}").parse().expect("URL");
        Resource::new(Wanted { kind: ResourceKind::Script, url, own: true }, false, content)
    }

    fn pairs(old: &[Resource], new: &[Resource]) -> Vec<(usize, Option<usize>)> {
        compare(old, new).into_iter().map(|change| (change.new, change.old)).collect()
    }

    #[test]
    fn another_content_at_the_same_place_is_a_change() {
        let old = [resource("/a.js", "a"), resource("/b.js", "b")];
        let new = [resource("/a.js", "a"), resource("/b.js", "b and more")];
        assert_eq!(pairs(&old, &new), [(1, Some(1))]);
        assert_eq!(pairs(&old, &old), []);
    }

    #[test]
    fn the_same_content_under_another_name_is_not() {
        let old = [resource("/a.js?v=1", "a"), resource("/lib/b.js", "b")];
        assert_eq!(pairs(&old, &[resource("/a.js?v=2", "a"), resource("/assets/b.js", "b")]), []);
        let mut elsewhere = resource("/lib/b.js", "b");
        elsewhere.url.set_host(Some("cdn.example")).expect("host");
        assert_eq!(pairs(&old, &[elsewhere]), [(0, None)], "another host answers as it likes tomorrow");
    }

    #[test]
    fn another_release_stands_for_the_one_before() {
        let old = [resource("/lib/jquery-3.6.0.min.js", "old"), resource("/dist/app.3fa2b1c4.js", "app")];
        let new = [resource("/dist/app.99c0ffee.js", "app 2"), resource("/lib/jquery-3.7.1.min.js", "new")];
        assert_eq!(pairs(&old, &new), [(0, Some(1)), (1, Some(0))]);
    }

    #[test]
    fn what_was_never_seen_is_a_change_when_it_is() {
        let unseen = Resource { content: Content::Unseen { reason: UnseenReason::Blocked }, ..resource("/a.js", "") };
        assert_eq!(pairs(std::slice::from_ref(&unseen), &[resource("/a.js", "a")]), [(0, Some(0))]);
        assert_eq!(pairs(std::slice::from_ref(&unseen), std::slice::from_ref(&unseen)), []);
        assert_eq!(pairs(&[resource("/a.js", "a")], &[unseen]), [(0, Some(0))]);
    }

    #[test]
    fn planes_are_those_of_what_acts() {
        let own = |kind| Resource { kind, ..resource("/x", "x") };
        let foreign = |kind| Resource { own: false, ..own(kind) };
        let plane = |one| compare(&[], &[one])[0].plane;
        assert_eq!(plane(own(ResourceKind::Script)), Plane::Active);
        assert_eq!(plane(own(ResourceKind::Style)), Plane::Content);
        assert_eq!(plane(foreign(ResourceKind::Style)), Plane::Active);
        assert_eq!(plane(own(ResourceKind::Picture)), Plane::Content);
    }
}
