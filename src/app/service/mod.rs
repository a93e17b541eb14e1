//! `hinomi run`: all parts under one supervisor. If one dies, all end, loudly; half-dead is worse than dead.

mod fleet;
mod heartbeat;
mod indicators;
mod log;
mod reload;
mod signatures;
pub(crate) mod web;

pub(super) use heartbeat::HEARTBEAT;

use super::last_resort::LastResort;
use super::office::{Office, Places, settings};
use super::{lock, wiring};
use crate::config::{MailWay, Settings};
use crate::fetch::Fetcher;
use crate::model::Words;
use crate::monitor::{Checker, Pulse, SelfWatch, VERIFIED, run_checks, run_escalation};
use crate::store::{Damage, ENDED, RUNNING, Repair, STOPPED, Store as _, Told};
use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Runs the service until a signal, or until a part dies.
///
/// # Errors
/// When something cannot be set up, or a part died; the text says which and why.
pub fn serve(places: &Places) -> Result<()> {
    log::start();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("runtime")?;
    let ended = runtime.block_on(async {
        // Before the lock is held: who sees it held may send a signal, and a start too must end in good order.
        let signals = Signals::new()?;
        let settings = settings(places)?;
        let _held = lock::alone(&settings).await?;
        let resort = LastResort::prepare(&settings);
        let served = live(places, settings.clone(), signals).await;
        if let Err(error) = &served {
            resort.tell(error).await;
        }
        served
    });
    // A part that hangs must not keep a stopped service alive.
    runtime.shutdown_timeout(Duration::from_secs(5));
    ended
}

/// One life of the service, from what is told of the last one to the note of how it ended.
async fn live(places: &Places<'_>, settings: Settings, signals: Signals) -> Result<()> {
    let office = Office::open_locked(places, settings).await?;
    let fetcher = Arc::new(wiring::fetcher(&office.settings)?);
    tell_last_end(&office).await?;
    tell_refusal(&office).await?;
    tell_repairs(&office).await?;
    let served = run_parts(&office, office.checker(fetcher), places, signals).await;
    let noted = note_end(&office, &served).await;
    served.and(noted)
}

/// Tells the operators that `targets.toml` cannot be used and the stored registry stays in force.
async fn tell_refusal(office: &Office) -> Result<()> {
    let Some(why) = &office.refused else { return Ok(()) };
    let words = reload::refusal(why);
    tracing::error!("{}", words.en);
    Ok(office.store.put_notices(office.for_operators(reload::REFUSED, &words)).await?)
}

/// Tells the operators when the service did not end in good order last time.
async fn tell_last_end(office: &Office) -> Result<()> {
    let last = office.store.note(ENDED.to_owned()).await?;
    let why = match last.as_deref() {
        None | Some(STOPPED) => None,
        Some(RUNNING) => Some("it was killed, or the machine stopped".to_owned()),
        Some(error) => Some(error.to_owned()),
    };
    let mut told = Told { notes: vec![(ENDED.to_owned(), RUNNING.to_owned())], ..Told::default() };
    if let Some(why) = why {
        tracing::warn!("the service did not end in good order last time: {why}");
        told.notices = office.for_operators("restarted", &restarted(&why));
    }
    Ok(office.store.tell(told).await?)
}

fn restarted(why: &str) -> Words {
    Words::new(
        format!(
            "hinomi runs again. It had ended without being told to: {why}. Nothing that was decided is lost; checks may have been missed in between (`hinomi doctor` shows the coverage)."
        ),
        format!(
            "火の見は再び動いています。前回は予期せず終了しました: {why}。決定済みの通知は失われていませんが、その間の点検が欠けている可能性があります(`hinomi doctor` で網羅率を確認してください)。"
        ),
    )
}

