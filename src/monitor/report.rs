//! What one check tells its caller: the line that `hinomi check` prints.

use crate::model::{Digest, Finding, OrganisationId, Persona, TargetId, Verdict, Words};
use url::Url;
use uuid::Uuid;

/// The result of one check.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckReport {
    /// Whose page.
    pub target: TargetId,
    /// Who owns it.
    pub organisation: OrganisationId,
    /// What was fetched.
    pub url: Url,
    /// As whom.
    pub persona: Persona,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in words.
    pub reason: Words,
    /// Everything that led to the verdict.
    pub because: Vec<Words>,
    /// What spoke against the verdict.
    pub despite: Vec<Words>,
    /// Code of an unseen reason.
    pub unseen: Option<&'static str>,
    /// HTTP status.
    pub status: Option<u16>,
    /// Length of the body.
    pub bytes: u64,
    /// SHA-256 of the body.
    pub sha256: Option<Digest>,
    /// Digest of the normalised state, which an approval names.
    pub state: Option<Digest>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// The open incident.
    pub incident: Option<Uuid>,
    /// Length of the check in milliseconds.
    pub ms: f64,
}
