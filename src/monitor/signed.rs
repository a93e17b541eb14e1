//! Asks the analysts' signatures about a page: its bytes as they came, and what its scripts decode and write.

use crate::model::{ScriptReport, SignaturePlace, SignatureTrouble, Signatures, Signed};

/// Most texts that scripts decode and write which are looked at beside the page.
const MOST_TEXTS: usize = 256;

/// What signatures say of a page.
pub(super) fn signed(body: &[u8], scripts: &[ScriptReport], signatures: &dyn Signatures) -> Signed {
    if signatures.count() == 0 {
        return Signed::default();
    }
    let decoded = scripts.iter().flat_map(|report| decoded(report).map(|text| (report.node, text)));
    let mut decoded: Vec<_> = decoded.filter(|(_, text)| !text.is_empty()).take(MOST_TEXTS + 1).collect();
    let much = (decoded.len() > MOST_TEXTS).then_some(SignatureTrouble::Much);
    decoded.truncate(MOST_TEXTS);
    let texts: Vec<&[u8]> = std::iter::once(body).chain(decoded.iter().map(|(_, text)| text.as_bytes())).collect();
    let (hits, trouble) = signatures.scan(&texts);
    let placed = hits.into_iter().map(|(text, hit)| {
        let place = match text.checked_sub(1).and_then(|index| decoded.get(index)) {
            Some((node, _)) => SignaturePlace::Decoded(*node),
            None => SignaturePlace::Body(hit.at.map(|at| line(body, at))),
        };
        (place, hit)
    });
    Signed { hits: placed.collect(), trouble: trouble.or(much) }
}

/// The texts that a script decodes, writes and makes.
fn decoded(report: &ScriptReport) -> impl Iterator<Item = &str> {
    let layers = report.layers.iter().map(|layer| layer.text.as_str());
    let written = report.markup.iter().map(String::as_str);
    layers.chain(written).chain(report.elements.iter().map(|made| made.markup.as_str()))
}

/// The line of a byte, from 1.
fn line(body: &[u8], at: usize) -> u32 {
    let before = memchr::memchr_iter(b'\n', body.get(..at).unwrap_or(body)).count();
    u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Digest, Layer, NoSignatures, NodeId, Severity, SignatureHit};
    use jiff::Timestamp;

    /// One signature that fits every text with `evil` in it.
    #[derive(Debug)]
    struct Evil;

    impl Signatures for Evil {
        fn revision(&self) -> Digest {
            Digest::of("evil")
        }

        fn count(&self) -> usize {
            1
        }

        fn scan(&self, texts: &[&[u8]]) -> (Vec<(usize, SignatureHit)>, Option<SignatureTrouble>) {
            let places = texts.iter().map(|text| memchr::memmem::find(text, b"evil")).enumerate();
            let hit = |at| SignatureHit {
                name: "evil".to_owned(),
                description: String::new(),
                severity: Severity::High,
                since: Timestamp::UNIX_EPOCH,
                pieces: std::iter::once(Digest::of("evil")).collect(),
                at: Some(at),
                excerpt: "evil".to_owned(),
            };
            (places.filter_map(|(index, at)| Some((index, hit(at?)))).collect(), None)
        }
    }

    fn script(layers: usize) -> ScriptReport {
        let layer = |n| Layer { how: "unescape".into(), text: if n == 0 { "evil".to_owned() } else { format!("{n}") } };
        ScriptReport { node: Some(NodeId(7)), layers: (0..layers).map(layer).collect(), ..ScriptReport::default() }
    }

    #[test]
    fn bytes_and_decoded_texts_are_told_apart() {
        let made = signed(b"a\nb evil", &[script(2)], &Evil);
        let places: Vec<_> = made.hits.iter().map(|(place, _)| place.clone()).collect();
        assert_eq!(places, [SignaturePlace::Body(Some(2)), SignaturePlace::Decoded(Some(NodeId(7)))]);
        assert_eq!(made.trouble, None);
    }

    #[test]
    fn more_texts_than_are_looked_at_are_told() {
        assert_eq!(signed(b"", &[script(MOST_TEXTS)], &Evil).trouble, None);
        assert_eq!(signed(b"", &[script(MOST_TEXTS + 1)], &Evil).trouble, Some(SignatureTrouble::Much));
        assert!(signed(b"evil", &[script(MOST_TEXTS + 1)], &NoSignatures).is_empty());
    }
}
