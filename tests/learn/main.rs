//! Learning through its public face: what lessons come to, what stays out of them, and how much they hold at most.

mod bounds;
mod lessons;
mod poison;
mod pupil;
mod quiet;
