//! Signatures as fixtures need them: a few words, without the language they are usually written in.

use hinomi::model::{Digest, Severity, SignatureHit, SignatureTrouble, Signatures};
use jiff::Timestamp;

/// Name, severity, the piece it looks for, and how many letters behind it belong to the match.
const ALL: [(&str, Severity, &str, usize); 3] = [
    ("kit_of_the_week", Severity::High, "w_kit_7f3a", 4),
    ("strange_theme", Severity::Medium, "w_theme_medium", 0),
    ("known_theme", Severity::Info, "w_theme_info", 0),
];

/// Three signatures, whose file was changed at the epoch.
#[derive(Debug)]
pub(crate) struct Plain;

impl Signatures for Plain {
    fn revision(&self) -> Digest {
        Digest::of("plain")
    }

    fn count(&self) -> usize {
        ALL.len()
    }

    fn scan(&self, texts: &[&[u8]]) -> (Vec<(usize, SignatureHit)>, Option<SignatureTrouble>) {
        let texts = texts.iter().map(|text| String::from_utf8_lossy(text)).enumerate();
        let found = texts.flat_map(|(index, text)| {
            let hits: Vec<_> = ALL.into_iter().filter_map(|signature| hit(signature, &text)).collect();
            hits.into_iter().map(move |hit| (index, hit))
        });
        let hits = found.collect();
        (hits, None)
    }
}

fn hit((name, severity, piece, behind): (&str, Severity, &str, usize), text: &str) -> Option<SignatureHit> {
    let places: Vec<usize> = text.match_indices(piece).map(|(at, _)| at).collect();
    let pieces = places.iter().map(|at| Digest::of(text.get(*at..at + piece.len() + behind).unwrap_or_default()));
    Some(SignatureHit {
        name: name.to_owned(),
        description: "loader of this week".to_owned(),
        severity,
        since: Timestamp::UNIX_EPOCH,
        pieces: pieces.collect(),
        at: Some(*places.first()?),
        excerpt: piece.to_owned(),
    })
}
