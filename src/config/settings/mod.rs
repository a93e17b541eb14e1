//! `hinomi.toml`: all settings with their defaults, as plain data. `hinomi.example.toml` documents every key.

mod fetch;
mod mail;
mod read;
mod secret;

use super::units::AddressRange;
use crate::model::{Language, Secret};
use jiff::civil::Time;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

pub use read::parse_settings;
pub use secret::Surroundings;

/// Every table of the file with its keys; the nameless one holds those at the top.
pub const SECTIONS: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "language",
            "data",
            "listen",
            "fetch",
            "check",
            "mail",
            "webhook",
            "retention",
            "heartbeat",
            "escalation",
            "digest",
            "approval",
        ],
    ),
    ("data", &["dir", "baselines"]),
    ("listen", &["address"]),
    ("fetch", fetch::KEYS),
    ("check", &["memory", "services", "signatures"]),
    ("mail", mail::KEYS),
    ("webhook", &["url", "url_file", "url_env", "secret_file", "secret_env", "allow_addresses"]),
    ("retention", &["observations", "observations_per_target", "incidents", "messages"]),
    ("heartbeat", &["url", "url_file", "url_env", "interval"]),
    ("escalation", &["after"]),
    ("digest", &["at"]),
    ("approval", &["days"]),
];

/// All settings of an installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Language of what the service itself writes (log, status page); default Japanese.
    pub language: Language,
    /// Folder of the database; default `data`.
    pub data: PathBuf,
    /// Folder of the record of approvals; default `baselines`.
    pub baselines: PathBuf,
    /// Where health, metrics and the status page are served; default 127.0.0.1:8470.
    pub listen: SocketAddr,
    /// How pages are fetched.
    pub fetch: FetchSettings,
    /// Memory for the pages of all examinations at a time, in bytes; default 512 MB.
    pub check_memory: u64,
    /// A list of well-known services of the operators' own, beside the one that hinomi brings.
    pub services: Option<PathBuf>,
    /// A folder of the analysts' own signatures; none by default. Only a build with the feature `yara` takes it.
    pub signatures: Option<PathBuf>,
    /// How mails are sent.
    pub mail: MailSettings,
    /// The second channel, when there is one.
    pub webhook: Option<WebhookSettings>,
    /// How long things are kept.
    pub retention: RetentionSettings,
    /// The sign of life called outside, when there is one.
    pub heartbeat: Option<HeartbeatSettings>,
    /// How long after its opening an unacknowledged incident goes to the next levels; default 30 minutes, 2 hours.
    pub escalation: Vec<Duration>,
    /// When reviews are told, Japan time; default 09:00.
    pub digest_at: Time,
    /// How many days an approval holds before the page is asked about again; default 400.
    pub approval_days: u32,
}

/// How pages are fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchSettings {
    /// Limit for name resolution, connection and TLS; default 10 s.
    pub connect_timeout: Duration,
    /// Limit from the standing connection to the first byte of the answer; default 20 s.
    pub first_byte_timeout: Duration,
    /// Limit for one request in all, redirects included; default 45 s.
    pub total_timeout: Duration,
    /// Largest body after decompression, in bytes; default 10 MB.
    pub max_body: u64,
    /// Most bytes of a body on the line; default 10 MB.
    pub max_transfer: u64,
    /// Bodies held in memory at the same time, in bytes; default 256 MB.
    pub memory: u64,
    /// Most redirects followed; default 10.
    pub max_redirects: u32,
    /// Who we say we are.
    pub user_agent: String,
    /// URL of the outgoing proxy (`http`, `https`, `socks5`), which may hold a password.
    pub proxy: Option<Secret>,
    /// Only the proxy can resolve names; default false.
    pub proxy_resolves_names: bool,
    /// Private addresses that may be fetched all the same; none by default.
    pub allow_addresses: Vec<AddressRange>,
    /// Ports that may be fetched though they belong to other services; none by default.
    pub allow_ports: Vec<u16>,
    /// Requests to one host at the same time; default 2.
    pub per_host_connections: u32,
    /// Least time between two requests to one host; default 500 ms.
    pub per_host_gap: Duration,
    /// Checks at the same time; default 64.
    pub workers: u32,
    /// Pages of others that are asked for when many hosts fail, to tell the sites from our own network; none by default.
    pub witnesses: Vec<Url>,
}

