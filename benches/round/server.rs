//! nginx on the loopback with the pages of a round, on a core of its own.

use crate::{A_HOST, PAGES};
use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// The running server; it ends with this value.
pub(crate) struct Server {
    child: Child,
    _folder: TempDir,
    /// Where pages come over kept connections.
    pub(crate) plain: SocketAddr,
    /// Where each page takes a new connection with TLS.
    pub(crate) tls: SocketAddr,
    /// The certificate's authority (itself), in DER form.
    pub(crate) authority: Vec<u8>,
    /// Bytes of all pages together.
    pub(crate) bytes: u64,
}

impl Drop for Server {
    fn drop(&mut self) {
        // The first process hands the signal on to its worker.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

/// The name of a page's host.
pub(crate) fn host(page: usize) -> String {
    format!("www{}.city.example", page / A_HOST)
}

/// The path of a page.
pub(crate) fn path(page: usize) -> String {
    format!("/{}/{page}.html", page / A_HOST)
}

impl Server {
    /// Writes the pages and starts nginx; none where it is not installed.
    pub(crate) fn start() -> Option<Self> {
        let nginx = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"]
            .into_iter()
            .find(|path| Path::new(path).exists())?;
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let bytes = write_pages(&folder.path().join("pages"));
        let authority = write_certificate(folder.path());
        let (plain, tls) = (free(), free());
        let config = folder.path().join("nginx.conf");
        std::fs::write(&config, configuration(folder.path(), plain, tls)).unwrap();
        let mut command = Command::new("taskset");
        command.args(["-c", "0", nginx, "-e"]).arg(folder.path().join("error.log")).arg("-c").arg(&config);
        let child = command.stderr(Stdio::null()).spawn().unwrap();
        let server = Self { child, _folder: folder, plain, tls, authority, bytes };
        [plain, tls].into_iter().for_each(wait_for);
        Some(server)
    }

    /// Host and path of each page, in the order of a round: as spread as the service asks for them.
    pub(crate) fn requests(&self) -> Vec<(String, String)> {
        (0..PAGES).map(|n| n * 389 % PAGES).map(|page| (host(page), path(page))).collect()
    }
}

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn wait_for(address: SocketAddr) {
    for _ in 0..500 {
        if TcpStream::connect(address).is_ok() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("nginx did not start");
}

/// Full answers to conditional requests too, so that what is measured is always a full fetch.
fn configuration(folder: &Path, plain: SocketAddr, tls: SocketAddr) -> String {
    let root = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    let user = if root { "user root;" } else { "" };
    let at = folder.display();
    format!(
        "{user} daemon off; worker_processes 1; pid {at}/pid; error_log {at}/error.log crit;
         events {{ worker_connections 4096; }}
         http {{
             types {{ text/html html; }} charset utf-8; access_log off; sendfile on; tcp_nopush on; root {at}/pages;
             open_file_cache max=2000; keepalive_requests 1000000; if_modified_since off;
             client_body_temp_path {at}/a; proxy_temp_path {at}/b; fastcgi_temp_path {at}/c;
             uwsgi_temp_path {at}/d; scgi_temp_path {at}/e;
             server {{ listen {plain}; keepalive_timeout 300; }}
             server {{
                 listen {tls} ssl; keepalive_timeout 0; ssl_session_cache off; ssl_session_tickets off;
                 ssl_certificate {at}/cert.pem; ssl_certificate_key {at}/key.pem;
             }}
         }}"
    )
}

fn write_certificate(folder: &Path) -> Vec<u8> {
    let names: Vec<String> = (0..PAGES / A_HOST).map(|n| host(n * A_HOST)).collect();
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    std::fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    made.cert.der().to_vec()
}

fn write_pages(folder: &Path) -> u64 {
    let mut bytes = 0;
    for n in 0..PAGES {
        let file = folder.join(path(n).trim_start_matches('/'));
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        let html = page(n);
        bytes += html.len() as u64;
        std::fs::write(file, html).unwrap();
    }
    bytes
}

/// A front page of about 58 KB: menu, news, a form, a few scripts.
fn page(seed: usize) -> String {
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\"><title>例示市 {seed}</title>\
         <link rel=\"stylesheet\" href=\"/css/base.css?v={seed}\"><script src=\"/js/jquery.min.js\"></script>\
         <script>window.dataLayer=window.dataLayer||[];</script></head><body>\n\
         <form action=\"/search\"><input name=\"q\"><button>検索</button></form>\n<ul class=\"news\">\n"
    );
    for n in 0.. {
        if html.len() > 57_900 {
            break;
        }
        let _ = writeln!(
            html,
            "<li class=\"item\"><a href=\"/news/{seed}/{n}.html\">令和6年度第{n}回の会議の予定を公表しました</a> \
             <img src=\"/img/new.gif\" alt=\"新着\"></li>"
        );
    }
    html.push_str("</ul>\n<p>例示県例示市一丁目1番1号 例示市役所</p>\n</body></html>\n");
    html
}
