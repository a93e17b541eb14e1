//! Waiting for the mail that the outbox sends, as the owner would.

use super::told::{Kind, Line, MailTold};
use super::{Play, Site};
use crate::model::{Message, Words};
use crate::store::{Delivery, Store as _};
use anyhow::Result;
use jiff::Timestamp;
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

/// Longest wait for a mail.
const PATIENCE: Duration = Duration::from_secs(45);
/// Time between two looks.
const LOOK: Duration = Duration::from_millis(50);
/// Messages looked at, newest first.
const MESSAGES: u32 = 200;

/// Which mail is waited for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Awaited<'a> {
    pub(super) to: &'a str,
    /// The incident it tells of, where it tells of one.
    pub(super) incident: Option<Uuid>,
    /// Written after this.
    pub(super) since: Timestamp,
}

impl Awaited<'_> {
    fn fits(&self, delivery: &Delivery) -> bool {
        let message = &delivery.message;
        let of_incident = self.incident.is_none_or(|incident| message.incidents.contains(&incident));
        delivery.sent.is_some() && of_incident && message.receiver.address == self.to && message.at >= self.since
    }
}

impl Play<'_> {
    /// Waits until a mail has arrived and tells of it; none when it does not come in time.
    pub(super) async fn mail(&mut self, site: &'static Site, awaited: Awaited<'_>) -> Result<Option<MailTold>> {
        let patience = Instant::now() + PATIENCE;
        loop {
            let deliveries = self.stage.office.store.deliveries(MESSAGES).await?;
            if let Some(delivery) = deliveries.iter().find(|delivery| awaited.fits(delivery)) {
                return self.told(site, delivery, awaited.since).map(Some);
            }
            if Instant::now() >= patience {
                self.amiss(site, "no mail within 45 s", "45秒以内にメールが届きませんでした");
                return Ok(None);
            }
            sleep(LOOK).await;
        }
    }

    fn told(&mut self, site: &'static Site, delivery: &Delivery, since: Timestamp) -> Result<MailTold> {
        let message = &delivery.message;
        let sent = delivery.sent.unwrap_or(message.at);
        let seconds = sent.duration_since(since).as_secs_f64();
        let (to, subject) = (message.receiver.address.clone(), message.subject.clone());
        let told = MailTold { to, subject, file: self.file(message), seconds };
        let mut line = Line::new(Kind::Mail, Some(site), Words::new(&told.subject, &told.subject));
        line.mail = Some(told.clone());
        self.line(line)?;
        Ok(told)
    }

    /// Where a message lies in the mail folder: its file's name ends with its id.
    fn file(&self, message: &Message) -> Option<PathBuf> {
        let end = format!("{}.eml", message.id.simple());
        let entries = std::fs::read_dir(self.folder.mail.as_ref()?).ok()?;
        let mut paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        paths.find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(&end)))
    }
}
