//! The folder of the analysts' own signatures: its files within limits, and what is wrong in them.

use super::collect::Collector;
use super::file;
use super::mistake::{Complaint, Mistakes, detail};
use crate::model::{SignatureFault, SignatureFile};
use jiff::Timestamp;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Most files that are read.
const MOST_FILES: usize = 1_000;
/// Most bytes of all files together.
const MOST_BYTES: u64 = 32 << 20;
/// How deep folders are walked.
const DEEPEST: usize = 8;
/// Endings of the files that are read.
const ENDINGS: [&str; 2] = ["yar", "yara"];

/// What makes signatures of files, or says what is wrong in them.
pub type Compile<'a, T> = &'a dyn Fn(&[SignatureFile]) -> Result<T, Vec<SignatureFault>>;

/// Reads the signatures of a folder and hands them to `compile`. Files `*.yar` and `*.yara` count, in folders below it too;
/// what is hidden (its name begins with a dot) and links to folders do not.
///
/// # Errors
/// The folder cannot be read, holds no signatures or more than is read; or all mistakes in its files, a value for each
/// file.
pub fn load_signatures<T>(folder: &Path, compile: Compile<'_, T>) -> Result<T, Vec<Mistakes>> {
    let files = read(folder)?;
    compile(&files).map_err(|faults| mistakes(&files, &faults))
}

/// The files of signatures in a folder, in the order of their paths.
///
/// # Errors
/// When the folder cannot be read, or holds none.
pub fn signature_paths(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![(folder.to_path_buf(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let (path, kind) = (entry.path(), entry.file_type()?);
            if kind.is_dir() && depth < DEEPEST {
                folders.push((path, depth + 1));
            } else if is_taken(&path) && path.is_file() {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn is_taken(path: &Path) -> bool {
    let ending = path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

fn read(folder: &Path) -> Result<Vec<SignatureFile>, Vec<Mistakes>> {
    let whole = |complaint| vec![Mistakes::whole(&folder.display().to_string(), complaint)];
    let paths = signature_paths(folder).map_err(|error| whole(unreadable(&error)))?;
    if paths.is_empty() {
        return Err(whole(empty()));
    }
    if paths.len() > MOST_FILES {
        return Err(whole(too_much()));
    }
    let (mut files, mut wrong, mut room) = (Vec::new(), Vec::new(), MOST_BYTES);
    for path in paths {
        let changed = fs::metadata(&path).and_then(|meta| meta.modified()).map(Timestamp::try_from);
        match file::read(&path, room) {
            Ok(text) => {
                room = room.saturating_sub(text.len() as u64);
                // A time that cannot be told is the present: then no approval can have known of it.
                let changed = changed.ok().and_then(Result::ok).unwrap_or_else(Timestamp::now);
                files.push(SignatureFile { path: path.display().to_string(), text, changed });
            }
            Err(mistakes) => wrong.push(mistakes),
        }
    }
    if wrong.is_empty() { Ok(files) } else { Err(wrong) }
}

/// What is wrong, by file.
fn mistakes(files: &[SignatureFile], faults: &[SignatureFault]) -> Vec<Mistakes> {
    let of_file = |(index, file): (usize, &SignatureFile)| {
        let mut collector = Collector::new(&file.path, &file.text);
        for fault in faults.iter().filter(|fault| fault.file == index) {
            let end = fault.span.end.min(file.text.len());
            collector.push(fault.span.start.min(end)..end, "", complaint(fault));
        }
        collector.finish(()).err()
    };
    files.iter().enumerate().filter_map(of_file).collect()
}

fn complaint(fault: &SignatureFault) -> Complaint {
    let (what, note) = (detail(&fault.what), detail(&fault.note));
    let help = match note.is_empty() {
        true => ["mend the rule".to_owned(), "ルールを直してください".to_owned()],
        false => [format!("mend the rule; {note}"), format!("ルールを直してください ({note})")],
    };
    Complaint::new([format!("YARA: {what}"), format!("YARA のルールに誤りがあります: {what}")], help)
}

fn unreadable(error: &io::Error) -> Complaint {
    Complaint::new(
        [
            format!("the folder of signatures cannot be read: {error}"),
            format!("シグネチャのフォルダーを読めません ({error})"),
        ],
        ["check `check.signatures` and the permissions", "check.signatures の値と権限を確かめてください"],
    )
}

fn empty() -> Complaint {
    Complaint::new(
        ["the folder holds no signatures", "フォルダーにシグネチャがありません"],
        [
            "put *.yar or *.yara files there, or take `check.signatures` out",
            "*.yar または *.yara のファイルを置くか、check.signatures の設定を外してください",
        ],
    )
}

fn too_much() -> Complaint {
    Complaint::new(
        [
            format!("the folder holds more than {MOST_FILES} files of signatures"),
            format!("シグネチャのファイルが {MOST_FILES} 件を超えています"),
        ],
        ["keep those that are about web pages", "Web ページに関するものだけを置いてください"],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_by_their_endings_and_nothing_hidden_is_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        for path in ["b.yar", "sub/a.YARA", ".hidden.yar", ".git/c.yar", "readme.txt"] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            fs::write(path, "rule x { condition: true }").expect("a file");
        }
        let found = signature_paths(folder.path()).expect("a folder");
        let names: Vec<_> = found.iter().filter_map(|path| path.strip_prefix(folder.path()).ok()).collect();
        assert_eq!(names, [Path::new("b.yar"), Path::new("sub/a.YARA")]);
    }

    #[test]
    fn all_mistakes_are_told_with_line_and_column() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("a.yar"), "rule a {\n  condition: nothing\n}\n").expect("a file");
        fs::write(folder.path().join("b.yar"), "規則").expect("a file");
        let fault = |file, span, what: &str| SignatureFault { file, span, what: what.to_owned(), note: String::new() };
        let compile = |files: &[SignatureFile]| -> Result<(), _> {
            assert!(files.iter().all(|file| file.changed > Timestamp::UNIX_EPOCH));
            Err(vec![fault(0, 22..29, "unknown identifier"), fault(1, 3..99, "syntax error")])
        };
        let wrong = load_signatures(folder.path(), &compile).expect_err("mistakes");
        let told: Vec<String> = wrong.iter().map(ToString::to_string).collect();
        assert!(told[0].contains("a.yar:2:14: YARA: unknown identifier; mend the rule"), "{told:?}");
        assert!(told[1].contains("b.yar:1:2: YARA: syntax error"), "{told:?}");
    }

    #[test]
    fn an_empty_or_missing_folder_is_a_mistake() {
        let folder = tempfile::tempdir().expect("a folder");
        let never = |_: &[SignatureFile]| -> Result<(), _> { panic!("there is nothing to compile") };
        for path in [folder.path().to_path_buf(), folder.path().join("missing")] {
            let wrong = load_signatures(&path, &never).expect_err("a mistake");
            assert!(wrong[0].to_string().starts_with(&path.display().to_string()), "{wrong:?}");
        }
    }
}
