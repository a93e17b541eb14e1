//! `hinomi indicators`: hosts, addresses and files that others have seen in attacks.

use super::{Context, Outcome, json, render};
use crate::app::{self, ImportedIndicators, Office, Store as _};
use crate::model::words;
use crate::model::{IndicatorSource, Words, japan_time};
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;

/// Hosts, URLs, addresses and files that others have seen in attacks. A page that leads to one of them alarms.
#[derive(Debug, Subcommand)]
#[command(after_help = "Example:\n  hinomi indicators import feed.txt --source \"feed of the day\"")]
pub(super) enum IndicatorsCommand {
    /// Take in a file: a plain list, a hosts file, CSV, a STIX 2.1 bundle or MISP events.
    #[command(
        after_help = "Examples:\n  hinomi indicators import feed.txt --source \"feed of the day\"\n  hinomi indicators import bundle.json --json"
    )]
    Import(ImportArgs),
    /// The sources with their counts.
    #[command(after_help = "Example:\n  hinomi indicators list")]
    List,
    /// Take a source away.
    #[command(after_help = "Example:\n  hinomi indicators remove \"feed of the day\"")]
    Remove(RemoveArgs),
}

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// The file; its content decides what it is.
    file: PathBuf,
    /// Name of its source, in the place of the file's name; what this source held before is replaced.
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct RemoveArgs {
    /// Its name.
    source: String,
}

pub(super) fn run(command: &IndicatorsCommand, context: &Context) -> anyhow::Result<Outcome> {
    app::block_on(async {
        let office = Office::open_store(&context.places()).await?;
        match command {
            IndicatorsCommand::Import(args) => {
                let done = office.import_indicators(&args.file, args.source.as_deref()).await?;
                imported(&done, context)
            }
            IndicatorsCommand::List => list(&office, context).await,
            IndicatorsCommand::Remove(args) => remove(&office, &args.source, context).await,
        }
    })
}

fn imported(done: &ImportedIndicators, context: &Context) -> anyhow::Result<Outcome> {
    let ImportedIndicators { source, file, well_known } = done;
    let (count, format) = (file.indicators.len(), file.format.as_str());
    if context.json {
        json::line(&json!({
            "source": source, "format": format, "imported": count, "left_out": file.left_out, "refused": file.refused,
            "well_known": well_known,
            "told": file.told.iter().map(|(place, why)| json!({"place": place.get(context.language), "why": why.get(context.language)})).collect::<Vec<_>>(),
        }))?;
        return Ok(Outcome::needs(file.refused > 0 || !well_known.is_empty()));
    }
    let shown = render::safe(source);
    let (left, refused) = (file.left_out, file.refused);
    render::say(
        context,
        &format!(
            "{shown} ({format}): {count} indicators in force, {left} left out (revoked, ended or of another kind), {refused} refused"
        ),
        &format!("{shown}({format}): {count}件を取り込みました。対象外{left}件(失効・期限切れ・別種)、不正{refused}件"),
    )?;
    let of = |words: &Words| render::safe(words.get(context.language));
    for (place, why) in &file.told {
        render::line(&format!("  {}: {}", of(place), of(why)))?;
    }
    for host in well_known.iter().take(20) {
        let host = render::safe(host);
        render::say(
            context,
            &format!("  {host}: a well-known service, not taken as a whole; name the place on it (a URL) instead"),
            &format!("  {host}: 有名なサービスのため、ホスト全体は取り込みません。該当するURLで指定してください"),
        )?;
    }
    Ok(Outcome::needs(refused > 0 || !well_known.is_empty()))
}

async fn list(office: &Office, context: &Context) -> anyhow::Result<Outcome> {
    let sources = office.store.indicator_sources().await?;
    if sources.is_empty() {
        let ja = "指標はありません。`hinomi indicators import FILE` で取り込みます";
        render::say(context, "no indicators; `hinomi indicators import FILE` takes them in", ja)?;
    }
    sources.iter().try_for_each(|source| print(source, context))?;
    Ok(Outcome::Done)
}

fn print(source: &IndicatorSource, context: &Context) -> anyhow::Result<()> {
    if context.json {
        return json::line(&json!({"source": source.name, "count": source.count, "imported": source.imported}));
    }
    let (name, at, count) = (render::safe(&source.name), japan_time(source.imported), source.count);
    render::say(context, &format!("{name}: {count} since {at}"), &format!("{name}: {count}件({at} 取り込み)"))
}

async fn remove(office: &Office, source: &str, context: &Context) -> anyhow::Result<Outcome> {
    if !office.store.remove_indicators(source.to_owned()).await? {
        return Err(app::fault(words!(
            "no source is called '{source}'; `hinomi indicators list` shows them",
            "「{source}」という情報源はありません。`hinomi indicators list` をご覧ください"
        )));
    }
    let shown = render::safe(source);
    render::say(context, &format!("taken away: {shown}"), &format!("取り除きました: {shown}"))?;
    Ok(Outcome::Done)
}
