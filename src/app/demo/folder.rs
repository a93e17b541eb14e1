//! The demo's folder: made, recognised again, emptied of its own files only, and filled with settings and registry.

use crate::app::fault::{OrFault as _, fault};
use crate::app::lock;
use crate::config::Settings;
use crate::demo::{Web, targets_text};
use crate::model::words;
use anyhow::Result;
use std::fs;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Says that a folder is a demo's.
const MARK: &str = ".hinomi-demo";
/// What a demo writes besides.
const OWN: [&str; 5] = ["data", "baselines", "mail", "hinomi.toml", "targets.toml"];

/// A demo's folder.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    pub(super) config: PathBuf,
    pub(super) targets: PathBuf,
    /// Where mails are put, when they are.
    pub(super) mail: Option<PathBuf>,
}

impl Folder {
    /// Makes the folder, or takes the one of an earlier demo and clears away what that one wrote.
    pub(super) fn prepare(path: &Path, smtp: Option<&str>) -> Result<Self> {
        let unusable = || {
            let path = path.display();
            words!("{path}: cannot be used as the demo's folder", "{path}: 実演のフォルダーとして使えません")
        };
        fs::create_dir_all(path).or_fault(unusable)?;
        let path = path.canonicalize().or_fault(unusable)?;
        if !path.join(MARK).is_file() && fs::read_dir(&path).or_fault(unusable)?.next().is_some() {
            return Err(fault(words!(
                "{path}: holds other files; name an empty folder, or one of an earlier demo, with --dir",
                "{path}: ほかのファイルがあります。空のフォルダーか以前の実演のフォルダーを --dir で指定してください",
                path = path.display()
            )));
        }
        fs::write(path.join(MARK), "This folder belongs to `hinomi demo`; the next demo here clears it.\n")
            .or_fault(unusable)?;
        // Another demo may be running on it.
        drop(lock::alone_now(&Settings { data: path.join("data"), ..Settings::default() })?);
        OWN.iter().try_for_each(|name| clear(&path.join(name)))?;
        let mail = smtp.is_none().then(|| path.join("mail"));
        Ok(Self { config: path.join("hinomi.toml"), targets: path.join("targets.toml"), mail, path })
    }

    /// Writes `hinomi.toml` and `targets.toml`, so that other commands can be tried on the folder.
    pub(super) fn furnish(&self, web: &Web, listen: SocketAddr, smtp: Option<&str>) -> Result<()> {
        let ports: Vec<_> = web.addresses().map(|(site, address)| (site.id, address.port())).collect();
        let port = |id: &str| ports.iter().find(|(known, _)| *known == id).map_or(0, |(_, port)| *port);
        let numbers: Vec<u16> = ports.iter().map(|(_, port)| *port).collect();
        fs::write(&self.config, settings_text(listen, &numbers, smtp)?)?;
        fs::write(&self.targets, targets_text(|site| port(site.id)))?;
        Ok(())
    }
}

fn clear(path: &Path) -> Result<()> {
    let cleared = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match cleared {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error).or_fault(|| {
            let path = path.display();
            words!("{path}: cannot be cleared away", "{path}: 片付けられません")
        }),
        _ => Ok(()),
    }
}

fn settings_text(listen: SocketAddr, ports: &[u16], smtp: Option<&str>) -> Result<String> {
    let mail = match smtp {
        None => "folder = \"mail\"".to_owned(),
        Some(url) if url.chars().any(|c| matches!(c, '"' | '\\') || c.is_control()) => {
            return Err(fault(words!(
                "--smtp: write smtp://host:port or smtps://host",
                "--smtp: smtp://ホスト:ポート または smtps://ホスト と書いてください"
            )));
        }
        Some(url) => format!("smtp = \"{url}\""),
    };
    Ok(format!(
        "# 作り物の設定です(hinomi demo)。  Settings of `hinomi demo`.\n[data]\ndir = \"data\"\nbaselines = \"baselines\"\n\n\
         [listen]\naddress = \"{listen}\"\n\n\
         [fetch]\n# 作り物のサイトはこのマシンの中にあります。  The made-up sites are on this machine.\n\
         allow_addresses = [\"127.0.0.0/8\"]\nallow_ports = {ports:?}\nper_host_gap = \"0s\"\n\n\
         [mail]\n{mail}\nfrom = \"hinomi@watch.example\"\noperators = [\"operators@watch.example\"]\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_holds_something_else_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().expect("folder");
        let own = folder.path().join("letter.txt");
        fs::write(&own, "mine").expect("file");
        assert!(Folder::prepare(folder.path(), None).is_err());
        assert_eq!(fs::read_to_string(own).expect("still there"), "mine");
    }

    #[test]
    fn a_second_demo_starts_fresh_and_clears_only_what_the_first_wrote() {
        let folder = tempfile::tempdir().expect("folder");
        let first = Folder::prepare(folder.path(), None).expect("first");
        fs::write(&first.config, "old").expect("file");
        fs::write(first.path.join("notes.txt"), "mine").expect("file");
        let second = Folder::prepare(folder.path(), None).expect("second");
        assert!(!second.config.exists());
        assert!(second.path.join("notes.txt").exists());
    }
}
