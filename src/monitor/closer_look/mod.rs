//! The second half of a check, for answers that are not the ones judged last: known state, or examined and confirmed.

mod comeback;
mod excerpts;
mod learning;
mod loads;
mod opinion;
mod thread;
mod weigh;

use super::check::{Checker, terms};
use super::examine::Examination;
use super::knowledge::Knowledge;
use super::record_trouble;
use super::resources::{self, Bag, Visit};
use crate::fetch::classify::classify;
use crate::fetch::{Fetcher, Request};
use crate::judge;
use crate::model::{
    Baseline, Capture, Digest, Excerpt, Fetched, Habits, Judged, Judgement, Learned, Persona, Resource, Snapshot,
    Target, TargetState, UnseenReason, Verdict, Words, fingerprint,
};
use crate::store::{Result, Slot, Store};
use jiff::Timestamp;
use opinion::{Opinion, form_opinion};
use std::sync::Arc;

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) target: &'a Target,
    pub(super) persona: Persona,
    pub(super) state: &'a TargetState,
    /// What the page's own site holds must have been looked at since then.
    pub(super) since: Timestamp,
    /// Which indicators and signatures are in force.
    pub(super) knowledge: Digest,
    /// The bytes of what the page loads, as they come home.
    pub(super) bag: &'a Arc<Bag>,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Looked {
    Judged(Box<JudgedLook>),
    Unseen { reason: UnseenReason, detail: String, capture: Box<Capture> },
}

/// A page that was judged.
#[derive(Debug)]
pub(super) struct JudgedLook {
    pub(super) capture: Arc<Capture>,
    pub(super) judged: Judged,
    pub(super) excerpts: Vec<Excerpt>,
    pub(super) confirmed: Option<bool>,
    /// Name of the special page it equals, and of the one shown before.
    pub(super) special: (Option<String>, Option<String>),
    /// Bytes of what it loads that are not kept yet.
    pub(super) loaded: Vec<(Digest, Vec<u8>)>,
    /// What is normal for the page, after it.
    pub(super) learned: Slot<Learned>,
    /// What had been learned of it could not be read.
    pub(super) forgotten: bool,
}

/// What the examination on its thread is made from; owned, so that it can move there.
#[derive(Clone)]
struct Desk {
    target: Arc<Target>,
    organisation: Option<String>,
    baseline: Arc<Baseline>,
    followed: Option<Snapshot>,
    /// What waits for the first approval.
    waiting: Option<Snapshot>,
    /// What is normal for it.
    habits: Arc<Habits>,
    /// What it loaded when it was judged last.
    before: Arc<Vec<Resource>>,
    /// The state that was judged last.
    last: Option<Digest>,
    /// What the page's own site holds must have been looked at since then.
    since: Timestamp,
    /// What is known of attacks beforehand.
    knowledge: Knowledge,
    bag: Arc<Bag>,
    /// An approved state of this page could not be read lately: see whether it can be now.
    doubtful: bool,
    now: Timestamp,
}

/// In which way an answer is looked at.
#[derive(Debug, Clone, Copy)]
struct Manner {
    /// It came in the page's place: what it loads does not matter.
    bare: bool,
    /// What it loads is fetched anew.
    anew: bool,
}

impl Desk {
    fn visit<'a>(&'a self, capture: &'a Capture, manner: Manner) -> Visit<'a> {
        let page = &capture.head.final_url;
        let (persona, since, before) = (capture.persona, self.since, &self.before);
        Visit { target: &self.target, persona, page, since, anew: manner.anew, before, bag: &self.bag }
    }
}

