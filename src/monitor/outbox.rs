//! The outbox: notices become messages whose text is fixed, messages are sent until they arrived or were refused for good.

use super::chance::random;
use super::company::{horizon, lately_since, told_at_last, told_now};
use super::pulse::Pulse;
use super::trouble;
use super::wording::{Wording, write_messages};
use crate::model::words;
use crate::model::{Channel, Message, Notice, Receiver, Words};
use crate::notify::{Notifier, SendError};
use crate::store::{Result, Store};
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

/// First wait after a failed attempt; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_secs(20);
/// Longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);
/// A message that could not be sent for this long is given up.
const GIVE_UP_AFTER: Duration = Duration::from_secs(5 * 24 * 60 * 60);
/// Trouble with a message that nobody will get.
const GIVEN_UP: &str = "message-given-up";
/// Messages of one channel sent at a time, each to another receiver: a mail server that hangs holds up no webhook.
const AT_A_TIME: usize = 16;

/// Whether notices wait for company, and receivers are spared in a storm.
#[derive(Debug, Clone, Copy)]
enum Patience {
    Some,
    None,
}

/// Messages that are being sent, with their channels.
type Busy = HashMap<Uuid, Channel>;

/// Sends what has been decided.
pub struct Postman<S> {
    /// Where notices and messages wait.
    pub store: Arc<S>,
    /// The channels.
    pub notifiers: Vec<Arc<dyn Notifier>>,
    /// What messages are written with.
    pub wording: Wording,
    /// Who hears of messages that were given up.
    pub operators: Vec<Receiver>,
    /// Longest time between two looks.
    pub tick: Duration,
}

impl<S: Store> Postman<S> {
    /// Writes and sends until told to stop; what is being sent then is waited for, as long as a channel's own limit.
    ///
    /// # Errors
    /// When the store fails: the process must end.
    pub async fn run(self: Arc<Self>, pulse: Arc<Pulse>, mut stop: watch::Receiver<bool>) -> Result<()> {
        let mut sending = JoinSet::new();
        let mut busy = HashMap::new();
        while !*stop.borrow() {
            self.compose(Timestamp::now(), Patience::Some).await?;
            self.start(&mut sending, &mut busy).await?;
            pulse.posted(Timestamp::now());
            tokio::select! {
                Some(ended) = sending.join_next() => self.settle(ended, &mut busy)?,
                () = tokio::time::sleep(self.tick) => {}
                _ = stop.changed() => {}
            }
        }
        while let Some(ended) = sending.join_next().await {
            self.settle(ended, &mut busy)?;
        }
        Ok(())
    }

    /// Writes and sends everything that is due by now, or within the time that notices wait for company, once; for
    /// commands that do not run the service: nobody may come back to send what they leave.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn once(self: &Arc<Self>) -> Result<()> {
        self.compose(Timestamp::now(), Patience::None).await?;
        let (mut sending, mut busy) = (JoinSet::new(), HashMap::new());
        loop {
            self.start(&mut sending, &mut busy).await?;
            let Some(ended) = sending.join_next().await else { return Ok(()) };
            self.settle(ended, &mut busy)?;
        }
    }

    /// Fixes the messages of what is told now.
    async fn compose(&self, now: Timestamp, patience: Patience) -> Result<()> {
        let waiting = self.store.due_notices(horizon(now, self.tick)).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let notices = match patience {
            Patience::None => told_at_last(waiting, now),
            Patience::Some if waiting.iter().all(|notice| notice.not_before > now) => return Ok(()),
            Patience::Some => {
                let lately = self.store.lately(lately_since(now, self.tick)).await?;
                told_now(waiting, &lately, now, self.tick)
            }
        };
        let messages = write_messages(self.store.as_ref(), &self.wording, notices, now).await?;
        self.store.compose(messages).await
    }

    async fn start(self: &Arc<Self>, sending: &mut JoinSet<Result<Uuid>>, busy: &mut Busy) -> Result<()> {
        // Those that are being sent are due too: ask for that many more.
        let limit = u32::try_from(AT_A_TIME * 2).unwrap_or(u32::MAX);
        let due = self.store.due_messages(Timestamp::now(), limit).await?;
        for message in free_to_go(due, busy) {
            busy.insert(message.id, message.receiver.channel);
            let postman = Arc::clone(self);
            sending.spawn(async move { postman.send(message).await });
        }
        Ok(())
    }

    fn settle(&self, ended: std::result::Result<Result<Uuid>, tokio::task::JoinError>, busy: &mut Busy) -> Result<()> {
        match ended {
            Ok(result) => {
                busy.remove(&result?);
                Ok(())
            }
            Err(error) if error.is_cancelled() => Ok(()),
            Err(error) => Err(crate::store::StoreError::Damaged(words!(
                "a message could not be sent: {error}",
                "知らせを送れませんでした: {error}"
            ))),
        }
    }

    /// One attempt; *sent* is written down after it arrived.
    async fn send(&self, message: Message) -> Result<Uuid> {
        let id = message.id;
        let sent = match self.notifier(message.receiver.channel) {
            Some(notifier) => notifier.send(&message).await,
            None => Err(SendError::GiveUp { detail: "this channel is not configured".to_owned() }),
        };
        let now = Timestamp::now();
        match sent {
            Ok(()) => self.store.sent(id, now).await?,
            Err(SendError::Retry { detail, after }) => {
                let next = next_attempt(&message, after, now, random());
                self.failed(&message, detail, next, now).await?;
            }
            Err(SendError::GiveUp { detail }) => self.failed(&message, detail, None, now).await?,
        }
        Ok(id)
    }

    fn notifier(&self, channel: Channel) -> Option<&Arc<dyn Notifier>> {
        self.notifiers.iter().find(|notifier| notifier.channel() == channel)
    }

    async fn failed(&self, message: &Message, detail: String, next: Option<Timestamp>, now: Timestamp) -> Result<()> {
        tracing::warn!(receiver = %message.receiver.address, given_up = next.is_none(), "not sent: {detail}");
        let given_up = next.is_none() && !is_complaint(message);
        let complaint = if given_up { self.complain(message, &detail, now) } else { Vec::new() };
        self.store.failed(message.id, now, detail, next, complaint).await
    }

    /// A message nobody will get is told to the operators on the other ways.
    fn complain(&self, message: &Message, detail: &str, now: Timestamp) -> Vec<Notice> {
        let (who, subject) = (&message.receiver.address, &message.subject);
        let words = Words::new(
            format!(
                "A message to {who} was given up: {detail}. Its subject was: {subject}. Reach this receiver on another way and correct the address."
            ),
            format!(
                "{who} 宛てのメッセージの送信を断念しました: {detail}。件名: {subject}。別の手段で連絡し、宛先を修正してください。"
            ),
        );
        let others = self.operators.iter().filter(|operator| operator.address != message.receiver.address);
        trouble::notices(&others.cloned().collect::<Vec<_>>(), GIVEN_UP, &words, false, now)
    }
}

