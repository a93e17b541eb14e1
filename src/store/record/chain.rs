//! Chains: one file a target, one line an approval, each line holding its number and the hash of the line before it.

use super::{ChainFile, at, disk};
use crate::model::words;
use crate::model::{Approval, Digest, OrganisationId, TargetId, Words};
use crate::store::{Damage, Result, StoreError};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// End of a chain's file name.
pub(super) const EXTENSION: &str = ".jsonl";

/// Between target and time in the name of a torn line that was set aside.
pub(super) const TORN: &str = ".torn-";

/// Longest line in bytes: a captured head with all its headers fits.
const MAX_LINE: usize = 4 << 20;

/// Largest chain file in bytes.
const MAX_FILE: usize = 1 << 30;

/// How long another process may hold the lock.
const PATIENCE: Duration = Duration::from_secs(20);

/// A line as it stands in the file.
#[derive(Debug, Serialize, Deserialize)]
struct Written<A> {
    /// From 1.
    number: u64,
    /// SHA-256 of the line before, without its line end; none for the first.
    previous: Option<Digest>,
    approval: A,
}

/// A line that was read.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::store) struct Line {
    /// From 1.
    pub(in crate::store) number: u64,
    /// SHA-256 of the line, without its line end.
    pub(in crate::store) hash: Digest,
    /// What it says.
    pub(in crate::store) approval: Approval,
    previous: Option<Digest>,
}

/// What the database knows of a chain: the hash of each line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::store) struct Known {
    /// By number, from 1.
    pub(in crate::store) hashes: Vec<Digest>,
}

/// A chain's file taken apart.
#[derive(Debug, Default)]
pub(in crate::store) struct Scan {
    /// Whole lines with their hashes; `Err` says why one cannot be read.
    pub(in crate::store) lines: Vec<(Digest, std::result::Result<Line, String>)>,
    /// What stands behind the last line end.
    torn: Vec<u8>,
    /// Length of the whole lines in bytes.
    whole: u64,
}

/// Where the file of a chain lies.
pub(super) fn path(root: &Path, organisation: &OrganisationId, target: &TargetId) -> PathBuf {
    root.join(organisation.as_str()).join(format!("{target}{EXTENSION}"))
}

fn scan(bytes: &[u8]) -> Scan {
    let whole = bytes.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
    let (lines, torn) = bytes.split_at(whole);
    let lines = lines.split_inclusive(|&b| b == b'\n').map(|line| read_line(line.strip_suffix(b"\n").unwrap_or(line)));
    Scan { lines: lines.collect(), torn: torn.to_owned(), whole: whole as u64 }
}

fn read_line(text: &[u8]) -> (Digest, std::result::Result<Line, String>) {
    let hash = Digest::of(text);
    let read = serde_json::from_slice::<Written<Approval>>(text).map_err(|error| error.to_string());
    (hash, read.map(|w| Line { number: w.number, hash, approval: w.approval, previous: w.previous }))
}

impl Scan {
    /// A torn last line, where there is one.
    pub(super) fn torn(&self) -> bool {
        !self.torn.is_empty()
    }

    /// Hash of the last whole line.
    pub(in crate::store) fn head(&self) -> Option<Digest> {
        self.lines.last().map(|(hash, _)| *hash)
    }

    /// Why line `index` (from 0) is not the next one of this chain.
    pub(super) fn fault(&self, index: usize, organisation: &OrganisationId, target: &TargetId) -> Option<Words> {
        let (_, read) = self.lines.get(index)?;
        let line = match read {
            Err(error) => {
                return Some(Words::new(
                    format!("the line cannot be read ({error}): it was changed"),
                    format!("この行は読めません({error})。書き換えられています"),
                ));
            }
            Ok(line) => line,
        };
        let expected = index as u64 + 1;
        if line.number != expected {
            return Some(Words::new(
                format!("number {} stands where {expected} belongs: a line was dropped, added or moved", line.number),
                format!("{expected} の位置に番号 {} があります。行が削除・追加・移動されています", line.number),
            ));
        }
        let before = index.checked_sub(1).and_then(|at| self.lines.get(at)).map(|(hash, _)| *hash);
        if line.previous != before {
            return Some(Words::new(
                "the hash of the line before does not fit: that line was changed",
                "前の行のハッシュが一致しません。前の行が書き換えられています",
            ));
        }
        (line.approval.target.id != *target || line.approval.target.organisation != *organisation).then(|| {
            Words::new(
                format!("the line is about {}: it belongs to another file", line.approval.target.id),
                format!("{} に関する行であり、別のファイルのものです", line.approval.target.id),
            )
        })
    }
}

