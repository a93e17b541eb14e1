//! The service as a process of its own, to be killed.

use crate::support::{Service, hurried, quick};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use hinomi::fetch::{Failure, Fetcher, HttpFetcher, Request};
use hinomi::model::{Channel, Fetched, Message};
use hinomi::monitor::{Checker, Pace, Pulse, run_checks};
use hinomi::notify::{Notifier, SendError};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// The path of the page that kills its check.
pub(crate) const POISON: &str = "/poison";
/// Tells a child of this test where its data lie.
const FOLDER: &str = "HINOMI_TEST_CHILD";

/// A fetcher that dies of one page, as a parser with a flaw would.
struct Mortal(HttpFetcher);

impl Fetcher for Mortal {
    async fn fetch(&self, request: Request) -> Result<Fetched, Failure> {
        if request.url.path() == POISON {
            std::process::abort();
        }
        self.0.fetch(request).await
    }
}

/// A mail folder that takes its time before and after each mail: kills fall between sending and marking, too.
struct Leisurely(Arc<dyn Notifier>);

impl Notifier for Leisurely {
    fn channel(&self) -> Channel {
        self.0.channel()
    }

    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Result<(), SendError>> {
        async move {
            tokio::time::sleep(Duration::from_millis(150)).await;
            let sent = self.0.send(message).await;
            tokio::time::sleep(Duration::from_millis(150)).await;
            sent
        }
        .boxed()
    }
}

/// A running child; it is killed when this is dropped.
pub(crate) struct Child(std::process::Child, #[expect(dead_code, reason = "an open pipe")] BufReader<ChildStdout>);

impl Child {
    /// Starts the service on this folder, and waits until it watches.
    pub(crate) fn start(folder: &Path, targets: &[(String, String)]) -> Self {
        let list: String = targets.iter().map(|(id, url)| format!("{id} {url}\n")).collect();
        std::fs::write(folder.join("targets.txt"), list).expect("a file");
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "service_of_the_other_tests", "--nocapture"])
            .env(FOLDER, folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::from(std::fs::File::create(folder.join("child.log")).expect("a file")))
            .spawn()
            .expect("a child");
        let mut output = BufReader::new(child.stdout.take().expect("its output"));
        // Where a page kills it at once, it may be gone before it says so.
        while output.by_ref().lines().next().is_some_and(|line| !line.is_ok_and(|line| line.contains("watching"))) {}
        // Kept: a test that runs for long says so, and would die of a pipe that nobody reads.
        Self(child, output)
    }

    pub(crate) fn lives(&mut self) -> bool {
        self.0.try_wait().expect("a child").is_none()
    }

    /// What it said before it died by itself.
    pub(crate) fn last_words(folder: &Path) -> String {
        std::fs::read_to_string(folder.join("child.log")).unwrap_or_default()
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.0.kill().expect("it lives");
        self.0.wait().expect("it ends");
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The child's side: nothing when this is no child.
pub(crate) fn serve() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    std::thread::spawn(|| {
        // Whoever started it is gone when this ends.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(3);
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(watch(Path::new(&folder)));
}

async fn watch(folder: &Path) {
    let list = std::fs::read_to_string(folder.join("targets.txt")).expect("the targets");
    let targets: Vec<_> = list.lines().filter_map(|line| line.split_once(' ')).collect();
    let targets: Vec<_> = targets.into_iter().map(|(id, url)| (id.to_owned(), url.to_owned())).collect();
    let pace = Pace { workers: 8, ..quick() };
    let service = Service::open(folder, &targets, Duration::from_secs(1), pace).await;
    let fetcher = Arc::new(Mortal(HttpFetcher::new(hurried()).expect("a fetcher")));
    let checker = Checker { store: Arc::clone(&service.store), fetcher, world: Arc::clone(&service.world) };
    let (stop, pulse) = (watch::channel(false).0, Arc::new(Pulse::default()));
    let post =
        service.postman(vec![Arc::new(Leisurely(service.folder_mailer()))]).run(Arc::clone(&pulse), stop.subscribe());
    let post = tokio::spawn(post);
    println!("watching");
    run_checks(checker, pulse, stop.subscribe()).await.expect("the store");
    post.await.expect("no panic").expect("the store");
}
