//! `hinomi target` and `hinomi config`: what goes to stdout, what to stderr, and the exit codes.

use crate::read;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

fn hinomi(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hinomi"));
    command.current_dir(folder).env("LANG", "C.UTF-8").env_remove("LC_ALL").env_remove("LC_MESSAGES").args(args);
    command.output().expect("runs")
}

fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn told_of(output: &Output) -> String {
    told(output).2
}

fn json(output: &Output) -> Vec<Value> {
    let (_, out, _) = told(output);
    out.lines().map(|line| serde_json::from_str(line).expect("JSON lines only")).collect()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("folder");
    std::fs::write(folder.path().join("targets.toml"), read("fixtures/config/targets/good.toml")).expect("write");
    folder
}

#[test]
fn a_registry_is_built_and_taken_apart_by_commands() {
    let folder = tempfile::tempdir().expect("folder");
    let run = |args: &[&str]| hinomi(folder.path(), args);
    let add = ["target", "add", "https://www.town.example/", "--organisation", "town", "--organisation-name", "例示町"];
    let added = run(&[&add[..], &["--json", "--contact", "Web <web@town.example>", "--tag", "town"]].concat());
    assert_eq!(added.status.code(), Some(0), "{added:?}");
    assert_eq!(json(&added).last().map(|line| line["added"].clone()), Some("town-example".into()));
    let again = told(&run(&["target", "add", "https://www.town.example/b", "--organisation", "tonw"]));
    assert_eq!((again.0, again.1.as_str()), (Some(2), ""));
    assert!(again.2.contains("targets.toml:") && again.2.contains("did you mean `town`"), "{}", again.2);
    let shown = json(&run(&["target", "show", "town-example", "--json"]));
    assert_eq!(shown[0]["told"][0]["mail"], "web@town.example");
    assert_eq!(json(&run(&["target", "list", "--json", "--tag", "town"])).len(), 1);
    assert_eq!(json(&run(&["target", "list", "--json", "--tag", "city"])).len(), 0);
    assert_eq!(run(&["target", "remove", "town-example"]).status.code(), Some(0));
    let missing = told(&run(&["target", "remove", "town-example"]));
    assert_eq!(missing.0, Some(2));
    assert!(missing.2.contains("no target `town-example`"), "{}", missing.2);
}

#[test]
fn lists_go_out_and_come_in() {
    let (from, to) = (folder(), tempfile::tempdir().expect("folder"));
    let out = hinomi(from.path(), &["target", "export", "--bom"]);
    std::fs::write(to.path().join("list.csv"), &out.stdout).expect("write");
    let dry = hinomi(to.path(), &["target", "import", "list.csv", "--dry-run", "--json"]);
    // The tree above the exported organisation owns no page, so that it is not in the list.
    assert!(told(&dry).2.contains("there is no organisation `example-pref`"), "{dry:?}");
    let list = told(&out).1.replace(",example-pref,", ",,");
    std::fs::write(to.path().join("list.csv"), list).expect("write");
    let added = |output: &Output| json(output).iter().filter(|line| line.get("added").is_some()).count();
    assert_eq!(added(&hinomi(to.path(), &["target", "import", "list.csv", "--dry-run", "--json"])), 2);
    assert!(!to.path().join("targets.toml").exists(), "a dry run wrote");
    assert_eq!(added(&hinomi(to.path(), &["target", "import", "list.csv", "--json"])), 2);
    let again = json(&hinomi(to.path(), &["target", "import", "list.csv", "--json"]));
    assert!(again.len() == 2 && again.iter().all(|line| line.get("skipped").is_some()), "{again:?}");
}

#[test]
fn config_check_tells_what_is_fine_and_what_is_not() {
    let folder = folder();
    let fine = told(&hinomi(folder.path(), &["config", "check"]));
    assert_eq!((fine.0, fine.2.as_str()), (Some(0), ""));
    assert!(fine.1.contains("2 targets"), "{}", fine.1);
    std::fs::write(folder.path().join("hinomi.toml"), "[fetch]\nworker = 3\n").expect("write");
    std::fs::write(folder.path().join("targets.toml"), read("fixtures/config/targets/many-at-once.toml"))
        .expect("write");
    let wrong = told(&hinomi(folder.path(), &["config", "check"]));
    assert_eq!((wrong.0, wrong.1.as_str()), (Some(2), ""));
    assert!(wrong.2.contains("hinomi.toml:2:1") && wrong.2.contains("targets.toml:10:12"), "{}", wrong.2);
    let wrong = hinomi(folder.path(), &["config", "check", "--json", "--language", "ja"]);
    let lines = json(&wrong);
    assert_eq!((wrong.status.code(), lines.len()), (Some(2), 7));
    assert_eq!(lines[0]["key"], "fetch.worker");
    assert_eq!(lines[0]["help"], "`workers` の間違いではありませんか");
}

