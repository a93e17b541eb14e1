//! Wording and channels of notices: snapshots of letters, and one contract suite for all notifiers.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "they run mail servers and read what arrived")]

mod aiosmtpd;
mod certificates;
mod contract;
mod folder;
mod hostile;
mod letters;
mod real_server;
mod samples;
mod server;
mod smtp;
mod webhook;
