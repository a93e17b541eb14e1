//! Signatures of the analysts' own: refused with the right words, in force on pages, scripts and decoded layers, read again.

use crate::support::Installation;

#[cfg(not(feature = "yara"))]
#[test]
fn a_build_without_yara_says_so_and_how_to_build_one() {
    let city = Installation::watching(&[("/top", "")]);
    city.set("[check]\nsignatures = \"signatures\"");
    for arguments in [&["config", "check"][..], &["check"], &["scan", "hinomi.toml"]] {
        let refused = city.run(arguments).ended(2);
        for part in ["check.signatures", "hinomi.toml:", "built without YARA", "--features yara"] {
            assert!(refused.err.contains(part), "{part}: {refused:?}");
        }
    }
    let refused = city.run(&["config", "check", "--language", "ja"]).ended(2);
    assert!(refused.err.contains("YARA を含めずに") && refused.err.contains("--features yara"), "{refused:?}");
}

#[cfg(feature = "yara")]
mod with_yara {
    use super::Installation;
    use crate::running::{Running, log, until};
    use crate::support::{Answer, Service, Web, pages, quick};
    use hinomi::model::{Persona, SignatureFile, Signatures, Verdict};
    use hinomi::monitor::Thoroughness;
    use jiff::{SignedDuration, Timestamp};
    use serde_json::Value;
    use std::sync::Arc;
    use std::time::Duration;

    const KIT: &str = "rule kit_of_the_week {\n  meta:\n    description = \"今週の一式\"\n  strings:\n    $a = /w_kit_[0-9a-f]{8}/\n  condition:\n    $a\n}\n";
    const MENU: &str =
        "(function () { var menu = document.getElementById('menu'); if (menu) { menu.hidden = false; } })();\n";

    /// A city whose page is approved, with a folder of signatures.
    fn city() -> Installation {
        let city = Installation::watching(&[("/top", "")]);
        city.web.put("/top", Answer::page(pages::city(&pages::NEWS, "")));
        city.web.put("/js/menu.js", Answer::script(MENU));
        city.set("[check]\nsignatures = \"signatures\"");
        std::fs::create_dir(city.path("signatures")).expect("a folder");
        city.write("signatures/kit.yar", KIT);
        city.check("review");
        city.run(&["baseline", "approve", "--first", "--by", "Hanako <web@city.example>"]).ended(0);
        city.check("unchanged");
        city
    }

    fn hit(seen: &Value) -> &Value {
        let findings = seen["findings"].as_array().expect("findings");
        let found = findings.iter().find(|finding| finding["rule"] == "analyst-signature");
        found.unwrap_or_else(|| panic!("nothing is told: {seen:#}"))
    }

    #[test]
    fn a_linked_script_that_fits_alarms() {
        let city = city();
        city.web.put("/js/menu.js", Answer::script([MENU, "var theme = 'w_kit_7f3a21bc';\n"].concat()));
        let seen = city.check("alarm");
        let hit = hit(&seen);
        assert_eq!(
            (&hit["location"]["path"], &hit["location"]["line"]),
            (&city.web.url("/js/menu.js").into(), &2.into())
        );
        let mails = city.mails_to("web@city.example");
        let [mail] = mails.as_slice() else { panic!("{mails:#?}") };
        for part in ["kit_of_the_week", "今週の一式", "w_kit_7f3a21bc"] {
            assert!(mail.text.contains(part), "{part}: {}", mail.text);
        }
    }

    #[test]
    fn a_decoded_layer_that_fits_alarms_and_scan_and_explain_say_the_same() {
        let city = city();
        let hidden: String = "document.title='w_kit_7f3a21bc'".bytes().map(|byte| format!("%{byte:02x}")).collect();
        let script = format!("<script>eval(unescape('{hidden}'));</script>");
        let page = pages::city(&pages::NEWS, &script);
        city.web.put("/top", Answer::page(page.clone()));
        let seen = city.check("alarm");
        assert!(hit(&seen)["decoded"].as_str().is_some_and(|text| text.contains("w_kit_7f3a21bc")), "{seen:#}");
        city.write("page.html", page);
        hit(&city.run(&["scan", "--json", "page.html"]).ended(1).line());
        let explained = city.run(&["script", "explain", "page.html"]).ended(1);
        assert!(explained.out.contains("kit_of_the_week"), "{explained:?}");
        city.write("approved.html", pages::city(&pages::NEWS, ""));
        hit(&city.run(&["diff", "--json", "approved.html", "page.html"]).ended(1).line());
    }

