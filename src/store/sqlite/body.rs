//! Bodies of followed, proposed and captured pages: compressed, by digest, dropped when nothing refers to them.

use crate::model::Digest;
use crate::model::words;
use crate::store::pack::{pack, unpack};
use crate::store::{Result, StoreError};
use rusqlite::{Connection, OptionalExtension, params};

/// A body ready to be stored.
pub(super) struct Packed {
    digest: Digest,
    data: Vec<u8>,
}

/// Checks bodies against their digests and compresses them; takes long enough to be done away from the writer.
pub(super) fn pack_all(bodies: &[(Digest, Vec<u8>)]) -> Result<Vec<Packed>> {
    bodies.iter().map(|(digest, body)| pack_one(*digest, body)).collect()
}

fn pack_one(digest: Digest, body: &[u8]) -> Result<Packed> {
    if Digest::of(body) != digest {
        let why = words!(
            "a body does not have the digest {digest} it is kept under; please report it",
            "本文のダイジェストが、保管の名前 {digest} と違います。開発者に知らせてください"
        );
        return Err(StoreError::Refused(why));
    }
    Ok(Packed { digest, data: pack(body)? })
}

/// Stores bodies; one that is there stays.
pub(super) fn put(db: &Connection, bodies: &[Packed]) -> Result<()> {
    for body in bodies {
        let sql = "INSERT INTO body (digest, data) VALUES (?1, ?2) ON CONFLICT (digest) DO UPDATE SET data = ?2";
        db.prepare_cached(sql)?.execute(params![body.digest, body.data])?;
    }
    Ok(())
}

/// The compressed body, as stored.
pub(super) fn get(db: &Connection, digest: Digest) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT data FROM body WHERE digest = ?1";
    Ok(db.prepare_cached(sql)?.query_row([digest], |row| row.get(0)).optional()?)
}

/// Those of these digests that are not stored.
pub(super) fn missing(db: &Connection, digests: &[Digest]) -> Result<Vec<Digest>> {
    let mut query = db.prepare_cached("SELECT 1 FROM body WHERE digest = ?1")?;
    let mut missing = Vec::new();
    for digest in digests {
        if !query.exists([digest])? {
            missing.push(*digest);
        }
    }
    Ok(missing)
}

/// Decompresses a stored body and checks it.
pub(super) fn open(digest: Digest, data: &[u8]) -> Result<Vec<u8>> {
    let body = unpack(data).ok().filter(|body| Digest::of(body) == digest);
    body.ok_or_else(|| {
        StoreError::Damaged(words!(
            "the stored body {digest} is damaged; restore a backup",
            "保管された本文 {digest} が壊れています。バックアップを戻してください"
        ))
    })
}

/// Drops bodies that nothing refers to, at most `limit`; returns how many.
pub(super) fn prune(db: &Connection, limit: u32) -> Result<u64> {
    let sql = "DELETE FROM body WHERE id IN (SELECT id FROM body WHERE \
               NOT EXISTS (SELECT 1 FROM memory WHERE followed_body = digest) \
               AND NOT EXISTS (SELECT 1 FROM followed_resource WHERE followed_resource.digest = body.digest) \
               AND NOT EXISTS (SELECT 1 FROM proposal WHERE proposed_body = digest) \
               AND NOT EXISTS (SELECT 1 FROM incident WHERE evidence = digest) \
               AND NOT EXISTS (SELECT 1 FROM incident_capture WHERE incident_capture.digest = body.digest) \
               AND NOT EXISTS (SELECT 1 FROM proposal_earlier WHERE proposal_earlier.digest = body.digest) LIMIT ?1)";
    Ok(db.prepare_cached(sql)?.execute([limit])? as u64)
}
