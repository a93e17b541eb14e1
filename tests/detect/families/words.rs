//! The decoders of pseudo-Darkleech: a hidden element holds what looks like words or numbers, and a script beside it turns
//! them into code that it runs behind computed names.

use super::seed::Seed;

/// The hidden element and its script.
pub(crate) fn markup(seed: &mut Seed) -> String {
    let address = seed.address();
    let end = seed.end(&address);
    markup_of(seed, &end)
}

/// The same for any code.
pub(crate) fn markup_of(seed: &mut Seed, end: &str) -> String {
    let count = 4 + seed.below(14);
    let id = seed.letters("abcdefghijklmnopqrstuvwxyz", count);
    let (text, decoder) = match seed.below(5) {
        0 => pairs(seed, end),
        1 => decimals(seed, end),
        2 => groups(seed, end),
        3 => short_words(seed, end),
        _ => lengths(seed, end),
    };
    let hidden = match seed.below(3) {
        0 => "display:none".to_owned(),
        1 => format!("position: absolute; top: -16{:02}px; left: -1{:03}px", seed.below(100), seed.below(1000)),
        _ => format!("position:absolute;left:-1{:03}px;top:-16{:02}px;", seed.below(1000), seed.below(100)),
    };
    let element = match seed.below(3) {
        0 => {
            let class = seed.name();
            format!("<style>.{class}{{display:none}}</style><div id=\"{id}\" class=\"{class}\">{text}</div>")
        }
        1 => format!("<span id='{id}' style='{hidden}'>{text}</span>"),
        _ => format!("<div id=\"{id}\" style=\"{hidden}\">{text}</div>"),
    };
    let mut names: Vec<String> = (0..12).map(|_| seed.name()).collect();
    names[0] = id;
    let start = stuffed(seed, &names[10], "constructor");
    let read = seed_content(seed);
    let content = stuffed(seed, &names[11], read);
    let run = seed.pick(&["[]['filter'][$10]($5)()", "[][$10][$10]($5)()", "[][$10][$10]('return eval')()($5)"]);
    let read = seed.pick(&["document@getElementById('$0')[$11]", "document@querySelector('\\x23$0')[$11]"]);
    let body = seed.filled(&format!("var $1={read},$5='';{decoder}{run};"), &names);
    let whole = format!("{start}{content}{body}");
    let script = if seed.flip() { whole } else { format!("(function(){{{whole}}})();") };
    format!("{element}<script>{script}</script>")
}

fn seed_content(seed: &mut Seed) -> &'static str {
    seed.pick(&["innerHTML", "textContent", "innerText"])
}

/// A text put together letter by letter, most of them escaped.
fn stuffed(seed: &mut Seed, name: &str, text: &str) -> String {
    let mut out = format!("var {name}=\"\";");
    for letter in text.chars() {
        match seed.below(4) {
            0 => out.push_str(&format!("{name}+=\"{letter}\";")),
            _ => out.push_str(&format!("{name}+=\"\\x{:02x}\";", letter as u32)),
        }
    }
    out
}

/// Marks and figures between the letters that mean nothing.
fn strewn(seed: &mut Seed, letters: &str) -> String {
    let mut out = String::new();
    for letter in letters.chars() {
        out.push(letter);
        match seed.below(7) {
            0 => out.push(' '),
            1 => out.push_str(seed.pick(&[". ", ", ", " 26 ", "; ", " - "])),
            2 => out.push_str(seed.pick(&[" z", "y ", "x", " w "])),
            _ => {}
        }
    }
    out
}

