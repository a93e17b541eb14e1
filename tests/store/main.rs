//! The store: the contract that every backend passes, and what files, crashes and several processes do to SQLite.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "these tests write files")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod contract;
mod crash;
mod sample;
mod sqlite;
mod together;
