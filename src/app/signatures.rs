//! Signatures of the analysts' own: read from their folder and compiled.

use super::office::{Places, settings};
use crate::config::{Mistakes, Settings, load_signatures};
use crate::model::{Language, NoSignatures, Signatures};
use crate::signatures::compile;
use anyhow::{Result, anyhow};
use std::path::Path;
use std::sync::Arc;

/// The signatures of a folder.
///
/// # Errors
/// All mistakes in its files, a value for each file.
pub fn signatures_in(folder: &Path) -> Result<Arc<dyn Signatures>, Vec<Mistakes>> {
    load_signatures(folder, &compile)
}

/// The signatures of an installation; none where it has none.
///
/// # Errors
/// When the settings cannot be used, or all mistakes in the signatures.
pub fn signatures_at(places: &Places) -> Result<Arc<dyn Signatures>> {
    in_force(&settings(places)?, places.language)
}

/// The signatures that these settings name, as they lie in their folder; none where they name none.
///
/// # Errors
/// All mistakes in them.
pub(super) fn in_force(settings: &Settings, language: Language) -> Result<Arc<dyn Signatures>> {
    let Some(folder) = &settings.signatures else { return Ok(NoSignatures::shared()) };
    signatures_in(folder).map_err(|wrong| told(&wrong, language))
}

fn told(wrong: &[Mistakes], language: Language) -> anyhow::Error {
    let drawn: Vec<_> = wrong.iter().map(|mistakes| mistakes.render(language, false)).collect();
    anyhow!("{}", drawn.join("\n").trim_end())
}
