//! A small mail server that misbehaves as it is told.

use super::certificates::Certificates;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What the server does at one step; steps are `GREETING`, the verbs of the commands, and `END` of the mail.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    /// Answers this.
    Say(&'static str),
    /// Closes the connection.
    Drop,
    /// Never answers.
    Hang,
    /// Answers a byte at a time, each after a while, without end.
    Drip,
}

/// When TLS begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tls {
    Wrapped,
    StartTls,
}

/// How a server behaves.
#[derive(Default, Clone)]
pub(crate) struct Script {
    /// At which step it does what; everything else is accepted.
    pub(crate) acts: Vec<(&'static str, Act)>,
    /// TLS with these certificates.
    pub(crate) tls: Option<(Tls, Arc<Certificates>)>,
}

/// What arrived: the envelope and the mail.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) mail: Vec<u8>,
}

/// A running server; it ends with the test's runtime.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) port: u16,
    received: Arc<Mutex<Vec<Received>>>,
    connections: Arc<AtomicUsize>,
    logins: Arc<Mutex<Vec<String>>>,
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}
type Wire = BufReader<Box<dyn Stream>>;

impl Server {
    pub(crate) async fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let server = Self { port, received: Arc::default(), connections: Arc::default(), logins: Arc::default() };
        let running = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                running.connections.fetch_add(1, Ordering::SeqCst);
                let (server, script) = (running.clone(), script.clone());
                tokio::spawn(async move { server.serve(stream, script).await });
            }
        });
        server
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().expect("lock").clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Words of the AUTH commands that came.
    pub(crate) fn logins(&self) -> Vec<String> {
        self.logins.lock().expect("lock").clone()
    }

    async fn serve(self, stream: TcpStream, script: Script) -> Option<()> {
        let mut wire: Wire = BufReader::new(Box::new(stream));
        if let Some((Tls::Wrapped, certificates)) = &script.tls {
            wire = upgrade(wire, certificates).await?;
        }
        answer(&mut wire, &script, "GREETING", "220 test ESMTP").await?;
        let mut envelope = (String::new(), String::new());
        loop {
            let mut line = String::new();
            if wire.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let line = line.trim_end();
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => answer(&mut wire, &script, "EHLO", &capabilities(&script)).await?,
                "STARTTLS" => {
                    answer(&mut wire, &script, "STARTTLS", "220 go").await?;
                    let (_, certificates) = script.tls.as_ref()?;
                    wire = upgrade(wire, certificates).await?;
                }
                "AUTH" => {
                    self.logins.lock().expect("lock").push(line.to_owned());
                    answer(&mut wire, &script, "AUTH", "235 welcome").await?;
                }
                "MAIL" => {
                    envelope.0 = line.to_owned();
                    answer(&mut wire, &script, "MAIL", "250 ok").await?;
                }
                "RCPT" => {
                    envelope.1 = line.to_owned();
                    answer(&mut wire, &script, "RCPT", "250 ok").await?;
                }
                "DATA" => self.data(&mut wire, &script, &envelope).await?,
                "QUIT" => {
                    let _ = answer(&mut wire, &script, "QUIT", "221 bye").await;
                    return None;
                }
                _ => answer(&mut wire, &script, &verb, "250 ok").await?,
            }
        }
    }

    async fn data(&self, wire: &mut Wire, script: &Script, envelope: &(String, String)) -> Option<()> {
        answer(wire, script, "DATA", "354 go on").await?;
        let mut mail = Vec::new();
        while !mail.ends_with(b"\r\n.\r\n") {
            if wire.read_until(b'\n', &mut mail).await.ok()? == 0 {
                return None;
            }
        }
        mail.truncate(mail.len() - 3);
        // A server that dies here has the mail already: the same mail may come again.
        let (from, to) = envelope.clone();
        self.received.lock().expect("lock").push(Received { from, to, mail });
        answer(wire, script, "END", "250 taken").await
    }
}

fn capabilities(script: &Script) -> String {
    let starttls = matches!(script.tls, Some((Tls::StartTls, _)));
    format!("250-test\r\n{}250 AUTH PLAIN LOGIN", if starttls { "250-STARTTLS\r\n" } else { "" })
}

async fn upgrade(wire: Wire, certificates: &Certificates) -> Option<Wire> {
    let stream = certificates.acceptor().accept(wire.into_inner()).await.ok()?;
    Some(BufReader::new(Box::new(stream)))
}

/// Does what the script says for a step; none when the conversation is over. A refusal ends nothing.
async fn answer(wire: &mut Wire, script: &Script, step: &str, usual: &str) -> Option<()> {
    let act = script.acts.iter().find(|(at, _)| *at == step).map(|(_, act)| *act);
    match act {
        None => say(wire, usual).await,
        Some(Act::Say(text)) => say(wire, text).await,
        Some(Act::Drop) => None,
        Some(Act::Hang) => {
            // Until the other side leaves.
            let mut rest = Vec::new();
            let _ = wire.read_to_end(&mut rest).await;
            None
        }
        Some(Act::Drip) => loop {
            wire.write_all(b"2").await.ok()?;
            wire.flush().await.ok()?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        },
    }
}

async fn say(wire: &mut Wire, text: &str) -> Option<()> {
    wire.write_all(format!("{text}\r\n").as_bytes()).await.ok()?;
    wire.flush().await.ok()
}
