//! `hinomi silence` and `hinomi plan`: messages held back for a time, and changes announced beforehand.

use super::moment::moment;
use super::{Context, Outcome, json, render};
use crate::app::OrFault as _;
use crate::app::{self, Fault, Office, Store as _, mark};
use crate::model::words;
use crate::model::{Digest, PlannedChange, Silence, japan_time};
use clap::{Args, Subcommand};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

/// Messages about review and unseen held back for a time; never an alarm.
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Example:\n  hinomi silence add --target city-top --for 2h --by \"Hanako Yamada <web@city.example>\" --reason \"server maintenance\""
)]
pub(super) enum SilenceCommand {
    /// Begin one.
    #[command(
        after_help = "Example:\n  hinomi silence add --target city-top --for 2h --by \"Hanako Yamada <web@city.example>\" --reason \"server maintenance\""
    )]
    Add(SilenceArgs),
    /// Those that have not ended.
    #[command(after_help = "Example:\n  hinomi silence list")]
    List,
    /// End one early.
    #[command(after_help = "Example:\n  hinomi silence remove 0198f2")]
    Remove(RemoveArgs),
}

/// Changes announced beforehand. They mark the proposal they lead to; they never lower an alarm.
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Example:\n  hinomi plan add city-top --for 3h --by \"Hanako Yamada <web@city.example>\" --reason \"site renewal\""
)]
pub(super) enum PlanCommand {
    /// Announce one.
    #[command(
        after_help = "Example:\n  hinomi plan add city-top --for 3h --by \"Hanako Yamada <web@city.example>\" --reason \"site renewal\""
    )]
    Add(PlanArgs),
    /// Those that have not ended.
    #[command(after_help = "Example:\n  hinomi plan list")]
    List,
    /// End one early.
    #[command(after_help = "Example:\n  hinomi plan remove 0198f2")]
    Remove(RemoveArgs),
}

#[derive(Debug, Args)]
pub(super) struct Window {
    /// How long, from its beginning: 30m, 2h, 3d.
    #[arg(long = "for", value_name = "DURATION", value_parser = span)]
    length: SignedDuration,
    /// Who says so.
    #[arg(long, value_name = "NAME <mail>")]
    by: String,
    /// Why.
    #[arg(long)]
    reason: String,
}

#[derive(Debug, Args)]
pub(super) struct SilenceArgs {
    /// The target; all when none is named.
    #[arg(long)]
    target: Option<String>,
    #[command(flatten)]
    window: Window,
}

#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    /// The target.
    target: String,
    /// Its beginning (2026-04-01 09:00); now when left out.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    from: Option<Timestamp>,
    /// Only for this part of the page, named as in the paths that changes are shown with: '#news', 'main'.
    #[arg(long)]
    region: Option<String>,
    /// Only for the state of this digest.
    #[arg(long)]
    digest: Option<Digest>,
    #[command(flatten)]
    window: Window,
}

#[derive(Debug, Args)]
pub(super) struct RemoveArgs {
    /// Its id or the beginning of it.
    id: String,
}

fn span(text: &str) -> Result<SignedDuration, Fault> {
    let days = text.strip_suffix('d').and_then(|days| days.parse::<u16>().ok()).map(i64::from);
    let length = match days {
        Some(days) => SignedDuration::from_hours(24 * days),
        None => text.parse().map_err(|_| {
            Fault::new(words!(
                "'{text}' is no length of time; write 30m, 72h or 7d",
                "「{text}」は時間の長さではありません。30m、72h、7dのように書いてください"
            ))
        })?,
    };
    if length <= SignedDuration::ZERO || length > SignedDuration::from_hours(24 * 90) {
        return Err(Fault::new(words!(
            "at most 90 days; write 30m, 72h or 7d",
            "90日までです。30m、72h、7dのように書いてください"
        )));
    }
    Ok(length)
}

pub(super) fn silence(command: &SilenceCommand, context: &Context) -> anyhow::Result<Outcome> {
    app::block_on(async {
        let office = Office::open_store(&context.places()).await?;
        let now = Timestamp::now();
        match command {
            SilenceCommand::Add(args) => add_silence(&office, context, args, now).await,
            SilenceCommand::List => {
                let silences = office.store.silences(now).await?;
                if silences.is_empty() {
                    render::say(context, "no messages are held back", "抑止はありません")?;
                }
                silences.iter().try_for_each(|silence| print_silence(silence, context))?;
                Ok(Outcome::Done)
            }
            SilenceCommand::Remove(args) => {
                ended(office.store.end_silence(args.id.clone(), now).await?, &args.id, context)
            }
        }
    })
}

