//! CSV to an addition to the registry: all rows or none, all bad rows told at once.

mod cells;
mod columns;
mod identity;

use super::mistake::{Complaint, MAX_MISTAKES, Mistake, Mistakes};
use super::suggest::nearest;
use super::targets::Checks;
use super::write::{Addition, NewTarget};
use crate::model::{Organisation, OrganisationId, Registry, Target, TargetId};
pub(super) use cells::contact;

use cells::Row;
use columns::{Column, Columns};
use identity::Ids;
use std::collections::BTreeMap;
use std::sync::Arc;
use url::Url;

/// What a CSV adds to a registry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Import {
    /// What is new.
    pub addition: Addition,
    /// Rows that say what is registered already or was said by a row above, with the row's number (the header is row 1).
    pub skipped: Vec<(u64, TargetId)>,
}

/// Reads the text of a CSV file with a header line. Rows are counted as spreadsheets do: the header is row 1.
///
/// # Errors
/// All mistakes in the rows. Their column is the number of the field, from 1.
pub fn read_import(text: &str, file_name: &str, registry: &Registry, checks: Checks<'_>) -> Result<Import, Mistakes> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut sheet = Sheet::new(file_name, registry, checks);
    let mut places = Places { text, read: 0, line: 1, inside: 0 };
    let mut columns = None;
    for record in reader.records() {
        let record = record.map_err(|error| Mistakes::whole(file_name, cells::no_csv(&error)))?;
        let at = places.of(&record);
        match &columns {
            _ if record.iter().all(|field| field.trim().is_empty()) => {}
            None => columns = Some(columns::read(&mut sheet.told, at, &record)),
            Some(columns) => sheet.row(columns, at, &record),
        }
    }
    if columns.is_none() {
        sheet.told.push(1, 1, String::new(), columns::nothing());
    }
    sheet.finish()
}

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct At {
    /// Row as spreadsheets count: a cell may hold several lines.
    row: u64,
    /// Line as editors count.
    line: u64,
}

/// Counts lines and rows along a text; the reader's own count leaves blank lines out.
struct Places<'t> {
    text: &'t str,
    read: usize,
    line: u64,
    /// Ends of lines inside of cells.
    inside: u64,
}

impl Places<'_> {
    fn of(&mut self, record: &csv::StringRecord) -> At {
        let bytes = self.text.as_bytes();
        let start = record.position().and_then(|at| usize::try_from(at.byte()).ok()).unwrap_or(self.read);
        let blank = bytes.get(start..).unwrap_or_default().iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let begin = start + blank;
        self.line += newlines(bytes.get(self.read..begin).unwrap_or_default());
        self.read = begin;
        let at = At { row: self.line.saturating_sub(self.inside), line: self.line };
        self.inside += record.iter().map(|field| newlines(field.as_bytes())).sum::<u64>();
        at
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

/// A free id for a new target, made from its URL.
#[must_use]
pub fn free_target_id(registry: &Registry, url: &Url) -> TargetId {
    Ids::of(registry).fresh(url)
}

/// The header that is written: every column by its first name.
pub(super) fn header() -> impl Iterator<Item = &'static str> {
    columns::NAMES.iter().map(|(column, _)| column.name())
}

/// The mistakes of a CSV file.
struct Told<'a> {
    file: &'a str,
    list: Vec<Mistake>,
    more: usize,
}

impl Told<'_> {
    fn push(&mut self, line: u64, column: usize, key: String, Complaint { message, help }: Complaint) {
        if self.list.len() >= MAX_MISTAKES {
            self.more += 1;
            return;
        }
        let line = usize::try_from(line).unwrap_or(usize::MAX);
        self.list.push(Mistake { file: self.file.to_owned(), line, column, key, message, help, span: None });
    }
}

/// Everything read so far.
struct Sheet<'a> {
    told: Told<'a>,
    registry: &'a Registry,
    checks: Checks<'a>,
    import: Import,
    ids: Ids,
    /// Organisations by id: those registered and those this file adds, by name.
    organisations: BTreeMap<OrganisationId, String>,
    /// Organisations by name; none where two share it.
    by_name: BTreeMap<String, Option<OrganisationId>>,
    /// Who has which URL: registered targets, and rows above.
    by_url: BTreeMap<Url, TargetId>,
    /// Parents of new organisations, with their places: a row below may add them.
    parents: Vec<(At, usize, OrganisationId)>,
    /// Rows above, by id: their number and their place in the addition.
    rows: BTreeMap<TargetId, (u64, usize)>,
}

