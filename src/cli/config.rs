//! `hinomi config check`: everything but run.

use super::{Context, Outcome, json, render};
use crate::app::{RegistryChecks, check_mask, signatures_in};
use crate::config::{Mistakes, Settings, load_settings, load_targets};
use crate::model::{Language, Registry};
use anyhow::anyhow;
use clap::Subcommand;
use serde_json::json;
use std::path::Path;

/// The files that hinomi reads.
#[derive(Debug, Subcommand)]
#[command(after_help = "Example:\n  hinomi --config /etc/hinomi/hinomi.toml config check")]
pub(super) enum ConfigCommand {
    /// Read settings and registry, and tell every mistake with its place and the way to mend it.
    #[command(after_help = "Example:\n  hinomi config check --targets targets.toml")]
    Check,
}

/// Runs it.
pub(super) fn run(command: &ConfigCommand, context: &Context) -> anyhow::Result<Outcome> {
    let ConfigCommand::Check = command;
    let settings = load_settings(&context.config, &|name| std::env::var(name).ok());
    // Settings that cannot be read allow nothing, so that their own mistakes would be told twice: masks alone are checked.
    let checks = settings.as_ref().ok().map(RegistryChecks::new).transpose()?;
    let registry = match &checks {
        Some(checks) => load_targets(&context.targets, checks),
        None => load_targets(&context.targets, &check_mask),
    };
    let folder = settings.as_ref().ok().and_then(|settings| settings.signatures.as_deref());
    let signatures = folder.map(|folder| signatures_in(folder).map(|signatures| (folder, signatures.count())));
    let mut wrong: Vec<&Mistakes> = [settings.as_ref().err(), registry.as_ref().err()].into_iter().flatten().collect();
    wrong.extend(signatures.iter().filter_map(|signatures| signatures.as_ref().err()).flatten());
    if context.json {
        for mistake in wrong.iter().flat_map(|mistakes| mistakes.json(context.language)) {
            json::line(&mistake)?;
        }
    }
    if !wrong.is_empty() {
        return Err(anyhow!(if context.json { count(&wrong, context) } else { drawn(&wrong, context) }));
    }
    if let (Ok(settings), Ok(registry)) = (&settings, &registry) {
        fine(context, settings, registry)?;
        signatures.and_then(Result::ok).map_or(Ok(()), |(folder, count)| fine_signatures(context, folder, count))?;
    }
    Ok(Outcome::Done)
}

fn count(wrong: &[&Mistakes], context: &Context) -> String {
    let all: usize = wrong.iter().map(|mistakes| mistakes.count()).sum();
    match context.language {
        Language::English if all == 1 => "1 mistake".to_owned(),
        Language::English => format!("{all} mistakes"),
        Language::Japanese => format!("誤りが {all} 件あります"),
    }
}

fn drawn(wrong: &[&Mistakes], context: &Context) -> String {
    let drawn: Vec<_> = wrong.iter().map(|mistakes| mistakes.render(context.language, false)).collect();
    format!("{}\n\n{}", count(wrong, context), drawn.join("\n").trim_end())
}

/// Tells that the signatures can be used, and how many there are.
fn fine_signatures(context: &Context, folder: &Path, count: usize) -> anyhow::Result<()> {
    if context.json {
        return json::line(&json!({ "file": folder, "ok": true, "signatures": count }));
    }
    let folder = folder.display();
    let (en, ja) =
        (format!("{folder}: fine; {count} signatures"), format!("{folder}: 問題ありません。シグネチャ {count} 件"));
    render::say(context, &en, &ja)
}

/// Tells what was read, and what one may want to know about it.
fn fine(context: &Context, settings: &Settings, registry: &Registry) -> anyhow::Result<()> {
    let watched = registry.targets.values().filter(|target| target.enabled);
    let checks: f64 = watched.clone().map(|t| t.personas.len() as f64 * 86_400.0 / t.interval.as_secs_f64()).sum();
    let untold = watched.clone().filter(|target| registry.contacts_at(target, 1).is_empty()).count();
    let (organisations, targets, watched) = (registry.organisations.len(), registry.targets.len(), watched.count());
    let present = context.config.exists();
    if context.json {
        json::line(&json!({ "file": context.config, "ok": true, "present": present, "data": settings.data }))?;
        return json::line(&json!({
            "file": context.targets, "ok": true, "organisations": organisations, "targets": targets,
            "watched": watched, "checks_per_day": checks.round(), "without_contact": untold,
        }));
    }
    let name = |path: &Path| path.display().to_string();
    let (config, file) = (name(&context.config), name(&context.targets));
    let (defaults, lines) = match context.language {
        Language::English => (
            if present { "fine" } else { "missing; the defaults hold" },
            [
                format!(
                    "{file}: fine; {organisations} organisations, {targets} targets, {watched} of them watched, {checks:.0} checks a day"
                ),
                format!(
                    "{untold} watched targets have no contact: only the operators ({}) are told",
                    settings.mail.operators.join(", ")
                ),
            ],
        ),
        Language::Japanese => (
            if present { "問題ありません" } else { "ファイルがないため、既定値を使います" },
            [
                format!(
                    "{file}: 問題ありません。組織 {organisations}、監視対象 {targets} (うち監視中 {watched})、点検は 1 日 {checks:.0} 回"
                ),
                format!(
                    "監視中の {untold} 件に連絡先がなく、運用担当者 ({}) だけに知らせます",
                    settings.mail.operators.join(", ")
                ),
            ],
        ),
    };
    render::line(&format!("{config}: {defaults}"))?;
    let [first, second] = lines;
    render::line(&first)?;
    if untold > 0 { render::line(&second) } else { Ok(()) }
}
