//! Reading a configuration file within a limit, and replacing one whole or not at all.

use super::mistake::{Complaint, Mistakes};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

/// Largest `targets.toml` or CSV that is read, in bytes: some 50,000 targets.
pub const MAX_FILE: u64 = 16 << 20;

/// The text of a file: UTF-8, at most `most` bytes.
pub(super) fn read(path: &Path, most: u64) -> Result<String, Mistakes> {
    let name = path.display().to_string();
    let bytes = read_bytes(path, most).map_err(|error| Mistakes::whole(&name, cannot_read(&error)))?;
    if bytes.len() as u64 > most {
        return Err(Mistakes::whole(&name, too_large(most)));
    }
    decode(bytes, &name)
}

/// Bytes as UTF-8 text, or the place of the first byte that is none.
pub(super) fn decode(bytes: Vec<u8>, name: &str) -> Result<String, Mistakes> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let bytes = error.into_bytes();
        let before = bytes.get(..valid).unwrap_or_default();
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        let column = String::from_utf8_lossy(before.get(start..).unwrap_or_default()).chars().count() + 1;
        let mut mistakes = Mistakes::whole(name, not_utf8(&bytes));
        for mistake in &mut mistakes.list {
            (mistake.line, mistake.column) = (line, column);
        }
        mistakes
    })
}

fn read_bytes(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The text of a small file that holds a secret; no error quotes it.
pub(super) fn read_secret(path: &Path) -> Result<String, String> {
    let bytes = read_bytes(path, 64 << 10).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}

/// Puts `new` in the place of a file that still holds `old`, whole or not at all; permissions are kept, and a link stays
/// one. `None` as `old` means that the file was not there.
///
/// # Errors
/// The file changed meanwhile, or cannot be written.
pub(super) fn replace(path: &Path, old: Option<&str>, new: &str) -> io::Result<()> {
    let path = if old.is_some() { std::fs::canonicalize(path)? } else { path.to_path_buf() };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = folder.join(format!(".{name}.{}.tmp", std::process::id()));
    let written = write_beside(&path, &temporary, old, new);
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    written?;
    File::open(folder)?.sync_all()
}

fn write_beside(path: &Path, temporary: &Path, old: Option<&str>, new: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(temporary)?;
    if old.is_some() {
        file.set_permissions(std::fs::metadata(path)?.permissions())?;
    }
    file.write_all(new.as_bytes())?;
    file.sync_all()?;
    let now = match std::fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if now.as_deref() != old {
        return Err(io::Error::other(ChangedMeanwhile));
    }
    std::fs::rename(temporary, path)
}

/// Somebody else changed the file between reading and writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the file was changed by somebody else meanwhile; try again")]
pub(super) struct ChangedMeanwhile;

impl ChangedMeanwhile {
    /// Whether that is why a file was not replaced.
    pub(super) fn is(error: &io::Error) -> bool {
        error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<Self>)
    }
}

fn cannot_read(error: &io::Error) -> Complaint {
    let ja = match error.kind() {
        io::ErrorKind::NotFound => "ファイルがありません".to_owned(),
        io::ErrorKind::PermissionDenied => "ファイルを読む権限がありません".to_owned(),
        _ => format!("ファイルを読めません ({error})"),
    };
    Complaint::new(
        [format!("the file cannot be read: {error}"), ja],
        [
            "check its name and permissions; `--targets FILE` and `--config FILE` name other files; `hinomi target add` writes a first targets.toml",
            "名前と権限を確かめてください。別のファイルは --targets FILE、--config FILE で指定できます。最初の targets.toml は `hinomi target add` で作れます",
        ],
    )
}

pub(super) fn too_large(most: u64) -> Complaint {
    let mib = most >> 20;
    Complaint::new(
        [format!("the file is larger than {mib} MiB"), format!("ファイルが {mib} MiB を超えています")],
        [
            "check that this is the right file; split a larger list",
            "正しいファイルか確かめ、大きな一覧は分けてください",
        ],
    )
}

fn not_utf8(bytes: &[u8]) -> Complaint {
    let utf16 = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    let (en, ja) = if utf16 {
        ("the file is UTF-16", "ファイルの文字コードが UTF-16 です")
    } else {
        (
            "the file is not UTF-8 (perhaps Shift_JIS)",
            "ファイルの文字コードが UTF-8 ではありません (Shift_JIS かもしれません)",
        )
    };
    Complaint::new(
        [en, ja],
        [
            "save it as UTF-8; in Excel choose \"CSV UTF-8 (comma delimited)\"",
            "UTF-8 で保存し直してください。Excel では「CSV UTF-8 (コンマ区切り)」を選びます",
        ],
    )
}
