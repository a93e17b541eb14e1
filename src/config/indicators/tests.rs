//! Every format with what is taken, left out and refused.

use super::*;
use proptest::prelude::*;

fn now() -> Timestamp {
    "2026-11-01T00:00:00Z".parse().expect("a time")
}

fn read(text: &str) -> IndicatorFile {
    read_indicators(text.as_bytes(), now()).unwrap_or_else(|why| panic!("{why}: {text}"))
}

fn values(file: &IndicatorFile) -> Vec<&str> {
    file.indicators.iter().map(|indicator| indicator.value.as_str()).collect()
}

#[test]
fn a_plain_list_with_comments() {
    let file =
        read("# feed of the day\nevil.example\n\nhxxp://bad[.]example/kit/ # landing\n192.0.2.7\ncom\nevil.example\n");
    assert_eq!(file.format, IndicatorFormat::List);
    assert_eq!(values(&file), ["evil.example", "bad.example/kit/", "192.0.2.7"]);
    assert_eq!((file.refused, file.told[0].0.en.as_str()), (1, "line 6"));
    assert!(file.indicators.iter().all(|indicator| indicator.since == now()));
}

#[test]
fn a_hosts_file() {
    let file = read(
        "127.0.0.1 localhost\n::1 ip6-localhost\n0.0.0.0 evil.example www.evil.example # two\n0.0.0.0 bad.example\n",
    );
    assert_eq!(file.format, IndicatorFormat::Hosts);
    assert_eq!(values(&file), ["bad.example", "evil.example", "www.evil.example"]);
    assert_eq!(file.refused, 0);
}

#[test]
fn tables_with_a_header_in_a_comment_or_without_one() {
    let header = "id,dateadded,url,url_status,threat\n1,2026-10-02 10:00:00,http://evil.example/a.exe,online,malware\n";
    let commented = format!("# feed\n# {header}");
    let bare = "\"1\",\"2026-10-02\",\"http://evil.example/a.exe\",\"online\"\n";
    for text in [header, &commented, bare] {
        let file = read(text);
        assert_eq!((file.format, values(&file)), (IndicatorFormat::Csv, vec!["evil.example/a.exe"]), "{text}");
    }
    let known = read(header);
    let first = known.indicators.first().expect("one");
    assert_eq!((first.since.to_string().as_str(), first.note.as_str()), ("2026-10-02T10:00:00Z", "malware"));
    let ended = read("indicator,valid_until\nevil.example,2026-10-31\nbad.example,2026-12-31\n");
    assert_eq!((values(&ended), ended.left_out), (vec!["bad.example"], 1));
}

#[test]
fn a_stix_bundle() {
    let file = read(
        r#"{"type":"bundle","id":"bundle--1","objects":[
        {"type":"indicator","id":"indicator--1","name":"kit","pattern_type":"stix","valid_from":"2026-09-01T00:00:00Z",
         "pattern":"[domain-name:value = 'evil.example'] OR [url:value = 'https://bad.example/x' AND ipv4-addr:value = '192.0.2.9']"},
        {"type":"indicator","id":"indicator--2","pattern":"[file:hashes.'SHA-256' = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa']"},
        {"type":"indicator","id":"indicator--3","revoked":true,"pattern":"[domain-name:value = 'old.example']"},
        {"type":"indicator","id":"indicator--4","pattern_type":"yara","pattern":"rule x { condition: true }"},
        {"type":"indicator","id":"indicator--5","pattern":"[email-addr:value = 'a@b.example']"},
        {"type":"malware","id":"malware--1","name":"x"}]}"#,
    );
    assert_eq!(file.format, IndicatorFormat::Stix);
    assert_eq!(file.indicators.len(), 4);
    assert_eq!((file.left_out, file.refused), (3, 0));
    let host = file.indicators.iter().find(|one| one.value == "evil.example").expect("the host");
    assert_eq!((host.note.as_str(), host.since.to_string().as_str()), ("kit", "2026-09-01T00:00:00Z"));
}

#[test]
fn what_asks_for_more_than_a_host_is_left_out() {
    let taken = |pattern: &str| {
        let object = serde_json::json!({"type": "indicator", "id": "indicator--1", "pattern": pattern});
        let fallback = serde_json::json!({"type": "indicator", "id": "indicator--2", "pattern": "[domain-name:value = 'a.example']"});
        let file = read(&serde_json::json!({"type": "bundle", "objects": [object, fallback]}).to_string());
        (values(&file).len() - 1, file.left_out)
    };
    assert_eq!(taken("[domain-name:value = 'b.example' AND network-traffic:dst_port = 443]"), (0, 1));
    assert_eq!(taken("[domain-name:value = 'b.example'] FOLLOWEDBY [file:name = 'x.exe']"), (0, 1));
    assert_eq!(taken("[domain-name:value = 'b.example' OR file:name = 'x.exe']"), (1, 0));
    assert_eq!(taken("[url:value = 'https://b.example/AND']"), (1, 0));
}

#[test]
fn a_range_of_addresses_is_refused() {
    let file = read("evil.example\n203.0.113.0/24\n2001:db8::/32\n192.0.2.9/x\n");
    assert_eq!((file.indicators.len(), file.refused), (2, 2));
}

#[test]
fn misp_events_in_each_wrapping() {
    let event = r#"{"Event":{"info":"campaign","Attribute":[
        {"type":"domain","value":"evil.example","to_ids":true,"timestamp":"1790000000"},
        {"type":"ip-dst|port","value":"192.0.2.9|443"},
        {"type":"url","value":"hxxp://bad[.]example/x","to_ids":false},
        {"type":"md5","value":"d41d8cd98f00b204e9800998ecf8427e"}],
        "Object":[{"Attribute":[{"type":"hostname","value":"c2.example.net","comment":"c2"}]}]}}"#;
    for text in [event.to_owned(), format!("[{event}]"), format!("{{\"response\":[{event}]}}")] {
        let file = read(&text);
        assert_eq!((file.format, file.left_out), (IndicatorFormat::Misp, 2), "{text}");
        assert_eq!(values(&file), ["c2.example.net", "evil.example", "192.0.2.9"]);
    }
}

#[test]
fn files_without_indicators_say_why() {
    let error = |bytes: &[u8]| read_indicators(bytes, now()).expect_err("nothing").to_string();
    assert!(error(b"").contains("no indicator"));
    assert!(error(b"\xff\xfe\x00").contains("UTF-8"));
    assert!(error(b"{\"a\": 1}").contains("neither a STIX bundle nor MISP"));
    assert!(error("これは 文章 です\n".as_bytes()).contains("line 1"));
    let deep = [b"[".repeat(100_000), b"{".to_vec()].concat();
    assert!(read_indicators(&deep, now()).is_err());
}

proptest! {
    #[test]
    fn any_text_is_read_within_bounds(text in "(?s).{0,400}") {
        let _ = read_indicators(text.as_bytes(), now());
    }

    #[test]
    fn what_is_read_is_read_the_same_again(name in "[a-z]{1,12}(\\.[a-z]{2,8}){1,2}/?[a-z]{0,6}") {
        if let Ok((kind, text)) = value::read(&name) {
            prop_assert_eq!(value::read(&text), Ok((kind, text)));
        }
    }
}
