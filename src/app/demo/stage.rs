//! The real parts of the service, set up for the demo: spans shortened, names looked up in a table.

use super::folder::Folder;
use crate::app::office::{Office, Places};
use crate::app::wiring;
use crate::demo::{SITES, Site, Web};
use crate::fetch::HttpFetcher;
use crate::judge::Timing;
use crate::model::{Language, Persona, Target, Words};
use crate::monitor::{CheckReport, Checker, Pace, Pulse, Thoroughness, World, run_escalation};
use crate::net::TableLookup;
use crate::store::Sqlite;
use anyhow::{Context as _, Result, anyhow};
use futures_util::future::join_all;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Escalation, shortened.
const ESCALATE_AFTER: Duration = Duration::from_secs(12);
/// Least time before not seeing becomes an incident, and before recovery is believed; shortened.
const LASTING: Duration = Duration::from_secs(2);
/// How long messages wait for company; shortened.
const GROUPING: Duration = Duration::from_millis(400);
/// Wait before an alarm is confirmed; shortened.
const CONFIRM_AFTER: Duration = Duration::from_millis(300);
/// Interval of a target while the demo stays up; shortened.
pub(super) const INTERVAL: Duration = Duration::from_secs(10);

/// Everything that runs.
pub(super) struct Stage {
    pub(super) office: Office,
    pub(super) checker: Checker<Sqlite, HttpFetcher>,
    stop: watch::Sender<bool>,
    parts: JoinSet<Result<()>>,
}

/// Spans as the demo has them.
fn pace() -> Pace {
    let timing = Timing {
        unseen_after: LASTING,
        clean_over: LASTING,
        escalate_after: vec![ESCALATE_AFTER],
        group_alarms: GROUPING,
        group_unseen: GROUPING,
        digest_at: None,
        ..Timing::default()
    };
    let tick = Duration::from_millis(100);
    Pace { timing, confirm_after: CONFIRM_AFTER, tick, workers: 8, jitter: false, ..Pace::default() }
}

/// The shortened spans, said openly.
pub(super) fn spans() -> Words {
    let usual = Pace::default();
    let escalation = usual.timing.escalate_after.first().copied().unwrap_or_default();
    let spans = [
        ("escalation", "担当者不在時の次段通知", escalation, ESCALATE_AFTER),
        ("unseen becomes an incident", "観測不能をインシデントとするまで", usual.timing.unseen_after, LASTING),
        ("recovery is believed", "復旧と認めるまで", usual.timing.clean_over, LASTING),
        ("alarms wait for company", "警報をまとめる待ち時間", usual.timing.group_alarms, GROUPING),
        ("unseen waits for company", "観測不能をまとめる待ち時間", usual.timing.group_unseen, GROUPING),
        ("confirmation", "警報の再確認まで", usual.confirm_after, CONFIRM_AFTER),
    ];
    let said = |pick: fn(&(&'static str, &'static str, Duration, Duration)) -> &'static str| {
        let one = |span: &_| -> String {
            let (_, _, usual, here): &(&str, &str, Duration, Duration) = span;
            format!("{} {}s→{}s", pick(span), usual.as_secs_f64(), here.as_secs_f64())
        };
        spans.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    Words::new(
        format!("Spans of time are shortened: {}. Reviews are told at once, not in the daily digest.", said(|s| s.0)),
        format!("時間を短縮しています: {}。要確認は日次まとめを待たず直ちに通知します。", said(|s| s.1)),
    )
}

impl Stage {
    /// Opens the folder's installation and starts outbox and escalation.
    pub(super) async fn open(folder: &Folder, web: &Web, language: Language, stays: bool) -> Result<Self> {
        let places = Places { config: &folder.config, targets: &folder.targets, language };
        let mut office = Office::open(&places).await?;
        if stays {
            office.registry.targets.values_mut().for_each(|target| target.interval = INTERVAL);
            crate::store::Store::put_registry(&*office.store, office.registry.clone(), jiff::Timestamp::now()).await?;
        }
        let here = vec![IpAddr::from(Ipv4Addr::LOCALHOST)];
        let names = web.addresses().map(|(site, _)| (site.host.to_owned(), here.clone()));
        let fetcher = wiring::fetcher_with(&office.settings, Arc::new(TableLookup::new(names)))?;
        let world = Arc::new(World::new(office.registry.clone(), office.operators(), pace()));
        let checker = Checker { store: Arc::clone(&office.store), fetcher: Arc::new(fetcher), world };
        let (stop, parts) = (watch::channel(false).0, JoinSet::new());
        let mut stage = Self { office, checker, stop, parts };
        stage.start()?;
        Ok(stage)
    }

    fn start(&mut self) -> Result<()> {
        let world = &self.checker.world;
        let post = self.office.postman(world.pace.tick)?.run(Arc::new(Pulse::default()), self.stop.subscribe());
        self.parts.spawn(async move { post.await.context("outbox") });
        let escalation = run_escalation(Arc::clone(&self.office.store), Arc::clone(world), self.stop.subscribe());
        self.parts.spawn(async move { escalation.await.context("escalation") });
        Ok(())
    }

    /// Ends outbox and escalation in good order.
    pub(super) async fn close(&mut self) -> Result<()> {
        let _ = self.stop.send(true);
        while let Some(ended) = self.parts.join_next().await {
            ended.map_err(|error| anyhow!("a part panicked: {error}"))??;
        }
        Ok(())
    }

    /// The target of a site.
    pub(super) fn target(&self, site: &Site) -> Result<Target> {
        Ok(self.office.target(site.id)?.clone())
    }

    /// Checks one site now with a full fetch.
    pub(super) async fn check(&self, site: &Site) -> Result<CheckReport> {
        let target = self.target(site)?;
        Ok(self.checker.check(target, Persona::Desktop, Thoroughness::Full).await?)
    }

    /// Checks all sites at once.
    pub(super) async fn check_all(&self) -> Result<Vec<(&'static Site, CheckReport)>> {
        let checks = SITES.iter().map(async |site| self.check(site).await.map(|report| (site, report)));
        join_all(checks).await.into_iter().collect()
    }
}
