//! Single values as people type them on the command line, read by the rules of `targets.toml`.

use super::import::contact;
use super::mistake::Complaint;
use super::targets::target::{PERSONAS, POLICIES};
use super::targets::{id, read_interval};
use super::texts;
use crate::model::{Contact, OrganisationId, Persona, Policy, TargetId, Words};
use smol_str::SmolStr;
use std::time::Duration;

/// What is wrong and how to mend it, in one sentence.
fn told<T>(read: Result<T, Complaint>) -> Result<T, Words> {
    read.map_err(|Complaint { message, help }| {
        Words::new(format!("{}; {}", message.en, help.en), format!("{}。{}", message.ja, help.ja))
    })
}

/// The id of a target.
///
/// # Errors
/// Why it is none, and what one looks like.
pub fn target_id(text: &str) -> Result<TargetId, Words> {
    told(id(text))
}

/// The id of an organisation.
///
/// # Errors
/// Why it is none, and what one looks like.
pub fn organisation_id(text: &str) -> Result<OrganisationId, Words> {
    told(id(text))
}

/// A name.
///
/// # Errors
/// It is empty, too long, or not one line.
pub fn name(text: &str) -> Result<String, Words> {
    told(texts::name(text))
}

/// The URL of a page.
///
/// # Errors
/// Why it cannot be watched.
pub fn url(text: &str) -> Result<url::Url, Words> {
    told(texts::page_url(text))
}

/// The time between two checks.
///
/// # Errors
/// It is no duration, or outside the limits.
pub fn interval(text: &str) -> Result<Duration, Words> {
    told(read_interval(text))
}

/// A policy.
///
/// # Errors
/// The policies there are.
pub fn policy(text: &str) -> Result<Policy, Words> {
    told(texts::choice(text, POLICIES))
}

/// A persona.
///
/// # Errors
/// The personas there are.
pub fn persona(text: &str) -> Result<Persona, Words> {
    told(texts::choice(text, PERSONAS))
}

/// A tag.
///
/// # Errors
/// What one looks like.
pub fn tag(text: &str) -> Result<SmolStr, Words> {
    told(texts::tag(text))
}

/// A contact, `Name <mail>` or `Name <mail> (level)`.
///
/// # Errors
/// What one looks like.
pub fn contact_of(text: &str) -> Result<Contact, Words> {
    told(contact(text))
}
