//! The web address of the service: `/healthz`, `/readyz`, `/metrics` and a plain status page. It reads, never writes.

mod metrics;
mod status;

use super::heartbeat::STILL_AFTER;
use crate::monitor::{Pulse, World};
use crate::store::{Sqlite, Store as _};
use anyhow::{Context as _, Result};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::Timestamp;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// What the pages are made from.
#[derive(Clone)]
pub(crate) struct Site {
    store: Arc<Sqlite>,
    world: Arc<World>,
    pulse: Arc<Pulse>,
}

impl Site {
    pub(crate) fn new(store: Arc<Sqlite>, world: Arc<World>, pulse: Arc<Pulse>) -> Self {
        Self { store, world, pulse }
    }
}

/// Opens the address.
///
/// # Errors
/// When it is taken, or not ours.
pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener> {
    let why = || format!("listen.address {address}: cannot be opened; another service may use it");
    TcpListener::bind(address).await.with_context(why)
}

/// Serves until told to stop.
pub(crate) async fn serve(listener: TcpListener, site: Site, mut stop: watch::Receiver<bool>) -> Result<()> {
    let routes = Router::new()
        .route("/", get(status_page))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics_page))
        .with_state(site);
    let down = async move {
        while !*stop.borrow() {
            if stop.changed().await.is_err() {
                break;
            }
        }
    };
    Ok(axum::serve(listener, routes).with_graceful_shutdown(down).await?)
}

/// Alive: the scheduler and the outbox move, and the store takes writes.
async fn healthz(State(site): State<Site>) -> Response {
    let now = Timestamp::now();
    let still = site.pulse.stillness(now);
    if still.is_none_or(|seconds| seconds > STILL_AFTER) {
        return (StatusCode::SERVICE_UNAVAILABLE, "checks or outbox stand still\n").into_response();
    }
    match site.store.ping(now).await {
        Ok(()) => (StatusCode::OK, "ok\n").into_response(),
        Err(error) => trouble(&error),
    }
}

/// Ready: started, and the registry is loaded.
async fn readyz(State(site): State<Site>) -> Response {
    if site.pulse.stillness(Timestamp::now()).is_none() {
        return (StatusCode::SERVICE_UNAVAILABLE, "starting\n").into_response();
    }
    (StatusCode::OK, format!("ready: {} targets\n", site.world.registry().targets.len())).into_response()
}

async fn metrics_page(State(site): State<Site>) -> Response {
    match metrics::render(&site, Timestamp::now()).await {
        Ok(text) => typed("application/openmetrics-text; version=1.0.0; charset=utf-8", text),
        Err(error) => trouble(&error),
    }
}

async fn status_page(State(site): State<Site>) -> Response {
    match status::render(&site, Timestamp::now()).await {
        Ok(text) => typed("text/html; charset=utf-8", text),
        Err(error) => trouble(&error),
    }
}

fn typed(content_type: &'static str, text: String) -> Response {
    let headers: [(HeaderName, &'static str); 4] = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"),
    ];
    (headers, text).into_response()
}

fn trouble(error: &crate::store::StoreError) -> Response {
    tracing::error!("{error}");
    (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response()
}
