//! From settings to concrete adapters: fetcher, channels, store, receivers, spans of time.

use crate::app::fault::OrFault as _;
use crate::config::{AddressRange, MailWay, Settings, SmtpSettings};
use crate::fetch::{FetchOptions, HttpFetcher, Identity};
use crate::judge::Timing;
use crate::model::words;
use crate::model::{Channel, Receiver};
use crate::monitor::Wording;
use crate::net::{AllowedRanges, Client, ClientOptions, Guard, Lookup, Ports, Proxy, Trust};
use crate::notify::{Endpoint, MailOptions, Mailer, Notifier, SmtpOptions, Transport, Webhook, WebhookOptions};
use crate::store::{Paths, Retention, Sqlite};
use anyhow::Result;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Name of the one webhook.
pub(super) const WEBHOOK: &str = "default";
/// Longest attempt to send a message.
const SEND_LIMIT: Duration = Duration::from_secs(60);

/// Opens the store in the configured folders.
///
/// # Errors
/// When a folder cannot be used, or the database is of a newer hinomi.
pub(super) fn open_store(settings: &Settings) -> Result<Sqlite> {
    let store = Sqlite::open(paths(settings), jiff::Timestamp::now());
    store.or_fault(|| {
        let folder = settings.data.display();
        words!("data folder {folder}", "データフォルダー {folder}")
    })
}

pub(super) fn paths(settings: &Settings) -> Paths {
    Paths { database: settings.data.join("hinomi.sqlite"), baselines: settings.baselines.clone() }
}

/// The guard with the exceptions that the settings make.
///
/// # Errors
/// When an address range cannot be used.
pub(super) fn guard(settings: &Settings, allowed: &[AddressRange]) -> Result<Guard> {
    let ranges: Vec<String> = allowed.iter().map(ToString::to_string).collect();
    Ok(Guard { allowed: AllowedRanges::parse(&ranges)?, ports: Ports { also: settings.fetch.allow_ports.clone() } })
}

/// The way out, with the guard's exceptions.
fn client_options(settings: &Settings, trust: Trust, allowed: &[AddressRange]) -> Result<ClientOptions> {
    let mut options = ClientOptions::new(trust);
    options.guard = guard(settings, allowed)?;
    options.connect_timeout = settings.fetch.connect_timeout;
    let resolves_names = settings.fetch.proxy_resolves_names;
    options.proxy = settings.fetch.proxy.clone().map(|url| Proxy { resolves_names, url });
    Ok(options)
}

/// The fetcher.
///
/// # Errors
/// When the proxy, the user agent or an address range cannot be used.
pub(super) fn fetcher(settings: &Settings) -> Result<HttpFetcher> {
    fetcher_over(settings, client_options(settings, Trust::Record, &settings.fetch.allow_addresses)?)
}

/// A fetcher that looks names up somewhere else.
///
/// # Errors
/// As for [`fetcher`].
pub(super) fn fetcher_with(settings: &Settings, lookup: Arc<dyn Lookup>) -> Result<HttpFetcher> {
    let client = client_options(settings, Trust::Record, &settings.fetch.allow_addresses)?;
    fetcher_over(settings, ClientOptions { lookup, ..client })
}

fn fetcher_over(settings: &Settings, client: ClientOptions) -> Result<HttpFetcher> {
    let fetch = &settings.fetch;
    let options = FetchOptions {
        client,
        identity: Identity { product: fetch.user_agent.clone(), ..Identity::default() },
        first_byte_timeout: fetch.first_byte_timeout,
        total_timeout: fetch.total_timeout,
        max_transfer: fetch.max_transfer,
        max_body: usize::try_from(fetch.max_body).unwrap_or(usize::MAX),
        max_redirects: fetch.max_redirects as usize,
        memory: usize::try_from(fetch.memory).unwrap_or(usize::MAX),
        per_host: fetch.per_host_connections as usize,
        gap: fetch.per_host_gap,
    };
    Ok(HttpFetcher::new(options)?)
}

/// A client that ends connections with bad certificates: for the heartbeat and webhooks.
///
/// # Errors
/// When the proxy or an address range cannot be used.
pub(super) fn strict_client(settings: &Settings, allowed: &[AddressRange]) -> Result<Client> {
    Ok(Client::new(client_options(settings, Trust::Strict, allowed)?)?)
}

/// The configured channels.
///
/// # Errors
/// When the settings of one cannot be used.
pub(super) fn notifiers(settings: &Settings) -> Result<Vec<Arc<dyn Notifier>>> {
    let mut notifiers: Vec<Arc<dyn Notifier>> = vec![Arc::new(mailer(settings)?)];
    if let Some(webhook) = &settings.webhook {
        let endpoint = Endpoint { url: webhook.url.clone(), key: webhook.secret.clone() };
        let options = WebhookOptions {
            client: strict_client(settings, &webhook.allow_addresses)?,
            endpoints: BTreeMap::from([(WEBHOOK.to_owned(), endpoint)]),
            user_agent: settings.fetch.user_agent.clone(),
            limit: SEND_LIMIT,
        };
        notifiers.push(Arc::new(Webhook::new(options)?));
    }
    Ok(notifiers)
}

/// Whether mails can be handed over now: the server answers and takes our name, or the folder can be written to.
///
/// # Errors
/// What the server or the folder says, and what to do.
pub(super) async fn test_mail(settings: &Settings) -> Result<()> {
    Ok(mailer(settings)?.test().await?)
}

fn mailer(settings: &Settings) -> Result<Mailer> {
    let mail = &settings.mail;
    let transport = match &mail.way {
        MailWay::Folder(folder) => Transport::Folder(folder.clone()),
        MailWay::Smtp(server) => Transport::Smtp(smtp(server)),
    };
    let reply_to = mail.operators.first().cloned();
    Ok(Mailer::new(MailOptions { transport, from: mail.from.clone(), reply_to, limit: SEND_LIMIT })?)
}

fn smtp(server: &SmtpSettings) -> SmtpOptions {
    let (username, password) = server.login.clone().unzip();
    SmtpOptions { url: server.url.clone(), username, password, insecure: false, authorities: Vec::new(), hello: None }
}

/// Operators by mail, and the webhook.
pub(super) fn operators(settings: &Settings) -> Vec<Receiver> {
    let language = settings.mail.operators_language;
    let mail = settings.mail.operators.iter().map(|address| Receiver {
        channel: Channel::Mail,
        address: address.clone(),
        name: String::new(),
        language,
    });
    let webhook = settings.webhook.iter().map(|_| Receiver {
        channel: Channel::Webhook,
        address: WEBHOOK.to_owned(),
        name: String::new(),
        language,
    });
    mail.chain(webhook).collect()
}

pub(super) fn wording(settings: &Settings) -> Wording {
    let from = settings.mail.from.trim_end_matches('>');
    let domain = from.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    let operators = settings.mail.operators.first().cloned().unwrap_or_default();
    Wording { domain: domain.to_owned(), operators }
}

pub(super) fn timing(settings: &Settings) -> Timing {
    let digest_at = Some((settings.digest_at.hour(), settings.digest_at.minute()));
    Timing { escalate_after: settings.escalation.clone(), digest_at, ..Timing::default() }
}

pub(super) fn retention(settings: &Settings) -> Retention {
    let kept = &settings.retention;
    Retention {
        observations: kept.observations,
        observations_per_target: kept.observations_per_target,
        incidents: kept.incidents,
        messages: kept.messages,
    }
}
