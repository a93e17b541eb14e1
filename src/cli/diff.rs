//! `hinomi diff`: structural difference and verdict for two versions.

use super::{Context, Outcome, json, render};
use crate::app;
use clap::Args;
use std::path::PathBuf;
use std::time::Instant;

/// Structural difference and verdict for two versions of a page or of a script.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hinomi diff yesterday.html today.html")]
pub(super) struct DiffArgs {
    /// The version that counts as approved.
    old: PathBuf,
    /// The version to judge.
    new: PathBuf,
}

pub(super) fn run(args: &DiffArgs, context: &Context) -> anyhow::Result<Outcome> {
    let (old, new) = (args.old.display().to_string(), args.new.display().to_string());
    let (old_bytes, new_bytes) = (app::bytes(&args.old)?, app::bytes(&args.new)?);
    let signatures = app::signatures_at(&context.places())?;
    let started = Instant::now();
    let compared = app::compare_bytes((&old_bytes, &old), (&new_bytes, &new), signatures.as_ref());
    let ms = started.elapsed().as_secs_f64() * 1000.0;
    let verdict = compared.judgement.verdict;
    if context.json {
        json::line(&json::compared(&old, &new, &compared, context.language, ms))?;
        return Ok(Outcome::needs(verdict.needs_person()));
    }
    render::line(&format!("{} {} → {}", render::verdict(context, verdict), render::safe(&old), render::safe(&new)))?;
    let reasons = render::reasons(context, &compared.judgement).into_iter();
    let findings = compared.findings.iter().flat_map(|finding| render::finding(context, finding));
    let changes = compared.changes.iter().flat_map(|change| render::change(context, change));
    reasons.chain(findings).chain(changes).try_for_each(|line| render::line(&line))?;
    Ok(Outcome::needs(verdict.needs_person()))
}
