//! What this installation can and cannot do: each point looked at for real.

use super::office::{Office, Places, registry, settings};
use super::service::{HEARTBEAT, free_spaces};
use super::{in_both, lock, wiring};
use crate::config::Settings;
use crate::model::words;
use crate::model::{Registry, Words};
use crate::net::{Lookup as _, SystemLookup};
use crate::store::{Coverage, OutboxSummary, Sqlite, Store as _};
use anyhow::Result;
use jiff::Timestamp;
use std::time::Duration;

/// One point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// Short name: `data`, `disk`, `clock`, `names`, `mail`, `service`, …
    pub name: &'static str,
    /// All is well.
    pub well: bool,
    /// What was seen, and what to do.
    pub words: Words,
}

/// Everything the doctor saw.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnosis {
    /// The points.
    pub points: Vec<Point>,
    /// Coverage of the last 24 hours.
    pub coverage: Vec<Coverage>,
}

/// Least free space that is well, in bytes.
const LEAST_FREE: u64 = 1_000_000_000;

/// Looks at everything; what cannot be looked at is a point that is not well.
///
/// # Errors
/// When the settings or the registry cannot be used at all.
pub async fn examine(places: &Places<'_>) -> Result<Diagnosis> {
    let settings = settings(places)?;
    let registry = registry(places)?;
    let mut points = vec![registered(&registry), disk(&settings), names(&registry).await];
    points.push(mail(&settings).await);
    points.extend(webhook(&settings));
    let now = Timestamp::now();
    let coverage = match wiring::open_store(&settings) {
        Err(error) => {
            points.push(ill("data", failed("", &error)));
            Vec::new()
        }
        Ok(store) => {
            points.push(data(&store, now).await);
            points.push(outbox(&store.outbox(now).await?, now));
            let (settings, language) = (settings.clone(), places.language);
            let office = Office { settings, store: store.into(), registry, language, read: None, refused: None };
            points.push(service(&office)?);
            points.push(clock(&office, now).await?);
            points.extend(heartbeat(&office).await?);
            let day = now.saturating_sub(Duration::from_secs(86_400))?;
            office.store.coverage(day, now).await?
        }
    };
    Ok(Diagnosis { points, coverage })
}

fn well(name: &'static str, en: String, ja: String) -> Point {
    Point { name, well: true, words: Words::new(en, ja) }
}

fn ill(name: &'static str, words: Words) -> Point {
    Point { name, well: false, words }
}

/// An error in both languages, below what it is about.
fn failed(what: &str, error: &anyhow::Error) -> Words {
    let Words { en, ja } = in_both(error);
    words!("{what}{en}", "{what}{ja}")
}

fn registered(registry: &Registry) -> Point {
    let enabled = registry.targets.values().filter(|target| target.enabled).count();
    let owners = registry.organisations.len();
    let silent = registry.targets.values().filter(|target| registry.contacts_at(target, 1).is_empty()).count();
    let en = format!(
        "{enabled} enabled targets of {owners} organisations; {silent} without a contact (their alarms go to the operators)"
    );
    let ja = format!("有効な監視対象{enabled}件、組織{owners}件。連絡先のない対象{silent}件(警報は運用者へ届きます)");
    Point { name: "registry", well: enabled > 0, words: Words::new(en, ja) }
}

fn disk(settings: &Settings) -> Point {
    let Some((folder, free)) = free_spaces(settings).into_iter().min_by_key(|(_, free)| *free) else {
        return ill("disk", words!("free space cannot be told", "空き容量を取得できません"));
    };
    let (mb, folder) = (free / 1_000_000, folder.display());
    let words = Words::new(format!("{mb} MB free where {folder} lies"), format!("{folder} のある領域の空き {mb} MB"));
    Point { name: "disk", well: free >= LEAST_FREE, words }
}

async fn names(registry: &Registry) -> Point {
    let Some(host) = registry.targets.values().find_map(|target| target.url.domain()) else {
        return well("names", "no names to resolve".to_owned(), "解決すべき名前はありません".to_owned());
    };
    match SystemLookup::new().lookup(host.to_owned()).await {
        Ok(answer) => {
            let count = answer.len();
            well("names", format!("{host} resolves to {count} addresses"), format!("{host} の名前解決: {count}件"))
        }
        Err(error) => ill("names", failed(&format!("{host}: "), &error.into())),
    }
}

