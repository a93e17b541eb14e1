//! One mail server: connections kept for a while, each step of the conversation judged by itself.

use super::reply::{Stage, judge};
use super::{MailError, SendError, SmtpOptions};
use crate::model::Secret;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use lettre::Address;
use lettre::address::Envelope;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::{self};
use std::fmt;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use url::Url;

/// Connections kept open.
const MOST_PARKED: usize = 4;

/// An idle connection older than this is not used again; servers close them after minutes.
const PARKED_FOR: Duration = Duration::from_secs(60);

/// A parked connection must answer within this time.
const STILL_THERE: Duration = Duration::from_secs(3);

/// Leaving politely takes at most this long.
const FAREWELL: Duration = Duration::from_secs(2);

/// How the connection is protected.
enum Protection {
    None,
    StartTls(TlsParameters),
    Wrapped(TlsParameters),
}

/// A mail server.
pub(super) struct Server {
    host: String,
    port: u16,
    protection: Protection,
    credentials: Option<Credentials>,
    /// The password in every form in which a server may repeat it.
    secrets: Vec<Secret>,
    hello: ClientId,
    limit: Duration,
    parked: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

type Failure = (Stage, smtp::Error);

impl Server {
    pub(super) fn new(options: SmtpOptions, limit: Duration) -> Result<Self, MailError> {
        let url = &options.url;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(MailError::Credentials);
        }
        let host = host(url).ok_or_else(|| MailError::Url(url.scheme().to_owned()))?;
        let (protection, port) = protection(&options, &host)?;
        let (credentials, secrets) = credentials(options.username.as_deref(), options.password.as_ref())?;
        Ok(Self {
            port: url.port().unwrap_or(port),
            host,
            protection,
            credentials,
            secrets,
            hello: options.hello.map_or_else(ClientId::default, ClientId::Domain),
            limit,
            parked: Mutex::default(),
        })
    }

    /// Connects, logs in and leaves.
    pub(super) async fn test(&self) -> Result<(), SendError> {
        self.within_limit(async {
            let mut connection = self.connect().await?;
            leave(&mut connection).await;
            Ok(())
        })
        .await
    }

    /// Hands one mail over.
    pub(super) async fn send(&self, envelope: &Envelope, mail: &[u8]) -> Result<(), SendError> {
        self.within_limit(async {
            let mut connection = match self.unpark().await {
                Some(connection) => connection,
                None => self.connect().await?,
            };
            let spoken = converse(&mut connection, envelope, mail).await;
            match spoken {
                Ok(()) => self.park(connection).await,
                Err(_) => leave(&mut connection).await,
            }
            spoken
        })
        .await
    }

