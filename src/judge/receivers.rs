//! Who is told about a target at a level of escalation.

use crate::model::{Channel, Receiver, Registry, Target};

/// Everybody who may be told: the registry's contacts, the operators, and whether there is a webhook.
#[derive(Debug, Clone, Copy)]
pub struct Directory<'a> {
    /// Organisations with their contacts.
    pub registry: &'a Registry,
    /// The operators: told about everything that alarms, and about hinomi itself. The webhook is one of them.
    pub operators: &'a [Receiver],
}

/// The receivers for one level: the owner's contacts of that level, and at level 1 the operators too. When nobody
/// stands at a level, the operators are told, so that no alarm is told to nobody.
#[must_use]
pub fn receivers(directory: &Directory, target: &Target, level: u8) -> Vec<Receiver> {
    let contacts = directory.registry.contacts_at(target, level);
    let mut found: Vec<Receiver> = contacts
        .into_iter()
        .map(|(contact, language)| Receiver {
            channel: Channel::Mail,
            address: contact.mail,
            name: contact.name,
            language,
        })
        .collect();
    if level <= 1 || found.is_empty() {
        for operator in directory.operators {
            if !found.iter().any(|r| r.channel == operator.channel && r.address == operator.address) {
                found.push(operator.clone());
            }
        }
    }
    found
}
