//! `hinomi baseline`: proposals and approvals.

use super::{Context, Outcome, json, render, terms};
use crate::app::OrFault as _;
use crate::app::{self, Compared, Decision, Fault, Office, Store as _};
use crate::model::words;
use crate::model::{Approval, Digest, Judgement, Language, Persona, Proposal, Snapshot, Verdict, japan_time};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Proposals and approvals: only a person moves a baseline.
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Example:\n  hinomi baseline approve city-top --digest 3f9a… --by \"Hanako Yamada <web@city.example>\" --reason \"new footer\""
)]
pub(super) enum BaselineCommand {
    /// Everything that waits for a person.
    #[command(after_help = "Example:\n  hinomi baseline list")]
    List,
    /// The approved states of a target, and what waits.
    #[command(after_help = "Example:\n  hinomi baseline show city-top")]
    Show(TargetArgs),
    /// What waits, compared with what is approved.
    #[command(after_help = "Example:\n  hinomi baseline diff city-top")]
    Diff(TargetArgs),
    /// "This was us": approve what waits.
    Approve(ApproveArgs),
    /// "This was not us": drop what waits.
    Reject(RejectArgs),
    /// Take an approved state out of the baseline.
    Retire(RetireArgs),
    /// Check the record of approvals: every byte, line, chain and object.
    #[command(after_help = "Example:\n  hinomi baseline verify --json")]
    Verify,
    /// Rebuild registry and approvals of a new, empty database from the record, and `targets.toml` where there is none.
    #[command(after_help = "Example:
  hinomi baseline rebuild")]
    Rebuild,
}

#[derive(Debug, Args)]
pub(super) struct TargetArgs {
    /// Id of the target.
    target: String,
    /// As whom the page was fetched: desktop, mobile, search-visitor or search-bot.
    #[arg(long, default_value = "desktop", value_parser = persona)]
    persona: Persona,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  hinomi baseline approve city-top --digest 3f9a… --by \"Hanako Yamada <web@city.example>\"\n  hinomi baseline approve --first --by \"Hanako Yamada <web@city.example>\""
)]
pub(super) struct ApproveArgs {
    /// The target; not with --first.
    #[arg(required_unless_present = "first")]
    target: Option<String>,
    /// The digest of the state, from the mail or from `baseline list`.
    #[arg(long, required_unless_present = "first", value_name = "D")]
    digest: Option<Digest>,
    /// All first snapshots in which the scan found nothing.
    #[arg(long, conflicts_with_all = ["target", "digest"])]
    first: bool,
    /// Who decided.
    #[arg(long, value_name = "NAME <mail>")]
    by: String,
    /// Why.
    #[arg(long, default_value = "")]
    reason: String,
    /// A special page beside the ordinary one (disaster, election, maintenance).
    #[arg(long, value_name = "NAME")]
    special: Option<String>,
    /// Keep the other ordinary states approved: the page shows them in turn (rotation, A/B test, load balancer).
    #[arg(long, conflicts_with_all = ["special", "first"])]
    beside: bool,
    /// As whom the page was fetched.
    #[arg(long, default_value = "desktop", value_parser = persona)]
    persona: Persona,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  hinomi baseline reject city-top --digest 3f9a… --by \"Hanako Yamada <web@city.example>\" --reason \"we did not do this\""
)]
pub(super) struct RejectArgs {
    #[command(flatten)]
    decide: DecideArgs,
    /// The digest of the state, from the mail or from `baseline list`; what waits, when none is named.
    #[arg(long, value_name = "D")]
    digest: Option<Digest>,
}

#[derive(Debug, Args)]
pub(super) struct DecideArgs {
    #[command(flatten)]
    of: TargetArgs,
    /// Who decided.
    #[arg(long, value_name = "NAME <mail>")]
    by: String,
    /// Why.
    #[arg(long, default_value = "")]
    reason: String,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  hinomi baseline retire city-top --digest 3f9a… --by \"Hanako Yamada <web@city.example>\""
)]
pub(super) struct RetireArgs {
    #[command(flatten)]
    decide: DecideArgs,
    /// The digest of the approved state.
    #[arg(long, value_name = "D")]
    digest: Digest,
}

