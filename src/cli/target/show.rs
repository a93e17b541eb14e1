//! `hinomi target list`, `show` and `export`: what is registered.

use super::{habit, in_words, json, registry, render, say};
use crate::app;
use crate::cli::Context;
use crate::config::{duration_text, export_csv, no_such_target, policy_name, target_json, value};
use crate::model::{Language, Registry, Target};
use anyhow::Context as _;
use clap::{Args, ValueEnum};
use comfy_table::{ContentArrangement, Table, presets};
use serde_json::{Value, json};

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  hinomi target list\n  hinomi target list --organisation example-pref --json")]
pub(in crate::cli) struct ListArgs {
    /// Only targets of this organisation and of those below it.
    #[arg(long, value_name = "ID")]
    organisation: Option<String>,
    /// Only targets with this tag.
    #[arg(long)]
    tag: Option<String>,
    /// Only targets that are not watched.
    #[arg(long)]
    disabled: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hinomi target show example-city-top")]
pub(in crate::cli) struct ShowArgs {
    /// Id of the target.
    target: String,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  hinomi target export > list.csv\n  hinomi target export --bom > for-spreadsheets.csv\n  hinomi target export --format json"
)]
pub(in crate::cli) struct ExportArgs {
    /// csv can be imported again; json holds everything, one object a line.
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// Begin the CSV with a byte order mark, so that spreadsheets read it as UTF-8.
    #[arg(long)]
    bom: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Csv,
    Json,
}

pub(super) fn list(args: &ListArgs, context: &Context) -> anyhow::Result<()> {
    let registry = registry(context)?;
    let wanted: Vec<&Target> = registry.targets.values().filter(|target| args.takes(&registry, target)).collect();
    if context.json {
        return wanted.iter().try_for_each(|target| json::line(&target_json(&registry, target)));
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(match context.language {
        Language::English => ["target", "organisation", "URL", "interval", ""],
        Language::Japanese => ["監視対象", "組織", "URL", "間隔", ""],
    });
    for target in &wanted {
        let owner = registry.owner(target).map(|owner| owner.name.clone()).unwrap_or_default();
        let off = if target.enabled { String::new() } else { in_words(context, "disabled".into(), "停止中".into()) };
        table.add_row([target.id.to_string(), owner, target.url.to_string(), duration_text(target.interval), off]);
    }
    if !wanted.is_empty() {
        render::line(&table.to_string())?;
    }
    let (shown, all) = (wanted.len(), registry.targets.len());
    render::line(&in_words(context, format!("{shown} of {all} targets"), format!("{all} 件中 {shown} 件")))
}

impl ListArgs {
    fn takes(&self, registry: &Registry, target: &Target) -> bool {
        let below = |id: &String| registry.lineage(&target.organisation).iter().any(|o| o.id.as_str() == id);
        self.organisation.as_ref().is_none_or(below)
            && self.tag.as_ref().is_none_or(|tag| target.tags.iter().any(|own| own == tag))
            && !(self.disabled && target.enabled)
    }
}

pub(super) fn show(args: &ShowArgs, context: &Context) -> anyhow::Result<()> {
    let registry = registry(context)?;
    let id = value::target_id(&args.target).map_err(|words| say(context, &words))?;
    let target = registry.targets.get(&id).ok_or_else(|| say(context, &no_such_target(&id, &registry)))?;
    let learned = app::block_on(app::learned(&context.places(), target))?;
    if context.json {
        let mut object = target_json(&registry, target);
        object["told"] = receivers(&registry, target);
        object["learned"] = habit::value(&learned, context.language);
        return json::line(&object);
    }
    for line in facts(&registry, target, context.language).into_iter().chain(habit::lines(&learned, context)) {
        render::line(&line)?;
    }
    Ok(())
}

/// Who is told at each level of escalation.
fn receivers(registry: &Registry, target: &Target) -> Value {
    let at = |level| registry.contacts_at(target, level).into_iter().map(move |found| (level, found));
    (1..=9)
        .flat_map(at)
        .map(|(level, (contact, language))| {
            json!({ "level": level, "name": contact.name, "mail": contact.mail, "language": language })
        })
        .collect()
}

fn facts(registry: &Registry, target: &Target, language: Language) -> Vec<String> {
    let word = |en: &'static str, ja: &'static str| match language {
        Language::English => en,
        Language::Japanese => ja,
    };
    let line = |label: &str, text: String| format!("  {label}: {text}");
    let lineage: Vec<_> =
        registry.lineage(&target.organisation).iter().map(|o| format!("{} ({})", o.name, o.id)).collect();
    let personas: Vec<_> = target.personas.iter().map(|persona| persona.as_str()).collect();
    let mut lines = vec![
        target.id.to_string(),
        line("URL", target.url.to_string()),
        line(word("organisation", "組織"), lineage.join(" < ")),
        line(word("interval", "間隔"), duration_text(target.interval)),
        line(
            word("watched", "監視"),
            word(if target.enabled { "yes" } else { "no" }, if target.enabled { "する" } else { "停止中" }).to_owned(),
        ),
        line(word("policy", "方針"), policy_name(target.policy).to_owned()),
        line(word("personas", "閲覧者像"), personas.join(", ")),
    ];
    if !target.tags.is_empty() {
        lines.push(line(word("tags", "タグ"), target.tags.join(", ")));
    }
    lines.extend(
        target.masks.iter().map(|mask| line(word("mask", "除外指定"), format!("{} ({})", mask.select, mask.reason))),
    );
    let told: Vec<_> = (1..=9)
        .flat_map(|level| registry.contacts_at(target, level).into_iter().map(move |(c, _)| (level, c)))
        .collect();
    lines.extend(told.iter().map(|(level, contact)| {
        line(&format!("{} {level}", word("told, level", "連絡先 段階")), format!("{} <{}>", contact.name, contact.mail))
    }));
    if told.is_empty() {
        lines.push(line(word("told", "連絡先"), word("only the operators", "運用担当者だけ").to_owned()));
    }
    lines
}

pub(super) fn export(args: &ExportArgs, context: &Context) -> anyhow::Result<()> {
    let registry = registry(context)?;
    if context.json || args.format == Format::Json {
        return registry.targets.values().try_for_each(|target| json::line(&target_json(&registry, target)));
    }
    let csv = export_csv(&registry).context("CSV")?;
    render::line(&format!("{}{}", if args.bom { "\u{FEFF}" } else { "" }, csv.trim_end_matches('\n')))
}
