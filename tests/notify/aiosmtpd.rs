//! A real mail server (aiosmtpd, Python) for tests: started on loopback, its mails read from a Maildir.
//! Other test binaries take it in with `#[path = "../notify/aiosmtpd.rs"] mod aiosmtpd;`.

use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running server; it ends when this is dropped.
pub(crate) struct Aiosmtpd {
    child: Child,
    /// Where it listens on 127.0.0.1.
    pub(crate) port: u16,
    folder: tempfile::TempDir,
}

impl Aiosmtpd {
    /// Starts a server with more arguments. None where aiosmtpd is not installed, with a line that says so; under `CI=true`
    /// that is a failure.
    pub(crate) fn start(arguments: &[&str]) -> Option<Self> {
        let mut probe = Command::new("python3");
        let probe = probe.args(["-c", "import aiosmtpd"]).stderr(Stdio::null()).status();
        if !probe.is_ok_and(|status| status.success()) {
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "aiosmtpd is missing: pip install aiosmtpd");
            eprintln!("skipped: aiosmtpd is not installed (pip install aiosmtpd)");
            return None;
        }
        // Another process may take the port between its choice and its use.
        (0..5).find_map(|_| Self::attempt(arguments)).or_else(|| panic!("aiosmtpd does not start"))
    }

    fn attempt(arguments: &[&str]) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let folder = tempfile::tempdir().expect("a folder");
        let child = Command::new("python3")
            .args(["-m", "aiosmtpd", "-n", "-l", &format!("127.0.0.1:{port}")])
            .args(arguments)
            .args(["-c", "aiosmtpd.handlers.Mailbox"])
            .arg(folder.path().join("mail"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("python3");
        let mut server = Self { child, port, folder };
        for _ in 0..600 {
            if server.child.try_wait().expect("a child").is_some() {
                return None;
            }
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(server);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        None
    }

    /// The mails that arrived, in no order.
    pub(crate) fn mails(&self) -> Vec<Vec<u8>> {
        let new: PathBuf = self.folder.path().join("mail/new");
        let Ok(entries) = std::fs::read_dir(new) else { return Vec::new() };
        entries.map(|entry| std::fs::read(entry.expect("an entry").path()).expect("a mail")).collect()
    }
}

impl Drop for Aiosmtpd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
