//! The least that could be done: fetch and hash over kept connections, or shake hands over new ones.

use crate::server::host;
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use sha2::{Digest as _, Sha256};
use std::cell::Cell;
use std::hint::black_box;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::task::LocalSet;
use tokio_rustls::TlsConnector;

/// Connections at a time.
const CONNECTIONS: usize = 50;

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(LocalSet::new().run_until(work))
}

/// Runs a job on each of so many tasks and waits for all.
async fn together<F: Future<Output = ()> + 'static>(job: impl Fn() -> F) {
    let tasks: Vec<_> = (0..CONNECTIONS).map(|_| tokio::task::spawn_local(job())).collect();
    for task in tasks {
        task.await.unwrap();
    }
}

/// Fetches and hashes every page once; `bytes` is what must come in all.
pub(crate) fn fetch_all(server: SocketAddr, requests: &[(String, String)], bytes: u64) {
    let (next, got) = (std::rc::Rc::new(Cell::new(0)), std::rc::Rc::new(Cell::new(0)));
    let requests: std::rc::Rc<[(String, String)]> = requests.into();
    block_on(together(|| {
        let (next, got, requests) = (next.clone(), got.clone(), requests.clone());
        async move {
            let stream = TcpStream::connect(server).await.unwrap();
            let (mut sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
            tokio::task::spawn_local(connection);
            while let Some((host, path)) = requests.get(next.replace(next.get() + 1)) {
                let length = fetch(&mut sender, host, path).await;
                got.set(got.get() + length);
            }
        }
    }));
    assert_eq!(got.get(), bytes);
}

async fn fetch(sender: &mut SendRequest<Empty<&'static [u8]>>, host: &str, path: &str) -> u64 {
    let request = hyper::Request::get(path).header("host", host).header("user-agent", "bare");
    sender.ready().await.unwrap();
    let mut answer = sender.send_request(request.body(Empty::new()).unwrap()).await.unwrap();
    assert_eq!(answer.status(), 200);
    let (mut hash, mut length) = (Sha256::new(), 0);
    while let Some(frame) = answer.frame().await {
        if let Ok(data) = frame.unwrap().into_data() {
            hash.update(&data);
            length += data.len() as u64;
        }
    }
    black_box(hash.finalize());
    length
}

/// TLS as hinomi speaks it: aws-lc-rs, the same versions, no resumption; trusting one certificate.
pub(crate) fn connector(authority: &[u8]) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(authority.to_vec())).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.resumption = rustls::client::Resumption::disabled();
    TlsConnector::from(Arc::new(config))
}

/// Connects and shakes hands once for each page; nothing is asked for.
pub(crate) fn shake_hands(server: SocketAddr, connector: &TlsConnector, pages: usize) {
    let next = std::rc::Rc::new(Cell::new(0));
    block_on(together(|| {
        let (next, connector) = (next.clone(), connector.clone());
        async move {
            loop {
                let page = next.replace(next.get() + 1);
                if page >= pages {
                    break;
                }
                let stream = TcpStream::connect(server).await.unwrap();
                let name = ServerName::try_from(host(page)).unwrap();
                black_box(connector.connect(name, stream).await.unwrap());
            }
        }
    }));
}
