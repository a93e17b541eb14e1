//! `hinomi.toml`: defaults, the documented example, secrets from elsewhere.

use crate::{read, root};
use hinomi::config::{MailWay, Mistakes, SECTIONS, Settings, Surroundings, load_settings, parse_settings};
use std::path::Path;

fn example() -> String {
    read("hinomi.example.toml")
}

/// Takes a text in surroundings where each variable is set and each file is there.
fn parse_generously(text: &str) -> Result<Settings, Mistakes> {
    let value = |name: &str| if name.contains("ecret") { "0123456789abcdef" } else { "https://who.example/x" };
    let around = Surroundings {
        folder: Path::new(""),
        env: &|name| Some(value(name).to_owned()),
        file: &|path| Ok(format!("{}\n", value(&path.to_string_lossy()))),
    };
    parse_settings(text, "hinomi.example.toml", &around)
}

#[test]
fn nothing_and_the_example_mean_the_defaults() {
    let default = Settings::default();
    assert_eq!(parse_settings("", "hinomi.toml", &Surroundings::none()).expect("empty"), default);
    assert_eq!(parse_settings(&example(), "hinomi.example.toml", &Surroundings::none()).expect("example"), default);
}

#[test]
fn every_line_that_the_example_offers_can_be_taken() {
    let example = example();
    let offered: Vec<&str> = example.lines().filter(|line| is_offer(line)).collect();
    assert!(offered.len() >= 9, "{offered:?}");
    // What only another build takes is refused by name.
    let takes = |offer: &&str| cfg!(feature = "yara") || !offer.starts_with("#signatures");
    for offer in offered.into_iter().filter(takes) {
        let mut text = example.replace(offer, &offer[1..]);
        // A login needs a server and both of its halves.
        for (half, other) in [("#username", "#password_file"), ("#password", "#username")] {
            if offer.starts_with(half) {
                text = text.replace(other, &other[1..]).replace("#smtp =", "smtp =");
            }
        }
        if let Err(mistakes) = parse_generously(&text) {
            panic!("{offer} is offered and refused: {mistakes}");
        }
    }
}

#[test]
fn signatures_lie_beside_the_file_or_are_refused_by_a_build_without_them() {
    let around = Surroundings { folder: Path::new("/etc/hinomi"), ..Surroundings::none() };
    let settings = parse_settings("[check]\nsignatures = \"rules\"\n", "hinomi.toml", &around);
    if cfg!(feature = "yara") {
        assert_eq!(settings.expect("taken").signatures.as_deref(), Some(Path::new("/etc/hinomi/rules")));
        return;
    }
    let told = settings.expect_err("refused").to_string();
    assert!(told.starts_with("hinomi.toml:2:14: check.signatures: "), "{told}");
    assert!(told.contains("without YARA") && told.contains("--features yara"), "{told}");
}

fn is_offer(line: &str) -> bool {
    line.strip_prefix('#')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()) && rest.contains(" = "))
}

#[test]
fn the_example_documents_every_key_in_its_table() {
    let example = example();
    let mut table = "";
    let mut found = Vec::new();
    for line in example.lines().map(|line| line.trim_start_matches(['#', ' '])) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            table = name;
        }
        for part in line.split("  ") {
            if let Some((key, _)) = part.trim().trim_start_matches("または/or").trim().split_once(" = ") {
                found.push((table, key));
            }
            found.extend(part.split('、').filter_map(|more| Some((table, more.trim().split_once(" = ")?.0))));
        }
    }
    for (table, keys) in SECTIONS.iter().filter(|(table, _)| !table.is_empty()) {
        assert!(example.contains(&format!("[{table}]")), "[{table}] is not documented");
        for key in *keys {
            assert!(found.contains(&(table, key)), "{table}.{key} is not documented");
        }
    }
    assert!(found.contains(&("", "language")));
}

#[test]
fn the_offered_tables_can_be_taken() {
    let example = example().replace("# [webhook]", "[webhook]").replace("# [heartbeat]", "[heartbeat]");
    let names = ["# url_file", "# secret_file", "# allow_addresses", "# interval"];
    let text = names.iter().fold(example, |text, name| text.replace(name, &name[2..]));
    let settings = parse_generously(&text).unwrap_or_else(|m| panic!("{m}"));
    let webhook = settings.webhook.expect("webhook");
    assert_eq!(webhook.secret.expose(), "0123456789abcdef");
    assert_eq!(webhook.allow_addresses[0].to_string(), "10.1.2.0/24");
    assert_eq!(settings.heartbeat.expect("heartbeat").url.expose(), "https://who.example/x");
}

#[test]
fn paths_count_from_the_folder_of_the_file_and_secrets_come_from_files() {
    let folder = tempfile::tempdir().expect("folder");
    std::fs::write(folder.path().join("pass"), "s3cret-word\n").expect("write");
    let file = folder.path().join("own.toml");
    let text = "[data]\ndir = \"d\"\nbaselines = \"/srv/b\"\n[mail]\nsmtp = \"smtp://mail.example:2525\"\nfrom = \"h@soc.example\"\n\
        operators = [\"o@soc.example\"]\nusername = \"me\"\npassword_file = \"pass\"\n";
    std::fs::write(&file, text).expect("write");
    let settings = load_settings(&file, &|_| None).unwrap_or_else(|m| panic!("{m}"));
    assert_eq!(settings.data, folder.path().join("d"));
    assert_eq!(settings.baselines, Path::new("/srv/b"));
    let MailWay::Smtp(smtp) = &settings.mail.way else { panic!("no server") };
    let (user, password) = smtp.login.as_ref().expect("login");
    assert_eq!((user.as_str(), password.expose()), ("me", "s3cret-word"));
    assert!(!format!("{settings:?}").contains("s3cret-word"), "a secret is printed");
}

#[test]
fn mails_go_into_the_data_folder_unless_told_otherwise() {
    let way = |text: &str| parse_settings(text, "hinomi.toml", &Surroundings::none()).expect("good").mail.way;
    assert_eq!(way("[data]\ndir = \"x\"\n"), MailWay::Folder("x/mail".into()));
    assert_eq!(way("[mail]\nfolder = \"out\"\n"), MailWay::Folder("out".into()));
}

#[test]
fn only_the_default_name_may_be_missing() {
    assert!(load_settings(&root("no-such-settings.toml"), &|_| None).is_err());
    assert!(load_settings(Path::new("hinomi.toml"), &|_| None).is_ok());
}
