//! Who works on a data folder: one service alone; commands beside each other, of which one sends at a time.
//!
//! `hinomi.lock` is the service's: it holds it alone for as long as it runs. A command that must know that no service
//! starts meanwhile shares it for that moment. `outbox.lock` is held by whoever sends.

use crate::app::fault::{OrFault as _, fault};
use crate::config::Settings;
use crate::model::words;
use anyhow::Result;
use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long a service that starts waits for the moments of commands.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long whoever sends is waited for: several messages, each up to its own limit.
const SENDING: Duration = Duration::from_secs(10 * 60);
/// How long a service waits for a command that sends; what both send carries the same Message-ID.
const COMMAND_SENDING: Duration = Duration::from_secs(60);
/// Time between two tries.
const TRY: Duration = Duration::from_millis(50);

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub(super) struct Held(#[expect(dead_code, reason = "it is held by being open")] File);

/// Holds the data folder for one service alone; waits for commands that share it for a moment.
///
/// # Errors
/// When a service holds it, or the folder cannot be written.
pub(super) async fn alone(settings: &Settings) -> Result<Held> {
    let until = Instant::now() + PATIENCE;
    loop {
        match taken(settings, SERVICE, File::try_lock)? {
            Some(held) => return Ok(held),
            None if Instant::now() >= until => return alone_now(settings),
            None => sleep(TRY).await,
        }
    }
}

/// Holds the data folder for one service alone, or fails at once.
///
/// # Errors
/// When a service or a command holds it, or the folder cannot be written.
pub(super) fn alone_now(settings: &Settings) -> Result<Held> {
    if let Some(held) = taken(settings, SERVICE, File::try_lock)? {
        return Ok(held);
    }
    let path = path(settings, SERVICE);
    Err(fault(words!(
        "{path}: another hinomi service runs on this data folder; stop it first",
        "{path}: このデータフォルダーでは別のhinomiサービスが動いています。先に止めてください",
        path = path.display()
    )))
}

/// Makes sure that no service starts while it is held; none when one runs.
///
/// # Errors
/// When the folder cannot be written.
pub(super) fn beside(settings: &Settings) -> Result<Option<Held>> {
    taken(settings, SERVICE, File::try_lock_shared)
}

/// The right of a command to send. Another command that sends is waited for: what it leaves is sent then. None when a
/// service runs, which sends by itself.
///
/// # Errors
/// When the folder cannot be written, or the other command never ends.
pub(super) async fn sending(settings: &Settings) -> Result<Option<Held>> {
    let until = Instant::now() + SENDING;
    while beside(settings)?.is_some() {
        if let Some(held) = taken(settings, OUTBOX, File::try_lock)? {
            return Ok(Some(held));
        }
        if Instant::now() >= until {
            return Err(fault(words!(
                "another hinomi command is still sending; what is left is sent by the next command, or by the service",
                "別のhinomiコマンドが送信中です。残りは次のコマンドかサービスが送ります"
            )));
        }
        sleep(TRY).await;
    }
    Ok(None)
}

/// The right of the service to send. A command that sends is waited for, but not for long.
///
/// # Errors
/// When the folder cannot be written.
pub(super) async fn service_sending(settings: &Settings) -> Result<Option<Held>> {
    let until = Instant::now() + COMMAND_SENDING;
    loop {
        let held = taken(settings, OUTBOX, File::try_lock)?;
        if held.is_some() || Instant::now() >= until {
            return Ok(held);
        }
        sleep(TRY).await;
    }
}

const SERVICE: &str = "hinomi.lock";
const OUTBOX: &str = "outbox.lock";

fn path(settings: &Settings, name: &str) -> PathBuf {
    settings.data.join(name)
}

fn taken(settings: &Settings, name: &str, lock: fn(&File) -> Result<(), TryLockError>) -> Result<Option<Held>> {
    let path = path(settings, name);
    let unusable = || {
        words!(
            "{path}: cannot be made; check the permissions of the data folder",
            "{path}: 作れません。データフォルダーの権限を確認してください",
            path = path.display()
        )
    };
    std::fs::create_dir_all(&settings.data).or_fault(unusable)?;
    let file = File::options().create(true).write(true).truncate(false).open(&path).or_fault(unusable)?;
    match lock(&file) {
        Ok(()) => Ok(Some(Held(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error).or_fault(unusable),
    }
}
