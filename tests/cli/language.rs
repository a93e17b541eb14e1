//! What people read is whole in the language that they asked for, also where something is wrong.

use crate::support::{Answer, Installation, pages};

/// Words that no Japanese line holds, but for what is a name or comes from the system.
const ENGLISH: [&str; 12] = [
    "Usage:",
    "Options:",
    "Commands:",
    "error:",
    "For more",
    " is no ",
    "cannot",
    "write ",
    " shows ",
    "waits",
    "since",
    "sent",
];

#[test]
fn help_and_mistakes_are_japanese_where_that_is_the_language() {
    let city = Installation::watching(&[("/top", "")]);
    for (arguments, code, expected) in [
        (&["target", "add", "--help"][..], 0, "使い方: hinomi target add"),
        (&["--help"], 0, "コマンド:"),
        (&["help", "baseline", "approve"], 0, "「これは当方の更新です」"),
        (&["target", "ad"], 2, "「ad」というコマンドはありません"),
        (&["scan"], 2, "次の引数が必要です"),
        (&["silence", "add", "--for", "900d", "--by", "x", "--reason", "y"], 2, "90日までです"),
        (&["baseline", "approve", "top", "--digest", "12", "--by", "x", "--reason", "y"], 2, "64桁"),
        (&["baseline", "show", "top", "--persona", "king"], 2, "どれでもありません"),
        (&["backtest", ".", "--assume", "perhaps"], 2, "approve, reject"),
        (&["target", "add", "--colour"], 2, "--colour という引数はありません"),
        (&["target", "show", "nobody"], 2, "`nobody` はありません"),
        (&["incident", "show", "0123"], 2, "インシデント「0123」はありません"),
        (&["scan", "missing.html"], 2, "読めません: ファイルまたはフォルダーがありません"),
        (&["restore", "missing.backup"], 2, "missing.backup: ファイルがありません"),
        (
            &["plan", "add", "top", "--for", "1h", "--from", "2020-01-01T00:00:00Z", "--by", "x", "--reason", "y"],
            2,
            "もう終わっています",
        ),
        (&["silence", "add", "--for", "1h", "--by", "x", "--reason", "y"], 2, "「氏名 <メールアドレス>」"),
        (&["backtest", "missing"], 2, "フォルダーではありません"),
        (&["backtest", "--target", "nobody"], 2, "`nobody` はありません"),
        (&["backtest", "--target", "top"], 0, "過去60日間の警報は0件、要確認は0件"),
        (&["target", "habit", "drop", "top", "3f9a01c2", "--by", "花子 <a@city.example>"], 2, "習慣はありません"),
        (&["target", "habit", "pin", "--help"], 0, "見られるかどうかにかかわらず保持します"),
        (&["target", "show", "top"], 0, "学習した内容 (desktop): まだありません"),
        (&["indicators", "remove", "none"], 2, "「none」という情報源はありません"),
        (&["baseline", "list"], 0, "承認待ちはありません"),
        (&["incident", "list"], 0, "インシデントはありません"),
    ] {
        let japanese: Vec<&str> = ["--language", "ja"].into_iter().chain(arguments.iter().copied()).collect();
        let ran = city.run(&japanese).ended(code);
        let said = format!("{}{}", ran.out, ran.err);
        assert!(said.contains(expected), "{arguments:?}: {said}");
        for word in ENGLISH {
            assert!(!said.contains(word), "'{word}' in what {arguments:?} says: {said}");
        }
    }
}

#[test]
fn what_waits_and_what_is_approved_is_told_in_one_language() {
    let city = Installation::approved(&pages::ordinary());
    city.web.put("/top", Answer::page(pages::renewed(&pages::NEWS)));
    city.check("review");
    let waiting = city.run(&["--language", "ja", "baseline", "list"]).ended(1).out;
    assert!(waiting.contains("から\n") && !waiting.contains("since"), "{waiting}");
    let waiting = city.run(&["--language", "en", "baseline", "list"]).ended(1).out;
    assert!(waiting.contains("since"), "{waiting}");
    assert!(!waiting.chars().any(|letter| ('\u{3040}'..'\u{a000}').contains(&letter)), "{waiting}");
}