impl<'a> Sheet<'a> {
    fn new(file: &'a str, registry: &'a Registry, checks: Checks<'a>) -> Self {
        let mut sheet = Self {
            told: Told { file, list: Vec::new(), more: 0 },
            registry,
            checks,
            import: Import::default(),
            ids: Ids::of(registry),
            organisations: BTreeMap::new(),
            by_name: BTreeMap::new(),
            by_url: registry.targets.values().map(|target| (target.url.clone(), target.id.clone())).collect(),
            parents: Vec::new(),
            rows: BTreeMap::new(),
        };
        for organisation in registry.organisations.values() {
            sheet.know(&organisation.id, &organisation.name);
        }
        sheet
    }

    fn finish(mut self) -> Result<Import, Mistakes> {
        for (at, field, parent) in std::mem::take(&mut self.parents) {
            if !self.organisations.contains_key(&parent) {
                let complaint = self.unknown(&parent, true);
                let key = format!("row[{}].{}", at.row, Column::Parent.name());
                self.told.push(at.line, field, key, complaint);
            }
        }
        self.told.list.sort_by_key(|mistake| (mistake.line, mistake.column));
        if self.told.list.is_empty() {
            return Ok(self.import);
        }
        let Told { list, more, .. } = self.told;
        Err(Mistakes { list, more, source: Arc::from(""), hidden: Vec::new() })
    }

    fn know(&mut self, id: &OrganisationId, name: &str) {
        self.organisations.insert(id.clone(), name.to_owned());
        let known = self.by_name.entry(name.to_owned()).or_insert_with(|| Some(id.clone()));
        if known.as_ref() != Some(id) {
            *known = None;
        }
    }

    fn row(&mut self, columns: &Columns, at: At, record: &csv::StringRecord) {
        let before = self.told.list.len() + self.told.more;
        let mut row = Row::new(columns, at, record, &mut self.told);
        row.only_known_fields();
        let cells = row.read(self.checks);
        let Some(url) = cells.url.clone() else { return };
        let Some(organisation) = self.organisation(columns, at, record, &cells, &url) else { return };
        if self.told.list.len() + self.told.more > before {
            return;
        }
        let generated = cells.id.is_none();
        let same_url = self.by_url.get(&url).cloned();
        let id = cells.id.clone().or_else(|| same_url.clone()).unwrap_or_else(|| self.ids.fresh(&url));
        let target = cells.target(id, organisation, url);
        match self.known(&target, same_url.as_ref(), generated) {
            Known::New => self.add(at.row, target),
            Known::Same => self.import.skipped.push((at.row, target.id)),
            Known::Other(complaint) => {
                let column = if generated { Column::Url } else { Column::Id };
                Row::new(columns, at, record, &mut self.told).complain(column, complaint);
            }
        }
    }

    fn add(&mut self, row: u64, target: NewTarget) {
        self.ids.take(&target.id);
        self.by_url.insert(target.url.clone(), target.id.clone());
        self.rows.insert(target.id.clone(), (row, self.import.addition.targets.len()));
        self.import.addition.targets.push(target);
    }

