//! Exit codes: 0 nothing needs a person, 1 somebody is needed, 2 the job could not be done.

use crate::support::{Answer, Installation, pages};

#[test]
fn what_cannot_be_done_ends_with_2_and_one_message() {
    let city = Installation::watching(&[("/top", "")]);
    for (arguments, expected) in [
        (&["check", "nobody"][..], "nobody"),
        (&["scan", "missing.html"][..], "missing.html"),
        (&["diff", "missing.html", "missing.html"][..], "missing.html"),
        (&["backtest", "missing"][..], "missing"),
        (&["baseline", "approve", "top", "--by", "x"][..], "--digest"),
        (&["incident", "show", "0123"][..], "0123"),
        (&["no-such-command"][..], "no-such-command"),
        (&["--config", "/nowhere/else.toml", "--language", "xx", "doctor"][..], "xx"),
        (&["restore", "missing.backup"][..], "missing.backup"),
    ] {
        let ran = city.run(arguments).ended(2);
        assert!(ran.err.contains(expected) && ran.out.is_empty(), "{arguments:?}: {ran:#?}");
    }
}

#[test]
fn mistakes_in_files_are_all_told_with_line_and_key() {
    let city = Installation::watching(&[("/top", "interval = \"5s\"\nnonsense = 1")]);
    let ran = city.run(&["check"]).ended(2);
    for part in ["targets.toml:", "interval", "nonsense"] {
        assert!(ran.err.contains(part), "{part}: {}", ran.err);
    }
    let city = Installation::watching(&[("/top", "")]);
    city.set("[fetch2]\nx = 1");
    let ran = city.run(&["check"]).ended(2);
    assert!(ran.err.contains("hinomi.toml:") && ran.err.contains("fetch2"), "{}", ran.err);
}

/// The commands that a help text lists.
fn commands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| !line.starts_with("Commands:")).skip(1);
    let lines =
        listed.take_while(|line| !line.is_empty()).filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    lines.filter_map(|line| Some(line.split_whitespace().next()?.to_owned())).filter(|name| name != "help").collect()
}

#[test]
fn help_shows_an_example_everywhere() {
    let city = Installation::watching(&[]);
    let (mut waiting, mut seen) = (vec![Vec::<String>::new()], 0);
    while let Some(command) = waiting.pop() {
        let arguments: Vec<&str> = command.iter().map(String::as_str).chain(["--help"]).collect();
        let help = city.run(&arguments).ended(0).out;
        let own = |line: &str| line.starts_with("  hinomi ") && line.contains(&command.join(" "));
        let shown = help.contains("Example") && help.lines().any(own);
        assert!(command.is_empty() || shown, "{command:?}: {help}");
        seen += 1;
        waiting.extend(commands(&help).into_iter().map(|name| [command.clone(), vec![name]].concat()));
    }
    assert!(seen >= 42, "only {seen} commands were found");
}

#[test]
fn a_file_that_is_too_large_is_told_alike_everywhere() {
    let city = Installation::watching(&[]);
    city.write("a.html", pages::ordinary());
    let large = std::fs::File::create(city.path("large.html")).expect("a file");
    large.set_len((64 << 20) + 1).expect("a length");
    let scanned = city.run(&["scan", "--json", "a.html", "large.html"]).ended(2);
    assert_eq!(scanned.out.lines().count(), 2, "{scanned:#?}");
    assert!(scanned.out.contains("unseen"), "{scanned:#?}");
    let compared = city.run(&["diff", "a.html", "large.html"]).ended(2);
    for told in [&scanned.err, &compared.err] {
        assert!(told.contains("large.html: larger than 64 MB"), "{told}");
    }
    assert_eq!(scanned.err, compared.err);
}

#[test]
fn what_could_not_be_seen_comes_with_a_next_step() {
    let city = Installation::watching(&[("/top", "")]);
    city.web.put("/top", Answer::page("gone").status(500));
    let url = format!("HTTP{}", city.web.url("/top").trim_start_matches("http"));
    for arguments in [&["check"][..], &["scan", &url]] {
        let english = city.run(arguments).ended(1).out;
        assert!(english.contains("next: check that the page still exists"), "{arguments:?}: {english}");
        let japanese = city.run(&[arguments, &["--language", "ja"]].concat()).ended(1).out;
        assert!(japanese.contains("次の対応: このURLにページがあるか"), "{arguments:?}: {japanese}");
        let line = city.run(&[arguments, &["--json"]].concat()).ended(1).line();
        assert!(line["next"].as_str().is_some_and(|next| next.contains("page still exists")), "{line:#}");
    }
}

