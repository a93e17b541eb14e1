//! One check from start to end: the file to read first.
//!
//! fetch → same as last time? → examine (parse, diff, script, detect, judge) → confirm → follow → record. A failure on
//! the way is an observation too; nothing ends in silence.

use super::World;
use super::chance::random;
use super::closer_look::{Look, Looked, look_closer};
use super::record_trouble;
use super::report::CheckReport;
use super::write_down::{Outcome, write_down};
use crate::fetch::classify::retry_after;
use crate::fetch::conditional::must_be_full;
use crate::fetch::{Failure, Fetcher, Request};
use crate::judge::{Outlook, Sighting};
use crate::model::{
    Capture, Fetched, Head, Judged, Persona, Policy, Target, TargetState, UnseenReason, Verdict, fingerprint,
};
use crate::store::{Result, Store};
use jiff::Timestamp;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

/// Everything checks need.
#[derive(Debug)]
pub struct Checker<S, F> {
    /// The memory and the record.
    pub store: Arc<S>,
    /// The way to the pages.
    pub fetcher: Arc<F>,
    /// What all checks share.
    pub world: Arc<World>,
}

impl<S, F> Clone for Checker<S, F> {
    fn clone(&self) -> Self {
        Self { store: self.store.clone(), fetcher: self.fetcher.clone(), world: self.world.clone() }
    }
}

/// Whether a check may be conditional.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thoroughness {
    /// A full fetch at unpredictable moments, a conditional one else: what the service does.
    Usual,
    /// A full fetch: what a person asks for.
    Full,
}

impl<S: Store, F: Fetcher> Checker<S, F> {
    /// Checks one target as one persona and writes down what came of it.
    ///
    /// # Errors
    /// Only when the store fails: then nothing was written, and the process must not go on.
    pub async fn check(&self, target: Target, persona: Persona, how: Thoroughness) -> Result<CheckReport> {
        let state = self.store.target_state(target.id.clone(), persona).await?;
        self.check_from(state, target, persona, how).await
    }

    /// The same from what the memory holds about the target.
    ///
    /// # Errors
    /// As for [`Self::check`].
    pub(super) async fn check_from(
        &self,
        state: TargetState,
        target: Target,
        persona: Persona,
        how: Thoroughness,
    ) -> Result<CheckReport> {
        let started = Instant::now();
        let request = self.request(&target, persona, &state, how);
        let fetched = self.fetcher.fetch(request).await;
        let outcome = match fetched {
            Err(failure) => self.missed(&target, failure).await,
            Ok(Fetched::NotModified(head)) => self.not_modified(&target, *head, &state),
            Ok(Fetched::Full(capture)) => self.captured(&target, persona, &state, *capture).await?,
        };
        write_down(self, target, persona, state, outcome, started).await
    }

