//! Adding to and removing from the text of a `targets.toml`: every other byte of it stays as it is.

use super::file::{self, ChangedMeanwhile};
use super::mistake::Mistakes;
use super::section::Section;
use super::targets::{Checks, parse_targets};
use super::write::{Addition, tables};
use super::{collect::Collector, syntax};
use crate::model::{Registry, TargetId, Words};
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::path::Path;

/// Why a registry was left as it is.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// The file has mistakes, or would have them afterwards.
    #[error(transparent)]
    Mistakes(#[from] Mistakes),
    /// It cannot be done; the words say why and what to do.
    #[error("{}", .0.en)]
    Refused(Words),
    /// Somebody else changed the file meanwhile.
    #[error(
        "{file}: somebody else changed the file meanwhile, and it was left as they wrote it; run the command again"
    )]
    Changed {
        /// Which file.
        file: String,
    },
    /// The file could not be written.
    #[error("{file}: {source}; check permissions and free space of its folder")]
    Write {
        /// Which file.
        file: String,
        /// What happened.
        source: std::io::Error,
    },
}

/// Changes a `targets.toml` on disk by a change of its text, whole or not at all. A missing file counts as empty.
///
/// # Errors
/// The change is refused, or the file cannot be read or written, or was changed by somebody else meanwhile.
pub fn change_targets<T>(
    path: &Path,
    change: impl FnOnce(&str) -> Result<(String, T), EditError>,
) -> Result<T, EditError> {
    let old = if path.exists() { Some(file::read(path, file::MAX_FILE)?) } else { None };
    let (new, result) = change(old.as_deref().unwrap_or_default())?;
    if old.as_deref().unwrap_or_default() == new {
        return Ok(result);
    }
    let file = path.display().to_string();
    if new.len() as u64 > file::MAX_FILE {
        return Err(Mistakes::whole(&file, file::too_large(file::MAX_FILE)).into());
    }
    file::replace(path, old.as_deref(), &new).map_err(|source| match ChangedMeanwhile::is(&source) {
        true => EditError::Changed { file },
        false => EditError::Write { file, source },
    })?;
    Ok(result)
}

/// Writes a registry to a `targets.toml` that is not there yet, and reads it back.
///
/// # Errors
/// What is written would be another registry, or the file is there or cannot be written.
pub fn write_targets(path: &Path, registry: &Registry, checks: Checks<'_>) -> Result<(), EditError> {
    let file = path.display().to_string();
    let (text, written) = add_targets("", &file, &Addition::from(registry), checks)?;
    if written != *registry {
        return Err(EditError::Refused(Words::new(
            format!("{file}: the registry cannot be written as it stands; write the file by hand"),
            format!("{file}: 登録内容をそのままの形で書き出せません。手で作成してください"),
        )));
    }
    file::replace(path, None, &text).map_err(|source| EditError::Write { file, source })
}

/// The text with organisations and targets added at its end, and the registry it then holds.
///
/// # Errors
/// All mistakes of the text as it was, or as it would be.
pub fn add_targets(
    text: &str,
    file_name: &str,
    addition: &Addition,
    checks: Checks<'_>,
) -> Result<(String, Registry), EditError> {
    parse_targets(text, file_name, checks)?;
    let mut new = text.to_owned();
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let added = tables(addition);
    if !added.is_empty() {
        if !new.is_empty() && !new.ends_with('\n') {
            new.push_str(line_end);
        }
        if !new.trim_start_matches('\u{FEFF}').is_empty() {
            new.push_str(line_end);
        }
        new.push_str(&added.replace('\n', line_end));
    }
    let registry = parse_targets(&new, file_name, checks)?;
    Ok((new, registry))
}

/// The text without some targets: their tables go, with the comments that stand right at them.
///
/// # Errors
/// The text has mistakes, a target is not there, or the text cannot be cut safely.
pub fn remove_targets(
    text: &str,
    file_name: &str,
    ids: &BTreeSet<TargetId>,
    checks: Checks<'_>,
) -> Result<(String, Registry), EditError> {
    let mut expected = parse_targets(text, file_name, checks)?;
    if let Some(missing) = ids.iter().find(|id| !expected.targets.contains_key(*id)) {
        return Err(EditError::Refused(no_such_target(missing, &expected)));
    }
    let (new, inline) = cut(text, file_name, ids);
    expected.targets.retain(|id, _| !ids.contains(id));
    match parse_targets(&new, file_name, checks) {
        Ok(registry) if registry == expected && !inline => Ok((new, registry)),
        _ => Err(EditError::Refused(Words::new(
            format!(
                "{file_name}: these targets are not written as [[target]] tables of their own; take them out by hand"
            ),
            format!("{file_name}: この監視対象は独立した [[target]] の表として書かれていません。手で消してください"),
        ))),
    }
}

