//! What all rules share: collecting findings, quoting markup, where hosts stand, well-known services.

mod findings;
mod hosts;
mod markup;
mod names;
mod place;
mod programs;
mod scripts;
mod services;
mod shared;
mod wording;

#[cfg(test)]
pub(super) use findings::MAX_PER_RULE;
pub use findings::{Findings, Found};
pub use hosts::foreign_owner;
pub(super) use hosts::{Hosts, Standing, address};
pub(super) use markup::{cut, quote};
pub(super) use names::related;
pub(super) use place::{OddPlaces, Scripts, acts_alone, only_redirects};
pub(super) use programs::{is_program, program};
pub(super) use scripts::{NewScript, around, new_scripts};
pub(super) use services::{Service, add as add_services, added as added_services, is_well_known, look_alike, service};
pub(super) use wording::{SpamWords, shares_no_word, spam_words, words};
