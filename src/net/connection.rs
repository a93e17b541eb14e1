//! Notes for each request whether a new connection was made for it, and since when that stands.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};
use tower_layer::Layer;
use tower_service::Service;

tokio::task_local! {
    /// The note of the request that this task sends: connecting begins in the same task.
    static NOTE: Arc<Note>;
}

/// How far a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// None was begun: the request goes over one that was kept.
    Kept,
    /// One is being made.
    Connecting,
    /// It stands, TLS included.
    Stands(Instant),
}

/// What is known of one request's connection.
#[derive(Debug)]
pub(super) struct Note {
    stage: watch::Sender<Stage>,
}

impl Note {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { stage: watch::Sender::new(Stage::Kept) })
    }

    /// Runs a request so that its connection is noted here.
    pub(super) async fn over<F: Future>(self: &Arc<Self>, request: F) -> F::Output {
        NOTE.scope(self.clone(), request).await
    }

    /// Whether the request went over a connection that had been kept.
    pub(super) fn is_reused(&self) -> bool {
        !matches!(*self.stage.borrow(), Stage::Stands(_))
    }

    /// Ends when the first byte is late: `limit` after the connection stands, or after now on one that was kept. While a
    /// connection is being made, its own limit holds.
    pub(super) async fn late(&self, limit: std::time::Duration) {
        let mut stage = self.stage.subscribe();
        let begin = Instant::now();
        loop {
            let now = *stage.borrow_and_update();
            let late = async {
                match now {
                    Stage::Kept => sleep_until(begin + limit).await,
                    Stage::Stands(since) => sleep_until(since + limit).await,
                    Stage::Connecting => std::future::pending().await,
                }
            };
            tokio::select! {
                () = late => return,
                changed = stage.changed() => {
                    if changed.is_err() {
                        // The sender lives in `self`; this cannot come, and must not spin.
                        return sleep(limit).await;
                    }
                }
            }
        }
    }
}

/// Puts [`Noted`] around the connector of a client.
#[derive(Clone)]
pub(super) struct Noting;

/// A connector that notes when it begins and when its connection stands.
#[derive(Clone)]
pub(super) struct Noted<S>(S);

impl<S> Layer<S> for Noting {
    type Service = Noted<S>;

    fn layer(&self, inner: S) -> Noted<S> {
        Noted(inner)
    }
}

impl<S, R> Service<R> for Noted<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, destination: R) -> Self::Future {
        let note = NOTE.try_with(Arc::clone).ok();
        if let Some(note) = &note {
            note.stage.send_replace(Stage::Connecting);
        }
        let connecting = self.0.call(destination);
        Box::pin(async move {
            let connection = connecting.await?;
            if let Some(note) = note {
                note.stage.send_replace(Stage::Stands(Instant::now()));
            }
            Ok(connection)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const LIMIT: Duration = Duration::from_millis(60);

    async fn elapsed(note: &Note, begin: Instant) -> Duration {
        note.late(LIMIT).await;
        begin.elapsed()
    }

    #[tokio::test]
    async fn a_kept_connection_has_the_first_byte_limit_alone() {
        let note = Note::new();
        assert!(note.is_reused());
        assert!(elapsed(&note, Instant::now()).await >= LIMIT);
    }

    #[tokio::test]
    async fn a_new_one_has_it_from_when_it_stands() {
        let note = Note::new();
        let begin = Instant::now();
        note.stage.send_replace(Stage::Connecting);
        let connect = async {
            sleep(3 * LIMIT).await;
            note.stage.send_replace(Stage::Stands(Instant::now()));
        };
        let (waited, ()) = tokio::join!(elapsed(&note, begin), connect);
        assert!(waited >= 4 * LIMIT, "{waited:?}");
        assert!(!note.is_reused());
    }
}
