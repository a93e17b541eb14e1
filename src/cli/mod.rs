//! The command line: one file a command.

mod context;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

pub use context::{Colour, Context, Outcome};

/// Watches public web pages for defacement and tells their owners.
#[derive(Debug, Parser)]
#[command(name = "hinomi", version, about, propagate_version = true, max_term_width = 100)]
struct Cli {
    /// Settings; the file may be missing.
    #[arg(long, global = true, value_name = "FILE", default_value = "hinomi.toml")]
    config: PathBuf,
    /// Registry of organisations and targets.
    #[arg(long, global = true, value_name = "FILE", default_value = "targets.toml")]
    targets: PathBuf,
    /// One JSON object per line on stdout, and nothing else.
    #[arg(long, global = true)]
    json: bool,
    /// Language of what people read: ja or en (default: from LANG).
    #[arg(long, global = true, value_name = "LANGUAGE")]
    language: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {}

/// Exit code of a command that could not do its job.
const FAILED: u8 = 2;

/// Runs the command line; the exit codes are 0 done, 1 somebody is needed, 2 could not do the job.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { FAILED.into() } else { ExitCode::SUCCESS };
        }
    };
    let context = Context::new(cli.config, cli.targets, cli.json, cli.language.as_deref());
    match context.and_then(|context| run(cli.command, &context)) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            eprintln!("hinomi: {error:#}");
            FAILED.into()
        }
    }
}

fn run(command: Command, _context: &Context) -> anyhow::Result<Outcome> {
    match command {}
}
