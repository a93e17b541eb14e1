//! What several test binaries share: a small web that can be changed and misbehaves on purpose, an installation in a
//! temporary folder, and its mails. Binaries take it in with `#[path = "../support/mod.rs"] mod support;`.
#![allow(dead_code, unused_imports, reason = "each test binary uses a part of it")]

mod installation;
mod mails;
pub(crate) mod pages;
mod service;
mod web;

pub(crate) use installation::{Installation, Ran};
pub(crate) use mails::{Mail, mails_in};
pub(crate) use service::{Service, hurried, quick, receiver, registry};
pub(crate) use web::{Answer, Seen, Web};
