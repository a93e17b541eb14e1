//! "This was not us": a rejection, with the incident that follows from it.

use super::Office;
use super::people::{Decision, mark};
use crate::judge::{self, Directory, Rejected};
use crate::model::IncidentKind;
use crate::store::{Rejection, Store as _};
use anyhow::{Result, bail};
use uuid::Uuid;

impl Office {
    /// "This was not us": drops the proposal and treats what it shows as an attack, which the one who rejects it looks
    /// after. Owner and operators are told.
    ///
    /// # Errors
    /// When nothing waits.
    pub async fn reject(&self, id: &str, decision: &Decision) -> Result<Uuid> {
        let target = self.target(id)?;
        let (target_id, persona) = (target.id.clone(), decision.persona);
        let Some(proposal) = self.store.proposal(target_id.clone(), persona).await? else {
            bail!("nothing waits for approval at '{id}'");
        };
        let mark = mark(&decision.by, &decision.reason)?;
        let incidents = self.store.target_state(target_id.clone(), persona).await?.incidents;
        let operators = self.operators();
        let rejected = Rejected {
            proposal: &proposal,
            target,
            open: incidents.iter().find(|incident| incident.kind == IncidentKind::Attack),
            directory: Directory { registry: &self.registry, operators: &operators },
            mark: &mark,
            fresh: Uuid::now_v7(),
        };
        let (incident, notices) = judge::reject(&rejected);
        let id = incident.id;
        let rejection = Rejection { target: target_id, persona, mark, incident: Some(incident), notices };
        self.store.reject(rejection).await?;
        Ok(id)
    }
}
