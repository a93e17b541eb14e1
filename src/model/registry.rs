//! The registry: all organisations and targets, and who is told about which.

use super::{Contact, Language, Organisation, OrganisationId, Target, TargetId};
use std::collections::BTreeMap;

/// All organisations and targets, as `targets.toml` lists them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Registry {
    /// By id.
    pub organisations: BTreeMap<OrganisationId, Organisation>,
    /// By id.
    pub targets: BTreeMap<TargetId, Target>,
}

impl Registry {
    /// The organisation that owns a target.
    #[must_use]
    pub fn owner(&self, target: &Target) -> Option<&Organisation> {
        self.organisations.get(&target.organisation)
    }

    /// How many different hosts enabled targets have; counting stops at `most`.
    #[must_use]
    pub fn hosts_up_to(&self, most: usize) -> usize {
        let mut hosts: Vec<&str> = Vec::new();
        for target in self.targets.values().filter(|target| target.enabled) {
            let host = target.url.host_str().unwrap_or_default();
            if !hosts.contains(&host) {
                hosts.push(host);
            }
            if hosts.len() >= most {
                break;
            }
        }
        hosts.len()
    }

    /// The organisation and those above it, nearest first. Ends at an unknown parent or a circle.
    #[must_use]
    pub fn lineage(&self, id: &OrganisationId) -> Vec<&Organisation> {
        let mut line: Vec<&Organisation> = Vec::new();
        let mut next = Some(id);
        while let Some(organisation) = next.and_then(|id| self.organisations.get(id)) {
            if line.iter().any(|seen| seen.id == organisation.id) {
                break;
            }
            line.push(organisation);
            next = organisation.parent.as_ref();
        }
        line
    }

    /// Who is told about a target at a level of escalation, and in which language: the target's own contacts and its
    /// organisation's; where that level has none, the nearest organisation above that has.
    #[must_use]
    pub fn contacts_at(&self, target: &Target, level: u8) -> Vec<(Contact, Language)> {
        let lineage = self.lineage(&target.organisation);
        let language = lineage.first().map_or(Language::default(), |owner| owner.language);
        let mut found: Vec<_> =
            target.contacts.iter().filter(|c| c.level == level).cloned().map(|c| (c, language)).collect();
        for organisation in lineage {
            let here = organisation.contacts.iter().filter(|c| c.level == level);
            found.extend(here.cloned().map(|c| (c, organisation.language)));
            if !found.is_empty() {
                break;
            }
        }
        let mut seen = Vec::new();
        found.retain(|(contact, _)| {
            !seen.contains(&contact.mail) && {
                seen.push(contact.mail.clone());
                true
            }
        });
        found
    }
}
