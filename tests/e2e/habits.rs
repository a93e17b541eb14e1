//! What is normal for a page: learned while it is checked, shown, dropped, pinned, and begun anew when it is damaged.

use crate::support::{Answer, Installation, pages};
use serde_json::Value;
use std::fmt::Write as _;

const BY: &str = "Hanako Yamada <web@city.example>";

/// A city whose news were updated three times and followed.
fn lively() -> Installation {
    let city = Installation::approved(&pages::ordinary());
    city.check("unchanged");
    let mut news = pages::NEWS.to_vec();
    for item in ["市議会定例会の日程が決まりました", "予防接種の費用を助成します", "夏祭りを開きます"]
    {
        news.insert(0, item);
        city.web.put("/top", Answer::page(pages::city(&news, "")));
        city.check("routine");
    }
    city
}

/// What was learned.
fn learned(city: &Installation) -> Value {
    city.run(&["target", "show", "top", "--json"]).ended(0).line()["learned"][0].clone()
}

/// The habit of a kind in whose sentence these words stand, or whose path ends so.
fn habit(city: &Installation, kind: &str, words: &str) -> Value {
    let learned = learned(city);
    let all = learned["habits"].as_array().expect("habits");
    let said = |one: &Value| match kind {
        "region" => one["path"].as_str().is_some_and(|path| path.ends_with(words)),
        _ => one["sentence"].as_str().is_some_and(|sentence| sentence.contains(words)),
    };
    let found = all.iter().find(|one| one["kind"] == kind && said(one));
    found.unwrap_or_else(|| panic!("{kind} {words}: {learned:#}")).clone()
}

#[test]
fn what_is_normal_is_learned_and_shown_in_both_languages() {
    let city = Installation::approved(&pages::ordinary());
    let shown = city.run(&["target", "show", "top"]).ended(0);
    assert!(shown.out.contains("learned (desktop): from 1 state since"), "from the first snapshot on: {shown:?}");
    let city = lively();
    let news = habit(&city, "region", "ul#news");
    assert_eq!((&news["count"], &news["detail"]["region"]["manners"]["grows-at-head"]), (&3.into(), &3.into()));
    assert_eq!(news["topic"]["region"]["path"], "html > body > main > ul#news");
    assert!(news["expires"].is_string() && news["example"].as_str().is_some_and(|e| e.contains("夏祭り")), "{news:#}");
    assert_eq!(habit(&city, "size", "bytes")["expires"], Value::Null);
    let english = city.run(&["target", "show", "top"]).ended(0).out;
    assert!(english.contains("items are added at the head") && english.contains("JST"), "{english}");
    let japanese = city.run(&["--language", "ja", "target", "show", "top"]).ended(0).out;
    assert!(japanese.contains("先頭に項目が追加されます") && japanese.contains("学習した内容"), "{japanese}");
}

#[test]
fn the_distance_from_the_approved_state_is_shown_and_limited() {
    let city = Installation::approved(&pages::ordinary());
    city.web.put("/top", Answer::page(pages::city(&pages::NEWS[1..], "")));
    city.check("routine");
    let learned = learned(&city);
    let text = learned["drift"]["text"].as_f64().expect("a distance");
    assert!(text > 0.01 && text < 0.3, "{learned:#}");
    assert_eq!((&learned["drift_limit"]["text"], &learned["drift_limit"]["sites"]), (&0.7.into(), &20.into()));
    let shown = city.run(&["target", "show", "top"]).ended(0).out;
    assert!(shown.contains("(at most 70 %)"), "{shown}");
    // A link farm that grows by three sites a day is followed for some days only.
    let mut links = String::new();
    for number in 1..=24 {
        let _ = write!(links, "<p>協賛: <a href=https://shop{number}.example{number}.com/>店{number}</a></p>");
        if number % 3 == 0 {
            city.web.put("/top", Answer::page(pages::city(&pages::NEWS, &links)));
            let line = city.check(if number <= 20 { "routine" } else { "review" });
            let because = line["because"].to_string();
            assert!(because.contains(&format!("new foreign sites {number} (at most 20)")), "{because}");
        }
    }
}

