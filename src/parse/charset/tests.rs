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
                let label = |name: &str| Encoding::for_label(name.as_bytes());
                let believed = label(header).or(label(meta));
                if encoding == ISO_2022_JP && believed.is_some_and(|other| other != ISO_2022_JP) {
                    // Browsers read it as what is declared, and so does hinomi.
                    assert_ne!(decode(&bytes, content_type.as_deref(), false).facts.used, "ISO-2022-JP");
                    continue;
                }
                let facts = reads(&bytes, content_type.as_deref());
                assert_eq!(facts.used, encoding.name(), "header {header:?}, meta {meta:?}");
                assert_eq!(facts.replaced, 0);
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
fn what_is_declared_as_iso_2022_jp_is_read_as_browsers_read_it() {
    let hidden = "例示市のお知らせ<p title=\"\x1B$B\"a='\x1B(B\"><iframe src=//evil.example></iframe>";
    for head in ["<meta charset=iso-2022-jp>", ""] {
        let header = head.is_empty().then_some("text/html; charset=iso-2022-jp");
        let decoded = decode_owned(&format!("{head}{hidden}"), header);
        assert_eq!(decoded.1.used, "ISO-2022-JP");
        assert!(!decoded.0.contains("\"a='"), "{}", decoded.0);
    }
    assert_eq!(decode_owned(hidden, Some("text/html; charset=utf-8")).1.used, "UTF-8");
    assert_eq!(decode_owned("<p>例示市</p>", Some("text/html; charset=iso-2022-jp")).1.used, "UTF-8");
    // What looks like ISO-2022-JP, but is declared as something else, is markup to browsers.
    let veiled = format!("<meta charset=utf-8>\x1B$B<svg/onload=evil(){}\x1B(B", "$\"$$".repeat(8));
    assert_eq!(decode_owned(&veiled, None).1.used, "UTF-8");
}

fn decode_owned(text: &str, header: Option<&str>) -> (String, CharsetFacts) {
    let decoded = decode(text.as_bytes(), header, false);
    (decoded.text.into_owned(), decoded.facts)
}

#[test]
fn utf_16_is_believed_when_the_header_says_it_and_the_text_agrees() {
    let text = format!("例示市からのお知らせ{BODY}");
    for (label, encoding) in [("utf-16le", UTF_16LE), ("utf-16", UTF_16LE), ("utf-16be", UTF_16BE)] {
        let bytes: Vec<u8> = match encoding {
            e if e == UTF_16LE => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            _ => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        };
        assert_eq!(reads(&bytes, Some(&format!("text/html; charset={label}"))).used, encoding.name(), "{label}");
    }
    assert_eq!(decode(b"<p>plain text</p>", Some("text/html; charset=utf-16le"), false).facts.used, "UTF-8");
}

#[test]
fn a_start_that_looks_like_utf_16_hides_no_tags() {
    let mut bytes: Vec<u8> = "<!-- -->".repeat(80).encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.extend(b"<script src=//evil.example/x></script>");
    for header in [None, Some("text/html; charset=utf-8")] {
        assert!(decode(&bytes, header, false).text.contains("<script src="), "{header:?}");
    }
}

#[test]
fn a_sole_declaration_that_decodes_wins() {
    let korean = "<title>시청 홈페이지</title><p>새로운 소식을 알려 드립니다.</p>";
    let traditional = "<title>市政府</title><p>最新消息公告，請民眾多加利用</p>";
    let half_width = "<title>ﾚｲｼﾞ</title><p>ｵｼﾗｾｦｺﾞﾗﾝｸﾀﾞｻｲ ｺﾉﾍﾟｰｼﾞﾊｷｭｳｹｲｼｷﾃﾞｽ 市</p>";
    let thai = "<p>เทศบาลเมืองตัวอย่าง ยินดีต้อนรับ ค่ะ</p>";
    for (label, text) in [("euc-kr", korean), ("big5", traditional), ("shift_jis", half_width), ("windows-874", thai)] {
        let encoding = Encoding::for_label(label.as_bytes()).expect("a charset");
        let bytes = encoding.encode(text).0.into_owned();
        let decoded = decode(&bytes, Some(&format!("text/html; charset={label}")), false);
        assert_eq!((decoded.facts.used.as_str(), decoded.facts.guess), (encoding.name(), None), "{label}");
        assert_eq!(decoded.text, text);
    }
}

#[test]
fn a_new_declaration_is_told_as_a_turn() {
    let of = |header: &str| decode(b"<p>plain</p>", Some(&format!("text/html; charset={header}")), false).facts;
    let (utf_8, jis) = (of("utf-8"), of("iso-2022-jp"));
    assert_eq!(jis.turned(&utf_8), Some(("UTF-8", "ISO-2022-JP")));
    assert_eq!(utf_8.turned(&utf_8), None);
    let undeclared = decode(b"<p>plain</p>", None, false).facts;
    assert_eq!((utf_8.turned(&undeclared), undeclared.turned(&utf_8)), (None, None));
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