/// Tells the operators what was mended in the record of approvals, by this opening or by a command before. Damage that a
/// person must mend is told by the self-watch, whose next look verifies the record.
async fn tell_repairs(office: &Office) -> Result<()> {
    if !office.store.repairs().is_empty() {
        office.store.put_note(VERIFIED.to_owned(), String::new()).await?;
    }
    let repairs = office.store.untold_repairs().await?;
    if repairs.is_empty() {
        return Ok(());
    }
    let notices = office.for_operators("record-repaired", &repaired(&repairs));
    Ok(office.store.tell_repairs(repairs.iter().map(|repair| repair.id).collect(), notices).await?)
}

fn repaired(repairs: &[Repair]) -> Words {
    let told = |pick: fn(&Words) -> &str| {
        let line = |Damage { path, what, .. }: &Damage| format!("{}: {}", path.display(), pick(what));
        repairs.iter().map(|repair| line(&repair.damage)).collect::<Vec<_>>().join("\n")
    };
    Words::new(
        format!(
            "The record of approvals was found in need when it was opened (`hinomi baseline verify` looks again):\n{}",
            told(|words| &words.en)
        ),
        format!(
            "承認の記録を開いた際に、次の点を検出・修復しました(`hinomi baseline verify` で再確認できます):\n{}",
            told(|words| &words.ja)
        ),
    )
}

async fn note_end(office: &Office, served: &Result<()>) -> Result<()> {
    let how = match served {
        Ok(()) => STOPPED.to_owned(),
        Err(error) => format!("{error:#}"),
    };
    let noted = office.store.put_note(ENDED.to_owned(), how).await;
    if let Err(error) = &noted {
        tracing::error!("the end could not be written down: {error}");
    }
    Ok(noted?)
}

