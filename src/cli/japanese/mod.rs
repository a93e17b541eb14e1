//! The command line in Japanese: its help from the table beside this file, and what was typed wrongly.

mod usage;

pub(super) use usage::usage_error;

use clap::{Arg, Command};
use std::collections::BTreeMap;

/// What stands in `help.toml`: for each command by its words, the text of itself and of its arguments by their ids.
type Table = BTreeMap<String, BTreeMap<String, String>>;

/// The key of the command's own text, and of what stands below its help.
const ABOUT: &str = "=";
const AFTER: &str = "=after";

/// The command line with its help in Japanese.
pub(super) fn translated(command: Command) -> Command {
    let table: Table = toml::from_str(include_str!("help.toml")).unwrap_or_default();
    let mut command = translate(command, "hinomi", &table);
    command.build();
    finish(command)
}

/// Gives a command and those below it their texts.
fn translate(command: Command, path: &str, table: &Table) -> Command {
    let none = BTreeMap::new();
    let texts = table.get(path).unwrap_or(&none);
    let mut command = command.mut_args(|arg| translate_arg(arg, texts));
    if let Some(about) = texts.get(ABOUT) {
        command = command.about(about.clone()).long_about(None);
    }
    let after = texts.get(AFTER).cloned().or_else(|| command.get_after_help().map(ToString::to_string));
    if let Some(after) = after {
        command = command.after_help(after.replacen("Examples:\n", "例:\n", 1).replacen("Example:\n", "例:\n", 1));
    }
    command.mut_subcommands(|below| {
        let path = format!("{path} {}", below.get_name());
        translate(below, &path, table)
    })
}

fn translate_arg(arg: Arg, texts: &BTreeMap<String, String>) -> Arg {
    let Some(text) = texts.get(arg.get_id().as_str()) else { return arg };
    let takes = arg.get_action().takes_values();
    let text = if takes { format!("{text}{}", choices(&arg)) } else { text.clone() };
    arg.help(text).long_help(None).hide_default_value(takes).hide_possible_values(takes)
}

/// What may be given for an argument, and what counts when nothing is.
fn choices(arg: &Arg) -> String {
    let list = |values: Vec<String>| values.join(", ");
    let possible = list(arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect());
    let default = list(arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect());
    let possible = if !possible.is_empty() { format!("［選択肢: {possible}］") } else { String::new() };
    let default = if !default.is_empty() { format!("［既定値: {default}］") } else { String::new() };
    possible + &default
}

/// Gives the frame of the help, and what `clap` adds by itself, their Japanese words.
fn finish(command: Command) -> Command {
    let template = template(&command);
    let command = command.help_template(template).mut_args(|arg| match arg.get_id().as_str() {
        "help" => arg.help("この説明を表示します").long_help(None),
        "version" => arg.help("版を表示します").long_help(None),
        _ => arg,
    });
    command.mut_subcommands(|below| match below.get_name() {
        "help" => finish(below.about("この説明、または指定したコマンドの説明を表示します")),
        _ => finish(below),
    })
}

/// The frame of a command's help.
fn template(command: &Command) -> String {
    let mut template = "{about-with-newline}\n使い方: {usage}\n".to_owned();
    if command.get_subcommands().next().is_some() {
        template.push_str("\nコマンド:\n{subcommands}\n");
    }
    if command.get_positionals().next().is_some() {
        template.push_str("\n引数:\n{positionals}\n");
    }
    template + "\nオプション:\n{options}{after-help}"
}

#[cfg(test)]
mod tests {
    use super::{ABOUT, Table};
    use clap::{Command, CommandFactory as _};

    /// Calls `each` with the words of every command and with the command.
    fn walk(command: &Command, path: &str, each: &mut dyn FnMut(&str, &Command)) {
        each(path, command);
        for below in command.get_subcommands() {
            walk(below, &format!("{path} {}", below.get_name()), each);
        }
    }

    /// Every text of the command line with its place in the table.
    fn places() -> Vec<(String, String, String)> {
        let mut places = Vec::new();
        walk(&crate::cli::Cli::command(), "hinomi", &mut |path, command| {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            places.push((path.to_owned(), ABOUT.to_owned(), about));
            for arg in command.get_arguments() {
                let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
                places.push((path.to_owned(), arg.get_id().to_string(), help));
            }
        });
        places
    }

    #[test]
    fn every_text_of_the_command_line_is_there_in_japanese_and_none_else() {
        let table: Table = toml::from_str(include_str!("help.toml")).expect("a table");
        let is_japanese = |text: &String| text.chars().any(|letter| ('\u{3040}'..'\u{a000}').contains(&letter));
        let places = places();
        let missing: Vec<_> = places
            .iter()
            .filter(|(path, key, _)| !table.get(path).and_then(|texts| texts.get(key)).is_some_and(is_japanese))
            .map(|(path, key, english)| format!("[{path}] {key} = {english}"))
            .collect();
        assert!(missing.is_empty(), "missing in help.toml:\n{}", missing.join("\n"));
        let known = |path: &str, key: &str| places.iter().any(|(place, name, _)| place == path && name == key);
        let after = |key: &str| key == super::AFTER;
        let stale: Vec<_> = table
            .iter()
            .flat_map(|(path, texts)| texts.keys().map(move |key| (path, key)))
            .filter(|(path, key)| !after(key) && !known(path, key))
            .collect();
        assert!(stale.is_empty(), "in help.toml, but no longer on the command line: {stale:?}");
    }

    #[test]
    fn nothing_english_is_left_around_the_texts() {
        let command = super::translated(crate::cli::Cli::command());
        walk(&command, "hinomi", &mut |path, command| {
            let help = command.clone().render_long_help().to_string();
            for word in ["Usage:", "Options:", "Commands:", "Arguments:", "Print ", "[default", "[possible", "Example"]
            {
                assert!(!help.contains(word), "'{word}' in the help of {path}:\n{help}");
            }
        });
    }
}
