//! What hostile scripts cost: the CPU time of the report on each and the memory it takes, each in a process of its own.
//!
//! The bound is 250 ms and 64 MB for any one script. `cargo bench --bench hostile -- name` measures those whose name holds
//! the word.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a benchmark reads the clock and starts processes"
)]

use hinomi::script::report;
use std::process::Command;
use std::time::Duration;

/// Marks a script as one that hides something, so that it gets the most steps.
const HIDES: &str = "/*p,a,c,k,e*/";

/// Loops that never end, by what they do all the time.
const LOOPS: [(&str, &str); 34] = [
    ("loop empty", "while(true){}"),
    ("loop sums", "var s=0;for(var i=0;i<1e9;i++){s=(s+i*3)%256}"),
    ("loop sums that are followed", "var s=0;for(var i=0;i<1e9;i++){s=(s+i*3)%256;void 0}"),
    ("loop swaps", "var s=[3,1,2],j=0,x;for(;;)for(var i=0;i<3;i++){j=(j+s[i])%3;x=s[i];s[i]=s[j];s[j]=x}"),
    ("loop that is no sum", "var s=[1,2],x;for(;;)for(var i=0;i<3;i++){x=s[i]}"),
    ("loop calls", "function f(a,b){return a+b}for(;;)f(1,2)"),
    ("loop recursion", "function f(){f();f()}f()"),
    ("loop closures", "for(;;){(function(){return function(){}})()}"),
    ("loop objects", "for(;;){var o={a:1,b:{c:2}}}"),
    ("loop fields", "var o={};for(var i=0;;i++)o['k'+i]=i"),
    ("loop deletes", "var o={};for(var i=0;i<20000;i++)o['k'+i]=i;for(;;){o.x=1;delete o.x}"),
    ("loop lists", "for(;;){var a=[1,2,3,4,5,6,7,8]}"),
    ("loop push", "var a=[1];for(var i=0;i<a.length;i++)a.push(i)"),
    ("loop shift", "var a=new Array(99999);for(;;)a.push(a.shift())"),
    ("loop sort", "var a=[];for(var i=0;i<4000;i++)a.push('x'.repeat(4000)+i%7);for(;;)a.sort()"),
    ("loop join", "var a=new Array(60000);for(;;)a.join('')"),
    ("loop codes", "var s='',t='abcdefgh';for(var i=0;;i++){s=String.fromCharCode(t.charCodeAt(i%8)^3)}"),
    ("loop text", "var t='';for(;;)t+='abc'"),
    ("loop doubling", "var s='x';while(1)s+=s"),
    ("loop equal texts", "var a='a'.repeat(1e6)+'b',b='a'.repeat(1e6)+'b';for(;;)a==b"),
    ("loop numbers of texts", "var a='1'.repeat(1e6);for(;;)+a"),
    ("loop keys", "var k='k'.repeat(1e6),o={};for(;;)o[k]"),
    ("loop search", "var a='a'.repeat(1e6),b='a'.repeat(5e5)+'b';for(;;){a.indexOf(b);a.lastIndexOf(b)}"),
    ("loop replace", "var a='a'.repeat(10000);while(1){a=a.replace(/a/g,'aa')}"),
    ("loop patterns", "for(var i=0;;i++)new RegExp('(a{1,50}b?){1,40}'+i,'i').test('a')"),
    ("loop catastrophe", "var t='a'.repeat(200000)+'!';for(;;)/(a+)+$/.test(t)"),
    ("loop classes", "var t='aé'.repeat(200000);for(;;)/(?:[\\s\\S]{0,90}[a-f]){3}x/i.exec(t)"),
    ("loop captures", "var t='ab'.repeat(100000);for(;;)t.match(/(a)(b)(a?)(b?)/g)"),
    ("loop eval", "for(var i=0;;i++)eval('var x'+i+'=function(){return '+i+'}')"),
    ("loop Function", "var t='a+'.repeat(20000)+1;for(var i=0;;i++)new Function(t+i)"),
    ("loop escapes", "var t='é'.repeat(1e5);for(;;)unescape(escape(t))"),
    ("loop base64", "var t='a'.repeat(1e6);for(;;)atob(btoa(t))"),
    ("loop writes", "for(;;){document.write('<b>'+Math.random())}"),
    (
        "loop elements",
        "for(;;){var e=document.createElement('iframe');e.src='//a.example/';document.body.appendChild(e)}",
    ),
];

