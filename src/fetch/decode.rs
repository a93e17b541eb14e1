//! Content codings undone piece by piece, so that a compressed bomb is cut at the cap and not after it.

use bytes::{Buf, Bytes};
use compression_codecs::core::util::{PartialBuffer, WriteBuffer};
use compression_codecs::zstd::params::DParameter;
use compression_codecs::{BrotliDecoder, DecodeV2, DeflateDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder};
use std::io;

/// Most bytes that one step writes.
const STEP: usize = 32 << 10;
/// Largest window of a zstd body, as RFC 9659 sets it for HTTP: 8 MiB.
const ZSTD_WINDOW_LOG: u32 = 23;

/// How a body is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Identity,
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// More than one coding stands in the header; no server needs that, and bombs are built so.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("content coding '{0}' stacks several codings")]
pub(super) struct Stacked(String);

impl Coding {
    /// Reads all of `Content-Encoding`; empty without one. Names that nobody knows count as no coding, as in browsers.
    pub(super) fn read(header: &str) -> Result<Self, Stacked> {
        let mut known = header.split(',').filter_map(|name| Self::of(name.trim()));
        match (known.next(), known.next()) {
            (Some(_), Some(_)) => Err(Stacked(header.chars().take(80).collect())),
            (coding, _) => Ok(coding.unwrap_or(Self::Identity)),
        }
    }

    fn of(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "deflate" => Some(Self::Deflate),
            "br" => Some(Self::Brotli),
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// What a step says about the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// There may be more without further input.
    More,
    /// All input so far is used up.
    NeedsInput,
}

/// Undoes one coding.
pub(super) struct Decoder {
    coding: Coding,
    codec: Option<Box<dyn DecodeV2 + Send>>,
    pending: Bytes,
    /// The last step filled all the room it had, so that output may be left inside the codec.
    was_full: bool,
    ended: bool,
}

impl Decoder {
    pub(super) fn new(coding: Coding) -> Self {
        Self { coding, codec: None, pending: Bytes::new(), was_full: false, ended: false }
    }

    /// Takes in the next piece; the one before must be used up.
    pub(super) fn push(&mut self, chunk: Bytes) {
        self.pending = chunk;
    }

    /// Writes at most `room` (and at most 32 KiB) more bytes of the body.
    pub(super) fn step(&mut self, body: &mut Vec<u8>, room: usize) -> io::Result<Step> {
        if self.coding == Coding::Identity {
            let take = room.min(self.pending.len());
            body.extend_from_slice(&self.pending.split_to(take));
            return Ok(if self.pending.is_empty() { Step::NeedsInput } else { Step::More });
        }
        if self.ended || (self.pending.is_empty() && !self.was_full) {
            // What follows the end of a compressed body is left out, as browsers do.
            self.pending.clear();
            return Ok(Step::NeedsInput);
        }
        self.decode(body, room.min(STEP))
    }

    fn decode(&mut self, body: &mut Vec<u8>, room: usize) -> io::Result<Step> {
        let codec = self.codec.get_or_insert_with(|| codec(self.coding, &self.pending));
        let start = body.len();
        body.resize(start + room, 0);
        let mut input = PartialBuffer::new(&self.pending[..]);
        let mut output = WriteBuffer::new_initialized(body.get_mut(start..).unwrap_or_default());
        let drain = self.pending.is_empty() && matches!(self.coding, Coding::Gzip | Coding::Deflate);
        let result = if drain {
            // Inflate takes a call without input for an error; what it still holds comes by flushing.
            codec.flush(&mut output).map(|_| false)
        } else {
            codec.decode(&mut input, &mut output)
        };
        let (read, written) = (input.written_len(), output.written_len());
        body.truncate(start + written);
        self.pending.advance(read);
        self.was_full = written == room;
        if result? {
            self.end()?;
        }
        let stuck = read == 0 && written == 0;
        let more = self.was_full || !self.pending.is_empty();
        Ok(if more && !stuck { Step::More } else { Step::NeedsInput })
    }

    /// The end of a compressed stream; zstd bodies may hold several frames.
    fn end(&mut self) -> io::Result<()> {
        match &mut self.codec {
            Some(codec) if self.coding == Coding::Zstd && !self.pending.is_empty() => codec.reinit(),
            _ => {
                self.ended = true;
                self.was_full = false;
                Ok(())
            }
        }
    }

