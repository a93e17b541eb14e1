//! Findings and context to a verdict, and what follows from it.
//!
//! [`decide()`] says what a page is worth; [`follow()`] says what becomes of incidents, proposals and notices. Both are
//! pure: the same facts give the same answer, today and when a past observation is judged again.

mod decide;
mod escalate;
mod follow;
mod offline;
mod receivers;
mod reject;
mod table;
mod timing;

pub use decide::{Facts, Known, MIN_KEPT, NOTHING_NORMAL, add_reason, decide, may_be_normal, unseen, without_baseline};
pub use escalate::escalate;
pub use follow::{Context, FollowUp, Sight, follow};
pub use offline::{Outlook, Sighting};
pub use receivers::{Directory, receivers};
pub use reject::{Rejected, reject};
pub use table::{ROWS, Row, weigh};
pub use timing::Timing;
