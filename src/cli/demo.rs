//! `hinomi demo`: the whole story on this machine, as a timeline.

use super::render::{line, plain, safe, styled, verdict, verdict_word};
use super::{Context, Outcome, json};
use crate::app;
use crate::app::demo::{AttackTold, Kind, Line, MailTold, Options, Standing, Summary};
use crate::model::{Language, japan_time};
use anstyle::{AnsiColor, Style};
use clap::Args;
use comfy_table::Table;
use serde_json::{Value, json};
use std::path::PathBuf;

/// The whole story on this machine: made-up sites, approvals, ordinary updates, attacks, real checks and real mails.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  hinomi demo\n  hinomi demo --once --dir /tmp/hinomi-demo")]
pub(super) struct DemoArgs {
    /// Folder for everything it writes; empty, or one of an earlier demo.
    #[arg(long, value_name = "DIR", default_value = "hinomi-demo")]
    dir: PathBuf,
    /// End after the story instead of staying up.
    #[arg(long)]
    once: bool,
    /// Send the mails to this server (smtp://host:port) instead of writing them into DIR/mail.
    #[arg(long, value_name = "URL")]
    smtp: Option<String>,
}

pub(super) fn run(args: &DemoArgs, context: &Context) -> anyhow::Result<Outcome> {
    let options =
        Options { folder: &args.dir, once: args.once, smtp: args.smtp.as_deref(), language: context.language };
    let mut tell = |told: Line| if context.json { json::line(&as_json(&told, context)) } else { print(&told, context) };
    let mut end = |sum: &Summary, standing: Option<&Standing>| finish(sum, standing, context);
    let well = app::block_on(app::demo::demo(&options, &mut tell, &mut end))?;
    Ok(Outcome::needs(!well))
}

fn label(kind: Kind, language: Language) -> &'static str {
    match (language, kind) {
        (Language::English, Kind::Update) => "UPDATE",
        (Language::English, Kind::Attack) => "ATTACK",
        (Language::English, Kind::Check) => "check ",
        (Language::English, Kind::Mail) => "mail  ",
        (Language::English, Kind::Person) => "person",
        (Language::English, Kind::Note | Kind::Chapter) => "      ",
        (Language::Japanese, Kind::Update) => "更新",
        (Language::Japanese, Kind::Attack) => "攻撃",
        (Language::Japanese, Kind::Check) => "点検",
        (Language::Japanese, Kind::Mail) => "送信",
        (Language::Japanese, Kind::Person) => "担当",
        (Language::Japanese, Kind::Note | Kind::Chapter) => "　　",
    }
}

const fn style(kind: Kind) -> Style {
    match kind {
        Kind::Chapter => Style::new().bold(),
        Kind::Update => plain(AnsiColor::Blue),
        Kind::Attack => plain(AnsiColor::Red),
        Kind::Mail => plain(AnsiColor::Cyan),
        Kind::Person => plain(AnsiColor::Magenta),
        Kind::Check | Kind::Note => Style::new().dimmed(),
    }
}

fn print(told: &Line, context: &Context) -> anyhow::Result<()> {
    let what = told.what.get(context.language);
    if told.kind == Kind::Chapter {
        return line(&format!("\n{}", styled(context.colour, style(told.kind), &format!("── {what} ──"))));
    }
    let clock = japan_time(told.at).get(11..19).unwrap_or_default().to_owned();
    let label = styled(context.colour, style(told.kind), label(told.kind, context.language));
    let site = told.site.map(|site| match context.language {
        Language::Japanese => site.name,
        Language::English => site.english,
    });
    let site = site.map(|site| format!("{site}: ")).unwrap_or_default();
    let said = told.verdict.map(|said| format!("{} — ", verdict(context, said))).unwrap_or_default();
    // Notes name folders and files of this machine, everything else may hold captured text.
    let what = if told.kind == Kind::Note { what.to_owned() } else { safe(what) };
    let rules = if told.rules.is_empty() { String::new() } else { format!(" [{}]", told.rules.join(", ")) };
    line(&format!("{clock} {label} {site}{said}{what}{rules}"))?;
    told.mail.as_ref().map_or(Ok(()), |mail| print_mail(mail, context))
}

fn print_mail(mail: &MailTold, context: &Context) -> anyhow::Result<()> {
    let MailTold { to, file, seconds, .. } = mail;
    let place = file.as_ref().map(|file| format!("\n           {}", file.display())).unwrap_or_default();
    line(&match context.language {
        Language::Japanese => format!("           → {to}({seconds:.1}秒後){place}"),
        Language::English => format!("           → {to}, after {seconds:.1} s{place}"),
    })
}

