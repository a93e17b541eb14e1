//! Puts the analysts' signatures in force while the service runs: compiled anew when their folder has changed, the old ones
//! kept when the new ones are broken.

use crate::app::office::{FileMark, Office, mark_of};
use crate::app::signatures::in_force;
use crate::config::signature_paths;
use crate::model::{Receiver, Words};
use crate::monitor::{World, notices};
use crate::store::{Sqlite, Store as _};
use anyhow::Result;
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Time between two looks at the folder.
const EVERY: Duration = Duration::from_secs(2);
/// The kind of trouble of signatures that cannot be used.
const REFUSED: &str = "signatures-refused";

/// What tells one state of a folder from another without reading its files; empty where it cannot be read.
type FolderMark = Vec<(PathBuf, Option<FileMark>)>;

fn mark(folder: &Path) -> FolderMark {
    let paths = signature_paths(folder).unwrap_or_default();
    paths.into_iter().map(|path| (path.clone(), mark_of(&path))).collect()
}

/// Watches the folder of signatures.
pub(super) struct Watch {
    store: Arc<Sqlite>,
    world: Arc<World>,
    operators: Vec<Receiver>,
    office: (crate::config::Settings, crate::model::Language),
    seen: FolderMark,
    last: FolderMark,
}

impl Watch {
    /// Puts the signatures in force. Broken ones do not keep the service from its watch: it begins without any, and the
    /// operators are told.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn begin(office: &Office, world: Arc<World>) -> Result<Self> {
        let mut watch = Self {
            store: Arc::clone(&office.store),
            world,
            operators: office.operators(),
            office: (office.settings.clone(), office.language),
            seen: Vec::new(),
            last: Vec::new(),
        };
        if let Some(folder) = &watch.office.0.signatures {
            watch.seen = mark(folder);
            watch.read(true).await?;
        }
        Ok(watch)
    }

    pub(super) async fn run(mut self, mut stop: watch::Receiver<bool>) -> Result<()> {
        while !*stop.borrow() {
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                _ = stop.changed() => {}
            }
            let Some(folder) = &self.office.0.signatures else { continue };
            let mark = mark(folder);
            // Files that are just being written are left alone until they have been the same for two looks.
            let settled = mark == std::mem::replace(&mut self.last, mark.clone());
            if settled && mark != self.seen {
                self.seen = mark;
                self.read(false).await?;
            }
        }
        Ok(())
    }

    async fn read(&self, first: bool) -> Result<()> {
        let (settings, language) = self.office.clone();
        // Many rules take seconds; the loops that feed the watchdog must not wait for them.
        match tokio::task::spawn_blocking(move || in_force(&settings, language)).await? {
            Ok(signatures) => {
                tracing::info!(signatures = signatures.count(), "signatures are in force");
                self.world.set_signatures(signatures);
                Ok(())
            }
            Err(why) => self.tell_refusal(&refusal(&format!("{why:#}"), first)).await,
        }
    }

    async fn tell_refusal(&self, words: &Words) -> Result<()> {
        tracing::error!("{}", words.en);
        let notices = notices(&self.operators, REFUSED, words, false, Timestamp::now());
        Ok(self.store.put_notices(notices).await?)
    }
}

/// What it means that they are refused.
fn refusal(why: &str, first: bool) -> Words {
    let (en, ja) = match first {
        true => ("pages are watched WITHOUT signatures", "シグネチャなしで監視を続けています"),
        false => ("the old ones stay in force", "以前のシグネチャで監視を続けています"),
    };
    Words::new(
        format!("The signatures (check.signatures) are refused as a whole; {en}. Mend them:\n{why}"),
        format!("シグネチャ(check.signatures)に誤りがあるため、全体を拒否し、{ja}。修正してください:\n{why}"),
    )
}
