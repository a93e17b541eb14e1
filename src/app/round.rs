//! One round of checks that a person asked for, and test messages to receivers.

use super::{Office, lock, wiring};
use crate::app::fault::fault;
use crate::fetch::HttpFetcher;
use crate::model::words;
use crate::model::{Event, Notice, Persona, Receiver, Target, Words};
use crate::monitor::{CheckReport, Checker, Thoroughness, notices};
use crate::notify::{Letter, SendError, Story};
use crate::store::{Sqlite, Store as _, Told};
use anyhow::Result;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

impl Office {
    /// The targets of a round: those named, or all enabled ones.
    ///
    /// # Errors
    /// When a name is not registered.
    pub fn round(&self, names: &[String]) -> Result<Vec<(Target, Persona)>> {
        let named = names.iter().map(|name| self.target(name).cloned());
        let mut targets = named.collect::<Result<Vec<Target>>>()?;
        if names.is_empty() {
            targets.extend(self.registry.targets.values().filter(|target| target.enabled).cloned());
        }
        if targets.is_empty() {
            return Err(fault(words!(
                "nothing is registered; `hinomi target add --help` shows how to begin",
                "何も登録されていません。始め方は `hinomi target add --help` にあります"
            )));
        }
        let persons =
            |target: Target| target.personas.clone().into_iter().map(move |persona| (target.clone(), persona));
        Ok(targets.into_iter().flat_map(persons).collect())
    }

    /// Checks them with full fetches, many at a time, hands over each report as it comes, and sends what follows. A page
    /// that was set aside and came through is watched again.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn check_round(&self, round: Vec<(Target, Persona)>, mut take: impl FnMut(CheckReport)) -> Result<()> {
        let checker = self.checker(Arc::new(wiring::fetcher(&self.settings)?));
        let knowledge = self.knowledge().await?;
        checker.world.set_knowledge(knowledge);
        let mut waiting = round.into_iter();
        let mut running = FuturesUnordered::new();
        loop {
            while running.len() < checker.world.pace.workers {
                let Some((target, persona)) = waiting.next() else { break };
                let checker = checker.clone();
                running.push(async move { checker.check(target, persona, Thoroughness::Full).await });
            }
            match running.next().await {
                Some(report) => {
                    let report = report?;
                    let (target, persona) = (report.target.clone(), report.persona);
                    self.store.quarantine(target, persona, false, Told::default(), Timestamp::now()).await?;
                    take(report);
                }
                None => break,
            }
        }
        // A service that runs beside sends what was decided here; two postmen would send it twice.
        match lock::sending(&self.settings).await? {
            Some(_held) => Ok(self.postman(Duration::from_secs(1))?.once().await?),
            None => Ok(()),
        }
    }

    /// What runs checks here.
    pub(super) fn checker(&self, fetcher: Arc<HttpFetcher>) -> Checker<Sqlite, HttpFetcher> {
        Checker { store: Arc::clone(&self.store), fetcher, world: self.world() }
    }

    /// Sends a test message to every receiver, or to one, and says what became of each.
    ///
    /// # Errors
    /// When the receiver is unknown, or a channel cannot be set up.
    pub async fn test_receivers(&self, only: Option<&str>) -> Result<Vec<(Receiver, Result<(), String>)>> {
        let mut receivers = self.receivers();
        if let Some(only) = only {
            let wanted = |receiver: &Receiver| {
                receiver.address == only || (only == "webhook" && receiver.address == wiring::WEBHOOK)
            };
            receivers.retain(wanted);
            if receivers.is_empty() {
                return Err(fault(words!(
                    "'{only}' is no receiver; receivers stand in targets.toml (contacts) and hinomi.toml (operators)",
                    "「{only}」は受取人ではありません。受取人はtargets.toml（contacts）とhinomi.toml（operators）にあります"
                )));
            }
        }
        let mut tried = Vec::new();
        for receiver in receivers {
            let result = self.test_one(&receiver).await?;
            tried.push((receiver, result));
        }
        Ok(tried)
    }

    async fn test_one(&self, receiver: &Receiver) -> Result<Result<(), String>> {
        let at = Timestamp::now();
        let wording = wiring::wording(&self.settings);
        let story = Story { event: Event::Test, target: None, incident: None, proposal: None, excerpts: Vec::new() };
        let letter = Letter {
            id: Uuid::now_v7(),
            receiver: receiver.clone(),
            stories: vec![story],
            references: Vec::new(),
            domain: wording.domain,
            operators: wording.operators,
            chain_heads: Vec::new(),
            endings: Vec::new(),
            at,
        };
        let message = crate::notify::write(&letter, &crate::detect::rule);
        let notifiers = wiring::notifiers(&self.settings)?;
        let Some(notifier) = notifiers.iter().find(|notifier| notifier.channel() == receiver.channel) else {
            return Ok(Err("this channel is not configured".to_owned()));
        };
        Ok(notifier.send(&message).await.map_err(|error| match error {
            SendError::Retry { detail, .. } => format!("{detail} (would be tried again)"),
            SendError::GiveUp { detail } => format!("{detail} (would be given up)"),
        }))
    }

    /// Everybody who may ever be told, once each: operators, webhook, all contacts.
    fn receivers(&self) -> Vec<Receiver> {
        let mut receivers = self.operators();
        let owned = self.registry.organisations.values().flat_map(|o| o.contacts.iter().map(move |c| (c, o.language)));
        let of_targets = self.registry.targets.values().flat_map(|target| {
            let language = self.registry.owner(target).map_or_else(Default::default, |owner| owner.language);
            target.contacts.iter().map(move |contact| (contact, language))
        });
        for (contact, language) in owned.chain(of_targets) {
            let (address, name) = (contact.mail.clone(), contact.name.clone());
            if !receivers.iter().any(|known| known.address == address) {
                receivers.push(Receiver { channel: crate::model::Channel::Mail, address, name, language });
            }
        }
        receivers
    }

    /// Something about hinomi itself, for all operators.
    pub(super) fn for_operators(&self, trouble: &str, words: &Words) -> Vec<Notice> {
        notices(&self.operators(), trouble, words, false, Timestamp::now())
    }
}