fn as_json(told: &Line, context: &Context) -> Value {
    json!({
        "time": told.at,
        "kind": told.kind.as_str(),
        "site": told.site.map(|site| site.id),
        "name": told.name,
        "what": told.what.get(context.language),
        "verdict": told.verdict,
        "expected": told.expected,
        "rules": told.rules,
        "mail": told.mail.as_ref().map(mail_json),
    })
}

fn mail_json(mail: &MailTold) -> Value {
    json!({"to": mail.to, "subject": mail.subject, "file": mail.file, "seconds": json::rounded(mail.seconds)})
}

fn attack_json(attack: &AttackTold) -> Value {
    json!({
        "site": attack.site.id,
        "name": attack.name,
        "verdict": attack.verdict,
        "expected": attack.expected,
        "rules": attack.rules,
        "mail": attack.mail.as_ref().map(mail_json),
        "well": attack.well(),
    })
}

fn finish(sum: &Summary, standing: Option<&Standing>, context: &Context) -> anyhow::Result<()> {
    if context.json {
        return json::line(&json!({
            "kind": "summary",
            "sites": sum.sites,
            "checks": sum.checks,
            "updates": sum.updates,
            "update_alarms": sum.update_alarms,
            "update_reviews": sum.update_reviews,
            "attacks": sum.attacks.iter().map(attack_json).collect::<Value>(),
            "amiss": sum.amiss.iter().map(|words| words.get(context.language)).collect::<Value>(),
            "mails": sum.mails,
            "well": sum.well(),
            "service": standing.map(|standing| format!("http://{}/", standing.service)),
        }));
    }
    print_table(sum, context)?;
    for words in &sum.amiss {
        line(&styled(context.colour, plain(AnsiColor::Red), &safe(words.get(context.language))))?;
    }
    print_end(sum, context)?;
    standing.map_or(Ok(()), |standing| print_standing(standing, context))
}

fn print_table(sum: &Summary, context: &Context) -> anyhow::Result<()> {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY).set_header(match context.language {
        Language::Japanese => ["サイト", "攻撃", "判定", "期待", "メールまで", "ルール"],
        Language::English => ["site", "attack", "verdict", "expected", "mail after", "rules"],
    });
    for attack in &sum.attacks {
        let name = match context.language {
            Language::Japanese => attack.site.name,
            Language::English => attack.site.english,
        };
        let word = |verdict| verdict_word(verdict, context.language).to_owned();
        let mail = attack.mail.as_ref().map_or("—".to_owned(), |mail| format!("{:.1} s", mail.seconds));
        let mark = if attack.well() { "✓" } else { "✗" };
        let said = format!("{mark} {}", word(attack.verdict));
        let row = [name.to_owned(), attack.name.to_owned(), said, word(attack.expected), mail, attack.rules.join("\n")];
        table.add_row(row);
    }
    line(&format!("\n{table}"))
}

fn print_end(sum: &Summary, context: &Context) -> anyhow::Result<()> {
    let Summary { sites, checks, updates, update_alarms, update_reviews, mails, .. } = sum;
    let well = sum.attacks.iter().filter(|attack| attack.well()).count();
    let all = sum.attacks.len();
    let text = match context.language {
        Language::Japanese => format!(
            "{sites}サイト、点検{checks}回。攻撃{all}件中{well}件が期待どおり。通常更新{updates}件で警報{update_alarms}件、要確認{update_reviews}件。メール{mails}通。"
        ),
        Language::English => format!(
            "{sites} sites, {checks} checks. {well} of {all} attacks got the verdict they must have. {updates} ordinary updates: {update_alarms} alarms, {update_reviews} reviews. {mails} mails."
        ),
    };
    let colour = if sum.well() { AnsiColor::Green } else { AnsiColor::Red };
    line(&styled(context.colour, plain(colour).bold(), &text))
}

fn print_standing(standing: &Standing, context: &Context) -> anyhow::Result<()> {
    let Standing { service, sites, folder } = standing;
    let folder = folder.display();
    line(&match context.language {
        Language::Japanese => format!(
            "\n監視を続けています(10秒間隔)。状態ページ: http://{service}/  終了は Ctrl-C\n別の端末で: hinomi --config {folder}/hinomi.toml --targets {folder}/targets.toml incident list\n作り物のサイト:"
        ),
        Language::English => format!(
            "\nThe watch goes on, every 10 s. Status page: http://{service}/  End with Ctrl-C.\nIn another terminal: hinomi --config {folder}/hinomi.toml --targets {folder}/targets.toml incident list\nThe made-up sites:"
        ),
    })?;
    sites.iter().try_for_each(|(site, address)| line(&format!("  http://{address}/  {}  ({})", site.name, site.host)))
}
