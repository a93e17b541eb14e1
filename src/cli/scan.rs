//! `hinomi scan`: judge pages and scripts without a baseline.

use super::{Context, Outcome, json, render};
use crate::app::{self, Scanned};
use crate::model::Verdict;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;
use std::time::Instant;

/// Judge pages and scripts without a baseline: does the input itself show an attack?
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  hinomi scan page.html\n  hinomi scan --json htdocs/\n  curl -s https://www.city.example/ | hinomi scan -\n  hinomi scan https://www.city.example/"
)]
pub(super) struct ScanArgs {
    /// Files, folders, URLs, or - for standard input.
    #[arg(required = true, value_name = "PATH|URL|-")]
    inputs: Vec<String>,
}

/// One thing to look at.
enum Input {
    File(PathBuf),
    Url(url::Url),
    Standard,
}

/// One thing looked at.
struct Line {
    name: String,
    result: Result<Scanned, String>,
    ms: f64,
}

pub(super) fn run(args: &ScanArgs, context: &Context) -> anyhow::Result<Outcome> {
    let inputs = inputs(&args.inputs)?;
    let fetcher = app::Scout::new(&context.places())?;
    let (mut needed, mut failed) = (false, None);
    let work = |input: &Input| look(input, &fetcher);
    app::in_order(&inputs, work, |line| {
        needed |= line.result.as_ref().map_or(true, |scanned| scanned.judgement.verdict.needs_person());
        match print(context, &line) {
            Ok(()) => true,
            Err(error) => {
                failed = Some(error);
                false
            }
        }
    });
    match failed {
        Some(error) => Err(error),
        None => Ok(Outcome::needs(needed)),
    }
}

fn inputs(names: &[String]) -> anyhow::Result<Vec<Input>> {
    let mut inputs = Vec::new();
    for name in names {
        if name == "-" {
            inputs.push(Input::Standard);
        } else if name.starts_with("http://") || name.starts_with("https://") {
            inputs.push(Input::Url(url::Url::parse(name).map_err(|error| anyhow::anyhow!("{name}: {error}"))?));
        } else {
            inputs.extend(app::files(name.as_ref())?.into_iter().map(Input::File));
        }
    }
    Ok(inputs)
}

fn look(input: &Input, scout: &app::Scout) -> Line {
    let started = Instant::now();
    let of_bytes = |bytes: anyhow::Result<Vec<u8>>, name: Option<&str>| match bytes {
        Ok(bytes) => Ok(app::scan_bytes(&bytes, name, None)),
        Err(error) => Err(format!("{error:#}")),
    };
    let (name, result) = match input {
        Input::File(path) => {
            let name = path.display().to_string();
            let result = of_bytes(app::bytes(path), Some(&name));
            (name, result)
        }
        Input::Standard => ("-".to_owned(), of_bytes(app::standard_input(), Some(""))),
        Input::Url(url) => (url.to_string(), scout.scan(url)),
    };
    Line { name, result, ms: started.elapsed().as_secs_f64() * 1000.0 }
}

fn print(context: &Context, line: &Line) -> anyhow::Result<()> {
    if context.json {
        return json::line(&as_json(context, line));
    }
    match &line.result {
        Err(why) => render::line(&format!(
            "{} {}: {}",
            render::verdict(context, Verdict::Unseen),
            render::safe(&line.name),
            render::safe(why)
        )),
        Ok(scanned) => {
            let name = render::safe(&line.name);
            render::line(&format!("{} {name}", render::verdict(context, scanned.judgement.verdict)))?;
            let lines = scanned.findings.iter().flat_map(|finding| render::finding(context, finding));
            lines.into_iter().try_for_each(|line| render::line(&line))
        }
    }
}

fn as_json(context: &Context, line: &Line) -> serde_json::Value {
    let ms = json::rounded(line.ms);
    match &line.result {
        Err(why) => {
            json!({"input": line.name, "kind": "page", "verdict": Verdict::Unseen, "findings": [], "reason": why, "ms": ms})
        }
        Ok(scanned) => json!({
            "input": line.name,
            "kind": scanned.kind,
            "verdict": scanned.judgement.verdict,
            "findings": json::findings(&scanned.findings, context.language),
            "ms": ms,
        }),
    }
}
