//! Compression of bodies, bounded on the way back.

use super::record::MAX_BODY;
use super::{Result, StoreError};
use crate::model::words;
use std::io::{self, Read};

/// zstd's own default: 400 MB/s on pages, and higher levels gain little.
const LEVEL: i32 = 3;

/// Compresses a body.
pub(super) fn pack(body: &[u8]) -> Result<Vec<u8>> {
    if body.len() > MAX_BODY {
        return Err(StoreError::Refused(words!(
            "a body of {length} bytes is not kept; {MAX_BODY} at most",
            "{length}バイトの本文は保管しません。最大{MAX_BODY}バイトです",
            length = body.len()
        )));
    }
    zstd::bulk::compress(body, LEVEL).map_err(|error| {
        StoreError::Damaged(words!("zstd: {error}; please report it", "zstd: {error}。開発者に知らせてください"))
    })
}

/// Decompresses a body, at most [`MAX_BODY`] of it: memory grows with what really comes, not with what is claimed.
pub(super) fn unpack(packed: &[u8]) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    zstd::stream::read::Decoder::new(packed)?.take(MAX_BODY as u64 + 1).read_to_end(&mut body)?;
    if body.len() > MAX_BODY {
        return Err(io::Error::other(format!("more than {MAX_BODY} bytes")));
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_come_back() {
        for body in [&b""[..], b"<p>", &[0xff; 100_000]] {
            assert_eq!(unpack(&pack(body).unwrap()).unwrap(), body);
        }
        assert!(unpack(b"no zstd").is_err());
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let bomb = zstd::stream::encode_all(io::repeat(0).take(MAX_BODY as u64 + 10), LEVEL).unwrap();
        assert!(bomb.len() < 100_000);
        assert!(unpack(&bomb).is_err());
    }
}
