//! The service as a process of its own, and what is asked of its web address.

use crate::support::Installation;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command};
use std::time::Duration;

/// A running service; it is killed when this is dropped.
pub(crate) struct Running(Child);

impl Running {
    pub(crate) fn start(city: &Installation) -> Self {
        Self::start_as(city, city.command())
    }

    /// The same by a command of the test's own, which is given `run`.
    pub(crate) fn start_as(city: &Installation, mut command: Command) -> Self {
        let log = std::fs::File::create(city.path("service.log")).expect("a file");
        let command = command.arg("run").stdout(log.try_clone().expect("a file")).stderr(log);
        Self(command.spawn().expect("hinomi"))
    }

    /// Asks it to stop; its exit code.
    pub(crate) fn stop(self) -> Option<i32> {
        let asked = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().expect("kill");
        assert!(asked.success());
        self.end()
    }

    /// Waits until it ends by itself; its exit code.
    pub(crate) fn end(mut self) -> Option<i32> {
        self.0.wait().expect("it ends").code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What the service has logged since it was started last.
pub(crate) fn log(city: &Installation) -> String {
    std::fs::read_to_string(city.path("service.log")).unwrap_or_default()
}

/// Waits for something, for a minute at most.
pub(crate) fn until(what: &str, done: impl Fn() -> bool) {
    for _ in 0..1200 {
        if done() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it never happens: {what}");
}

/// Status and body of a page of the running service.
pub(crate) fn get(city: &Installation, path: &str) -> (u16, String) {
    until("a web address", || log(city).contains("address="));
    let log = log(city);
    let address = log.split("address=").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("an address");
    let mut stream = TcpStream::connect(address).expect("the service");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, body.to_owned())
}
