//! The whole way, from a page on a server to a mail in the owner's mailbox, through the real program.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "they run servers and read what was written")]

#[path = "../notify/aiosmtpd.rs"]
mod aiosmtpd;
#[path = "../notify/certificates.rs"]
#[allow(dead_code, reason = "the mail server of another test binary, which uses more of it")]
mod certificates;
#[path = "../notify/server.rs"]
#[allow(dead_code, reason = "the mail server of another test binary, which uses more of it")]
mod smtp_server;
#[path = "../support/mod.rs"]
mod support;

mod answers;
mod habits;
mod indicators;
mod loads;
mod mail;
mod outside;
mod people;
mod record;
mod run;
mod running;
mod signatures;
mod stories;
mod time;
mod traps;
mod trouble;
