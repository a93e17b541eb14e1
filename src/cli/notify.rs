//! `hinomi notify test`: a harmless real message to each receiver, with what became of it.

use super::{Context, Outcome, json, render};
use crate::app::{self, Office};
use crate::model::words;
use clap::Subcommand;
use serde_json::json;

/// Prove that alerts arrive.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:\n  hinomi notify test\n  hinomi notify test web@city.example")]
pub(super) enum NotifyCommand {
    /// Send a harmless real message to each receiver, or to one, and say what became of it.
    #[command(after_help = "Examples:\n  hinomi notify test\n  hinomi notify test web@city.example")]
    Test {
        /// A mail address or `webhook`; all receivers when none is named.
        receiver: Option<String>,
    },
}

pub(super) fn run(command: &NotifyCommand, context: &Context) -> anyhow::Result<Outcome> {
    let NotifyCommand::Test { receiver } = command;
    app::block_on(async {
        let office = Office::open(&context.places()).await?;
        let tried = office.test_receivers(receiver.as_deref()).await?;
        let mut failed = false;
        for (receiver, result) in &tried {
            failed |= result.is_err();
            let error = result.as_ref().err();
            match context.json {
                true => json::line(
                    &json!({"receiver": receiver.address, "channel": receiver.channel, "sent": error.is_none(), "error": error}),
                )?,
                false => {
                    let (to, why) = (render::safe(&receiver.address), error.map(|why| render::safe(why)));
                    let became = match why {
                        None => words!("{to}: sent", "{to}: 送信しました"),
                        Some(why) => words!("{to}: NOT sent: {why}", "{to}: 送信できませんでした: {why}"),
                    };
                    render::say(context, &became.en, &became.ja)?;
                }
            }
        }
        Ok(Outcome::needs(failed))
    })
}
