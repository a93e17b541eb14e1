//! The outbox: notices that wait for a message, and messages that wait for their receiver.

use super::column::{Json, Time, readable};
use crate::model::words;
use crate::model::{Channel, Event, Message, Notice, Receiver};
use crate::store::{Delivery, Lately, OutboxSummary, Result, StoreError, Told};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, Row, ToSql, params};
use uuid::Uuid;

/// How long a message that was given up counts in the summary.
const RECENT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Note with the number of sent messages that retention has dropped.
const DROPPED: &str = "sent messages dropped";

/// The channels by the names they have in keys.
const CHANNELS: [(Channel, &str); 2] = [(Channel::Mail, "mail"), (Channel::Webhook, "webhook")];

/// A receiver is the way and the address; the name and the language may change.
fn key(receiver: &Receiver) -> String {
    let channel = CHANNELS.iter().find(|(channel, _)| *channel == receiver.channel).map_or("", |(_, name)| name);
    format!("{channel}:{}", receiver.address)
}

fn incident_of(event: &Event) -> Option<Uuid> {
    match event {
        Event::Opened { incident }
        | Event::Worse { incident }
        | Event::Escalated { incident, .. }
        | Event::Resolved { incident } => Some(*incident),
        Event::Review { .. } | Event::Special { .. } | Event::Operations { .. } | Event::Test => None,
    }
}

/// Adds notices; one that is there already is not told twice.
pub(super) fn put_notices(db: &Connection, notices: &[Notice]) -> Result<()> {
    for notice in notices {
        let sql = "INSERT OR IGNORE INTO notice (id, at, not_before, incident, body) VALUES (?1, ?2, ?3, ?4, ?5)";
        let incident = incident_of(&notice.event).map(|id| id.to_string());
        let (at, not_before) = (Time(notice.at), Time(notice.not_before));
        db.prepare_cached(sql)?.execute(params![notice.id.to_string(), at, not_before, incident, Json(notice)])?;
    }
    Ok(())
}

/// Adds notices, and keeps the notes that say that they were told.
pub(super) fn tell(db: &Connection, told: &Told) -> Result<()> {
    put_notices(db, &told.notices)?;
    told.notes.iter().try_for_each(|(name, value)| super::coverage::put_note(db, name, value))
}

/// Everybody who was told of an incident, or is going to be, once each.
pub(super) fn told_of(db: &Connection, incident: Uuid) -> Result<Vec<Receiver>> {
    let mut query = db.prepare_cached("SELECT body FROM notice WHERE incident = ?1 ORDER BY at, id")?;
    let rows = query.query_map([incident.to_string()], |row| Ok(row.get::<_, Json<Notice>>(0)?.0))?;
    let notices: Vec<Notice> = rows.filter_map(|row| readable(row, "notices")).collect::<Result<_>>()?;
    let mut found: Vec<Receiver> = Vec::new();
    for receiver in notices.into_iter().map(|notice| notice.receiver) {
        if !found.iter().any(|known| key(known) == key(&receiver)) {
            found.push(receiver);
        }
    }
    Ok(found)
}

/// Notices that are in no message yet and whose time has come.
pub(super) fn due_notices(db: &Connection, now: Timestamp) -> Result<Vec<Notice>> {
    let sql = "SELECT body FROM notice WHERE message IS NULL AND not_before <= ?1 ORDER BY at, id";
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map([Time(now)], |row| Ok(row.get::<_, Json<Notice>>(0)?.0))?;
    rows.filter_map(|row| readable(row, "notices")).collect()
}

/// Drops notices that are in no message.
pub(super) fn drop_notices(db: &Connection, notices: &[Uuid]) -> Result<()> {
    for notice in notices {
        let sql = "DELETE FROM notice WHERE id = ?1 AND message IS NULL";
        db.prepare_cached(sql)?.execute([notice.to_string()])?;
    }
    Ok(())
}

/// When the next notice or message is due.
pub(super) fn next(db: &Connection) -> Result<Option<Timestamp>> {
    let sql = "SELECT min(next) FROM (SELECT min(not_before) AS next FROM notice WHERE message IS NULL \
               UNION ALL SELECT min(next_attempt) FROM message WHERE next_attempt IS NOT NULL)";
    let next: Option<Time> = db.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    Ok(next.map(|time| time.0))
}

