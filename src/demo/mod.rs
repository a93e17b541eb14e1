//! The made-up web of `hinomi demo` and the story played on it: sites, pages, updates and attacks as data.
//!
//! All hosts are reserved names, all attacks are inert shapes.

mod page;
mod registry;
mod sites;
mod story;
mod web;

pub use registry::targets_text;
pub use sites::{SITES, Site, site};
pub use story::{AFTERMATH, ATTACKS, Aftermath, Attack, Edit, REHEARSAL, ROUNDS, Rehearsal, Update};
pub use web::Web;
