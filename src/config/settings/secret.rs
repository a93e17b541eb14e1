//! Secrets of the settings: from a file or from the environment, never from the text itself.

use crate::config::collect::Collector;
use crate::config::mistake::{Complaint, detail};
use crate::config::section::{Section, text};
use crate::model::Secret;
use std::path::{Path, PathBuf};
use toml::de::DeValue;

/// Longest secret, in bytes.
const MAX_SECRET: usize = 16 << 10;

/// What settings may take from the world around them.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The folder that paths in the file are relative to.
    pub folder: &'a Path,
    /// A variable of the environment.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// The content of a small text file, or why it cannot be read.
    pub file: &'a dyn Fn(&Path) -> Result<String, String>,
}

impl Surroundings<'_> {
    /// Nothing around: no variable is set, no file can be read.
    #[must_use]
    pub fn none() -> Surroundings<'static> {
        Surroundings { folder: Path::new(""), env: &|_| None, file: &|_| Err("no files here".to_owned()) }
    }

    /// A path as the file means it.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }
}

/// Keys under which one secret may be given.
#[derive(Clone, Copy)]
pub(super) struct Keys {
    /// Holds the secret itself, where that is allowed.
    pub(super) plain: &'static str,
    /// Names a file that holds it.
    pub(super) file: &'static str,
    /// Names a variable that holds it.
    pub(super) env: &'static str,
}

impl Keys {
    /// Those of the keys that are written.
    pub(super) fn given(self, section: &Section<'_>) -> Vec<&'static str> {
        [self.plain, self.file, self.env].into_iter().filter(|key| section.node(key).is_some()).collect()
    }
}

/// A secret given by exactly one of its keys. `check` looks at the value and must not quote it.
pub(super) fn secret(
    c: &mut Collector<'_>,
    section: &Section<'_>,
    around: &Surroundings<'_>,
    keys: Keys,
    plain_allowed: bool,
    check: impl Fn(&str) -> Result<(), Complaint>,
) -> Option<Secret> {
    if let Some(node) = section.node(keys.plain) {
        c.hide(node.span());
    }
    if let Some(node) = section.node(keys.env)
        && !node.get_ref().as_str().is_some_and(names_variable)
    {
        c.hide(node.span());
    }
    let given = keys.given(section);
    let (first, rest) = given.split_first()?;
    if *first == keys.plain && !plain_allowed {
        c.push(section.key_span(first), section.key(first), in_plain(keys));
        return None;
    }
    if let Some(second) = rest.first() {
        c.push(section.key_span(second), section.key(second), both(first, second));
        return None;
    }
    let read = |value: &DeValue<'_>| {
        let secret = from_anywhere(text(value)?, first, keys, around)?;
        check(&secret)?;
        Ok(Secret::new(secret))
    };
    section.get(c, first, read).map(|found| found.value)
}

fn from_anywhere(value: &str, key: &str, keys: Keys, around: &Surroundings<'_>) -> Result<String, Complaint> {
    let secret = match key {
        key if key == keys.plain => value.to_owned(),
        key if key == keys.file => from_file(&around.path(value), around)?,
        _ => (around.env)(value).ok_or_else(|| no_variable(value))?,
    };
    if secret.is_empty() || secret.len() > MAX_SECRET || secret.chars().any(char::is_control) {
        return Err(Complaint::new(
            ["the secret is empty, too long or has more than one line", "秘密が空か、長すぎるか、複数行です"],
            ["give one line of text", "一行の文字列にしてください"],
        ));
    }
    Ok(secret)
}

/// What a file holds, without the end of its line.
fn from_file(path: &Path, around: &Surroundings<'_>) -> Result<String, Complaint> {
    let content = (around.file)(path).map_err(|why| {
        let (shown, detail) = (detail(&path.display().to_string()), detail(&why));
        Complaint::new(
            [format!("the file {shown} cannot be read: {detail}"), format!("ファイル {shown} を読めません ({detail})")],
            [
                "put the secret into it, readable for hinomi alone (mode 0400)",
                "秘密だけを書き、hinomi だけが読めるファイル (0400) にしてください",
            ],
        )
    })?;
    Ok(content.trim_end_matches(['\r', '\n']).to_owned())
}

/// The name is not quoted: it may be the secret itself, written into the wrong key.
fn no_variable(name: &str) -> Complaint {
    let shown = if names_variable(name) { format!(" `{name}`") } else { String::new() };
    Complaint::new(
        [format!("the environment has no such variable{shown}"), format!("その名前の環境変数{shown}がありません")],
        [
            "set it before hinomi starts; this key names the variable, it does not hold the secret",
            "起動前に設定してください。このキーには秘密そのものではなく、変数の名前を書きます",
        ],
    )
}

/// Whether a text looks like the name of a variable, and not like a secret.
fn names_variable(text: &str) -> bool {
    text.len() <= 60 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

fn in_plain(Keys { plain, file, env }: Keys) -> Complaint {
    Complaint::new(
        [
            format!("`{plain}` cannot be written into this file"),
            format!("`{plain}` をこのファイルに直接書くことはできません"),
        ],
        [
            format!(
                "put it into a file named with `{file}` or a variable named with `{env}`, and change it: it was exposed"
            ),
            format!(
                "`{file}` で示すファイルか `{env}` で示す環境変数に移し、ここに書いたものは変更してください (漏れたものとみなします)"
            ),
        ],
    )
}

fn both(first: &str, second: &str) -> Complaint {
    Complaint::new(
        [
            format!("`{second}` and `{first}` cannot both be given"),
            format!("`{second}` と `{first}` は同時に書けません"),
        ],
        [format!("keep one of `{first}` and `{second}`"), format!("`{first}` か `{second}` の一方だけにしてください")],
    )
}