/// What to say about a target that is not there.
#[must_use]
pub fn no_such_target(id: &TargetId, registry: &Registry) -> Words {
    match super::suggest::nearest(id.as_str(), registry.targets.keys().map(TargetId::as_str)) {
        Some(near) => Words::new(
            format!("there is no target `{id}`; did you mean `{near}`?"),
            format!("監視対象 `{id}` はありません。`{near}` の間違いではありませんか"),
        ),
        None => Words::new(
            format!("there is no target `{id}`; `hinomi target list` shows all"),
            format!("監視対象 `{id}` はありません。一覧は hinomi target list で見られます"),
        ),
    }
}

/// The text without the tables of some targets, and whether one of them is no table of its own.
fn cut(text: &str, file_name: &str, ids: &BTreeSet<TargetId>) -> (String, bool) {
    let mut c = Collector::new(file_name, text);
    let room = OnceCell::new();
    let (tree, _) = syntax::parse(text, &room);
    let top = Section::new("", tree.span(), tree.get_ref());
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut headers = Vec::new();
    let mut inline = false;
    for key in ["defaults", "organisation", "target"] {
        let tables = if key == "defaults" {
            top.table(&mut c, key).into_iter().collect()
        } else {
            top.tables(&mut c, key, usize::MAX)
        };
        for section in tables {
            let id = section.node("id").and_then(|node| node.get_ref().as_str());
            let gone = key == "target" && id.and_then(|id| id.parse().ok()).is_some_and(|id| ids.contains(&id));
            let line = c.line(section.span.start).saturating_sub(1);
            inline |= gone
                && !lines
                    .get(line)
                    .is_some_and(|line| line.trim_start_matches('\u{FEFF}').trim_start().starts_with("[["));
            headers.push((line, gone));
        }
    }
    headers.sort_unstable();
    (without(&lines, &headers), inline)
}

/// The lines without the blocks that go. Headers are line numbers from 0, in order.
fn without(lines: &[&str], headers: &[(usize, bool)]) -> String {
    let mut keep = vec![true; lines.len()];
    for (at, (header, gone)) in headers.iter().enumerate() {
        if *gone {
            let bound = headers.get(at + 1).map_or(lines.len(), |(next, _)| *next);
            let block = block(lines, *header, bound);
            keep.get_mut(block).into_iter().flatten().for_each(|keep| *keep = false);
        }
    }
    lines.iter().zip(keep).filter(|(_, keep)| *keep).map(|(line, _)| *line).collect()
}

/// The lines of the table whose header is at `header` and that ends before `bound`: comments right above and right below
/// belong to it, and the blank lines behind it.
fn block(lines: &[&str], header: usize, bound: usize) -> std::ops::Range<usize> {
    let is_comment = |at: usize| lines.get(at).is_some_and(|line| line.trim_start().starts_with('#'));
    let is_blank = |at: usize| lines.get(at).is_none_or(|line| line.trim().is_empty());
    let start = (0..header).rev().take_while(|at| is_comment(*at)).last().unwrap_or(header);
    let last = (header..bound).rev().find(|at| !is_blank(*at) && !is_comment(*at)).unwrap_or(header);
    let comments = (last + 1..bound).take_while(|at| is_comment(*at)).count();
    let after = last + 1 + comments;
    let own = after >= lines.len() || (after < bound && is_blank(after));
    let end = if own { after } else { last + 1 };
    let blanks = (end..bound).take_while(|at| is_blank(*at)).count();
    start..end + blanks
}

impl EditError {
    /// What a person reads.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Refused(words) => words.clone(),
            Self::Mistakes(mistakes) => Words::new(mistakes.to_string(), mistakes.to_string()),
            Self::Changed { file } => Words::new(
                self.to_string(),
                format!("{file}: ほかの人が同時に変更したため、何も書き込んでいません。もう一度実行してください"),
            ),
            Self::Write { file, source } => Words::new(
                self.to_string(),
                format!("{file}: 書き込めません ({source})。フォルダーの権限と空き容量を確かめてください"),
            ),
        }
    }
}
