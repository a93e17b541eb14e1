//! The command line's face: names, exit codes and JSON keys that other programs depend on.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "they run the program on files")]

#[path = "../support/mod.rs"]
mod support;

mod accuracy;
mod codes;
mod language;
mod shapes;