/// Looks whether mails are taken now; that they arrive only a real one proves.
async fn mail(settings: &Settings) -> Point {
    let Words { en: way, ja: way_ja } = match &settings.mail.way {
        crate::config::MailWay::Folder(folder) => {
            let folder = folder.display();
            words!("folder {folder}", "フォルダー {folder}")
        }
        crate::config::MailWay::Smtp(server) => Words::new(server.url.as_str(), server.url.as_str()),
    };
    if let Err(error) = wiring::test_mail(settings).await {
        let Words { en, ja } = in_both(&error);
        return ill("mail", words!("{way}: {en}", "{way_ja}: {ja}"));
    }
    let (from, to) = (&settings.mail.from, settings.mail.operators.join(", "));
    well(
        "mail",
        format!("{way} takes mails, from {from}, operators {to}; `hinomi notify test` proves that they arrive"),
        format!(
            "{way_ja} はメールを受け付けます。送信元 {from}、運用者 {to}。`hinomi notify test` で到達を確認できます"
        ),
    )
}

/// The second channel, where there is one.
fn webhook(settings: &Settings) -> Option<Point> {
    settings.webhook.as_ref()?;
    Some(match wiring::notifiers(settings) {
        Err(error) => ill("webhook", failed("", &error)),
        Ok(_) => well(
            "webhook",
            "a webhook is set; `hinomi notify test webhook` proves that it takes messages".to_owned(),
            "Webhookが設定されています。`hinomi notify test webhook` で確認できます".to_owned(),
        ),
    })
}

/// What became of the last call of the heartbeat URL.
async fn heartbeat(office: &Office) -> Result<Option<Point>> {
    if office.settings.heartbeat.is_none() {
        return Ok(None);
    }
    let last = office.store.note(HEARTBEAT.to_owned()).await?.unwrap_or_default();
    Ok(Some(match last.split_once(' ') {
        Some(("ok", at)) => well("heartbeat", format!("called at {at}"), format!("最後の呼び出し {at}")),
        Some((_, why)) => ill("heartbeat", Words::new(why, why)),
        None => ill(
            "heartbeat",
            words!(
                "never called yet; the service calls it while it watches",
                "まだ呼び出されていません(サービス稼働中に呼び出します)"
            ),
        ),
    }))
}

async fn data(store: &Sqlite, now: Timestamp) -> Point {
    match store.ping(now).await {
        Ok(()) => well("data", "the database takes writes".to_owned(), "データベースに書き込めます".to_owned()),
        Err(error) => ill("data", error.words()),
    }
}

fn outbox(summary: &OutboxSummary, now: Timestamp) -> Point {
    let age = summary.oldest.map_or(0, |at| now.duration_since(at).as_secs());
    let OutboxSummary { waiting, given_up, sent, .. } = summary;
    let words = Words::new(
        format!("{waiting} waiting (oldest {age} s), {given_up} given up in 7 days, {sent} sent"),
        format!("送信待ち{waiting}件(最長{age}秒)、直近7日の断念{given_up}件、送信済み{sent}件"),
    );
    Point { name: "outbox", well: *given_up == 0 && age < 1800, words }
}

fn service(office: &Office) -> Result<Point> {
    Ok(match lock::beside(&office.settings)? {
        None => well("service", "the service runs".to_owned(), "サービスは稼働中です".to_owned()),
        Some(_) => ill(
            "service",
            words!(
                "the service does NOT run; start `hinomi run`",
                "サービスは稼働していません。`hinomi run` を起動してください"
            ),
        ),
    })
}

/// The clock must not stand before what was already seen.
async fn clock(office: &Office, now: Timestamp) -> Result<Point> {
    let last = office.store.note("clock".to_owned()).await?.and_then(|at| at.parse::<Timestamp>().ok());
    let built: Timestamp = "2026-01-01T00:00:00Z".parse()?;
    if now < built || last.is_some_and(|last| last > now) {
        return Ok(ill(
            "clock",
            words!(
                "{now}: the clock stands before times already seen; set it (NTP)",
                "{now}: 時計が、すでに記録された時刻より前を指しています。時刻を合わせてください（NTP）"
            ),
        ));
    }
    office.store.put_note("clock".to_owned(), now.to_string()).await?;
    Ok(well("clock", format!("{now}"), format!("{now}")))
}
