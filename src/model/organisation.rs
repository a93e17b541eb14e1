//! Organisations: who owns targets, and whom to tell.

use super::{Language, OrganisationId};
use serde::{Deserialize, Serialize};

/// A person or desk that is told about a target.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Contact {
    /// How the contact is addressed.
    pub name: String,
    /// Mail address.
    pub mail: String,
    /// Level of escalation, from 1: level 1 is told first.
    pub level: u8,
}

/// Who owns targets; organisations form a tree (ministry → agency, prefecture → municipality).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// Its name as people write it.
    pub name: String,
    /// The organisation above it.
    pub parent: Option<OrganisationId>,
    /// Language of its mails.
    pub language: Language,
    /// Whom to tell.
    pub contacts: Vec<Contact>,
}
