//! `hinomi backtest`: replay page histories.

use super::target::named;
use super::{Context, Outcome, json, render};
use crate::app;
use crate::app::Office;
use crate::app::backtest::{self, Assume, History, Replayed, Stored};
use crate::model::{Verdict, japan_time};
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Replay page histories: what would hinomi have said?
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  hinomi backtest history/city-top\n  hinomi backtest --json histories/ | jq 'select(.summary)'\n  hinomi backtest --target city-top --days 30"
)]
pub(super) struct BacktestArgs {
    /// Folders of histories (0001.html, 0002.html …), found at any depth.
    #[arg(required_unless_present = "target", value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// Replay what the store holds of this target instead, with the settings of today.
    #[arg(long, value_name = "ID", conflicts_with_all = ["folders", "assume"])]
    target: Option<String>,
    /// With --target: how many days to look back.
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    days: u32,
    /// What the person does after a review or an alarm: approve or reject.
    #[arg(long, value_name = "ANSWER", default_value = "approve", value_parser = ["approve", "reject"])]
    assume: String,
}

pub(super) fn run(args: &BacktestArgs, context: &Context) -> anyhow::Result<Outcome> {
    if let Some(target) = &args.target {
        return stored(target, args.days, context);
    }
    let assume = if args.assume == "reject" { Assume::Reject } else { Assume::Approve };
    let mut histories = Vec::new();
    for folder in &args.folders {
        histories.extend(backtest::find(folder)?);
    }
    let (mut needed, mut failed) = (false, None);
    let signatures = app::signatures_at(&context.places())?;
    let replay = |history: &History| backtest::replay(history, assume, signatures.as_ref());
    let work = |history: &History| (history.page.clone(), history.versions.len(), replay(history));
    app::in_order(&histories, work, |(page, versions, replayed)| {
        let printed = replayed.and_then(|replayed| {
            needed |= replayed.iter().any(|one| one.verdict.needs_person());
            print(context, &page, versions, &replayed)
        });
        printed.map_err(|error| failed = Some(error)).is_ok()
    });
    failed.map_or(Ok(Outcome::needs(needed)), Err)
}

/// What the store holds of a target, as each of its personas.
fn stored(target: &str, days: u32, context: &Context) -> anyhow::Result<Outcome> {
    // As `targets.toml` has it now: a mask or a policy can be tried out before it is in force.
    let registered = named(context, target)?;
    let all: Vec<Stored> = app::block_on(async {
        let office = Office::open_store(&context.places()).await?;
        let mut all = Vec::new();
        for &persona in &registered.personas {
            all.push(office.backtest(&registered, persona, days).await?);
        }
        Ok(all)
    })?;
    for one in &all {
        let page = format!("{target} ({})", one.persona.as_str());
        lines(context, &page, &one.replayed)?;
        if context.json {
            json::line(&stored_summary(target, one))?;
        } else {
            render::line(&format!("{page}: {}", one.words().get(context.language)))?;
        }
    }
    Ok(Outcome::needs(all.iter().flat_map(|one| &one.replayed).any(|one| one.verdict.needs_person())))
}

fn stored_summary(target: &str, stored: &Stored) -> Value {
    let (checks, alarm, review) = stored.then;
    json!({
        "page": format!("{target} ({})", stored.persona.as_str()),
        "target": target,
        "persona": stored.persona,
        "days": stored.days,
        "summary": summary(stored.replayed.len() + stored.lost, &stored.replayed),
        "lost": stored.lost,
        "then": { "checks": checks, "alarm": alarm, "review": review },
    })
}

/// A line for each version that a person is needed for; for programs one for each.
fn lines(context: &Context, page: &str, replayed: &[Replayed]) -> anyhow::Result<()> {
    for one in replayed {
        if context.json {
            json::line(&version(context, page, one))?;
        } else if one.verdict.needs_person() {
            // States of the store are named by the moment at which they were seen.
            let moment = one.version.parse().map(japan_time);
            let name = moment.map_or_else(|_| format!("{page}/{}", one.version), |moment| format!("{page} {moment}"));
            render::line(&format!("{} {}", render::verdict(context, one.verdict), render::safe(&name)))?;
            let worst = one.findings.iter().take(3).flat_map(|finding| render::finding(context, finding));
            worst.into_iter().try_for_each(|line| render::line(&line))?;
        }
    }
    Ok(())
}

fn print(context: &Context, page: &str, versions: usize, replayed: &[Replayed]) -> anyhow::Result<()> {
    lines(context, page, replayed)?;
    if context.json {
        return json::line(&json!({"page": page, "summary": summary(versions, replayed)}));
    }
    let count = |verdict| replayed.iter().filter(|one| one.verdict == verdict).count();
    let all = [Verdict::Unchanged, Verdict::Routine, Verdict::Review, Verdict::Alarm, Verdict::Unseen];
    let counts: Vec<_> = all.iter().map(|v| format!("{} {}", render::verdict(context, *v), count(*v))).collect();
    render::line(&format!("{}: {versions} ({})", render::safe(page), counts.join(", ")))
}

fn version(context: &Context, page: &str, one: &Replayed) -> Value {
    json!({
        "page": page,
        "version": one.version,
        "index": one.index,
        "verdict": one.verdict,
        "changes": {"active": one.changes.0, "content": one.changes.1},
        "findings": json::findings(&one.findings, context.language),
        "ms": json::rounded(one.ms),
    })
}

fn summary(versions: usize, replayed: &[Replayed]) -> Value {
    let count = |verdict| replayed.iter().filter(|one| one.verdict == verdict).count();
    json!({
        "versions": versions,
        "unchanged": count(Verdict::Unchanged),
        "routine": count(Verdict::Routine),
        "review": count(Verdict::Review),
        "alarm": count(Verdict::Alarm),
        "unseen": count(Verdict::Unseen),
    })
}
