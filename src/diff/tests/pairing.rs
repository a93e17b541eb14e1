//! Siblings that resemble each other are told as edited, strangers as deleted and inserted.

use super::{Builder, version};
use crate::diff::compare;
use crate::model::*;

fn kinds(old: &mut Builder, new: &mut Builder) -> Vec<(ChangeKind, String)> {
    let changes = compare(version(&old.page()), version(&new.page())).changes;
    changes.into_iter().map(|change| (change.kind, change.path)).collect()
}

fn section<'b>(builder: &'b mut Builder, class: &str, texts: &[&str]) -> &'b mut Builder {
    builder.open("div", &[("class", class)]);
    texts.iter().for_each(|text| {
        builder.leaf("p", &[], text);
    });
    builder.close()
}

#[test]
fn the_edited_one_of_several_is_found() {
    let texts = ["市民課の窓口の混雑状況", "図書館の休館日について", "給水車の配置場所の一覧"];
    let old = &mut Builder::new();
    for text in texts {
        old.leaf("li", &[], text);
    }
    let new = &mut Builder::new();
    new.leaf("li", &[], "防災訓練を行います").leaf("li", &[], "図書館の休館日について(更新)");
    assert_eq!(
        kinds(old, new),
        [
            (ChangeKind::Update, "li[1] > text".to_owned()),
            (ChangeKind::Update, "li[2] > text".to_owned()),
            (ChangeKind::Delete, "li[3]".to_owned()),
        ],
        "the library's line stays the library's line"
    );
}

#[test]
fn a_wrapper_moves_what_it_wraps() {
    let texts = ["暮らしの手続きのご案内", "子育て支援のご案内"];
    let (old, new) = (&mut Builder::new(), &mut Builder::new());
    section(section(old, "a", &texts), "b", &["市政への参加"]);
    new.open("main", &[]);
    section(section(new, "a", &texts), "b", &["市政への参加"]);
    assert_eq!(
        kinds(old, new),
        [
            (ChangeKind::Insert, "main".to_owned()),
            (ChangeKind::Move, "main > div[1]".to_owned()),
            (ChangeKind::Move, "main > div[2]".to_owned()),
        ]
    );
}

#[test]
fn unrelated_sections_are_not_taken_for_each_other() {
    let (old, new) = (&mut Builder::new(), &mut Builder::new());
    section(old, "calendar", &["五月の催し", "六月の催し", "七月の催し"]);
    section(new, "banner", &["選挙の投票日は日曜日です", "期日前投票所", "開票速報"]);
    let told = kinds(old, new);
    assert!(told.iter().all(|(kind, _)| *kind != ChangeKind::Update), "{told:?}");
    assert_eq!(told.len(), 2);
}

#[test]
fn meta_elements_are_known_by_their_names() {
    let (old, new) = (&mut Builder::new(), &mut Builder::new());
    old.leaf("meta", &[("name", "description"), ("content", "市の公式サイト")], "");
    old.leaf("meta", &[("name", "keywords"), ("content", "市")], "");
    new.leaf("meta", &[("name", "author"), ("content", "広報課")], "");
    new.leaf("meta", &[("name", "keywords"), ("content", "市,町")], "");
    assert_eq!(
        kinds(old, new),
        [
            (ChangeKind::Delete, "meta[1]".to_owned()),
            (ChangeKind::Insert, "meta[1]".to_owned()),
            (ChangeKind::Update, "meta[2]".to_owned()),
        ]
    );
}

#[test]
fn a_long_list_is_paired_by_name_and_attributes() {
    let list = |salt: &str| {
        let mut builder = Builder::new();
        (0..200).for_each(|at| {
            builder.leaf("li", &[("class", &format!("item-{at}"))], &format!("{salt} {at} {salt}"));
        });
        builder
    };
    let told = kinds(&mut list("旧"), &mut list("新"));
    assert_eq!(told.len(), 200);
    assert!(told.iter().all(|(kind, _)| *kind == ChangeKind::Update));
}
