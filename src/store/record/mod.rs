//! The record of approvals: `baselines/` with its objects and its chains of lines, in plain files.

mod chain;
mod disk;
mod object;
mod verify;
mod walk;

#[cfg(test)]
mod tests;

pub(super) use chain::{Chain, Known, Line, Scan};
pub(super) use verify::Entered;
pub(super) use walk::ChainFile;

use super::{Damage, Result, StoreError};
use crate::model::{Digest, OrganisationId, TargetId};
use jiff::Timestamp;
use std::path::{Path, PathBuf};

/// Largest body that is kept, in bytes; nothing larger is unpacked either.
pub(super) const MAX_BODY: usize = 256 << 20;

/// The folder `baselines/`.
#[derive(Debug)]
pub(super) struct Record {
    root: PathBuf,
}

impl Record {
    /// Opens the folder, and makes it where there is none.
    pub(super) fn open(root: PathBuf) -> Result<Self> {
        disk::make_folder(&root.join(object::FOLDER))?;
        Ok(Self { root })
    }

    /// Keeps a body as an object, durably; `digest` is that of `body`.
    pub(super) fn put_object(&self, digest: Digest, body: &[u8]) -> Result<()> {
        object::put(&self.root, digest, body)
    }

    /// Whether there is an object of this digest; it is not read.
    pub(super) fn has_object(&self, digest: Digest) -> bool {
        object::path(&self.root, digest).is_file()
    }

    /// The body of an object, checked against its digest; none when there is no such object.
    pub(super) fn object(&self, digest: Digest) -> Result<Option<Vec<u8>>> {
        object::get(&self.root, digest)
    }

    /// All chains by their files, without reading these.
    pub(super) fn chains(&self) -> Result<Vec<ChainFile>> {
        Ok(walk::walk(&self.root, false)?.chains)
    }

    /// Locks a chain for writing, makes its file where there is none, and reads it.
    pub(super) fn lock(&self, organisation: &OrganisationId, target: &TargetId) -> Result<Chain> {
        Chain::lock(&self.root, organisation, target)
    }

    /// Reads a chain under a shared lock: no line is being written meanwhile. `then` still runs under the lock.
    pub(super) fn read_chain<T>(&self, file: &ChainFile, then: impl FnOnce(&Scan) -> Result<T>) -> Result<T> {
        chain::read(file, then)
    }

    /// Everything that does not verify. `known` gives what the database knows of a chain; it is asked under its lock.
    pub(super) fn verify(
        &self,
        entered: &Entered,
        known: impl Fn(&OrganisationId, &TargetId) -> Result<Known>,
    ) -> Result<Vec<Damage>> {
        verify::verify(&self.root, entered, known)
    }

    /// Removes drafts of objects that a process left behind when it died: those older than an hour.
    pub(super) fn sweep(&self, now: Timestamp) -> Result<u64> {
        object::sweep(&walk::walk(&self.root, false)?.drafts, now)
    }

    /// Where the file of a chain lies.
    pub(super) fn chain_path(&self, organisation: &OrganisationId, target: &TargetId) -> PathBuf {
        chain::path(&self.root, organisation, target)
    }
}

/// Turns an I/O error into one that names the file.
pub(super) fn at(path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
    let path = path.to_owned();
    move |error| StoreError::File { path, detail: error.to_string() }
}
