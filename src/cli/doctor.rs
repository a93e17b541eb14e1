//! `hinomi doctor`: what this installation can and cannot do.

use super::{Colour, Context, Outcome, json, render};
use crate::app::{self, Coverage, Diagnosis};
use crate::model::{Language, japan_time};
use clap::Args;
use comfy_table::Table;
use serde_json::json;

/// What this installation can and cannot do: mail, clock, disk, name resolution, data; and its coverage.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hinomi doctor")]
pub(super) struct DoctorArgs {
    /// Every target in the coverage table, not only the worst.
    #[arg(long)]
    all: bool,
}

/// Rows of the coverage table unless all are asked for.
const ROWS: usize = 20;

pub(super) fn run(args: &DoctorArgs, context: &Context) -> anyhow::Result<Outcome> {
    let diagnosis = app::block_on(app::examine_installation(&context.places()))?;
    match context.json {
        true => print_json(&diagnosis, context)?,
        false => print(&diagnosis, context, args.all)?,
    }
    Ok(Outcome::needs(diagnosis.points.iter().any(|point| !point.well)))
}

fn print_json(diagnosis: &Diagnosis, context: &Context) -> anyhow::Result<()> {
    for point in &diagnosis.points {
        json::line(&json!({"point": point.name, "well": point.well, "text": point.words.get(context.language)}))?;
    }
    diagnosis.coverage.iter().try_for_each(|row| {
        json::line(&json!({"target": row.target, "persona": row.persona, "due": row.due, "compared": row.compared, "last": row.last, "next_due": row.next_due, "quarantined": row.quarantined}))
    })
}

const fn in_language<'a>(context: &Context, en: &'a str, ja: &'a str) -> &'a str {
    match context.language {
        Language::English => en,
        Language::Japanese => ja,
    }
}

fn print(diagnosis: &Diagnosis, context: &Context, all: bool) -> anyhow::Result<()> {
    for point in &diagnosis.points {
        let sign = match (point.well, context.colour) {
            (true, Colour::On) => "\u{1b}[32m✓\u{1b}[0m",
            (true, Colour::Off) => "ok",
            (false, Colour::On) => "\u{1b}[31m✗\u{1b}[0m",
            (false, Colour::Off) => "NOT OK",
        };
        render::line(&format!("{sign} {}: {}", point.name, render::safe(point.words.get(context.language))))?;
    }
    let mut rows: Vec<&Coverage> = diagnosis.coverage.iter().collect();
    rows.sort_by_key(|row| (row.due == 0, row.compared * 10_000 / row.due.max(1)));
    let shown = if all { rows.len() } else { ROWS.min(rows.len()) };
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(match context.language {
        Language::English => ["target", "persona", "compared/due (24 h)", "last", ""],
        Language::Japanese => ["監視対象", "閲覧者", "比較済み/予定（24時間）", "最後", ""],
    });
    for row in &rows[..shown] {
        let never = in_language(context, "never", "なし");
        let last = row.last.map_or_else(|| never.to_owned(), japan_time);
        let aside = if row.quarantined { in_language(context, "SET ASIDE", "隔離中") } else { "" };
        table.add_row([
            row.target.as_str(),
            row.persona.as_str(),
            &format!("{}/{}", row.compared, row.due),
            &last,
            aside,
        ]);
    }
    render::line(&table.to_string())?;
    if shown < rows.len() {
        let more = rows.len() - shown;
        render::say(context, &format!("… and {more} more (--all)"), &format!("… ほか{more}件 (--all)"))?;
    }
    Ok(())
}
