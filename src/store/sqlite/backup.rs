//! Copies of the database: made while the service runs, proven before they take its place.

use super::{Paths, connection, migrate};
use crate::model::words;
use crate::store::{ENDED, RUNNING, Result, STOPPED, StoreError};
use jiff::Timestamp;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Where the database that stood there before is kept; none when there was none.
    pub aside: Option<PathBuf>,
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
    let path = path.to_owned();
    move |error| StoreError::File { path, detail: error.to_string() }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

fn sync(path: &Path) -> Result<()> {
    File::open(path).and_then(|file| file.sync_all()).map_err(at(path))
}

fn sync_folder_of(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    sync(folder.unwrap_or(Path::new(".")))
}

/// Writes a consistent copy to a new file. One step takes all pages from one snapshot: in smaller steps it would begin
/// anew with every write of the service, which goes on meanwhile.
pub(super) fn backup(database: &Path, file: &Path) -> Result<()> {
    if file.exists() {
        let why = words!(
            "{file} exists; name a new file for the backup",
            "{file} はすでにあります。バックアップには新しいファイル名を指定してください",
            file = file.display()
        );
        return Err(StoreError::Refused(why));
    }
    let draft = beside(file, ".part");
    let made = copy(database, &draft).and_then(|()| fs::rename(&draft, file).map_err(at(file)));
    if made.is_err() {
        // The error that stopped the copy is what counts.
        let _ = fs::remove_file(&draft);
    }
    made.and_then(|()| sync_folder_of(file))
}

fn copy(database: &Path, draft: &Path) -> Result<()> {
    let source = connection::reading(database)?;
    // Somebody else's unfinished copy is never added to.
    File::create(draft).map_err(at(draft))?;
    let mut copy = Connection::open(draft)?;
    let step = Backup::new(&source, &mut copy)?.step(-1)?;
    if step != StepResult::Done {
        return Err(StoreError::Database("the database was locked all the while; try again".to_owned()));
    }
    // One file without a log beside it; checks in flight now are not in flight where it is restored.
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    copy.execute("UPDATE watch SET begun = NULL, owner = NULL, alone = NULL, again = 0 WHERE begun IS NOT NULL", [])?;
    // The service that runs now does not run, and was not killed, where it is restored.
    copy.execute("UPDATE note SET value = ?1 WHERE name = ?2 AND value = ?3", [STOPPED, ENDED, RUNNING])?;
    copy.close().map_err(|(_, error)| error)?;
    prove(draft)?;
    sync(draft)
}

/// Proves that a file is a whole database of hinomi that this version can read.
fn prove(file: &Path) -> Result<()> {
    let refuse = |en: String, ja: String| {
        let file = file.display();
        StoreError::Refused(words!("{file}: {en}; nothing was changed", "{file}: {ja}。何も変えていません"))
    };
    let db = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|error| refuse(format!("cannot be opened ({error})"), format!("開けません（{error}）")))?;
    let version = migrate::admit(&db).map_err(|error| match error {
        StoreError::TooNew { .. } => error,
        other => refuse(
            format!("is no database of hinomi ({other})"),
            format!("hinomiのデータベースではありません（{}）", other.words().ja),
        ),
    })?;
    if version == 0 {
        return Err(refuse("is empty".to_owned(), "空です".to_owned()));
    }
    let checked: rusqlite::Result<String> = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0));
    match checked {
        Ok(found) if found == "ok" => Ok(()),
        Ok(found) => Err(refuse(format!("is damaged ({found})"), format!("壊れています（{found}）"))),
        Err(error) => Err(refuse(format!("is damaged ({error})"), format!("壊れています（{error}）"))),
    }
}

/// Puts a backup in the place of the database; the one that stood there is kept aside. The caller makes sure that no
/// process has the database open. Approvals that are newer than the backup come back from `baselines/` when the store is
/// opened.
///
/// # Errors
/// [`StoreError::Refused`] and [`StoreError::TooNew`] before anything was changed: the file is no whole database of this
/// hinomi. [`StoreError::File`] when files cannot be copied or renamed.
pub fn restore(file: &Path, paths: &Paths, now: Timestamp) -> Result<Restored> {
    let database = &paths.database;
    if !file.is_file() {
        return Err(StoreError::Refused(words!(
            "{file} is no file; name a backup",
            "{file} はファイルではありません。バックアップを指定してください",
            file = file.display()
        )));
    }
    if let Some(folder) = database.parent() {
        fs::create_dir_all(folder).map_err(at(folder))?;
    }
    let draft = beside(database, ".restoring");
    let taken = take(file, &draft).and_then(|()| prove(&draft)).and_then(|()| sync(&draft));
    let swapped = taken.and_then(|()| swap(&draft, database, now));
    if swapped.is_err() {
        for end in LOGS.into_iter().chain([""]) {
            // The error that stopped the restore is what counts.
            let _ = fs::remove_file(beside(&draft, end));
        }
    }
    swapped
}

/// What SQLite keeps beside a database that is, or was, open.
const LOGS: [&str; 2] = ["-wal", "-shm"];

/// Copies a backup, or a database that was kept aside with its log, into one file without a log.
fn take(file: &Path, draft: &Path) -> Result<()> {
    fs::copy(file, draft).map_err(at(draft))?;
    let log = beside(file, "-wal");
    if log.exists() {
        let copy = beside(draft, "-wal");
        fs::copy(&log, &copy).map_err(at(&copy))?;
    }
    let alone = Connection::open(draft).and_then(|db| {
        db.pragma_update(None, "journal_mode", "DELETE")?;
        db.close().map_err(|(_, error)| error)
    });
    let refuse = |error| {
        StoreError::Refused(words!(
            "{file}: is no database ({error}); nothing was changed",
            "{file}: データベースではありません（{error}）。何も変えていません",
            file = file.display()
        ))
    };
    alone.map_err(refuse)
}

fn swap(draft: &Path, database: &Path, now: Timestamp) -> Result<Restored> {
    let aside = beside(database, &format!(".before-{}", now.as_millisecond()));
    let stood = database.exists();
    if let Some(old) = stood.then(|| Connection::open(database).ok()).flatten() {
        // The old one may be damaged, which is why it is replaced: then its log goes aside with it.
        let _ = old.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    for end in [""].into_iter().chain(LOGS) {
        let (from, to) = (beside(database, end), beside(&aside, end));
        if from.exists() {
            fs::rename(&from, &to).map_err(at(&from))?;
        }
    }
    fs::rename(draft, database).map_err(at(database))?;
    sync_folder_of(database)?;
    Ok(Restored { aside: stood.then_some(aside) })
}
