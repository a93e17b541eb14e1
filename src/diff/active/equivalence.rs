//! The named equivalences: in which ways something that acts counts as the same as something approved.

use super::{Side, url};
use crate::model::{ActiveItem, ActiveKind, Digest, DigestBuilder, Element};

/// One named equivalence. It always holds between an item and an approved one of the same kind that is no more visible
/// and no less fenced in (nothing may become hidden, nothing may leave `<noscript>`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Equivalence {
    /// Acts exactly as the approved one, wherever it stands. Scripts, handlers, stylesheets and hints may also stand
    /// more often or less often than they were approved: what acts twice as it did once gains nothing.
    SameThing,
    /// A script or stylesheet (from the page's own site also a frame, form or reload) whose URL differs only in
    /// parameters that are named like versions and hold versions, dates or digests.
    VersionQuery,
    /// A script, stylesheet or manifest of the page's own site whose file name differs only in one digest between
    /// separators. In a folder from which the approved page loads three and more files named by their digests, also of
    /// another host (the site's own build, put there by whoever builds the site), the digest may be the whole name.
    HashedFileName,
    /// A script in the page, a handler or a `javascript:` URL whose tokens are those of the approved one but for plain
    /// data that can reach nothing, as the script's report says.
    SameScriptShape,
    /// A script in the page that only states data (the state of a framework, settings of a content management system), where
    /// the code around the data is the same and nothing in the data is new but plain text, numbers, dates and digests: no
    /// address of a host, no markup and no code that the approved page does not hold.
    SameState,
}

/// Attributes that decide what an element does, beside the one that holds the URL.
const ACTING: [&str; 20] = [
    "action",
    "allow",
    "as",
    "charset",
    "data",
    "enctype",
    "formaction",
    "href",
    "http-equiv",
    "language",
    "method",
    "nomodule",
    "rel",
    "sandbox",
    "src",
    "srcdoc",
    "target",
    "type",
    "classid",
    "xlink:href",
];

impl Equivalence {
    /// All of them, in the order in which they are tried.
    pub const ALL: [Self; 5] =
        [Self::SameThing, Self::VersionQuery, Self::HashedFileName, Self::SameScriptShape, Self::SameState];

    /// Its name, as documents and tests write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SameThing => "same-thing",
            Self::VersionQuery => "version-query",
            Self::HashedFileName => "hashed-file-name",
            Self::SameScriptShape => "same-script-shape",
            Self::SameState => "same-state",
        }
    }

    /// Whether one approved item speaks for any number of equivalent ones.
    pub(super) const fn repeats(self, kind: ActiveKind) -> bool {
        use ActiveKind as K;
        match self {
            Self::SameThing => matches!(
                kind,
                K::InlineScript | K::LinkedScript | K::EventHandler | K::ScriptUrl | K::Stylesheet | K::Preload
            ),
            Self::SameScriptShape => matches!(kind, K::EventHandler | K::ScriptUrl),
            Self::SameState => matches!(kind, K::InlineScript),
            Self::VersionQuery | Self::HashedFileName => false,
        }
    }

    /// Two items are equivalent when both have a key and the keys are equal.
    pub(super) fn key(self, side: &Side<'_>, index: usize) -> Option<Digest> {
        let item = side.page.active.get(index)?;
        if self == Self::SameThing {
            return Some(item.identity);
        }
        let element = side.page.element(item.node)?;
        let rest = match self {
            Self::SameThing => None,
            Self::VersionQuery => url::without_versions(item),
            Self::HashedFileName => url::without_hash(item, &side.approved.build_folders),
            Self::SameScriptShape => shape(side, item),
            Self::SameState => state(side, item),
        }?;
        let mut key = DigestBuilder::new(self.name());
        frame(&mut key, item, element);
        key.part(rest);
        Some(key.finish())
    }
}

/// The shape of an item's code, as text.
fn shape(side: &Side<'_>, item: &ActiveItem) -> Option<String> {
    let is_code = matches!(item.kind, ActiveKind::InlineScript | ActiveKind::EventHandler | ActiveKind::ScriptUrl);
    let report = side.report(item).filter(|_| is_code)?;
    Some(report.shape?.to_string())
}

/// The code around the data of a script that only states data of which nothing is new.
fn state(side: &Side<'_>, item: &ActiveItem) -> Option<String> {
    let state = side.report(item).filter(|_| item.kind == ActiveKind::InlineScript)?.state.as_ref()?;
    state.leaves.iter().all(|leaf| side.approved.knows(leaf)).then(|| state.code.to_string())
}

/// All about an item but the value that an equivalence looks into. Where a handler stands, the other attributes of its
/// element do not matter: what they do is an item of its own.
fn frame(key: &mut DigestBuilder, item: &ActiveItem, element: &Element) {
    let own = item.attribute.as_deref();
    key.part(format!("{:?} {:?}", item.kind, element.namespace));
    key.part(element.name.as_str());
    key.part(own.unwrap_or_default());
    let integrity = element.attribute("integrity").is_some_and(|value| !value.trim().is_empty());
    key.part([u8::from(integrity)]);
    if matches!(item.kind, ActiveKind::EventHandler | ActiveKind::ScriptUrl) {
        return;
    }
    let is_own = |name: &str, value: &str| own == Some(name) || (own.is_none() && url::is_same(value, &item.value));
    for (name, value) in &element.attributes {
        if ACTING.contains(&name.as_str()) && !is_own(name, value) {
            key.part(name.as_str()).part(value);
        }
    }
}
