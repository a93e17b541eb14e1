//! What a page loads: scripts, styles, the documents of frames, landmark pictures.

use super::{Digest, DigestBuilder, UnseenReason};
use serde::{Deserialize, Serialize};
use url::Url;

/// What kind of thing a page loads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResourceKind {
    /// The file of a `<script src>`.
    Script,
    /// The document of a frame or an object (an SVG too), one level deep.
    Frame,
    /// A stylesheet.
    Style,
    /// A landmark picture: favicon, logo, the first large ones.
    Picture,
}

/// Something that a page asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Wanted {
    /// What it is.
    pub kind: ResourceKind,
    /// Where it lies; without a fragment.
    pub url: Url,
    /// It lies on the page's own site.
    pub own: bool,
}

/// What came of looking at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// Its bytes.
    Seen {
        /// SHA-256 of the body.
        bytes: Digest,
        /// Digest of the normalised document of a frame; for all else that of the body.
        state: Digest,
        /// Length of the body in bytes.
        size: u64,
    },
    /// The host says that there is none, with this HTTP status.
    Absent {
        /// The status.
        status: u16,
    },
    /// It could not be looked at.
    Unseen {
        /// Why.
        reason: UnseenReason,
    },
}

/// Something that a page loads, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// What it is.
    pub kind: ResourceKind,
    /// Where it lies.
    pub url: Url,
    /// It lies on the page's own site.
    pub own: bool,
    /// It changes by its nature (a loader of a tag manager, a frame of another site): its bytes are no part of the page's
    /// state, but every change of them still goes through the rules.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub volatile: bool,
    /// What came.
    pub content: Content,
    /// The `Content-Type` it came with, at most 128 bytes of it: it says in which charset the bytes are read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// Where redirects led to, step by step; empty when it was answered at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub way: Vec<Url>,
}

impl Resource {
    /// Something that is asked for, answered at once and without a type.
    #[must_use]
    pub fn new(wanted: Wanted, volatile: bool, content: Content) -> Self {
        let Wanted { kind, url, own } = wanted;
        Self { kind, url, own, volatile, content, content_type: None, way: Vec::new() }
    }

    /// As the page asks for it.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        Wanted { kind: self.kind, url: self.url.clone(), own: self.own }
    }

    /// Digest of its bytes; none when there were none.
    #[must_use]
    pub const fn bytes(&self) -> Option<Digest> {
        match self.content {
            Content::Seen { bytes, .. } => Some(bytes),
            Content::Absent { .. } | Content::Unseen { .. } => None,
        }
    }

    /// Sets the state of a document that was parsed; without one its bytes stand for it.
    pub const fn settle(&mut self, document: Option<Digest>) {
        if let Content::Seen { bytes, ref mut state, .. } = self.content {
            *state = match document {
                Some(document) => document,
                None => bytes,
            };
        }
    }

    /// Length of its body in bytes; 0 when there was none.
    #[must_use]
    pub const fn size(&self) -> u64 {
        match self.content {
            Content::Seen { size, .. } => size,
            Content::Absent { .. } | Content::Unseen { .. } => 0,
        }
    }

    /// Whether its bytes are kept with the snapshot. Those of pictures are not: their digest says that they changed.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.kind != ResourceKind::Picture
    }

    /// Whether any change of it is one of the active plane: a script's, and that of a stylesheet of another site. The
    /// document of a frame is a page of its own, on both planes.
    #[must_use]
    pub fn acts(&self) -> bool {
        match self.kind {
            ResourceKind::Script => true,
            ResourceKind::Style => !self.own,
            ResourceKind::Frame | ResourceKind::Picture => false,
        }
    }

    /// Whether it is the same thing with the same content.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        self.is_at_place_of(other) && self.content.equals(&other.content)
    }

    /// Whether it stands for the same thing: kind and URL.
    #[must_use]
    pub fn is_at_place_of(&self, other: &Self) -> bool {
        self.kind == other.kind && self.url == other.url
    }
}

impl Content {
    /// Whether two contents say the same of a page.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        self.part() == other.part()
    }

    fn part(&self) -> ([u8; 2], [u8; 32]) {
        match self {
            Self::Seen { state, .. } => ([1, 0], *state.as_bytes()),
            Self::Absent { .. } => ([2, 0], [0; 32]),
            Self::Unseen { .. } => ([3, 0], [0; 32]),
        }
    }
}

