//! The service: asks the store what is due, runs checks, sends the outbox, watches itself.

mod admission;
mod chance;
mod check;
mod closer_look;
mod company;
mod digest;
mod escalation;
mod examine;
mod knowledge;
mod linked;
mod outbox;
mod pulse;
mod record_trouble;
mod report;
mod resources;
mod schedule;
mod self_watch;
mod signed;
mod trouble;
mod witness;
mod wording;
mod world;
mod write_down;

pub use check::{Checker, Thoroughness};
pub use escalation::run_escalation;
pub use examine::{
    About, Examination, Form, Read, Source, Terms, acts_anew, examine, examine_answer, read, scan, since,
};
pub use knowledge::Knowledge;
pub use linked::Bodies;
pub use outbox::Postman;
pub use pulse::Pulse;
pub use report::CheckReport;
pub use schedule::run_checks;
pub use self_watch::{STUCK_AFTER, SelfWatch, VERIFIED, Vitals};
pub use trouble::notices;
pub use witness::Witnesses;
pub use wording::Wording;
pub use world::{Pace, World};