#[test]
fn urls_that_can_never_be_fetched_are_mistakes_unless_they_are_allowed() {
    let folder = tempfile::tempdir().expect("folder");
    let run = |args: &[&str]| hinomi(folder.path(), args);
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("write");
    let target = |n: usize, url: &str| format!("[[target]]\nid = \"t{n}\"\norganisation = \"o\"\nurl = \"{url}\"\n");
    let organisation = "[[organisation]]\nid = \"o\"\nname = \"O\"\n";
    let urls = ["http://127.0.0.1/", "http://0x7f.1/", "http://10.0.0.5/", "https://www.city.example:22/"];
    let tables: String = urls.iter().enumerate().map(|(n, url)| target(n, url)).collect();
    write("targets.toml", &format!("{organisation}{tables}"));
    let wrong = run(&["config", "check", "--json"]);
    let told: Vec<_> = json(&wrong).iter().map(|m| (m["line"].clone(), m["key"].clone())).collect();
    assert_eq!(wrong.status.code(), Some(2));
    // The second is the first in another spelling: it is refused before it can be a twin.
    let places = [(7, "t0"), (11, "t1"), (15, "t2"), (19, "t3")];
    assert_eq!(told, places.map(|(line, id)| (Value::from(line), Value::from(format!("target[{id}].url")))));
    let japanese = told_of(&run(&["config", "check", "--language", "ja"]));
    assert!(japanese.contains("取得できません") && japanese.contains("allow_addresses"), "{japanese}");
    write("targets.toml", organisation);
    for url in urls {
        let refused = run(&["target", "add", url, "--organisation", "o"]);
        assert!(refused.status.code() == Some(2) && told_of(&refused).contains("never fetched"), "{refused:?}");
        write("list.csv", &format!("url,organisation\n{url},o\n"));
        let refused = told_of(&run(&["target", "import", "list.csv"]));
        assert!(refused.contains("list.csv:2:1") && refused.contains("never fetched"), "{refused}");
    }
    write("hinomi.toml", "[fetch]\nallow_addresses = [\"10.0.0.0/24\"]\nallow_ports = [22]\n");
    for url in &urls[2..] {
        assert_eq!(run(&["target", "add", url, "--organisation", "o"]).status.code(), Some(0), "{url}");
    }
    assert_eq!(run(&["config", "check"]).status.code(), Some(0));
}

#[test]
fn a_page_that_is_watched_twice_alike_is_a_mistake() {
    let folder = folder();
    let add = |more: &[&str]| {
        let fixed = ["target", "add", "https://www.town.example/", "--organisation", "example-city"];
        hinomi(folder.path(), &[&fixed[..], more].concat())
    };
    assert_eq!(add(&["--id", "first"]).status.code(), Some(0));
    let twin = add(&["--id", "second"]);
    assert!(twin.status.code() == Some(2) && told_of(&twin).contains("`first`"), "{twin:?}");
    assert_eq!(add(&["--id", "third", "--persona", "mobile"]).status.code(), Some(0), "another persona");
    assert_eq!(add(&["--id", "fourth", "--disabled"]).status.code(), Some(0), "not watched");
}

#[test]
fn naming_targets_and_their_file_at_once_works() {
    let folder = folder();
    let wrong = told(&hinomi(folder.path(), &["check", "no-such-target", "--targets", "targets.toml"]));
    assert_eq!((wrong.0, wrong.1.as_str()), (Some(2), ""), "{}", wrong.2);
    assert!(wrong.2.contains("no-such-target"), "{}", wrong.2);
}

#[test]
fn every_command_shows_an_example() {
    let commands = [
        &["target"][..],
        &["target", "add"],
        &["target", "list"],
        &["target", "show"],
        &["target", "remove"],
        &["target", "import"],
        &["target", "export"],
        &["config"],
        &["config", "check"],
    ];
    for command in commands {
        let help = told(&hinomi(Path::new("."), &[command, &["--help"]].concat()));
        assert!(
            help.0 == Some(0) && help.1.contains("Example") && help.1.contains("  hinomi "),
            "{command:?}: {}",
            help.1
        );
    }
}