pub(super) async fn look_closer<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    look: Look<'_>,
    capture: Capture,
) -> Result<Looked> {
    let registry = checker.world.registry();
    let baseline = Arc::new(checker.store.baseline(look.target.id.clone(), look.persona).await?);
    let desk = Desk {
        target: Arc::new(look.target.clone()),
        organisation: registry.owner(look.target).map(|owner| owner.name.clone()),
        waiting: if baseline.revision == 0 { waiting(checker, &look).await? } else { None },
        baseline,
        followed: look.state.followed.clone(),
        habits: Arc::new(checker.store.habits(look.target.id.clone(), look.persona).await?),
        since: look.since,
        knowledge: checker.world.knowledge(),
        bag: Arc::clone(look.bag),
        before: Arc::new(look.state.last.as_ref().map(|last| last.resources.clone()).unwrap_or_default()),
        last: look.state.last.as_ref().map(|last| last.state),
        doubtful: record_trouble::concerns(checker.store.as_ref(), &checker.world, look.target, look.persona).await?,
        now: capture.at,
    };
    let trouble = classify(Some(&capture.head), &capture.body);
    let capture = Arc::new(capture);
    let manner = Manner { bare: trouble.is_some(), anew: false };
    let mut opinion = match form_opinion(checker, &desk, &capture, manner).await? {
        Ok(opinion) => opinion,
        Err(detail) => return Ok(unseen(UnseenReason::InternalError, detail, &capture)),
    };
    if let Some(damaged) = &opinion.damaged {
        record_trouble::note(checker, look.target, look.persona, damaged).await?;
    }
    heed_people(&look, &mut opinion);
    comeback::tell(checker, &desk, &capture, &mut opinion).await?;
    let verdict = opinion.examination.judgement.verdict;
    if let Some(reason) = trouble.filter(|_| verdict != Verdict::Alarm) {
        let detail = format!("HTTP status {}", capture.head.status);
        return Ok(unseen(reason, detail, &capture));
    }
    let confirmed = confirm(checker, &look, &desk, &opinion).await?;
    let excerpts = excerpts::excerpts(checker, &desk, &capture, &opinion.examination).await?;
    let loaded = resources::to_keep(checker, desk.visit(&capture, manner), &opinion.resources).await?;
    let judged = judged(&look, &capture, &opinion);
    let learned = learning::kept(&desk, &mut opinion);
    Ok(Looked::Judged(Box::new(JudgedLook {
        capture,
        excerpts,
        judged,
        confirmed,
        special: special(&desk, &look, opinion.special),
        loaded,
        learned,
        forgotten: desk.habits.damaged,
    })))
}

/// The state that waits for approval.
async fn waiting<S: Store, F: Fetcher>(checker: &Checker<S, F>, look: &Look<'_>) -> Result<Option<Snapshot>> {
    let proposal = checker.store.proposal(look.target.id.clone(), look.persona).await?;
    Ok(proposal.map(|proposal| proposal.snapshot))
}

fn unseen(reason: UnseenReason, detail: String, capture: &Arc<Capture>) -> Looked {
    Looked::Unseen { reason, detail, capture: Box::new(Capture::clone(capture)) }
}

/// A state of which a person said "this was not us" stays an alarm while the page shows it.
fn heed_people(look: &Look, opinion: &mut Opinion) {
    if look.state.rejected(opinion.state) && !opinion.approved {
        let reason = Words::new(
            "a person said of this state: this was not us",
            "この状態は「心当たりがない」と回答されています",
        );
        let judgement = &mut opinion.examination.judgement;
        judge::add_reason(judgement, Verdict::Alarm, reason);
        judgement.certain = true;
    }
}

/// Name of the special page that is shown, and of the one before.
fn special(desk: &Desk, look: &Look, now: Option<String>) -> (Option<String>, Option<String>) {
    let before = look.state.last.as_ref().map(|last| last.state);
    let was_special = desk.baseline.states.iter().find(|known| Some(known.snapshot.state) == before);
    (now, was_special.and_then(|known| known.special.clone()))
}

/// What is remembered of the judgement.
fn judged(look: &Look, capture: &Capture, opinion: &Opinion) -> Judged {
    let Examination { findings, judgement, .. } = &opinion.examination;
    let resources = opinion.resources.to_vec();
    let terms = terms(look.target, look.knowledge);
    let print = fingerprint(capture.sha256, &capture.head, &resources, &terms, look.state.revision);
    // What was said without an approved state that cannot be read is never said again without a second look.
    let whole = opinion.damaged.as_ref().is_none_or(Vec::is_empty);
    let fingerprint = if whole { print } else { Digest::of(format!("incomplete {print}")) };
    Judged {
        fingerprint,
        terms: Digest::of(&*terms),
        state: opinion.state,
        judgement: judgement.clone(),
        findings: findings.clone(),
        resources,
    }
}

/// A second fetch, unconditional and over a new connection, for an alarm that is not certain and not known yet.
async fn confirm<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    look: &Look<'_>,
    desk: &Desk,
    opinion: &Opinion,
) -> Result<Option<bool>> {
    let judgement: &Judgement = &opinion.examination.judgement;
    let known = look.state.incidents.iter().any(|incident| incident.alarmed_state == Some(opinion.state));
    if judgement.verdict != Verdict::Alarm || judgement.certain || known {
        return Ok(None);
    }
    tokio::time::sleep(checker.world.pace.confirm_after).await;
    let url = look.target.url.clone();
    let request = Request { url, persona: look.persona, validators: None, fresh_connection: true, page: None };
    let Ok(Fetched::Full(capture)) = checker.fetcher.fetch(request).await else { return Ok(None) };
    let bare = classify(Some(&capture.head), &capture.body).is_some();
    let second = form_opinion(checker, desk, &Arc::new(*capture), Manner { bare, anew: true }).await?;
    let again = second.ok().map(|second| second.examination.judgement.verdict == Verdict::Alarm);
    // An error page in between says nothing about whether the alarm would have come again.
    Ok(again.filter(|again| *again || !bare))
}
