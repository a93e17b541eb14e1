//! What a registry's texts are checked against that this module cannot know: selectors, and what may be fetched.

use crate::config::mistake::Complaint;
use crate::model::Words;
use url::Url;

/// Checks from outside. A function that says why a text cannot be used as a mask's CSS selector is one: it knows nothing
/// of URLs and is not strict.
pub trait TargetCheck {
    /// Why a text cannot be used as a mask's CSS selector.
    ///
    /// # Errors
    /// What is wrong with it.
    fn mask(&self, select: &str) -> Result<(), Words>;

    /// Why a URL can never be fetched.
    ///
    /// # Errors
    /// What is wrong with it, and how to mend it.
    fn url(&self, url: &Url) -> Result<(), Objection> {
        let _ = url;
        Ok(())
    }

    /// Whether what works, but helps nobody, is a mistake: the same URL watched twice alike.
    fn are_strict(&self) -> bool {
        false
    }
}

impl<F: Fn(&str) -> Result<(), Words>> TargetCheck for F {
    fn mask(&self, select: &str) -> Result<(), Words> {
        self(select)
    }
}

/// The checks of one reading.
pub type Checks<'a> = &'a dyn TargetCheck;

/// Why a value is refused from outside, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// What is wrong.
    pub message: Words,
    /// How to mend it.
    pub help: Words,
}

impl From<Objection> for Complaint {
    fn from(Objection { message, help }: Objection) -> Self {
        Self { message, help }
    }
}