/// Reads a chain under a shared lock; `then` runs under it too.
pub(super) fn read<T>(file: &ChainFile, then: impl FnOnce(&Scan) -> Result<T>) -> Result<T> {
    let opened = disk::open(&file.path, OpenOptions::new().read(true))?;
    let Some(opened) = opened else { return then(&Scan::default()) };
    wait_for(&file.path, || opened.try_lock_shared())?;
    let bytes = disk::read_limited(&opened, MAX_FILE).map_err(at(&file.path))?;
    then(&scan(&bytes))
}

fn wait_for(path: &Path, try_lock: impl Fn() -> std::result::Result<(), TryLockError>) -> Result<()> {
    let started = Instant::now();
    loop {
        match try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(at(path)(error)),
            Err(TryLockError::WouldBlock) if started.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(TryLockError::WouldBlock) => {
                let text = words!(
                    "{path} is locked by another process; end that one, then try again",
                    "{path} はほかのプロセスが使用中です。それを終わらせてからやり直してください",
                    path = path.display()
                );
                return Err(StoreError::Refused(text));
            }
        }
    }
}

/// A chain locked for writing. The lock ends with the value.
#[derive(Debug)]
pub(in crate::store) struct Chain {
    organisation: OrganisationId,
    target: TargetId,
    path: PathBuf,
    file: File,
    scan: Scan,
}

impl Chain {
    pub(super) fn lock(root: &Path, organisation: &OrganisationId, target: &TargetId) -> Result<Self> {
        let path = path(root, organisation, target);
        let folder = path.parent().unwrap_or(root);
        if !disk::is_real_folder(folder)? {
            disk::make_folder(folder)?;
        }
        let mut options = OpenOptions::new();
        options.read(true).append(true);
        let file = match disk::open(&path, &options)? {
            Some(file) => file,
            None => {
                // Two processes may come here at once: both get the same file.
                let made = options.clone().create(true).open(&path).map_err(at(&path))?;
                drop(made);
                disk::sync_folder(folder)?;
                let file = disk::open(&path, &options)?;
                file.ok_or_else(|| {
                    StoreError::Damaged(words!(
                        "{path} vanished; look who removes it",
                        "{path} が消えました。何が消しているのかを調べてください",
                        path = path.display()
                    ))
                })?
            }
        };
        wait_for(&path, || file.try_lock())?;
        let bytes = disk::read_limited(&file, MAX_FILE).map_err(at(&path))?;
        Ok(Self { organisation: organisation.clone(), target: target.clone(), path, file, scan: scan(&bytes) })
    }

    /// Length of the file in bytes, its whole lines only.
    pub(in crate::store) fn length(&self) -> u64 {
        self.scan.whole
    }

    /// Repairs a torn last line: one that the database knows only lacks its line end; any other was never promised to
    /// anybody and is set aside in a file of its own.
    pub(in crate::store) fn mend(&mut self, known: &Known, now: Timestamp) -> Result<Option<Damage>> {
        if !self.scan.torn() {
            return Ok(None);
        }
        let line = self.scan.lines.len() as u64 + 1;
        let promised = known.hashes.get(self.scan.lines.len()) == Some(&Digest::of(&self.scan.torn));
        let what = if promised {
            self.write(b"\n")?;
            Words::new("the line end was missing and was added", "行末の改行が欠けていたため補いました")
        } else {
            let aside = self.set_aside(now)?;
            Words::new(
                format!("a torn line (the process or the power died while it was written) was set aside in {aside}"),
                format!("書き込み途中で途切れた行を {aside} に退避しました(停電やプロセス停止によるものです)"),
            )
        };
        self.read_again()?;
        Ok(Some(Damage { path: self.path.clone(), line: Some(line), what }))
    }