    /// Writes down a check that failed inside hinomi.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn broken(&self, target: Target, persona: Persona, why: &str) -> Result<CheckReport> {
        let state = self.store.target_state(target.id.clone(), persona).await?;
        let (reason, detail) = (UnseenReason::InternalError, why.to_owned());
        let outcome = Outcome::Unseen { reason, detail, retry_after: None, capture: None };
        write_down(self, target, persona, state, outcome, Instant::now()).await
    }

    fn request(&self, target: &Target, persona: Persona, state: &TargetState, how: Thoroughness) -> Request {
        let quiet = state.incidents.is_empty() && state.unseen.is_none() && state.last.is_some();
        let full = how == Thoroughness::Full || !quiet || must_be_full(state.since_full, random());
        let known = state.validators.0.is_some() || state.validators.1.is_some();
        let validators = (!full && known).then(|| state.validators.clone());
        Request { url: target.url.clone(), persona, validators, fresh_connection: false }
    }

    /// Nothing came home. When most of the net fails, we are offline ourselves and say that instead.
    async fn missed(&self, target: &Target, failure: Failure) -> Outcome {
        let ours = failure.reason.may_be_our_network();
        self.sighted(target, !ours);
        let offline = ours && self.is_offline().await;
        let reason = if offline { UnseenReason::MonitorOffline } else { failure.reason };
        let retry_after = failure.retry_after.filter(|_| reason == UnseenReason::Overloaded);
        Outcome::Unseen { reason, detail: failure.detail, retry_after, capture: None }
    }

    /// Whether it is us: many hosts, or all there are, failed in a row, and no witness can be reached either.
    async fn is_offline(&self) -> bool {
        let hosts = self.world.registry().hosts_up_to(Outlook::HOSTS);
        if !self.world.outlook(|outlook| outlook.is_doubtful(hosts)) {
            return false;
        }
        let reachable = self.world.witnesses.reachable(self.fetcher.as_ref()).await;
        let changed = self.world.outlook(|outlook| reachable.is_some_and(|reachable| outlook.testify(reachable)));
        self.tell_outlook(changed);
        self.world.outlook(|outlook| outlook.is_offline())
    }

    /// A hint from a host that may be compromised: nothing was compared, what was said last still stands.
    fn not_modified(&self, target: &Target, head: Head, state: &TargetState) -> Outcome {
        self.sighted(target, true);
        let verdict = state.last.as_ref().map_or(Verdict::Unseen, |last| last.judgement.verdict);
        Outcome::NotModified { head: Box::new(head), verdict }
    }

    async fn captured(
        &self,
        target: &Target,
        persona: Persona,
        state: &TargetState,
        capture: Capture,
    ) -> Result<Outcome> {
        self.sighted(target, true);
        let print = fingerprint(capture.sha256, &capture.head, &terms(target), state.revision);
        let same = state.last.as_ref().filter(|last| last.fingerprint == print);
        let doubtful = record_trouble::concerns(&self.world, target, persona).await;
        if let Some(last) = same.filter(|last| !doubtful && can_be_repeated(last, state)) {
            return Ok(Outcome::Same { capture: Box::new(capture), judged: Box::new(last.clone()) });
        }
        let look = Look { target, persona, state, fingerprint: print };
        Ok(match look_closer(self, look, capture).await? {
            Looked::Judged(judged) => Outcome::Judged(judged),
            Looked::Unseen { reason, detail, capture } => {
                let asked = (reason == UnseenReason::Overloaded).then(|| retry_after(&capture.head, capture.at));
                let retry_after = asked.flatten();
                Outcome::Unseen { reason, detail, retry_after, capture: Some(capture) }
            }
        })
    }

    fn sighted(&self, target: &Target, answered: bool) {
        let host = target.url.host_str().unwrap_or_default().to_owned();
        let changed = self.world.outlook(|outlook| outlook.note(Sighting { host, answered }));
        self.tell_outlook(changed);
    }

    fn tell_outlook(&self, changed: bool) {
        if changed {
            let offline = self.world.outlook(|outlook| outlook.is_offline());
            tracing::warn!(offline, "the outlook on our own network has changed");
        }
    }
}

/// Under what an answer is judged: other rules, masks or another policy may say something else of the same one.
fn terms(target: &Target) -> Cow<'static, str> {
    let rules = crate::detect::revision();
    if target.masks.is_empty() && target.policy == Policy::Follow {
        return Cow::Borrowed(rules);
    }
    Cow::Owned(format!("{rules} {:?} {:?}", target.policy, target.masks))
}

/// Whether what was said of the same answer can be said again without a second look. Quiet verdicts can; a review or an
/// alarm can too, and stays what it is, as long as an approval that ended in between is not overlooked.
fn can_be_repeated(last: &Judged, state: &TargetState) -> bool {
    let expected = match last.judgement.verdict {
        Verdict::Alarm => state.incidents.iter().any(|incident| incident.alarmed_state == Some(last.state)),
        Verdict::Review | Verdict::Unchanged | Verdict::Routine => !state.rejected(last.state),
        Verdict::Unseen => false,
    };
    expected && state.approval_ends.is_none_or(|ends| ends > Timestamp::now())
}