#[test]
fn people_drop_pin_and_release() {
    let city = lively();
    let id = habit(&city, "region", "ul#news")["id"].as_str().expect("an id").to_owned();
    let say = |word: &str, id: &str| city.run(&["target", "habit", word, "top", id, "--by", BY, "--reason", "年度末"]);
    let said = say("drop", &id[..6]).ended(0);
    assert!(said.out.contains(&id), "{said:?}");
    let dropped = habit(&city, "region", "ul#news");
    assert_eq!((&dropped["count"], &dropped["mark"]["keep"]), (&Value::Null, &"drop".into()), "{dropped:#}");
    assert_eq!((&dropped["mark"]["by"], &dropped["mark"]["reason"]), (&BY.into(), &"年度末".into()));
    city.web.put("/top", Answer::page(pages::updated()));
    city.check("routine");
    assert_eq!(habit(&city, "region", "ul#news")["count"], Value::Null, "it is not learned again");
    say("release", &id).ended(0);
    city.web.put("/top", Answer::page(pages::city(&pages::NEWS[1..], "")));
    city.check("routine");
    assert_eq!(habit(&city, "region", "ul#news")["count"], 1);
    say("pin", &id).ended(0);
    let pinned = habit(&city, "region", "ul#news");
    assert_eq!((&pinned["mark"]["keep"], &pinned["expires"]), (&"pin".into(), &Value::Null));
    let shown = city.run(&["--language", "ja", "target", "show", "top"]).ended(0).out;
    assert!(shown.contains("[固定") && shown.contains("Hanako Yamada"), "{shown}");
    assert!(say("drop", "ffffffffffff").ended(2).err.contains("target show top"));
    assert!(city.run(&["target", "habit", "pin", "top", &id, "--by", "x"]).ended(2).err.contains("--by"));
}

#[test]
fn a_pinned_title_is_no_question_any_more_and_hides_nothing() {
    let summer = pages::ordinary().replace("例示市公式ホームページ", "夏のお出かけ案内");
    let winter = pages::ordinary().replace("例示市公式ホームページ", "冬のくらし便り");
    let city = Installation::approved(&summer);
    city.check("unchanged");
    city.web.put("/top", Answer::page(winter.as_str()));
    city.check("review");
    city.run(&["baseline", "approve", "top", "--digest", &waiting(&city), "--by", BY]).ended(0);
    city.check("unchanged");
    city.web.put("/top", Answer::page(summer.as_str()));
    city.check("review");
    let id = habit(&city, "title", "夏のお出かけ案内")["id"].as_str().expect("an id").to_owned();
    city.run(&["target", "habit", "pin", "top", &id, "--by", BY]).ended(0);
    let quiet = city.check("routine");
    let because = quiet["because"].to_string();
    assert!(because.contains("learned as normal") && because.contains("pinned by Hanako"), "{because}");
    city.web.put("/top", Answer::page(summer.replace("</body>", &format!("{}</body>", pages::FRAME))));
    city.check("alarm");
    city.web.put("/top", Answer::page(summer.as_str()));
    city.check("unchanged");
    city.run(&["target", "habit", "drop", "top", &id, "--by", BY]).ended(0);
    city.check("review");
}

#[test]
fn a_special_page_teaches_nothing() {
    let city = Installation::approved(&pages::ordinary());
    city.check("unchanged");
    let before = learned(&city)["habits"].clone();
    let disaster =
        pages::city(&["避難情報: 高台へ避難してください"], "<form action=\"/anpi\"><input name=\"q\"></form>");
    city.web.put("/top", Answer::page(disaster.as_str()));
    city.check("review");
    let digest = waiting(&city);
    let approve = ["baseline", "approve", "top", "--digest", &digest, "--by", BY, "--special", "災害"];
    city.run(&approve).ended(0);
    city.check("unchanged");
    city.web.put("/top", Answer::page(pages::ordinary()));
    city.check("unchanged");
    let after = learned(&city)["habits"].clone();
    let regions =
        |habits: &Value| habits.as_array().expect("habits").iter().filter(|one| one["kind"] == "region").count();
    assert_eq!((regions(&before), regions(&after)), (0, 0), "{after:#}");
    assert!(!after.to_string().contains("避難"), "{after:#}");
}

#[test]
fn a_first_page_that_is_rejected_is_forgotten() {
    let city = Installation::watching(&[("/top", "")]);
    city.web.put("/top", Answer::page(pages::ordinary()));
    city.check("review");
    city.web.put("/top", Answer::page(pages::updated()));
    city.check("review");
    assert_eq!((&learned(&city)["states"], &habit(&city, "region", "ul#news")["count"]), (&2.into(), &1.into()));
    city.run(&["baseline", "reject", "top", "--by", BY]).ended(0);
    assert_eq!(learned(&city)["states"], Value::Null);
    city.check("alarm");
    assert_eq!(learned(&city)["states"], Value::Null);
}

