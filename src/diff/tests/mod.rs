//! Tests of the comparison as a whole, on pages built by hand.

mod bounds;
mod pages;
mod pairing;
mod properties;
mod shapes;

pub(super) use pages::{Builder, version};
