//! Settings, registry and store of one installation, opened for a command or for the service.

use super::wiring;
use crate::config::{self, Mistakes, Settings};
use crate::model::{Language, Receiver, Registry};
use crate::monitor::{Pace, Postman, World};
use crate::store::{Sqlite, Store as _};
use anyhow::{Context as _, Result, anyhow, bail};
use jiff::Timestamp;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

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
}

/// Reads `hinomi.toml`.
///
/// # Errors
/// All mistakes in it, each with file, line, column, key and the way to mend it.
pub fn settings(places: &Places) -> Result<Settings> {
    config::load_settings(places.config, &|name| std::env::var(name).ok()).map_err(|all| told(&all, places))
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

impl Office {
    /// Opens settings, registry and store, and puts the registry into the store, unless a service runs on it.
    ///
    /// # Errors
    /// When one of them cannot be used; the text names file, line and key.
    pub async fn open(places: &Places<'_>) -> Result<Self> {
        let settings = settings(places)?;
        let registry = registry(places)?;
        let Ok(_alone) = lock(&settings) else {
            // A service runs on this data: its registry is the one in force, and it reads its own file again.
            return Self::open_store(places).await;
        };
        Self::with_registry(settings, registry).await
    }

    /// Opens everything for the service, which holds the lock already.
    ///
    /// # Errors
    /// When one of them cannot be used; the text names file, line and key.
    pub(super) async fn open_locked(places: &Places<'_>, settings: Settings) -> Result<Self> {
        Self::with_registry(settings, registry(places)?).await
    }

    async fn with_registry(settings: Settings, registry: Registry) -> Result<Self> {
        let store = wiring::open_store(&settings)?;
        store.put_registry(registry.clone(), Timestamp::now()).await?;
        Ok(Self { settings, store: Arc::new(store), registry })
    }

    /// Opens settings and store as they are, without looking at `targets.toml`.
    ///
    /// # Errors
    /// When one of them cannot be used.
    pub async fn open_store(places: &Places<'_>) -> Result<Self> {
        let settings = settings(places)?;
        let store = wiring::open_store(&settings)?;
        let registry = store.registry().await?;
        Ok(Self { settings, store: Arc::new(store), registry })
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
        written.map_err(|error| anyhow!("{}", error.words().get(places.language)))?;
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

    /// Holds the data folder for one service alone, until the file is dropped.
    ///
    /// # Errors
    /// When another service holds it, or the folder cannot be written.
    pub fn lock(&self) -> Result<File> {
        lock(&self.settings)
    }
}

/// Holds the data folder for one service alone, until the file is dropped.
pub(super) fn lock(settings: &Settings) -> Result<File> {
    let path = lock_path(settings);
    let unusable = || format!("{}: cannot be made; check the permissions of the data folder", path.display());
    std::fs::create_dir_all(&settings.data).with_context(unusable)?;
    let file = File::options().create(true).write(true).truncate(false).open(&path).with_context(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            bail!("{}: another hinomi service runs on this data folder; stop it first", path.display())
        }
        Err(std::fs::TryLockError::Error(error)) => Err(error).with_context(unusable),
    }
}

fn lock_path(settings: &Settings) -> PathBuf {
    settings.data.join("hinomi.lock")
}
