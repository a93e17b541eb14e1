//! Observations and incidents: what checks saw, and what came of it.

use super::{Digest, Excerpt, Finding, Judgement, Persona, Resource, TargetId, Trail, UnseenReason, Verdict};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Result of one check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// Whose page.
    pub target: TargetId,
    /// As whom it was fetched.
    pub persona: Persona,
    /// When the check ended.
    pub at: Timestamp,
    /// The verdict.
    pub verdict: Verdict,
    /// Why it is unseen.
    pub unseen: Option<UnseenReason>,
    /// The technical detail of a failure.
    pub detail: Option<String>,
    /// HTTP status.
    pub status: Option<u16>,
    /// Length of the body in bytes.
    pub bytes: u64,
    /// SHA-256 of the body.
    pub sha256: Option<Digest>,
    /// Digest of the normalised state.
    pub state: Option<Digest>,
    /// A comparison was really made (not a 304, not unseen): it counts in the coverage.
    pub compared: bool,
    /// Length of the check in milliseconds.
    pub ms: f64,
}

/// What an incident is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IncidentKind {
    /// An alarm: signs of attack.
    Attack,
    /// The page has not been seen for too long.
    Unseen,
}

/// Where an incident stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IncidentState {
    /// Nobody has acknowledged it.
    Open,
    /// Somebody looks after it.
    Acknowledged,
    /// Over.
    Resolved,
}

/// The findings on a target from first sight to resolution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Its id; also the root of its mail thread.
    pub id: Uuid,
    /// Whose page.
    pub target: TargetId,
    /// As whom it was fetched.
    pub persona: Persona,
    /// What it is about.
    pub kind: IncidentKind,
    /// Where it stands.
    pub state: IncidentState,
    /// First sight.
    pub opened: Timestamp,
    /// Latest sight.
    pub seen: Timestamp,
    /// What was found; the union over all sights, the worst first.
    pub findings: Vec<Finding>,
    /// Why, at its worst.
    pub judgement: Judgement,
    /// For an unseen incident.
    pub unseen: Option<UnseenReason>,
    /// Technical detail of an unseen incident.
    pub detail: Option<String>,
    /// What changed, most important first.
    #[serde(default)]
    pub excerpts: Vec<Excerpt>,
    /// SHA-256 of the first captured body: the evidence.
    pub evidence: Option<Digest>,
    /// Digest of the state that alarmed last.
    pub alarmed_state: Option<Digest>,
    /// The alarm was seen a second time over a new connection; none while that is not known.
    pub confirmed: Option<bool>,
    /// Highest level of contacts told so far, from 1.
    pub level: u8,
    /// When the next level is told, unless acknowledged.
    pub escalate_at: Option<Timestamp>,
    /// Since when full fetches have been clean, and how many.
    pub clean: Option<(Timestamp, u32)>,
    /// Who acknowledged, when, and what they said.
    pub acknowledged: Option<Mark>,
    /// Who resolved it, when and why; `hinomi` for a recovery.
    pub resolved: Option<Mark>,
    /// What was told, captured and said while it went on.
    #[serde(default)]
    pub trail: Trail,
}

/// A person's mark on something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

/// No messages about review and unseen until a time. It never holds back an alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// Its id.
    pub id: Uuid,
    /// The target; none for all.
    pub target: Option<TargetId>,
    /// Who, when and why.
    pub mark: Mark,
    /// Its end.
    pub until: Timestamp,
}

/// A change announced beforehand. It never lowers an alarm; it marks the proposal it leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedChange {
    /// Its id.
    pub id: Uuid,
    /// The target.
    pub target: TargetId,
    /// Who, when and why.
    pub mark: Mark,
    /// Its window.
    pub from: Timestamp,
    /// End of its window.
    pub until: Timestamp,
    /// A step of the paths that changes are shown with (`#news`, `main`), when it is for one region: each change lies below it.
    pub region: Option<String>,
    /// Digest of the announced state, when it is for one.
    pub digest: Option<Digest>,
}

/// What the memory holds about a target and persona between checks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TargetState {
    /// [`Baseline::revision`](super::Baseline::revision) as it stands now; 0 while nothing was ever approved.
    pub revision: u64,
    /// When the first of the approved states expires; none while nothing is approved.
    pub approval_ends: Option<Timestamp>,
    /// Fingerprint of the answer judged last, and what was said of it.
    pub last: Option<Judged>,
    /// Validators of the last full answer, for conditional requests: (etag, last-modified).
    pub validators: (Option<String>, Option<String>),
    /// Checks since the last full fetch.
    pub since_full: u32,
    /// The current state on the content plane, followed without a person.
    pub followed: Option<super::Snapshot>,
    /// Unseen checks in a row, and since when.
    pub unseen: Option<(Timestamp, u32)>,
    /// Last check whose comparison was really made.
    pub compared_at: Option<Timestamp>,
    /// Open incidents of the target and persona.
    pub incidents: Vec<Incident>,
    /// A part of it could not be read: the page is looked at as if for the first time.
    #[serde(default)]
    pub damaged: bool,
}

impl TargetState {
    /// Whether a person said of this state that it was not theirs, and that incident goes on.
    #[must_use]
    pub fn rejected(&self, state: Digest) -> bool {
        self.incidents.iter().any(|incident| incident.trail.rejected.contains(&state))
    }
}

/// What was said of the answer judged last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// Fingerprint of the answer, see [`fingerprint`](super::fingerprint).
    pub fingerprint: Digest,
    /// Digest of what it was judged under: rules, masks, policy, indicators.
    pub terms: Digest,
    /// Its state.
    pub state: Digest,
    /// The verdict.
    pub judgement: Judgement,
    /// What was found.
    pub findings: Vec<Finding>,
    /// What the page loads, as it was seen then.
    pub resources: Vec<Resource>,
}