    /// The organisation of a row: a known one by id or by name, or a new one.
    fn organisation(
        &mut self,
        columns: &Columns,
        at: At,
        record: &csv::StringRecord,
        cells: &cells::Cells,
        url: &Url,
    ) -> Option<OrganisationId> {
        let found = match (&cells.organisation, &cells.organisation_name) {
            (Some(id), name) => match (self.organisations.get(id), name) {
                (Some(known), Some(name)) if known != name => Err((Column::OrganisationName, other_name(id, known))),
                (Some(_), _) => return Some(id.clone()),
                (None, Some(name)) => Ok((id.clone(), name.clone())),
                (None, None) => Err((Column::Organisation, self.unknown(id, false))),
            },
            (None, Some(name)) => match self.by_name.get(name) {
                Some(Some(id)) => return Some(id.clone()),
                Some(None) => Err((Column::OrganisationName, two_of_that_name(name))),
                None => Ok((self.ids.fresh_organisation(url), name.clone())),
            },
            // An organisation that could not be read has been told about.
            (None, None) if cells.organisation_is_bad => return None,
            (None, None) => Err((Column::Organisation, no_organisation())),
        };
        let (id, name) = match found {
            Ok(new) => new,
            Err((column, complaint)) => {
                Row::new(columns, at, record, &mut self.told).complain(column, complaint);
                return None;
            }
        };
        if let Some(parent) = &cells.parent {
            let field = columns.place(Column::Parent).unwrap_or(0) + 1;
            self.parents.push((at, field, parent.clone()));
        }
        self.know(&id, &name);
        self.ids.take_organisation(&id);
        let new = Organisation {
            id: id.clone(),
            name,
            parent: cells.parent.clone(),
            language: crate::model::Language::default(),
            contacts: Vec::new(),
        };
        self.import.addition.organisations.push(new);
        Some(id)
    }

    fn unknown(&self, id: &OrganisationId, parent: bool) -> Complaint {
        let known = self.organisations.keys().map(OrganisationId::as_str);
        // Comparing with all names is dear: after many mistakes nobody reads the guesses.
        let near = if self.told.list.len() < 50 { nearest(id.as_str(), known) } else { None };
        identity::unknown_organisation(id, near, parent)
    }

    /// Whether a target is there already.
    fn known(&self, target: &NewTarget, same_url: Option<&TargetId>, generated: bool) -> Known {
        if let Some(other) = same_url.filter(|other| **other != target.id) {
            return Known::Other(identity::same_url(other));
        }
        if let Some(registered) = self.registry.targets.get(&target.id) {
            let same = says_nothing_else(target, registered);
            return if same { Known::Same } else { Known::Other(identity::registered_otherwise(&target.id)) };
        }
        match self.rows.get(&target.id) {
            None => Known::New,
            Some((row, at)) => match self.import.addition.targets.get(*at) {
                Some(above) if above == target => Known::Same,
                _ => Known::Other(identity::twice_in_file(&target.id, *row, generated)),
            },
        }
    }
}

/// How a row stands to what is known.
enum Known {
    New,
    Same,
    Other(Complaint),
}

/// Whether everything that a row says holds for a registered target.
fn says_nothing_else(row: &NewTarget, registered: &Target) -> bool {
    fn fits<T: PartialEq>(said: &[T], is: &[T]) -> bool {
        said.is_empty() || said == is
    }
    row.url == registered.url
        && row.organisation == registered.organisation
        && row.interval.is_none_or(|interval| interval == registered.interval)
        && row.enabled.is_none_or(|enabled| enabled == registered.enabled)
        && row.policy.is_none_or(|policy| policy == registered.policy)
        && fits(&row.personas, &registered.personas)
        && fits(&row.tags, &registered.tags)
        && fits(&row.contacts, &registered.contacts)
}

fn other_name(id: &OrganisationId, known: &str) -> Complaint {
    let known = super::mistake::quoted(known);
    Complaint::new(
        [format!("the organisation `{id}` is called {known}"), format!("組織 `{id}` の名前は「{known}」です")],
        [
            "leave the name out, write that one, or use another id",
            "名前を空にするか、その名前を書くか、別の ID にしてください",
        ],
    )
}

fn two_of_that_name(name: &str) -> Complaint {
    let name = super::mistake::quoted(name);
    Complaint::new(
        [format!("several organisations are called {name}"), format!("「{name}」という組織が複数あります")],
        [
            "write the id of the one you mean into the column `organisation`",
            "organisation の列に組織の ID を書いてください",
        ],
    )
}

fn no_organisation() -> Complaint {
    Complaint::new(
        ["there is no organisation", "組織がありません"],
        [
            "write the id of a registered one into `organisation`, or a new one's name into `organisation_name`",
            "登録済みの組織の ID を organisation に、または新しい組織の名前を organisation_name に書いてください",
        ],
    )
}
