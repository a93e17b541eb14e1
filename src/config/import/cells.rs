//! One row of a CSV: cells to checked values.

use super::columns::{Column, Columns};
use super::{At, Told};
use crate::config::mistake::{Complaint, quoted};
use crate::config::targets::target::{PERSONAS, POLICIES, checked_url};
use crate::config::targets::{Checks, id, read_interval};
use crate::config::texts;
use crate::config::write::NewTarget;
use crate::model::{Contact, OrganisationId, Persona, Policy, TargetId};
use smol_str::SmolStr;
use std::time::Duration;
use url::Url;

/// Values of `enabled`, as people and spreadsheets write them.
const FLAGS: &[(&str, bool)] =
    &[("true", true), ("false", false), ("yes", true), ("no", false), ("1", true), ("0", false)];

/// What the cells of a row say.
#[derive(Default)]
pub(super) struct Cells {
    pub(super) id: Option<TargetId>,
    pub(super) organisation: Option<OrganisationId>,
    /// Something stands in one of the organisation's cells that could not be read.
    pub(super) organisation_is_bad: bool,
    pub(super) organisation_name: Option<String>,
    pub(super) parent: Option<OrganisationId>,
    pub(super) url: Option<Url>,
    interval: Option<Duration>,
    enabled: Option<bool>,
    policy: Option<Policy>,
    personas: Vec<Persona>,
    tags: Vec<SmolStr>,
    contacts: Vec<Contact>,
}

impl Cells {
    /// The target that the row speaks of.
    pub(super) fn target(self, id: TargetId, organisation: OrganisationId, url: Url) -> NewTarget {
        let Self { interval, enabled, policy, personas, tags, contacts, .. } = self;
        NewTarget { interval, enabled, policy, personas, tags, contacts, ..NewTarget::new(id, organisation, url) }
    }
}

/// A row, and where its mistakes are told.
pub(super) struct Row<'r, 't> {
    columns: &'r Columns,
    at: At,
    record: &'r csv::StringRecord,
    told: &'r mut Told<'t>,
}

impl<'r, 't> Row<'r, 't> {
    pub(super) fn new(columns: &'r Columns, at: At, record: &'r csv::StringRecord, told: &'r mut Told<'t>) -> Self {
        Self { columns, at, record, told }
    }

    /// Tells a mistake in one cell.
    pub(super) fn complain(&mut self, column: Column, complaint: Complaint) {
        let place = self.columns.place(column).unwrap_or(0) + 1;
        let key = format!("row[{}].{}", self.at.row, column.name());
        self.told.push(self.at.line, place, key, complaint);
    }

    /// Complains about fields behind the last column.
    pub(super) fn only_known_fields(&mut self) {
        let known = self.columns.count();
        if self.record.iter().skip(known).any(|field| !field.trim().is_empty()) {
            self.told.push(self.at.line, known + 1, format!("row[{}]", self.at.row), too_many_fields(known));
        }
    }

    /// All cells, with every mistake told.
    pub(super) fn read(&mut self, checks: Checks<'_>) -> Cells {
        let organisation = self.cell(Column::Organisation, id::<OrganisationId>);
        let organisation_name = self.cell(Column::OrganisationName, texts::name);
        let written = |row: &Self, column| row.text(column).is_some();
        let url = self.cell(Column::Url, |text| checked_url(text, checks));
        if !written(self, Column::Url) && self.columns.place(Column::Url).is_some() {
            self.complain(Column::Url, no_url());
        }
        Cells {
            id: self.cell(Column::Id, id::<TargetId>),
            organisation_is_bad: (written(self, Column::Organisation) && organisation.is_none())
                || (written(self, Column::OrganisationName) && organisation_name.is_none()),
            organisation,
            organisation_name,
            parent: self.cell(Column::Parent, id::<OrganisationId>),
            url,
            interval: self.cell(Column::Interval, read_interval),
            enabled: self.cell(Column::Enabled, |text| texts::choice(&text.to_ascii_lowercase(), FLAGS)),
            policy: self.cell(Column::Policy, |text| texts::choice(text, POLICIES)),
            personas: self
                .cell(Column::Personas, |text| list(text, |word| texts::choice(word, PERSONAS)))
                .unwrap_or_default(),
            tags: self.cell(Column::Tags, |text| list(text, texts::tag)).unwrap_or_default(),
            contacts: self.cell(Column::Contacts, contacts).unwrap_or_default(),
        }
    }