/// Digests of the bytes that are kept of these.
pub fn kept_bytes(resources: &[Resource]) -> impl Iterator<Item = Digest> {
    resources.iter().filter(|resource| resource.is_kept()).filter_map(Resource::bytes)
}

/// The part of the resources in a page's state. Without any, a state is what it was before they were looked at.
pub(super) fn state_parts(builder: &mut DigestBuilder, resources: &[Resource]) {
    let mut parts: Vec<_> = resources
        .iter()
        .filter(|resource| !resource.volatile)
        .map(|resource| (resource.kind, resource.url.as_str(), resource.content.part()))
        .collect();
    parts.sort_unstable();
    parts.dedup();
    for (kind, url, (tag, digest)) in parts {
        builder.part([kind as u8]).part(url).part(tag).part(digest);
    }
}

/// The part of the resources in the fingerprint of an answer: their bytes, those that change by nature too, and how they came.
pub(super) fn fingerprint_parts(builder: &mut DigestBuilder, resources: &[Resource]) {
    for resource in resources {
        let (tag, _) = resource.content.part();
        builder.part([resource.kind as u8, u8::from(resource.volatile)]).part(resource.url.as_str()).part(tag);
        builder.part(resource.bytes().as_ref().map(Digest::as_bytes).copied().unwrap_or_default());
        // How the bytes are read, and where they came from.
        builder.part(resource.content_type.as_deref().unwrap_or_default());
        for url in &resource.way {
            builder.part(url.as_str());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(url: &str, content: Content) -> Resource {
        let url = url.parse().expect("URL");
        Resource::new(Wanted { kind: ResourceKind::Script, url, own: true }, false, content)
    }

    fn seen(text: &str) -> Content {
        let bytes = Digest::of(text);
        Content::Seen { bytes, state: bytes, size: text.len() as u64 }
    }

    fn state(resources: &[Resource]) -> Digest {
        let mut builder = DigestBuilder::new("test");
        state_parts(&mut builder, resources);
        builder.finish()
    }

    fn print(resources: &[Resource]) -> Digest {
        let mut builder = DigestBuilder::new("test");
        fingerprint_parts(&mut builder, resources);
        builder.finish()
    }

    #[test]
    fn the_state_holds_what_is_loaded_and_not_its_order() {
        let (a, b) = (script("https://a.example/a.js", seen("a")), script("https://a.example/b.js", seen("b")));
        let other = script("https://a.example/b.js", seen("c"));
        assert_eq!(state(&[a.clone(), b.clone()]), state(&[b.clone(), a.clone(), a.clone()]));
        assert_ne!(state(&[a.clone(), b.clone()]), state(&[a.clone(), other]));
        assert_ne!(
            state(std::slice::from_ref(&a)),
            state(&[script("https://a.example/a.js", Content::Absent { status: 404 })])
        );
        let (gone, missing) = (Content::Absent { status: 404 }, Content::Absent { status: 410 });
        assert_eq!(state(&[script("https://a.example/", gone)]), state(&[script("https://a.example/", missing)]));
        assert_eq!(state(&[]), DigestBuilder::new("test").finish());
        assert_ne!(state(&[a, b]), state(&[]));
    }

    #[test]
    fn what_changes_by_nature_is_in_the_fingerprint_only() {
        let loader = |text| Resource { volatile: true, ..script("https://tags.example/t.js", seen(text)) };
        assert_eq!(state(&[loader("one")]), state(&[loader("two")]));
        assert_ne!(print(&[loader("one")]), print(&[loader("two")]));
    }

    #[test]
    fn a_frame_with_another_token_is_the_same_state_and_another_answer() {
        let frame = |bytes: &str| {
            let content = Content::Seen { bytes: Digest::of(bytes), state: Digest::of("normal"), size: 9 };
            Resource { kind: ResourceKind::Frame, ..script("https://a.example/f", content) }
        };
        assert_eq!(state(&[frame("t=1")]), state(&[frame("t=2")]));
        assert_ne!(print(&[frame("t=1")]), print(&[frame("t=2")]));
    }
}
