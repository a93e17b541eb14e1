//! What every command knows: files, output form, language, colours.

use crate::app::Places;
use crate::app::fault;
use crate::model::Language;
use crate::model::words;
use std::borrow::Cow;
use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

/// How a command ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing needs a person: exit code 0.
    Done,
    /// A review, an alarm, something unseen, or something that does not verify: exit code 1.
    NeedsPerson,
}

impl Outcome {
    /// [`Outcome::NeedsPerson`] when it does.
    #[must_use]
    pub const fn needs(person: bool) -> Self {
        if person { Self::NeedsPerson } else { Self::Done }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => Self::SUCCESS,
            Outcome::NeedsPerson => Self::from(1),
        }
    }
}

/// Whether output for people is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// On a terminal.
    On,
    /// Piped, or `NO_COLOR`.
    Off,
}

/// What every command knows.
#[derive(Debug, Clone)]
pub struct Context {
    /// Settings file; may be missing.
    pub config: PathBuf,
    /// Registry file.
    pub targets: PathBuf,
    /// JSON lines on stdout.
    pub json: bool,
    /// Language of what people read.
    pub language: Language,
    /// Colours on stdout.
    pub colour: Colour,
    /// Somebody watches stderr: progress bars make sense.
    pub progress: bool,
}

impl Context {
    pub(super) fn new(config: PathBuf, targets: PathBuf, json: bool, language: Option<&str>) -> anyhow::Result<Self> {
        let colour = if std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() && !json {
            Colour::On
        } else {
            Colour::Off
        };
        let progress = std::io::stderr().is_terminal() && !json;
        Ok(Self { config, targets, json, language: choose_language(language)?, colour, progress })
    }
}

impl Context {
    /// The files of the installation.
    pub(super) fn places(&self) -> Places<'_> {
        Places { config: &self.config, targets: &self.targets, language: self.language }
    }
}

/// The language of the help: that of `--language` wherever it stands, else the system's.
pub(super) fn language_of(arguments: &[OsString]) -> Language {
    let texts: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
    let after = |pair: &[Cow<'_, str>]| (pair[0] == "--language").then(|| pair[1].to_string());
    let joined = texts.iter().find_map(|text| text.strip_prefix("--language=").map(str::to_owned));
    let asked = texts.windows(2).find_map(after).or(joined);
    choose_language(asked.as_deref()).or_else(|_| choose_language(None)).unwrap_or(Language::English)
}

/// The language asked for, else the system's, else English.
fn choose_language(asked: Option<&str>) -> anyhow::Result<Language> {
    match asked {
        Some("ja") => return Ok(Language::Japanese),
        Some("en") => return Ok(Language::English),
        Some(other) => {
            return Err(fault(words!(
                "--language {other}: write ja or en",
                "--language {other}: jaかenと書いてください"
            )));
        }
        None => {}
    }
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let system = set("LC_ALL").or_else(|| set("LC_MESSAGES")).or_else(|| set("LANG")).unwrap_or_default();
    Ok(if system.starts_with("ja") { Language::Japanese } else { Language::English })
}
