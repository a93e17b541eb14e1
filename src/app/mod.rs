//! Wiring: the only module that names concrete adapters, and what the command line calls.

pub mod backtest;
mod checks;
pub mod demo;
mod doctor;
mod explain;
mod fault;
mod habits;
mod indicators;
mod inputs;
mod judging;
mod last_resort;
mod lock;
mod mark;
mod office;
mod parallel;
mod past;
mod people;
mod reconsider;
mod rejection;
mod round;
mod scout;
mod service;
mod signatures;
mod wiring;

pub use crate::monitor::{CheckReport, Knowledge};
pub use crate::parse::check_mask;
pub use crate::script::laid_out;
pub use crate::store::{Coverage, Store};
pub use checks::RegistryChecks;
pub use doctor::{Diagnosis, Point, examine as examine_installation};
pub use explain::{Explained, ExplainedScript, explain_bytes};
pub use fault::{Fault, OrFault, fault, in_both, in_words, told};
pub use habits::{HabitWord, LearnedShown, learned};
pub use indicators::{ImportedIndicators, knowledge_at};
pub use inputs::{bytes, files, standard_input};
pub use judging::{Compared, Scanned, compare_bytes, scan_bytes};
pub use mark::mark;
pub use office::{Office, Places, registry, settings};
pub use parallel::in_order;
pub use people::Decision;
pub use reconsider::Reconsidered;
pub use scout::{Scout, Unfetched};
pub use service::serve;
pub use signatures::{signatures_at, signatures_in};

use crate::model::words;
use anyhow::{Context as _, Result};
use std::future::Future;
use std::path::{Path, PathBuf};

/// Runs a command's asynchronous part.
///
/// # Errors
/// When the command fails, or no runtime can be made.
pub fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("runtime")?.block_on(work)
}

/// Puts a backup in the place of the database; returns where the old one is kept.
///
/// # Errors
/// When a service runs on the data folder, or the file is no sound hinomi database.
pub fn restore(file: &Path, places: &Places) -> Result<Option<PathBuf>> {
    let settings = settings(places)?;
    if !file.is_file() {
        return Err(fault(words!("{file}: no such file", "{file}: ファイルがありません", file = file.display())));
    }
    let _held = block_on(lock::alone(&settings))?;
    Ok(crate::store::restore(file, &wiring::paths(&settings), jiff::Timestamp::now())?.aside)
}
