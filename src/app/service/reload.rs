//! Reads a changed `targets.toml` again, or refuses it whole and keeps the old one.

use crate::app::office::{Office, Places, registry};
use crate::model::{Event, Language, Notice, Receiver, Words};
use crate::monitor::World;
use crate::store::{Sqlite, Store as _};
use anyhow::Result;
use jiff::Timestamp;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::watch;
use uuid::Uuid;

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
    seen: Option<Mark>,
    last: Option<Mark>,
}

/// What tells one version of the file from another without reading it.
type Mark = (SystemTime, u64);

impl Reload {
    pub(super) fn new(office: &Office, places: &Places, world: Arc<World>) -> Self {
        let mut reload = Self {
            store: Arc::clone(&office.store),
            world,
            operators: office.operators(),
            config: places.config.to_path_buf(),
            targets: places.targets.to_path_buf(),
            language: places.language,
            seen: None,
            last: None,
        };
        reload.seen = reload.mark();
        reload
    }

    fn mark(&self) -> Option<Mark> {
        let meta = std::fs::metadata(&self.targets).ok()?;
        Some((meta.modified().ok()?, meta.len()))
    }

    pub(super) async fn run(mut self, mut stop: watch::Receiver<bool>) -> Result<()> {
        while !*stop.borrow() {
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                _ = stop.changed() => {}
            }
            let mark = self.mark();
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
            Ok(registry) if registry.targets.is_empty() && !self.world.registry().targets.is_empty() => {
                tracing::error!("the changed registry holds no target at all; the old one stays");
                self.tell_refusal("it holds no target at all / 監視対象が1件もありません").await?;
            }
            Ok(registry) => {
                tracing::info!(targets = registry.targets.len(), "the registry was read again");
                self.store.put_registry(registry.clone(), Timestamp::now()).await?;
                self.world.set_registry(registry);
            }
            Err(error) => {
                tracing::error!("the changed registry is refused, the old one stays: {error:#}");
                self.tell_refusal(&format!("{error:#}")).await?;
            }
        }
        Ok(())
    }

    async fn tell_refusal(&self, why: &str) -> Result<()> {
        let words = Words::new(
            format!("The changed targets.toml is refused as a whole; the old registry stays in force. Mend it:\n{why}"),
            format!(
                "変更された targets.toml に誤りがあるため、全体を拒否し、以前の登録内容で監視を続けています。修正してください:\n{why}"
            ),
        );
        let event = Event::Operations { trouble: "registry-refused".to_owned(), words, over: false };
        let at = Timestamp::now();
        let notice = |receiver: &Receiver| Notice {
            id: Uuid::now_v7(),
            receiver: receiver.clone(),
            event: event.clone(),
            at,
            not_before: at,
        };
        Ok(self.store.put_notices(self.operators.iter().map(notice).collect()).await?)
    }
}
