//! Wording and channels of notices: snapshots of letters, and one contract suite for all notifiers.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "they run mail servers and read what arrived")]

mod letters;
mod samples;
