//! The command line: one file a command.

mod backtest;
mod backup;
mod baseline;
mod check;
mod config;
mod context;
mod demo;
mod diff;
mod doctor;
mod incident;
mod indicators;
mod japanese;
mod json;
mod moment;
mod notify;
mod render;
mod run;
mod scan;
mod script;
mod silence;
mod target;
mod terms;

use crate::app::{fault, told};
use crate::model::Language;
use crate::model::words;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

pub use context::{Colour, Context, Outcome};

/// Watches public web pages for defacement and tells their owners.
#[derive(Debug, Parser)]
#[command(name = "hinomi", version, about, propagate_version = true, max_term_width = 100)]
struct Cli {
    /// Settings; the file may be missing.
    // An id of its own: a command with an argument of the same name would take its place.
    #[arg(id = "settings-file", long = "config", global = true, value_name = "FILE", default_value = "hinomi.toml")]
    config: PathBuf,
    /// Registry of organisations and targets.
    #[arg(id = "registry-file", long = "targets", global = true, value_name = "FILE", default_value = "targets.toml")]
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
enum Command {
    Run(run::RunArgs),
    Demo(demo::DemoArgs),
    Check(check::CheckArgs),
    Scan(scan::ScanArgs),
    Diff(diff::DiffArgs),
    #[command(subcommand)]
    Script(script::ScriptCommand),
    Backtest(backtest::BacktestArgs),
    #[command(subcommand)]
    Target(target::TargetCommand),
    #[command(subcommand)]
    Baseline(baseline::BaselineCommand),
    #[command(subcommand)]
    Incident(incident::IncidentCommand),
    #[command(subcommand)]
    Indicators(indicators::IndicatorsCommand),
    #[command(subcommand)]
    Silence(silence::SilenceCommand),
    #[command(subcommand)]
    Plan(silence::PlanCommand),
    #[command(subcommand)]
    Notify(notify::NotifyCommand),
    Backup(backup::BackupArgs),
    Restore(backup::RestoreArgs),
    #[command(subcommand)]
    Config(config::ConfigCommand),
    Doctor(doctor::DoctorArgs),
}

/// Exit code of a command that could not do its job.
const FAILED: u8 = 2;

/// Runs the command line; the exit codes are 0 done, 1 somebody is needed, 2 could not do the job.
#[must_use]
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let language = context::language_of(&arguments);
    let cli = match parse(arguments, language) {
        Ok(cli) => cli,
        Err(error) => return misused(&error, language),
    };
    let context = Context::new(cli.config, cli.targets, cli.json, cli.language.as_deref());
    match context.and_then(|context| run(&cli.command, &context)) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            eprintln!("hinomi: {}", told(&error, language));
            FAILED.into()
        }
    }
}

fn parse(arguments: Vec<OsString>, language: Language) -> Result<Cli, clap::Error> {
    let command = match language {
        Language::Japanese => japanese::translated(Cli::command()),
        Language::English => Cli::command(),
    };
    Cli::from_arg_matches(&command.try_get_matches_from(arguments)?)
}

/// Prints the help that was asked for, or what is wrong with the command line.
fn misused(error: &clap::Error, language: Language) -> ExitCode {
    match language {
        Language::Japanese if error.use_stderr() && !tells_help(error) => eprint!("{}", japanese::usage_error(error)),
        _ => drop(error.print()),
    }
    if error.use_stderr() { FAILED.into() } else { ExitCode::SUCCESS }
}

/// Whether an error is the help of a command that was named without what it needs.
fn tells_help(error: &clap::Error) -> bool {
    error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
}

/// An address that cannot be read.
fn unusable_url(input: &str, why: url::ParseError) -> anyhow::Error {
    fault(words!(
        "{input}: {why}; write it as https://host/path",
        "{input}: URLとして読めません（{why}）。https://ホスト/パス の形で書いてください"
    ))
}

fn run(command: &Command, context: &Context) -> anyhow::Result<Outcome> {
    match command {
        Command::Run(args) => run::run(args, context),
        Command::Demo(args) => demo::run(args, context),
        Command::Check(args) => check::run(args, context),
        Command::Scan(args) => scan::run(args, context),
        Command::Diff(args) => diff::run(args, context),
        Command::Script(command) => script::run(command, context),
        Command::Backtest(args) => backtest::run(args, context),
        Command::Target(command) => target::run(command, context),
        Command::Baseline(command) => baseline::run(command, context),
        Command::Incident(command) => incident::run(command, context),
        Command::Indicators(command) => indicators::run(command, context),
        Command::Silence(command) => silence::silence(command, context),
        Command::Plan(command) => silence::plan(command, context),
        Command::Notify(command) => notify::run(command, context),
        Command::Backup(args) => backup::backup(args, context),
        Command::Restore(args) => backup::restore(args, context),
        Command::Config(command) => config::run(command, context),
        Command::Doctor(args) => doctor::run(args, context),
    }
}
