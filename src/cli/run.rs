//! `hinomi run`: the service.

use super::{Context, Outcome};
use crate::app;
use clap::Args;

/// The service: scheduler, outbox, and a web address with health, metrics and a status page.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hinomi run\n  curl http://127.0.0.1:8470/healthz")]
pub(super) struct RunArgs {}

pub(super) fn run(_args: &RunArgs, context: &Context) -> anyhow::Result<Outcome> {
    app::serve(&context.places())?;
    Ok(Outcome::Done)
}
