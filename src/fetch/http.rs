//! Fetches over HTTP: hop by hop, each hop guarded, courteous and recorded.

use super::body::{self, Caps, Whole};
use super::budget::Budget;
use super::cookies::Cookies;
use super::persona::Identity;
use super::{Failure, Fetcher, Request, classify};
use crate::model::{Capture, Digest, Fetched, Head, Hop, UnseenReason};
use crate::net::{self, Answer, Client, ClientOptions, Courtesy, Error, Method, SetupError, Trust};
use jiff::Timestamp;
use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use url::Url;

/// Limits and manners of fetching.
#[derive(Clone)]
pub struct FetchOptions {
    /// The way out: guard, resolver, proxy, roots, time to connect.
    pub client: ClientOptions,
    /// How hinomi introduces itself.
    pub identity: Identity,
    /// Time from the standing connection to the first byte of an answer.
    pub first_byte_timeout: Duration,
    /// Time for a whole fetch, redirects included; waiting for our own limits does not count.
    pub total_timeout: Duration,
    /// Most bytes of a body on the wire.
    pub max_transfer: u64,
    /// Most bytes of a body after decoding.
    pub max_body: usize,
    /// Most redirects.
    pub max_redirects: usize,
    /// Bytes of memory for the bodies of all fetches at a time.
    pub memory: usize,
    /// Most requests to a host at a time.
    pub per_host: usize,
    /// Least time between the starts of two requests to a host.
    pub gap: Duration,
}

impl Default for FetchOptions {
    fn default() -> Self {
        Self {
            client: ClientOptions::new(Trust::Record),
            identity: Identity::default(),
            first_byte_timeout: Duration::from_secs(20),
            total_timeout: Duration::from_secs(60),
            max_transfer: 8 << 20,
            max_body: 8 << 20,
            max_redirects: 10,
            memory: 128 << 20,
            per_host: 2,
            gap: Duration::from_millis(200),
        }
    }
}

/// The fetcher that the service uses.
pub struct HttpFetcher {
    client: Client,
    courtesy: Courtesy,
    budget: Budget,
    options: FetchOptions,
}

/// What is known so far of one fetch.
struct Trail {
    url: Url,
    hops: Vec<Hop>,
    seen: HashSet<(Url, Option<String>)>,
    cookies: Cookies,
    remote: Option<SocketAddr>,
    retry_after: Option<Duration>,
    /// Time of the host's that is left.
    left: Duration,
}

/// What one hop gave.
enum Step {
    Redirect,
    Done(Box<Fetched>),
}

impl HttpFetcher {
    /// Sets the fetcher up; nothing is sent.
    ///
    /// # Errors
    /// [`SetupError`] when the identity, the proxy, a root certificate or the TLS settings cannot be used.
    pub fn new(options: FetchOptions) -> Result<Self, SetupError> {
        if !options.identity.is_sendable() {
            return Err(SetupError::Header("user agent"));
        }
        Ok(Self {
            client: Client::new(options.client.clone())?,
            courtesy: Courtesy::new(options.per_host, options.gap),
            budget: Budget::new(options.memory, options.max_body),
            options,
        })
    }

    async fn follow(&self, request: &Request, trail: &mut Trail) -> Result<Fetched, Error> {
        loop {
            // One permit at a time: two chains that cross hosts in opposite order must not wait for each other.
            let permit = self.courtesy.admit(trail.url.host_str().unwrap_or("")).await;
            let begin = Instant::now();
            let step = self.hop(request, trail, begin + trail.left).await?;
            trail.left = trail.left.saturating_sub(begin.elapsed());
            drop(permit);
            if let Step::Done(fetched) = step {
                return Ok(*fetched);
            }
        }
    }

    async fn hop(&self, request: &Request, trail: &mut Trail, deadline: Instant) -> Result<Step, Error> {
        let host = trail.url.host_str().unwrap_or("").to_owned();
        let cookie = trail.cookies.header(&host);
        trail.enter(cookie.clone())?;
        let outgoing = self.outgoing(request, trail.hops.is_empty(), trail.url.clone(), cookie);
        let late =
            |_| Error::new(UnseenReason::TotalTimeout, format!("no answer within {:?}", self.options.total_timeout));
        let mut answer = timeout_at(deadline, self.client.send(&outgoing)).await.map_err(late)??;
        trail.remote = answer.remote;
        trail.cookies.learn(&host, &answer.headers);
        if let Some(location) = redirect(&answer) {
            trail.redirect(&mut answer, &location, self.options.max_redirects)?;
            return Ok(Step::Redirect);
        }
        let head = head(&mut answer, request, trail);
        trail.retry_after = classify::retry_after(&head, Timestamp::now());
        if head.status == 304 {
            return not_modified(request, head);
        }
        let whole = body::read(&mut answer, self.caps(), &self.budget, deadline).await?;
        Ok(Step::Done(Box::new(Fetched::Full(Box::new(capture(request, head, whole))))))
    }