#[test]
fn everything_is_well_when_nothing_needs_a_person() {
    let city = Installation::approved(&pages::ordinary());
    city.check("unchanged");
    for arguments in [
        &["incident", "list"][..],
        &["baseline", "list"],
        &["baseline", "verify"],
        &["silence", "list"],
        &["plan", "list"],
    ] {
        city.run(arguments).ended(0);
    }
    let tested = city.run(&["notify", "test", "--json"]).ended(0).lines();
    assert_eq!(tested.len(), 3, "operators and two contacts: {tested:#?}");
    assert!(tested.iter().all(|line| line["sent"] == true), "{tested:#?}");
    assert_eq!(city.mails().len(), 3);
}

#[test]
fn a_record_that_was_touched_does_not_verify() {
    let city = Installation::approved(&pages::ordinary());
    let line = city.path("baselines/example-city/top.jsonl");
    let text = std::fs::read_to_string(&line).expect("the record");
    std::fs::write(&line, text.replace("Hanako", "Hacker")).expect("a file");
    let damage = city.run(&["baseline", "verify", "--json"]).ended(1).lines();
    assert!(damage[0]["path"].as_str().is_some_and(|path| path.ends_with("top.jsonl")), "{damage:#?}");
}

#[test]
fn a_backup_comes_back() {
    let city = Installation::approved(&pages::ordinary());
    let written = city.run(&["backup", "copy.sqlite", "--json"]).ended(0).line();
    assert_eq!(written["written"], "copy.sqlite");
    city.run(&["backup", "copy.sqlite"]).ended(2);
    city.web.put("/top", Answer::page(pages::infected()));
    city.check("alarm");
    let restored = city.run(&["restore", "copy.sqlite", "--json"]).ended(0).line();
    assert!(restored["restored"] == "copy.sqlite" && restored["aside"].is_string(), "{restored:#}");
    city.run(&["incident", "list", "--all"]).ended(0);
    city.check("alarm");
    city.run(&["baseline", "verify"]).ended(0);
}

#[test]
fn a_file_in_which_nothing_can_be_judged_says_so() {
    let city = Installation::watching(&[]);
    let noise: Vec<u8> = (0_u32..3_000).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    city.write("empty.html", "");
    city.write("noise.bin", noise);
    city.write("words.txt", "粗大ごみの収集日が変わります");
    let told = city.run(&["scan", "empty.html", "noise.bin", "words.txt"]).ended(1).out;
    assert_eq!(told.matches("nothing in it could be judged").count(), 2, "{told}");
    let lines = city.run(&["scan", "--json", "empty.html", "words.txt"]).ended(0).lines();
    assert!(lines[0]["reason"].is_string() && lines[1]["reason"].is_null(), "{lines:?}");
    let line = city.run(&["scan", "--json", "noise.bin"]).ended(1).line();
    assert_eq!(line["verdict"], "unseen", "{line:#}");
}

#[test]
fn a_folder_without_an_installation_is_no_clean_one() {
    let city = Installation::watching(&[]);
    std::fs::remove_file(city.path("targets.toml")).expect("the registry");
    for command in [&["baseline", "verify"][..], &["baseline", "list"], &["incident", "list"], &["backup", "b.sqlite"]]
    {
        let ran = city.run(command).ended(2);
        assert!(ran.err.contains("nothing is watched here"), "{command:?}: {ran:?}");
    }
    assert!(!city.path("data").exists(), "and nothing is made");
}

#[test]
fn a_torn_line_is_told_by_the_command_that_finds_it() {
    let city = Installation::watching(&[("/top", "")]);
    city.web.put("/top", Answer::page(pages::city(&pages::NEWS, "")));
    city.check("review");
    city.run(&["baseline", "approve", "--first", "--by", "Hanako"]).ended(2);
    city.run(&["baseline", "approve", "--first", "--by", "Hanako <web@city.example>"]).ended(0);
    city.run(&["baseline", "verify"]).ended(0);
    let line = city.path("baselines/example-city/top.jsonl");
    let whole = std::fs::read(&line).expect("the record");
    std::fs::write(&line, [&whole[..], b"{\"torn"].concat()).expect("the record");
    let told = city.run(&["baseline", "verify"]).ended(1);
    assert!(told.out.contains("top.jsonl"), "{told:?}");
    city.run(&["baseline", "verify"]).ended(0);
}
