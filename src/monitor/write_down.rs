//! The end of a check: what follows from it, and the one transaction that writes everything.

use super::chance::{jittered, random};
use super::check::Checker;
use super::closer_look::JudgedLook;
use super::report::CheckReport;
use super::resources::{self, Bag, Visit};
use super::trouble;
use crate::fetch::Fetcher;
use crate::judge::{Context, FollowUp, Sight, follow};
use crate::model::{
    Capture, CaptureOf, Evidence, Finding, Head, Incident, Judged, Observation, Persona, Proposal, Snapshot, Target,
    TargetState, UnseenReason, Verdict, Words,
};
use crate::store::{CheckRecord, Result, Slot, Store};
use jiff::Timestamp;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How the looking ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Nothing that could be compared.
    Unseen { reason: UnseenReason, detail: String, retry_after: Option<Duration>, capture: Option<Box<Capture>> },
    /// A 304: what was said last still stands.
    NotModified { head: Box<Head>, verdict: Verdict },
    /// The answer that was judged last, once more.
    Same { capture: Box<Capture>, judged: Box<Judged> },
    /// Judged.
    Judged(Box<JudgedLook>),
}

/// The longest wait that an overloaded host may ask for: one that is compromised must not slow its own watch.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

pub(super) async fn write_down<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    target: Target,
    persona: Persona,
    state: TargetState,
    outcome: Outcome,
    started: Instant,
) -> Result<CheckReport> {
    let (now, state_damaged) = (Timestamp::now(), state.damaged);
    let up = match sight(&outcome) {
        Some(sight) => follow_up(checker, &target, persona, &state, &sight, now).await?,
        None => FollowUp { unseen: state.unseen, ..FollowUp::default() },
    };
    let ms = started.elapsed().as_secs_f64() * 1000.0;
    let mut record = blank(&target, persona, &state, now, ms);
    enter_outcome(&mut record, &outcome, &up);
    if let (Outcome::Same { capture, judged }, Some(Some(_))) = (&outcome, &up.proposal) {
        // What waits again after a person dropped it: what it loads may have gone with it.
        let (page, before, bag) = (&capture.head.final_url, &judged.resources, &Bag::default());
        let visit = Visit { target: &target, persona, page, since: now, anew: false, before, bag };
        record.bodies.extend(resources::to_keep(checker, visit, &judged.resources).await?);
    }
    record.next_due = next_due(checker, &target, &outcome, now);
    let incident = open_now(&up, &state);
    enter_follow_up(&mut record, up);
    if matches!(&outcome, Outcome::Judged(look) if look.forgotten) {
        record.notices.extend(trouble::forgotten(&checker.world.operators, &target.id, now));
    }
    if state_damaged {
        mend(&mut record, checker, &target, now);
    }
    let report = report(&target, &record, &outcome, incident);
    checker.store.record(record).await?;
    Ok(report)
}

/// The incident that is open after this check.
fn open_now(up: &FollowUp, state: &TargetState) -> Option<Uuid> {
    let untouched = state.incidents.iter().filter(|old| up.incidents.iter().all(|new| new.id != old.id));
    up.incidents.iter().chain(untouched).find(|incident| incident.resolved.is_none()).map(|incident| incident.id)
}

/// What following looks at; none for a 304, from which nothing follows.
fn sight(outcome: &Outcome) -> Option<SightOf<'_>> {
    match outcome {
        Outcome::NotModified { .. } => None,
        Outcome::Unseen { reason, detail, capture, .. } => {
            // An answer that could not be examined is evidence: it may have been made so.
            let kept = capture.as_deref().filter(|_| *reason == UnseenReason::InternalError);
            Some(SightOf::Unseen(*reason, detail, kept.map(|capture| Box::new(unexamined(capture)))))
        }
        Outcome::Same { capture, judged } => {
            let quiet = Verdict::Unchanged;
            let verdict = if judged.judgement.verdict == Verdict::Routine { quiet } else { judged.judgement.verdict };
            Some(SightOf::Same(capture, judged, verdict))
        }
        Outcome::Judged(look) => Some(SightOf::Judged(look)),
    }
}

/// An outcome in the form that following needs.
enum SightOf<'a> {
    Unseen(UnseenReason, &'a str, Option<Box<Evidence>>),
    Same(&'a Capture, &'a Judged, Verdict),
    Judged(&'a JudgedLook),
}

async fn follow_up<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    target: &Target,
    persona: Persona,
    state: &TargetState,
    sight: &SightOf<'_>,
    now: Timestamp,
) -> Result<FollowUp> {
    if is_quiet(state, sight) {
        return Ok(FollowUp::default());
    }
    let store = &checker.store;
    let proposal: Option<Proposal> = store.proposal(target.id.clone(), persona).await?;
    let silences = store.silences(now).await?;
    let plans = store.plans(now).await?;
    let registry = checker.world.registry();
    let context = Context {
        target,
        persona,
        state,
        proposal: proposal.as_ref(),
        directory: checker.world.directory(&registry),
        silences: &silences,
        plans: &plans,
        timing: &checker.world.pace.timing,
        now,
        fresh: Uuid::now_v7(),
    };
    Ok(with_sight(sight, |sight| follow(&context, sight)))
}

