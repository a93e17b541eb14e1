//! Each charset under right, wrong, contradicting and missing declarations.

use super::*;
use encoding_rs::{GBK, WINDOWS_1252};
use proptest::prelude::*;

const BODY: &str = "<title>例示市公式ホームページ</title><p>市長の部屋、くらしの情報、入札・契約のお知らせをご覧ください。\
    このページでは、防災情報（地震・津波・台風）についてまとめています。カタカナ表記のサービス。①㈱髙﨑</p>";
const JIS_BODY: &str =
    "<title>例示市公式ホームページ</title><p>市長の部屋、くらしの情報、入札・契約のお知らせをご覧ください。</p>";

fn encoded(encoding: &'static Encoding, head: &str) -> Vec<u8> {
    let body = if [ISO_2022_JP, EUC_JP].contains(&encoding) { JIS_BODY } else { BODY };
    let text = format!("<!doctype html><html><head>{head}</head>{body}");
    match encoding {
        e if e == UTF_16LE => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        e if e == UTF_16BE => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        _ => encoding.encode(&text).0.into_owned(),
    }
}

fn reads(bytes: &[u8], content_type: Option<&str>) -> CharsetFacts {
    let decoded = decode(bytes, content_type, false);
    let read = decoded.text.contains(BODY) || decoded.text.contains(JIS_BODY);
    assert!(read, "{:?}: {}", decoded.facts, decoded.text);
    decoded.facts
}

#[test]
fn every_charset_reads_under_every_declaration() {
    let charsets = [UTF_8, SHIFT_JIS, EUC_JP, ISO_2022_JP, UTF_16LE, UTF_16BE];
    let declarations = ["", "utf-8", "shift_jis", "euc-jp", "iso-2022-jp", "iso-8859-1", "gb2312", "nonsense"];
    for encoding in charsets {
        for header in declarations {
            for meta in declarations {
                let head = if meta.is_empty() { String::new() } else { format!("<meta charset={meta}>") };
                let bytes = encoded(encoding, &head);
                let content_type = (!header.is_empty()).then(|| format!("text/html; charset={header}"));
                let facts = reads(&bytes, content_type.as_deref());
                assert_eq!(facts.used, encoding.name(), "header {header:?}, meta {meta:?}");
                assert_eq!(facts.replaced, 0);
                let label = |name: &str| Encoding::for_label(name.as_bytes());
                let differs = |name: &str| label(name).is_some_and(|e| e != encoding);
                let wide = is_utf_16(&encoding);
                assert_eq!(facts.disagrees(), differs(header) || (!wide && differs(meta)), "{header:?} {meta:?}");
            }
        }
    }
}

#[test]
fn the_guess_runs_only_when_it_is_needed() {
    for encoding in [UTF_8, SHIFT_JIS, EUC_JP] {
        let name = encoding.name();
        let bytes = encoded(encoding, &format!("<meta charset={name}>"));
        assert_eq!(reads(&bytes, None).guess, None, "{name}");
        assert_eq!(reads(&bytes, Some(&format!("text/html;charset={name}"))).guess, None, "{name}");
        assert!(reads(&encoded(encoding, ""), None).guess.is_some(), "{name}");
    }
}

#[test]
fn marks_count_unless_the_text_is_another() {
    let text = format!("<meta charset=shift_jis>{BODY}");
    let with_mark = [b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat();
    let facts = reads(&with_mark, Some("text/html; charset=euc-jp"));
    assert_eq!((facts.used.as_str(), facts.bom.as_deref()), ("UTF-8", Some("UTF-8")));
    assert!(facts.disagrees());
    let pasted = [b"\xEF\xBB\xBF".as_slice(), &encoded(SHIFT_JIS, "<meta charset=shift_jis>")].concat();
    assert_eq!(reads(&pasted, None).used, "Shift_JIS");
    for (mark, encoding) in [(b"\xFF\xFE", UTF_16LE), (b"\xFE\xFF", UTF_16BE)] {
        let bytes = [mark.as_slice(), &encoded(encoding, "<meta charset=utf-8>")].concat();
        assert_eq!(reads(&bytes, Some("text/html; charset=utf-8")).used, encoding.name());
    }
}

#[test]
fn broken_characters_are_counted_and_change_nothing() {
    for encoding in [UTF_8, SHIFT_JIS, EUC_JP] {
        let mut bytes = encoded(encoding, &format!("<meta charset={}>", encoding.name()));
        bytes.extend(b"<p>\xFF</p>");
        let facts = reads(&bytes, None);
        assert_eq!(facts.used, encoding.name());
        assert!(facts.replaced >= 1);
    }
}

#[test]
fn a_cut_character_is_no_error() {
    for encoding in [UTF_8, SHIFT_JIS, EUC_JP] {
        let bytes = encoded(encoding, "").repeat(3);
        for cut in 0..6 {
            let bytes = &bytes[..bytes.len() - 6 - cut];
            let decoded = decode(bytes, None, true);
            assert_eq!((decoded.facts.used.as_str(), decoded.facts.replaced), (encoding.name(), 0), "{cut}");
        }
    }
}

#[test]
fn other_languages_keep_their_declaration() {
    let (french, chinese) =
        ("<p>Les élèves français été à Noël, où ça</p>", "<p>我们的网站已经更新，请访问新的主页。谢谢大家的支持</p>");
    let french = WINDOWS_1252.encode(french).0.into_owned();
    assert_eq!(decode(&french, Some("text/html; charset=iso-8859-1"), false).facts.used, "windows-1252");
    let chinese = GBK.encode(chinese).0.into_owned();
    assert_eq!(decode(&chinese, Some("text/html; charset=gb2312"), false).facts.used, "GBK");
}

#[test]
fn markup_cannot_hide_behind_an_escape() {
    let page = b"<meta charset=utf-8>\x1B$B<script>alert(1)</script><p>abcdefghijklmnop\x1B(B";
    assert!(decode(page, None, false).text.contains("<script>"));
}

proptest! {
    #[test]
    fn any_bytes_give_text(bytes in proptest::collection::vec(any::<u8>(), 0..600), cut: bool) {
        let _ = decode(&bytes, Some("text/html; charset=shift_jis"), cut);
        let _ = decode(&bytes, None, cut);
    }
}
