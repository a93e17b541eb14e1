//! `hinomi demo --once`, whole: every attack gets the verdict it must have, its owner a mail, no ordinary update an alarm.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "it runs the program and reads its folder")]

use assert_cmd::Command;
use mail_parser::MessageParser;
use serde_json::Value;
use std::path::Path;

/// Runs the demo; its lines, the last of them the sum.
fn play(folder: &Path) -> Vec<Value> {
    let mut command = Command::cargo_bin("hinomi").expect("binary");
    command.args(["demo", "--once", "--json", "--language", "ja", "--dir"]).arg(folder);
    let output = command.output().expect("run");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let errors = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    assert_eq!(output.status.code(), Some(0), "{errors}\n{}", lines.last().unwrap_or(&Value::Null));
    lines
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// A mail of an attack: it lies in the folder, goes to the owner, names the site, and is Japanese in both of its forms.
fn read_mail(attack: &Value) {
    let site = text(attack, "site");
    let path = text(&attack["mail"], "file");
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{site}: {path}: {error}"));
    let mail = MessageParser::default().parse(&bytes).unwrap_or_else(|| panic!("{site}: no mail"));
    let subject = mail.subject().unwrap_or_default();
    assert!(subject.contains(site) && subject.starts_with("【火の見・"), "{subject}");
    assert_eq!(subject, text(&attack["mail"], "subject"));
    let to = mail.to().and_then(|to| to.first()).and_then(|to| to.address()).unwrap_or_default();
    assert_eq!(to, text(&attack["mail"], "to"));
    assert!(to.starts_with("web@"), "{to}");
    for body in [mail.body_text(0), mail.body_html(0)] {
        let body = body.unwrap_or_else(|| panic!("{site}: a form is missing"));
        assert!(body.contains("ページ") && !body.contains('\u{FFFD}'), "{site}: {body}");
        assert!(!body.contains("stranger.example"), "{site}: an attacker's address can be clicked: {body}");
    }
}

#[test]
fn the_whole_story() {
    let folder = tempfile::tempdir().expect("folder");
    let lines = play(folder.path());
    let sum = lines.last().expect("a sum");
    assert_eq!(sum["kind"], "summary");
    assert!(sum["sites"].as_u64() >= Some(12), "{sum}");
    assert!(sum["updates"].as_u64() >= Some(10), "{sum}");
    assert_eq!(sum["update_alarms"], 0, "{sum}");
    let attacks = sum["attacks"].as_array().expect("attacks");
    assert!(attacks.len() >= 10, "{sum}");
    for attack in attacks {
        assert_eq!(attack["verdict"], attack["expected"], "{attack}");
        read_mail(attack);
    }
    assert!(attacks.iter().any(|attack| attack["verdict"] == "unseen"), "a site is down");
    let mail_to = |to: &str| lines.iter().any(|line| text(&line["mail"], "to").starts_with(to));
    assert!(mail_to("security@"), "nobody was told when nobody answered");
    let recovered = |line: &&Value| line["kind"] == "mail" && text(line, "what").contains("警報解消");
    assert!(lines.iter().any(|line| recovered(&line)), "no mail says that an alarm is over");
}

#[test]
fn a_folder_with_something_else_is_refused() {
    let folder = tempfile::tempdir().expect("folder");
    std::fs::write(folder.path().join("letter.txt"), "mine").expect("file");
    let mut command = Command::cargo_bin("hinomi").expect("binary");
    let output = command.args(["demo", "--once", "--dir"]).arg(folder.path()).output().expect("run");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("holds other files"));
}
