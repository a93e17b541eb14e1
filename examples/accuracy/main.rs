//! How right hinomi is on real page histories and on attacks written into them; writes `docs/accuracy.md`.
//!
//! ```text
//! cargo run --release --example accuracy -- [--seed N] [--pages N] [--out FILE] [--misses] FOLDER
//! ```
//!
//! FOLDER holds page histories as `hinomi backtest` reads them. Where it is missing, the program says so and ends well.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "it reads histories and writes the report")]

mod attacks;
mod benign;
#[path = "../../tests/detect/families/catalogue.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod catalogue;
mod places;
mod report;
mod tally;

use std::path::PathBuf;
use std::process::ExitCode;

/// What was asked for.
struct Wanted {
    folder: PathBuf,
    out: PathBuf,
    seed: u64,
    /// Most pages that are attacked, spread over all.
    limit: usize,
    misses: bool,
}

fn main() -> ExitCode {
    let wanted = match wanted(std::env::args().skip(1)) {
        Ok(wanted) => wanted,
        Err(why) => {
            eprintln!("accuracy: {why}");
            return ExitCode::from(2);
        }
    };
    if !wanted.folder.is_dir() {
        println!("skipped: {} holds no page histories", wanted.folder.display());
        return ExitCode::SUCCESS;
    }
    match measured(&wanted) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("accuracy: {why:#}");
            ExitCode::from(2)
        }
    }
}

fn measured(wanted: &Wanted) -> anyhow::Result<()> {
    let histories = hinomi::app::backtest::find(&wanted.folder)?;
    let benign = benign::measure(&histories)?;
    let apart = histories.len().div_ceil(wanted.limit.max(1)).max(1);
    let histories: Vec<_> = histories.into_iter().step_by(apart).collect();
    let attacks = attacks::measure(&histories, wanted.seed, wanted.misses)?;
    std::fs::write(&wanted.out, report::written(&benign, &attacks, wanted.seed))?;
    println!("{} written", wanted.out.display());
    Ok(())
}

fn wanted(mut arguments: impl Iterator<Item = String>) -> Result<Wanted, String> {
    let mut wanted = Wanted {
        folder: PathBuf::from("target/corpora/benign-history"),
        out: PathBuf::from("docs/accuracy.md"),
        seed: 1,
        limit: usize::MAX,
        misses: false,
    };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--seed" => wanted.seed = value()?.parse().map_err(|error| format!("--seed: {error}"))?,
            "--pages" => wanted.limit = value()?.parse().map_err(|error| format!("--pages: {error}"))?,
            "--out" => wanted.out = value()?.into(),
            "--misses" => wanted.misses = true,
            other if other.starts_with("--") => return Err(format!("{other} is unknown")),
            folder => wanted.folder = folder.into(),
        }
    }
    Ok(wanted)
}
