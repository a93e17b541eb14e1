//! What is known beforehand: indicators that others have seen, the analysts' own signatures, and what the fleet approved.

use super::examine::About;
use crate::model::{Digest, DigestBuilder, FleetSites, Indicators, NoSignatures, Signatures};
use std::sync::Arc;

/// What is known beforehand.
#[derive(Debug, Clone)]
pub struct Knowledge {
    /// What others have seen.
    pub indicators: Arc<Indicators>,
    /// The analysts' own signatures.
    pub signatures: Arc<dyn Signatures>,
    /// From which sites many organisations have approved something that acts.
    pub fleet: Arc<FleetSites>,
}

impl Default for Knowledge {
    fn default() -> Self {
        Self { indicators: Arc::default(), signatures: NoSignatures::shared(), fleet: Arc::default() }
    }
}

impl Knowledge {
    /// What is known, about a page of which nothing else is.
    #[must_use]
    pub fn about(&self) -> About<'_> {
        let (signatures, fleet) = (self.signatures.as_ref(), &self.fleet);
        About { organisation: None, indicators: &self.indicators, signatures, fleet }
    }

    /// Which knowledge of attacks this is: a state judged under another one is judged again. What others approve changes
    /// nothing in what was said. Without signatures it is that of the
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
        assert_eq!(Knowledge::default().revision(), Digest::default());
    }
}
