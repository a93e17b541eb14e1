//! Objects: bodies under their digest, compressed, written once and checked whenever they are read.

use super::{MAX_BODY, at, disk};
use crate::model::Digest;
use crate::model::words;
use crate::store::pack::{pack, unpack};
use crate::store::{Result, StoreError};
use jiff::Timestamp;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// The folder of the objects inside the record.
pub(super) const FOLDER: &str = "objects";

/// The folder inside it where objects are written before they get their name.
pub(super) const WORKSHOP: &str = ".tmp";

/// Where an object lies.
pub(super) fn path(root: &Path, digest: Digest) -> PathBuf {
    let hex = digest.to_string();
    let (shard, rest) = hex.split_at(2);
    root.join(FOLDER).join(shard).join(format!("{rest}.zst"))
}

/// Keeps a body. One that is there and sound is left alone; a damaged one is replaced.
pub(super) fn put(root: &Path, digest: Digest, body: &[u8]) -> Result<()> {
    if matches!(get(root, digest), Ok(Some(_))) {
        return Ok(());
    }
    let (workshop, place) = (root.join(FOLDER).join(WORKSHOP), path(root, digest));
    let shard = place.parent().unwrap_or(root);
    for folder in [&workshop, shard] {
        disk::make_folder(folder)?;
        disk::is_real_folder(folder)?;
    }
    let draft = workshop.join(Uuid::now_v7().to_string());
    let written = write_draft(&draft, &pack(body)?).and_then(|()| fs::rename(&draft, &place).map_err(at(&place)));
    if written.is_err() {
        // The error above is what counts; a draft that stays is swept away later.
        let _ = fs::remove_file(&draft);
    }
    written.and_then(|()| disk::sync_folder(shard))
}

fn write_draft(draft: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(draft).map_err(at(draft))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(at(draft))
}

/// The body of an object, checked; none when there is no such object.
pub(super) fn get(root: &Path, digest: Digest) -> Result<Option<Vec<u8>>> {
    let path = path(root, digest);
    let shard = path.parent().unwrap_or(root);
    if !disk::is_real_folder(&root.join(FOLDER))? || !disk::is_real_folder(shard)? {
        return Ok(None);
    }
    let Some(file) = disk::open(&path, OpenOptions::new().read(true))? else { return Ok(None) };
    let packed = disk::read_limited(file, MAX_BODY).map_err(at(&path))?;
    let damaged = |en: String, ja: String| {
        let path = path.display();
        StoreError::Damaged(words!("{path}: {en}; restore it from a copy", "{path}: {ja}。写しから戻してください"))
    };
    let body = unpack(&packed)
        .map_err(|error| damaged(format!("cannot be unpacked ({error})"), format!("展開できません（{error}）")))?;
    if Digest::of(&body) == digest {
        Ok(Some(body))
    } else {
        Err(damaged("its bytes were changed".to_owned(), "バイト列が変えられています".to_owned()))
    }
}

/// Removes drafts older than an hour: nobody writes them any more.
pub(super) fn sweep(drafts: &[PathBuf], now: Timestamp) -> Result<u64> {
    let mut removed = 0;
    for draft in drafts {
        let Ok(meta) = fs::symlink_metadata(draft) else { continue };
        let old = now.as_second().saturating_sub(meta.mtime()) > 3600;
        if meta.is_file() && old {
            fs::remove_file(draft).map_err(at(draft))?;
            removed += 1;
        }
    }
    Ok(removed)
}