/// Writes messages and marks the notices they tell.
pub(super) fn compose(db: &Connection, messages: &[(Message, Vec<Uuid>)]) -> Result<()> {
    for (message, notices) in messages {
        insert(db, message)?;
        for notice in notices {
            let sql = "UPDATE notice SET message = ?1 WHERE id = ?2 AND message IS NULL";
            let marked = db.prepare_cached(sql)?.execute([message.id.to_string(), notice.to_string()])?;
            if marked == 0 {
                return Err(StoreError::Refused(words!(
                    "notice {notice} is unknown or in a message already",
                    "通知 {notice} は未知か、すでに別の知らせに入っています"
                )));
            }
        }
    }
    Ok(())
}

fn insert(db: &Connection, message: &Message) -> Result<()> {
    let id = message.id.to_string();
    let sql = "INSERT INTO message (id, receiver, message_id, at, attempts, next_attempt, last_error, body) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    db.prepare_cached(sql)?.execute(params![
        id,
        key(&message.receiver),
        message.message_id,
        Time(message.at),
        message.attempts,
        Time(message.next_attempt),
        message.last_error,
        Json(message),
    ])?;
    for incident in &message.incidents {
        let sql = "INSERT OR IGNORE INTO message_incident (incident, message) VALUES (?1, ?2)";
        db.prepare_cached(sql)?.execute([&incident.to_string(), &id])?;
    }
    Ok(())
}

const COLUMNS: &str = "body, attempts, next_attempt, last_error, sent, given_up";

/// A row of [`COLUMNS`]: the text was fixed when the message was written, the rest is how it went since.
fn delivery(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    let Json(mut message): Json<Message> = row.get(0)?;
    message.attempts = row.get(1)?;
    if let Some(Time(next)) = row.get(2)? {
        message.next_attempt = next;
    }
    message.last_error = row.get(3)?;
    let sent: Option<Time> = row.get(4)?;
    let given_up: Option<Time> = row.get(5)?;
    Ok(Delivery { message, sent: sent.map(|time| time.0), given_up: given_up.is_some() })
}

fn deliveries_by(db: &Connection, sql: &str, values: &[&dyn ToSql]) -> Result<Vec<Delivery>> {
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map(values, delivery)?;
    rows.filter_map(|row| readable(row, "messages")).collect()
}

/// Messages whose next attempt has come; of each receiver the oldest only, of each channel as many as asked for.
pub(super) fn due_messages(db: &Connection, now: Timestamp, limit: u32) -> Result<Vec<Message>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM message WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER \
         (PARTITION BY substr(receiver, 1, instr(receiver, ':')) ORDER BY at, id) AS turn \
         FROM (SELECT id, receiver, at, row_number() OVER (PARTITION BY receiver ORDER BY at, id) AS place FROM message \
         WHERE next_attempt IS NOT NULL AND next_attempt <= ?1) WHERE place = 1) WHERE turn <= ?2) ORDER BY at, id"
    );
    let found = deliveries_by(db, &sql, params![Time(now), limit])?;
    Ok(found.into_iter().map(|delivery| delivery.message).collect())
}

/// Records that a message arrived.
pub(super) fn sent(db: &Connection, message: Uuid, at: Timestamp) -> Result<()> {
    let sql = "UPDATE message SET sent = ?2, attempts = attempts + 1, next_attempt = NULL, last_error = NULL, \
               given_up = NULL WHERE id = ?1 AND sent IS NULL";
    db.prepare_cached(sql)?.execute(params![message.to_string(), Time(at)])?;
    Ok(())
}

/// Records a failed attempt.
pub(super) fn failed(
    db: &Connection,
    message: Uuid,
    at: Timestamp,
    error: &str,
    next: Option<Timestamp>,
) -> Result<()> {
    let sql = "UPDATE message SET attempts = attempts + 1, last_error = ?2, next_attempt = ?3, given_up = ?4 \
               WHERE id = ?1 AND sent IS NULL";
    let given_up = next.is_none().then_some(Time(at));
    db.prepare_cached(sql)?.execute(params![message.to_string(), error, next.map(Time), given_up])?;
    Ok(())
}

