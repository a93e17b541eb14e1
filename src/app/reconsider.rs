//! Judges an observation of the past again, from what is kept of it.

use super::Office;
use super::past::{self, Desk, Event};
use crate::model::{Baseline, Finding, Observation, Persona, Snapshot, Target, UnseenReason, Verdict, Words, words};
use crate::monitor::{CheckReport, Examination};
use crate::store::Store as _;
use anyhow::Result;
use jiff::Timestamp;

/// Observations that are looked through, newest first.
const MOST: u32 = 200_000;

/// An observation, and what is said of it today.
#[derive(Debug, Clone, PartialEq)]
pub struct Reconsidered {
    /// When it was made.
    pub at: Timestamp,
    /// The verdict then.
    pub then: Verdict,
    /// Today's report; what was found then, where the bytes are no longer kept.
    pub report: CheckReport,
    /// It was judged again.
    pub anew: bool,
}

impl Office {
    /// Judges the last observation up to a time again: beside the states that were approved then, with the settings of
    /// today. None when there is no observation so old.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn reconsider(&self, target: &Target, persona: Persona, at: Timestamp) -> Result<Option<Reconsidered>> {
        let all = self.store.observations(target.id.clone(), MOST).await?;
        let Some(observation) = all.into_iter().find(|one| one.persona == persona && one.at <= at) else {
            return Ok(None);
        };
        let findings = self.store.findings(observation.clone()).await?;
        let (shown, approved) = self.then(target, &observation).await?;
        let examined = match shown {
            Some(shown) => Desk::of(self, target, persona).await?.examine(&shown, &approved).await?,
            None => None,
        };
        let (at, then, anew) = (observation.at, observation.verdict, examined.is_some());
        let report = report(target, &observation, findings, examined);
        Ok(Some(Reconsidered { at, then, report, anew }))
    }

    /// The kept snapshot of an observed state, and the states that were approved when it was observed.
    async fn then(&self, target: &Target, seen: &Observation) -> Result<(Option<Snapshot>, Baseline)> {
        let (mut shown, mut approved) = (None, Baseline::default());
        for event in past::events(self, target, seen.persona).await? {
            match event {
                Event::Shown(snapshot) if Some(snapshot.state) == seen.state => shown = Some(*snapshot),
                Event::Approval(approval) if approval.at <= seen.at => past::enter(&mut approved, *approval),
                Event::Shown(_) | Event::Approval(_) => {}
            }
        }
        Ok((shown, approved))
    }
}

fn report(
    target: &Target,
    seen: &Observation,
    found: Vec<Finding>,
    examined: Option<std::result::Result<Examination, UnseenReason>>,
) -> CheckReport {
    let Observation { persona, verdict, unseen, status, bytes, sha256, state, ms, .. } = *seen;
    let (target, organisation, url) = (target.id.clone(), target.organisation.clone(), target.url.clone());
    let (verdict, unseen, because, despite, findings) = match examined {
        Some(Ok(one)) => (one.judgement.verdict, None, one.judgement.because, one.judgement.despite, one.findings),
        Some(Err(reason)) => (Verdict::Unseen, Some(reason), vec![reason.words().to_words()], vec![], vec![]),
        None => (verdict, unseen, vec![not_kept(unseen)], vec![], found),
    };
    let reason = because.first().cloned().unwrap_or_default();
    let unseen = unseen.map(UnseenReason::code);
    let incident = None;
    CheckReport {
        target,
        organisation,
        url,
        persona,
        verdict,
        reason,
        because,
        despite,
        unseen,
        status,
        bytes,
        sha256,
        state,
        findings,
        incident,
        ms,
    }
}

/// Why an observation cannot be judged again.
fn not_kept(unseen: Option<UnseenReason>) -> Words {
    unseen.map_or_else(
        || {
            words!(
                "what was seen then is no longer kept, so this is what was said then (approved, followed and waiting states \
                 and the evidence of incidents are kept)",
                "当時の内容はすでに残っていないため、当時の判定を示します（残るのは、承認済み・追従中・承認待ちの状態と、インシデントの証拠です）"
            )
        },
        |reason| reason.words().to_words(),
    )
}