/// Loops around one call that takes a long text, with which each turn costs much more than it seems to.
const LONG: [&str; 22] = [
    "$(s)",
    "addEventListener(s,1)",
    "e.style.top=s",
    "e.title=s;e.title",
    "e.setAttribute(s,s)",
    "JSON.parse(s)",
    "parseFloat(s)",
    "parseInt(s)",
    "o.hasOwnProperty(s)",
    "document.getElementById(s)",
    "s in o",
    "o={[s]:1}",
    "o[s]=1",
    "window[s]=1",
    "s.length;s.charAt(7)",
    "s.split('b')",
    "s.replace(/b/,'c')",
    "s.toUpperCase()",
    "'x'.anchor(s)",
    "new Blob([s])",
    "fetch(s)",
    "document.execCommand('copy')",
];

/// Loops over what is cheap to write and dear to do.
const DEAR: [(&str, &str); 7] = [
    ("dear fill", "var a=[];a[99999]=1;for(;;)a.fill(1)"),
    ("dear radix", "for(;;)(1e300).toString(2)"),
    ("dear digits", "for(;;)(1e300).toFixed(20)"),
    (
        "dear elements",
        "var s='\"'.repeat(8000),c=[];for(var i=0;i<64;i++){var e=document.createElement('a');for(var j=0;j<64;j++)\
         e['a'+j]=s;c.push(e);for(var k=0;k<i;k++)e.appendChild(c[k])}",
    ),
    ("dear extensions", "for(var i=0;i<3000;i++)document['k'+i]=1;for(;;){for(var j=0,t=0;j<2;j++){t=t+j}}"),
    (
        "dear fields",
        "var e=document.createElement('div');for(var i=0;i<9000;i++)document.createElement('b');for(;;)\
      document.execCommand('copy')",
    ),
    ("dear growth", "var s='x'.repeat(9e5),t;for(;;){t=s;s+='y'}"),
];

