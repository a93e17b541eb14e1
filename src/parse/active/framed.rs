//! Documents inside frames: what a `srcdoc` or a `data:` URL brings along acts as if it stood in the page.

use super::{Places, Sheet, Survey};
use crate::model::{ActiveItem, ActiveKind, Cut, Digest, DigestBuilder, NodeId};
use crate::parse::{Limits, html, tree};
use base64::alphabet;
use base64::engine::{DecodePaddingMode, Engine as _, GeneralPurpose, GeneralPurposeConfig};

/// Documents that are read in one page, and their bytes together.
const FRAMES: usize = 64;
const BYTES: usize = 512 << 10;

/// Base64 as browsers take it: with or without padding.
const FORGIVING: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// How much may still be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    frames: usize,
    bytes: usize,
    /// Documents are read here at all.
    open: bool,
}

impl Room {
    /// For one page.
    pub(super) const PAGE: Self = Self { frames: FRAMES, bytes: BYTES, open: true };
    /// Inside a frame: frames within frames are not opened.
    pub(super) const NONE: Self = Self { frames: 0, bytes: 0, open: false };
}

impl Survey<'_> {
    /// Adds what the document of a frame can do, at the frame's own place.
    pub(super) fn framed(&mut self, id: NodeId, text: &str) {
        if !self.room.open {
            return;
        }
        if self.room.frames == 0 || self.room.bytes < text.len() {
            self.cut.get_or_insert(Cut::Bytes);
        }
        if self.room.frames == 0 || self.room.bytes == 0 {
            return;
        }
        let text = text.get(..text.floor_char_boundary(self.room.bytes)).unwrap_or_default();
        self.room.frames -= 1;
        self.room.bytes -= text.len();
        let limits = Limits { nodes: 20_000, attributes: 20_000, steps: 1_000_000, ..Limits::default() };
        let parsed = html::parse(text, &limits);
        self.cut = self.cut.or(parsed.cut);
        let built = tree::build(&parsed, &[]);
        let mut inside = Survey {
            values: self.values,
            cut: None,
            nodes: &built.nodes,
            urls: self.urls.clone(),
            places: Places::of(&built),
            sheet: Sheet::of(&built.nodes),
            found: Vec::new(),
            hidden: self.hidden,
            noscript: self.noscript,
            room: Room::NONE,
        };
        inside.walk();
        self.values = inside.values;
        self.cut = self.cut.or(inside.cut);
        let position = self.places.position(self.nodes, id);
        let acts = |item: &ActiveItem| !matches!(item.kind, ActiveKind::Hidden | ActiveKind::Cover);
        for item in inside.found.into_iter().filter(acts) {
            let hidden = item.hidden || self.hidden;
            let noscript = item.noscript || self.noscript;
            let identity = framed(&item.identity, hidden);
            self.found.push(ActiveItem { node: id, position, hidden, noscript, identity, ..item });
        }
    }
}

fn framed(identity: &Digest, hidden: bool) -> Digest {
    let mut builder = DigestBuilder::new("framed item");
    builder.part(identity.as_bytes()).part([u8::from(hidden)]);
    builder.finish()
}

/// The document that a `data:` URL holds.
pub(super) fn document(raw: &str) -> Option<String> {
    let raw = raw.trim_matches(|c: char| c <= ' ');
    let rest = raw.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("data:")).and_then(|_| raw.get(5..))?;
    let (kind, data) = rest.split_once(',')?;
    let kind = kind.to_ascii_lowercase();
    if !["html", "svg", "xml"].iter().any(|word| kind.contains(word)) {
        return None;
    }
    let data = data.get(..data.floor_char_boundary(BYTES)).unwrap_or_default();
    let mut bytes = super::urls::percent_bytes(data);
    if kind.trim_end().ends_with(";base64") || kind.contains(";base64;") {
        bytes.retain(|byte| !byte.is_ascii_whitespace());
        // A piece that was cut off must not spoil what stands before it.
        bytes.truncate(bytes.len() / 4 * 4 + if bytes.len() % 4 == 1 { 0 } else { bytes.len() % 4 });
        bytes = FORGIVING.decode(bytes).ok()?;
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::document;

    #[test]
    fn documents_of_data_urls_are_read() {
        assert_eq!(document("data:text/html,%3Cb%3E").as_deref(), Some("<b>"));
        assert_eq!(document(" DATA:text/html;charset=utf-8;base64,PGI+").as_deref(), Some("<b>"));
        assert_eq!(document("data:text/html;base64,PGI-\u{3042}"), None);
        assert_eq!(document("data:image/png;base64,PGI+"), None);
        assert_eq!(document("https://www.city.example/"), None);
    }
}
