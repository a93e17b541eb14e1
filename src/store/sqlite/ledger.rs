//! Record and database together: objects first, then the line, then the database; and what a crash in between leaves.

use super::{approval, repair};
use crate::model::words;
use crate::model::{Approval, ApprovalAction, ChainHead, Digest, OrganisationId, TargetId, Words, kept_bytes};
use crate::store::record::{Chain, Known, Line, Record};
use crate::store::{Damage, Result, StoreError};
use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior};
use std::collections::BTreeSet;

/// What is entered into the database in one transaction.
pub(super) struct Entry {
    lines: Vec<Line>,
    /// Length of the chain's file with these lines; 0 when it holds more that does not verify, so that it is looked at
    /// again at every start.
    length: u64,
    repairs: Vec<Damage>,
    at: Timestamp,
}

impl Entry {
    fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.repairs.is_empty()
    }
}

/// Enters lines, and each repair, of which the operators are told.
pub(super) fn enter(db: &Connection, entry: &Entry) -> Result<()> {
    for line in &entry.lines {
        approval::enter(db, line, entry.length)?;
    }
    for repair in &entry.repairs {
        repair::put(db, repair, entry.at)?;
    }
    Ok(())
}

/// The record, and the two ways to the database: at the opening on the connection itself, later through readers and writer.
pub(super) struct Books<'a> {
    pub(super) record: &'a Record,
    pub(super) known: &'a dyn Fn(&OrganisationId, &TargetId) -> Result<Known>,
    pub(super) enter: &'a dyn Fn(Entry) -> Result<()>,
}

impl Books<'_> {
    /// Locks a chain and makes the database know all its lines: a torn line is mended, lines that a crash kept from the
    /// database are taken in. Gives what was done, and what does not verify.
    fn catch_up(
        &self,
        organisation: &OrganisationId,
        target: &TargetId,
        at: Timestamp,
    ) -> Result<(Chain, Vec<Damage>, Option<Damage>)> {
        let mut chain = self.record.lock(organisation, target)?;
        let known = (self.known)(organisation, target)?;
        let mut repairs: Vec<Damage> = chain.mend(&known, at)?.into_iter().collect();
        let (lines, damage) = chain.news(&known);
        let lines: Vec<Line> = lines.into_iter().cloned().collect();
        if let (Some(first), Some(last)) = (lines.first(), lines.last()) {
            let path = self.record.chain_path(organisation, target);
            repairs.push(Damage { path, line: Some(first.number), what: taken_in(first.number, last.number) });
        }
        let length = if damage.is_some() { 0 } else { chain.length() };
        let entry = Entry { lines, length, repairs: repairs.clone(), at };
        if !entry.is_empty() {
            (self.enter)(entry)?;
        }
        Ok((chain, repairs, damage))
    }

    /// Enters an approval or retirement whose object is kept already.
    fn add(&self, approval: &Approval, admit: impl FnOnce() -> Result<()>) -> Result<()> {
        let target = &approval.target;
        let (mut chain, _, damage) = self.catch_up(&target.organisation, &target.id, approval.at)?;
        if let Some(damage) = damage {
            let line = damage.line.map_or_else(String::new, |line| format!(":{line}"));
            let Words { en, ja } = damage.what;
            return Err(StoreError::Damaged(words!(
                "nothing is added to a record that does not verify: {path}{line}: {en}; run `hinomi baseline verify`, then \
                 restore the file from a copy",
                "検証できない記録には何も書き加えません: {path}{line}: {ja}。`hinomi baseline verify` で調べ、ファイルを写しから\
                 戻してください",
                path = damage.path.display()
            )));
        }
        admit()?;
        let line = chain.append(approval)?;
        let entry = Entry { lines: vec![line], length: chain.length(), repairs: Vec::new(), at: approval.at };
        // The lock is held until the database knows the line, so that nobody sees one without the other.
        (self.enter)(entry)
    }

    /// Looks at every chain whose file has another length than the database remembers.
    pub(super) fn settle(&self, lengths: &Lengths, at: Timestamp) -> Result<Vec<Damage>> {
        let (mut told, mut there) = (Vec::new(), BTreeSet::new());
        for file in self.record.chains()? {
            let key = (file.organisation, file.target);
            if lengths.get(&key).copied().unwrap_or_default() != file.length {
                match self.catch_up(&key.0, &key.1, at) {
                    Ok((_, repairs, damage)) => told.extend(repairs.into_iter().chain(damage)),
                    Err(error @ (StoreError::Database(_) | StoreError::WriterGone(_))) => return Err(error),
                    Err(error) => told.push(unusable(file.path, &error)),
                }
            }
            there.insert(key);
        }
        let gone = lengths.keys().filter(|key| !there.contains(key));
        told.extend(gone.map(|(organisation, target)| missing(self.record, organisation, target)));
        Ok(told)
    }
}

/// Length of each chain's file as the database remembers it.
type Lengths = std::collections::HashMap<(OrganisationId, TargetId), u64>;

fn taken_in(first: u64, last: u64) -> Words {
    Words::new(
        format!("lines {first} to {last} were not in the database (a crash, or an older backup) and were taken in"),
        format!("{first}～{last} 行目がデータベースになかったため取り込みました(異常終了、または古いバックアップ)"),
    )
}