/// The digest of what waits.
fn waiting(city: &Installation) -> String {
    city.run(&["baseline", "list", "--json"]).ended(1).line()["digest"].as_str().expect("a digest").to_owned()
}

#[test]
fn an_attack_teaches_nothing() {
    let city = lively();
    let before = learned(&city);
    city.web.put("/top", Answer::page(pages::infected()));
    city.check("alarm");
    city.web.put("/top", Answer::page(pages::DEFACED));
    city.check("alarm");
    city.web.put("/top", Answer::page(pages::renewed(&pages::NEWS)));
    city.check("review");
    assert_eq!(learned(&city)["habits"], before["habits"]);
}

#[test]
fn a_damaged_row_is_told_once_and_learning_begins_anew() {
    let city = lively();
    let id = habit(&city, "region", "ul#news")["id"].as_str().expect("an id").to_owned();
    city.run(&["target", "habit", "pin", "top", &id, "--by", BY]).ended(0);
    for (number, damage) in ["'{\"since\": 7'", "CAST(x'ff00' AS TEXT)", "'[]'"].into_iter().enumerate() {
        let database = rusqlite::Connection::open(city.path("data/hinomi.sqlite")).expect("the database");
        assert_eq!(database.execute(&format!("UPDATE habit SET body = {damage}"), []).expect("damaged"), 1);
        assert_eq!(learned(&city)["damaged"], true);
        city.web.put("/top", Answer::page(pages::city(&[&format!("新しいお知らせ{number}")], "")));
        city.check("routine");
        assert_eq!((&learned(&city)["damaged"], &learned(&city)["states"]), (&false.into(), &1.into()));
    }
    assert_eq!(habit(&city, "region", "ul#news")["mark"]["keep"], "pin", "what people said stays");
    let told: Vec<_> = city
        .mails_to("watch@noc.example")
        .into_iter()
        .filter(|mail| mail.text.contains("学習した内容を読み取れなかった"))
        .collect();
    assert_eq!(told.len(), 3, "{:#?}", city.mails());
}

#[test]
fn what_the_store_holds_is_replayed_with_the_settings_of_today() {
    let summer = pages::ordinary().replace("例示市公式ホームページ", "夏のお出かけ案内");
    let winter = pages::ordinary().replace("例示市公式ホームページ", "冬のくらし便り");
    let city = Installation::approved(&summer);
    city.check("unchanged");
    city.web.put("/top", Answer::page(winter.as_str()));
    city.check("review");
    city.run(&["baseline", "approve", "top", "--digest", &waiting(&city), "--by", BY]).ended(0);
    city.web.put("/top", Answer::page(winter.replace("</body>", &format!("{}</body>", pages::FRAME))));
    city.check("alarm");
    city.web.put("/top", Answer::page(winter.replace("百台分", "二百台分")));
    city.check("routine");
    let replay = |code| city.run(&["backtest", "--target", "top", "--json"]).ended(code).lines();
    let lines = replay(1);
    let verdicts: Vec<_> = lines.iter().filter_map(|line| line["verdict"].as_str()).collect();
    assert_eq!(verdicts, ["review", "alarm", "routine"], "{lines:#?}");
    let summary = lines.last().expect("a summary");
    assert_eq!((&summary["summary"]["review"], &summary["summary"]["alarm"]), (&1.into(), &1.into()));
    assert_eq!((&summary["then"]["checks"], &summary["then"]["alarm"]), (&5.into(), &1.into()), "{summary:#}");
    let told = city.run(&["backtest", "--target", "top", "--days", "30"]).ended(1).out;
    assert!(told.contains("1 alarm and 1 review in the last 30 days"), "{told}");
    let told = city.run(&["--language", "ja", "backtest", "--target", "top"]).ended(1).out;
    assert!(told.contains("警報は1件、要確認は1件"), "{told}");
    // The other settings: a title that a person pinned is no question, an attack stays one.
    let id = habit(&city, "title", "冬のくらし便り")["id"].as_str().expect("an id").to_owned();
    city.run(&["target", "habit", "pin", "top", &id, "--by", BY]).ended(0);
    let verdicts: Vec<_> =
        replay(1).into_iter().filter_map(|line| line["verdict"].as_str().map(str::to_owned)).collect();
    assert_eq!(verdicts, ["routine", "alarm", "routine"]);
    assert!(city.run(&["backtest", "--target", "nothing"]).ended(2).err.contains("target list"));
    city.run(&["backtest"]).ended(2);
}
