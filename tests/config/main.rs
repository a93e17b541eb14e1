//! Settings and registry: what is taken, what is refused, and how it is told.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "it reads and writes files of its own")]

mod commands;
mod edited;
mod imported;
mod refused;
mod robust;
mod settings;
mod shipped;

use hinomi::model::Words;
use std::path::PathBuf;

/// A check of selectors that knows just enough: brackets must close. The real one is handed in by the application.
fn brackets_close(select: &str) -> Result<(), Words> {
    let closed = select.matches('[').count() == select.matches(']').count();
    if closed { Ok(()) } else { Err(Words::new("a bracket is open", "括弧が閉じていません")) }
}

fn root(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
