//! The HTTP client: every request is checked by the guard, goes to checked addresses, and comes back with its facts.

use super::connection::{Note, Noting};
use super::error::{Error, SetupError};
use super::options::{ClientOptions, Proxy};
use super::resolver::GuardedResolver;
use super::tls::{self, Record};
use crate::model::{Certificate, UnseenReason};
use bytes::Bytes;
use jiff::Timestamp;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use url::{Host, Url};

/// A kept connection is closed after this long without use; most hosts are visited again minutes later.
const POOL_IDLE: Duration = Duration::from_secs(10);
/// Kept connections to one host.
const POOL_PER_HOST: usize = 2;
/// Bytes of HTTP/2 body that a host may send ahead, per stream and per connection.
const H2_STREAM_WINDOW: u32 = 256 << 10;
const H2_CONNECTION_WINDOW: u32 = 1 << 20;
/// Most header lines and bytes of an answer's head.
const MAX_HEADERS: usize = 128;
const MAX_HEADER_BYTES: usize = 64 << 10;

/// What is done to a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Write.
    Post,
}

/// One request. Redirects are not followed.
#[derive(Debug, Clone)]
pub struct Request {
    /// Read or write.
    pub method: Method,
    /// Where to.
    pub url: Url,
    /// Headers in order.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Over a new connection.
    pub fresh: bool,
    /// Time after the connection stands until the head of the answer must have come.
    pub first_byte: Duration,
}

/// The head of an answer; its body comes piece by piece, as it was sent (compressed bodies stay compressed).
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers in order, names in lower case, values as text.
    pub headers: Vec<(String, String)>,
    /// The address that answered; the proxy's where there is one.
    pub remote: Option<SocketAddr>,
    /// The certificate that was shown for it.
    pub certificate: Option<Certificate>,
    response: reqwest::Response,
}

/// A whole answer, for callers that need no more than a status and a short text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Headers in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The beginning of the body, at most as long as was asked for.
    pub body: Vec<u8>,
}

/// The one client for all hosts. It is cheap to clone.
#[derive(Clone)]
pub struct Client {
    pooled: reqwest::Client,
    /// The same without kept connections.
    fresh: reqwest::Client,
    resolver: GuardedResolver,
    record: Arc<Record>,
    proxy: Option<Proxy>,
    connect_timeout: Duration,
}

impl Client {
    /// Sets the client up; nothing is sent.
    ///
    /// # Errors
    /// [`SetupError`] when the proxy, a root certificate or the TLS settings cannot be used.
    pub fn new(options: ClientOptions) -> Result<Self, SetupError> {
        let record = Arc::new(Record::default());
        let proxy_host = options.proxy.as_ref().map(proxy_host).transpose()?;
        let resolver = GuardedResolver {
            lookup: options.lookup.clone(),
            guard: Arc::new(options.guard.clone()),
            proxy: proxy_host.clone(),
        };
        let config = tls::config(options.trust, &options.extra_roots, proxy_host, record.clone())?;
        Ok(Self {
            pooled: build(&options, config.clone(), resolver.clone(), POOL_PER_HOST)?,
            fresh: build(&options, config, resolver.clone(), 0)?,
            resolver,
            record,
            proxy: options.proxy,
            connect_timeout: options.connect_timeout,
        })
    }

    /// Sends a request and waits for the head of the answer. A kept connection that the other side has closed before it
    /// answered is replaced once when the request only reads. Whatever else fails is sent by nobody again.
    ///
    /// # Errors
    /// [`Error`], each kind with its reason.
    pub async fn send(&self, request: &Request) -> Result<Answer, Error> {
        self.check(&request.url).await?;
        let client = if request.fresh { &self.fresh } else { &self.pooled };
        let note = Note::new();
        let response = match self.attempt(client, request, &note).await {
            Err(Attempt::Client(error)) if request.method == Method::Get && is_stale(&note, &error) => {
                self.attempt(&self.fresh, request, &Note::new()).await
            }
            other => other,
        };
        let response = response.map_err(|failed| self.error(failed))?;
        self.answer(request, response)
    }

