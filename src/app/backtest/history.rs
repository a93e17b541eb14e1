//! Page histories on disk: a folder of versions, with an optional `meta.json`.

use crate::app::fault::{OrFault as _, fault};
use crate::app::inputs;
use crate::model::words;
use anyhow::Result;
use jiff::Timestamp;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use url::Url;

/// One version of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// File name.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
    /// When it was seen, where known.
    pub time: Option<Timestamp>,
}

/// One page's history, oldest version first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The folder, as given or found.
    pub page: String,
    /// The page's URL, where known.
    pub url: Option<Url>,
    /// Its versions.
    pub versions: Vec<Version>,
}

/// The optional `meta.json`; keys that are not known are ignored.
#[derive(Debug, Default, Deserialize)]
struct Meta {
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    versions: Option<Vec<MetaVersion>>,
}

#[derive(Debug, Deserialize)]
struct MetaVersion {
    file: String,
    #[serde(default)]
    time: Option<String>,
}

/// Name of the file that gives order and times.
const META: &str = "meta.json";
/// Largest `meta.json` in bytes, and most histories in one run: beyond, it is no folder of histories.
const MAX_HISTORIES: usize = 100_000;

/// All histories at a path: the folder itself when it holds versions, and all folders below it that do.
///
/// # Errors
/// When a folder cannot be read, a `meta.json` is broken, or there is no history.
pub fn find(root: &Path) -> Result<Vec<History>> {
    if !root.is_dir() {
        return Err(fault(words!(
            "{root}: is no folder; name the folder of a page's history, or a folder of such folders",
            "{root}: フォルダーではありません。ページの履歴のフォルダー、またはそれらを含むフォルダーを指定してください",
            root = root.display()
        )));
    }
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let (below, files): (Vec<_>, Vec<_>) = inputs::entries(&folder)?.into_iter().partition(|(_, folder)| *folder);
        let files: Vec<PathBuf> = files.into_iter().map(|(path, _)| path).collect();
        found.extend(history(&folder, &files)?);
        folders.extend(below.into_iter().map(|(path, _)| path));
        if found.len() > MAX_HISTORIES {
            return Err(fault(words!(
                "{root}: more than {MAX_HISTORIES} histories; name a smaller folder",
                "{root}: 履歴が{MAX_HISTORIES}件を超えます。もっと小さなフォルダーを指定してください",
                root = root.display()
            )));
        }
    }
    if found.is_empty() {
        return Err(fault(words!(
            "{root}: holds no page history (a folder with 0001.html, 0002.html …)",
            "{root}: ページの履歴（0001.html, 0002.html … のあるフォルダー）がありません",
            root = root.display()
        )));
    }
    found.sort_by(|a, b| a.page.cmp(&b.page));
    Ok(found)
}

fn history(folder: &Path, files: &[PathBuf]) -> Result<Option<History>> {
    let is_meta = |path: &&PathBuf| path.file_name().is_some_and(|name| name == META);
    let meta = match files.iter().find(is_meta) {
        None => Meta::default(),
        Some(path) => {
            let unusable =
                || words!("{path}: is no usable meta.json", "{path}: meta.jsonとして使えません", path = path.display());
            serde_json::from_slice::<Meta>(&inputs::bytes(path)?).or_fault(unusable)?
        }
    };
    let versions = match meta.versions {
        Some(listed) => listed.into_iter().map(|version| of_meta(folder, version)).collect::<Result<_>>()?,
        None => files.iter().filter(|path| !is_meta(path)).map(|path| of_file(path)).collect::<Vec<_>>(),
    };
    let url = meta.url.and_then(|url| Url::parse(&url).ok());
    Ok((!versions.is_empty()).then(|| History { page: folder.display().to_string(), url, versions }))
}

fn of_file(path: &Path) -> Version {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Version { name, path: path.to_path_buf(), time: None }
}

fn of_meta(folder: &Path, version: MetaVersion) -> Result<Version> {
    let mut parts = Path::new(&version.file).components();
    if !matches!((parts.next(), parts.next()), (Some(std::path::Component::Normal(_)), None)) {
        return Err(fault(words!(
            "{folder}: meta.json names '{file}', which is no file of this folder",
            "{folder}: meta.jsonにある「{file}」は、このフォルダーのファイルではありません",
            folder = folder.display(),
            file = version.file
        )));
    }
    let path = folder.join(&version.file);
    Ok(Version { name: version.file, path, time: version.time.as_deref().and_then(time) })
}

/// A time, or a date alone, which is its beginning.
fn time(text: &str) -> Option<Timestamp> {
    let midnight = || text.parse::<jiff::civil::Date>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    text.parse().ok().or_else(|| midnight().map(|zoned| zoned.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn folders_of_folders_in_order_with_and_without_meta() {
        let root = tempfile::tempdir().expect("folder");
        let plain = root.path().join("b/plain");
        let listed = root.path().join("a");
        fs::create_dir_all(&plain).expect("made");
        fs::create_dir_all(&listed).expect("made");
        for name in ["0002.html", "0001.html"] {
            fs::write(plain.join(name), name).expect("written");
            fs::write(listed.join(name), name).expect("written");
        }
        let meta = r#"{"url": null, "x": 1, "versions": [{"file": "0002.html", "time": "2024-05-01"}, {"file": "0001.html", "time": null}, {"file": "0002.html"}]}"#;
        fs::write(listed.join(META), meta).expect("written");
        let found = find(root.path()).expect("found");
        let names = |history: &History| history.versions.iter().map(|v| v.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&found[0]), ["0002.html", "0001.html", "0002.html"]);
        assert_eq!(names(&found[1]), ["0001.html", "0002.html"]);
        assert!(found[0].versions[0].time.is_some());
    }

    #[test]
    fn meta_cannot_lead_out_of_its_folder() {
        let root = tempfile::tempdir().expect("folder");
        fs::write(root.path().join("0001.html"), "x").expect("written");
        for file in ["../etc/passwd", "/etc/passwd", "a/b", ".."] {
            fs::write(root.path().join(META), format!(r#"{{"versions": [{{"file": "{file}"}}]}}"#)).expect("written");
            assert!(find(root.path()).is_err(), "{file}");
        }
    }
}
