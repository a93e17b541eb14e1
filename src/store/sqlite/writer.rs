//! The one writer thread of a process: it commits what is waiting in groups, and answers after the commit.

use crate::store::{Result, StoreError};
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// Most writes that share one commit.
const GROUP: usize = 256;

/// A write that waits. It runs inside a savepoint of its own: one that fails takes no other with it.
trait Job: Send {
    /// Does the work and keeps its result; `false` when it failed.
    fn run(&mut self, db: &Connection) -> bool;
    /// Answers, once it is known whether the group was committed.
    fn answer(self: Box<Self>, committed: std::result::Result<(), &str>);
}

struct Task<T, F> {
    work: Option<F>,
    result: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T: Send, F: FnOnce(&Connection) -> Result<T> + Send> Job for Task<T, F> {
    fn run(&mut self, db: &Connection) -> bool {
        self.result = self.work.take().map(|work| work(db));
        matches!(self.result, Some(Ok(_)))
    }

    fn answer(self: Box<Self>, committed: std::result::Result<(), &str>) {
        let result = match (self.result, committed) {
            (Some(Err(error)), _) => Err(error),
            (_, Err(detail)) => Err(StoreError::Database(detail.to_owned())),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(StoreError::Database("the write was not reached".to_owned())),
        };
        // Whoever asked may be gone; what was written stays written.
        let _ = self.reply.send(result);
    }
}

/// The way to the writer thread.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Option<Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
    /// Why the thread ended, when it did.
    ended: Arc<OnceLock<String>>,
}

impl Writer {
    /// Starts the thread; from here on the connection is its own.
    pub(super) fn start(db: Connection) -> Result<Self> {
        let (queue, jobs) = mpsc::channel();
        let ended = Arc::new(OnceLock::new());
        let why = ended.clone();
        let body = move || {
            if catch_unwind(AssertUnwindSafe(|| serve(&db, &jobs))).is_err() {
                tracing::error!("the database writer panicked");
                let _ = why.set("a write panicked; please report it with the log".to_owned());
            }
        };
        let thread = std::thread::Builder::new().name("hinomi-writer".to_owned()).spawn(body);
        let thread = thread.map_err(|error| StoreError::WriterGone(format!("it could not be started: {error}")))?;
        Ok(Self { queue: Some(queue), thread: Some(thread), ended })
    }

    /// Hands a write over.
    fn send<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T>>> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Task { work: Some(work), result: None, reply });
        let sent = self.queue.as_ref().map(|queue| queue.send(job));
        if matches!(sent, Some(Ok(()))) { Ok(answer) } else { Err(self.gone()) }
    }

    /// Runs a write; `Ok` means it is durable.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.send(work)?.await.unwrap_or_else(|_| Err(self.gone()))
    }

    /// As [`run`](Self::run), on a thread that may block.
    pub(super) fn run_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.send(work)?.blocking_recv().unwrap_or_else(|_| Err(self.gone()))
    }

    fn gone(&self) -> StoreError {
        StoreError::WriterGone(self.ended.get().cloned().unwrap_or_else(|| "it ended while a write waited".to_owned()))
    }
}

impl Drop for Writer {
    /// Lets the thread finish what waits and close the database.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(db: &Connection, jobs: &Receiver<Box<dyn Job>>) {
    while let Ok(first) = jobs.recv() {
        let mut group = vec![first];
        group.extend(jobs.try_iter().take(GROUP - 1));
        let committed = commit(db, &mut group);
        for job in group {
            job.answer(committed.as_ref().copied().map_err(String::as_str));
        }
    }
}

/// Runs a group in one transaction. When this fails, nothing of the group is written.
fn commit(db: &Connection, group: &mut [Box<dyn Job>]) -> std::result::Result<(), String> {
    let done = run_group(db, group);
    if done.is_err() && !db.is_autocommit() {
        // The error that matters is the one above; a rollback that fails leaves nothing written either.
        let _ = db.execute_batch("ROLLBACK");
    }
    done.map_err(|error| error.to_string())
}

fn run_group(db: &Connection, group: &mut [Box<dyn Job>]) -> rusqlite::Result<()> {
    let say = |sql| db.prepare_cached(sql)?.execute([]);
    say("BEGIN IMMEDIATE")?;
    for job in group {
        say("SAVEPOINT job")?;
        if !job.run(db) && !db.is_autocommit() {
            say("ROLLBACK TO job")?;
        }
        // Some errors (a full disk) end the whole transaction: then RELEASE fails, and with it the group.
        say("RELEASE job")?;
    }
    say("COMMIT").map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer() -> Writer {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY) STRICT").unwrap();
        Writer::start(db).unwrap()
    }

    fn insert(n: i64) -> impl FnOnce(&Connection) -> Result<()> + Send + 'static {
        move |db| Ok(db.execute("INSERT INTO t VALUES (?)", [n]).map(drop)?)
    }

    fn count(db: &Connection) -> Result<i64> {
        Ok(db.query_row("SELECT count(*) FROM t", [], |row| row.get(0))?)
    }

    #[test]
    fn one_that_fails_takes_no_other_with_it() {
        let writer = writer();
        let (go, wait) = mpsc::channel::<()>();
        let block = writer.send(move |_| wait.recv().map_err(|e| StoreError::Database(e.to_string()))).unwrap();
        let waiting: Vec<_> = [1, 2, 1, 3].map(|n| writer.send(insert(n)).unwrap()).into();
        go.send(()).unwrap();
        block.blocking_recv().unwrap().unwrap();
        let ended: Vec<bool> = waiting.into_iter().map(|answer| answer.blocking_recv().unwrap().is_ok()).collect();
        assert_eq!(ended, [true, true, false, true]);
        assert_eq!(writer.run_blocking(count).unwrap(), 3);
    }

    #[test]
    fn a_dead_writer_is_told_to_everyone() {
        let writer = writer();
        let panicking = writer.run_blocking(|_| -> Result<()> { panic!("on purpose") });
        assert!(matches!(panicking, Err(StoreError::WriterGone(_))), "{panicking:?}");
        assert!(matches!(writer.run_blocking(insert(1)), Err(StoreError::WriterGone(_))));
    }

    #[test]
    fn a_lost_transaction_is_told_to_the_whole_group() {
        let writer = writer();
        let lost = writer.run_blocking(|db| Ok(db.execute_batch("ROLLBACK")?));
        assert!(matches!(lost, Err(StoreError::Database(_))), "{lost:?}");
        writer.run_blocking(insert(1)).unwrap();
    }
}
