//! The working memory and the record of approvals: one contract, and its backends.

mod error;
mod pack;
mod record;
mod sqlite;

pub use error::{Result, StoreError};
pub use sqlite::{Paths, Restored, Sqlite, restore};

use crate::model::*;
use jiff::Timestamp;
use std::future::Future;
use std::path::PathBuf;
use url::Url;
use uuid::Uuid;

/// Name of the note that says how the service ended last: [`RUNNING`] while it runs, [`STOPPED`] in good order, else why.
pub const ENDED: &str = "service-ended";
/// The service runs, or was killed.
pub const RUNNING: &str = "running";
/// The service was told to end.
pub const STOPPED: &str = "stopped";

/// A target and persona whose time has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Whose page.
    pub target: Target,
    /// As whom.
    pub persona: Persona,
    /// When it was due.
    pub at: Timestamp,
}

/// A check that was begun and not ended when the process died.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InFlight {
    /// Whose page.
    pub target: TargetId,
    /// As whom.
    pub persona: Persona,
    /// Nothing else was in flight: it is the culprit.
    pub alone: bool,
    /// How many times in a row the process died while it was in flight; a finished check sets it back to 0.
    pub deaths: u32,
}

/// What to do with something that is at most one per target and persona.
#[derive(Debug, Clone, PartialEq)]
pub enum Slot<T> {
    /// Leave as it is.
    Keep,
    /// Put this in its place.
    Put(T),
    /// Empty it.
    Clear,
}

/// Everything one check leaves behind; written in one transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckRecord {
    /// What was seen.
    pub observation: Observation,
    /// What was found.
    pub findings: Vec<Finding>,
    /// What was said of the answer; kept when the check is unseen or a 304.
    pub judged: Slot<Judged>,
    /// Validators of the answer.
    pub validators: Slot<(Option<String>, Option<String>)>,
    /// Checks since the last full fetch, after this one.
    pub since_full: u32,
    /// The state followed on the content plane.
    pub followed: Slot<Snapshot>,
    /// What is normal for the page, after this check.
    pub learned: Slot<Learned>,
    /// Unseen checks in a row, after this one.
    pub unseen: Option<(Timestamp, u32)>,
    /// What waits for a person.
    pub proposal: Slot<Proposal>,
    /// Incidents opened or changed.
    pub incidents: Vec<Incident>,
    /// What is told.
    pub notices: Vec<Notice>,
    /// Bodies to keep (followed, proposed, evidence), by digest.
    pub bodies: Vec<(Digest, Vec<u8>)>,
    /// Revision of the baseline it was judged under; none when nothing was judged. When an approval was entered in the
    /// meantime, what was judged, followed, learned and proposed under the old baseline is not written back over it.
    pub revision: Option<u64>,
    /// When the next check is due.
    pub next_due: Timestamp,
}

/// What follows from a rejection of this proposal, beside the open attack on the page: the incident it opens or changes,
/// and what is told.
pub type AfterRejection = Box<dyn FnOnce(&Proposal, Option<&Incident>) -> (Incident, Vec<Notice>) + Send>;

/// A person's "this was not us".
pub struct Rejection {
    /// Whose page.
    pub target: TargetId,
    /// As whom it was fetched.
    pub persona: Persona,
    /// Who, when and why.
    pub mark: Mark,
    /// The state that is rejected; what waits, when none is named.
    pub state: Option<Digest>,
    /// What follows from it; asked inside the write, so that no check comes in between.
    pub after: AfterRejection,
}

/// Says from a page's URL and that of something it loads to whom that belongs; nobody when it is the page's own.
pub type Owner = fn(&Url, &Url) -> Option<String>;

/// Coverage of one target and persona over a span of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// Whose page.
    pub target: TargetId,
    /// As whom.
    pub persona: Persona,
    /// Comparisons due by its interval.
    pub due: u64,
    /// Comparisons really made; more than are due when people asked for some.
    pub compared: u64,
    /// The last one.
    pub last: Option<Timestamp>,
    /// When the next check is (or was) due.
    pub next_due: Timestamp,
    /// Set aside because its check killed the process.
    pub quarantined: bool,
}

