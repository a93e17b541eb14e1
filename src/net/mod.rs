//! The one guarded way out to other hosts: address classes, resolver, client, certificates, courtesy.

mod address;
mod certificate;
mod client;
mod connection;
mod courtesy;
mod error;
mod guard;
mod options;
mod resolver;
mod tls;

pub use address::{AllowedRanges, InvalidRange, refused};
pub use client::{Answer, Client, Method, Reply, Request};
pub use courtesy::{Courtesy, Permit};
pub use error::{Error, SetupError};
pub use guard::{Guard, Ports};
pub use options::{ClientOptions, Proxy, Trust};
pub use resolver::{Lookup, SystemLookup, TableLookup};