pub(super) fn plan(command: &PlanCommand, context: &Context) -> anyhow::Result<Outcome> {
    app::block_on(async {
        let office = Office::open_store(&context.places()).await?;
        let now = Timestamp::now();
        match command {
            PlanCommand::Add(args) => add_plan(&office, context, args, now).await,
            PlanCommand::List => {
                let plans = office.store.plans(now).await?;
                if plans.is_empty() {
                    render::say(context, "no changes are announced", "予定変更はありません")?;
                }
                plans.iter().try_for_each(|plan| print_plan(plan, context))?;
                Ok(Outcome::Done)
            }
            PlanCommand::Remove(args) => ended(office.store.end_plan(args.id.clone(), now).await?, &args.id, context),
        }
    })
}

fn ended(found: bool, id: &str, context: &Context) -> anyhow::Result<Outcome> {
    if !found {
        return Err(app::fault(words!(
            "'{id}' is none that goes on, or not the only one that begins so",
            "「{id}」は続いているものではないか、そう始まるものがほかにもあります"
        )));
    }
    render::say(context, &format!("ended: {id}"), &format!("終了しました: {id}"))?;
    Ok(Outcome::Done)
}

async fn add_silence(
    office: &Office,
    context: &Context,
    args: &SilenceArgs,
    now: Timestamp,
) -> anyhow::Result<Outcome> {
    let target = args.target.as_deref().map(|id| office.target(id).map(|target| target.id.clone())).transpose()?;
    let until = now.checked_add(args.window.length).or_fault(|| words!("--for: too long", "--for: 長すぎます"))?;
    let silence = Silence { id: Uuid::now_v7(), target, mark: mark(&args.window.by, &args.window.reason)?, until };
    office.store.put_silence(silence.clone()).await?;
    print_silence(&silence, context)?;
    Ok(Outcome::Done)
}

async fn add_plan(office: &Office, context: &Context, args: &PlanArgs, now: Timestamp) -> anyhow::Result<Outcome> {
    let from = args.from.unwrap_or(now);
    let until = from.checked_add(args.window.length).or_fault(|| words!("--for: too long", "--for: 長すぎます"))?;
    if until <= now {
        return Err(app::fault(words!(
            "the window ended {until} already; write a later --from or a longer --for",
            "この期間は {until} にもう終わっています。--from を遅くするか --for を長くしてください",
            until = japan_time(until)
        )));
    }
    let plan = PlannedChange {
        id: Uuid::now_v7(),
        target: office.target(&args.target)?.id.clone(),
        mark: mark(&args.window.by, &args.window.reason)?,
        from,
        until,
        region: args.region.clone(),
        digest: args.digest,
    };
    office.store.put_plan(plan.clone()).await?;
    print_plan(&plan, context)?;
    Ok(Outcome::Done)
}

fn print_silence(silence: &Silence, context: &Context) -> anyhow::Result<()> {
    if context.json {
        return json::line(&json!(silence));
    }
    let all = words!("all targets", "すべての監視対象");
    let target = silence.target.as_ref().map_or_else(|| all.get(context.language).to_owned(), ToString::to_string);
    let (id, until) = (silence.id, japan_time(silence.until));
    let who = render::safe(&format!("{}: {}", silence.mark.by, silence.mark.reason));
    render::tell(context, &words!("{id} {target} until {until}, {who}", "{id} {target} {until} まで、{who}"))
}

fn print_plan(plan: &PlannedChange, context: &Context) -> anyhow::Result<()> {
    if context.json {
        return json::line(&json!(plan));
    }
    let (from, until) = (japan_time(plan.from), japan_time(plan.until));
    let who = render::safe(&format!("{}: {}", plan.mark.by, plan.mark.reason));
    let (id, target) = (plan.id, &plan.target);
    let region = plan.region.as_deref().map(|region| format!(" {}", render::safe(region))).unwrap_or_default();
    let digest = plan.digest.map(|digest| format!(" {}", digest.short())).unwrap_or_default();
    let line = words!(
        "{id} {target}{region}{digest} {from} to {until}, {who}",
        "{id} {target}{region}{digest} {from} から {until} まで、{who}"
    );
    render::tell(context, &line)
}
