//! A small web on loopback: what stands under each path can be changed at any time, and may misbehave.

use std::collections::{HashMap, VecDeque};
use std::io::{self, BufRead as _, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// Writes on the wire whatever it likes.
type Act = dyn Fn(&mut TcpStream) -> io::Result<()> + Send + Sync;

/// What a path answers.
#[derive(Clone)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    wild: Option<Arc<Act>>,
}

impl Answer {
    /// An HTML page in UTF-8 with status 200.
    pub(crate) fn page(body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, headers: Vec::new(), body: body.into(), wild: None }
            .header("Content-Type", "text/html; charset=utf-8")
    }

    /// A script file.
    pub(crate) fn script(body: impl Into<Vec<u8>>) -> Self {
        Self::page(body).header("Content-Type", "text/javascript")
    }

    /// Whatever this writes on the wire after the request.
    pub(crate) fn wild(act: impl Fn(&mut TcpStream) -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self { wild: Some(Arc::new(act)), ..Self::page("") }
    }

    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// A header; it takes the place of one with the same name.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn write(&self, stream: &mut impl Write, request: &Seen) -> io::Result<()> {
        let etag = self.headers.iter().find(|(name, _)| name == "ETag").map(|(_, value)| value.as_str());
        if etag.is_some() && request.header("if-none-match") == etag {
            let etag = etag.unwrap_or_default();
            return write!(stream, "HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\nConnection: close\r\n\r\n");
        }
        write!(stream, "HTTP/1.1 {} Whatever\r\nContent-Length: {}\r\n", self.status, self.body.len())?;
        for (name, value) in &self.headers {
            write!(stream, "{name}: {value}\r\n")?;
        }
        stream.write_all(b"Connection: close\r\n\r\n")?;
        stream.write_all(&self.body)
    }
}

/// A request that came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) path: String,
    headers: Vec<(String, String)>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Default)]
struct Site {
    pages: HashMap<String, Answer>,
    mobile: HashMap<String, Answer>,
    once: HashMap<String, VecDeque<Answer>>,
    seen: Vec<Seen>,
}

/// A running server. It stops when it is dropped.
pub(crate) struct Web {
    pub(crate) address: SocketAddr,
    site: Arc<Mutex<Site>>,
    stop: Arc<AtomicBool>,
}

impl Web {
    /// A server with nothing on it: 404 everywhere.
    pub(crate) fn start() -> Self {
        Self::start_on("127.0.0.1")
    }

    /// The same on another address: another host, as hinomi sees it.
    pub(crate) fn start_on(host: &str) -> Self {
        let listener = TcpListener::bind((host, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let (site, stop) = (Arc::new(Mutex::new(Site::default())), Arc::new(AtomicBool::new(false)));
        let (shared, stopped) = (Arc::clone(&site), Arc::clone(&stop));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(stream), site) = (stream, Arc::clone(&shared)) else { continue };
                thread::spawn(move || serve(stream, &site));
            }
        });
        Self { address, site, stop }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Puts an answer under a path, in the place of the one before.
    pub(crate) fn put(&self, path: &str, answer: Answer) {
        self.site.lock().expect("lock").pages.insert(path.to_owned(), answer);
    }

    /// Puts an answer for mobile browsers only.
    pub(crate) fn put_mobile(&self, path: &str, answer: Answer) {
        self.site.lock().expect("lock").mobile.insert(path.to_owned(), answer);
    }

    /// Gives this answer once, before the one that stands there.
    pub(crate) fn put_once(&self, path: &str, answer: Answer) {
        self.site.lock().expect("lock").once.entry(path.to_owned()).or_default().push_back(answer);
    }

    /// The requests so far for a path.
    pub(crate) fn seen(&self, path: &str) -> Vec<Seen> {
        self.site.lock().expect("lock").seen.iter().filter(|seen| seen.path == path).cloned().collect()
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts; its listener closes with it.
        let _ = TcpStream::connect(self.address);
    }
}

/// One request a connection. Clients may leave at any time.
fn serve(mut stream: TcpStream, site: &Mutex<Site>) {
    let Some(request) = read_request(&stream) else { return };
    let answer = {
        let mut site = site.lock().expect("lock");
        site.seen.push(request.clone());
        let mobile = request.header("user-agent").is_some_and(|agent| agent.contains("Mobile"));
        let once = site.once.get_mut(&request.path).and_then(VecDeque::pop_front);
        let special = mobile.then(|| site.mobile.get(&request.path)).flatten();
        once.or_else(|| special.or_else(|| site.pages.get(&request.path)).cloned())
    };
    let answer = answer.unwrap_or_else(|| Answer::page("<h1>Not Found</h1>").status(404));
    let _ = match &answer.wild {
        Some(wild) => wild(&mut stream),
        None => answer.write(&mut stream, &request),
    };
}

fn read_request(stream: &TcpStream) -> Option<Seen> {
    let mut lines = BufReader::new(stream).lines();
    let path = lines.next()?.ok()?.split(' ').nth(1)?.to_owned();
    let mut headers = Vec::new();
    for line in lines {
        let line = line.ok()?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    Some(Seen { path, headers })
}
