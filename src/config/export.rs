//! The registry as CSV, which can be imported again, and as JSON.

use super::import::header;
use super::units::duration_text;
use super::write::policy_name;
use crate::model::{Contact, Organisation, Registry, Target};
use serde_json::{Value, json};

/// The targets as CSV in UTF-8, in the order of their ids. Masks and the contacts of organisations have no column.
///
/// # Errors
/// Never in practice: writing into memory.
pub fn export_csv(registry: &Registry) -> Result<String, std::io::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header())?;
    for target in registry.targets.values() {
        writer.write_record(row(registry, target).iter().map(|cell| guarded(cell)))?;
    }
    let bytes = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
    String::from_utf8(bytes).map_err(std::io::Error::other)
}

/// The cells of a target, in the order of [`header`].
fn row(registry: &Registry, target: &Target) -> [String; 11] {
    let owner = registry.owner(target);
    let parent = owner.and_then(|owner| owner.parent.as_ref());
    let join = |words: Vec<&str>| words.join(";");
    [
        target.id.to_string(),
        target.organisation.to_string(),
        owner.map(|owner| owner.name.clone()).unwrap_or_default(),
        parent.map(ToString::to_string).unwrap_or_default(),
        target.url.to_string(),
        duration_text(target.interval),
        target.enabled.to_string(),
        policy_name(target.policy).to_owned(),
        join(target.personas.iter().map(|persona| persona.as_str()).collect()),
        join(target.tags.iter().map(smol_str::SmolStr::as_str).collect()),
        target.contacts.iter().map(contact_cell).collect::<Vec<_>>().join("; "),
    ]
}

fn contact_cell(contact: &Contact) -> String {
    let level = if contact.level == 1 { String::new() } else { format!(" ({})", contact.level) };
    // A semicolon would end the contact when the cell is read again.
    format!("{} <{}>{level}", contact.name.replace(';', ","), contact.mail)
}

/// A cell that no spreadsheet takes for a formula.
fn guarded(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

/// A target with its organisation, as programs read it.
#[must_use]
pub fn target_json(registry: &Registry, target: &Target) -> Value {
    json!({
        "target": target.id,
        "organisation": registry.owner(target).map(organisation_json),
        "url": target.url,
        "interval": duration_text(target.interval),
        "interval_seconds": target.interval.as_secs(),
        "enabled": target.enabled,
        "policy": target.policy,
        "personas": target.personas,
        "masks": target.masks,
        "contacts": target.contacts,
        "tags": target.tags,
    })
}

fn organisation_json(organisation: &Organisation) -> Value {
    json!({
        "id": organisation.id,
        "name": organisation.name,
        "parent": organisation.parent,
        "language": organisation.language,
        "contacts": organisation.contacts,
    })
}