fn persona(name: &str) -> Result<Persona, Fault> {
    let found = Persona::ALL.into_iter().find(|persona| persona.as_str() == name);
    found.ok_or_else(|| {
        let all = Persona::ALL.map(Persona::as_str).join(", ");
        Fault::new(words!("'{name}' is none of {all}", "「{name}」は {all} のどれでもありません"))
    })
}

pub(super) fn run(command: &BaselineCommand, context: &Context) -> anyhow::Result<Outcome> {
    app::block_on(async {
        let office = Office::open_store(&context.places()).await?;
        match command {
            BaselineCommand::List => list(&office, context).await,
            BaselineCommand::Show(of) => show(&office, context, of).await,
            BaselineCommand::Diff(of) => diff(&office, context, of).await,
            BaselineCommand::Approve(args) => approve(&office, context, args).await,
            BaselineCommand::Reject(args) => {
                let target = &args.decide.of.target;
                let incident = office.reject(target, args.digest, &decision(&args.decide)).await?;
                rejected(target, incident, context)?;
                Ok(Outcome::Done)
            }
            BaselineCommand::Retire(args) => {
                office.retire(&args.decide.of.target, args.digest, &decision(&args.decide)).await?;
                let (target, digest) = (&args.decide.of.target, args.digest);
                let ja = format!("{target} の基準から外しました: {digest}");
                render::say(context, &format!("retired from {target}: {digest}"), &ja)?;
                Ok(Outcome::Done)
            }
            BaselineCommand::Verify => verify(&office, context).await,
            BaselineCommand::Rebuild => rebuild(&office, context).await,
        }
    })
}

fn decision(args: &DecideArgs) -> Decision {
    Decision {
        by: args.by.clone(),
        reason: args.reason.clone(),
        persona: args.of.persona,
        special: None,
        beside: false,
    }
}

async fn list(office: &Office, context: &Context) -> anyhow::Result<Outcome> {
    let proposals = office.store.proposals().await?;
    for proposal in &proposals {
        if context.json {
            json::line(&waiting(proposal, context))?;
        } else {
            print_proposal(proposal, context)?;
        }
    }
    if proposals.is_empty() && !context.json {
        render::say(context, "nothing waits for approval", "承認待ちはありません")?;
    }
    Ok(Outcome::needs(!proposals.is_empty()))
}

fn waiting(proposal: &Proposal, context: &Context) -> Value {
    json!({
        "target": proposal.target,
        "persona": proposal.persona,
        "verdict": proposal.judgement.verdict,
        "digest": proposal.snapshot.state,
        "url": proposal.snapshot.head.final_url,
        "at": proposal.snapshot.at,
        "since": proposal.since,
        "planned": proposal.planned,
        "reasons": reasons(&proposal.judgement, context),
        "findings": json::findings(&proposal.findings, context.language),
    })
}

fn reasons(judgement: &Judgement, context: &Context) -> Value {
    judgement.because.iter().map(|words| words.get(context.language)).collect()
}

fn print_proposal(proposal: &Proposal, context: &Context) -> anyhow::Result<()> {
    let (verdict, at) = (render::verdict(context, proposal.judgement.verdict), japan_time(proposal.since));
    let (target, persona) = (&proposal.target, proposal.persona.as_str());
    let head = words!("{verdict} {target} ({persona}) since {at}", "{verdict} {target} ({persona}) {at} から");
    render::tell(context, &head)?;
    render::line(&format!("  --digest {}", proposal.snapshot.state))?;
    if let Some(plan) = &proposal.planned {
        let plan = render::safe(plan);
        render::tell(context, &words!("  planned: {plan}", "  予定された変更: {plan}"))?;
    }
    let lines = render::reasons(context, &proposal.judgement).into_iter();
    lines
        .chain(proposal.findings.iter().flat_map(|finding| render::finding(context, finding)))
        .try_for_each(|line| render::line(&line))
}

