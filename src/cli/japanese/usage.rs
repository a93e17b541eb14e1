//! What was typed wrongly, in Japanese: the kinds of `clap`'s errors with what they tell.

use crate::app::in_words;
use crate::model::Language;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::error::Error as _;

/// What is wrong with the command line, how it is used, and where more is told.
pub(in crate::cli) fn usage_error(error: &clap::Error) -> String {
    let mut text = format!("エラー: {}\n", what(error));
    let told = |kind| error.get(kind).map(ToString::to_string).filter(|text| !text.is_empty());
    for (kind, label) in [
        (ContextKind::SuggestedArg, "もしかして"),
        (ContextKind::SuggestedSubcommand, "もしかして"),
        (ContextKind::SuggestedValue, "もしかして"),
        (ContextKind::ValidValue, "選択肢"),
        (ContextKind::ValidSubcommand, "コマンド"),
    ] {
        text.extend(told(kind).map(|value| format!("  {label}: {value}\n")));
    }
    if let Some(usage) = told(ContextKind::Usage) {
        text += &format!("\n使い方: {}\n", usage.trim_start_matches("Usage: ").trim());
    }
    text + "\n詳しくは --help をご覧ください。\n"
}

/// What is wrong, in a sentence.
fn what(error: &clap::Error) -> String {
    let told = |kind| error.get(kind).map_or_else(|| "…".to_owned(), list);
    let argument = || told(ContextKind::InvalidArg);
    let value = || told(ContextKind::InvalidValue);
    match error.kind() {
        ErrorKind::InvalidValue if value().is_empty() => format!("{} に値が必要です", argument()),
        ErrorKind::InvalidValue => format!("{} の値「{}」は使えません", argument(), value()),
        ErrorKind::UnknownArgument => format!("{} という引数はありません", argument()),
        ErrorKind::InvalidSubcommand => {
            format!("「{}」というコマンドはありません", told(ContextKind::InvalidSubcommand))
        }
        ErrorKind::NoEquals => format!("{} には = で値を付けてください", argument()),
        ErrorKind::ValueValidation => {
            let why = error.source().map(|source| format!(": {}", in_words(source, Language::Japanese)));
            let why = why.unwrap_or_default();
            format!("{} の値「{}」は使えません{why}", argument(), value())
        }
        ErrorKind::TooManyValues => format!("{} の値「{}」は余分です", argument(), value()),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!("{} の値の数が合いません", argument()),
        ErrorKind::ArgumentConflict if argument() == told(ContextKind::PriorArg) => {
            format!("{} は1回しか指定できません", argument())
        }
        ErrorKind::ArgumentConflict => {
            format!("{} は {} と同時には指定できません", argument(), told(ContextKind::PriorArg))
        }
        ErrorKind::MissingRequiredArgument => format!("次の引数が必要です: {}", argument()),
        ErrorKind::MissingSubcommand => "コマンドが必要です".to_owned(),
        ErrorKind::InvalidUtf8 => "引数がUTF-8として読めません".to_owned(),
        _ => error.to_string(),
    }
}

fn list(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(all) => all.join(", "),
        other => other.to_string(),
    }
}
