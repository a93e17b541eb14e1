//! Bytes → charset → owned page tree → normalised tree with subtree digests and the inventory of what acts.
//!
//! Any bytes give a [`Page`]: nothing here fails, everything is bounded by [`Limits`], and what was not read to its
//! end says so in [`Page::cut`].

mod active;
mod charset;
mod digest;
mod html;
mod kind;
mod mask;
mod normalise;
mod resources;
mod tree;

#[cfg(test)]
mod tests;

pub use resources::resources;

use crate::model::{Cut, InputKind, Mask, Page, Words};
use std::borrow::Cow;
use url::Url;

/// How much of a page is read. Work and memory stay linear in the input within them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of input that are looked at.
    pub bytes: usize,
    /// Depth of nesting (browsers stop at 512 too); what is nested deeper is read flat.
    pub depth: u32,
    /// Nodes in the tree.
    pub nodes: usize,
    /// Attributes in the tree.
    pub attributes: usize,
    /// Attributes of one tag; more are left out.
    pub attributes_of_tag: usize,
    /// Steps of the tree builder (tags weighted by their depth); afterwards the rest is read flat.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 16 << 20,
            depth: 512,
            nodes: 300_000,
            attributes: 300_000,
            attributes_of_tag: 1_024,
            steps: 40_000_000,
        }
    }
}

/// What is known about an input beside its bytes.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// The page's own URL: relative URLs are resolved against it, and it decides which hosts are foreign.
    pub url: Option<&'a Url>,
    /// Where the URL is unknown, whether the page's own word for it is taken: canonical, `og:url`, base.
    pub believed: bool,
    /// The Content-Type header.
    pub content_type: Option<&'a str>,
    /// What is left out of the content plane.
    pub masks: &'a [Mask],
    /// How much is read.
    pub limits: Limits,
}

impl Default for Options<'_> {
    /// Nothing is known, and the page is believed.
    fn default() -> Self {
        Self { url: None, believed: true, content_type: None, masks: &[], limits: Limits::default() }
    }
}

/// Reads a page. Never fails; see [`Page::cut`] and [`Page::charset`] for what was odd.
#[must_use]
pub fn page(bytes: &[u8], options: &Options) -> Page {
    let (whole, (bytes, cut)) = (bytes, within(bytes, options.limits.bytes));
    let decoded = charset::decode(bytes, options.content_type, cut.is_some());
    let parsed = html::parse(&decoded.text, &options.limits);
    let mut cut = parsed.cut.or(cut);
    let mut built = tree::build(&parsed, options.masks);
    drop(parsed);
    let room = options.limits.bytes.saturating_mul(2);
    let (active, shortened) = active::inventory(&mut built, options.url, options.believed, room);
    cut = cut.or(built.cut).or(shortened);
    digest::fill(&mut built.nodes, &active);
    if cut.is_some() {
        digest::of_unread(&mut built.nodes, whole);
    }
    Page { kind: InputKind::Page, nodes: built.nodes, active, charset: decoded.facts, cut }
}

/// Reads a script file: a root with one `script` element that holds the text.
#[must_use]
pub fn script(bytes: &[u8], options: &Options) -> Page {
    let (whole, (bytes, cut)) = (bytes, within(bytes, options.limits.bytes));
    let decoded = charset::decode(bytes, options.content_type, cut.is_some());
    let mut nodes = tree::of_script(&decoded.text);
    let active = active::of_script(&mut nodes, decoded.text);
    digest::fill(&mut nodes, &active);
    if cut.is_some() {
        digest::of_unread(&mut nodes, whole);
    }
    Page { kind: InputKind::Script, nodes, active, charset: decoded.facts, cut }
}

/// Reads a file that may be a page or a script: its content decides, then the extension of its name.
#[must_use]
pub fn input(bytes: &[u8], name: Option<&str>, options: &Options) -> Page {
    match kind::of(bytes, name) {
        InputKind::Page => page(bytes, options),
        InputKind::Script => script(bytes, options),
    }
}

/// The URL that a page says it has (canonical, `og:url` or base). Only an approved page is to be believed.
#[must_use]
pub fn own_url(page: &Page) -> Option<Url> {
    active::declared(&page.nodes)
}

/// Whether a mask can be used.
///
/// # Errors
/// Says what is wrong: it is no CSS selector, it is too long or too costly, or it covers the whole page.
pub fn check_mask(select: &str) -> Result<(), Words> {
    mask::check(select)
}

fn within(bytes: &[u8], limit: usize) -> (&[u8], Option<Cut>) {
    match bytes.get(..limit) {
        Some(head) if head.len() < bytes.len() => (head, Some(Cut::Bytes)),
        _ => (bytes, None),
    }
}

/// Lower-case ASCII without allocating where it is already so.
fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}
