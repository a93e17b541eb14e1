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