    /// Sends a request and reads at most `limit` bytes of the answer, all within `total`.
    ///
    /// # Errors
    /// [`Error`], each kind with its reason. What goes wrong after the head is none: the status has come.
    pub async fn exchange(&self, request: &Request, limit: usize, total: Duration) -> Result<Reply, Error> {
        let deadline = Instant::now() + total;
        let late = || Error::new(UnseenReason::TotalTimeout, format!("no answer within {total:?}"));
        let mut answer = timeout_at(deadline, self.send(request)).await.map_err(|_| late())??;
        let mut body = Vec::new();
        while let Ok(Ok(Some(chunk))) = timeout_at(deadline, answer.chunk()).await {
            let room = limit.saturating_sub(body.len());
            body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
            if chunk.len() >= room {
                break;
            }
        }
        Ok(Reply { status: answer.status, headers: std::mem::take(&mut answer.headers), body })
    }

    /// The guard's check of the URL, and of the name's addresses where a proxy will connect in our place.
    async fn check(&self, url: &Url) -> Result<(), Error> {
        self.resolver.guard.check_url(url)?;
        match (&self.proxy, url.host()) {
            (Some(proxy), Some(Host::Domain(name))) if !proxy.resolves_names => {
                self.resolver.addresses(name).await.map(drop)
            }
            _ => Ok(()),
        }
    }

    async fn attempt(
        &self,
        client: &reqwest::Client,
        request: &Request,
        note: &Arc<Note>,
    ) -> Result<reqwest::Response, Attempt> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
        };
        let mut outgoing = reqwest::Request::new(method, request.url.clone());
        *outgoing.headers_mut() = headers(&request.headers).map_err(Attempt::Own)?;
        if request.method == Method::Post {
            *outgoing.body_mut() = Some(request.body.clone().into());
        }
        tokio::select! {
            result = note.over(client.execute(outgoing)) => result.map_err(Attempt::Client),
            () = note.late(request.first_byte) => {
                let detail = format!("connected, but no first byte within {:?} (first-byte limit)", request.first_byte);
                Err(Attempt::Own(Error::new(UnseenReason::FirstByteTimeout, detail)))
            }
        }
    }

    fn answer(&self, request: &Request, response: reqwest::Response) -> Result<Answer, Error> {
        let remote = response.remote_addr();
        if let (None, Some(remote)) = (&self.proxy, remote) {
            self.resolver.guard.check_address(remote.ip())?;
        }
        let info = response.extensions().get::<reqwest::tls::TlsInfo>();
        let leaf = info.and_then(reqwest::tls::TlsInfo::peer_certificate).filter(|_| request.url.scheme() == "https");
        let name = request.url.host_str().unwrap_or("");
        let certificate = leaf.map(|leaf| self.record.get(leaf, name, Timestamp::now()));
        let headers = text_headers(response.headers())?;
        Ok(Answer { status: response.status().as_u16(), headers, remote, certificate, response })
    }

    /// The error of an attempt, without the proxy's password.
    fn error(&self, failed: Attempt) -> Error {
        let mut error = match failed {
            Attempt::Own(error) => error,
            Attempt::Client(error) => Error::from_client(error),
        };
        if error.reason == UnseenReason::ConnectTimeout {
            let limit = self.connect_timeout;
            error =
                Error::new(error.reason, format!("no connection within {limit:?} (connect limit): {}", error.detail));
        }
        match &self.proxy {
            Some(proxy) => Error { detail: redact(proxy, &error.detail), ..error },
            None => error,
        }
    }
}

