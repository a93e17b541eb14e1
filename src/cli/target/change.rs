//! `hinomi target add`, `remove` and `import`: the file is changed whole or not at all.

use super::{check_mask, in_words, json, refused, render, say};
use crate::app::{self, RegistryChecks};
use crate::cli::Context;
use crate::config::{
    Addition, EditError, Import, NewTarget, add_targets, change_targets, free_target_id, load_import, parse_targets,
    remove_targets, value,
};
use crate::model::{Language, Mask, Organisation, Registry, TargetId, Words};
use anyhow::anyhow;
use clap::Args;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  hinomi target add https://www.city.example/ --organisation example-city\n  hinomi target add https://www.town.example/ --id town-top --organisation example-town --organisation-name 例示町 --parent example-pref --contact \"広報課 <web@town.example>\" --interval 5m --tag municipality"
)]
pub(in crate::cli) struct AddArgs {
    /// What is watched: http or https.
    url: String,
    /// Id of the target; made from the URL when it is left out.
    #[arg(long)]
    id: Option<String>,
    /// Id of the organisation that owns it.
    #[arg(long, value_name = "ID")]
    organisation: String,
    /// Add the organisation, too, under this name.
    #[arg(long, value_name = "NAME")]
    organisation_name: Option<String>,
    /// The organisation above the new one.
    #[arg(long, value_name = "ID", requires = "organisation_name")]
    parent: Option<String>,
    /// Language of the new organisation's mails: ja or en.
    #[arg(long, value_name = "LANGUAGE", requires = "organisation_name", value_parser = ["ja", "en"], default_value_if("organisation_name", clap::builder::ArgPredicate::IsPresent, "ja"))]
    mail_language: Option<String>,
    /// Who is told; of the new organisation if one is added, else of the target. Can be given several times.
    #[arg(long, value_name = "NAME <mail> (LEVEL)")]
    contact: Vec<String>,
    /// Time between checks: 1m to 7d.
    #[arg(long, value_name = "DURATION")]
    interval: Option<String>,
    /// follow: ordinary updates need nobody. strict: every change waits for a person.
    #[arg(long)]
    policy: Option<String>,
    /// desktop, mobile, search-visitor or search-bot. Can be given several times.
    #[arg(long)]
    persona: Vec<String>,
    /// A word for grouping. Can be given several times.
    #[arg(long)]
    tag: Vec<String>,
    /// A CSS selector of what is left out of the comparison. Needs --mask-reason.
    #[arg(long, value_name = "SELECTOR", requires = "mask_reason")]
    mask: Vec<String>,
    /// Why it is left out.
    #[arg(long, value_name = "REASON", requires = "mask")]
    mask_reason: Option<String>,
    /// Register it without watching it yet.
    #[arg(long)]
    disabled: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hinomi target remove example-city-top")]
pub(in crate::cli) struct RemoveArgs {
    /// Ids of the targets.
    #[arg(required = true, value_name = "TARGET")]
    ids: Vec<String>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "The first line names the columns: id, organisation, organisation_name, parent, url, interval, enabled,\npolicy, personas, tags, contacts. Only url and one of organisation and organisation_name are needed.\n\nExample:\n  hinomi target import list.csv --dry-run"
)]
pub(in crate::cli) struct ImportArgs {
    /// A CSV file in UTF-8.
    file: PathBuf,
    /// Check and tell, but change nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn add(args: &AddArgs, context: &Context) -> anyhow::Result<()> {
    let checks = checks(context)?;
    let addition = change(context, |text, name| {
        let registry = parse_targets(text, name, &checks)?;
        let addition = addition(args, &registry).map_err(EditError::Refused)?;
        let (new, _) = add_targets(text, name, &addition, &checks)?;
        Ok((new, addition))
    })?;
    told(context, &Import { addition, skipped: Vec::new() })
}

fn addition(args: &AddArgs, registry: &Registry) -> Result<Addition, Words> {
    let url = value::url(&args.url)?;
    let id = args.id.as_deref().map_or_else(|| Ok(free_target_id(registry, &url)), value::target_id)?;
    let organisation = value::organisation_id(&args.organisation)?;
    let contacts = args.contact.iter().map(|text| value::contact_of(text)).collect::<Result<Vec<_>, _>>()?;
    let mut target = NewTarget {
        interval: args.interval.as_deref().map(value::interval).transpose()?,
        enabled: args.disabled.then_some(false),
        policy: args.policy.as_deref().map(value::policy).transpose()?,
        personas: args.persona.iter().map(|text| value::persona(text)).collect::<Result<_, _>>()?,
        tags: args.tag.iter().map(|text| value::tag(text)).collect::<Result<_, _>>()?,
        masks: masks(args),
        ..NewTarget::new(id, organisation.clone(), url)
    };
    let Some(name) = &args.organisation_name else {
        target.contacts = contacts;
        return Ok(Addition { organisations: Vec::new(), targets: vec![target] });
    };
    let english = args.mail_language.as_deref() == Some("en");
    let new = Organisation {
        id: organisation,
        name: value::name(name)?,
        parent: args.parent.as_deref().map(value::organisation_id).transpose()?,
        language: if english { Language::English } else { Language::Japanese },
        contacts,
    };
    Ok(Addition { organisations: vec![new], targets: vec![target] })
}

