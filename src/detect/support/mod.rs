//! What all rules share: collecting findings, quoting markup, well-known services.

mod findings;
mod markup;

#[cfg(test)]
pub(super) use findings::MAX_PER_RULE;
pub use findings::{Findings, Found};
pub(super) use markup::{cut, quote};
