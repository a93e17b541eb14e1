//! The made-up web itself: a small real HTTP server on loopback for each site, whose pages can be changed.

use super::page::{Moment, Parts, Scene};
use super::sites::{SITES, Site};
use super::story::Edit;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode, Uri, header};
use jiff::Timestamp;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long the last answers of a site that goes down may take.
const LAST_ANSWERS: Duration = Duration::from_secs(2);
/// The one style sheet of all sites.
const STYLE: &str = include_str!("pages/style.css");

/// All sites, being served.
#[derive(Debug)]
pub struct Web(Vec<Host>);

/// One site with its address.
#[derive(Debug)]
struct Host {
    show: Arc<Show>,
    port: u16,
    serving: Option<Serving>,
}

#[derive(Debug)]
struct Serving {
    stop: watch::Sender<bool>,
    task: JoinHandle<io::Result<()>>,
}

/// What a site shows.
#[derive(Debug)]
struct Show {
    site: &'static Site,
    parts: Parts,
    scene: Mutex<Scene>,
    fetches: AtomicU64,
    salt: u64,
}

impl Web {
    /// Serves every site, each on its own free port of the loopback address.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn open() -> io::Result<Self> {
        let salt = Timestamp::now().as_nanosecond() as u64;
        let mut hosts = Vec::new();
        for (index, site) in (0_u64..).zip(&SITES) {
            let scene = Mutex::new(at_first(site));
            let salt = salt.wrapping_add(index.wrapping_mul(7_919));
            let show = Arc::new(Show { site, parts: site.parts(), scene, fetches: AtomicU64::new(0), salt });
            let (port, serving) = serve(&show, 0).await?;
            hosts.push(Host { show, port, serving: Some(serving) });
        }
        Ok(Self(hosts))
    }

    /// Each site with its address.
    pub fn addresses(&self) -> impl Iterator<Item = (&'static Site, SocketAddr)> {
        self.0.iter().map(|host| (host.show.site, SocketAddr::from((Ipv4Addr::LOCALHOST, host.port))))
    }

    /// Changes what a site shows.
    ///
    /// # Errors
    /// When a site that was down cannot have its port back.
    pub async fn change(&mut self, site: &str, edits: &[Edit]) -> io::Result<()> {
        let Some(host) = self.0.iter_mut().find(|host| host.show.site.id == site) else { return Ok(()) };
        for edit in edits {
            match edit {
                Edit::Down => host.down().await,
                Edit::Up => host.up().await?,
                Edit::Put(slot, parts) => {
                    host.show.scene().slots.insert(slot, parts);
                }
                Edit::Status(status) => host.show.scene().status = *status,
                Edit::Restore => *host.show.scene() = at_first(host.show.site),
            }
        }
        Ok(())
    }
}

impl Host {
    async fn down(&mut self) {
        let Some(Serving { stop, mut task }) = self.serving.take() else { return };
        let _ = stop.send(true);
        if tokio::time::timeout(LAST_ANSWERS, &mut task).await.is_err() {
            task.abort();
        }
    }

    async fn up(&mut self) -> io::Result<()> {
        if self.serving.is_none() {
            self.serving = Some(serve(&self.show, self.port).await?.1);
        }
        Ok(())
    }
}

impl Show {
    fn scene(&self) -> std::sync::MutexGuard<'_, Scene> {
        self.scene.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn page(&self) -> Response<Body> {
        let fetch = self.fetches.fetch_add(1, Ordering::Relaxed);
        let moment = Moment { fetch, salt: self.salt, now: Timestamp::now() };
        let (status, body) = {
            let scene = self.scene();
            (scene.status, self.parts.page(&scene, &moment))
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
        answer(status, &format!("text/html{}", self.site.charset), body)
    }
}

fn at_first(site: &Site) -> Scene {
    Scene { slots: site.turns.iter().copied().collect(), ..Scene::default() }
}

async fn serve(show: &Arc<Show>, port: u16) -> io::Result<(u16, Serving)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let port = listener.local_addr()?.port();
    let (stop, mut stopped) = watch::channel(false);
    let routes = Router::new().fallback(respond).with_state(Arc::clone(show));
    let down = async move { drop(stopped.wait_for(|stop| *stop).await) };
    let served = axum::serve(listener, routes).with_graceful_shutdown(down);
    let task = tokio::spawn(async move { served.await });
    Ok((port, Serving { stop, task }))
}

async fn respond(State(show): State<Arc<Show>>, uri: Uri) -> Response<Body> {
    let path = uri.path();
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => answer(StatusCode::OK, "text/css; charset=utf-8", STYLE.as_bytes().to_vec()),
        Some("js") => answer(StatusCode::OK, "text/javascript", b"/* a script of the made-up web */\n".to_vec()),
        Some("png" | "jpg" | "gif" | "ico" | "svg") => answer(StatusCode::OK, "image/svg+xml", picture(path)),
        _ if matches!(path, "/" | "/index.html") => show.page(),
        _ => answer(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", "404 Not Found\n".into()),
    }
}

fn answer(status: StatusCode, content_type: &str, body: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if let Ok(value) = content_type.parse() {
        headers.insert(header::CONTENT_TYPE, value);
    }
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}

/// A plain picture whose colour comes from its name.
fn picture(path: &str) -> Vec<u8> {
    let hue = path.bytes().fold(0_u32, |sum, byte| (sum * 31 + u32::from(byte)) % 360);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 600 120\">\
         <rect width=\"600\" height=\"120\" fill=\"hsl({hue} 45% 70%)\"/>\
         <path d=\"M0 100 L150 40 L260 90 L380 30 L600 100 V120 H0 Z\" fill=\"hsl({hue} 40% 50%)\"/></svg>\n"
    )
    .into_bytes()
}
