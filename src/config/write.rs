//! Organisations and targets as TOML text, quoted and laid out by `toml_edit`.

use super::units::duration_text;
use crate::model::{
    Contact, Language, Mask, Organisation, OrganisationId, Persona, Policy, Registry, Target, TargetId,
};
use smol_str::SmolStr;
use std::time::Duration;
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value, value};
use url::Url;

/// A target to be registered; what is `None` or empty is left to the defaults of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTarget {
    /// Its id.
    pub id: TargetId,
    /// Who owns it.
    pub organisation: OrganisationId,
    /// What is fetched.
    pub url: Url,
    /// Time between checks.
    pub interval: Option<Duration>,
    /// Whether it is checked at all.
    pub enabled: Option<bool>,
    /// How strictly it is followed.
    pub policy: Option<Policy>,
    /// As whom it is fetched.
    pub personas: Vec<Persona>,
    /// What is left out of the comparison.
    pub masks: Vec<Mask>,
    /// Contacts beside those of the organisation.
    pub contacts: Vec<Contact>,
    /// Free words for grouping.
    pub tags: Vec<SmolStr>,
}

impl NewTarget {
    /// A target that leaves everything to the defaults.
    #[must_use]
    pub fn new(id: TargetId, organisation: OrganisationId, url: Url) -> Self {
        let (interval, enabled, policy) = (None, None, None);
        let (personas, masks, contacts, tags) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { id, organisation, url, interval, enabled, policy, personas, masks, contacts, tags }
    }
}

impl From<&Target> for NewTarget {
    /// The target as it stands; nothing is left to defaults that may be others where it is read.
    fn from(target: &Target) -> Self {
        Self {
            interval: Some(target.interval),
            enabled: (!target.enabled).then_some(false),
            policy: Some(target.policy),
            personas: target.personas.clone(),
            masks: target.masks.clone(),
            contacts: target.contacts.clone(),
            tags: target.tags.clone(),
            ..Self::new(target.id.clone(), target.organisation.clone(), target.url.clone())
        }
    }
}

/// What is to be added to a registry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Addition {
    /// Organisations that are not there yet.
    pub organisations: Vec<Organisation>,
    /// Targets that are not there yet.
    pub targets: Vec<NewTarget>,
}

impl From<&Registry> for Addition {
    /// All of a registry.
    fn from(registry: &Registry) -> Self {
        Self {
            organisations: registry.organisations.values().cloned().collect(),
            targets: registry.targets.values().map(NewTarget::from).collect(),
        }
    }
}

/// The text of `[[organisation]]` and `[[target]]` tables.
pub(super) fn tables(addition: &Addition) -> String {
    let mut document = DocumentMut::new();
    let organisations: ArrayOfTables = addition.organisations.iter().map(organisation).collect();
    let targets: ArrayOfTables = addition.targets.iter().map(target).collect();
    for (key, tables) in [("organisation", organisations), ("target", targets)] {
        if !tables.is_empty() {
            document.insert(key, Item::ArrayOfTables(tables));
        }
    }
    document.to_string().trim_start_matches('\n').to_owned()
}

fn organisation(organisation: &Organisation) -> Table {
    let mut table = Table::new();
    table.insert("id", value(organisation.id.as_str()));
    table.insert("name", value(&organisation.name));
    if let Some(parent) = &organisation.parent {
        table.insert("parent", value(parent.as_str()));
    }
    if organisation.language != Language::default() {
        table.insert("language", value(name_of(super::targets::organisation::LANGUAGES, organisation.language)));
    }
    put_contacts(&mut table, &organisation.contacts);
    table
}

fn target(target: &NewTarget) -> Table {
    let mut table = Table::new();
    table.insert("id", value(target.id.as_str()));
    table.insert("organisation", value(target.organisation.as_str()));
    table.insert("url", value(target.url.as_str()));
    if let Some(interval) = target.interval {
        table.insert("interval", value(duration_text(interval)));
    }
    if let Some(enabled) = target.enabled {
        table.insert("enabled", value(enabled));
    }
    if let Some(policy) = target.policy {
        table.insert("policy", value(policy_name(policy)));
    }
    put_list(&mut table, "personas", target.personas.iter().map(|persona| persona.as_str().into()));
    put_list(&mut table, "masks", target.masks.iter().map(mask));
    put_contacts(&mut table, &target.contacts);
    put_list(&mut table, "tags", target.tags.iter().map(|tag| tag.as_str().into()));
    table
}

fn put_contacts(table: &mut Table, contacts: &[Contact]) {
    put_list(table, "contacts", contacts.iter().map(contact));
}

fn put_list(table: &mut Table, key: &str, values: impl Iterator<Item = Value>) {
    let list: Array = values.collect();
    if !list.is_empty() {
        table.insert(key, value(list));
    }
}

fn mask(mask: &Mask) -> Value {
    let mut table = InlineTable::new();
    table.insert("select", mask.select.as_str().into());
    table.insert("reason", mask.reason.as_str().into());
    table.into()
}

fn contact(contact: &Contact) -> Value {
    let mut table = InlineTable::new();
    table.insert("name", contact.name.as_str().into());
    table.insert("mail", contact.mail.as_str().into());
    if contact.level != 1 {
        table.insert("level", i64::from(contact.level).into());
    }
    table.into()
}

/// The name of a policy in files.
#[must_use]
pub fn policy_name(policy: Policy) -> &'static str {
    name_of(super::targets::target::POLICIES, policy)
}

fn name_of<T: PartialEq + Copy>(names: &[(&'static str, T)], wanted: T) -> &'static str {
    names.iter().find(|(_, value)| *value == wanted).map_or("", |(name, _)| name)
}
