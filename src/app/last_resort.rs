//! The last resort: when the store takes no writes, nothing can be put into the outbox, so one fixed message is handed
//! straight to all channels of the operators.

use super::wiring;
use crate::config::Settings;
use crate::model::{Event, Receiver, Words};
use crate::notify::{Letter, Notifier, SendError, Story};
use crate::store::StoreError;
use futures_util::future::join_all;
use jiff::Timestamp;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use uuid::Uuid;

/// Not more often than this, however often the service is started again.
const AT_MOST_EVERY: Duration = Duration::from_secs(60 * 60);
/// Time to hand the message over; the process ends after it.
const WITHIN: Duration = Duration::from_secs(50);

/// Says once in the life of a process that the store takes no writes.
#[derive(Debug)]
pub(super) struct LastResort<'a> {
    settings: &'a Settings,
    /// A file whose time says when the message was sent last: to set a time needs no room on the disk.
    marker: PathBuf,
}

impl<'a> LastResort<'a> {
    /// Makes the marker, while there is room for it.
    pub(super) fn prepare(settings: &'a Settings) -> Self {
        let marker = settings.data.join("last-resort");
        if !marker.exists() {
            // Without the marker it is still at most once a process.
            let _ = File::create(&marker).and_then(|file| file.set_modified(SystemTime::UNIX_EPOCH));
        }
        Self { settings, marker }
    }

    /// Tells the operators, when this error says that the store takes no writes and they have not heard it lately.
    pub(super) async fn tell(self, error: &anyhow::Error) {
        let Some(refusal) = refusal(error) else { return };
        if self.told_lately() {
            tracing::error!("the store takes no writes; the operators were told within the last hour");
            return;
        }
        let notifiers = match wiring::notifiers(self.settings) {
            Ok(notifiers) => notifiers,
            Err(error) => return tracing::error!("no channel can be used: {error:#}"),
        };
        let words = words(&refusal.to_string());
        let operators = wiring::operators(self.settings);
        let sent = operators.into_iter().map(|operator| self.hand_over(&notifiers, operator, &words));
        if join_all(sent).await.contains(&true) {
            let marked =
                File::options().append(true).open(&self.marker).and_then(|f| f.set_modified(SystemTime::now()));
            if let Err(error) = marked {
                tracing::warn!("{}: {error}; the operators may be told again at the next start", self.marker.display());
            }
        }
    }

    fn told_lately(&self) -> bool {
        let at = std::fs::metadata(&self.marker).and_then(|meta| meta.modified());
        at.is_ok_and(|at| at.elapsed().is_ok_and(|elapsed| elapsed < AT_MOST_EVERY))
    }

    async fn hand_over(&self, notifiers: &[Arc<dyn Notifier>], receiver: Receiver, words: &Words) -> bool {
        let Some(notifier) = notifiers.iter().find(|notifier| notifier.channel() == receiver.channel) else {
            return false;
        };
        let message = crate::notify::write(&self.letter(receiver, words), &crate::detect::rule);
        match tokio::time::timeout(WITHIN, notifier.send(&message)).await {
            Ok(Ok(())) => return true,
            Ok(Err(SendError::Retry { detail, .. } | SendError::GiveUp { detail })) => {
                tracing::error!(receiver = %message.receiver.address, "not told: {detail}");
            }
            Err(_) => tracing::error!(receiver = %message.receiver.address, "not told: it took too long"),
        }
        false
    }

    fn letter(&self, receiver: Receiver, words: &Words) -> Letter {
        let wording = wiring::wording(self.settings);
        let event = Event::Operations { trouble: "store-refuses".to_owned(), words: words.clone(), over: false };
        let story = Story { event, target: None, incident: None, proposal: None, excerpts: Vec::new() };
        Letter {
            id: Uuid::now_v7(),
            receiver,
            stories: vec![story],
            references: Vec::new(),
            domain: wording.domain,
            operators: wording.operators,
            chain_heads: Vec::new(),
            endings: Vec::new(),
            at: Timestamp::now(),
        }
    }
}

/// The store's refusal to write behind an error, if that is what it is.
fn refusal(error: &anyhow::Error) -> Option<&StoreError> {
    let found = error.chain().find_map(|cause| cause.downcast_ref::<StoreError>());
    found.filter(|error| matches!(error, StoreError::Database(_) | StoreError::File { .. } | StoreError::WriterGone(_)))
}

fn words(error: &str) -> Words {
    Words::new(
        format!(
            "hinomi could not write to its data folder and has ended. NOTHING is watched until this is mended, and an alarm that was just being written down is raised again only after that. Make room on the disk (`df`), check the folder's permissions, then start the service. This message went past the outbox and is not repeated within an hour.\n{error}"
        ),
        format!(
            "火の見はデータ領域に書き込めず、停止しました。復旧するまで何も監視されません。記録中だった警報も、復旧後の点検で改めて出ます。ディスクの空きを作り(`df` で確認)、フォルダーの権限を確かめてから、サービスを起動してください。この通知は送信待ちを経ずに直接送っており、1時間以内には繰り返しません。\n{error}"
        ),
    )
}
