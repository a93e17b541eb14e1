//! `[[organisation]]`: name, place in the tree, language and contacts.

use super::{Seen, id, named, unique};
use crate::config::collect::Collector;
use crate::config::mistake::Complaint;
use crate::config::section::{Found, Section, text, whole};
use crate::config::texts;
use crate::model::{Contact, Language, Organisation};
use std::collections::BTreeSet;

const KEYS: &[&str] = &["id", "name", "parent", "language", "contacts"];
const CONTACT_KEYS: &[&str] = &["name", "mail", "level"];
/// Most contacts of one organisation or target.
const MAX_CONTACTS: usize = 50;
/// Names of the languages.
pub(in crate::config) const LANGUAGES: &[(&str, Language)] = &[("ja", Language::Japanese), ("en", Language::English)];

/// An organisation, with the places that checks across the file point at.
pub(super) struct ReadOrganisation {
    pub(super) value: Organisation,
    pub(super) path: String,
    /// Place of the parent's id.
    pub(super) parent: Option<std::ops::Range<usize>>,
}

pub(super) fn read_all(c: &mut Collector<'_>, top: &Section<'_>) -> Vec<ReadOrganisation> {
    let mut seen = Seen::new();
    let sections = named(c, top, "organisation");
    sections.iter().filter_map(|section| read(c, section, &mut seen)).collect()
}

fn read(c: &mut Collector<'_>, section: &Section<'_>, seen: &mut Seen) -> Option<ReadOrganisation> {
    section.only(c, KEYS);
    let id = section.required(c, "id", "\"example-city\"", |v| text(v).and_then(id));
    let name = section.required(c, "name", "\"例示市\"", |v| text(v).and_then(texts::name));
    let parent = section.get(c, "parent", |v| text(v).and_then(super::id));
    let language = section.get(c, "language", |v| texts::choice(text(v)?, LANGUAGES));
    let contacts = contacts(c, section);
    let id: Found<crate::model::OrganisationId> = id?;
    if !unique(c, seen, id.value.as_str(), section, id.span) {
        return None;
    }
    let parent_span = parent.as_ref().map(|parent| parent.span.clone());
    let value = Organisation {
        id: id.value,
        // An organisation whose name is wrong is known all the same: its targets are not to blame.
        name: name.map(|name| name.value).unwrap_or_default(),
        parent: parent.map(|parent| parent.value),
        language: language.map(|language| language.value).unwrap_or_default(),
        contacts,
    };
    Some(ReadOrganisation { value, path: section.path.clone(), parent: parent_span })
}

/// The contacts of an organisation or of a target.
pub(super) fn contacts(c: &mut Collector<'_>, section: &Section<'_>) -> Vec<Contact> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for section in section.tables(c, "contacts", MAX_CONTACTS) {
        section.only(c, CONTACT_KEYS);
        let name = section.required(c, "name", "\"Web officer\"", |v| text(v).and_then(texts::name));
        let mail = section.required(c, "mail", "\"web@city.example\"", |v| text(v).and_then(texts::mail));
        let level = section.get(c, "level", |v| whole(v, 1, 9));
        let level = level.map_or(1, |level| u8::try_from(level.value).unwrap_or(1));
        let (Some(name), Some(mail)) = (name, mail) else { continue };
        if seen.insert((level, mail.value.clone())) {
            found.push(Contact { name: name.value, mail: mail.value, level });
        } else {
            c.push(mail.span, section.key("mail"), twice(&mail.value));
        }
    }
    found
}

fn twice(mail: &str) -> Complaint {
    Complaint::new(
        [format!("`{mail}` is listed twice on one level"), format!("`{mail}` が同じ段階に二度書かれています")],
        ["take one of them out", "どちらかを消してください"],
    )
}
