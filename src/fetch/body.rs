//! Reads a body within its limits: bytes on the wire, bytes decoded, time, and the memory all fetches share.

use super::budget::{Budget, Room, SMALL};
use super::decode::{Coding, Decoder, Step};
use crate::model::UnseenReason;
use crate::net::{Answer, Error};
use bytes::Bytes;
use std::io;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// Caps of one body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caps {
    /// Bytes on the wire.
    pub(super) transfer: u64,
    /// Bytes after decoding.
    pub(super) body: usize,
    /// Time that a body may wait for memory; it does not count as the host's time.
    pub(super) memory_wait: Duration,
}

/// A whole body.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) bytes: Vec<u8>,
    pub(super) transferred: u64,
}

struct Reader {
    caps: Caps,
    deadline: Instant,
    room: Room,
    bytes: Vec<u8>,
}

/// Reads to the end, or to the first limit.
pub(super) async fn read(answer: &mut Answer, caps: Caps, budget: &Budget, deadline: Instant) -> Result<Whole, Error> {
    let coding = Coding::read(&answer.all_headers("content-encoding"))
        .map_err(|stacked| Error::new(UnseenReason::BrokenAnswer, stacked.to_string()))?;
    let announced = answer.header("content-length").and_then(|length| length.parse::<u64>().ok());
    if let Some(length) = announced.filter(|length| *length > caps.transfer) {
        return Err(too_large(format!("{length} bytes announced, {} at most", caps.transfer)));
    }
    let begin = Instant::now();
    let room = timeout(caps.memory_wait, budget.admit()).await.map_err(|_| no_memory(caps))?;
    let expected = announced.and_then(|length| usize::try_from(length).ok()).unwrap_or(0).min(SMALL);
    let bytes = Vec::with_capacity(if coding == Coding::Identity { expected } else { 0 });
    let mut reader = Reader { caps, deadline: deadline + begin.elapsed(), room, bytes };
    let mut decoder = Decoder::new(coding);
    let mut transferred = 0_u64;
    while let Some(chunk) = reader.next(answer).await? {
        transferred += chunk.len() as u64;
        if transferred > caps.transfer {
            return Err(too_large(format!("more than {} bytes on the wire", caps.transfer)));
        }
        decoder.push(chunk);
        reader.take(|bytes, room| decoder.step(bytes, room)).await?;
    }
    reader.take(|bytes, room| decoder.finish(bytes, room)).await?;
    Ok(Whole { bytes: reader.bytes, transferred })
}

impl Reader {
    async fn next(&self, answer: &mut Answer) -> Result<Option<Bytes>, Error> {
        let late = || {
            let detail = format!("the body did not end in time; {} bytes had come", self.bytes.len());
            Error::new(UnseenReason::TotalTimeout, detail)
        };
        timeout_at(self.deadline, answer.chunk()).await.map_err(|_| late())?
    }

    /// Writes all that a decoder has to give, asking for more memory on the way.
    async fn take(&mut self, mut decode: impl FnMut(&mut Vec<u8>, usize) -> io::Result<Step>) -> Result<(), Error> {
        loop {
            // One byte more than allowed tells a body that fits exactly from one that goes on.
            let most = if self.room.is_large() { self.caps.body } else { self.caps.body.min(SMALL) } + 1;
            let left = most.saturating_sub(self.bytes.len());
            let step = decode(&mut self.bytes, left).map_err(|error| broken(&error))?;
            if self.bytes.len() > self.caps.body {
                return Err(too_large(format!("more than {} bytes after decoding", self.caps.body)));
            }
            if step == Step::NeedsInput {
                return Ok(());
            }
            if self.bytes.len() >= most {
                self.grow().await?;
            }
        }
    }

    async fn grow(&mut self) -> Result<(), Error> {
        let begin = Instant::now();
        timeout(self.caps.memory_wait, self.room.grow()).await.map_err(|_| no_memory(self.caps))?;
        self.deadline += begin.elapsed();
        Ok(())
    }
}

fn too_large(detail: String) -> Error {
    Error::new(UnseenReason::TooLarge, detail)
}

fn broken(error: &io::Error) -> Error {
    Error::new(UnseenReason::BrokenAnswer, format!("the body cannot be decoded: {error}"))
}

fn no_memory(caps: Caps) -> Error {
    let detail = format!("other pages held the memory for page bodies for {:?}; see fetch.memory", caps.memory_wait);
    Error::new(UnseenReason::InternalError, detail)
}
