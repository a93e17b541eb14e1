//! Reads a changed `targets.toml` again, or refuses it whole and keeps the old one.

use crate::app::in_both;
use crate::app::office::{EMPTY, FileMark, Office, Places, mark_of, registry};
use crate::model::words;
use crate::model::{Language, Receiver, Words};
use crate::monitor::{World, notices};
use crate::store::{Sqlite, Store as _, StoreError};
use anyhow::Result;
use jiff::Timestamp;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Time between two looks at the file.
const EVERY: Duration = Duration::from_secs(2);

/// Watches `targets.toml`.
pub(super) struct Reload {
    store: Arc<Sqlite>,
    world: Arc<World>,
    operators: Vec<Receiver>,
    config: PathBuf,
    targets: PathBuf,
    language: Language,
    seen: Option<FileMark>,
    last: Option<FileMark>,
}

impl Reload {
    pub(super) fn new(office: &Office, places: &Places, world: Arc<World>) -> Self {
        Self {
            store: Arc::clone(&office.store),
            world,
            operators: office.operators(),
            config: places.config.to_path_buf(),
            targets: places.targets.to_path_buf(),
            language: places.language,
            // Of the version that is in force: one that came while the service started is read.
            seen: office.read,
            last: None,
        }
    }

    pub(super) async fn run(mut self, mut stop: watch::Receiver<bool>) -> Result<()> {
        while !*stop.borrow() {
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                _ = stop.changed() => {}
            }
            let mark = mark_of(&self.targets);
            // A file that is just being written is left alone until it has been the same for two looks.
            let settled = mark == std::mem::replace(&mut self.last, mark);
            if settled && mark.is_some() && mark != self.seen {
                self.seen = mark;
                self.read_again().await?;
            }
        }
        Ok(())
    }

    async fn read_again(&self) -> Result<()> {
        let places = Places { config: &self.config, targets: &self.targets, language: self.language };
        match registry(&places) {
            Ok(registry) => match self.store.put_registry(registry.clone(), Timestamp::now()).await {
                Ok(()) => {
                    tracing::info!(targets = registry.targets.len(), "the registry was read again");
                    self.world.set_registry(registry);
                    Ok(())
                }
                Err(StoreError::EmptyRegistry { .. }) => self.tell_refusal(&EMPTY.into()).await,
                Err(error) => Err(error.into()),
            },
            Err(error) => self.tell_refusal(&in_both(&error)).await,
        }
    }

    async fn tell_refusal(&self, why: &Words) -> Result<()> {
        let words = refusal(why);
        tracing::error!("{}", words.en);
        let notices = notices(&self.operators, REFUSED, &words, false, Timestamp::now());
        Ok(self.store.put_notices(notices).await?)
    }
}

/// The kind of trouble of a `targets.toml` that cannot be used.
pub(super) const REFUSED: &str = "registry-refused";

/// What it means that it is refused.
pub(super) fn refusal(why: &Words) -> Words {
    let Words { en, ja } = why;
    words!(
        "targets.toml is refused as a whole; the old registry stays in force. Mend it:\n{en}",
        "targets.toml に誤りがあるため、全体を拒否し、以前の登録内容で監視を続けています。修正してください:\n{ja}"
    )
}