/// Message-IDs of an incident's messages to one receiver, oldest first.
pub(super) fn thread(db: &Connection, incident: Uuid, receiver: &Receiver) -> Result<Vec<String>> {
    let sql = "SELECT message_id FROM message_incident JOIN message ON id = message \
               WHERE incident = ?1 AND receiver = ?2 ORDER BY at, id";
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map([incident.to_string(), key(receiver)], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The latest messages, newest first.
pub(super) fn deliveries(db: &Connection, limit: u32) -> Result<Vec<Delivery>> {
    let sql = format!("SELECT {COLUMNS} FROM message ORDER BY at DESC, id DESC LIMIT ?1");
    deliveries_by(db, &sql, params![limit])
}

/// Who got messages about incidents since a time, and how many. No message is read.
pub(super) fn lately(db: &Connection, since: Timestamp) -> Result<Vec<Lately>> {
    let sql = "SELECT receiver, count(*), max(at) FROM message WHERE at > ?1 AND EXISTS \
               (SELECT 1 FROM message_incident WHERE message_incident.message = message.id) GROUP BY receiver";
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map([Time(since)], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, u32>(1)?, row.get::<_, Time>(2)?.0))
    })?;
    let mut found = Vec::new();
    for row in rows {
        let (key, count, last) = row?;
        let known = |(channel, name): &(Channel, &str)| {
            let address = key.strip_prefix(name)?.strip_prefix(':')?.to_owned();
            Some(Lately { channel: *channel, address, count, last })
        };
        found.extend(CHANNELS.iter().find_map(known));
    }
    Ok(found)
}

/// The outbox at a glance.
pub(super) fn summary(db: &Connection, now: Timestamp) -> Result<OutboxSummary> {
    let recent = now.saturating_sub(RECENT).unwrap_or(Timestamp::MIN);
    // A notice is late from its time on, not from its decision; a message from its first attempt on.
    let sql = "SELECT count(*), min(since) FROM (SELECT CASE WHEN not_before <= ?1 THEN max(at, not_before) END AS since \
               FROM notice WHERE message IS NULL UNION ALL SELECT at FROM message WHERE next_attempt IS NOT NULL)";
    let (waiting, oldest) = db
        .prepare_cached(sql)?
        .query_row([Time(now)], |row| Ok((row.get::<_, u32>(0)?, row.get::<_, Option<Time>>(1)?)))?;
    let count = |sql: &str, values: &[&dyn ToSql]| -> Result<u64> {
        Ok(db.prepare_cached(sql)?.query_row(values, |row| row.get::<_, u32>(0))?.into())
    };
    let given_up = count("SELECT count(*) FROM message WHERE given_up >= ?1", params![Time(recent)])?;
    let sent = count("SELECT count(*) FROM message WHERE sent IS NOT NULL", &[])?;
    let (waiting, oldest) = (waiting.into(), oldest.map(|time| time.0));
    Ok(OutboxSummary { waiting, oldest, given_up, sent: sent + dropped(db)? })
}

fn dropped(db: &Connection) -> Result<u64> {
    Ok(super::coverage::note(db, DROPPED)?.and_then(|text| text.parse().ok()).unwrap_or_default())
}

/// Drops sent messages older than `before`, with their notices, but for those of incidents that are not resolved: later
/// mails refer to them. At most `limit`; returns how many.
pub(super) fn prune(db: &Connection, before: Timestamp, limit: u32) -> Result<u64> {
    let sql = "DELETE FROM message WHERE id IN (SELECT id FROM message WHERE sent < ?1 AND NOT EXISTS \
               (SELECT 1 FROM message_incident AS link JOIN incident ON incident.id = link.incident \
               WHERE link.message = message.id AND incident.state < 2) LIMIT ?2)";
    let removed = db.prepare_cached(sql)?.execute(params![Time(before), limit])? as u64;
    if removed > 0 {
        super::coverage::put_note(db, DROPPED, &(dropped(db)? + removed).to_string())?;
    }
    Ok(removed)
}

/// Drops messages that were given up before `before`, as [`prune`] drops those that were sent.
pub(super) fn prune_given_up(db: &Connection, before: Timestamp, limit: u32) -> Result<u64> {
    let sql = "DELETE FROM message WHERE id IN (SELECT id FROM message WHERE given_up < ?1 AND NOT EXISTS \
               (SELECT 1 FROM message_incident AS link JOIN incident ON incident.id = link.incident \
               WHERE link.message = message.id AND incident.state < 2) LIMIT ?2)";
    Ok(db.prepare_cached(sql)?.execute(params![Time(before), limit])? as u64)
}