    /// After the last piece: writes what the codec still holds, and fails when the body was not whole.
    pub(super) fn finish(&mut self, body: &mut Vec<u8>, room: usize) -> io::Result<Step> {
        let Some(codec) = self.codec.as_mut().filter(|_| !self.ended) else { return Ok(Step::NeedsInput) };
        let (start, room) = (body.len(), room.min(STEP));
        body.resize(start + room, 0);
        let mut output = WriteBuffer::new_initialized(body.get_mut(start..).unwrap_or_default());
        let result = codec.finish(&mut output);
        let written = output.written_len();
        body.truncate(start + written);
        match result {
            Ok(true) => {
                self.ended = true;
                Ok(Step::NeedsInput)
            }
            _ if written == room && room > 0 => Ok(Step::More),
            _ => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the compressed body breaks off")),
        }
    }
}

fn codec(coding: Coding, begin: &[u8]) -> Box<dyn DecodeV2 + Send> {
    match coding {
        Coding::Brotli => Box::new(BrotliDecoder::new()),
        Coding::Zstd => Box::new(ZstdDecoder::new_with_params(&[DParameter::window_log_max(ZSTD_WINDOW_LOG)])),
        Coding::Deflate if is_zlib(begin) => Box::new(ZlibDecoder::new()),
        Coding::Deflate => Box::new(DeflateDecoder::new()),
        Coding::Gzip | Coding::Identity => Box::new(GzipDecoder::new()),
    }
}

/// `deflate` means zlib (RFC 9110), but old servers send bare deflate. The two bytes of a zlib header tell them apart.
fn is_zlib(begin: &[u8]) -> bool {
    match begin {
        [cmf, flg, ..] => cmf & 0x0f == 8 && (u16::from(*cmf) << 8 | u16::from(*flg)) % 31 == 0,
        [cmf] => cmf & 0x0f == 8,
        [] => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use compression_codecs::brotli::params::EncoderParams;
    use compression_codecs::core::Level;
    use compression_codecs::flate::params::FlateEncoderParams;
    use compression_codecs::{BrotliEncoder, DeflateEncoder, EncodeV2, GzipEncoder, ZlibEncoder, ZstdEncoder};

    fn compress(mut encoder: impl EncodeV2, body: &[u8]) -> Vec<u8> {
        let mut out = vec![0; body.len() + (64 << 10)];
        let mut buffer = WriteBuffer::new_initialized(&mut out);
        encoder.encode(&mut PartialBuffer::new(body), &mut buffer).expect("encode");
        assert!(encoder.finish(&mut buffer).expect("finish"));
        let written = buffer.written_len();
        out.truncate(written);
        out
    }

    fn all(body: &[u8]) -> Vec<(Coding, Vec<u8>)> {
        let level = || FlateEncoderParams::from(Level::Default);
        vec![
            (Coding::Gzip, compress(GzipEncoder::new(level()), body)),
            (Coding::Deflate, compress(ZlibEncoder::new(level()), body)),
            (Coding::Deflate, compress(DeflateEncoder::new(level()), body)),
            (Coding::Brotli, compress(BrotliEncoder::new(EncoderParams::default()), body)),
            (Coding::Zstd, compress(ZstdEncoder::new(3), body)),
            (Coding::Identity, body.to_vec()),
        ]
    }

    fn run(coding: Coding, wire: &[u8], piece: usize, room: usize) -> io::Result<Vec<u8>> {
        let (mut decoder, mut body) = (Decoder::new(coding), Vec::new());
        for chunk in wire.chunks(piece) {
            decoder.push(Bytes::copy_from_slice(chunk));
            while decoder.step(&mut body, room)? == Step::More {}
        }
        while decoder.finish(&mut body, room)? == Step::More {}
        Ok(body)
    }

    fn page() -> Vec<u8> {
        (0..9_000)
            .flat_map(|n: u32| format!("<p>{} 火の見 {n}</p>", n.wrapping_mul(2_654_435_761)).into_bytes())
            .collect()
    }

    #[test]
    fn every_coding_reads_back_however_it_is_cut() {
        let page = page();
        for (coding, wire) in all(&page) {
            for (piece, room) in
                [(usize::MAX >> 1, 1 << 20), (1_000, 1 << 20), (7, 1 << 20), (4_096, 100), (65_536, 32_768)]
            {
                let body = run(coding, &wire, piece, room).unwrap_or_else(|e| panic!("{coding:?} {piece} {room}: {e}"));
                assert!(body == page, "{coding:?} {piece} {room}: {} bytes", body.len());
            }
        }
    }

    #[test]
    fn output_that_ends_exactly_with_the_room_is_no_error() {
        for size in [1, 100, 32_767, 32_768, 32_769, 65_536] {
            let zeros = vec![0; size];
            for (coding, wire) in all(&zeros) {
                for room in [1, 100, 32_768] {
                    assert_eq!(run(coding, &wire, 3, room).expect("decodes").len(), size, "{coding:?} {size} {room}");
                }
            }
        }
    }

    #[test]
    fn a_step_never_writes_more_than_its_room() {
        for (coding, wire) in all(&vec![0; 1 << 20]) {
            let (mut decoder, mut body) = (Decoder::new(coding), Vec::new());
            decoder.push(wire.into());
            decoder.step(&mut body, 1_000).expect("step");
            assert!(body.len() <= 1_000, "{coding:?}");
        }
    }

    #[test]
    fn a_cut_body_is_an_error_and_never_a_panic() {
        let page = page();
        for (coding, wire) in all(&page).into_iter().filter(|(coding, _)| *coding != Coding::Identity) {
            for cut in [1, 5, wire.len() / 2, wire.len() - 1] {
                assert!(run(coding, &wire[..cut], 4_096, 4_096).is_err(), "{coding:?} cut at {cut}");
            }
            let mut broken = wire.clone();
            broken.iter_mut().skip(20).step_by(7).for_each(|byte| *byte ^= 0x55);
            assert!(run(coding, &broken, 4_096, 4_096).map_or(true, |body| body != page), "{coding:?}");
            assert!(run(coding, b"<html>not compressed at all</html>", 9, 99).is_err(), "{coding:?}");
        }
    }

    #[test]
    fn what_follows_the_end_is_left_out() {
        for (coding, mut wire) in all(b"page").into_iter().take(4) {
            wire.extend_from_slice(b"trailing junk");
            assert_eq!(run(coding, &wire, 3, 99).expect("decodes"), b"page", "{coding:?}");
        }
    }

    #[test]
    fn the_header_is_read_as_browsers_do() {
        for (header, coding) in [
            ("", Coding::Identity),
            ("GZIP", Coding::Gzip),
            ("x-gzip", Coding::Gzip),
            ("br", Coding::Brotli),
            ("identity, zstd", Coding::Zstd),
            ("utf-8", Coding::Identity),
        ] {
            assert_eq!(Coding::read(header), Ok(coding), "{header:?}");
        }
        assert!(Coding::read("gzip, gzip").is_err());
    }
}
