//! `hinomi incident`: incidents, and people's marks on them.

use super::{Context, Outcome, json, render, terms};
use crate::app::OrFault as _;
use crate::app::{self, Office, Store as _};
use crate::model::words;
use crate::model::{Evidence, Incident, IncidentState, Mark, Words, japan_time};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// Incidents: from first sight to resolution.
#[derive(Debug, Subcommand)]
#[command(after_help = "Example:\n  hinomi incident ack 0198f2 --by \"Hanako Yamada <web@city.example>\"")]
pub(super) enum IncidentCommand {
    /// Open incidents, newest first.
    #[command(after_help = "Example:\n  hinomi incident list --all")]
    List {
        /// Resolved ones too.
        #[arg(long)]
        all: bool,
        /// How many at most.
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// One incident with everything that was found.
    #[command(after_help = "Example:\n  hinomi incident show 0198f2")]
    Show {
        /// Its id or the beginning of it.
        id: String,
    },
    /// "I look after it": no further level is told.
    #[command(after_help = "Example:\n  hinomi incident ack 0198f2 --by \"Hanako Yamada <web@city.example>\"")]
    Ack(MarkArgs),
    /// "It is over".
    #[command(
        after_help = "Example:\n  hinomi incident resolve 0198f2 --by \"Hanako Yamada <web@city.example>\" --reason \"restored from backup\""
    )]
    Resolve(MarkArgs),
}

#[derive(Debug, Args)]
pub(super) struct MarkArgs {
    /// Id of the incident or the beginning of it.
    id: String,
    /// Who says so.
    #[arg(long, value_name = "NAME <mail>")]
    by: String,
    /// What they say.
    #[arg(long, default_value = "")]
    reason: String,
}

pub(super) fn run(command: &IncidentCommand, context: &Context) -> anyhow::Result<Outcome> {
    app::block_on(async {
        let office = Office::open_store(&context.places()).await?;
        match command {
            IncidentCommand::List { all, limit } => list(&office, context, *all, *limit).await,
            IncidentCommand::Show { id } => show(&office, context, id).await,
            IncidentCommand::Ack(args) => mark(&office, context, args, false).await,
            IncidentCommand::Resolve(args) => mark(&office, context, args, true).await,
        }
    })
}

async fn list(office: &Office, context: &Context, all: bool, limit: u32) -> anyhow::Result<Outcome> {
    let incidents = office.store.incidents(all, limit).await?;
    for incident in &incidents {
        print(incident, context, false)?;
    }
    if incidents.is_empty() && !context.json {
        render::say(context, "no incidents", "インシデントはありません")?;
    }
    Ok(Outcome::needs(incidents.iter().any(|incident| incident.state != IncidentState::Resolved)))
}

async fn show(office: &Office, context: &Context, id: &str) -> anyhow::Result<Outcome> {
    let incident = office.store.incident(id.to_owned()).await?;
    let incident = incident.or_fault(|| {
        words!(
            "no incident '{id}'; `hinomi incident list --all` shows them",
            "インシデント「{id}」はありません。`hinomi incident list --all` をご覧ください"
        )
    })?;
    print(&incident, context, true)?;
    Ok(Outcome::needs(incident.state != IncidentState::Resolved))
}

async fn mark(office: &Office, context: &Context, args: &MarkArgs, over: bool) -> anyhow::Result<Outcome> {
    let incident = office.mark_incident(&args.id, &args.by, &args.reason, over).await?;
    print(&incident, context, false)?;
    Ok(Outcome::Done)
}

fn print(incident: &Incident, context: &Context, whole: bool) -> anyhow::Result<()> {
    if context.json {
        return json::line(&as_json(incident, context));
    }
    let verdict = render::verdict(context, incident.judgement.verdict);
    let state = terms::state(incident.state, context.language);
    let (id, target, opened) = (incident.id, &incident.target, japan_time(incident.opened));
    let head =
        words!("{verdict} {id} {target} ({state}) since {opened}", "{verdict} {id} {target} ({state}) {opened} から");
    render::tell(context, &head)?;
    render::reasons(context, &incident.judgement).into_iter().take(3).try_for_each(|line| render::line(&line))?;
    if !whole {
        return Ok(());
    }
    for finding in &incident.findings {
        render::finding(context, finding).into_iter().try_for_each(|line| render::line(&line))?;
        if incident.is_gone(finding) {
            render::say(context, "      (no longer on the page)", "      (現在のページにはありません)")?;
        }
    }
    if let Some(detail) = &incident.detail {
        render::line(&format!("  {}", render::safe(detail)))?;
    }
    for kept in &incident.trail.captures {
        let (of, at) = (terms::capture(kept.of, context.language), japan_time(kept.at));
        let (digest, size) = (kept.bytes, kept.size);
        let line = words!(
            "  evidence {at} ({of}) sha256 {digest} {size} bytes",
            "  証拠 {at} ({of}) sha256 {digest} {size}バイト"
        );
        render::tell(context, &line)?;
    }
    for mark in &incident.trail.earlier {
        let line = marked(mark, ("acknowledged before it grew worse", "悪化する前の対応開始"));
        render::tell(context, &line)?;
    }
    let marks = [(("acknowledged", "対応開始"), &incident.acknowledged), (("resolved", "解決"), &incident.resolved)];
    for (what, mark) in marks {
        mark.as_ref().map_or(Ok(()), |mark| render::tell(context, &marked(mark, what)))?;
    }
    Ok(())
}

/// Who did what, when and why.
fn marked(mark: &Mark, (en, ja): (&str, &str)) -> Words {
    let (at, who) = (japan_time(mark.at), render::safe(&format!("{} {}", mark.by, mark.reason)));
    words!("  {en} {at} by {who}", "  {ja} {at} {who}")
}

fn capture(capture: &Evidence) -> Value {
    let Evidence { of, at, bytes, size, state, ref head, .. } = *capture;
    json!({ "of": of, "at": at, "sha256": bytes, "size": size, "digest": state, "status": head.status })
}

fn as_json(incident: &Incident, context: &Context) -> Value {
    json!({
        "id": incident.id,
        "target": incident.target,
        "persona": incident.persona,
        "kind": incident.kind,
        "state": incident.state,
        "verdict": incident.judgement.verdict,
        "reasons": incident.judgement.because.iter().map(|words| words.get(context.language)).collect::<Value>(),
        "opened": incident.opened,
        "seen": incident.seen,
        "level": incident.level,
        "confirmed": incident.confirmed,
        "unseen": incident.unseen,
        "detail": incident.detail,
        "evidence": incident.evidence,
        "captures": incident.trail.captures.iter().map(capture).collect::<Value>(),
        "acknowledged_before": incident.trail.earlier,
        "reopened": incident.trail.reopened,
        "findings": json::findings(&incident.findings, context.language),
        "gone": incident.findings.iter().map(|finding| incident.is_gone(finding)).collect::<Value>(),
        "acknowledged": incident.acknowledged,
        "resolved": incident.resolved,
    })
}
