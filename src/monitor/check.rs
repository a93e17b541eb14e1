//! One check from start to end: the file to read first.
//!
//! fetch → what the page loads → same as last time? → examine (parse, diff, script, detect, judge) → confirm → follow → record. A failure on
//! the way is an observation too; nothing ends in silence.

use super::World;
use super::chance::random;
use super::closer_look::{Look, Looked, look_closer};
use super::linked::{self, Bodies};
use super::record_trouble;
use super::report::CheckReport;
use super::resources::{self, Visit};
use super::write_down::{Outcome, write_down};
use crate::fetch::classify::retry_after;
use crate::fetch::conditional::must_be_full;
use crate::fetch::{Failure, Fetcher, Request};
use crate::judge::{Outlook, Sighting};
use crate::model::{
    Capture, Digest, Fetched, Head, Judged, Persona, Policy, Resource, Target, TargetState, UnseenReason, Verdict,
    Wanted, fingerprint,
};
use crate::store::{Result, Store};
use jiff::Timestamp;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;
use url::Url;

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
        let since = match how {
            Thoroughness::Usual => resources::usual_since(&target, Timestamp::now()),
            Thoroughness::Full => Timestamp::now(),
        };
        let knowledge = self.world.knowledge().revision();
        let bag = Arc::default();
        let look = Look { target: &target, persona, state: &state, since, knowledge, bag: &bag };
        let outcome = match self.fetcher.fetch(self.request(look, how)).await {
            Err(failure) => self.missed(&target, failure).await,
            Ok(Fetched::NotModified(head)) => self.not_modified(look, head).await?,
            Ok(Fetched::Full(capture)) => self.captured(look, *capture).await?,
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

    fn request(&self, look: Look<'_>, how: Thoroughness) -> Request {
        let Look { target, persona, state, .. } = look;
        // Under other rules, masks, indicators or signatures the last word may no longer stand.
        let stands = |last: &Judged| last.terms == Digest::of(&*terms(target, look.knowledge));
        let quiet = state.incidents.is_empty() && state.unseen.is_none() && state.last.as_ref().is_some_and(stands);
        let full = how == Thoroughness::Full || !quiet || must_be_full(state.since_full, random());
        let known = state.validators.0.is_some() || state.validators.1.is_some();
        let validators = (!full && known).then(|| state.validators.clone());
        Request { url: target.url.clone(), persona, validators, fresh_connection: false, page: None }
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

    /// A hint from a host that may be compromised: nothing was compared, what was said last still stands. But what the
    /// page loads may have changed under it; then the page is fetched after all.
    async fn not_modified(&self, look: Look<'_>, head: Box<Head>) -> Result<Outcome> {
        self.sighted(look.target, true);
        let Some(last) = &look.state.last else {
            return Ok(Outcome::NotModified { head, verdict: Verdict::Unseen });
        };
        let verdict = last.judgement.verdict;
        if self.as_last(look, last, &head.final_url).await == last.resources {
            return Ok(Outcome::NotModified { head, verdict });
        }
        match self.fetcher.fetch(self.request(look, Thoroughness::Full)).await {
            Ok(Fetched::Full(capture)) => self.captured(look, *capture).await,
            Ok(Fetched::NotModified(head)) => Ok(Outcome::NotModified { head, verdict }),
            Err(failure) => Ok(self.missed(look.target, failure).await),
        }
    }

    /// What the page loaded when it was judged last, as it is now.
    async fn as_last(&self, look: Look<'_>, last: &Judged, page: &Url) -> Vec<Resource> {
        let Look { target, persona, since, bag, .. } = look;
        let visit = Visit { target, persona, page, since, anew: false, before: &last.resources, bag };
        let wanted: Vec<Wanted> = last.resources.iter().map(Resource::wanted).collect();
        let seen = resources::look_at(self, visit, &wanted).await;
        linked::with_states(seen, &last.resources.iter().collect::<Vec<_>>(), &Bodies::new())
    }

    async fn captured(&self, look: Look<'_>, capture: Capture) -> Result<Outcome> {
        let Look { target, persona, state, .. } = look;
        self.sighted(target, true);
        let doubtful = record_trouble::concerns(self.store.as_ref(), &self.world, target, persona).await?;
        if let Some(last) = state.last.as_ref().filter(|last| !doubtful && can_be_repeated(last, state)) {
            let resources = self.as_last(look, last, &capture.head.final_url).await;
            let print =
                fingerprint(capture.sha256, &capture.head, &resources, &terms(target, look.knowledge), state.revision);
            if last.fingerprint == print {
                return Ok(Outcome::Same { capture: Box::new(capture), judged: Box::new(last.clone()) });
            }
        }
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

/// Under what an answer is judged: other rules, masks, indicators, signatures or another policy may say something else of the same one.
pub(super) fn terms(target: &Target, knowledge: Digest) -> Cow<'static, str> {
    let rules = crate::detect::revision();
    if target.masks.is_empty() && target.policy == Policy::Follow && knowledge == Digest::default() {
        return Cow::Borrowed(rules);
    }
    Cow::Owned(format!("{rules} {:?} {:?} {knowledge}", target.policy, target.masks))
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