/// All of them with their names.
fn scripts() -> Vec<(String, String)> {
    let mut all: Vec<_> = LOOPS.iter().map(|(name, code)| ((*name).to_owned(), format!("{HIDES}{code}"))).collect();
    all.extend(DEAR.iter().map(|(name, code)| ((*name).to_owned(), format!("{HIDES}{code}"))));
    let mut add = |name: &str, code: String| all.push((name.to_owned(), code));
    for call in LONG {
        let made = "var s='ab'.repeat(450000),o={},e=document.createElement('div')";
        add(&format!("long text: {call}"), format!("{HIDES}{made};for(;;){{{call}}}"));
    }
    let names = |count: u32| (0..count).map(|n| format!("v{n},")).collect::<String>() + "z";
    add("block that is left at once", format!("{HIDES}for(;;){{continue;{}}}", "a;".repeat(60_000)));
    add("list with much space", format!("{HIDES}for(;;)[{}1]", " ".repeat(150_000)));
    add("many names", format!("{HIDES}function f(){{var {};f()}}f();f();f()", names(24_000)));
    add("many parameters", format!("{HIDES}function f({}){{f()}}f()", names(24_000)));
    add("references without an end", format!("x='{}';eval(unescape('%61'))", "&#1".repeat(600_000)));
    add("handlers in data", format!("window.x={{a:'<b {}>'}}", "on".repeat(115_000)));
    add("tags without an end", format!("document.write('{}')", "<script".repeat(20_000)));
    add("frames without an end", format!("document.write('{}')", "<iframe src=//a.example/ ".repeat(6_000)));
    for piece in ["[", "(", "{", "a+", "-", "f(", "a?b:", "`${", "!function(){", "x=>", "if(a)", "\\x61'"] {
        add(&format!("deep {piece}"), HIDES.to_owned() + &piece.repeat(155_000 / piece.len()));
        add(&format!("deep and long {piece}"), HIDES.to_owned() + &piece.repeat((2 << 20) / piece.len()));
    }
    add("closed brackets", format!("{HIDES}{}1{}", "(".repeat(75_000), ")".repeat(75_000)));
    let words: String = (0..1_200_000).map(|n| format!("v{n}=1,")).collect();
    add("10 MB in one line", format!("{HIDES}var {words}z"));
    add("10 MB of statements", format!("{HIDES}{}", "a('b'+'c');".repeat(950_000)));
    add("a literal of 2 MB", format!("{HIDES}eval(unescape('{}'))", "%61".repeat(690_000)));
    add(
        "doubling names",
        (0..3_000).map(|n| format!("var a{}=a{n}+a{n};", n + 1)).collect::<String>().replacen(
            "var a1=",
            "var a0='xx';eval;var a1=",
            1,
        ),
    );
    add("evals in evals", format!("{HIDES}{}1{}", "eval('".repeat(200), "')".repeat(200)));
    let letter = "(![]+[])[+!![]]+([][[]]+[])[!![]+!![]]+({}+[])[!![]+!![]+!![]]+";
    add("symbols", letter.repeat(155_000 / letter.len()) + "[]");
    let call = "[][(![]+[])[+[]]+(![]+[])[!+[]+!+[]]+(![]+[])[+!+[]]+(!![]+[])[+[]]][({}+[])[5]]+";
    add("symbols that call", call.repeat(155_000 / call.len()) + "[]");
    add("lists of numbers", format!("{HIDES}var a=[{}];a.map(function(x){{return x^1}})", "1,".repeat(75_000)));
    all
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let scripts = scripts();
    if let [flag, name] = wanted.as_slice()
        && flag == "one"
    {
        let script = scripts.iter().find(|(known, _)| known == name).map_or("", |(_, code)| code);
        return one(script);
    }
    let Ok(own) = std::env::current_exe() else { return };
    let mut worst = (Duration::ZERO, 0);
    for (name, _) in scripts.iter().filter(|(name, _)| wanted.iter().all(|word| name.contains(word.as_str()))) {
        let Ok(output) = Command::new(&own).args(["one", name]).output() else { continue };
        let line = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let mut figures = line.split(' ').filter_map(|figure| figure.parse::<u64>().ok());
        let (micros, kilobytes) = (figures.next().unwrap_or(u64::MAX), figures.next().unwrap_or(u64::MAX));
        println!("{:>9.1} ms {:>8.1} MB  {name}", micros as f64 / 1e3, kilobytes as f64 / 1e3);
        worst = (worst.0.max(Duration::from_micros(micros)), worst.1.max(kilobytes));
    }
    println!("at most {:.1} ms and {:.1} MB", worst.0.as_secs_f64() * 1e3, worst.1 as f64 / 1e3);
}

/// Prints the least CPU time of three reports in microseconds, and the memory that they took at most in kilobytes.
fn one(script: &str) {
    let _ = report("eval('1')");
    let before = peak();
    let times = (0..3).map(|_| {
        let start = spent();
        drop(std::hint::black_box(report(script)));
        spent().saturating_sub(start)
    });
    let least = times.min().unwrap_or_default();
    println!("{} {}", least / 1_000, peak().saturating_sub(before));
}

/// The time that this process has spent on a processor, in nanoseconds: others may be busy too.
fn spent() -> u64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    text.split_whitespace().next().and_then(|figure| figure.parse().ok()).unwrap_or(0)
}

/// The most memory that this process held, in kilobytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|figure| figure.parse().ok()).unwrap_or(0)
}