fn masks(args: &AddArgs) -> Vec<Mask> {
    let reason = args.mask_reason.clone().unwrap_or_default();
    args.mask.iter().map(|select| Mask { select: select.clone(), reason: reason.clone() }).collect()
}

pub(super) fn remove(args: &RemoveArgs, context: &Context) -> anyhow::Result<()> {
    let ids = args.ids.iter().map(|text| value::target_id(text)).collect::<Result<BTreeSet<TargetId>, _>>();
    let ids = ids.map_err(|words| say(context, &words))?;
    change(context, |text, name| remove_targets(text, name, &ids, &check_mask))?;
    for id in &ids {
        if context.json {
            json::line(&json!({ "removed": id }))?;
        } else {
            render::line(&in_words(
                context,
                format!("removed {id}; its record of approvals stays"),
                format!("{id} を監視対象から外しました (承認の記録は残ります)"),
            ))?;
        }
    }
    Ok(())
}

pub(super) fn import(args: &ImportArgs, context: &Context) -> anyhow::Result<()> {
    let checks = checks(context)?;
    let import = change(context, |text, name| {
        let registry = parse_targets(text, name, &checks)?;
        let import = load_import(&args.file, &registry, &checks)?;
        let (new, _) = add_targets(text, name, &import.addition, &checks)?;
        Ok((if args.dry_run { text.to_owned() } else { new }, import))
    })?;
    told(context, &import)?;
    if context.json {
        return Ok(());
    }
    let (added, skipped) = (import.addition.targets.len(), import.skipped.len());
    let organisations = import.addition.organisations.len();
    let dry = if args.dry_run {
        in_words(context, " (nothing was changed)".into(), " (まだ何も変更していません)".into())
    } else {
        String::new()
    };
    render::line(&in_words(
        context,
        format!("{added} targets and {organisations} organisations new, {skipped} rows known already{dry}"),
        format!("新規: 監視対象 {added} 件、組織 {organisations} 件。登録済みの行 {skipped} 件{dry}"),
    ))
}

/// What a registry is checked against, by the settings of this installation.
fn checks(context: &Context) -> anyhow::Result<RegistryChecks> {
    RegistryChecks::new(&app::settings(&context.places())?)
}

/// Changes the registry file; what refuses the change becomes the command's error.
fn change<T>(context: &Context, edit: impl FnOnce(&str, &str) -> Result<(String, T), EditError>) -> anyhow::Result<T> {
    let name = context.targets.display().to_string();
    change_targets(&context.targets, |text| edit(text, &name)).map_err(|error| refused(context, &error))
}

/// Tells what was added.
fn told(context: &Context, import: &Import) -> anyhow::Result<()> {
    let Addition { organisations, targets } = &import.addition;
    if context.json {
        for organisation in organisations {
            json::line(&json!({ "added_organisation": organisation.id, "name": organisation.name }))?;
        }
        for target in targets {
            json::line(&json!({ "added": target.id, "organisation": target.organisation, "url": target.url }))?;
        }
        for (row, id) in &import.skipped {
            json::line(&json!({ "skipped": id, "row": row }))?;
        }
        return Ok(());
    }
    for organisation in organisations {
        let (id, name) = (&organisation.id, &organisation.name);
        render::line(&in_words(
            context,
            format!("added organisation {id} ({name})"),
            format!("組織 {id} ({name}) を登録しました"),
        ))?;
    }
    for target in targets {
        let (id, url) = (&target.id, &target.url);
        render::line(&in_words(context, format!("added {id}  {url}"), format!("{id}  {url} を登録しました")))?;
    }
    for (row, id) in &import.skipped {
        render::line(&in_words(
            context,
            format!("row {row}: {id} is registered already"),
            format!("{row} 行目: {id} は登録済みです"),
        ))?;
    }
    if targets.is_empty() && import.skipped.is_empty() {
        return Err(anyhow!(in_words(
            context,
            "there was nothing to add".into(),
            "追加するものがありませんでした".into()
        )));
    }
    Ok(())
}
