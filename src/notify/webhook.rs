//! Webhooks: the letter as signed JSON, posted once.
//!
//! A receiver checks `Hinomi-Signature: t=<unix seconds>,v1=<hex>`: `v1` is HMAC-SHA256 of `<t>.<body>` under the shared
//! secret, and `t` lies within a few minutes of its own clock. `Idempotency-Key` is the message's id: the same at each attempt.

use super::{Notifier, SendError};
use crate::model::{Channel, Message, Secret, Words};
use crate::net::{Client, Method, Reply, Request};
use futures_util::future::BoxFuture;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{Timestamp, fmt::rfc2822};
use sha2::Sha256;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;
use url::Url;

/// Where a webhook goes. The whole URL is a secret: it often holds a token.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The URL: `https://…`, or `http://…` inside an allowed range.
    pub url: Secret,
    /// Key of the signature.
    pub key: Secret,
}

/// Settings of webhooks.
#[derive(Clone)]
pub struct WebhookOptions {
    /// The way out; bad certificates must end its connections ([`Trust::Strict`](crate::net::Trust::Strict)).
    pub client: Client,
    /// Webhooks by name; a receiver's address is such a name.
    pub endpoints: BTreeMap<String, Endpoint>,
    /// What the `User-Agent` header says.
    pub user_agent: String,
    /// Longest attempt.
    pub limit: Duration,
}

/// Longest wait that a `Retry-After` is believed.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// Bytes of an answer's body that are read, so that its connection can be used again.
const MOST_ANSWER: usize = 4096;

/// Posts messages to webhooks by their names.
pub struct Webhook {
    options: WebhookOptions,
    urls: BTreeMap<String, Url>,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("names", &self.urls.keys()).finish_non_exhaustive()
    }
}

/// A webhook's setting is wrong. Texts hold no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// Its URL cannot be used.
    #[error("the URL of webhook '{0}' must be https://… or http://… with a host")]
    Url(String),
    /// Its key is empty.
    #[error("webhook '{0}' needs a secret to sign with")]
    Key(String),
}

impl WebhookError {
    /// The same in both languages.
    #[must_use]
    pub fn words(&self) -> Words {
        let ja = match self {
            Self::Url(name) => format!("Webhook「{name}」のURLは、ホストのあるhttps://…かhttp://…にしてください"),
            Self::Key(name) => format!("Webhook「{name}」には署名のための秘密の鍵が必要です"),
        };
        Words { en: self.to_string(), ja }
    }
}

impl Webhook {
    /// Webhooks with these settings; connects to nothing yet.
    ///
    /// # Errors
    /// [`WebhookError`] names the webhook whose setting is wrong.
    pub fn new(options: WebhookOptions) -> Result<Self, WebhookError> {
        let mut urls = BTreeMap::new();
        for (name, endpoint) in &options.endpoints {
            let url = endpoint.url.expose().parse::<Url>().ok();
            let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
            urls.insert(name.clone(), url.ok_or_else(|| WebhookError::Url(name.clone()))?);
            if endpoint.key.expose().is_empty() {
                return Err(WebhookError::Key(name.clone()));
            }
        }
        Ok(Self { options, urls })
    }

    async fn send_once(&self, message: &Message) -> Result<(), SendError> {
        let name = &message.receiver.address;
        let Some((url, endpoint)) = self.urls.get(name).zip(self.options.endpoints.get(name)) else {
            return Err(SendError::GiveUp {
                detail: format!("no webhook '{name}' is configured; add it or remove it"),
            });
        };
        let now = Timestamp::now();
        let request = self.request(url, endpoint, message, now);
        match self.options.client.exchange(&request, MOST_ANSWER, self.options.limit).await {
            Ok(reply) => judge(name, &reply, now),
            Err(error) => {
                let what = redact(&error.detail, url, endpoint);
                Err(SendError::Retry { detail: format!("webhook '{name}': {what}"), after: None })
            }
        }
    }

    fn request(&self, url: &Url, endpoint: &Endpoint, message: &Message, now: Timestamp) -> Request {
        let body = message.json.to_string().into_bytes();
        let headers = vec![
            ("content-type", "application/json; charset=utf-8".to_owned()),
            ("user-agent", self.options.user_agent.clone()),
            ("hinomi-signature", sign(&endpoint.key, now.as_second(), &body)),
            ("idempotency-key", message.id.to_string()),
        ];
        let first_byte = self.options.limit;
        Request { method: Method::Post, url: url.clone(), headers, body, fresh: false, first_byte }
    }
}

impl Notifier for Webhook {
    fn channel(&self) -> Channel {
        Channel::Webhook
    }

    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Result<(), SendError>> {
        Box::pin(self.send_once(message))
    }
}

/// Value of the signature header: `t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`.
#[must_use]
pub fn sign(key: &Secret, unix: i64, body: &[u8]) -> String {
    // HMAC takes keys of every length, so this never falls back.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.expose().as_bytes()) else { return String::new() };
    mac.update(format!("{unix}.").as_bytes());
    mac.update(body);
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={unix},v1={hex}")
}

fn judge(name: &str, reply: &Reply, now: Timestamp) -> Result<(), SendError> {
    let status = reply.status;
    match status {
        200..=299 => Ok(()),
        408 | 425 | 429 | 500..=599 => {
            let after = reply.headers.iter().find(|(key, _)| key == "retry-after");
            let after = after.and_then(|(_, value)| wait(value, now)).map(|after| after.min(LONGEST_WAIT));
            Err(SendError::Retry { detail: format!("webhook '{name}' answered {status}"), after })
        }
        300..=399 => Err(SendError::GiveUp {
            detail: format!("webhook '{name}' answered {status}: redirects are not followed; correct its URL"),
        }),
        _ => Err(SendError::GiveUp { detail: format!("webhook '{name}' answered {status}; check its URL and secret") }),
    }
}

/// A `Retry-After` in seconds or as a date, as time from now.
fn wait(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    let date = || Duration::try_from(rfc2822::parse(value).ok()?.timestamp().duration_since(now)).ok();
    value.parse().ok().map(Duration::from_secs).or_else(date)
}

/// A transport's words without anything of the URL but the host, and without the key.
fn redact(what: &str, url: &Url, endpoint: &Endpoint) -> String {
    let mut parts = vec![endpoint.url.expose(), url.as_str(), endpoint.key.expose(), url.username()];
    parts.extend(url.password());
    parts.extend(url.query());
    parts.extend(Some(url.path()).filter(|path| path.len() > 1));
    parts.into_iter().fold(what.to_owned(), |text, part| Secret::new(part).redact(&text))
}