    async fn within_limit(&self, attempt: impl Future<Output = Result<(), Failure>>) -> Result<(), SendError> {
        let server = format!("{}:{}", self.host, self.port);
        match tokio::time::timeout(self.limit, attempt).await {
            Ok(ended) => ended.map_err(|(stage, error)| judge(stage, &error, &server, &self.secrets)),
            Err(_) => {
                let detail = format!("mail server {server}: no answer within {:?}; is it overloaded?", self.limit);
                Err(SendError::Retry { detail, after: None })
            }
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let at = |stage| move |error| (stage, error);
        let wrapped = match &self.protection {
            Protection::Wrapped(tls) => Some(tls.clone()),
            _ => None,
        };
        let server = (self.host.as_str(), self.port);
        let connection = AsyncSmtpConnection::connect_tokio1(server, Some(self.limit), &self.hello, wrapped, None);
        let mut connection = connection.await.map_err(at(Stage::Connect))?;
        if let Protection::StartTls(tls) = &self.protection {
            connection.starttls(tls.clone(), &self.hello).await.map_err(at(Stage::Connect))?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await.map_err(at(Stage::Login))?;
        }
        Ok(connection)
    }

    /// A connection that was kept and still answers.
    async fn unpark(&self) -> Option<AsyncSmtpConnection> {
        loop {
            let (mut connection, since) = self.parked.lock().await.pop()?;
            let fresh = since.elapsed() < PARKED_FOR;
            if fresh && tokio::time::timeout(STILL_THERE, connection.test_connected()).await == Ok(true) {
                return Some(connection);
            }
        }
    }

    async fn park(&self, mut connection: AsyncSmtpConnection) {
        let mut parked = self.parked.lock().await;
        if parked.len() < MOST_PARKED {
            parked.push((connection, Instant::now()));
            return;
        }
        drop(parked);
        leave(&mut connection).await;
    }
}

async fn leave(connection: &mut AsyncSmtpConnection) {
    // The mail's fate is known already; a server that does not answer QUIT changes nothing.
    let _ = tokio::time::timeout(FAREWELL, connection.abort()).await;
}

/// One mail over an open connection.
async fn converse(connection: &mut AsyncSmtpConnection, envelope: &Envelope, mail: &[u8]) -> Result<(), Failure> {
    let at = |stage| move |error| (stage, error);
    let foreign = |address: &&Address| !AsRef::<str>::as_ref(*address).is_ascii();
    let speaks_utf8 = connection.server_info().supports_feature(Extension::SmtpUtfEight);
    let utf8 = speaks_utf8 && envelope.to().iter().chain(envelope.from()).any(|address| foreign(&address));
    let parameters = if utf8 { vec![MailParameter::SmtpUtfEight] } else { Vec::new() };
    connection.command(Mail::new(envelope.from().cloned(), parameters)).await.map_err(at(Stage::Sender))?;
    for receiver in envelope.to() {
        connection.command(Rcpt::new(receiver.clone(), Vec::new())).await.map_err(at(Stage::Recipient))?;
    }
    connection.command(Data).await.map_err(at(Stage::Content))?;
    connection.message(mail).await.map_err(at(Stage::Content))?;
    Ok(())
}

/// The host as a name or address, without the brackets of IPv6.
fn host(url: &Url) -> Option<String> {
    let host = url.host_str()?.trim_start_matches('[').trim_end_matches(']');
    (!host.is_empty()).then(|| host.to_owned())
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Protection and usual port.
fn protection(options: &SmtpOptions, host: &str) -> Result<(Protection, u16), MailError> {
    let wanted = options.url.query_pairs().any(|(key, value)| key == "tls" && value == "required");
    let plain = options.insecure || is_loopback(host);
    match options.url.scheme() {
        "smtps" => Ok((Protection::Wrapped(tls(options, host)?), 465)),
        "smtp" if plain && !wanted => Ok((Protection::None, 25)),
        "smtp" => Ok((Protection::StartTls(tls(options, host)?), 587)),
        other => Err(MailError::Url(other.to_owned())),
    }
}

fn tls(options: &SmtpOptions, host: &str) -> Result<TlsParameters, MailError> {
    let failed = |error: smtp::Error| MailError::Tls(error.to_string());
    let mut builder = TlsParameters::builder(host.to_owned());
    for authority in &options.authorities {
        builder = builder.add_root_certificate(Certificate::from_pem(authority).map_err(failed)?);
    }
    builder.build().map_err(failed)
}

type Login = (Option<Credentials>, Vec<Secret>);

fn credentials(username: Option<&str>, password: Option<&Secret>) -> Result<Login, MailError> {
    let (Some(username), Some(password)) = (username, password) else {
        let none = username.is_none() && password.is_none();
        return if none { Ok((None, Vec::new())) } else { Err(MailError::Half) };
    };
    let plain = format!("\0{username}\0{}", password.expose());
    let forms = [BASE64_STANDARD.encode(plain), BASE64_STANDARD.encode(password.expose())];
    let secrets = forms.into_iter().map(Secret::new).chain([password.clone()]).collect();
    Ok((Some(Credentials::new(username.to_owned(), password.expose().to_owned())), secrets))
}
