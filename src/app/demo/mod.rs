//! `hinomi demo`: the made-up web, the real service parts, and the story from registration to recovery.

mod acts;
mod after;
mod folder;
mod post;
mod stage;
mod told;

pub use told::{AttackTold, Kind, Line, MailTold, Standing, Summary};

use super::office::Places;
use super::service::{Signals, run_parts};
use super::{lock, wiring};
use crate::app::fault::{OrFault as _, fault};
use crate::demo::{SITES, Site, Web};
use crate::model::words;
use crate::model::{Language, Words};
use crate::store::Store as _;
use anyhow::Result;
use folder::Folder;
use stage::Stage;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

/// What the demo was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// The folder for everything it writes.
    pub folder: &'a Path,
    /// End after the story.
    pub once: bool,
    /// Mails go to this server instead of the folder.
    pub smtp: Option<&'a str>,
    /// Language of error messages.
    pub language: Language,
}

/// The play while it runs.
struct Play<'a> {
    web: Web,
    stage: Stage,
    folder: Folder,
    tell: &'a mut dyn FnMut(Line) -> Result<()>,
    sum: Summary,
}

/// Plays the story. `tell` gets each line as it happens; `end` gets the sum, and where to look when the demo stays up.
///
/// # Errors
/// When the folder, a port or the store cannot be used, or when `tell` or `end` fails.
pub async fn demo(
    options: &Options<'_>,
    tell: &mut dyn FnMut(Line) -> Result<()>,
    end: &mut dyn FnMut(&Summary, Option<&Standing>) -> Result<()>,
) -> Result<bool> {
    let folder = Folder::prepare(options.folder, options.smtp)?;
    let web = Web::open().await.or_fault(|| {
        words!("the made-up web: no free port on 127.0.0.1", "架空のウェブ: 127.0.0.1に空きポートがありません")
    })?;
    let listen = free_address().await?;
    folder.furnish(&web, listen, options.smtp)?;
    let stage = Stage::open(&folder, &web, options.language, !options.once).await?;
    if let Some(server) = options.smtp {
        wiring::test_mail(&stage.office.settings).await.or_fault(|| words!("--smtp {server}", "--smtp {server}"))?;
    }
    let held = lock::alone_now(&stage.office.settings)?;
    let mut play = Play { web, stage, folder, tell, sum: Summary { sites: SITES.len(), ..Summary::default() } };
    play.all().await?;
    play.stage.close().await?;
    play.sum.mails = play.stage.office.store.outbox(jiff::Timestamp::now()).await?.sent;
    let standing = (!options.once).then(|| Standing {
        service: listen,
        sites: play.web.addresses().collect(),
        folder: play.folder.path.clone(),
    });
    end(&play.sum, standing.as_ref())?;
    if standing.is_some() {
        play.stay(options.language).await?;
    }
    drop(held);
    Ok(play.sum.well())
}

/// The usual address of the service when it is free, else another.
async fn free_address() -> Result<SocketAddr> {
    for port in [8470, 0] {
        if let Ok(listener) = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            return Ok(listener.local_addr()?);
        }
    }
    Err(fault(words!(
        "no free port on 127.0.0.1 for the status page",
        "状況ページのための空きポートが127.0.0.1にありません"
    )))
}

impl Play<'_> {
    async fn all(&mut self) -> Result<()> {
        self.prologue()?;
        self.register().await?;
        self.rehearse().await?;
        self.ordinary_days().await?;
        self.attacks().await?;
        self.aftermath().await
    }

    /// The whole service on what the story left behind, until a signal.
    async fn stay(&self, language: Language) -> Result<()> {
        let places = Places { config: &self.folder.config, targets: &self.folder.targets, language };
        run_parts(&self.stage.office, self.stage.checker.clone(), &places, Signals::new()?).await
    }

    fn line(&mut self, line: Line) -> Result<()> {
        (self.tell)(line)
    }

    fn say(
        &mut self,
        kind: Kind,
        site: Option<&'static Site>,
        en: impl Into<String>,
        ja: impl Into<String>,
    ) -> Result<()> {
        self.line(Line::new(kind, site, Words::new(en, ja)))
    }

    fn chapter(&mut self, en: &str, ja: &str) -> Result<()> {
        self.say(Kind::Chapter, None, en, ja)
    }

    /// Something did not go as it must.
    fn amiss(&mut self, site: &Site, en: &str, ja: &str) {
        let Site { english, name, .. } = site;
        self.sum.amiss.push(Words::new(format!("{english}: {en}"), format!("{name}: {ja}")));
    }

    fn prologue(&mut self) -> Result<()> {
        let folder = self.folder.path.display().to_string();
        self.chapter("A small made-up web on this machine", "このマシンの中の小さな作り物のウェブ")?;
        self.say(
            Kind::Note,
            None,
            format!("Folder: {folder} (hinomi.toml, targets.toml, data, baselines, mail)"),
            format!("フォルダー: {folder}(hinomi.toml、targets.toml、data、baselines、mail)"),
        )?;
        self.line(Line::new(Kind::Note, None, stage::spans()))
    }
}

#[cfg(test)]
mod tests;