impl Answer {
    /// The next piece of the body as it was sent; none at its end.
    ///
    /// # Errors
    /// [`UnseenReason::BrokenAnswer`] when the answer breaks off.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        let broken = |error| Error { reason: UnseenReason::BrokenAnswer, ..Error::from_client(error) };
        self.response.chunk().await.map_err(broken)
    }

    /// The bytes of a header's first value: not every host writes text.
    #[must_use]
    pub fn raw_header(&self, name: &str) -> Option<&[u8]> {
        self.response.headers().get(name).map(HeaderValue::as_bytes)
    }

    /// All lines of a header as one list: several lines mean the same as one with commas (RFC 9110, section 5.3).
    #[must_use]
    pub fn all_headers(&self, name: &str) -> String {
        let lines: Vec<&str> = self.headers.iter().filter(|(key, _)| key == name).map(|(_, v)| v.as_str()).collect();
        lines.join(", ")
    }

    /// The first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// How an attempt failed.
enum Attempt {
    Own(Error),
    Client(reqwest::Error),
}

/// Whether a request failed because its connection, kept from before, had been closed by the other side.
fn is_stale(note: &Note, error: &reqwest::Error) -> bool {
    note.is_reused() && Error::came_before_an_answer(error)
}

fn build(
    options: &ClientOptions,
    tls: rustls::ClientConfig,
    resolver: GuardedResolver,
    pool: usize,
) -> Result<reqwest::Client, SetupError> {
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .tls_info(true)
        .dns_resolver(Arc::new(resolver))
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        // What is sent again is decided here, with courtesy to the host.
        .retry(reqwest::retry::never())
        .connector_layer(Noting)
        .connect_timeout(options.connect_timeout)
        .pool_idle_timeout(POOL_IDLE)
        .pool_max_idle_per_host(pool)
        .http1_max_headers(MAX_HEADERS)
        // Browsers read what old servers write, and so must we: a page that only we cannot see is a hiding place.
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .http1_ignore_invalid_headers_in_responses(true)
        .http1_allow_spaces_after_header_name_in_responses(true)
        .http2_initial_stream_window_size(H2_STREAM_WINDOW)
        .http2_initial_connection_window_size(H2_CONNECTION_WINDOW)
        .http2_max_header_list_size(MAX_HEADER_BYTES as u32);
    if let Some(proxy) = &options.proxy {
        let all = reqwest::Proxy::all(proxy.url.expose()).map_err(|_| invalid_proxy("its URL is not understood"))?;
        builder = builder.proxy(all);
    }
    builder.build().map_err(|error| SetupError::Client(Error::from_client(error).detail))
}

fn invalid_proxy(why: &str) -> SetupError {
    SetupError::Proxy(why.to_owned())
}

fn proxy_host(proxy: &Proxy) -> Result<String, SetupError> {
    let url = Url::parse(proxy.url.expose()).map_err(|_| invalid_proxy("its URL is not understood"))?;
    if !matches!(url.scheme(), "http" | "https" | "socks5") {
        return Err(invalid_proxy("its scheme is not known"));
    }
    let host = url.host_str().ok_or_else(|| invalid_proxy("its URL has no host"))?;
    Ok(host.to_ascii_lowercase())
}

/// The text without the proxy's URL and password.
fn redact(proxy: &Proxy, text: &str) -> String {
    let text = proxy.url.redact(text);
    let password = Url::parse(proxy.url.expose()).ok().and_then(|url| url.password().map(str::to_owned));
    password.map_or(text.clone(), |password| crate::model::Secret::new(password).redact(&text))
}

fn headers(pairs: &[(&'static str, String)]) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::with_capacity(pairs.len());
    for (name, value) in pairs {
        let invalid = || Error::new(UnseenReason::InternalError, format!("header '{name}' cannot be sent"));
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid())?;
        headers.append(name, HeaderValue::from_str(value).map_err(|_| invalid())?);
    }
    Ok(headers)
}

fn text_headers(headers: &HeaderMap) -> Result<Vec<(String, String)>, Error> {
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if bytes > MAX_HEADER_BYTES || headers.len() > MAX_HEADERS {
        let detail = format!("the head has {} lines and {bytes} bytes", headers.len());
        return Err(Error::new(UnseenReason::TooLarge, detail));
    }
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Ok(headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect())
}
