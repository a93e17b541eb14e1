//! `hinomi script explain`: what the scripts of an input would do, layer by layer, for an analyst's report.

use super::{Context, Outcome, json, render, terms};
use crate::app::{self, Explained, ExplainedScript};
use crate::model::{Action, Language, ScriptReport, cut_reason};
use anyhow::anyhow;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// What scripts would do, found without running them.
#[derive(Debug, Subcommand)]
#[command(after_help = "Example:\n  hinomi script explain suspicious.js")]
pub(super) enum ScriptCommand {
    /// The layers of each script, what it would write, make and reach, with the evidence.
    #[command(
        after_help = "Examples:\n  hinomi script explain suspicious.js\n  hinomi script explain --json https://www.city.example/js/menu.js\n  hinomi script explain - < page.html"
    )]
    Explain(ExplainArgs),
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// A page or script: a file, a URL, or - for standard input.
    #[arg(value_name = "FILE|URL|-")]
    input: String,
}

pub(super) fn run(command: &ScriptCommand, context: &Context) -> anyhow::Result<Outcome> {
    let ScriptCommand::Explain(args) = command;
    let explained = explained(&args.input, context)?;
    for (number, script) in explained.scripts.iter().enumerate() {
        match context.json {
            true => json::line(&as_json(&args.input, number + 1, script, context.language))?,
            false => print(number + 1, script, context)?,
        }
    }
    if explained.left > 0 {
        let left = explained.left;
        render::say(
            context,
            &format!("… {left} more scripts; `hinomi scan` judges all of them"),
            &format!("… ほかに{left}件のスクリプト(`hinomi scan` はすべてを判定します)"),
        )?;
    }
    if explained.scripts.is_empty() {
        render::say(context, "there is no script in it", "スクリプトは含まれていません")?;
    }
    Ok(Outcome::needs(explained.scanned.judgement.verdict.needs_person()))
}

fn explained(input: &str, context: &Context) -> anyhow::Result<Explained> {
    let knowledge = app::block_on(app::knowledge_at(&context.places()))?;
    if input.contains("://") {
        let url = url::Url::parse(input).map_err(|error| super::unusable_url(input, error))?;
        let scout = app::Scout::new(&context.places(), knowledge)?;
        let why = |failure: app::Unfetched| {
            let reason = failure.reason.map(|reason| reason.words().get(context.language)).unwrap_or_default();
            anyhow!("{input}: {reason} {}", failure.detail)
        };
        return scout.explain(&url).map_err(why);
    }
    let body = if input == "-" { app::standard_input()? } else { app::bytes(input.as_ref())? };
    Ok(app::explain_bytes(&body, input, &knowledge))
}

/// A line for people in their language, with a heading.
struct Pen<'a>(&'a Context);

impl Pen<'_> {
    fn fact(&self, en: &str, ja: &str, what: &str) -> anyhow::Result<()> {
        if what.is_empty() {
            Ok(())
        } else {
            render::say(self.0, &format!("  {en}: {what}"), &format!("  {ja}: {what}"))
        }
    }

    fn text(&self, en: &str, ja: &str, text: &str, marked: &[&str]) -> anyhow::Result<()> {
        render::say(self.0, &format!("  {en}:"), &format!("  {ja}:"))?;
        for line in text.lines().take(MOST_LINES) {
            let evidence =
                marked.iter().any(|piece| !piece.is_empty() && (line.contains(piece) || piece.contains(line.trim())));
            let sign = if evidence && line.trim().len() > 3 { ">>" } else { "  " };
            render::line(&format!("  {sign} {}", render::safe_line(line, LONGEST_LINE)))?;
        }
        let left = text.lines().count().saturating_sub(MOST_LINES);
        match left {
            0 => Ok(()),
            left => render::say(
                self.0,
                &format!("     … {left} more lines (--json has them)"),
                &format!("     … ほかに{left}行(--json で全体)"),
            ),
        }
    }
}

/// Lines of one text that are shown.
const MOST_LINES: usize = 60;
/// Longest line that is shown, in characters.
const LONGEST_LINE: usize = 300;
/// Things of one kind that are shown.
const MOST: usize = 30;

