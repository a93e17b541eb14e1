//! `hinomi backup` and `hinomi restore`: the database, consistently, while the service runs; and back.

use super::{Context, Outcome, json, render};
use crate::app::{self, Office, Store as _};
use crate::model::words;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Copy the database to a new file, consistently, while the service runs.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hinomi backup /var/backups/hinomi-$(date +%F).sqlite")]
pub(super) struct BackupArgs {
    /// A file that does not exist yet.
    file: PathBuf,
}

/// Put a backup in the place of the database; the service must not run. The old database is kept aside.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hinomi restore /var/backups/hinomi-2026-11-23.sqlite")]
pub(super) struct RestoreArgs {
    /// A file made by `hinomi backup`.
    file: PathBuf,
}

pub(super) fn backup(args: &BackupArgs, context: &Context) -> anyhow::Result<Outcome> {
    app::block_on(async {
        let office = Office::open_store(&context.places()).await?;
        office.store.backup(args.file.clone()).await?;
        match context.json {
            true => json::line(&json!({"written": args.file}))?,
            false => {
                let file = args.file.display();
                render::tell(context, &words!("written: {file}", "作成しました: {file}"))?;
            }
        }
        Ok(Outcome::Done)
    })
}

pub(super) fn restore(args: &RestoreArgs, context: &Context) -> anyhow::Result<Outcome> {
    let aside = app::restore(&args.file, &context.places())?;
    if context.json {
        json::line(&json!({"restored": args.file, "aside": aside}))?;
        return Ok(Outcome::Done);
    }
    let file = args.file.display();
    render::tell(context, &words!("restored from {file}", "{file} から戻しました"))?;
    if let Some(aside) = aside {
        let aside = aside.display();
        render::tell(
            context,
            &words!("the old database is kept as {aside}", "古いデータベースは {aside} に残しました"),
        )?;
    }
    Ok(Outcome::Done)
}