async fn show(office: &Office, context: &Context, of: &TargetArgs) -> anyhow::Result<Outcome> {
    let target = office.target(&of.target)?;
    let baseline = office.store.baseline(target.id.clone(), of.persona).await?;
    let proposal = office.store.proposal(target.id.clone(), of.persona).await?;
    let record = office.store.approvals(target.id.clone()).await?;
    if context.json {
        json::line(&json!({
            "target": target.id,
            "persona": of.persona,
            "revision": baseline.revision,
            "states": baseline.states,
            "proposal": proposal.as_ref().map(|proposal| waiting(proposal, context)),
            "record": record,
        }))?;
        return Ok(Outcome::needs(proposal.is_some()));
    }
    for state in &baseline.states {
        let special = state.special.as_deref().map(|name| format!(" [{name}]")).unwrap_or_default();
        let (at, ends) = (japan_time(state.at), japan_time(state.expires));
        let (digest, special) = (state.snapshot.state, render::safe(&special));
        let (by, reason) = (render::safe(&state.by), render::safe(&state.reason));
        let line = words!(
            "{digest}{special} {at}, until {ends}, by {by}: {reason}",
            "{digest}{special} {at} に {by} が承認、期限 {ends}: {reason}"
        );
        render::tell(context, &line)?;
    }
    record.iter().try_for_each(|approval| print_line(approval, context))?;
    if let Some(proposal) = &proposal {
        print_proposal(proposal, context)?;
    }
    Ok(Outcome::needs(proposal.is_some()))
}

fn print_line(approval: &Approval, context: &Context) -> anyhow::Result<()> {
    let (at, action) = (japan_time(approval.at), terms::action(approval.action, context.language));
    let (by, entered, reason) =
        (render::safe(&approval.by), render::safe(&approval.entered_by), render::safe(&approval.reason));
    let state = approval.snapshot.state.short();
    let line = words!(
        "  {at} {action} {state} {by} (entered by {entered}) {reason}",
        "  {at} {action} {state} {by}（入力 {entered}）{reason}"
    );
    render::tell(context, &line)
}

async fn diff(office: &Office, context: &Context, of: &TargetArgs) -> anyhow::Result<Outcome> {
    let (old, new, compared) = compare_proposal(office, of).await?;
    if context.json {
        json::line(&json::compared(&old, &new, &compared, context.language, 0.0))?;
        return Ok(Outcome::needs(compared.judgement.verdict.needs_person()));
    }
    let reasons = render::reasons(context, &compared.judgement).into_iter();
    let findings = compared.findings.iter().flat_map(|finding| render::finding(context, finding));
    let changes = compared.changes.iter().flat_map(|change| render::change(context, change));
    render::line(&render::verdict(context, compared.judgement.verdict))?;
    reasons.chain(findings).chain(changes).try_for_each(|line| render::line(&line))?;
    Ok(Outcome::needs(compared.judgement.verdict > Verdict::Routine))
}

async fn compare_proposal(office: &Office, of: &TargetArgs) -> anyhow::Result<(String, String, Compared)> {
    let target = office.target(&of.target)?;
    let proposal = office.store.proposal(target.id.clone(), of.persona).await?;
    let proposal = proposal.or_fault(|| {
        words!("nothing waits for approval at '{id}'", "「{id}」に承認待ちのものはありません", id = target.id)
    })?;
    let baseline = office.store.baseline(target.id.clone(), of.persona).await?;
    let approved: Vec<&Snapshot> = baseline.in_use(Timestamp::now()).map(|(_, state)| &state.snapshot).collect();
    if approved.is_empty() {
        return Err(app::fault(words!(
            "'{id}' has no approved state yet: this is its first snapshot",
            "「{id}」には承認済みの状態がまだありません。これが初回の取得です",
            id = target.id
        )));
    }
    let (nearest, compared) = office.compare(target, &approved, &proposal.snapshot).await?;
    let old = approved.get(nearest).map(|snapshot| snapshot.state.to_string()).unwrap_or_default();
    Ok((old, proposal.snapshot.state.to_string(), compared))
}

