//! Settings, registry and store of one installation, opened for a command or for the service.

use super::{lock, wiring};
use crate::app::fault::{OrFault as _, fault, in_both};
use crate::config::{self, Mistakes, Settings};
use crate::detect;
use crate::model::words;
use crate::model::{Language, Receiver, Registry, StaticWords, Words};
use crate::monitor::{Pace, Postman, World};
use crate::store::{Paths, Sqlite, Store as _};
use anyhow::{Result, anyhow};
use jiff::Timestamp;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The files that a command was given.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    /// `hinomi.toml`; may be missing.
    pub config: &'a Path,
    /// `targets.toml`.
    pub targets: &'a Path,
    /// Language of error messages.
    pub language: Language,
}

/// One installation, opened.
pub struct Office {
    /// Its settings.
    pub settings: Settings,
    /// Its store, with the registry put in.
    pub store: Arc<Sqlite>,
    /// Its registry.
    pub registry: Registry,
    /// Language of error messages.
    pub(super) language: Language,
    /// What tells the version of `targets.toml` that was read from a later one; taken before it was read.
    pub(super) read: Option<FileMark>,
    /// Why `targets.toml` was refused, when the stored registry stays in force instead.
    pub(super) refused: Option<Words>,
}

/// What tells one version of a file from another without reading it.
pub(super) type FileMark = (SystemTime, u64);

/// The mark of a file as it stands.
pub(super) fn mark_of(file: &Path) -> Option<FileMark> {
    let meta = std::fs::metadata(file).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}

/// What is said of a registry without a single target.
pub(super) const EMPTY: StaticWords =
    StaticWords { en: "it holds no target at all", ja: "監視対象が1件もありません" };

/// Reads `hinomi.toml`.
///
/// # Errors
/// All mistakes in it, each with file, line, column, key and the way to mend it.
pub fn settings(places: &Places) -> Result<Settings> {
    let settings = config::load_settings(places.config, &|name| std::env::var(name).ok());
    let settings = settings.map_err(|all| told(&all, places))?;
    if let Some(path) = &settings.services {
        add_services(path)?;
    }
    Ok(settings)
}

/// Adds the operators' own services to those that are well known; read once, at the start.
fn add_services(path: &Path) -> Result<()> {
    let text = crate::app::bytes(path).and_then(|bytes| Ok(String::from_utf8(bytes)?));
    let text = text.or_fault(|| words!("{path}: check.services", "{path}: check.services", path = path.display()))?;
    detect::add_services(&text).map_err(|wrong| {
        let lines: Vec<String> = wrong.iter().map(|(line, why)| format!("{}:{line}: {why}", path.display())).collect();
        anyhow!("{}", lines.join("\n"))
    })
}

/// Reads `targets.toml`.
///
/// # Errors
/// All mistakes in it, each with file, line, column, key and the way to mend it.
pub fn registry(places: &Places) -> Result<Registry> {
    config::load_targets(places.targets, &crate::parse::check_mask).map_err(|all| told(&all, places))
}

fn told(mistakes: &Mistakes, places: &Places) -> anyhow::Error {
    anyhow!("{}", mistakes.render(places.language, false))
}

/// Refuses a folder in which nothing of an installation lies: a report on nothing would read as if all were well.
fn check_is_there(settings: &Settings, places: &Places) -> Result<()> {
    let Paths { database, baselines } = wiring::paths(settings);
    if [&database, &baselines].into_iter().any(|path| path.exists()) || places.targets.exists() {
        return Ok(());
    }
    let (targets, database) = (places.targets.display(), database.display());
    Err(fault(words!(
        "nothing is watched here: there is neither {targets} nor {database}; run this in the folder of your installation, or \
         begin one with `hinomi target add`",
        "ここには監視の設定もデータもありません（{targets} も {database} もありません）。設置したフォルダーで実行するか、\
         `hinomi target add` で始めてください"
    )))
}

