//! The looks of the whole fleet by URL, and the bytes that came home last.

use super::look::Look;
use crate::model::{Digest, DigestBuilder, Persona, ResourceKind};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;

/// Bytes that are kept at hand for checks that need them at once.
const AT_HAND: usize = 16 << 20;
/// Looks that are remembered before those that nobody asks for are dropped.
const MANY: usize = 400_000;

/// One look, held by whoever looks; the others wait and find it fresh.
pub(super) type Shared = Arc<tokio::sync::Mutex<Look>>;

/// What all checks share about what pages load.
#[derive(Debug, Default)]
pub(in crate::monitor) struct Fleet {
    looks: Mutex<HashMap<Digest, Shared>>,
    recent: Mutex<Recent>,
}

/// The bytes that came last, oldest first.
#[derive(Debug, Default)]
struct Recent {
    bodies: VecDeque<(Digest, Arc<Vec<u8>>)>,
    bytes: usize,
}

impl Fleet {
    /// The look at a URL as a persona, taken for this kind of thing: the same answer is a document to a frame and nothing
    /// to a script.
    pub(super) fn look(&self, url: &Url, persona: Persona, kind: ResourceKind) -> Shared {
        let mut key = DigestBuilder::new("hinomi look 1");
        key.part(url.as_str()).part(persona.as_str()).part([kind as u8]);
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        if looks.len() >= MANY {
            // Hosts may answer with other URLs each time; what is lost costs a full fetch.
            looks.retain(|_, look| Arc::strong_count(look) > 1);
        }
        Arc::clone(looks.entry(key.finish()).or_default())
    }

    /// Keeps bytes at hand for a while.
    pub(super) fn keep(&self, digest: Digest, body: &Arc<Vec<u8>>) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if body.len() > AT_HAND || recent.bodies.iter().any(|(known, _)| *known == digest) {
            return;
        }
        recent.bytes += body.len();
        recent.bodies.push_back((digest, Arc::clone(body)));
        while recent.bytes > AT_HAND {
            let Some((_, oldest)) = recent.bodies.pop_front() else { break };
            recent.bytes = recent.bytes.saturating_sub(oldest.len());
        }
    }

    /// Bytes that are at hand.
    pub(super) fn at_hand(&self, digest: Digest) -> Option<Arc<Vec<u8>>> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.bodies.iter().find(|(known, _)| *known == digest).map(|(_, body)| Arc::clone(body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_last_is_at_hand_within_the_limit() {
        let fleet = Fleet::default();
        let body = |byte: u8| Arc::new(vec![byte; AT_HAND / 3]);
        let digest = |byte: u8| Digest::of([byte]);
        for byte in 0..5 {
            fleet.keep(digest(byte), &body(byte));
        }
        assert_eq!(fleet.at_hand(digest(0)), None);
        assert_eq!(fleet.at_hand(digest(4)), Some(body(4)));
        fleet.keep(Digest::of("huge"), &Arc::new(vec![0; AT_HAND + 1]));
        assert_eq!(fleet.at_hand(Digest::of("huge")), None);
        assert_eq!(fleet.at_hand(digest(3)), Some(body(3)));
    }

    #[test]
    fn one_url_is_one_look_for_all_and_another_one_for_each_persona() {
        let fleet = Fleet::default();
        let url: Url = "https://cdn.example/a.js".parse().expect("URL");
        let look = |persona| fleet.look(&url, persona, ResourceKind::Script);
        assert!(Arc::ptr_eq(&look(Persona::Desktop), &look(Persona::Desktop)));
        let frame = fleet.look(&url, Persona::Desktop, ResourceKind::Frame);
        assert!(!Arc::ptr_eq(&look(Persona::Desktop), &frame), "what is nothing to a script is a document to a frame");
        assert!(!Arc::ptr_eq(&look(Persona::Desktop), &look(Persona::Mobile)));
    }
}