/// The usual case, from which nothing follows: the same answer as before, and nothing open.
fn is_quiet(state: &TargetState, sight: &SightOf) -> bool {
    let same = matches!(sight, SightOf::Same(_, _, Verdict::Unchanged));
    same && state.incidents.is_empty() && state.unseen.is_none()
}

fn with_sight<T>(sight: &SightOf, then: impl FnOnce(&Sight) -> T) -> T {
    match sight {
        SightOf::Unseen(reason, detail, capture) => {
            then(&Sight::Unseen { reason: *reason, detail, capture: capture.as_deref() })
        }
        SightOf::Same(capture, judged, verdict) => {
            let snapshot = snapshot(capture, judged);
            let judgement = crate::model::Judgement { verdict: *verdict, ..judged.judgement.clone() };
            then(&Sight::Seen {
                snapshot: &snapshot,
                judgement: &judgement,
                findings: &judged.findings,
                excerpts: &[],
                confirmed: None,
                special: None,
                special_before: None,
            })
        }
        SightOf::Judged(look) => {
            let snapshot = snapshot(&look.capture, &look.judged);
            then(&Sight::Seen {
                snapshot: &snapshot,
                judgement: &look.judged.judgement,
                findings: &look.judged.findings,
                excerpts: &look.excerpts,
                confirmed: look.confirmed,
                special: look.special.0.as_deref(),
                special_before: look.special.1.as_deref(),
            })
        }
    }
}

fn unexamined(capture: &Capture) -> Evidence {
    let (size, head, resources) = (capture.body.len() as u64, capture.head.clone(), Vec::new());
    Evidence { of: CaptureOf::First, at: capture.at, bytes: capture.sha256, size, state: None, head, resources }
}

/// Whether an incident keeps this capture as evidence.
fn is_evidence(up: &FollowUp, capture: &Capture) -> bool {
    let keeps = |incident: &Incident| {
        let captures = incident.trail.captures.iter().map(|kept| kept.bytes);
        incident.evidence.into_iter().chain(captures).any(|bytes| bytes == capture.sha256)
    };
    up.incidents.iter().any(keeps)
}

fn snapshot(capture: &Capture, judged: &Judged) -> Snapshot {
    let (size, head, resources) = (capture.body.len() as u64, capture.head.clone(), judged.resources.clone());
    Snapshot { at: capture.at, bytes: capture.sha256, size, state: judged.state, head, resources }
}

/// A record in which nothing happened yet.
fn blank(target: &Target, persona: Persona, state: &TargetState, now: Timestamp, ms: f64) -> CheckRecord {
    let observation = Observation {
        target: target.id.clone(),
        persona,
        at: now,
        verdict: Verdict::Unseen,
        unseen: None,
        detail: None,
        status: None,
        bytes: 0,
        sha256: None,
        state: None,
        compared: false,
        ms,
    };
    CheckRecord {
        observation,
        findings: Vec::new(),
        judged: Slot::Keep,
        validators: Slot::Keep,
        since_full: state.since_full.saturating_add(1),
        followed: Slot::Keep,
        learned: Slot::Keep,
        unseen: None,
        proposal: Slot::Keep,
        incidents: Vec::new(),
        notices: Vec::new(),
        bodies: Vec::new(),
        revision: Some(state.revision),
        next_due: now,
    }
}

fn enter_outcome(record: &mut CheckRecord, outcome: &Outcome, up: &FollowUp) {
    match outcome {
        Outcome::Unseen { reason, detail, capture, .. } => {
            record.observation.unseen = Some(*reason);
            record.observation.detail = Some(detail.clone());
            if let Some(capture) = capture {
                enter_capture(record, capture);
                if is_evidence(up, capture) {
                    record.bodies.push((capture.sha256, capture.body.clone()));
                }
            }
        }
        Outcome::NotModified { head, verdict } => {
            record.observation.verdict = *verdict;
            record.observation.status = Some(head.status);
        }
        Outcome::Same { capture, judged } => {
            enter_capture(record, capture);
            enter_judged(record, judged);
            if judged.judgement.verdict == Verdict::Routine {
                record.observation.verdict = Verdict::Unchanged;
            }
            record.findings = Vec::new();
            // What waits again after a person dropped it: its body may have gone with it.
            if matches!(up.proposal, Some(Some(_))) || is_evidence(up, capture) {
                record.bodies.push((capture.sha256, capture.body.clone()));
            }
        }
        Outcome::Judged(look) => {
            enter_capture(record, &look.capture);
            enter_judged(record, &look.judged);
            record.judged = Slot::Put(look.judged.clone());
            record.learned = look.learned.clone();
            let kept = matches!(up.followed, Some(Some(_))) || matches!(up.proposal, Some(Some(_)));
            if kept || is_evidence(up, &look.capture) {
                record.bodies.push((look.capture.sha256, look.capture.body.clone()));
                record.bodies.extend(look.loaded.iter().cloned());
            }
        }
    }
}

