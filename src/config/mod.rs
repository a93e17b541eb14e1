//! hinomi.toml and targets.toml: strict raw types, then checked types.

mod collect;
mod edit;
mod export;
mod file;
mod import;
mod indicators;
mod mistake;
mod render;
mod section;
mod settings;
mod signatures;
mod suggest;
mod syntax;
mod targets;
mod texts;
mod units;
pub mod value;
mod write;

use crate::model::Registry;
use std::path::Path;

pub use edit::{EditError, add_targets, change_targets, no_such_target, remove_targets, write_targets};
pub use export::{export_csv, target_json};
pub use file::MAX_FILE;
pub use import::{Import, free_target_id, read_import};
pub use indicators::{IndicatorFile, IndicatorFormat, NoIndicators, read_indicators};
pub use mistake::{MAX_MISTAKES, Mistake, Mistakes};
pub use settings::{
    FetchSettings, HeartbeatSettings, MailSettings, MailWay, RetentionSettings, SECTIONS, Settings, SmtpSettings,
    Surroundings, WebhookSettings, parse_settings,
};
pub use signatures::{Compile, load_signatures, signature_paths};
pub use targets::{Checks, DEFAULT_INTERVAL, MAX_INTERVAL, MIN_INTERVAL, Objection, TargetCheck, parse_targets};
pub use units::{AddressRange, duration_text};
pub use write::{Addition, NewTarget, policy_name};

/// Reads and checks a `targets.toml`.
///
/// # Errors
/// The file cannot be read, or all mistakes in it.
pub fn load_targets(path: &Path, checks: Checks<'_>) -> Result<Registry, Mistakes> {
    parse_targets(&file::read(path, MAX_FILE)?, &path.display().to_string(), checks)
}

/// Reads a CSV file to be imported into a registry.
///
/// # Errors
/// The file cannot be read, or all mistakes in it.
pub fn load_import(path: &Path, registry: &Registry, checks: Checks<'_>) -> Result<Import, Mistakes> {
    read_import(&file::read(path, MAX_FILE)?, &path.display().to_string(), registry, checks)
}

/// Largest `hinomi.toml`, in bytes.
const MAX_SETTINGS: u64 = 1 << 20;
/// Name of the settings file that may be missing.
const DEFAULT_SETTINGS: &str = "hinomi.toml";

/// Reads and checks a `hinomi.toml`. Paths in it are relative to its folder; secrets come from files and from `env`. The
/// file of the default name may be missing, one that was named otherwise may not.
///
/// # Errors
/// The file cannot be read, or all mistakes in it.
pub fn load_settings(path: &Path, env: &dyn Fn(&str) -> Option<String>) -> Result<Settings, Mistakes> {
    let missing = path == Path::new(DEFAULT_SETTINGS) && !path.exists();
    let text = if missing { String::new() } else { file::read(path, MAX_SETTINGS)? };
    let around = Surroundings { folder: path.parent().unwrap_or(Path::new("")), env, file: &file::read_secret };
    parse_settings(&text, &path.display().to_string(), &around)
}