    fn text(&self, column: Column) -> Option<&'r str> {
        let text = self.record.get(self.columns.place(column)?)?;
        Some(unguarded(text.trim())).filter(|text| !text.is_empty())
    }

    fn cell<T>(&mut self, column: Column, read: impl Fn(&str) -> Result<T, Complaint>) -> Option<T> {
        match read(self.text(column)?) {
            Ok(value) => Some(value),
            Err(complaint) => {
                self.complain(column, complaint);
                None
            }
        }
    }
}

/// A cell without the quote that keeps spreadsheets from taking it for a formula; see `export`.
fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
        _ => text,
    }
}

/// Words between semicolons, commas or spaces.
fn list<T: PartialEq>(text: &str, read: impl Fn(&str) -> Result<T, Complaint>) -> Result<Vec<T>, Complaint> {
    let mut values = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, ';' | ',' | '、')).filter(|word| !word.is_empty())
    {
        let value = read(word)?;
        if !values.contains(&value) {
            values.push(value);
        }
    }
    Ok(values)
}

/// `Name <mail>` between semicolons, with the level in brackets behind it where it is not 1: `Head <head@a.example> (2)`.
fn contacts(text: &str) -> Result<Vec<Contact>, Complaint> {
    text.split(';').map(str::trim).filter(|part| !part.is_empty()).map(contact).collect()
}

pub(in crate::config) fn contact(text: &str) -> Result<Contact, Complaint> {
    let (rest, level) = match text.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) {
        Some((rest, level)) => (rest.trim_end(), level.parse().ok().filter(|level| (1..=9).contains(level))),
        None => (text, Some(1)),
    };
    let level = level.ok_or_else(|| bad_level(text))?;
    let (name, mail) = match rest.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
        Some((name, mail)) => (name.trim(), mail),
        None => (rest, rest),
    };
    let mail = texts::mail(mail)?;
    Ok(Contact { name: texts::name(if name.is_empty() { &mail } else { name })?, mail, level })
}

fn bad_level(text: &str) -> Complaint {
    let shown = quoted(text);
    Complaint::new(
        [format!("the level of `{shown}` is not from 1 to 9"), format!("`{shown}` の段階が 1〜9 ではありません")],
        ["write \"Name <mail>\" or \"Name <mail> (2)\"", "\"名前 <メール>\" か \"名前 <メール> (2)\" と書いてください"],
    )
}

fn no_url() -> Complaint {
    Complaint::new(
        ["there is no URL", "URL がありません"],
        ["write the address of the page, or take the row out", "ページのアドレスを書くか、行を消してください"],
    )
}

fn too_many_fields(known: usize) -> Complaint {
    Complaint::new(
        [
            format!("the row has more fields than the {known} columns"),
            format!("見出しの {known} 列より多くの値があります"),
        ],
        ["put a value that holds a comma between \"…\"", "コンマを含む値は \"…\" で囲んでください"],
    )
}

/// What to say when the CSV itself cannot be read.
pub(super) fn no_csv(error: &csv::Error) -> Complaint {
    Complaint::new(
        [format!("this is no CSV: {error}"), format!("CSV として読めません ({error})")],
        ["save it as \"CSV UTF-8 (comma delimited)\"", "「CSV UTF-8 (コンマ区切り)」で保存し直してください"],
    )
}
