//! `hinomi scan`: judge pages and scripts without a baseline.

use super::{Context, Outcome, json, render};
use crate::app::{self, Scanned, Unfetched};
use crate::model::words;
use crate::model::{UnseenReason, Verdict};
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
    result: Result<Scanned, Unseen>,
    ms: f64,
}

/// Why something was not looked at.
enum Unseen {
    /// It could not be read: the job could not be done.
    Unread(String),
    /// Nothing came from a URL that could be judged.
    Unfetched(Unfetched),
}

impl Unseen {
    fn reason(&self) -> Option<UnseenReason> {
        match self {
            Self::Unread(_) => None,
            Self::Unfetched(unfetched) => unfetched.reason,
        }
    }

    /// One sentence, with the technical detail where there is one.
    fn words(&self, context: &Context) -> String {
        match self {
            Self::Unread(why) => why.clone(),
            Self::Unfetched(Unfetched { reason: None, detail }) => detail.clone(),
            Self::Unfetched(Unfetched { reason: Some(reason), detail }) if detail.is_empty() => {
                reason.words().get(context.language).to_owned()
            }
            Self::Unfetched(Unfetched { reason: Some(reason), detail }) => {
                format!("{} ({detail})", reason.words().get(context.language))
            }
        }
    }
}

/// Most inputs named on stderr that could not be read.
const MOST_NAMED: usize = 20;

pub(super) fn run(args: &ScanArgs, context: &Context) -> anyhow::Result<Outcome> {
    let inputs = inputs(&args.inputs)?;
    let knowledge = app::block_on(app::knowledge_at(&context.places()))?;
    let fetcher = app::Scout::new(&context.places(), knowledge)?;
    let (mut needed, mut failed, mut unread) = (false, None, Vec::new());
    let work = |input: &Input| look(input, &fetcher);
    app::in_order(&inputs, work, |line| {
        needed |= line.result.as_ref().map_or(true, |scanned| scanned.judgement.verdict.needs_person());
        if let Err(Unseen::Unread(why)) = &line.result {
            unread.push(why.clone());
        }
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
        None if unread.is_empty() => Ok(Outcome::needs(needed)),
        None => Err(told(&unread)),
    }
}

/// What could not be read, as the error of the command.
fn told(unread: &[String]) -> anyhow::Error {
    let more = unread.len().saturating_sub(MOST_NAMED);
    let named = unread.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>().join("\nhinomi: ");
    if more == 0 {
        return app::fault(words!("{named}", "{named}"));
    }
    app::fault(words!(
        "{named}\nhinomi: and {more} more that could not be read",
        "{named}\nhinomi: ほかに{more}件が読めませんでした"
    ))
}

/// Whether a name is a URL; schemes are read in any case.
fn is_url(name: &str) -> bool {
    let scheme = name.split_once("://").map(|(scheme, _)| scheme).unwrap_or_default();
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

fn inputs(names: &[String]) -> anyhow::Result<Vec<Input>> {
    let mut inputs = Vec::new();
    for name in names {
        if name == "-" {
            inputs.push(Input::Standard);
        } else if is_url(name) {
            inputs.push(Input::Url(url::Url::parse(name).map_err(|error| super::unusable_url(name, error))?));
        } else {
            inputs.extend(app::files(name.as_ref())?.into_iter().map(Input::File));
        }
    }
    Ok(inputs)
}

fn look(input: &Input, scout: &app::Scout) -> Line {
    let started = Instant::now();
    let of_bytes = |bytes: anyhow::Result<Vec<u8>>, name: &str| match bytes {
        Ok(bytes) => Ok(app::scan_bytes(&bytes, name, scout.knowledge())),
        Err(error) => Err(Unseen::Unread(format!("{error:#}"))),
    };
    let (name, result) = match input {
        Input::File(path) => {
            let name = path.display().to_string();
            let result = of_bytes(app::bytes(path), &name);
            (name, result)
        }
        Input::Standard => ("-".to_owned(), of_bytes(app::standard_input(), "")),
        Input::Url(url) => (url.to_string(), scout.scan(url).map_err(Unseen::Unfetched)),
    };
    Line { name, result, ms: started.elapsed().as_secs_f64() * 1000.0 }
}

fn print(context: &Context, line: &Line) -> anyhow::Result<()> {
    if context.json {
        return json::line(&as_json(context, line));
    }
    match &line.result {
        Err(why) => {
            let (name, words) = (render::safe(&line.name), render::safe(&why.words(context)));
            render::line(&format!("{} {name}: {words}", render::verdict(context, Verdict::Unseen)))?;
            why.reason().map_or(Ok(()), |reason| render::line(&render::next_step(context, reason)))
        }
        Ok(scanned) => {
            let name = render::safe(&line.name);
            render::line(&format!("{} {name}", render::verdict(context, scanned.judgement.verdict)))?;
            // With findings the reasons say the same once more.
            let reasons = render::reasons(context, &scanned.judgement).into_iter();
            let reasons = reasons.take(if scanned.findings.is_empty() { usize::MAX } else { 0 });
            let lines = scanned.findings.iter().flat_map(|finding| render::finding(context, finding));
            reasons.chain(lines).try_for_each(|line| render::line(&line))
        }
    }
}

fn as_json(context: &Context, line: &Line) -> serde_json::Value {
    let ms = json::rounded(line.ms);
    match &line.result {
        Err(why) => {
            let mut told = json!({
                "input": line.name, "kind": "page", "verdict": Verdict::Unseen, "findings": [],
                "reason": why.words(context), "ms": ms,
            });
            if let Some(reason) = why.reason() {
                told["next"] = reason.next_step().get(context.language).into();
            }
            told
        }
        Ok(scanned) => {
            let mut told = json!({
                "input": line.name,
                "kind": scanned.kind,
                "verdict": scanned.judgement.verdict,
                "findings": json::findings(&scanned.findings, context.language),
                "ms": ms,
            });
            if let Some(why) = scanned.judgement.because.first().filter(|_| scanned.findings.is_empty()) {
                told["reason"] = why.get(context.language).into();
            }
            told
        }
    }
}