/// What could not be read is written anew, or emptied, and the operators are told once.
fn mend<S: Store, F: Fetcher>(record: &mut CheckRecord, checker: &Checker<S, F>, target: &Target, now: Timestamp) {
    if record.judged == Slot::Keep {
        record.judged = Slot::Clear;
    }
    if record.followed == Slot::Keep {
        record.followed = Slot::Clear;
    }
    let words = Words::new(
        format!(
            "What was remembered of {} between checks could not be read. The page was looked at as if for the first time and compared with its approved states; what was followed since waits for a person again. If this comes again, check the disk and restore a backup (`hinomi restore`).",
            target.id
        ),
        format!(
            "{} の点検間の記録を読み取れませんでした。このページは初回と同様に確認し、承認済みの状態と比較しました。承認後に追従した更新は改めて確認待ちになります。繰り返す場合はディスクを確認し、バックアップから復元してください(`hinomi restore`)。",
            target.id
        ),
    );
    tracing::error!(target = %target.id, "{}", words.en);
    record.notices.extend(trouble::notices(&checker.world.operators, "memory-damaged", &words, false, now));
}

fn enter_capture(record: &mut CheckRecord, capture: &Capture) {
    record.observation.status = Some(capture.head.status);
    record.observation.bytes = capture.body.len() as u64;
    record.observation.sha256 = Some(capture.sha256);
    record.since_full = 0;
    let header = |name| capture.head.header(name).map(ToOwned::to_owned);
    let validators = (header("etag"), header("last-modified"));
    record.validators = if record.observation.unseen.is_some() { Slot::Clear } else { Slot::Put(validators) };
}

fn enter_judged(record: &mut CheckRecord, judged: &Judged) {
    record.observation.verdict = judged.judgement.verdict;
    record.observation.state = Some(judged.state);
    record.observation.compared = true;
    record.findings = judged.findings.clone();
}

fn enter_follow_up(record: &mut CheckRecord, up: FollowUp) {
    fn slot<T>(change: Option<Option<T>>) -> Slot<T> {
        match change {
            None => Slot::Keep,
            Some(None) => Slot::Clear,
            Some(Some(value)) => Slot::Put(value),
        }
    }
    record.followed = slot(up.followed);
    record.proposal = slot(up.proposal);
    record.unseen = up.unseen;
    record.incidents = up.incidents;
    record.notices = up.notices;
}

/// The interval, jittered; longer when the host asked for it, within reason.
fn next_due<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    target: &Target,
    outcome: &Outcome,
    now: Timestamp,
) -> Timestamp {
    let interval = if checker.world.pace.jitter { jittered(target.interval, random()) } else { target.interval };
    let asked = match outcome {
        Outcome::Unseen { retry_after: Some(wait), .. } => (*wait).min(LONGEST_WAIT),
        _ => Duration::ZERO,
    };
    now.saturating_add(interval.max(asked)).unwrap_or(Timestamp::MAX)
}

fn report(target: &Target, record: &CheckRecord, outcome: &Outcome, incident: Option<Uuid>) -> CheckReport {
    let seen = &record.observation;
    let findings: Vec<Finding> = match outcome {
        Outcome::Same { judged, .. } => judged.findings.clone(),
        _ => record.findings.clone(),
    };
    let judgement = match outcome {
        Outcome::Same { judged, .. } => Some(&judged.judgement),
        Outcome::Judged(look) => Some(&look.judged.judgement),
        Outcome::Unseen { .. } | Outcome::NotModified { .. } => None,
    };
    CheckReport {
        target: target.id.clone(),
        organisation: target.organisation.clone(),
        url: target.url.clone(),
        persona: seen.persona,
        verdict: seen.verdict,
        reason: reason(outcome),
        because: judgement.map(|judgement| judgement.because.clone()).unwrap_or_default(),
        despite: judgement.map(|judgement| judgement.despite.clone()).unwrap_or_default(),
        unseen: seen.unseen.map(UnseenReason::code),
        status: seen.status,
        bytes: seen.bytes,
        sha256: seen.sha256,
        state: seen.state,
        findings,
        incident,
        ms: seen.ms,
    }
}

fn reason(outcome: &Outcome) -> Words {
    let first = |judged: &Judged| judged.judgement.because.first().cloned().unwrap_or_default();
    match outcome {
        Outcome::Unseen { reason, detail, .. } => {
            let words = reason.words();
            Words::new(format!("{} ({detail})", words.en), format!("{}({detail})", words.ja))
        }
        Outcome::NotModified { .. } => UnseenReason::NotCompared.words().to_words(),
        Outcome::Same { judged, .. } => first(judged),
        Outcome::Judged(look) => first(&look.judged),
    }
}
