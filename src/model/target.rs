//! Targets: what is watched, and how.

use super::{Contact, OrganisationId, TargetId};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::time::Duration;
use url::Url;

/// As whom a page is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Persona {
    /// A desktop browser that comes directly.
    #[default]
    Desktop,
    /// A telephone.
    Mobile,
    /// A visitor who comes from a search engine.
    SearchVisitor,
    /// A search engine's robot.
    SearchBot,
}

impl Persona {
    /// All personas, in order.
    pub const ALL: [Self; 4] = [Self::Desktop, Self::Mobile, Self::SearchVisitor, Self::SearchBot];

    /// The name used in files, in JSON and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Mobile => "mobile",
            Self::SearchVisitor => "search-visitor",
            Self::SearchBot => "search-bot",
        }
    }
}

/// A part of the content plane left out of the comparison. It never covers the active plane.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Mask {
    /// A CSS selector.
    pub select: String,
    /// Why a person left it out.
    pub reason: String,
}

/// How strictly the content plane is followed. The active plane is strict under each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// Ordinary updates are followed without a person.
    #[default]
    Follow,
    /// Every change waits for a person.
    Strict,
}

/// One URL that is watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its id.
    pub id: TargetId,
    /// Who owns it.
    pub organisation: OrganisationId,
    /// What is fetched; `http` or `https`.
    pub url: Url,
    /// Time between checks.
    pub interval: Duration,
    /// Whether it is checked at all.
    pub enabled: bool,
    /// How strictly it is followed.
    pub policy: Policy,
    /// As whom it is fetched; at least one.
    pub personas: Vec<Persona>,
    /// What is left out of the comparison.
    pub masks: Vec<Mask>,
    /// Contacts beside those of the organisation.
    pub contacts: Vec<Contact>,
    /// Free words for grouping.
    pub tags: Vec<SmolStr>,
}