fn unusable(path: std::path::PathBuf, error: &StoreError) -> Damage {
    let what = Words::new(format!("it cannot be used: {error}"), format!("使用できません: {error}"));
    Damage { path, line: None, what }
}

fn missing(record: &Record, organisation: &OrganisationId, target: &TargetId) -> Damage {
    let what = Words::new(
        "the file is missing, the database knows its lines; restore it from a copy",
        "ファイルがありません(データベースには登録があります)。複製から復元してください",
    );
    Damage { path: record.chain_path(organisation, target), line: None, what }
}

/// At the opening: takes in what a crash kept from the database.
///
/// The files hold all of it, so these commits need not wait for the disk one by one; should the power fail, the next
/// opening does it again.
pub(super) fn settle_at_opening(db: &Connection, record: &Record, now: Timestamp) -> Result<Vec<Damage>> {
    db.pragma_update(None, "synchronous", "NORMAL")?;
    let known = |organisation: &OrganisationId, target: &TargetId| approval::known(db, organisation, target);
    let write = |entry: Entry| {
        let transaction = rusqlite::Transaction::new_unchecked(db, TransactionBehavior::Immediate)?;
        enter(&transaction, &entry)?;
        Ok(transaction.commit()?)
    };
    let told = Books { record, known: &known, enter: &write }.settle(&approval::lengths(db)?, now);
    db.pragma_update(None, "synchronous", "FULL")?;
    told
}

impl super::Shared {
    fn with_books<T>(&self, work: impl FnOnce(&Books<'_>) -> T) -> T {
        let known = |organisation: &OrganisationId, target: &TargetId| {
            self.readers.read(|db| approval::known(db, organisation, target))
        };
        let write = |entry: Entry| self.writer.run_blocking(move |db| enter(db, &entry));
        work(&Books { record: &self.record, known: &known, enter: &write })
    }

    /// Enters an approval or retirement.
    pub(super) fn approve(&self, approval: &Approval, body: Option<Vec<u8>>) -> Result<()> {
        if approval.action == ApprovalAction::Approve {
            self.keep_object(approval.snapshot.bytes, body)?;
            for digest in kept_bytes(&approval.snapshot.resources) {
                self.keep_object(digest, None)?;
            }
        }
        self.with_books(|books| books.add(approval, || self.admit(approval)))
    }

    fn keep_object(&self, digest: Digest, body: Option<Vec<u8>>) -> Result<()> {
        let body = match body {
            Some(body) => Some(body),
            None => self.body(digest)?,
        };
        let Some(body) = body else {
            let why = words!(
                "the body {digest} is no longer there; check the target again and approve what it shows",
                "本文 {digest} はもう残っていません。もう一度検査し、そのときの状態を承認してください"
            );
            return Err(StoreError::Refused(why));
        };
        if Digest::of(&body) != digest {
            let why = words!(
                "the body does not have the digest {digest} that is to be approved; check the target again",
                "本文のダイジェストが承認しようとする {digest} と違います。もう一度検査してください"
            );
            return Err(StoreError::Refused(why));
        }
        self.record.put_object(digest, &body)
    }

    /// Refuses to retire what is not approved.
    fn admit(&self, approval: &Approval) -> Result<()> {
        let (target, persona, state) = (&approval.target.id, approval.persona, approval.snapshot.state);
        let retires = approval.action == ApprovalAction::Retire;
        if retires && !self.readers.read(|db| approval::is_approved(db, target, persona, state))? {
            let why = words!(
                "no approved state of {target} has the digest {state}; see `hinomi baseline show {target}`",
                "{target} の承認済みの状態に {state} はありません。`hinomi baseline show {target}` をご覧ください"
            );
            return Err(StoreError::Refused(why));
        }
        Ok(())
    }

    /// Everything in the record that does not verify.
    pub(super) fn verify(&self) -> Result<Vec<Damage>> {
        let entered = self.readers.read(approval::entered)?;
        self.record
            .verify(&entered, |organisation, target| self.readers.read(|db| approval::known(db, organisation, target)))
    }

    /// Heads of all chains that hold a line, from the files.
    pub(super) fn chain_heads(&self) -> Result<Vec<ChainHead>> {
        let mut heads = Vec::new();
        for file in self.record.chains()? {
            let head = self.record.read_chain(&file, |scan| Ok(scan.head().map(|hash| (scan.lines.len(), hash))))?;
            heads.extend(head.map(|(count, hash)| ChainHead {
                organisation: file.organisation.clone(),
                target: file.target.clone(),
                count: count as u64,
                hash,
            }));
        }
        Ok(heads)
    }

    /// Rebuilds registry and approvals from the record.
    pub(super) fn rebuild(&self, now: Timestamp) -> Result<u64> {
        if !self.readers.read(super::registry::read)?.targets.is_empty() {
            return Err(StoreError::Refused(words!(
                "the database holds a registry already; rebuild into a new, empty one (set `data.dir` to a new folder)",
                "データベースにはすでに登録簿があります。新しい空のデータベースに作り直してください（`data.dir` に新しい\
                 フォルダーを指定します）"
            )));
        }
        let lengths = self.readers.read(approval::lengths)?;
        self.with_books(|books| books.settle(&lengths, now))?;
        let (registry, lines) = self.readers.read(approval::registry)?;
        self.writer.run_blocking(move |db| super::registry::put(db, &registry, now))?;
        Ok(lines)
    }
}