    fn caps(&self) -> Caps {
        Caps {
            transfer: self.options.max_transfer,
            body: self.options.max_body,
            memory_wait: self.options.total_timeout.saturating_mul(4),
        }
    }

    fn outgoing(&self, request: &Request, first: bool, url: Url, cookie: Option<String>) -> net::Request {
        let mut headers = match &request.page {
            Some(page) => self.options.identity.headers_within(request.persona, page, &url),
            None => self.options.identity.headers(request.persona),
        };
        // Only the page's own host may say that nothing changed, not one that a redirect leads to.
        if let Some((etag, modified)) = request.validators.as_ref().filter(|_| first) {
            // A validator came from the host; one that cannot be sent back makes the fetch a full one.
            let sendable = |value: &&String| value.bytes().all(|byte| (0x20..0x7f).contains(&byte));
            headers.extend(etag.as_ref().filter(sendable).map(|value| ("if-none-match", value.clone())));
            headers.extend(modified.as_ref().filter(sendable).map(|value| ("if-modified-since", value.clone())));
        }
        headers.extend(cookie.map(|value| ("cookie", value)));
        net::Request {
            method: Method::Get,
            url,
            headers,
            body: Vec::new(),
            fresh: request.fresh_connection,
            first_byte: self.options.first_byte_timeout,
        }
    }
}

impl Fetcher for HttpFetcher {
    async fn fetch(&self, request: Request) -> Result<Fetched, Failure> {
        let mut url = request.url.clone();
        url.set_fragment(None);
        let mut trail = Trail {
            url,
            hops: Vec::new(),
            seen: HashSet::new(),
            cookies: Cookies::default(),
            remote: None,
            retry_after: None,
            left: self.options.total_timeout,
        };
        let result = self.follow(&request, &mut trail).await;
        result.map_err(|error| Failure {
            reason: error.reason,
            detail: error.detail,
            hops: trail.hops,
            remote: trail.remote,
            retry_after: trail.retry_after,
        })
    }
}

impl Trail {
    /// Notes a visit; the same URL with the same cookies a second time is a circle.
    fn enter(&mut self, cookie: Option<String>) -> Result<(), Error> {
        if self.seen.insert((self.url.clone(), cookie)) {
            return Ok(());
        }
        Err(Error::new(UnseenReason::TooManyRedirects, format!("a circle of redirects back to {}", self.url)))
    }

    /// Turns to where an answer sends us. The guard looks at it when it is visited.
    fn redirect(&mut self, answer: &mut Answer, location: &str, most: usize) -> Result<(), Error> {
        let target = self.url.join(location).map_err(|error| {
            let shown: String = location.chars().take(200).collect();
            Error::new(UnseenReason::UrlRefused, format!("a redirect to '{shown}', which is no URL: {error}"))
        })?;
        self.hops.push(Hop {
            url: self.url.clone(),
            status: answer.status,
            location: target.clone(),
            remote: answer.remote,
            certificate: answer.certificate.take(),
        });
        if self.hops.len() > most {
            return Err(Error::new(UnseenReason::TooManyRedirects, format!("more than {most} redirects")));
        }
        self.url = target;
        self.url.set_fragment(None);
        self.remote = None;
        Ok(())
    }
}

/// Where an answer sends us, if it does. Bytes that are no text are percent-encoded, as browsers do.
fn redirect(answer: &Answer) -> Option<String> {
    let location = answer.raw_header("location").filter(|_| matches!(answer.status, 301 | 302 | 303 | 307 | 308))?;
    match std::str::from_utf8(location) {
        Ok(text) => Some(text.trim().to_owned()),
        Err(_) => Some(location.iter().map(|byte| escape(*byte)).collect()),
    }
}

fn escape(byte: u8) -> String {
    if byte.is_ascii() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
}

fn head(answer: &mut Answer, request: &Request, trail: &Trail) -> Head {
    Head {
        requested: request.url.clone(),
        final_url: trail.url.clone(),
        status: answer.status,
        headers: answer.headers.clone(),
        hops: trail.hops.clone(),
        remote: answer.remote,
        certificate: answer.certificate.take(),
    }
}

fn not_modified(request: &Request, head: Head) -> Result<Step, Error> {
    if request.validators.is_some() && head.hops.is_empty() {
        return Ok(Step::Done(Box::new(Fetched::NotModified(Box::new(head)))));
    }
    Err(Error::new(UnseenReason::BrokenAnswer, "304 (not modified) to a request without conditions"))
}

fn capture(request: &Request, head: Head, whole: Whole) -> Capture {
    Capture {
        persona: request.persona,
        at: Timestamp::now(),
        head,
        sha256: Digest::of(&whole.bytes),
        body: whole.bytes,
        transferred: whole.transferred,
    }
}
