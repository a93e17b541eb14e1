//! Rule `event-handler-added`: code in attributes, and URLs that are code.

use super::support::{Hosts, Scripts, Standing};
use super::{Detector, Findings, Found};
use crate::model::{
    ActiveItem, ActiveKind, Case, Confidence, Digest, Rule, ScriptReport, Severity, Sink, StaticWords, Words,
    runs_unasked,
};

/// # What it finds
///
/// A new or changed `on…` attribute, `javascript:` URL or executable `data:` URL. Those that run without a click
/// (`onload`, `onerror`, `onfocus`, `onmousemove`, `onscroll` …) and write markup, load something, evaluate text or lead
/// elsewhere are the worst.
///
/// # Why it matters
///
/// An attribute runs code as a script does, but is easily overlooked by whoever searches a page for `<script>`.
///
/// # Example
///
/// ```html
/// <img src="x" onerror="document.body.appendChild(document.createElement('script')).src=u">
/// ```
///
/// # Known false alarms
///
/// Content systems write handlers for menus, printing and analytics: a trivial one (`return false`, `window.print()`)
/// is low, another is medium.
///
/// # References
///
/// OWASP, cross-site scripting cheat sheet (event handlers); fake-update loaders in `data:text/javascript`, 2023.
pub(super) struct EventHandlerAdded;

static RULE: Rule = Rule {
    id: "event-handler-added",
    title: StaticWords { en: "Code in an attribute added", ja: "属性内コードの追加" },
    why: StaticWords {
        en: "Code was added to an attribute of the page. It runs like a script and can attack visitors.",
        ja: "ページの属性にコードが追加されました。スクリプトと同じように実行され、閲覧者を攻撃し得ます。",
    },
    first_step: StaticWords {
        en: "Ask the maintainers what the code is for. If nobody knows it, keep a copy of the page and look for how it was written there (CMS accounts, plug-ins, FTP).",
        ja: "何のためのコードか保守担当者に確認してください。心当たりがなければページの写しを残し、書き込み経路(CMSのアカウント、プラグイン、FTP)を調べてください。",
    },
};

/// Handlers that do nothing but what a visitor expects.
const TRIVIAL: [&str; 13] = [
    "",
    "void(0)",
    "void 0",
    "return false",
    "return true",
    "false",
    "window.print()",
    "print()",
    "history.back()",
    "history.go(-1)",
    "window.close()",
    "this.form.submit()",
    "return void(0)",
];

impl Detector for EventHandlerAdded {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        if case.approved.is_none() {
            return;
        }
        let hosts = Hosts::of(case);
        let scripts = Scripts::of(&case.now);
        let code = |kind| matches!(kind, ActiveKind::EventHandler | ActiveKind::ScriptUrl);
        for (item, old) in case.new_items().filter(|(item, _)| code(item.kind)) {
            let (severity, confidence) = weigh(case, &hosts, &scripts, item);
            out.add(Found::new(severity, confidence, words(item, old)).on(item));
        }
    }
}

fn weigh(case: &Case, hosts: &Hosts, scripts: &Scripts, item: &ActiveItem) -> (Severity, Confidence) {
    let value = item.value.trim().to_ascii_lowercase();
    let code = value.strip_prefix("javascript:").unwrap_or(&value).trim().trim_end_matches(';').trim();
    if TRIVIAL.contains(&code) {
        return (Severity::Low, Confidence::Firm);
    }
    let code_digest = Digest::of(&item.value);
    let on_node = scripts.on(item.node);
    let reports: Vec<_> = on_node.iter().filter(|report| on_node.len() == 1 || report.digest == code_digest).collect();
    let sinks = |sink: &Sink| reports.iter().any(|report| report.sinks.contains(sink));
    let acts = [Sink::Eval, Sink::Write, Sink::Element].iter().any(sinks);
    let loads = matches!(element_name(case, item), "script" | "iframe" | "frame" | "object" | "embed");
    if item.kind == ActiveKind::ScriptUrl && loads {
        return (Severity::High, if value.starts_with("data:") { Confidence::Tentative } else { Confidence::Firm });
    }
    let unasked = item.attribute.as_deref().is_some_and(runs_unasked);
    match (unasked, acts) {
        (true, true) => (Severity::High, Confidence::Firm),
        (true, false) if leaves(hosts, &reports) => (Severity::High, Confidence::Firm),
        (false, true) => (Severity::High, Confidence::Tentative),
        _ => (Severity::Medium, Confidence::Firm),
    }
}

/// Whether code goes or calls elsewhere: to another site, or to an address that it does not name.
fn leaves(hosts: &Hosts, reports: &[&&ScriptReport]) -> bool {
    let own = |raw: &String| hosts.resolve(raw).is_none_or(|url| matches!(hosts.standing(&url), Standing::Own));
    reports.iter().any(|report| {
        let goes = report.sinks.iter().any(|sink| matches!(sink, Sink::Navigate | Sink::Network));
        let named = report.redirects.iter().chain(&report.urls);
        goes && (named.clone().next().is_none() || !named.clone().all(own))
    })
}

fn element_name<'a>(case: &Case<'a>, item: &ActiveItem) -> &'a str {
    case.now.page.element(item.node).map_or("", |element| element.name.as_str())
}

fn words(item: &ActiveItem, old: Option<&ActiveItem>) -> Words {
    let name = item.attribute.as_deref().unwrap_or("URL");
    let (done, done_ja) = if old.is_some() { ("was changed", "変更") } else { ("was added", "追加") };
    if item.kind == ActiveKind::ScriptUrl {
        return Words::new(
            format!("a URL that is code {done} ({name})"),
            format!("コードを実行するURLが{done_ja}されました({name})"),
        );
    }
    Words::new(format!("code in the attribute {name} {done}"), format!("属性 {name} のコードが{done_ja}されました"))
}
