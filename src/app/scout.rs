//! Fetches a page for `scan URL`, through the same guard and limits as the service.

use super::explain::{Explained, explain};
use super::judging::{Scanned, judged};
use super::office::{Places, settings};
use super::wiring;
use crate::fetch::classify::classify;
use crate::fetch::{Fetcher as _, HttpFetcher, Request};
use crate::model::{Capture, Fetched, Persona, UnseenReason, Verdict};
use crate::monitor::{Form, Knowledge, Read, Source};
use anyhow::Result;
use std::sync::OnceLock;
use url::Url;

/// Why a URL was not judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfetched {
    /// The kind; none where the way out could not be set up.
    pub reason: Option<UnseenReason>,
    /// The technical detail.
    pub detail: String,
}

/// A fetcher that is set up when the first URL is asked for.
pub struct Scout {
    ready: OnceLock<Result<(tokio::runtime::Runtime, HttpFetcher), String>>,
    settings: crate::config::Settings,
    knowledge: Knowledge,
}

impl Scout {
    /// A scout with the settings of an installation; nothing is opened yet.
    ///
    /// # Errors
    /// When `hinomi.toml` cannot be used.
    pub fn new(places: &Places, knowledge: Knowledge) -> Result<Self> {
        Ok(Self { ready: OnceLock::new(), settings: settings(places)?, knowledge })
    }

    /// What is known of attacks beforehand.
    #[must_use]
    pub const fn knowledge(&self) -> &Knowledge {
        &self.knowledge
    }

    /// Fetches a URL and judges what came, without a baseline.
    ///
    /// # Errors
    /// Why nothing came.
    pub fn scan(&self, url: &Url) -> Result<Scanned, Unfetched> {
        let capture = self.fetch(url)?;
        self.judged(&capture).map(|(_, scanned)| scanned)
    }

    /// Fetches a URL and explains the scripts of what came.
    ///
    /// # Errors
    /// Why nothing came.
    pub fn explain(&self, url: &Url) -> Result<Explained, Unfetched> {
        let capture = self.fetch(url)?;
        self.judged(&capture).map(explain)
    }

    fn judged<'a>(&self, capture: &'a Capture) -> Result<(Read<'a>, Scanned), Unfetched> {
        let (head, body) = (&capture.head, capture.body.as_slice());
        let form = Form::File(head.final_url.path());
        let judged = judged(Source { form, ..Source::answer(body, head, &[]) }, &self.knowledge);
        match classify(Some(head), body) {
            Some(reason) if judged.1.judgement.verdict != Verdict::Alarm => {
                Err(Unfetched { reason: Some(reason), detail: format!("HTTP status {}", head.status) })
            }
            _ => Ok(judged),
        }
    }

    fn fetch(&self, url: &Url) -> Result<Capture, Unfetched> {
        let ready = self.ready.get_or_init(|| self.set_up()).as_ref();
        let (runtime, fetcher) = ready.map_err(|detail| Unfetched { reason: None, detail: detail.clone() })?;
        let (url, persona) = (url.clone(), Persona::Desktop);
        let request = Request { url, persona, validators: None, fresh_connection: false, page: None };
        match runtime.block_on(fetcher.fetch(request)) {
            Err(failure) => Err(Unfetched { reason: Some(failure.reason), detail: failure.detail }),
            Ok(Fetched::NotModified(_)) => {
                Err(Unfetched { reason: Some(UnseenReason::NotCompared), detail: String::new() })
            }
            Ok(Fetched::Full(capture)) => Ok(*capture),
        }
    }

    fn set_up(&self) -> Result<(tokio::runtime::Runtime, HttpFetcher), String> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let fetcher = wiring::fetcher(&self.settings).map_err(|error| format!("{error:#}"))?;
        Ok((runtime.map_err(|error| error.to_string())?, fetcher))
    }
}
