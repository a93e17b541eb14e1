//! `hinomi check`: one round now over all or the named targets.

use super::moment::moment;
use super::{Context, Outcome, json, render};
use crate::app::{self, CheckReport, Office, Reconsidered};
use crate::model::{UnseenReason, Verdict, japan_time, words};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use serde_json::{Value, json};

/// One round now over all or the named targets: full fetches, compared, judged, written down and told.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  hinomi check\n  hinomi check city-top --json\n  hinomi check city-top --explain --at 2026-04-01T09:00+09:00"
)]
pub(super) struct CheckArgs {
    /// Targets; all enabled ones when none is named. Naming one takes it out of quarantine.
    targets: Vec<String>,
    /// Say why: every reason, and what spoke against it.
    #[arg(long)]
    explain: bool,
    /// Fetch nothing: judge the last observation up to this time again, from what is kept of it, beside what was approved
    /// then (2026-04-01 09:00).
    #[arg(long, value_name = "TIME", value_parser = moment, requires_all = ["explain", "targets"])]
    at: Option<Timestamp>,
}

pub(super) fn run(args: &CheckArgs, context: &Context) -> anyhow::Result<Outcome> {
    if let Some(at) = args.at {
        return past(&args.targets, at, context);
    }
    app::block_on(async {
        let office = Office::open(&context.places()).await?;
        let round = office.round(&args.targets)?;
        let bar = bar(context, round.len() as u64);
        let (mut needed, mut waits, mut failed) = (false, false, None);
        office
            .check_round(round, |report| {
                needed |= report.verdict.needs_person();
                waits |= report.verdict == Verdict::Review;
                let printed = bar.suspend(|| print(&report, context, args.explain));
                bar.inc(1);
                failed = failed.take().or(printed.err());
            })
            .await?;
        bar.finish_and_clear();
        if waits {
            let en = "next: `hinomi baseline list` shows what waits for approval, `hinomi baseline diff TARGET` what changed";
            let ja =
                "次の操作: `hinomi baseline list` で承認待ちを、`hinomi baseline diff TARGET` で変更点を確認できます";
            render::say(context, en, ja)?;
        }
        failed.map_or(Ok(Outcome::needs(needed)), Err)
    })
}

/// Judges observations of the past again.
fn past(targets: &[String], at: Timestamp, context: &Context) -> anyhow::Result<Outcome> {
    app::block_on(async {
        let office = Office::open_store(&context.places()).await?;
        let mut needed = false;
        for (target, persona) in office.round(targets)? {
            let Some(one) = office.reconsider(&target, persona, at).await? else {
                return Err(app::fault(words!(
                    "'{id}' was not observed as early as that; its first observations may have been dropped by now",
                    "「{id}」には、その時刻以前の観測結果がありません。古い観測結果はすでに削除された可能性があります",
                    id = target.id
                )));
            };
            needed |= one.report.verdict.needs_person();
            print_past(&one, context)?;
        }
        Ok(Outcome::needs(needed))
    })
}

fn print_past(one: &Reconsidered, context: &Context) -> anyhow::Result<()> {
    if context.json {
        let mut line = as_json(&one.report, context);
        line["then"] = json!({"at": one.at, "verdict": one.then, "anew": one.anew});
        return json::line(&line);
    }
    let (at, then) = (japan_time(one.at), render::verdict(context, one.then));
    let (en, ja) = match one.anew {
        true => ("judged again today:", "現在の判定:"),
        false => ("it cannot be judged again:", "改めて判定することはできません:"),
    };
    render::say(context, &format!("observed {at}: {then}; {en}"), &format!("{at} の観測結果: {then}。{ja}"))?;
    print(&one.report, context, true)
}

fn bar(context: &Context, length: u64) -> ProgressBar {
    if !context.progress {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} (eta {eta})");
    ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn print(report: &CheckReport, context: &Context, explain: bool) -> anyhow::Result<()> {
    if context.json {
        return json::line(&as_json(report, context));
    }
    let reason = render::safe(report.reason.get(context.language));
    render::line(&format!("{} {} {reason}", render::verdict(context, report.verdict), report.target))?;
    if let Some(reason) = unseen(report) {
        render::line(&render::next_step(context, reason))?;
    }
    if let Some(incident) = report.incident.filter(|_| !report.verdict.needs_person()) {
        let en = format!(
            "    incident {incident} is still open: it ends by itself after three clean checks over half an hour, or with \
             `hinomi incident resolve {incident} --by …`"
        );
        let ja = format!(
            "    インシデント {incident} はまだ続いています。30分以上にわたる3回の正常な点検で自動的に終わります。\
             `hinomi incident resolve {incident} --by …` で終えることもできます"
        );
        render::say(context, &en, &ja)?;
    }
    if explain {
        for (sign, side) in [("+", &report.because), ("-", &report.despite)] {
            side.iter().try_for_each(|words| {
                render::line(&format!("    {sign} {}", render::safe(words.get(context.language))))
            })?;
        }
    }
    let findings = report.findings.iter().flat_map(|finding| render::finding(context, finding));
    findings.into_iter().try_for_each(|line| render::line(&line))
}

/// The reason of a report about something unseen.
fn unseen(report: &CheckReport) -> Option<UnseenReason> {
    let code = report.unseen?;
    UnseenReason::ALL.iter().copied().find(|reason| reason.code() == code)
}

fn as_json(report: &CheckReport, context: &Context) -> Value {
    let words =
        |side: &[crate::model::Words]| side.iter().map(|one| one.get(context.language).to_owned()).collect::<Value>();
    let mut line = json!({
        "target": report.target,
        "organisation": report.organisation,
        "url": report.url,
        "persona": report.persona,
        "verdict": report.verdict,
        "reason": report.unseen.map_or_else(|| report.reason.get(context.language).to_owned(), ToOwned::to_owned),
        "because": words(&report.because),
        "despite": words(&report.despite),
        "status": report.status,
        "bytes": report.bytes,
        "sha256": report.sha256,
        "digest": report.state,
        "findings": json::findings(&report.findings, context.language),
        "incident": report.incident,
        "ms": json::rounded(report.ms),
    });
    if let Some(reason) = unseen(report) {
        line["next"] = reason.next_step().get(context.language).into();
    }
    line
}
