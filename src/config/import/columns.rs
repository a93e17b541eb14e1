//! The header of a CSV: which column holds what, in English or in Japanese.

use super::{At, Told};
use crate::config::mistake::{Complaint, quoted};
use crate::config::suggest::nearest;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Id,
    Organisation,
    OrganisationName,
    Parent,
    Url,
    Interval,
    Enabled,
    Policy,
    Personas,
    Tags,
    Contacts,
}

/// Every column with its names; the first is the one that is written.
pub(super) const NAMES: &[(Column, &[&str])] = &[
    (Column::Id, &["id", "監視対象ID"]),
    (Column::Organisation, &["organisation", "organization", "組織ID"]),
    (Column::OrganisationName, &["organisation_name", "organization_name", "組織名", "団体名"]),
    (Column::Parent, &["parent", "親組織ID"]),
    (Column::Url, &["url", "アドレス"]),
    (Column::Interval, &["interval", "間隔"]),
    (Column::Enabled, &["enabled", "有効"]),
    (Column::Policy, &["policy", "方針"]),
    (Column::Personas, &["personas", "閲覧者像"]),
    (Column::Tags, &["tags", "タグ"]),
    (Column::Contacts, &["contacts", "連絡先"]),
];

impl Column {
    /// The name that is written.
    pub(super) fn name(self) -> &'static str {
        NAMES.iter().find(|(column, _)| *column == self).and_then(|(_, names)| names.first()).copied().unwrap_or("")
    }
}

/// Which field of a row holds what.
pub(super) struct Columns {
    places: Vec<Option<Column>>,
}

impl Columns {
    /// Fields of a row that has none left over.
    pub(super) fn count(&self) -> usize {
        self.places.len()
    }

    /// The place of a column in a row.
    pub(super) fn place(&self, column: Column) -> Option<usize> {
        self.places.iter().position(|place| *place == Some(column))
    }
}

/// Reads the header.
pub(super) fn read(told: &mut Told<'_>, At { line, .. }: At, header: &csv::StringRecord) -> Columns {
    let mut columns = Columns { places: Vec::new() };
    for (at, name) in header.iter().map(str::trim).enumerate() {
        let same = |known: &&str| known.eq_ignore_ascii_case(name);
        let column = NAMES.iter().find(|(_, names)| names.iter().any(same)).map(|(column, _)| *column);
        match column {
            Some(column) if columns.place(column).is_some() => {
                told.push(line, at + 1, column.name().to_owned(), twice(column.name()));
            }
            // An empty name over empty cells is what spreadsheets leave behind.
            None if !name.is_empty() => told.push(line, at + 1, quoted(name), unknown(name)),
            _ => {}
        }
        columns.places.push(column);
    }
    if columns.place(Column::Url).is_none() {
        told.push(line, 1, "url".to_owned(), no_url(header));
    }
    columns
}

/// What to say of a file without a header.
pub(super) fn nothing() -> Complaint {
    Complaint::new(
        ["the file is empty", "ファイルが空です"],
        [
            "begin with a header such as `id,organisation,url,interval,tags`",
            "一行目に `id,organisation,url,interval,tags` のような見出しを書いてください",
        ],
    )
}

fn unknown(name: &str) -> Complaint {
    let all = NAMES.iter().map(|(column, _)| column.name()).collect::<Vec<_>>().join(", ");
    let near = nearest(name, NAMES.iter().flat_map(|(_, names)| names.iter().copied()));
    let name = quoted(name);
    let help = match near {
        Some(near) => [format!("did you mean `{near}`?"), format!("`{near}` の間違いではありませんか")],
        None => [format!("known columns: {all}"), format!("使える列: {all}")],
    };
    Complaint::new([format!("unknown column `{name}`"), format!("`{name}` という列はありません")], help)
}

fn twice(name: &str) -> Complaint {
    Complaint::new(
        [format!("the column `{name}` is there twice"), format!("`{name}` の列が二つあります")],
        ["keep one of them", "どちらか一つだけを残してください"],
    )
}

fn no_url(header: &csv::StringRecord) -> Complaint {
    let other = header.len() == 1 && header.iter().any(|name| name.contains([';', '\t']));
    let help = if other {
        ["separate the fields with commas", "区切りをコンマにして保存し直してください"]
    } else {
        [
            "name the column with the addresses `url` in the first line",
            "一行目で、アドレスの列に `url` という見出しを付けてください",
        ]
    };
    Complaint::new(["there is no column `url`", "`url` の列がありません"], help)
}
