//! Files and folders that a person names on the command line.

use crate::app::fault::{OrFault as _, fault};
use crate::model::Words;
use crate::model::words;
use anyhow::Result;
use std::ffi::OsStr;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Largest file that is read, in bytes.
pub(super) const MAX_FILE: u64 = 64 * 1024 * 1024;

/// Extensions taken when a folder is walked.
const EXTENSIONS: [&str; 6] = ["html", "htm", "xhtml", "js", "mjs", "svg"];

/// The files to look at: a file as it is named, a folder walked in order. Links to folders are not followed.
///
/// # Errors
/// When the path cannot be read, or a folder holds nothing to look at.
pub fn files(path: &Path) -> Result<Vec<PathBuf>> {
    let meta = fs::metadata(path).or_fault(|| unreadable(path))?;
    if !meta.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut found = Vec::new();
    let mut folders = vec![path.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for (entry, is_folder) in entries(&folder)? {
            if is_folder {
                folders.push(entry);
            } else if is_taken(&entry) {
                found.push(entry);
            }
        }
    }
    if found.is_empty() {
        return Err(fault(words!(
            "{path}: the folder holds no .{kinds} file",
            "{path}: フォルダーに .{kinds} のファイルがありません",
            path = path.display(),
            kinds = EXTENSIONS.join(" .")
        )));
    }
    found.sort();
    Ok(found)
}

/// A folder's entries in order, each with whether it is a folder.
///
/// # Errors
/// When the folder cannot be read.
pub(super) fn entries(folder: &Path) -> Result<Vec<(PathBuf, bool)>> {
    let unreadable = || unreadable(folder);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).or_fault(unreadable)? {
        let entry = entry.or_fault(unreadable)?;
        let kind = entry.file_type().or_fault(unreadable)?;
        found.push((entry.path(), kind.is_dir()));
    }
    found.sort();
    Ok(found)
}

fn unreadable(path: &Path) -> Words {
    words!("{path}: cannot be read", "{path}: 読めません", path = path.display())
}

fn is_taken(path: &Path) -> bool {
    let extension = path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
}

/// A file's bytes.
///
/// # Errors
/// When it cannot be read, or is larger than [`MAX_FILE`].
pub fn bytes(path: &Path) -> Result<Vec<u8>> {
    let file = fs::File::open(path)
        .or_fault(|| words!("{path}: cannot be opened", "{path}: 開けません", path = path.display()))?;
    bounded(file, &path.display().to_string())
}

/// Everything that standard input holds.
///
/// # Errors
/// When it cannot be read, or is larger than [`MAX_FILE`].
pub fn standard_input() -> Result<Vec<u8>> {
    bounded(std::io::stdin().lock(), "standard input")
}

fn bounded(source: impl std::io::Read, name: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MAX_FILE + 1).read_to_end(&mut bytes).or_fault(|| unreadable(name.as_ref()))?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(fault(words!(
            "{name}: larger than {most} MB, the most that is looked at; cut out the part in question",
            "{name}: 調べられる上限の{most} MBを超えています。必要な部分だけを切り出してください",
            most = MAX_FILE >> 20
        )));
    }
    Ok(bytes)
}
