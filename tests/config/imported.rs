//! CSV in and out: all rows or none, all mistakes at once.

use crate::{brackets_close, read};
use hinomi::config::{
    Import, Mistakes, add_targets, change_targets, export_csv, load_import, load_targets, parse_targets, read_import,
    target_json,
};
use hinomi::model::{Language, Registry};

fn registry() -> Registry {
    parse_targets(&read("fixtures/config/targets/good.toml"), "targets.toml", &brackets_close).expect("good")
}

fn import(text: &str) -> Result<Import, Mistakes> {
    read_import(text, "list.csv", &registry(), &brackets_close)
}

fn ids(import: &Import) -> Vec<&str> {
    import.addition.targets.iter().map(|target| target.id.as_str()).collect()
}

/// What `targets.toml` holds after an import.
fn imported(text: &str) -> Registry {
    let addition = import(text).unwrap_or_else(|m| panic!("{m}")).addition;
    let before = read("fixtures/config/targets/good.toml");
    add_targets(&before, "targets.toml", &addition, &brackets_close).unwrap_or_else(|e| panic!("{e}")).1
}

#[test]
fn rows_become_targets_and_new_organisations() {
    let text = "\u{FEFF}id,organisation,organisation_name,parent,url,interval,tags,contacts\r\n\
        town-top,example-town,例示町,example-pref,https://www.town.example/,15m,town;海辺,\"広報 <pr@town.example>; Head <head@town.example> (2)\"\r\n\
        ,example-town,,,https://www.town.example/kouhou/index.html,,,\r\n\
        ,,別の村,,https://www.vill.betsu.example.jp/,,,\r\n\
        ,,別の村,,https://www.vill.betsu.example.jp/a?b=1,,,\r\n\
        ,example-city,,,https://news.city.example/,,,\r\n";
    let registry = imported(text);
    let found = |id: &str| registry.targets.values().find(|target| target.id.as_str() == id).expect(id);
    let top = found("town-top");
    assert_eq!(top.interval.as_secs(), 900);
    assert_eq!(top.tags, ["town", "海辺"]);
    let contacts: Vec<_> = top.contacts.iter().map(|c| (c.name.as_str(), c.mail.as_str(), c.level)).collect();
    assert_eq!(contacts, [("広報", "pr@town.example", 1), ("Head", "head@town.example", 2)]);
    let town = registry.owner(top).expect("owner");
    assert_eq!(
        (town.name.as_str(), town.parent.as_ref().map(hinomi::model::OrganisationId::as_str)),
        ("例示町", Some("example-pref"))
    );
    assert_eq!(found("town-example-kouhou-index-html").interval.as_secs(), 600, "the default of the file");
    let village = found("vill-betsu-example-jp-a-b-1");
    assert_eq!(village.organisation.as_str(), "vill-betsu-example-jp");
    assert_eq!(found("news-city-example").organisation.as_str(), "example-city");
    assert_eq!(registry.targets.len(), 7);
    assert_eq!(registry.organisations.len(), 4);
}

#[test]
fn a_header_may_be_japanese() {
    let import =
        import("団体名,アドレス,タグ\n例示村,https://www.vill.example/,村\n").unwrap_or_else(|m| panic!("{m}"));
    assert_eq!(ids(&import), ["vill-example"]);
    assert_eq!(import.addition.organisations[0].name, "例示村");
}

#[test]
fn all_bad_rows_are_told_at_once_and_nothing_is_taken() {
    let text = read("fixtures/config/import/bad-rows.csv");
    let mistakes = import(&text).map(drop).expect_err("refused");
    let told = |language| mistakes.render(language, false);
    insta::assert_snapshot!(
        "import-bad-rows",
        format!("{}\n----\n{}", told(Language::English), told(Language::Japanese))
    );
    let rows: Vec<_> = mistakes.iter().map(|m| m.key.split('.').next().unwrap_or_default().to_owned()).collect();
    for row in 2..=16 {
        assert!(rows.contains(&format!("row[{row}]")), "row {row} is not told: {rows:?}");
    }
}

#[test]
fn bad_headers_are_told() {
    for (text, word) in [
        ("", "empty"),
        ("\n\n", "empty"),
        ("id,organisation\na,b\n", "no column `url`"),
        ("url,colour\n", "unknown column `colour`"),
        ("ulr\n", "did you mean `url`"),
        ("url,url\n", "twice"),
        ("id;organisation;url\n", "commas"),
        ("id\torganisation\turl\n", "commas"),
    ] {
        let told = import(text).map(drop).expect_err(text).to_string();
        assert!(told.contains(word), "{text:?}: {told}");
    }
}

#[test]
fn rows_are_counted_as_spreadsheets_do_and_lines_as_editors_do() {
    let text = "url,organisation_name\n\n\"https://a.example/\",\"a\nb\"\n,x\n";
    let mistakes = import(text).map(drop).expect_err("refused");
    let places: Vec<_> = mistakes.iter().map(|m| (m.line, m.column, m.key.as_str())).collect();
    assert_eq!(places, [(3, 2, "row[3].organisation_name"), (5, 1, "row[4].url")]);
}

