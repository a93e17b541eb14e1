//! Compiling and scanning: mistakes with their places, meta, pieces, limits.

use super::*;

fn file(path: &str, text: &str) -> SignatureFile {
    SignatureFile { path: path.to_owned(), text: text.to_owned(), changed: Timestamp::UNIX_EPOCH }
}

fn compiled(text: &str) -> Arc<dyn Signatures> {
    compile(&[file("a.yar", text)]).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

fn hits(signatures: &dyn Signatures, text: &[u8]) -> Vec<SignatureHit> {
    let (hits, trouble) = signatures.scan(&[text]);
    assert_eq!(trouble, None);
    hits.into_iter().map(|(_, hit)| hit).collect()
}

#[test]
fn all_mistakes_of_all_files_are_told_with_their_places() {
    let broken = "rule a {\n  condition: nothing\n}\nrule b {\n  strings: $x = /(/\n  condition: $x\n}\n";
    let files = [file("a.yar", broken), file("b.yar", "rule c { condition: true }"), file("c.yar", "規則")];
    let faults = compile(&files).expect_err("mistakes");
    let told: Vec<_> = faults.iter().map(|fault| (fault.file, &files[fault.file].text[fault.span.clone()])).collect();
    assert_eq!(told, [(0, "nothing"), (0, "("), (2, "規則")], "{faults:#?}");
    assert!(faults[0].what.contains("unknown identifier"), "{faults:#?}");
    let include =
        compile(&[file("a.yar", "include \"/etc/passwd\"\nrule a { condition: true }")]).expect_err("refused");
    assert!(include[0].what.contains("include"), "{include:#?}");
}

#[test]
fn files_do_not_disturb_each_other() {
    let gate = "global rule gate { condition: false }\nrule same { strings: $x = \"word\" condition: $x }";
    let other = "rule same { strings: $x = \"word\" condition: $x }";
    let both = compile(&[file("a.yar", gate), file("b.yar", other)]).expect("rules");
    assert_eq!((both.count(), hits(both.as_ref(), b"a word").len()), (3, 1));
    let once = compile(&[file("b.yar", other)]).expect("rules");
    assert!(once.revision() != both.revision() && once.revision() != Digest::default());
    assert_eq!(once.revision(), compile(&[file("b.yar", other)]).expect("rules").revision());
}

#[test]
fn a_hit_says_what_its_author_said_and_shows_the_place() {
    let rules = compiled(
        "rule kit { meta: description = \"例の一式\" severity = \"Critical\" strings: $a = /kit_[0-9]+/ $b = \"later\" condition: $a or $b }",
    );
    let text = format!("{}設置 kit_12 later kit_12 kit_34 {}", "あ".repeat(60), "い".repeat(60));
    let found = hits(rules.as_ref(), text.as_bytes());
    let [hit] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!((hit.name.as_str(), hit.description.as_str(), hit.severity), ("kit", "例の一式", Severity::Critical));
    assert_eq!((hit.pieces.len(), hit.at), (3, text.find("kit_12")));
    assert!(hit.excerpt.contains("設置 kit_12 later") && !hit.excerpt.contains('\u{FFFD}'), "{}", hit.excerpt);
    let plain = compiled("rule plain { meta: severity = 80 strings: $a = \"x\" condition: $a }");
    assert_eq!(hits(plain.as_ref(), b"x")[0].severity, Severity::High);
    let bare = compiled("rule bare { condition: filesize > 2 }");
    assert!(hits(bare.as_ref(), b"abc")[0].at.is_none());
}

#[test]
fn texts_are_told_apart_and_modules_for_texts_are_there() {
    let rules = compiled(
        "import \"hash\"\nimport \"math\"\nimport \"string\"\nrule known { condition: hash.sha256(0, filesize) == \"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\" }",
    );
    let (found, _) = rules.scan(&[b"y", b"x", b"z"]);
    assert_eq!(found.iter().map(|(text, _)| *text).collect::<Vec<_>>(), [1]);
}

#[test]
fn what_runs_out_of_time_is_told() {
    let rules = compiled(
        "rule slow { condition: for all i in (0..filesize - 1) : ( for all j in (0..filesize - 1) : ( uint8(i) + uint8(j) >= 0 ) ) }",
    );
    let begun = Instant::now();
    let (found, trouble) = rules.scan(&[&vec![b'a'; 1 << 20]]);
    assert_eq!((found.len(), trouble), (0, Some(SignatureTrouble::Time)));
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[test]
fn matches_and_hits_are_bounded() {
    let rules = compiled("rule many { strings: $a = \"ab\" condition: #a > 3 }");
    assert_eq!(hits(rules.as_ref(), &b"ab".repeat(1 << 20))[0].pieces.len(), 1);
    let all: String = (0..300).map(|n| format!("rule r{n} {{ condition: true }}\n")).collect();
    let (found, trouble) = compiled(&all).scan(&[b"x"]);
    assert_eq!((found.len(), trouble), (MOST_HITS, Some(SignatureTrouble::Much)));
}

/// Cost on an ordinary page; `cargo test --release --features yara cost -- --ignored --nocapture` shows it.
#[test]
#[ignore = "a measurement"]
fn cost_of_an_ordinary_page() {
    let rules: String = (0..1_000)
        .map(|n| format!("rule r{n} {{ strings: $a = \"_kit{n:04}\" $b = /eval\\(k{n}[0-9a-f]{{8}}\\)/ condition: any of them }}\n"))
        .collect();
    let page: Vec<u8> =
        b"<p>An ordinary line of a page, as cities write them.</p>\n".iter().copied().cycle().take(40_000).collect();
    for (count, text) in [(1, rules.lines().next().unwrap_or_default()), (1_000, rules.as_str())] {
        let begun = Instant::now();
        let rules = compiled(text);
        let compiling = begun.elapsed();
        let begun = Instant::now();
        (0..200).for_each(|_| drop(rules.scan(&[&page])));
        println!("{count} rules: compiled in {compiling:?}, a scan of 40 kB takes {:?}", begun.elapsed() / 200);
    }
}