fn print(number: usize, script: &ExplainedScript, context: &Context) -> anyhow::Result<()> {
    let (report, pen) = (&script.report, Pen(context));
    let (path, line, size) = (render::safe(&script.path), script.line, script.size);
    render::say(
        context,
        &format!("script {number}: {path}, line {line}, {size} bytes, sha256 {}", report.digest),
        &format!("スクリプト {number}: {path}、{line}行目、{size}バイト、sha256 {}", report.digest),
    )?;
    pen.fact("family", "種別", report.family.as_deref().unwrap_or_default())?;
    let cut = report.cut.as_deref().map(|code| cut_reason(code).get(context.language)).unwrap_or_default();
    pen.fact("not read to its end", "途中まで読解", cut)?;
    pen.fact("looks at", "参照する情報", &terms::looks(report.looks, context.language))?;
    for (sign, piece) in &report.signs {
        let [en, ja] = [Language::English, Language::Japanese].map(|language| terms::sign(*sign, language));
        let piece = render::safe_line(piece, LONGEST_LINE);
        pen.fact(&format!("sign: {en}"), &format!("兆候: {ja}"), &piece)?;
    }
    let evidence: Vec<&str> = report.signs.iter().map(|(_, piece)| piece.as_str()).collect();
    pen.text("code", "コード", &script.code, &evidence)?;
    layers(&pen, report)?;
    for markup in report.markup.iter().take(MOST) {
        pen.fact("would write", "書き込む内容", &render::safe_line(markup, LONGEST_LINE))?;
    }
    for made in report.elements.iter().take(MOST) {
        pen.fact("would make", "生成する要素", &render::safe_line(&made.markup, LONGEST_LINE))?;
    }
    report
        .actions
        .iter()
        .take(MOST)
        .try_for_each(|action| pen.fact("would do", "実行する動作", &told(action, context.language)))?;
    for url in report.urls.iter().chain(&report.redirects).take(MOST) {
        pen.fact("reaches", "宛先", &render::safe_line(url, LONGEST_LINE))?;
    }
    let findings = script.findings.iter().flat_map(|finding| render::finding(context, finding));
    findings.into_iter().try_for_each(|line| render::line(&line))
}

fn layers(pen: &Pen, report: &ScriptReport) -> anyhow::Result<()> {
    let reached: Vec<&str> = report.urls.iter().map(String::as_str).collect();
    for (number, layer) in report.layers.iter().enumerate() {
        let (number, how) = (number + 1, &layer.how);
        let (en, ja) = (format!("layer {number} ({how})"), format!("第{number}層({how})"));
        pen.text(&en, &ja, &app::laid_out(&layer.text), &reached)?;
    }
    Ok(())
}

fn told(action: &Action, language: Language) -> String {
    let (looks, sink) = (terms::looks(action.after, language), terms::sink(action.sink, language));
    let (by, target) = (&action.by, render::safe_line(&action.target, LONGEST_LINE));
    let said = |wanted: bool, en: String, ja: String| match (wanted, language) {
        (false, _) => String::new(),
        (true, Language::English) => en,
        (true, Language::Japanese) => ja,
    };
    let after = said(!looks.is_empty(), format!(", after looking at {looks}"), format!("（{looks} を調べたあと）"));
    let waits =
        said(action.waits, ", waits for the visitor or a call".into(), "（閲覧者の操作や呼び出しを待つ）".into());
    format!("{sink} ({by}): {target}{after}{waits}").trim_end().to_owned()
}

/// `PercentLetters` as `percent-letters`.
fn words(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

fn as_json(input: &str, number: usize, script: &ExplainedScript, language: Language) -> Value {
    let report = &script.report;
    json!({
        "input": input,
        "script": number,
        "path": script.path,
        "line": script.line,
        "size": script.size,
        "sha256": report.digest,
        "family": report.family,
        "cut": report.cut,
        "looks": report.looks.names().collect::<Vec<_>>(),
        "signs": report.signs.iter().map(|(sign, piece)| json!({"sign": words(&format!("{sign:?}")), "evidence": piece})).collect::<Value>(),
        "code": script.code,
        "layers": report.layers.iter().map(|layer| json!({"how": layer.how, "text": layer.text})).collect::<Value>(),
        "markup": report.markup,
        "elements": report.elements.iter().map(|made| json!({"name": made.name, "markup": made.markup, "placed": made.placed})).collect::<Value>(),
        "actions": report.actions.iter().map(action_json).collect::<Value>(),
        "urls": report.urls,
        "redirects": report.redirects,
        "sinks": report.sinks.iter().map(|sink| words(&format!("{sink:?}"))).collect::<Value>(),
        "findings": json::findings(&script.findings, language),
    })
}

fn action_json(action: &Action) -> Value {
    json!({
        "sink": words(&format!("{:?}", action.sink)),
        "by": action.by,
        "target": action.target,
        "after": action.after.names().collect::<Vec<_>>(),
        "waits": action.waits,
        "decoded": action.decoded,
    })
}
