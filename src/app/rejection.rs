//! "This was not us": a rejection, with the incident that follows from it.

use super::Office;
use super::mark::mark;
use super::people::Decision;
use crate::judge::{self, Directory, Rejected};
use crate::model::{Digest, Incident, Proposal};
use crate::store::{Rejection, Store as _};
use anyhow::Result;
use uuid::Uuid;

impl Office {
    /// "This was not us": drops the proposal and treats what it shows as an attack, which the one who rejects it looks
    /// after. Owner and operators are told.
    ///
    /// # Errors
    /// When nothing waits, or another state than the named one.
    pub async fn reject(&self, id: &str, state: Option<Digest>, decision: &Decision) -> Result<Uuid> {
        let (target, registry) = (self.target(id)?.clone(), self.registry.clone());
        let (operators, mark) = (self.operators(), mark(&decision.by, &decision.reason)?);
        let (id, persona, said) = (target.id.clone(), decision.persona, mark.clone());
        let after = move |proposal: &Proposal, open: Option<&Incident>| {
            let directory = Directory { registry: &registry, operators: &operators };
            let (target, mark, fresh) = (&target, &said, Uuid::now_v7());
            judge::reject(&Rejected { proposal, target, open, directory, mark, fresh })
        };
        let rejection = Rejection { target: id, persona, mark, state, after: Box::new(after) };
        Ok(self.store.reject(rejection).await?.id)
    }
}
