//! What a webhook gets: the same letter as data. Codes do not depend on the language; captured text is raw.
//!
//! Keys of the message: `format` (`hinomi-message/1`), `id`, `message_id`, `at`, `language`, `subject`, `operators`,
//! `incidents` (ids), `stories`, `chain_heads`, `approvals_ending`. Each story has `event` (`opened`, `worse`, `escalated`, `resolved`,
//! `review`, `special`, `operations`, `test`) with the event's own keys, `label` {en, ja}, `headline`, and where they
//! exist `target`, `incident`, `proposal`, `excerpts` and `commands`. Findings have the keys of the command line's JSON,
//! `summary` as {en, ja}; `findings_total` counts those that are left out.

use super::guidance::{Commands, command_lines};
use super::pen::Pen;
use super::story::{headline, incident_id, kind, ranked};
use crate::model::{Excerpt, Finding, Incident, Judgement, Language, Mark, Proposal};
use crate::notify::Story;
use serde_json::{Map, Value, json};

/// Stories with all their findings and excerpts.
const MOST_FULL: usize = 100;

/// Findings of such a story.
const MOST_FINDINGS: usize = 20;

/// The whole message.
pub(super) fn message(pen: &Pen, stories: &[&Story], subject: &str) -> Value {
    let letter = pen.letter;
    let language = match pen.language() {
        Language::Japanese => "ja",
        Language::English => "en",
    };
    let mut incidents: Vec<String> =
        stories.iter().filter_map(|story| incident_id(story)).map(|id| id.to_string()).collect();
    incidents.dedup();
    let told =
        stories.iter().enumerate().map(|(at, story)| one(pen, story, if at < MOST_FULL { MOST_FINDINGS } else { 1 }));
    let endings = letter.endings.iter().map(|ending| {
        let (target, owner) = &ending.target;
        json!({ "target": target, "organisation": owner, "at": ending.at })
    });
    json!({
        "format": "hinomi-message/1",
        "id": letter.id,
        "message_id": format!("<{}@{}>", letter.id, letter.domain),
        "at": letter.at,
        "language": language,
        "subject": subject,
        "operators": letter.operators,
        "incidents": incidents,
        "stories": told.collect::<Vec<_>>(),
        "chain_heads": letter.chain_heads,
        "approvals_ending": endings.collect::<Vec<_>>(),
    })
}

fn one(pen: &Pen, story: &Story, most: usize) -> Value {
    let mut told = match serde_json::to_value(&story.event) {
        Ok(Value::Object(event)) => event,
        _ => Map::new(),
    };
    if let Some(Value::String(id)) = told.remove("incident") {
        told.insert("incident_id".to_owned(), Value::String(id));
    }
    let label = kind(story).label();
    told.insert("label".to_owned(), json!({ "en": label.en, "ja": label.ja }));
    told.insert("headline".to_owned(), json!(headline(pen, story)));
    if let Some((target, organisation)) = &story.target {
        let owner = json!({ "id": target.organisation, "name": organisation });
        told.insert(
            "target".to_owned(),
            json!({ "id": target.id, "organisation": owner, "url": target.url, "tags": target.tags }),
        );
    }
    if let Some(told_of) = &story.incident {
        told.insert("incident".to_owned(), incident(told_of, most));
    }
    if let Some(waiting) = &story.proposal {
        told.insert("proposal".to_owned(), proposal(waiting, most));
    }
    let excerpts: Vec<&Excerpt> = story.excerpts.iter().take(most).collect();
    told.insert("excerpts".to_owned(), json!(excerpts));
    let Commands { approve, reject, acknowledge, silence } = command_lines(pen, story);
    told.insert(
        "commands".to_owned(),
        json!({ "approve": approve, "reject": reject, "acknowledge": acknowledge, "silence": silence }),
    );
    Value::Object(told)
}

fn findings(findings: &[Finding], most: usize) -> Value {
    json!(ranked(findings).into_iter().take(most).collect::<Vec<_>>())
}

fn mark(mark: Option<&Mark>) -> Value {
    mark.map_or(Value::Null, |mark| json!({ "by": mark.by, "at": mark.at, "reason": mark.reason }))
}

fn judgement(judgement: &Judgement) -> Value {
    json!({
        "verdict": judgement.verdict,
        "because": judgement.because,
        "despite": judgement.despite,
        "certain": judgement.certain,
    })
}

fn incident(incident: &Incident, most: usize) -> Value {
    let unseen = incident.unseen.map(|reason| {
        let (words, step) = (reason.words(), reason.next_step());
        json!({
            "code": reason.code(),
            "words": { "en": words.en, "ja": words.ja },
            "next_step": { "en": step.en, "ja": step.ja },
        })
    });
    json!({
        "id": incident.id,
        "kind": incident.kind,
        "state": incident.state,
        "persona": incident.persona,
        "opened": incident.opened,
        "seen": incident.seen,
        "level": incident.level,
        "confirmed": incident.confirmed,
        "judgement": judgement(&incident.judgement),
        "findings": findings(&incident.findings, most),
        "findings_total": incident.findings.len(),
        "unseen": unseen,
        "detail": incident.detail,
        "evidence_sha256": incident.evidence,
        "digest": incident.alarmed_state,
        "acknowledged": mark(incident.acknowledged.as_ref()),
        "resolved": mark(incident.resolved.as_ref()),
    })
}

fn proposal(proposal: &Proposal, most: usize) -> Value {
    json!({
        "persona": proposal.persona,
        "since": proposal.since,
        "at": proposal.snapshot.at,
        "digest": proposal.snapshot.state,
        "sha256": proposal.snapshot.bytes,
        "judgement": judgement(&proposal.judgement),
        "findings": findings(&proposal.findings, most),
        "findings_total": proposal.findings.len(),
        "planned": proposal.planned,
    })
}
