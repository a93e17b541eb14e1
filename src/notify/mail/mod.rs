//! Mail: each message once, through a mail server or as a file in a folder.

mod compose;
mod folder;
mod reply;
mod smtp;

use super::{Notifier, SendError};
use crate::model::{Channel, Message, Secret, Words, display_line};
use futures_util::future::BoxFuture;
use lettre::message::Mailbox;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// How mail leaves.
#[derive(Debug, Clone)]
pub enum Transport {
    /// Through a mail server.
    Smtp(SmtpOptions),
    /// As `.eml` files in this folder; it is made when missing.
    Folder(PathBuf),
}

/// A mail server.
#[derive(Clone)]
pub struct SmtpOptions {
    /// `smtps://host[:465]`: TLS from the start. `smtp://host[:587]`: STARTTLS, required; without TLS only for a loopback
    /// host (port 25 unless given; `?tls=required` asks for STARTTLS there too) or with `insecure`.
    pub url: Url,
    /// User name, when the server wants one.
    pub username: Option<String>,
    /// Its password.
    pub password: Option<Secret>,
    /// Send without TLS to a host that is not this machine: names, addresses and passwords can be read on the way.
    pub insecure: bool,
    /// Certificates (PEM) of authorities trusted beside those of the system.
    pub authorities: Vec<Vec<u8>>,
    /// Name in EHLO; the machine's name when missing.
    pub hello: Option<String>,
}

impl fmt::Debug for SmtpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let server = format!("{}://{}", self.url.scheme(), self.url.host_str().unwrap_or_default());
        f.debug_struct("SmtpOptions").field("server", &server).field("username", &self.username).finish_non_exhaustive()
    }
}

/// Settings of mail.
#[derive(Debug, Clone)]
pub struct MailOptions {
    /// How it leaves.
    pub transport: Transport,
    /// Sender: `mail` or `NAME <mail>`.
    pub from: String,
    /// Where answers go, when not to the sender: the operators' address.
    pub reply_to: Option<String>,
    /// Longest attempt.
    pub limit: Duration,
}

/// What is wrong with the settings of mail. Texts hold no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The URL has an unknown scheme or no host.
    #[error("the mail server's URL must be smtps://host or smtp://host; '{0}://…' is not")]
    Url(String),
    /// The URL holds a user name or a password.
    #[error("user name and password do not belong into the mail server's URL; give them as settings of their own")]
    Credentials,
    /// A password without a user name, or the other way round.
    #[error("user name and password of the mail server are given both or not at all")]
    Half,
    /// An address cannot be read.
    #[error("{which} is no mail address: write mail@host or NAME <mail@host>, not '{text}'")]
    Address {
        /// `from` or `reply_to`.
        which: &'static str,
        /// What was given.
        text: String,
    },
    /// A certificate cannot be read, or TLS cannot be set up.
    #[error("TLS of the mail server: {0}; check the certificate file (PEM)")]
    Tls(String),
}

impl MailError {
    /// The same in both languages.
    #[must_use]
    pub fn words(&self) -> Words {
        let ja = match self {
            Self::Url(scheme) => {
                format!("メールサーバーのURLはsmtps://ホストかsmtp://ホストです。「{scheme}://…」は使えません")
            }
            Self::Credentials => {
                "ユーザー名とパスワードはメールサーバーのURLではなく、それぞれの設定に書いてください".to_owned()
            }
            Self::Half => {
                "メールサーバーのユーザー名とパスワードは、両方を書くか、どちらも書かないでください".to_owned()
            }
            Self::Address { which, text } => format!(
                "{which} はメールアドレスではありません。mail@hostか「氏名 <mail@host>」の形で書いてください: '{text}'"
            ),
            Self::Tls(why) => format!("メールサーバーのTLS: {why}。証明書のファイル（PEM）を確認してください"),
        };
        Words { en: self.to_string(), ja }
    }
}

/// Sends mail.
#[derive(Debug)]
pub struct Mailer {
    way: Way,
    from: Mailbox,
    reply_to: Option<Mailbox>,
}

#[derive(Debug)]
enum Way {
    Smtp(Box<smtp::Server>),
    Folder(PathBuf),
}

impl Mailer {
    /// A mailer with these settings; connects to nothing yet.
    ///
    /// # Errors
    /// [`MailError`] says which setting is wrong.
    pub fn new(options: MailOptions) -> Result<Self, MailError> {
        let way = match options.transport {
            Transport::Smtp(server) => Way::Smtp(Box::new(smtp::Server::new(server, options.limit)?)),
            Transport::Folder(folder) => Way::Folder(folder),
        };
        let from = mailbox("from", &options.from)?;
        let reply_to = options.reply_to.as_deref().map(|text| mailbox("reply_to", text)).transpose()?;
        Ok(Self { way, from, reply_to })
    }

    /// Asks the mail server, as far as a message would be handed over; a folder is made and written to.
    ///
    /// # Errors
    /// [`SendError`] as for sending.
    pub async fn test(&self) -> Result<(), SendError> {
        match &self.way {
            Way::Smtp(server) => server.test().await,
            Way::Folder(folder) => folder::test(folder).await,
        }
    }

    async fn send_once(&self, message: &Message) -> Result<(), SendError> {
        let mail = compose::compose(message, &self.from, self.reply_to.as_ref())?;
        match &self.way {
            Way::Smtp(server) => server.send(mail.envelope(), &mail.formatted()).await,
            Way::Folder(folder) => folder::write(folder, message, &mail.formatted()).await,
        }
    }
}

impl Notifier for Mailer {
    fn channel(&self) -> Channel {
        Channel::Mail
    }

    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Result<(), SendError>> {
        Box::pin(self.send_once(message))
    }
}

fn mailbox(which: &'static str, text: &str) -> Result<Mailbox, MailError> {
    text.parse().map_err(|_| MailError::Address { which, text: display_line(text) })
}