/// Starts all parts and waits for the first that ends, or for a signal; then stops all in good order.
pub(super) async fn run_parts<F: Fetcher>(
    office: &Office,
    checker: Checker<crate::store::Sqlite, F>,
    places: &Places<'_>,
    signals: Signals,
) -> Result<()> {
    let stop = watch::channel(false).0;
    let pulse = Arc::new(Pulse::default());
    let listener = web::listen(office.settings.listen).await?;
    let mut parts: JoinSet<(&'static str, Result<()>)> = JoinSet::new();
    // Before the first check: a list that came later would have every page judged twice.
    let (lists, down) = (indicators::Lists::begin(office, Arc::clone(&checker.world)).await?, stop.subscribe());
    let signatures = signatures::Watch::begin(office, Arc::clone(&checker.world)).await?;
    spawn_parts(&mut parts, office, &checker, &pulse, &stop)?;
    parts.spawn(async move { ("indicators", lists.run(down).await) });
    let (fleet, down) = (fleet::Approvals::new(office, Arc::clone(&checker.world)), stop.subscribe());
    parts.spawn(async move { ("fleet", fleet.run(down).await) });
    let down = stop.subscribe();
    parts.spawn(async move { ("signatures", signatures.run(down).await) });
    let site = web::Site::new(Arc::clone(&office.store), Arc::clone(&checker.world), Arc::clone(&pulse));
    let (down, address) = (stop.subscribe(), listener.local_addr()?);
    parts.spawn(async move { ("web", web::serve(listener, site, down).await) });
    let reload = reload::Reload::new(office, places, Arc::clone(&checker.world));
    let down = stop.subscribe();
    parts.spawn(async move { ("registry", reload.run(down).await) });
    tracing::info!(%address, targets = office.registry.targets.len(), "hinomi is watching");
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    let first = first_end(&mut parts, signals).await;
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
    let _ = stop.send(true);
    wind_down(parts, first).await
}

fn spawn_parts<F: Fetcher>(
    parts: &mut JoinSet<(&'static str, Result<()>)>,
    office: &Office,
    checker: &Checker<crate::store::Sqlite, F>,
    pulse: &Arc<Pulse>,
    stop: &watch::Sender<bool>,
) -> Result<()> {
    let world = Arc::clone(&checker.world);
    let checks = run_checks(checker.clone(), Arc::clone(pulse), stop.subscribe());
    parts.spawn(async move { ("scheduler", checks.await.map_err(Into::into)) });
    let post = office.postman(world.pace.tick)?.run(Arc::clone(pulse), stop.subscribe());
    let settings = office.settings.clone();
    parts.spawn(async move { ("outbox", send_alone(&settings, post).await) });
    let escalation = run_escalation(Arc::clone(&office.store), Arc::clone(&world), stop.subscribe());
    parts.spawn(async move { ("escalation", escalation.await.map_err(Into::into)) });
    let settings = office.settings.clone();
    let watch = SelfWatch {
        store: Arc::clone(&office.store),
        world,
        pulse: Arc::clone(pulse),
        started: Timestamp::now(),
        free_space: Box::new(move || free_spaces(&settings)),
        retention: wiring::retention(&office.settings),
        every: Duration::from_secs(60),
    };
    let watch = watch.run(stop.subscribe());
    parts.spawn(async move { ("self-watch", watch.await.map_err(Into::into)) });
    let beat = heartbeat::Heartbeat::new(office, Arc::clone(&checker.world), Arc::clone(pulse))?.run(stop.subscribe());
    parts.spawn(async move { ("heartbeat", beat.await) });
    Ok(())
}

/// Sends, and holds the right to while it does.
async fn send_alone(settings: &Settings, post: impl Future<Output = crate::store::Result<()>>) -> Result<()> {
    let held = lock::service_sending(settings).await?;
    if held.is_none() {
        tracing::warn!("a command has been sending for long; the service sends beside it");
    }
    Ok(post.await?)
}

/// The folders that are written to (data, record, mails) with their free bytes, where these can be told.
pub(super) fn free_spaces(settings: &Settings) -> Vec<(PathBuf, u64)> {
    let mut folders = vec![settings.data.clone(), settings.baselines.clone()];
    if let MailWay::Folder(mails) = &settings.mail.way {
        folders.push(mails.clone());
    }
    folders.into_iter().filter_map(|folder| free_space(&folder).map(|free| (folder, free))).collect()
}

/// Free bytes of the file system of a folder; one that is not made yet lies where the one above it does.
fn free_space(folder: &Path) -> Option<u64> {
    let there = folder.ancestors().find_map(|folder| {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        rustix::fs::statvfs(folder).ok()
    })?;
    Some(there.f_bavail.saturating_mul(there.f_frsize))
}

/// The signals that end the service in good order.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// From here on these signals are waited for, and kill no more.
    ///
    /// # Errors
    /// When the system refuses.
    pub(super) fn new() -> Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }
}

/// Waits for a signal (all is well) or for a part that ends (nothing is).
async fn first_end(parts: &mut JoinSet<(&'static str, Result<()>)>, mut signals: Signals) -> Result<()> {
    tokio::select! {
        _ = signals.terminate.recv() => Ok(()),
        _ = signals.interrupt.recv() => Ok(()),
        Some(ended) = parts.join_next() => match ended {
            Ok((part, Ok(()))) => bail!("{part} ended without being told to"),
            Ok((part, Err(error))) => Err(error.context(format!("{part} died"))),
            Err(error) => Err(anyhow::anyhow!("a part panicked: {error}")),
        },
    }
}

/// Lets every part end in good order, but not for ever.
async fn wind_down(mut parts: JoinSet<(&'static str, Result<()>)>, first: Result<()>) -> Result<()> {
    let all = async {
        while let Some(ended) = parts.join_next().await {
            if let Ok((part, Err(error))) = ended {
                tracing::error!("{part}: {error:#}");
            }
        }
    };
    if tokio::time::timeout(Duration::from_secs(60), all).await.is_err() {
        tracing::warn!("some checks or messages were cut off; they are repeated after the next start");
    }
    first
}
