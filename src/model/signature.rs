//! Signatures: rules of the analysts' own, written in a language of the field, and where they fit a page.

use super::{Digest, NodeId, Severity};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

/// One file of signatures as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureFile {
    /// Its path, as people are told it.
    pub path: String,
    /// What it holds.
    pub text: String,
    /// When it was changed last.
    pub changed: Timestamp,
}

/// Something in a file of signatures that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureFault {
    /// Index of the file.
    pub file: usize,
    /// The bytes of its text that are meant.
    pub span: Range<usize>,
    /// What is wrong, in the words of the language's own compiler.
    pub what: String,
    /// What that compiler says further.
    pub note: String,
}

/// A text that one signature fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureHit {
    /// Name of the signature.
    pub name: String,
    /// What its author says of it; may be empty.
    pub description: String,
    /// How bad its author says it is.
    pub severity: Severity,
    /// When its file was changed last: an approval that was given later knew of it.
    pub since: Timestamp,
    /// What fitted, each different piece once; empty for a signature that asks for no piece of text.
    pub pieces: BTreeSet<Digest>,
    /// Byte of the text at which the first piece begins; none without one.
    pub at: Option<usize>,
    /// The text around that, for a person; empty without one.
    pub excerpt: String,
}

/// Why signatures could not be applied to all of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureTrouble {
    /// It took too long.
    Time,
    /// There was more than is looked at.
    Much,
    /// Something inside failed.
    Failed,
}

/// Signatures that are ready to be applied.
pub trait Signatures: Debug + Send + Sync {
    /// Which ones these are: a state judged under others is judged again. The default digest stands for none at all.
    fn revision(&self) -> Digest;

    /// How many there are.
    fn count(&self) -> usize;

    /// Applies them to some texts, and says for each hit by index which text it is in. Bounded in time for all of them
    /// together and in the number of hits; what was not looked at to its end is told.
    fn scan(&self, texts: &[&[u8]]) -> (Vec<(usize, SignatureHit)>, Option<SignatureTrouble>);
}

/// No signatures.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSignatures;

impl Signatures for NoSignatures {
    fn revision(&self) -> Digest {
        Digest::default()
    }

    fn count(&self) -> usize {
        0
    }

    fn scan(&self, _: &[&[u8]]) -> (Vec<(usize, SignatureHit)>, Option<SignatureTrouble>) {
        (Vec::new(), None)
    }
}

impl NoSignatures {
    /// None, shared.
    #[must_use]
    pub fn shared() -> Arc<dyn Signatures> {
        Arc::new(Self)
    }
}

/// In which text of a page a signature was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignaturePlace {
    /// In its bytes as they came, with the line (from 1), where there is one.
    Body(Option<u32>),
    /// In something that a script of it decodes or writes.
    Decoded(Option<NodeId>),
}

/// What signatures say of one version of a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Signed {
    /// Where they fit.
    pub hits: Vec<(SignaturePlace, SignatureHit)>,
    /// Why they were not applied to all of it.
    pub trouble: Option<SignatureTrouble>,
}

/// Nothing.
static NOTHING: LazyLock<Signed> = LazyLock::new(Signed::default);

impl Signed {
    /// What is said where there are no signatures.
    #[must_use]
    pub fn nothing() -> &'static Self {
        &NOTHING
    }

    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hits.is_empty() && self.trouble.is_none()
    }
}
