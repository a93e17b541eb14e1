//! Ids made from URLs, and rows that speak of a target that is known already.

use crate::config::mistake::Complaint;
use crate::model::{MAX_ID, OrganisationId, Registry, TargetId};
use std::collections::{BTreeMap, BTreeSet};
use url::Url;

/// Room for a number behind an id that was made from a URL.
const NUMBER: usize = 7;

/// The ids that are taken.
pub(super) struct Ids {
    targets: BTreeSet<String>,
    organisations: BTreeSet<String>,
    /// The number tried last behind an id, so that a thousand alike cost no more than one.
    last: BTreeMap<String, u32>,
}

impl Ids {
    pub(super) fn of(registry: &Registry) -> Self {
        Self {
            targets: registry.targets.keys().map(ToString::to_string).collect(),
            organisations: registry.organisations.keys().map(ToString::to_string).collect(),
            last: BTreeMap::new(),
        }
    }

    pub(super) fn take(&mut self, id: &TargetId) {
        self.targets.insert(id.to_string());
    }

    pub(super) fn take_organisation(&mut self, id: &OrganisationId) {
        self.organisations.insert(id.to_string());
    }

    /// A free id for the target of a URL.
    pub(super) fn fresh(&mut self, url: &Url) -> TargetId {
        loop {
            if let Ok(id) = free(&self.targets, &mut self.last, id_of_url(url, true)).parse() {
                return id;
            }
        }
    }

    /// A free id for the organisation that owns a URL.
    pub(super) fn fresh_organisation(&mut self, url: &Url) -> OrganisationId {
        loop {
            if let Ok(id) = free(&self.organisations, &mut self.last, id_of_url(url, false)).parse() {
                return id;
            }
        }
    }
}

fn free(taken: &BTreeSet<String>, last: &mut BTreeMap<String, u32>, base: String) -> String {
    if !taken.contains(&base) {
        return base;
    }
    let number = last.entry(base.clone()).or_insert(1);
    loop {
        *number += 1;
        let id = format!("{base}-{number}");
        if !taken.contains(&id) {
            return id;
        }
    }
}

/// An id made from the host of a URL without `www`, and from its path and query.
pub(super) fn id_of_url(url: &Url, with_path: bool) -> String {
    let host = url.host_str().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    let path = if with_path { format!("-{}-{}", url.path(), url.query().unwrap_or_default()) } else { String::new() };
    let mut id = String::new();
    for c in format!("{host}{path}").chars().take(4 * MAX_ID) {
        let c = if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        if id.len() < MAX_ID - NUMBER && !(c == '-' && (id.is_empty() || id.ends_with('-'))) {
            id.push(c);
        }
    }
    let id = id.trim_end_matches('-');
    if id.is_empty() { "site".to_owned() } else { id.to_owned() }
}

/// What to say of an organisation that is not there; a row's own can be added by its name, its parent cannot.
pub(super) fn unknown_organisation(id: &OrganisationId, near: Option<&str>, parent: bool) -> Complaint {
    let help = match (near, parent) {
        (Some(near), _) => [format!("did you mean `{near}`?"), format!("`{near}` の間違いではありませんか")],
        (None, false) => [
            "write its name into the column `organisation_name` to add it".to_owned(),
            "新しい組織なら organisation_name の列に名前を書いてください".to_owned(),
        ],
        (None, true) => [
            "add it in a row of its own, or in targets.toml".to_owned(),
            "この組織の行を加えるか、targets.toml に登録してください".to_owned(),
        ],
    };
    Complaint::new([format!("there is no organisation `{id}`"), format!("組織 `{id}` はありません")], help)
}

pub(super) fn same_url(other: &TargetId) -> Complaint {
    Complaint::new(
        [
            format!("this URL is the target `{other}` already"),
            format!("この URL は監視対象 `{other}` としてすでにあります"),
        ],
        ["take the row out, or write that id", "行を消すか、その ID を書いてください"],
    )
}

pub(super) fn registered_otherwise(id: &TargetId) -> Complaint {
    Complaint::new(
        [
            format!("`{id}` is registered already, with other content"),
            format!("`{id}` はすでに別の内容で登録されています"),
        ],
        [
            "import only adds: change the target in targets.toml, or use another id",
            "取り込みは追加だけを行います。targets.toml を直すか、別の ID にしてください",
        ],
    )
}

pub(super) fn twice_in_file(id: &TargetId, row: u64, generated: bool) -> Complaint {
    let what = if generated { ["this URL", "この URL"] } else { ["this id", "この ID"] };
    let [en, ja] = what;
    Complaint::new(
        [
            format!("{en} stands in row {row} already (as `{id}`), with other content"),
            format!("{ja} は {row} 行目に別の内容で書かれています (`{id}`)"),
        ],
        ["keep one of the two rows", "どちらかの行だけを残してください"],
    )
}