/// The outbox at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OutboxSummary {
    /// Notices and messages that wait.
    pub waiting: u64,
    /// Since when the oldest of those whose time has come waits. A review that waits for the digest is not late.
    pub oldest: Option<Timestamp>,
    /// Messages given up in the last seven days.
    pub given_up: u64,
    /// Messages sent in all.
    pub sent: u64,
}

/// A message and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The message.
    pub message: Message,
    /// When it arrived.
    pub sent: Option<Timestamp>,
    /// It was given up.
    pub given_up: bool,
}

/// What is told, with the small values that say that it was: written together, so that a crash in between neither hides it
/// nor tells it twice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// What is told.
    pub notices: Vec<Notice>,
    /// Names and values that are kept.
    pub notes: Vec<(String, String)>,
}

/// The messages about incidents that one receiver got since a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lately {
    /// The way.
    pub channel: Channel,
    /// The address.
    pub address: String,
    /// How many.
    pub count: u32,
    /// When the last one was written.
    pub last: Timestamp,
}

/// A repair of the record that was made when it was opened or added to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// Its number.
    pub id: i64,
    /// When it was made.
    pub at: Timestamp,
    /// Where, and what was done.
    pub damage: Damage,
}

/// How long things are kept. Approved states, open incidents and their evidence are never touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// Observations older than this are dropped.
    pub observations: std::time::Duration,
    /// At most this many observations a target and persona.
    pub observations_per_target: u32,
    /// Resolved incidents with their evidence older than this are dropped.
    pub incidents: std::time::Duration,
    /// Messages that were sent or given up longer ago than this are dropped.
    pub messages: std::time::Duration,
}

/// Something in `baselines/` that does not verify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The file.
    pub path: PathBuf,
    /// The line in it, from 1.
    pub line: Option<u64>,
    /// What is wrong, and what it means.
    pub what: Words,
}