impl Office {
    /// Opens settings, registry and store, and puts the registry into the store, unless a service runs on it.
    ///
    /// # Errors
    /// When one of them cannot be used; the text names file, line and key.
    pub async fn open(places: &Places<'_>) -> Result<Self> {
        let settings = settings(places)?;
        let read = mark_of(places.targets);
        let registry = registry(places)?;
        let Some(_held) = lock::beside(&settings)? else {
            // A service runs on this data: its registry is the one in force, and it reads its own file again.
            return Self::open_store(places).await;
        };
        let store = wiring::open_store(&settings)?;
        store.put_registry(registry.clone(), Timestamp::now()).await?;
        let language = places.language;
        Ok(Self { settings, store: Arc::new(store), registry, language, read, refused: None })
    }

    /// Opens everything for the service, which holds the lock already. A `targets.toml` that is wrong, missing or empty does
    /// not end the watch over what is stored: the stored registry stays in force.
    ///
    /// # Errors
    /// When one of them cannot be used, and nothing is stored; the text names file, line and key.
    pub(super) async fn open_locked(places: &Places<'_>, settings: Settings) -> Result<Self> {
        let store = wiring::open_store(&settings)?;
        let read = mark_of(places.targets);
        let stored = store.registry().await?;
        let (registry, refused) = match registry(places) {
            Ok(registry) if registry.targets.is_empty() && !stored.targets.is_empty() => (stored, Some(EMPTY.into())),
            Ok(registry) => (registry, None),
            Err(error) if stored.targets.is_empty() => return Err(error),
            Err(error) => (stored, Some(in_both(&error))),
        };
        if refused.is_none() {
            store.put_registry(registry.clone(), Timestamp::now()).await?;
        }
        let language = places.language;
        Ok(Self { settings, store: Arc::new(store), registry, language, read, refused })
    }

    /// Opens settings and store as they are, without looking at `targets.toml`.
    ///
    /// # Errors
    /// When one of them cannot be used.
    pub async fn open_store(places: &Places<'_>) -> Result<Self> {
        let settings = settings(places)?;
        check_is_there(&settings, places)?;
        let store = wiring::open_store(&settings)?;
        let registry = store.registry().await?;
        let language = places.language;
        Ok(Self { settings, store: Arc::new(store), registry, language, read: None, refused: None })
    }

    /// Rebuilds registry and approvals of an empty database from the record, and writes `targets.toml` where there is none,
    /// so that the installation runs at once. Returns the lines read, and whether the file was written.
    ///
    /// # Errors
    /// When the database holds a registry, or a file cannot be read or written.
    pub async fn rebuild(&self, places: &Places<'_>) -> Result<(u64, bool)> {
        let lines = self.store.rebuild(Timestamp::now()).await?;
        let registry = self.store.registry().await?;
        if places.targets.exists() || registry.targets.is_empty() {
            return Ok((lines, false));
        }
        let written = config::write_targets(places.targets, &registry, &crate::parse::check_mask);
        written.map_err(|error| fault(error.words()))?;
        Ok((lines, true))
    }

    /// Operators and webhook.
    #[must_use]
    pub fn operators(&self) -> Vec<Receiver> {
        wiring::operators(&self.settings)
    }

    /// What checks share.
    #[must_use]
    pub fn world(&self) -> Arc<World> {
        let pace = Pace {
            timing: wiring::timing(&self.settings),
            workers: self.settings.fetch.workers.max(1) as usize,
            per_host: self.settings.fetch.per_host_connections.max(1),
            examine_memory: self.settings.check_memory,
            ..Pace::default()
        };
        let world = World::new(self.registry.clone(), self.operators(), pace);
        Arc::new(world.with_witnesses(self.settings.fetch.witnesses.clone()))
    }

    /// The outbox's postman with the configured channels.
    ///
    /// # Errors
    /// When a channel cannot be set up.
    pub fn postman(&self, tick: Duration) -> Result<Arc<Postman<Sqlite>>> {
        Ok(Arc::new(Postman {
            store: Arc::clone(&self.store),
            notifiers: wiring::notifiers(&self.settings)?,
            wording: wiring::wording(&self.settings),
            operators: self.operators(),
            tick,
        }))
    }
}
