//! Files that are really there: opened without following symbolic links, written so that they survive the power's loss.

use super::at;
use crate::model::words;
use crate::store::{Result, StoreError};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Makes a folder, and those above it, durably.
pub(super) fn make_folder(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(above) = path.parent().filter(|above| !above.as_os_str().is_empty()) {
        make_folder(above)?;
    }
    match fs::create_dir(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => {}
        made => made.map_err(at(path))?,
    }
    path.parent().map_or(Ok(()), sync_folder)
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(path: &Path) -> Result<()> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    File::open(path).and_then(|folder| folder.sync_all()).map_err(at(path))
}

/// Refuses a folder inside the record that is a symbolic link or no folder; `false` when there is none.
pub(super) fn is_real_folder(path: &Path) -> Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => Ok(true),
        Ok(_) => Err(odd(path)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(at(path)(error)),
    }
}

/// Opens a file inside the record when it is a regular one; none when there is none. A symbolic link is refused, and so
/// is one that is put there between the look and the opening.
pub(super) fn open(path: &Path, options: &OpenOptions) -> Result<Option<File>> {
    let seen = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        seen => seen.map_err(at(path))?,
    };
    if !seen.is_file() {
        return Err(odd(path));
    }
    let file = options.open(path).map_err(at(path))?;
    let opened = file.metadata().map_err(at(path))?;
    if (seen.dev(), seen.ino()) != (opened.dev(), opened.ino()) {
        return Err(odd(path));
    }
    Ok(Some(file))
}

fn odd(path: &Path) -> StoreError {
    StoreError::Damaged(words!(
        "{path} is no regular file or folder (a link?), and is not followed; put the real one there",
        "{path} は通常のファイルやフォルダーではない（リンク？）ため、たどりません。本物を置いてください",
        path = path.display()
    ))
}

/// Reads at most `limit` bytes; an error when there are more.
pub(super) fn read_limited(source: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        return Err(io::Error::new(ErrorKind::FileTooLarge, format!("more than {limit} bytes")));
    }
    Ok(bytes)
}
