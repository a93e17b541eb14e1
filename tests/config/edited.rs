//! Adding to and removing from `targets.toml`: every other byte stays.

use crate::{brackets_close, read};
use hinomi::config::{
    Addition, EditError, NewTarget, add_targets, change_targets, load_targets, parse_targets, remove_targets,
};
use hinomi::model::{Contact, Language, Mask, Organisation, Persona, Policy, Target};
use std::collections::BTreeSet;
use std::time::Duration;

const FILE: &str = "targets.toml";

fn good() -> String {
    read("fixtures/config/targets/good.toml")
}

fn new_target(id: &str, organisation: &str) -> NewTarget {
    let url = format!("https://{id}.example/").parse().expect("url");
    NewTarget::new(id.parse().expect("id"), organisation.parse().expect("id"), url)
}

fn removed(text: &str, ids: &[&str]) -> Result<String, EditError> {
    let ids: BTreeSet<_> = ids.iter().map(|id| id.parse().expect("id")).collect();
    remove_targets(text, FILE, &ids, &brackets_close).map(|(text, _)| text)
}

#[test]
fn what_is_added_is_read_back_and_the_rest_is_untouched() {
    let organisation = Organisation {
        id: "example-town".parse().expect("id"),
        name: "例示町 \"引用\"".to_owned(),
        parent: Some("example-pref".parse().expect("id")),
        language: Language::English,
        contacts: vec![Contact { name: "A".into(), mail: "a@town.example".into(), level: 2 }],
    };
    let target = NewTarget {
        interval: Some(Duration::from_secs(5_400)),
        enabled: Some(false),
        policy: Some(Policy::Strict),
        personas: vec![Persona::Mobile],
        masks: vec![Mask { select: "div[a=\"b\"] > p".into(), reason: "理由".into() }],
        contacts: vec![Contact { name: "B".into(), mail: "b@town.example".into(), level: 1 }],
        tags: vec!["town".into()],
        ..new_target("town-top", "example-town")
    };
    let addition = Addition { organisations: vec![organisation.clone()], targets: vec![target.clone()] };
    let (text, registry) = add_targets(&good(), FILE, &addition, &brackets_close).expect("added");
    assert!(text.starts_with(&good()), "what was there has changed");
    assert_eq!(registry.organisations.get(&organisation.id), Some(&organisation));
    let expected = Target {
        id: target.id.clone(),
        organisation: target.organisation,
        url: target.url,
        interval: Duration::from_secs(5_400),
        enabled: false,
        policy: Policy::Strict,
        personas: target.personas,
        masks: target.masks,
        contacts: target.contacts,
        tags: target.tags,
    };
    assert_eq!(registry.targets.get(&target.id), Some(&expected));
    assert_eq!(registry, parse_targets(&text, FILE, &brackets_close).expect("read back"));
}

#[test]
fn a_new_target_takes_the_defaults_of_the_file() {
    let addition = Addition { targets: vec![new_target("plain", "example-city")], ..Addition::default() };
    let (text, registry) = add_targets(&good(), FILE, &addition, &brackets_close).expect("added");
    let target = registry.targets.values().find(|t| t.id.as_str() == "plain").expect("there");
    assert_eq!(target.interval, Duration::from_secs(600));
    assert!(text.ends_with(
        "\n\n[[target]]\nid = \"plain\"\norganisation = \"example-city\"\nurl = \"https://plain.example/\"\n"
    ));
}

#[test]
fn an_addition_that_would_not_check_is_refused() {
    for (id, organisation) in [("example-city-top", "example-city"), ("fresh", "nobody")] {
        let addition = Addition { targets: vec![new_target(id, organisation)], ..Addition::default() };
        let refused = add_targets(&good(), FILE, &addition, &brackets_close);
        assert!(matches!(refused, Err(EditError::Mistakes(_))), "{id} of {organisation} was added");
    }
    let bad = read("fixtures/config/targets/unknown-key.toml");
    assert!(matches!(add_targets(&bad, FILE, &Addition::default(), &brackets_close), Err(EditError::Mistakes(_))));
}