impl Default for FetchSettings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            first_byte_timeout: Duration::from_secs(20),
            total_timeout: Duration::from_secs(45),
            max_body: 10_000_000,
            max_transfer: 10_000_000,
            memory: 256_000_000,
            max_redirects: 10,
            user_agent: concat!("hinomi/", env!("CARGO_PKG_VERSION"), " (website integrity monitor)").to_owned(),
            proxy: None,
            proxy_resolves_names: false,
            allow_addresses: Vec::new(),
            allow_ports: Vec::new(),
            per_host_connections: 2,
            per_host_gap: Duration::from_millis(500),
            workers: 64,
            witnesses: Vec::new(),
        }
    }
}

/// How mails are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailSettings {
    /// The way mails leave; default: `mail` in the data folder.
    pub way: MailWay,
    /// Sender; its domain also ends the Message-IDs. Default hinomi@localhost.
    pub from: String,
    /// Who runs this installation; never empty. Default operators@localhost.
    pub operators: Vec<String>,
    /// Language of the operators' mails; default Japanese.
    pub operators_language: Language,
}

/// The way mails leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailWay {
    /// As `.eml` files into a folder.
    Folder(PathBuf),
    /// Over a mail server.
    Smtp(SmtpSettings),
}

/// A mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpSettings {
    /// `smtps://host` (TLS from the start, port 465) or `smtp://host` (STARTTLS is a must, port 587); `smtp://` to a
    /// loopback address speaks without TLS. Holds no user name and no password.
    pub url: Url,
    /// User name and password.
    pub login: Option<(String, Secret)>,
}

/// A webhook: the second channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookSettings {
    /// Where messages are posted; http or https.
    pub url: Secret,
    /// Key of the signature.
    pub secret: Secret,
    /// Private addresses it may have all the same.
    pub allow_addresses: Vec<AddressRange>,
}

/// How long things are kept. Approved states, open incidents and their evidence are never touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionSettings {
    /// Observations; default 90 days.
    pub observations: Duration,
    /// Most observations of a target and persona; default 10,000.
    pub observations_per_target: u32,
    /// Resolved incidents with their evidence; default 1,095 days.
    pub incidents: Duration,
    /// Sent messages; default 365 days.
    pub messages: Duration,
}

impl Default for RetentionSettings {
    fn default() -> Self {
        const DAY: u64 = 86_400;
        Self {
            observations: Duration::from_secs(90 * DAY),
            observations_per_target: 10_000,
            incidents: Duration::from_secs(1_095 * DAY),
            messages: Duration::from_secs(365 * DAY),
        }
    }
}

/// The sign of life called outside while checks and outbox move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeartbeatSettings {
    /// What is called; such URLs hold a key, so they are secret.
    pub url: Secret,
    /// How often; default 1 minute.
    pub interval: Duration,
}

impl Default for Settings {
    /// What holds without a `hinomi.toml`.
    fn default() -> Self {
        Self {
            language: Language::default(),
            data: PathBuf::from("data"),
            baselines: PathBuf::from("baselines"),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8470)),
            fetch: FetchSettings::default(),
            check_memory: 512_000_000,
            services: None,
            signatures: None,
            mail: MailSettings {
                way: MailWay::Folder(PathBuf::from("data/mail")),
                from: "hinomi@localhost".to_owned(),
                operators: vec!["operators@localhost".to_owned()],
                operators_language: Language::default(),
            },
            webhook: None,
            retention: RetentionSettings::default(),
            heartbeat: None,
            escalation: vec![Duration::from_secs(1_800), Duration::from_secs(7_200)],
            digest_at: Time::constant(9, 0, 0, 0),
            approval_days: 400,
        }
    }
}