    #[test]
    fn broken_rules_are_told_with_file_line_and_column_all_at_once() {
        let city = city();
        city.write("signatures/a.yar", "rule a {\n  condition: nothing\n}\n");
        city.write("signatures/b.yara", "rule b {\n  strings: $x = /(/\n  condition: $x\n}\n");
        city.write("signatures/.hidden.yar", "nonsense");
        for arguments in [&["config", "check"][..], &["check"], &["scan", "hinomi.toml"], &["backtest", "signatures"]] {
            let refused = city.run(arguments).ended(2);
            for part in
                ["signatures/a.yar:2:14", "unknown identifier `nothing`", "signatures/b.yara:2:18", "unclosed group"]
            {
                assert!(refused.err.contains(part), "{part}: {}", refused.err);
            }
            assert!(!refused.err.contains("hidden"), "{}", refused.err);
        }
        let lines = city.run(&["config", "check", "--json"]).ended(2).lines();
        assert_eq!((lines.len(), &lines[0]["line"], &lines[0]["column"]), (2, &2.into(), &14.into()), "{lines:#?}");
        let refused = city.run(&["config", "check", "--language", "ja"]).ended(2);
        assert!(refused.err.contains("YARA のルールに誤りがあります"), "{}", refused.err);
        for name in ["a.yar", "b.yara"] {
            std::fs::remove_file(city.path("signatures").join(name)).expect("a file");
        }
        let fine = city.run(&["config", "check"]).ended(0);
        assert!(fine.out.contains("1 signatures"), "{fine:?}");
    }

    #[test]
    fn a_running_service_takes_a_changed_folder_up_and_keeps_the_old_ones_over_broken_ones() {
        let city = city();
        let running = Running::start(&city);
        until("the signatures are in force", || log(&city).contains("signatures=1"));
        city.write("signatures/more.yar", "rule more { strings: $a = \"w_more\" condition: $a }");
        until("the service has taken the folder up", || log(&city).contains("signatures=2"));
        city.write("signatures/more.yar", "rule more { condition: }");
        until("the service tells", || log(&city).contains("the old ones stay in force"));
        assert!(log(&city).contains("more.yar:1:24"), "{}", log(&city));
        until("the operators are told", || {
            city.mails_to("watch@noc.example").iter().any(|mail| mail.text.contains("more.yar:1:24"))
        });
        assert_eq!(running.stop(), Some(0));
    }

    #[test]
    fn a_service_begins_without_broken_signatures_and_says_so() {
        let city = city();
        city.write("signatures/kit.yar", "rule kit { condition: }");
        let running = Running::start(&city);
        until("the service tells", || log(&city).contains("watched WITHOUT signatures"));
        city.write("signatures/kit.yar", KIT);
        until("they are mended", || log(&city).contains("signatures=1"));
        assert_eq!(running.stop(), Some(0));
    }

    fn compiled(changed: Timestamp) -> Arc<dyn Signatures> {
        let file = SignatureFile { path: "kit.yar".to_owned(), text: KIT.to_owned(), changed };
        hinomi::signatures::compile(&[file]).expect("rules")
    }

    async fn usual(service: &Service) -> Verdict {
        service.check_as("top", Persona::Desktop, Thoroughness::Usual).await.verdict
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn an_approved_page_is_looked_at_again_under_new_signatures_and_quiet_once_approved_again() {
        let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
        let page = pages::city(&pages::NEWS, "<p data-theme=\"w_kit_7f3a21bc\">お知らせ</p>");
        web.put("/top", Answer::page(page).header("ETag", "\"page\""));
        let targets = [("top".to_owned(), web.url("/top"))];
        let service = Service::open(folder.path(), &targets, Duration::from_secs(300), quick()).await;
        service.check("top").await;
        service.approve("top").await;
        assert_eq!(service.check("top").await.verdict, Verdict::Unchanged);
        service.world.set_signatures(compiled(Timestamp::now()));
        assert_eq!(
            usual(&service).await,
            Verdict::Review,
            "the approval is older than the signature, the answer a 304"
        );
        service.approve("top").await;
        assert_eq!(service.check("top").await.verdict, Verdict::Unchanged, "now the approval is the younger one");
        let later = Timestamp::now() + SignedDuration::from_secs(1);
        service.world.set_signatures(compiled(later));
        assert_eq!(usual(&service).await, Verdict::Review, "the signature was changed since");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn new_signatures_reach_a_script_that_is_approved_and_has_not_changed() {
        let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
        web.put("/top", Answer::page(pages::city(&pages::NEWS, "")).header("ETag", "\"page\""));
        let script = [MENU, "var theme = 'w_kit_7f3a21bc';\n"].concat();
        web.put("/js/menu.js", Answer::script(script).header("ETag", "\"menu\""));
        let targets = [("top".to_owned(), web.url("/top"))];
        let service = Service::open(folder.path(), &targets, Duration::from_secs(300), quick()).await;
        service.check("top").await;
        service.approve("top").await;
        assert_eq!(service.check("top").await.verdict, Verdict::Unchanged);
        service.world.set_signatures(compiled(Timestamp::now()));
        let report = service.check_as("top", Persona::Desktop, Thoroughness::Usual).await;
        assert_eq!(report.verdict, Verdict::Review, "{report:#?}");
        let found = report.findings.iter().find(|finding| finding.rule == "analyst-signature").expect("a finding");
        assert_eq!(found.location.as_ref().map(|place| place.path.clone()), Some(web.url("/js/menu.js")));
        assert_eq!(service.check("top").await.verdict, Verdict::Review, "it stays until somebody decides");
        service.approve("top").await;
        assert_eq!(service.check("top").await.verdict, Verdict::Unchanged);
    }
}