#[test]
fn what_is_registered_is_skipped_when_it_is_the_same_and_told_when_it_is_not() {
    let head = "id,organisation,url,interval\n";
    let same = "example-city-top,example-city,https://www.city.example/,5m\n";
    let by_url = ",example-city,https://www.city.example/,\n";
    let import_of = |rows: &str| import(&format!("{head}{rows}"));
    for rows in [same, by_url] {
        let import = import_of(rows).unwrap_or_else(|m| panic!("{m}"));
        assert_eq!(import.addition, hinomi::config::Addition::default());
        assert_eq!(
            import.skipped.iter().map(|(row, id)| (*row, id.as_str())).collect::<Vec<_>>(),
            [(2, "example-city-top")]
        );
    }
    for (rows, word) in [
        (same.replace("5m", "10m"), "registered already, with other content"),
        (by_url.replace("/,", "/,1h"), "registered already, with other content"),
        (same.replace("example-city-top", "other"), "is the target `example-city-top` already"),
        ("a,example-city,https://a.example/,\na,example-city,https://b.example/,\n".into(), "stands in row 2 already"),
        (
            ",example-city,https://a.example/,5m\n,example-city,https://a.example/,6m\n".into(),
            "stands in row 2 already",
        ),
    ] {
        let told = import_of(&rows).map(drop).expect_err(&rows).to_string();
        assert!(told.contains(word), "{rows}: {told}");
    }
    let twice =
        import_of("a,example-city,https://a.example/,\na,example-city,https://a.example/,\n").expect("same twice");
    assert_eq!((ids(&twice), twice.skipped.len()), (vec!["a"], 1));
}

#[test]
fn ids_made_from_urls_never_collide() {
    let long = "x".repeat(100);
    let rows: String = (0..50).map(|at| format!("https://a.example/{long}{at},example-city\n")).collect();
    let import =
        import(&format!("url,organisation\n{rows}https://a.example/?,example-city\nhttps://a.example/,example-city\n"))
            .unwrap_or_else(|m| panic!("{m}"));
    let mut all = ids(&import);
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 52);
}

#[test]
fn a_list_in_another_encoding_says_how_to_save_it() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("list.csv");
    for (bytes, word) in [(&b"url,\x93\x96\n"[..], "CSV UTF-8"), (b"\xff\xfeu\0r\0l\0", "UTF-16")] {
        std::fs::write(&file, bytes).expect("write");
        let told = load_import(&file, &registry(), &brackets_close).map(drop).expect_err("refused").to_string();
        assert!(told.contains(word), "{told}");
    }
}

#[test]
fn two_thousand_rows_go_in_and_come_out_again() {
    let folder = tempfile::tempdir().expect("folder");
    let (csv, toml) = (folder.path().join("list.csv"), folder.path().join("targets.toml"));
    let rows: String = (0..2_000).map(|at| format!("例示{at}市,https://www.city{at}.example/,=evil;市\n")).collect();
    std::fs::write(&csv, format!("organisation_name,url,tags\n{rows}")).expect("write");
    change_targets(&toml, |text| {
        let registry = parse_targets(text, "targets.toml", &brackets_close)?;
        let import = load_import(&csv, &registry, &brackets_close)?;
        add_targets(text, "targets.toml", &import.addition, &brackets_close)
    })
    .unwrap_or_else(|e| panic!("{e}"));
    let registry = load_targets(&toml, &brackets_close).unwrap_or_else(|m| panic!("{m}"));
    assert_eq!((registry.targets.len(), registry.organisations.len()), (2_000, 2_000));
    let out = export_csv(&registry).expect("export");
    let again = read_import(&out, "again.csv", &registry, &brackets_close).unwrap_or_else(|m| panic!("{m}"));
    assert_eq!((again.skipped.len(), again.addition.targets.len()), (2_000, 0));
}

#[test]
fn what_is_exported_can_be_imported_elsewhere() {
    let registry = registry();
    let out = export_csv(&registry).expect("export");
    let elsewhere = Registry { targets: Default::default(), ..registry.clone() };
    let import = read_import(&out, "out.csv", &elsewhere, &brackets_close).unwrap_or_else(|m| panic!("{m}"));
    for target in &import.addition.targets {
        let original = registry.targets.get(&target.id).expect("known");
        assert_eq!(target.url, original.url);
        assert_eq!(target.interval, Some(original.interval));
        assert_eq!(target.policy, Some(original.policy));
        assert_eq!(
            (&target.personas, &target.tags, &target.contacts),
            (&original.personas, &original.tags, &original.contacts)
        );
    }
    assert_eq!(import.addition.targets.len(), 2);
}

#[test]
fn no_cell_is_a_formula() {
    let mut registry = registry();
    for organisation in registry.organisations.values_mut() {
        organisation.name = "=HYPERLINK(\"https://evil.example\")".to_owned();
    }
    let out = export_csv(&registry).expect("export");
    assert!(out.contains("'=HYPERLINK"));
    assert!(!out.split(['\n', ',']).any(|cell| cell.trim_matches('"').starts_with('=')), "{out}");
    let again = read_import(&out, "out.csv", &registry, &brackets_close).unwrap_or_else(|m| panic!("{m}"));
    assert_eq!(again.skipped.len(), 2);
}

#[test]
fn json_tells_a_target_with_its_owner() {
    let registry = registry();
    let target = registry.targets.values().find(|t| t.id.as_str() == "example-city-top").expect("there");
    let json = target_json(&registry, target);
    assert_eq!(json["target"], "example-city-top");
    assert_eq!(json["organisation"]["parent"], "example-pref");
    assert_eq!((&json["interval"], &json["policy"]), (&"5m".into(), &"strict".into()));
    assert_eq!(json["masks"][0]["select"], "#visitor-counter");
}

#[test]
fn the_shipped_registry_survives_the_way_out_and_in() {
    let shipped = load_targets(&crate::root("targets.toml"), &brackets_close).unwrap_or_else(|m| panic!("{m}"));
    let out = export_csv(&shipped).expect("export");
    let addition =
        read_import(&out, "out.csv", &Registry::default(), &brackets_close).unwrap_or_else(|m| panic!("{m}")).addition;
    let (_, again) = add_targets("", "targets.toml", &addition, &brackets_close).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(again, shipped);
}