#[test]
fn adding_and_removing_gives_the_same_bytes() {
    for text in [good(), good().replace('\n', "\r\n"), good().trim_end().to_owned() + "\n"] {
        let addition = Addition { targets: vec![new_target("x", "example-city")], ..Addition::default() };
        let (longer, _) = add_targets(&text, FILE, &addition, &brackets_close).expect("added");
        let back = removed(&longer, &["x"]).expect("removed");
        assert_eq!(back.trim_end(), text.trim_end());
        assert_eq!(longer.matches('\n').count(), longer.matches("\r\n").count().max(longer.matches('\n').count()));
        assert_eq!(text.contains("\r\n"), !longer.replace("\r\n", "").contains('\n'));
    }
}

#[test]
fn removing_takes_the_table_with_its_own_comments_and_nothing_else() {
    let text = removed(&good(), &["example-city-top"]).expect("removed");
    assert!(!text.contains("the top page") && !text.contains("visitor-counter"));
    assert!(text.contains("# 例示県と例示市\n[defaults]"));
    assert!(text.contains("]\n\n[[target]]\nid = \"example-city-news\""), "{text}");
    let none = removed(&good(), &["example-city-top", "example-city-news"]).expect("removed");
    assert!(none.ends_with("]\n\n"), "{none:?}");
}

#[test]
fn headings_and_comments_of_others_stay() {
    let text = "\
[[organisation]]
id = \"o\"
name = \"o\"
# behind the organisation

# ==== heading ====

# its own
[[target]]
id = \"a\" # beside
organisation = \"o\"
url = \"https://a.example/\"
# old = \"still its own\"

# of the next
[[target]]
id = \"b\"
organisation = \"o\"
url = \"https://b.example/\"

# last words
";
    let without_a = removed(text, &["a"]).expect("removed");
    for (words, stay) in [
        ("behind", true),
        ("heading", true),
        ("its own", false),
        ("beside", false),
        ("of the next", true),
        ("last words", true),
    ] {
        assert_eq!(without_a.contains(words), stay, "{words} in\n{without_a}");
    }
    assert!(removed(text, &["b"]).expect("removed").ends_with("\n\n# last words\n"));
}

#[test]
fn what_cannot_be_cut_safely_is_refused() {
    let inline = "organisation = [{ id = \"o\", name = \"o\" }]\ntarget = [\n  { id = \"a\", organisation = \"o\", url = \"https://a.example/\" },\n]\n";
    assert!(parse_targets(inline, FILE, &brackets_close).is_ok());
    assert!(matches!(removed(inline, &["a"]), Err(EditError::Refused(_))));
    let unknown = removed(&good(), &["example-city-tpo"]).expect_err("unknown");
    assert!(unknown.to_string().contains("did you mean `example-city-top`"), "{unknown}");
}

#[test]
fn files_are_replaced_whole_with_their_permissions_and_links_kept() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("folder");
    let (file, link) = (folder.path().join("real.toml"), folder.path().join("targets.toml"));
    std::fs::write(&file, good()).expect("write");
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o640)).expect("mode");
    std::os::unix::fs::symlink(&file, &link).expect("link");
    let addition = Addition { targets: vec![new_target("x", "example-city")], ..Addition::default() };
    change_targets(&link, |text| add_targets(text, FILE, &addition, &brackets_close)).expect("changed");
    assert!(link.is_symlink());
    assert_eq!(std::fs::metadata(&file).expect("file").permissions().mode() & 0o777, 0o640);
    assert!(load_targets(&link, &brackets_close).expect("loads").targets.len() == 3);
    assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 2, "something was left behind");
}

#[test]
fn a_file_that_somebody_else_changes_meanwhile_is_left_alone() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("targets.toml");
    std::fs::write(&file, good()).expect("write");
    let changed = change_targets(&file, |text| {
        std::fs::write(&file, "# somebody else\n").expect("write");
        Ok((format!("{text}# mine\n"), ()))
    });
    let words = changed.expect_err("refused").words();
    assert!(words.en.contains("somebody else") && words.en.contains("again"), "{words:?}");
    assert!(words.ja.contains("ほかの人") && !words.en.contains("free space"), "{words:?}");
    assert_eq!(std::fs::read_to_string(&file).expect("read"), "# somebody else\n");
    assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 1, "something was left behind");
}