/// Of the messages that are due those that find a place on their channel.
fn free_to_go(mut due: Vec<Message>, busy: &Busy) -> Vec<Message> {
    let mut taken: HashMap<Channel, usize> = HashMap::new();
    busy.values().for_each(|channel| *taken.entry(*channel).or_default() += 1);
    due.retain(|message| {
        let taken = taken.entry(message.receiver.channel).or_default();
        let goes = !busy.contains_key(&message.id) && *taken < AT_A_TIME;
        *taken += usize::from(goes);
        goes
    });
    due
}

/// Whether a message tells of another one that was given up: two operators who both refuse would complain of each other
/// for ever.
fn is_complaint(message: &Message) -> bool {
    let stories = message.json["stories"].as_array();
    stories.is_some_and(|stories| !stories.is_empty() && stories.iter().all(|story| story["trouble"] == GIVEN_UP))
}

/// When a message is tried again: later and later, with jitter; none when it has been tried for days.
fn next_attempt(message: &Message, after: Option<Duration>, now: Timestamp, random: u64) -> Option<Timestamp> {
    if now.duration_since(message.at).unsigned_abs() >= GIVE_UP_AFTER {
        return None;
    }
    let doubled = FIRST_WAIT.saturating_mul(1_u32.checked_shl(message.attempts.min(16)).unwrap_or(u32::MAX));
    let wait = super::chance::jittered(doubled.min(LONGEST_WAIT), random);
    let wait = wait.max(after.unwrap_or_default().min(LONGEST_WAIT));
    Some(now.saturating_add(wait).unwrap_or(Timestamp::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Language;

    fn message(channel: Channel) -> Message {
        let receiver =
            Receiver { channel, address: Uuid::now_v7().to_string(), name: String::new(), language: Language::English };
        Message {
            id: Uuid::now_v7(),
            receiver,
            message_id: String::new(),
            references: Vec::new(),
            subject: String::new(),
            text: String::new(),
            html: String::new(),
            json: serde_json::Value::Null,
            incidents: Vec::new(),
            at: Timestamp::UNIX_EPOCH,
            attempts: 0,
            next_attempt: Timestamp::UNIX_EPOCH,
            last_error: None,
        }
    }

    #[test]
    fn a_mail_server_that_hangs_holds_up_no_webhook() {
        let mails: Vec<Message> = (0..AT_A_TIME + 5).map(|_| message(Channel::Mail)).collect();
        let first = free_to_go(mails.clone(), &Busy::new());
        assert_eq!(first.len(), AT_A_TIME);
        let busy: Busy = first.iter().map(|message| (message.id, Channel::Mail)).collect();
        let hook = message(Channel::Webhook);
        let due = mails.into_iter().chain([hook.clone()]).collect();
        assert_eq!(free_to_go(due, &busy), [hook]);
    }
}