macro_rules! contract {
    ($($(#[$doc:meta])* fn $name:ident(&self $(, $arg:ident: $type:ty)* $(,)?) -> $out:ty;)*) => {
        /// The working memory together with the record of approvals. Every backend passes the one contract suite.
        /// Time always comes in as an argument. Each write is durable when it returns.
        pub trait Store: Send + Sync + 'static {
            $($(#[$doc])* fn $name(&self $(, $arg: $type)*) -> impl Future<Output = Result<$out>> + Send;)*
        }
    };
}

contract! {
    /// Makes the stored registry equal to this one. New targets become due spread evenly over their interval, the
    /// first at `now`; changed URLs, masks or personas make a target due at once; removed targets keep their record of
    /// approvals, and their open incidents are resolved with the reason *removed*, which everybody is told who was told of
    /// them. A registry without a target is refused where targets are stored.
    fn put_registry(&self, registry: Registry, now: Timestamp) -> ();
    /// The stored registry.
    fn registry(&self) -> Registry;

    /// Enabled targets past their time, not in flight and not quarantined, most overdue first, at most `limit`, at
    /// most `per_host` of one host (those in flight counted).
    fn due(&self, now: Timestamp, limit: u32, per_host: u32) -> Vec<Due>;
    /// When the next target is due.
    fn next_due(&self) -> Option<Timestamp>;
    /// Marks checks as in flight, durably, before they start, and says what the memory holds about each; none for what is
    /// no longer registered, which is passed over.
    fn begin(&self, checks: Vec<(TargetId, Persona)>, now: Timestamp) -> Vec<Option<TargetState>>;
    /// Takes the mark away without a result: the check was given up in good order. Marks, here and in `record`, are
    /// changed for their owner only: the opened store that made them, or anybody once its process is known to be dead.
    fn abandon(&self, target: TargetId, persona: Persona) -> ();
    /// Checks that were in flight when a process died that had the store open before; asked once, at the start.
    fn in_flight(&self) -> Vec<InFlight>;
    /// Sets a target aside, or takes it back and makes it due, and says so; taking back one that was not set aside changes
    /// nothing but what is said.
    fn quarantine(&self, target: TargetId, persona: Persona, aside: bool, told: Told, now: Timestamp) -> ();

    /// What the memory holds about a target between checks (open incidents included).
    fn target_state(&self, target: TargetId, persona: Persona) -> TargetState;
    /// The approved states.
    fn baseline(&self, target: TargetId, persona: Persona) -> Baseline;
    /// Writes what a check leaves behind, all or nothing, and takes its in-flight mark away. An incident that another
    /// check has opened since goes on as that one, and is not told a second time. A check of a target that was
    /// removed meanwhile leaves nothing; after an approval or a new registration meanwhile the target is due at once
    /// again; a person's mark on an incident stays.
    fn record(&self, record: CheckRecord) -> ();
    /// A body by its digest, from the memory or from the record; checked against the digest.
    fn body(&self, digest: Digest) -> Option<Vec<u8>>;
    /// Those of these digests under which no body is kept, neither in the memory nor in the record.
    fn missing(&self, digests: Vec<Digest>) -> Vec<Digest>;
    /// The latest observations of a target, newest first.
    fn observations(&self, target: TargetId, limit: u32) -> Vec<Observation>;
    /// What was found at an observation.
    fn findings(&self, observation: Observation) -> Vec<Finding>;

    /// What is remembered of a target's habits. What cannot be read is told as damaged, never an error.
    fn habits(&self, target: TargetId, persona: Persona) -> Habits;
    /// Puts a person's mark on a habit, by the digest of its topic, or takes it away; refused when the target has
    /// [`MAX_HABIT_MARKS`]. What was said of the page last is not said again without a second look. Checks never write marks.
    fn mark_habit(&self, target: TargetId, habit: Digest, mark: Option<HabitMark>) -> ();

    /// All proposals, oldest first.
    fn proposals(&self) -> Vec<Proposal>;
    /// The proposal of a target and persona.
    fn proposal(&self, target: TargetId, persona: Persona) -> Option<Proposal>;
    /// Enters an approval or retirement: objects first (the body, and what is kept of what the page loads), then the line,
    /// then the database. An approval clears the proposal and the followed state, and makes the target due at once. A body
    /// that is not handed in, and everything the page loads, is taken from the memory; refused when it is no longer there.
    fn approve(&self, approval: Approval, body: Option<Vec<u8>>) -> ();
    /// Drops a proposal: "this was not us". The mark is kept with the target's open incidents; what follows is written
    /// with it, all or nothing, and the incident that it opened or changed is returned. Refused when nothing waits, or
    /// another state than the named one.
    fn reject(&self, rejection: Rejection) -> Incident;
    /// To whom the scripts, styles and frames belong that approved states load, each owner once for an organisation.
    fn approved_owners(&self, owner: Owner) -> Vec<(OrganisationId, String)>;
    /// All lines of a target's record, oldest first.
    fn approvals(&self, target: TargetId) -> Vec<Approval>;

    /// Incidents, newest first; only those that are not resolved unless `all`.
    fn incidents(&self, all: bool, limit: u32) -> Vec<Incident>;
    /// An incident by its id or a beginning of it; refused when several begin so.
    fn incident(&self, id: String) -> Option<Incident>;
    /// Writes an incident together with what is told about it. Findings and people's marks that were written since it
    /// was read are kept, and so is everything that checks alone say: what the page shows, and how long it has been clean.
    fn put_incident(&self, incident: Incident, notices: Vec<Notice>) -> ();
    /// Incidents whose next level is due.
    fn escalations(&self, now: Timestamp) -> Vec<Incident>;

    /// Silences that have not ended.
    fn silences(&self, now: Timestamp) -> Vec<Silence>;
    /// Adds a silence.
    fn put_silence(&self, silence: Silence) -> ();
    /// Ends a silence; `false` when none has that id or begins so; refused when several do. What it alone held back is
    /// told now: a review in the next digest, the rest at once.
    fn end_silence(&self, id: String, now: Timestamp) -> bool;
    /// Puts indicators in the place of those that a source of this name had.
    fn put_indicators(&self, source: String, indicators: Vec<Indicator>, now: Timestamp) -> ();
    /// Takes a source of indicators away; `false` when there is none of that name.
    fn remove_indicators(&self, source: String) -> bool;
    /// The sources of indicators by name.
    fn indicator_sources(&self) -> Vec<IndicatorSource>;
    /// All indicators by source.
    fn indicators(&self) -> Vec<(IndicatorSource, Vec<Indicator>)>;

    /// Planned changes that have not ended.
    fn plans(&self, now: Timestamp) -> Vec<PlannedChange>;
    /// Adds a planned change.
    fn put_plan(&self, plan: PlannedChange) -> ();
    /// Ends a planned change; `false` when none has that id or begins so; refused when several do.
    fn end_plan(&self, id: String, now: Timestamp) -> bool;

    /// Adds notices that belong to no check.
    fn put_notices(&self, notices: Vec<Notice>) -> ();
    /// Adds notices that belong to no check, and keeps small values, all or nothing.
    fn tell(&self, told: Told) -> ();
    /// Notices whose time has come and that are in no message yet, oldest first.
    fn due_notices(&self, now: Timestamp) -> Vec<Notice>;
    /// When the next notice or message is due.
    fn next_outbox(&self) -> Option<Timestamp>;
    /// Fixes messages: writes them and marks the notices they tell, in one transaction.
    fn compose(&self, messages: Vec<(Message, Vec<Uuid>)>) -> ();
    /// Drops notices that lost their reason: they are told in no message. Those in a message stay.
    fn drop_notices(&self, notices: Vec<Uuid>) -> ();
    /// Messages whose next attempt has come, oldest first, at most one a receiver and at most `limit` a channel: a channel
    /// that hangs hides no message of another one.
    fn due_messages(&self, now: Timestamp, limit: u32) -> Vec<Message>;
    /// Records that a message arrived.
    fn sent(&self, message: Uuid, at: Timestamp) -> ();
    /// Records a failed attempt; without a next attempt the message is given up and stays visible. What is told about that
    /// is written with it.
    fn failed(&self, message: Uuid, at: Timestamp, error: String, next: Option<Timestamp>, notices: Vec<Notice>) -> ();
    /// Message-IDs of the messages of an incident to one receiver, oldest first.
    fn thread(&self, incident: Uuid, receiver: Receiver) -> Vec<String>;
    /// Who got messages about incidents since a time, and how many.
    fn lately(&self, since: Timestamp) -> Vec<Lately>;
    /// The latest messages, newest first.
    fn deliveries(&self, limit: u32) -> Vec<Delivery>;
    /// The outbox at a glance.
    fn outbox(&self, now: Timestamp) -> OutboxSummary;

    /// Coverage of every enabled target and persona since a time (rounded down to the hour).
    fn coverage(&self, since: Timestamp, now: Timestamp) -> Vec<Coverage>;
    /// A small value kept under a name (time of the last digest, of the last start …).
    fn note(&self, name: String) -> Option<String>;
    /// The small values whose names begin so, by name.
    fn notes(&self, beginning: String) -> Vec<(String, String)>;
    /// Keeps a small value.
    fn put_note(&self, name: String, value: String) -> ();
    /// Drops what retention allows to drop; returns the number of rows.
    fn prune(&self, retention: Retention, now: Timestamp) -> u64;

    /// Checks objects and chains of `baselines/` against each other and against the heads in the database.
    fn verify(&self) -> Vec<Damage>;
    /// Heads of all chains, from the files.
    fn chain_heads(&self) -> Vec<ChainHead>;
    /// Heads of the chains to which lines were entered after a mark, and the mark that stands now. The first mark is 0.
    fn heads_after(&self, mark: u64) -> (u64, Vec<ChainHead>);
    /// Repairs of the record that nobody has been told of, oldest first.
    fn untold_repairs(&self) -> Vec<Repair>;
    /// Tells of repairs.
    fn tell_repairs(&self, repairs: Vec<i64>, notices: Vec<Notice>) -> ();
    /// Rebuilds registry and approvals of an empty database from `baselines/`; returns the number of lines read.
    fn rebuild(&self, now: Timestamp) -> u64;
    /// Writes a consistent copy of the database to a new file while the service runs.
    fn backup(&self, file: PathBuf) -> ();
    /// Proves that the writer lives and the disk takes writes.
    fn ping(&self, now: Timestamp) -> ();
}
