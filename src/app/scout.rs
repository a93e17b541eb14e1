//! Fetches a page for `scan URL`, through the same guard and limits as the service.

use super::judging::{Scanned, scan_bytes};
use super::office::{Places, settings};
use super::wiring;
use crate::fetch::{Fetcher as _, HttpFetcher, Request};
use crate::model::{Fetched, Persona};
use crate::monitor::{Source, read, scan};
use anyhow::Result;
use std::sync::OnceLock;
use url::Url;

/// A fetcher that is set up when the first URL is asked for.
pub struct Scout {
    ready: OnceLock<Result<(tokio::runtime::Runtime, HttpFetcher), String>>,
    settings: crate::config::Settings,
}

impl Scout {
    /// A scout with the settings of an installation; nothing is opened yet.
    ///
    /// # Errors
    /// When `hinomi.toml` cannot be used.
    pub fn new(places: &Places) -> Result<Self> {
        Ok(Self { ready: OnceLock::new(), settings: settings(places)? })
    }

    /// Fetches a URL and judges what came, without a baseline.
    ///
    /// # Errors
    /// Why nothing came, in words.
    pub fn scan(&self, url: &Url) -> Result<Scanned, String> {
        let (runtime, fetcher) = self.ready.get_or_init(|| self.set_up()).as_ref().map_err(Clone::clone)?;
        let request =
            Request { url: url.clone(), persona: Persona::Desktop, validators: None, fresh_connection: false };
        match runtime.block_on(fetcher.fetch(request)) {
            Err(failure) => Err(failure.to_string()),
            Ok(Fetched::NotModified(_)) => Err("not modified".to_owned()),
            Ok(Fetched::Full(capture)) => {
                let (head, name) = (&capture.head, capture.head.final_url.path());
                if name.ends_with(".js") || name.ends_with(".mjs") {
                    return Ok(scan_bytes(&capture.body, Some(name), Some(&head.final_url)));
                }
                let source = Source { body: &capture.body, head: Some(head), url: Some(&head.final_url), name: None };
                let now = read(source, &[]);
                let (findings, judgement) = scan(&now, None);
                Ok(Scanned { kind: now.page.kind, findings, judgement })
            }
        }
    }

    fn set_up(&self) -> Result<(tokio::runtime::Runtime, HttpFetcher), String> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let fetcher = wiring::fetcher(&self.settings).map_err(|error| format!("{error:#}"))?;
        Ok((runtime.map_err(|error| error.to_string())?, fetcher))
    }
}
