//! hinomi (火の見): watches public web pages for defacement and tells their owners.
//!
//! Nouns at the bottom ([`model`]), verbs in the middle, the world at the top. The path of one check stands in
//! `monitor/check.rs`. `tests/architecture.rs` holds who may import whom.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod detect;
pub mod diff;
pub mod judge;
pub mod learn;
pub mod model;
pub mod parse;
pub mod script;

// The shell: these modules may read the clock, files and the environment, and reach other hosts.
#[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the shell wires the world together")]
pub mod app;
#[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the shell is called by people")]
pub mod cli;
#[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the shell reads its files")]
pub mod config;
#[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the shell serves its own made-up web")]
pub mod demo;
#[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the shell reaches other hosts")]
pub mod fetch;
#[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the shell runs on clocks and threads")]
pub mod monitor;
#[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the shell reaches other hosts")]
pub mod net;
#[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the shell reaches mail servers")]
pub mod notify;
#[allow(clippy::disallowed_methods, reason = "what is scanned was written by attackers: a deadline stands behind it")]
pub mod signatures;
#[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the shell writes files")]
pub mod store;
