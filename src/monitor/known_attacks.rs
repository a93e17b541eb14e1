//! What is known of attacks beforehand: indicators that others have seen, and the analysts' own signatures.

use super::examine::About;
use crate::model::{Digest, DigestBuilder, Indicators, NoSignatures, Signatures};
use std::sync::Arc;

/// What is known of attacks beforehand.
#[derive(Debug, Clone)]
pub struct KnownAttacks {
    /// What others have seen.
    pub indicators: Arc<Indicators>,
    /// The analysts' own signatures.
    pub signatures: Arc<dyn Signatures>,
}

impl Default for KnownAttacks {
    fn default() -> Self {
        Self { indicators: Arc::default(), signatures: NoSignatures::shared() }
    }
}

impl KnownAttacks {
    /// What is known, about a page of which nothing else is.
    #[must_use]
    pub fn about(&self) -> About<'_> {
        About { organisation: None, indicators: &self.indicators, signatures: self.signatures.as_ref() }
    }

    /// Which knowledge this is: a state judged under another one is judged again. Without signatures it is that of the
    /// indicators alone.
    #[must_use]
    pub fn revision(&self) -> Digest {
        let (indicators, signatures) = (self.indicators.revision(), self.signatures.revision());
        if signatures == Digest::default() {
            return indicators;
        }
        let mut revision = DigestBuilder::new("hinomi known attacks 1");
        revision.part(indicators.as_bytes()).part(signatures.as_bytes());
        revision.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_signatures_the_revision_is_that_of_the_indicators() {
        assert_eq!(KnownAttacks::default().revision(), Digest::default());
    }
}
