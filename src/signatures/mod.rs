//! Signatures of the analysts' own, compiled once and applied within limits: YARA, behind the cargo feature `yara`.

#[cfg(feature = "yara")]
mod yara;

#[cfg(feature = "yara")]
pub use yara::compile;

#[cfg(not(feature = "yara"))]
use crate::model::{SignatureFault, SignatureFile, Signatures};
#[cfg(not(feature = "yara"))]
use std::sync::Arc;

/// Compiles files of signatures; this build cannot.
///
/// # Errors
/// Always: that this build lacks the feature.
#[cfg(not(feature = "yara"))]
pub fn compile(_: &[SignatureFile]) -> Result<Arc<dyn Signatures>, Vec<SignatureFault>> {
    let what = "this hinomi was built without YARA; build it with `cargo build --release --features yara`".to_owned();
    Err(vec![SignatureFault { file: 0, span: 0..0, what, note: String::new() }])
}