    fn set_aside(&self, now: Timestamp) -> Result<String> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let time = now.as_millisecond().unsigned_abs();
        let mut names = (time..time + 100).map(|time| format!("{}{TORN}{time}", self.target));
        let name = names.find(|name| !folder.join(name).exists()).unwrap_or_default();
        let aside = folder.join(&name);
        let mut file = OpenOptions::new().write(true).create_new(true).open(&aside).map_err(at(&aside))?;
        file.write_all(&self.scan.torn).and_then(|()| file.sync_all()).map_err(at(&aside))?;
        disk::sync_folder(folder)?;
        self.file.set_len(self.scan.whole).and_then(|()| self.file.sync_all()).map_err(at(&self.path))?;
        Ok(name)
    }

    fn read_again(&mut self) -> Result<()> {
        let bytes = self.file.rewind().and_then(|()| disk::read_limited(&self.file, MAX_FILE));
        self.scan = scan(&bytes.map_err(at(&self.path))?);
        Ok(())
    }

    /// The lines that the database does not know yet, as far as they chain; and what is wrong with the rest.
    pub(in crate::store) fn news(&self, known: &Known) -> (Vec<&Line>, Option<Damage>) {
        let damage = |line: usize, what| Some(Damage { path: self.path.clone(), line: Some(line as u64), what });
        for (index, hash) in known.hashes.iter().enumerate() {
            match self.scan.lines.get(index) {
                Some((found, _)) if found == hash => {}
                Some(_) => return (Vec::new(), damage(index + 1, changed_words())),
                None => return (Vec::new(), damage(index + 1, cut_words(index, known.hashes.len()))),
            }
        }
        let mut news = Vec::new();
        for (index, (_, read)) in self.scan.lines.iter().enumerate().skip(known.hashes.len()) {
            if let Some(what) = self.scan.fault(index, &self.organisation, &self.target) {
                return (news, damage(index + 1, what));
            }
            news.extend(read.as_ref().ok());
        }
        (news, None)
    }

    /// Adds a line, durably. The chain must have been found sound.
    pub(in crate::store) fn append(&mut self, approval: &Approval) -> Result<Line> {
        let (number, previous) = (self.scan.lines.len() as u64 + 1, self.scan.head());
        let text = serde_json::to_string(&Written { number, previous, approval });
        let mut text = text.map_err(|error| {
            StoreError::Refused(words!("the approval cannot be written: {error}", "承認を書き込めません: {error}"))
        })?;
        if text.len() > MAX_LINE {
            let why = words!(
                "the line of this approval would have {length} bytes; {MAX_LINE} at most",
                "この承認の行は{length}バイトになります。最大{MAX_LINE}バイトです",
                length = text.len()
            );
            return Err(StoreError::Refused(why));
        }
        let hash = Digest::of(&text);
        text.push('\n');
        self.write(text.as_bytes())?;
        self.scan.whole += text.len() as u64;
        let line = Line { number, hash, approval: approval.clone(), previous };
        self.scan.lines.push((hash, Ok(line.clone())));
        Ok(line)
    }

    /// Writes at the end of the file; what was written half is taken back.
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let before = self.file.metadata().map_err(at(&self.path))?.len();
        let written = self.file.write_all(bytes).and_then(|()| self.file.sync_all());
        if written.is_err() {
            // If this fails too, a torn line stays, and is mended when the record is opened again.
            let _ = self.file.set_len(before).and_then(|()| self.file.sync_all());
        }
        written.map_err(at(&self.path))
    }
}

/// What is said of a line that the database knows otherwise.
pub(super) fn changed_words() -> Words {
    Words::new(
        "the line is not the one that was entered: the file was changed or rewritten",
        "登録時の行と異なります。ファイルが書き換えられています",
    )
}

/// What is said of a chain that ends too early.
pub(super) fn cut_words(found: usize, known: usize) -> Words {
    Words::new(
        format!("the file ends after {found} lines, {known} were entered: its tail was cut off"),
        format!("{known} 行が登録されましたが {found} 行しかありません。末尾が切り取られています"),
    )
}
