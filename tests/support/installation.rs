//! An installation in a temporary folder, driven through the real program.

use super::mails::{Mail, mails_in};
use super::web::Web;
use serde_json::Value;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// The output as JSON lines.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let line = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.out.lines().map(line).collect()
    }

    /// The only JSON line.
    pub(crate) fn line(&self) -> Value {
        let mut lines = self.lines();
        assert_eq!(lines.len(), 1, "{self:?}");
        lines.remove(0)
    }

    /// Fails unless the command ended with this code.
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }
}

/// Settings that let loopback be fetched, as fast as it can.
const SETTINGS: &str = "[listen]\naddress = \"127.0.0.1:0\"\n[fetch]\nallow_addresses = [\"127.0.0.0/8\"]\n\
    per_host_gap = \"0s\"\nconnect_timeout = \"2s\"\nfirst_byte_timeout = \"3s\"\ntotal_timeout = \"5s\"\n\
    max_body = \"2MB\"\nmax_transfer = \"2MB\"\n\
    [mail]\nfrom = \"hinomi@noc.example\"\noperators = [\"watch@noc.example\"]\n";

/// The owner of all targets, with contacts on two levels.
const OWNER: &str = "[[organisation]]\nid = \"example-city\"\nname = \"例示市\"\nlanguage = \"ja\"\ncontacts = [\n\
    { name = \"Web担当\", mail = \"web@city.example\", level = 1 },\n\
    { name = \"情報政策課長\", mail = \"head@city.example\", level = 2 },\n]\n";

/// An installation; its folder goes when it is dropped.
pub(crate) struct Installation {
    folder: tempfile::TempDir,
    pub(crate) web: Web,
}

impl Installation {
    /// One that watches these paths of a new web; a target's id is its path's name. Anything more for a target stands
    /// behind its path.
    pub(crate) fn watching(paths: &[(&str, &str)]) -> Self {
        let web = Web::start();
        let made = Self { folder: tempfile::tempdir().expect("a folder"), web };
        let mut targets = OWNER.to_owned();
        for (path, more) in paths {
            let id = path.trim_matches('/').replace(['/', '.'], "-");
            let url = made.web.url(path);
            let _ = writeln!(targets, "[[target]]\nid = \"{id}\"\norganisation = \"example-city\"\nurl = \"{url}\"");
            let _ = writeln!(targets, "{more}");
        }
        made.write("targets.toml", &targets);
        made.write("hinomi.toml", SETTINGS);
        made
    }

    /// One with a single target `top` whose page stands there, checked and approved.
    pub(crate) fn approved(page: &str) -> Self {
        let made = Self::watching(&[("/top", "")]);
        made.web.put("/top", super::Answer::page(page));
        made.run(&["check", "--json"]).ended(1);
        made.run(&["baseline", "approve", "--first", "--by", "Hanako <web@city.example>"]).ended(0);
        made
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), text).expect("a file");
    }

    /// More settings at the end of `hinomi.toml`.
    pub(crate) fn set(&self, more: &str) {
        let settings = std::fs::read_to_string(self.path("hinomi.toml")).expect("settings");
        self.write("hinomi.toml", format!("{settings}{more}\n"));
    }

    /// The program with this installation's files, ready to run.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("hinomi"));
        command.current_dir(self.folder.path()).env("LANG", "C").env("USER", "tester").env("NO_COLOR", "1");
        command.env_remove("LC_ALL").env_remove("LC_MESSAGES").env_remove("SUDO_USER");
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let output = self.command().args(arguments).output().expect("hinomi");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    /// One round, with the verdict on its only target.
    pub(crate) fn check(&self, verdict: &str) -> Value {
        let needed = matches!(verdict, "review" | "alarm" | "unseen");
        let line = self.run(&["check", "--json"]).ended(i32::from(needed)).line();
        assert_eq!(line["verdict"], verdict, "{line:#}");
        line
    }

    /// All mails in the mail folder.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        mails_in(&self.path("data/mail"))
    }

    /// The mails to one address.
    pub(crate) fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.mails().into_iter().filter(|mail| mail.to == address).collect()
    }
}
