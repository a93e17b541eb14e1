//! Snapshots, baselines and proposals.

use super::{
    Digest, DigestBuilder, Excerpt, Finding, Head, Judgement, Organisation, OrganisationId, Page, Persona, Resource,
    Target, TargetId, kept_bytes, resource,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One version of a page. Its bytes lie in the objects under `bytes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// When it was fetched.
    pub at: Timestamp,
    /// SHA-256 of the body.
    pub bytes: Digest,
    /// Length of the body in bytes.
    pub size: u64,
    /// Digest of the normalised state: page, status, final URL, acting headers.
    pub state: Digest,
    /// Status, headers, redirects, address, certificate.
    pub head: Head,
    /// What the page loads; their bytes lie in the objects too, but for those of pictures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<Resource>,
}

impl Snapshot {
    /// Digests of everything that is kept with it: its body, and the bytes of what it loads.
    pub fn kept(&self) -> impl Iterator<Item = Digest> {
        std::iter::once(self.bytes).chain(kept_bytes(&self.resources))
    }
}

/// The digest that an approval names: the normalised page with everything else that acts, and with what it loads.
#[must_use]
pub fn state_digest(page: &Page, head: &Head, resources: &[Resource]) -> Digest {
    let mut builder = DigestBuilder::new("hinomi state 1");
    builder.part(page.digest().as_bytes());
    head_parts(&mut builder, head);
    resource::state_parts(&mut builder, resources);
    builder.finish()
}

/// The digest of an answer as it came, with what the page loads: equal fingerprints need no second look under the same
/// rules and baseline.
#[must_use]
pub fn fingerprint(body: Digest, head: &Head, resources: &[Resource], rules: &str, revision: u64) -> Digest {
    let mut builder = DigestBuilder::new("hinomi fingerprint 2");
    builder.part(body.as_bytes()).part(rules).part(revision.to_le_bytes());
    builder.part(head.hops.len().to_le_bytes());
    for (_, certificate) in head.way() {
        builder.part(certificate.and_then(|certificate| certificate.problem.as_deref()).unwrap_or_default());
    }
    head_parts(&mut builder, head);
    resource::fingerprint_parts(&mut builder, resources);
    builder.finish()
}

fn head_parts(builder: &mut DigestBuilder, head: &Head) {
    builder.part(head.status.to_le_bytes()).part(head.final_url.as_str());
    for (name, value) in head.acting_headers() {
        builder.part(name).part(value);
    }
}

/// One approved state of a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovedState {
    /// What was approved.
    pub snapshot: Snapshot,
    /// When it was approved.
    pub at: Timestamp,
    /// Who decided, `NAME <mail>`.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Name of a special page (disaster, election, maintenance); none for the ordinary one.
    pub special: Option<String>,
    /// When the approval ends.
    pub expires: Timestamp,
}

impl From<Approval> for ApprovedState {
    fn from(approval: Approval) -> Self {
        let Approval { snapshot, at, by, reason, special, expires, .. } = approval;
        Self { snapshot, at, by, reason, special, expires }
    }
}

/// The approved states of a target and persona.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Baseline {
    /// Newest last. Empty until a person has approved something.
    pub states: Vec<ApprovedState>,
    /// Grows with every approval and retirement.
    pub revision: u64,
}

impl Baseline {
    /// Most ordinary states that stand beside each other.
    pub const MOST_ORDINARY: usize = 8;

    /// The ordinary states: those that are no special pages. Where there are several, the page shows them in turn.
    #[must_use]
    pub fn ordinary(&self) -> impl DoubleEndedIterator<Item = &ApprovedState> {
        self.states.iter().filter(|state| state.special.is_none())
    }

    /// Whether the approvals of all ordinary states have ended. Where one still holds, the others are out of use.
    #[must_use]
    pub fn has_ended(&self, now: Timestamp) -> bool {
        let mut ordinary = self.ordinary().peekable();
        ordinary.peek().is_some() && ordinary.all(|state| state.expires <= now)
    }

    /// The states that a page is compared with: ordinary ones whose approval has ended only where none holds any more.
    pub fn in_use(&self, now: Timestamp) -> impl Iterator<Item = (usize, &ApprovedState)> {
        let ended = self.has_ended(now);
        let states = self.states.iter().enumerate();
        states.filter(move |(_, state)| ended || state.special.is_some() || state.expires > now)
    }
}

/// A snapshot that waits for a person. A target and persona has at most one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Whose page.
    pub target: TargetId,
    /// As whom it was fetched.
    pub persona: Persona,
    /// What is proposed: the latest judged state.
    pub snapshot: Snapshot,
    /// What was said of it.
    pub judgement: Judgement,
    /// What was found in it.
    pub findings: Vec<Finding>,
    /// What changed, most important first.
    #[serde(default)]
    pub excerpts: Vec<Excerpt>,
    /// When the first state that waits was seen.
    pub since: Timestamp,
    /// The planned change that announced it.
    pub planned: Option<String>,
    /// What it showed before, newest first: a person may answer to one of these.
    #[serde(default)]
    pub earlier: Vec<Snapshot>,
}

/// Most snapshots that a proposal showed before and still knows.
const MAX_EARLIER: usize = 10;

impl Proposal {
    /// What will have been shown before, when a snapshot with this state takes the place of the present one.
    #[must_use]
    pub fn shown_before(&self, state: Digest) -> Vec<Snapshot> {
        let all = std::iter::once(&self.snapshot).chain(&self.earlier);
        all.filter(|snapshot| snapshot.state != state).take(MAX_EARLIER).cloned().collect()
    }
}

/// What a person does to a baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApprovalAction {
    /// A snapshot joins the baseline, in place of the ordinary states before it or beside them.
    Approve,
    /// A state leaves the baseline.
    Retire,
}

/// One line of the record of approvals, without the chain around it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// When it was entered.
    pub at: Timestamp,
    /// What.
    pub action: ApprovalAction,
    /// Who decided, `NAME <mail>`.
    pub by: String,
    /// Who entered it: the system's user.
    pub entered_by: String,
    /// Why.
    pub reason: String,
    /// The target as it was registered then: the registry can be rebuilt from it.
    pub target: Target,
    /// Its organisation and those above it, as registered then.
    pub lineage: Vec<Organisation>,
    /// As whom the page was fetched.
    pub persona: Persona,
    /// The state.
    pub snapshot: Snapshot,
    /// Name of a special page.
    pub special: Option<String>,
    /// It joins the ordinary states that are approved and takes the place of none: the page shows them in turn.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beside: bool,
    /// When the approval ends.
    pub expires: Timestamp,
}

/// Head of one chain of approval lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainHead {
    /// Organisation of the file.
    pub organisation: OrganisationId,
    /// Target of the file.
    pub target: TargetId,
    /// Number of lines.
    pub count: u64,
    /// SHA-256 of the last line.
    pub hash: Digest,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Certificate, Hop};

    fn head(problem: Option<&str>) -> Head {
        let url: url::Url = "https://www.city.example/".parse().expect("url");
        let certificate = Certificate {
            sha256: Digest::of("leaf"),
            subject: String::new(),
            issuer: String::new(),
            names: Vec::new(),
            not_before: Timestamp::UNIX_EPOCH,
            not_after: Timestamp::UNIX_EPOCH,
            problem: problem.map(str::to_owned),
        };
        let (location, certificate) = (url.clone(), Some(certificate));
        let hop = Hop { url: url.clone(), status: 301, location, remote: None, certificate };
        Head {
            requested: url.clone(),
            final_url: url,
            status: 200,
            headers: Vec::new(),
            hops: vec![hop],
            remote: None,
            certificate: None,
        }
    }

    #[test]
    fn a_problem_on_the_way_is_another_fingerprint_and_the_same_state() {
        let print = |problem| fingerprint(Digest::of("page"), &head(problem), &[], "rules", 1);
        assert_eq!(print(None), print(None));
        assert_ne!(print(None), print(Some("wrong name")));
    }
}
