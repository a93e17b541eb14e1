//! CPU of an unchanged round over 1,000 pages against the least that could be done: fetching and hashing them.
//!
//! nginx serves static pages on the loopback, on a core of its own; this process runs on another. Both sides run by
//! turns in this process, and CPU is that of the whole process, user and system, all threads. First over plain HTTP
//! with kept connections, against a loop with hyper and 50 connections that reads each body and takes its SHA-256;
//! then over TLS with a new connection for each page, against the handshakes alone.
//!
//! `HINOMI_ROUNDS` sets the number of rounds (default 15).
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "a bench writes files, reads clocks, and stops when it cannot go on"
)]

mod bare;
mod server;
mod service;

use rustix::thread::{CpuSet, sched_setaffinity};
use rustix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant};

/// Pages of a round.
const PAGES: usize = 1_000;
/// Pages of one host.
const A_HOST: usize = 10;

/// CPU time of this process so far.
fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap())
}

/// What one run took.
#[derive(Clone, Copy)]
struct Cost {
    cpu: Duration,
    wall: Duration,
}

fn measured(run: impl FnOnce()) -> Cost {
    let (start, before) = (Instant::now(), cpu());
    run();
    Cost { cpu: cpu() - before, wall: start.elapsed() }
}

/// Milliseconds a page.
fn a_page(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0 / PAGES as f64
}

/// Binds this process to the second core; the server gets the first.
fn take_a_core() -> bool {
    let two = std::thread::available_parallelism().is_ok_and(|cores| cores.get() > 1);
    if two {
        let mut cores = CpuSet::new();
        cores.set(1);
        sched_setaffinity(None, &cores).unwrap();
    }
    two
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Runs both by turns and prints each turn, the medians and the ratio of the medians.
fn by_turns(name: &str, rounds: usize, mut least: impl FnMut() -> Cost, mut hinomi: impl FnMut() -> Cost) {
    println!("{name}: ms of CPU a page (and of wall time)");
    let (mut a, mut b, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let (least, hinomi) = (least(), hinomi());
        let (x, y) = (a_page(least.cpu), a_page(hinomi.cpu));
        let (w, v) = (a_page(least.wall), a_page(hinomi.wall));
        println!("  least {x:.3} ({w:.3})   hinomi {y:.3} ({v:.3})   ratio {:.2}", y / x);
        a.push(x);
        b.push(y);
        ratios.push(y / x);
    }
    let (a, b) = (median(a), median(b));
    println!("{name}: medians {a:.3} and {b:.3}, ratio {:.2}; median of the ratios {:.2}", b / a, median(ratios));
}

fn main() {
    let rounds = std::env::var("HINOMI_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(15);
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let runs = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    let alone = !take_a_core();
    if alone {
        println!("only one core: server and client share it");
    }
    let Some(server) = server::Server::start() else {
        println!("nginx is not installed: nothing measured");
        return;
    };
    if runs("plain") {
        let mut service = service::Service::new(&server, service::Wire::Plain);
        let paths = server.requests();
        let bare = || measured(|| bare::fetch_all(server.plain, &paths, server.bytes));
        by_turns("plain", rounds, bare, || service.round());
    }
    if runs("tls") {
        let mut service = service::Service::new(&server, service::Wire::Tls);
        let connector = bare::connector(&server.authority);
        let bare = || measured(|| bare::shake_hands(server.tls, &connector, PAGES));
        by_turns("tls", rounds, bare, || service.round());
    }
}