async fn approve(office: &Office, context: &Context, args: &ApproveArgs) -> anyhow::Result<Outcome> {
    let (by, reason, special) = (args.by.clone(), args.reason.clone(), args.special.clone());
    let decision = Decision { by, reason, persona: args.persona, special, beside: args.beside };
    let (Some(target), Some(digest)) = (&args.target, args.digest) else {
        return approve_first(office, context, &decision).await;
    };
    office.approve(target, digest, &decision).await?;
    if context.json {
        json::line(&json!({"target": target, "digest": digest, "approved": true}))?;
    } else {
        render::say(context, &format!("approved: {target} {digest}"), &format!("承認しました: {target} {digest}"))?;
    }
    Ok(Outcome::Done)
}

async fn approve_first(office: &Office, context: &Context, decision: &Decision) -> anyhow::Result<Outcome> {
    let (approved, left) = office.approve_first(decision).await?;
    if approved.is_empty() && left.is_empty() {
        let en = "no first snapshot waits for approval; `hinomi check` fetches pages, `hinomi baseline list` shows what waits";
        let ja = "承認を待つ最初のスナップショットはありません。`hinomi check` でページを取得し、`hinomi baseline list` で承認待ちを確認できます";
        render::say(context, en, ja)?;
    }
    for target in &approved {
        match context.json {
            true => json::line(&json!({"target": target, "approved": true}))?,
            false => render::say(context, &format!("approved: {target}"), &format!("承認しました: {target}"))?,
        }
    }
    for (target, why) in &left {
        match context.json {
            true => json::line(&json!({"target": target, "approved": false, "reason": why.get(context.language)}))?,
            false => {
                let (en, ja) = (render::safe(&why.en), render::safe(&why.ja));
                render::say(context, &format!("left: {target}: {en}"), &format!("保留: {target}: {ja}"))?;
            }
        }
    }
    if !approved.is_empty() {
        let ja = "次の操作: `hinomi run` でサービスを開始します(すでに稼働中であれば不要です)";
        render::say(context, "next: `hinomi run` starts the service, unless it runs already", ja)?;
    }
    Ok(Outcome::needs(!left.is_empty()))
}

/// Says what a rejection led to.
fn rejected(target: &str, incident: uuid::Uuid, context: &Context) -> anyhow::Result<()> {
    if context.json {
        return json::line(&json!({"target": target, "incident": incident}));
    }
    let said = match context.language {
        Language::English => format!("rejected {target}: incident {incident} is open while the page shows this state"),
        Language::Japanese => {
            format!("{target} を却下しました。ページがこの状態を示す間、インシデント {incident} は開いたままです")
        }
    };
    render::line(&said)
}

async fn rebuild(office: &Office, context: &Context) -> anyhow::Result<Outcome> {
    let (lines, written) = office.rebuild(&context.places()).await?;
    let file = context.targets.display();
    if context.json {
        json::line(&json!({"lines": lines, "written": written.then_some(&context.targets)}))?;
        return Ok(Outcome::Done);
    }
    let read = words!("{lines} lines of the record read", "記録 {lines} 行を読み込みました");
    render::say(context, &read.en, &read.ja)?;
    let became = match written {
        true => words!("{file} written from it", "{file} を作成しました"),
        false => words!("{file} is there and stays as it is", "{file} は既にあるため、そのままです"),
    };
    render::say(context, &became.en, &became.ja)?;
    Ok(Outcome::Done)
}

async fn verify(office: &Office, context: &Context) -> anyhow::Result<Outcome> {
    let mut damages = office.store.verify().await?;
    // What opening the record has mended just now was wrong a moment ago.
    let mended: Vec<_> = office.store.repairs().iter().filter(|one| !damages.contains(one)).cloned().collect();
    damages.extend(mended);
    for damage in &damages {
        let what = damage.what.get(context.language);
        match context.json {
            true => json::line(&json!({"path": damage.path, "line": damage.line, "what": what}))?,
            false => {
                let line = damage.line.map(|line| format!(":{line}")).unwrap_or_default();
                render::line(&format!("{}{line}: {}", damage.path.display(), render::safe(what)))?;
            }
        }
    }
    if damages.is_empty() && !context.json {
        let heads = office.store.chain_heads().await?;
        let count = heads.len();
        let ja = format!("{count}本の記録がすべて整合しています");
        render::say(context, &format!("{count} chains verify"), &ja)?;
    }
    Ok(Outcome::needs(!damages.is_empty()))
}