/// Two letters for each unit, the others strewn in.
fn pairs(seed: &mut Seed, end: &str) -> (String, String) {
    let letters: String =
        end.bytes().flat_map(|byte| [byte >> 4, byte & 15]).map(|half| char::from(b'a' + half)).collect();
    let clean = "$1=$1@replace(/[^a-p]/g,'');";
    let turn = "for(var $2=#0;$2<$1@length;$2+=#2){$5+=String@fromCharCode(($1@charCodeAt($2)-#97)*#16+$1@charCodeAt($2+#1)-#97);}";
    let by_hand = "for(var $2=#0,$3=-#1;$2<$1@length;$2++){var $4=$1@charCodeAt($2)-#97;if($4<#0||$4>#15)continue;\
                   if($3<#0){$3=$4;}else{$5+=String@fromCharCode($3<<#4|$4);$3=-#1;}}";
    let decoder = if seed.flip() { format!("{clean}{turn}") } else { by_hand.to_owned() };
    (strewn(seed, &letters), decoder)
}

/// Decimals joined by a mark.
fn decimals(seed: &mut Seed, end: &str) -> (String, String) {
    let (mark, more) = (seed.pick(&[';', ',', ' ', '-']), seed.below(700));
    let text: Vec<String> = end.bytes().map(|byte| (usize::from(byte) + more).to_string()).collect();
    let decoder = match seed.below(3) {
        0 => {
            format!("var $2=$1@split('{mark}');for(var $3=#0;$3<$2@length;$3++)$5+=String@fromCharCode($2[$3]-{more});")
        }
        1 => format!("$1@split('{mark}')@forEach(function($3){{$5+=String@fromCharCode(parseInt($3,#10)-{more});}});"),
        _ => format!(
            "var $2=$1@match(/\\d+/g),$3=#0;while($3<$2@length){{$5=$5+String@fromCharCode(Number($2[$3++])-{more});}}"
        ),
    };
    (text.join(&mark.to_string()), decoder)
}

/// A figure and a letter for each unit: `12a-3b`.
fn groups(seed: &mut Seed, end: &str) -> (String, String) {
    let base = 5 + seed.below(20);
    let group =
        |byte: u8| format!("{}{}", usize::from(byte) / base, char::from(b'a' + (usize::from(byte) % base) as u8));
    let text: Vec<String> = end.bytes().map(group).collect();
    let decoder = format!(
        "var $2=$1@split('-');for(var $3 in $2){{var $4=$2[$3];\
         $5+=String@fromCharCode(parseInt($4)*{base}+$4@charCodeAt($4@length-#1)-#97);}}"
    );
    (text.join("-"), decoder)
}

/// Words of one to three letters, each a number in base 26; words with figures or marks mean nothing.
fn short_words(seed: &mut Seed, end: &str) -> (String, String) {
    let more = seed.below(800);
    let mut words = Vec::new();
    for byte in end.bytes() {
        let mut number = usize::from(byte) + more;
        let mut word = Vec::new();
        while number > 0 {
            word.insert(0, char::from(b'a' + (number % 26) as u8));
            number /= 26;
        }
        words.push(word.into_iter().collect::<String>());
        if seed.below(5) == 0 {
            words.push(seed.pick(&["26", "k.", "9", "ca,", "7b"]).to_owned());
        }
    }
    let decoder = format!(
        "var $2=$1@split(' ');for(var $3=#0;$3<$2@length;$3++){{if(/[^a-z]/@test($2[$3]))continue;var $4=#0;\
         for(var $6=#0;$6<$2[$3]@length;$6++)$4=$4*#26+$2[$3]@charCodeAt($6)-#97;$5+=String@fromCharCode($4-{more});}}"
    );
    (words.join(" "), decoder)
}

/// The lengths of words: two words for each unit.
fn lengths(seed: &mut Seed, end: &str) -> (String, String) {
    let halves = end.bytes().flat_map(|byte| [byte >> 4, byte & 15]);
    let words: Vec<String> = halves.map(|half| seed.letters("abcdefghilmnorstu", 1 + usize::from(half))).collect();
    let decoder = "var $2=$1@split(/\\s+/),$3;for($3=#0;$3+#1<$2@length;$3+=#2){$5+=String@fromCharCode(($2[$3]@length-#1)*#16+($2[$3+#1]@length-#1));}";
    (words.join(" "), decoder.to_owned())
}
