//! Made-up things for the store's tests, and the place of a store that can be opened again.

use hinomi::model::*;
use hinomi::store::{CheckRecord, Paths, Slot, Sqlite, Store};
use jiff::{SignedDuration, Timestamp};
use std::path::PathBuf;
use std::time::Duration;
use url::Url;
use uuid::Uuid;

/// A backend's place: each opening is a process of its own.
pub(crate) trait Place: Send + Sync {
    /// The backend.
    type Store: Store;
    /// An empty place.
    fn new() -> Self;
    /// Opens the store there.
    fn open(&self) -> Self::Store;
}

pub(crate) struct OnDisk {
    pub(crate) folder: tempfile::TempDir,
}

impl OnDisk {
    pub(crate) fn paths(&self) -> Paths {
        Paths { database: self.file("hinomi.db"), baselines: self.file("baselines") }
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn sql(&self, sql: &str) {
        rusqlite::Connection::open(self.paths().database).unwrap().execute_batch(sql).unwrap();
    }
}

impl Place for OnDisk {
    type Store = Sqlite;

    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn open(&self) -> Sqlite {
        Sqlite::open(self.paths(), at(0)).unwrap()
    }
}

pub(crate) const DESKTOP: Persona = Persona::Desktop;

/// Seconds after the beginning of the story.
pub(crate) fn at(seconds: i64) -> Timestamp {
    "2026-04-01T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

pub(crate) fn id(text: &str) -> TargetId {
    text.parse().unwrap()
}

pub(crate) fn target(name: &str, host: &str) -> Target {
    Target {
        id: id(name),
        organisation: "city".parse().unwrap(),
        url: Url::parse(&format!("https://{host}/")).unwrap(),
        interval: Duration::from_secs(300),
        enabled: true,
        policy: Policy::Follow,
        personas: vec![DESKTOP],
        masks: vec![],
        contacts: vec![],
        tags: vec![],
    }
}

pub(crate) fn organisation() -> Organisation {
    Organisation {
        id: "city".parse().unwrap(),
        name: "例示市".to_owned(),
        parent: None,
        language: Language::Japanese,
        contacts: vec![Contact { name: "広報課".to_owned(), mail: "web@city.example".to_owned(), level: 1 }],
    }
}

pub(crate) fn registry(targets: impl IntoIterator<Item = Target>) -> Registry {
    let organisation = organisation();
    Registry {
        organisations: [(organisation.id.clone(), organisation)].into(),
        targets: targets.into_iter().map(|target| (target.id.clone(), target)).collect(),
    }
}

/// A registry of so many targets, each on a host of its own.
pub(crate) fn many(count: usize) -> Registry {
    registry((0..count).map(|n| target(&format!("t{n}"), &format!("t{n}.example"))))
}

/// A registry that has nothing in common with [`many`]: its one target is disabled.
pub(crate) fn others() -> Registry {
    registry([Target { enabled: false, ..target("other", "other.example") }])
}

pub(crate) fn snapshot(body: &str) -> Snapshot {
    let url = Url::parse("https://www.city.example/").unwrap();
    let head = Head {
        requested: url.clone(),
        final_url: url,
        status: 200,
        headers: vec![("content-type".to_owned(), "text/html; charset=utf-8".to_owned())],
        hops: vec![],
        remote: Some("192.0.2.1:443".parse().unwrap()),
        certificate: None,
    };
    let state = Digest::of(format!("state of {body}"));
    Snapshot { at: at(0), bytes: Digest::of(body), size: body.len() as u64, state, head, resources: vec![] }
}

/// A script that a page loads.
pub(crate) fn resource(text: &str) -> Resource {
    let (url, bytes) = ("https://www.city.example/a.js".parse().unwrap(), Digest::of(text));
    let content = Content::Seen { bytes, state: bytes, size: text.len() as u64 };
    Resource::new(Wanted { kind: ResourceKind::Script, url, own: true }, false, content)
}

pub(crate) fn judgement(verdict: Verdict) -> Judgement {
    Judgement { verdict, because: vec![Words::new("because", "理由")], despite: vec![], certain: false, drift: None }
}

pub(crate) fn finding(evidence: &str) -> Finding {
    Finding {
        rule: "hidden-frame".into(),
        severity: Severity::High,
        confidence: Confidence::Firm,
        plane: Plane::Active,
        summary: Words::new("a hidden frame", "隠されたフレーム"),
        evidence: evidence.to_owned(),
        location: None,
        decoded: None,
    }
}

pub(crate) fn observation(target: &str, seconds: i64, verdict: Verdict) -> Observation {
    Observation {
        target: id(target),
        persona: DESKTOP,
        at: at(seconds),
        verdict,
        unseen: (verdict == Verdict::Unseen).then_some(UnseenReason::ConnectTimeout),
        detail: (verdict == Verdict::Unseen).then(|| "no answer".to_owned()),
        status: Some(200),
        bytes: 58_000,
        sha256: Some(Digest::of("page")),
        state: Some(Digest::of("state")),
        compared: verdict != Verdict::Unseen,
        ms: 12.5,
    }
}

/// What an unchanged check leaves behind; due again five minutes later.
pub(crate) fn check(target: &str, seconds: i64) -> CheckRecord {
    CheckRecord {
        observation: observation(target, seconds, Verdict::Unchanged),
        findings: vec![],
        judged: Slot::Keep,
        validators: Slot::Keep,
        since_full: 0,
        followed: Slot::Keep,
        learned: Slot::Keep,
        unseen: None,
        proposal: Slot::Keep,
        incidents: vec![],
        notices: vec![],
        bodies: vec![],
        revision: None,
        next_due: at(seconds + 300),
    }
}

pub(crate) fn body(text: &str) -> (Digest, Vec<u8>) {
    (Digest::of(text), text.as_bytes().to_vec())
}

pub(crate) fn proposal(target: &str, body: &str) -> Proposal {
    let json = serde_json::json!({
        "target": target, "persona": "desktop", "snapshot": snapshot(body), "judgement": judgement(Verdict::Review),
        "findings": [finding("new script")], "since": at(10), "planned": null,
    });
    serde_json::from_value(json).unwrap()
}

pub(crate) fn incident(target: &str, seconds: i64) -> Incident {
    Incident {
        id: Uuid::now_v7(),
        target: id(target),
        persona: DESKTOP,
        kind: IncidentKind::Attack,
        state: IncidentState::Open,
        opened: at(seconds),
        seen: at(seconds),
        findings: vec![finding("<iframe>")],
        judgement: judgement(Verdict::Alarm),
        unseen: None,
        detail: None,
        excerpts: vec![],
        evidence: None,
        alarmed_state: None,
        confirmed: None,
        level: 1,
        escalate_at: Some(at(seconds + 1800)),
        clean: None,
        acknowledged: None,
        resolved: None,
        trail: Trail::default(),
    }
}

pub(crate) fn mark(seconds: i64) -> Mark {
    Mark { by: "Officer <web@city.example>".to_owned(), at: at(seconds), reason: "seen".to_owned() }
}

pub(crate) fn approval(target_id: &str, body: &str, seconds: i64) -> Approval {
    Approval {
        at: at(seconds),
        action: ApprovalAction::Approve,
        by: "Officer <web@city.example>".to_owned(),
        entered_by: "operator".to_owned(),
        reason: "new design".to_owned(),
        target: target(target_id, "www.city.example"),
        lineage: vec![organisation()],
        persona: DESKTOP,
        snapshot: snapshot(body),
        special: None,
        beside: false,
        expires: at(seconds + 86_400 * 365),
    }
}

pub(crate) fn receiver(address: &str) -> Receiver {
    Receiver {
        channel: Channel::Mail,
        address: address.to_owned(),
        name: "広報課".to_owned(),
        language: Language::Japanese,
    }
}

pub(crate) fn notice(address: &str, event: Event, seconds: i64, wait: i64) -> Notice {
    let (at, not_before) = (at(seconds), at(seconds + wait));
    Notice { id: Uuid::now_v7(), receiver: receiver(address), event, at, not_before }
}

pub(crate) fn message(address: &str, incidents: Vec<Uuid>, seconds: i64) -> Message {
    let id = Uuid::now_v7();
    Message {
        id,
        receiver: receiver(address),
        message_id: format!("<{id}@hinomi.example>"),
        references: vec![],
        subject: "【警報】改ざんの疑い".to_owned(),
        text: "本文".to_owned(),
        html: "<p>本文</p>".to_owned(),
        json: serde_json::json!({"a": [1, null]}),
        incidents,
        at: at(seconds),
        attempts: 0,
        next_attempt: at(seconds),
        last_error: None,
    }
}
