//! What lies in the folder of the record: chains, objects, and what does not belong there. Links are never followed.

use super::{at, chain, object};
use crate::model::{Digest, OrganisationId, TargetId};
use crate::store::Result;
use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

/// The file of one chain, as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct ChainFile {
    pub(in crate::store) organisation: OrganisationId,
    pub(in crate::store) target: TargetId,
    pub(in crate::store) path: PathBuf,
    /// In bytes.
    pub(in crate::store) length: u64,
}

/// All that was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) chains: Vec<ChainFile>,
    pub(super) objects: Vec<Digest>,
    /// Drafts of objects that never got their name.
    pub(super) drafts: Vec<PathBuf>,
    /// What does not belong there.
    pub(super) odd: Vec<PathBuf>,
}

/// Lists the record in the order of names; its objects only `with_objects`.
pub(super) fn walk(root: &Path, with_objects: bool) -> Result<Found> {
    let mut found = Found::default();
    for entry in entries(root)? {
        let name = entry.file_name();
        let name = name.to_str().unwrap_or_default();
        match name.parse::<OrganisationId>() {
            Ok(organisation) if is_folder(&entry)? => {
                organisation_folder(&entry.path(), &organisation, with_objects, &mut found)?;
            }
            _ if belongs_to_people(name) => {}
            _ => found.odd.push(entry.path()),
        }
    }
    Ok(found)
}

/// The record may be versioned and explained.
fn belongs_to_people(name: &str) -> bool {
    name.starts_with(".git") || name.starts_with("README")
}

fn organisation_folder(
    folder: &Path,
    organisation: &OrganisationId,
    with_objects: bool,
    found: &mut Found,
) -> Result<()> {
    // An organisation may be called `objects` too: its chains lie beside the shards.
    let holds_objects = organisation.as_str() == object::FOLDER;
    for entry in entries(folder)? {
        let (name, path) = (entry.file_name(), entry.path());
        let name = name.to_str().unwrap_or_default();
        if is_folder(&entry)? && holds_objects && name == object::WORKSHOP {
            found.drafts.extend(entries(&path)?.iter().map(DirEntry::path));
        } else if is_folder(&entry)? && holds_objects && is_hex(name, 2) {
            if with_objects {
                shard(&path, name, found)?;
            }
        } else if let Some(target) = is_file(&entry)?.then(|| chain_name(name)).flatten() {
            let length = entry.metadata().map_err(at(&path))?.len();
            found.chains.push(ChainFile { organisation: organisation.clone(), target, path, length });
        } else if !(is_file(&entry)? && is_torn_piece(name)) {
            found.odd.push(path);
        }
    }
    Ok(())
}

fn shard(folder: &Path, start: &str, found: &mut Found) -> Result<()> {
    for entry in entries(folder)? {
        let name = entry.file_name();
        let rest = name.to_str().and_then(|name| name.strip_suffix(".zst")).filter(|rest| is_hex(rest, 62));
        match rest.and_then(|rest| format!("{start}{rest}").parse().ok()) {
            Some(digest) if is_file(&entry)? => found.objects.push(digest),
            _ => found.odd.push(entry.path()),
        }
    }
    Ok(())
}

fn chain_name(name: &str) -> Option<TargetId> {
    name.strip_suffix(chain::EXTENSION)?.parse().ok()
}

/// A torn line that was set aside: `<target>.torn-<time>`.
fn is_torn_piece(name: &str) -> bool {
    let parts = name.split_once(chain::TORN);
    parts.is_some_and(|(target, time)| target.parse::<TargetId>().is_ok() && time.bytes().all(|b| b.is_ascii_digit()))
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn entries(folder: &Path) -> Result<Vec<DirEntry>> {
    let listed: std::io::Result<Vec<_>> = fs::read_dir(folder).and_then(Iterator::collect);
    let mut entries = listed.map_err(at(folder))?;
    entries.sort_by_key(DirEntry::file_name);
    Ok(entries)
}

fn is_folder(entry: &DirEntry) -> Result<bool> {
    Ok(entry.file_type().map_err(at(&entry.path()))?.is_dir())
}

fn is_file(entry: &DirEntry) -> Result<bool> {
    Ok(entry.file_type().map_err(at(&entry.path()))?.is_file())
}
