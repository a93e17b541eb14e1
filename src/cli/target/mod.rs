//! `hinomi target`: the registry.

mod change;
mod habit;
mod show;

use super::{Context, Outcome, json, render};
use crate::app::check_mask;
use crate::config::{EditError, Mistakes, load_targets, no_such_target, value};
use crate::model::{Language, Registry, Target, Words};
use anyhow::anyhow;
use clap::Subcommand;

/// The registry: which pages are watched, how, and who owns them.
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Examples:\n  hinomi target add https://www.city.example/ --organisation example-city --organisation-name 例示市\n  hinomi target list --tag municipality\n  hinomi target import list.csv"
)]
pub(in crate::cli) enum TargetCommand {
    /// Register a page.
    Add(Box<change::AddArgs>),
    /// The registered pages.
    List(show::ListArgs),
    /// One page: how it is watched, who owns it, who is told, and what was learned of it.
    Show(show::ShowArgs),
    #[command(subcommand)]
    Habit(habit::HabitCommand),
    /// Take pages out; their record of approvals stays.
    Remove(change::RemoveArgs),
    /// Register the pages of a CSV file, all or none.
    Import(change::ImportArgs),
    /// Write the registry as CSV or JSON.
    Export(show::ExportArgs),
}

/// Runs one of them.
pub(in crate::cli) fn run(command: &TargetCommand, context: &Context) -> anyhow::Result<Outcome> {
    match command {
        TargetCommand::Add(args) => change::add(args, context),
        TargetCommand::List(args) => show::list(args, context),
        TargetCommand::Show(args) => show::show(args, context),
        TargetCommand::Habit(command) => habit::run(command, context),
        TargetCommand::Remove(args) => change::remove(args, context),
        TargetCommand::Import(args) => change::import(args, context),
        TargetCommand::Export(args) => show::export(args, context),
    }?;
    Ok(Outcome::Done)
}

fn registry(context: &Context) -> anyhow::Result<Registry> {
    load_targets(&context.targets, &check_mask).map_err(|mistakes| told(context, &mistakes))
}

/// The target of an id, as `targets.toml` has it now.
pub(in crate::cli) fn named(context: &Context, id: &str) -> anyhow::Result<Target> {
    let registry = registry(context)?;
    let id = value::target_id(id).map_err(|words| say(context, &words))?;
    let target = registry.targets.get(&id).ok_or_else(|| say(context, &no_such_target(&id, &registry)))?;
    Ok(target.clone())
}

/// Mistakes of a file as the error of a command.
pub(in crate::cli) fn told(context: &Context, mistakes: &Mistakes) -> anyhow::Error {
    anyhow!("{}", mistakes.render(context.language, false).trim_end())
}

fn refused(context: &Context, error: &EditError) -> anyhow::Error {
    match error {
        EditError::Mistakes(mistakes) => told(context, mistakes),
        other => say(context, &other.words()),
    }
}

fn say(context: &Context, words: &Words) -> anyhow::Error {
    anyhow!("{}", words.get(context.language))
}

/// One sentence of two languages.
fn in_words(context: &Context, en: String, ja: String) -> String {
    match context.language {
        Language::English => en,
        Language::Japanese => ja,
    }
}
