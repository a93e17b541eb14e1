//! Tables of strings as obfuscator.io leaves them: a list that is turned round until a sum is right, read by a function
//! that decodes what it gives and keeps it.

use super::seed::{Seed, TURNED, base64};

/// How the strings of a table are coded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Plain,
    Base64,
    Rc4,
}

/// A table with the program that reads it.
pub(crate) fn script(seed: &mut Seed, coding: Coding) -> String {
    let address = seed.address();
    Table::new(seed, coding).written(seed, &address)
}

struct Table {
    coding: Coding,
    strings: Vec<String>,
    keys: Vec<String>,
    /// What is taken off an index.
    offset: i64,
    /// The places of the strings that begin with a number, and those numbers.
    sums: Vec<(usize, i64)>,
}

impl Table {
    fn new(seed: &mut Seed, coding: Coding) -> Self {
        let table = Self {
            coding,
            strings: Vec::new(),
            keys: Vec::new(),
            offset: 100 + seed.below(400) as i64,
            sums: Vec::new(),
        };
        (0..6).fold(table, |mut table, at| {
            let number = (at + 1) * (1 + seed.below(90_000) as i64);
            let text = format!("{number}{}", seed.letters("ABCDEFGHIJKLMNOPQRSTUVWXYZqwerty", 6));
            let place = table.add(seed, &text);
            table.sums.push((place, number));
            table
        })
    }

    fn add(&mut self, seed: &mut Seed, text: &str) -> usize {
        self.strings.push(text.to_owned());
        self.keys.push(seed.letters("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@#$%^&*()[]", 4));
        self.strings.len() - 1
    }

    /// The call that reads a string.
    fn read(&self, reader: &str, place: usize) -> String {
        let index = self.offset + place as i64;
        match self.coding {
            Coding::Rc4 => format!("{reader}({index:#x},'{}')", self.keys[place]),
            _ => format!("{reader}({index:#x})"),
        }
    }

    fn said(&mut self, seed: &mut Seed, reader: &str, text: &str) -> String {
        let place = self.add(seed, text);
        self.read(reader, place)
    }

    fn coded(&self, place: usize) -> String {
        let text = &self.strings[place];
        match self.coding {
            Coding::Plain => text.clone(),
            Coding::Base64 => base64(text.as_bytes(), TURNED).trim_end_matches('=').to_owned(),
            Coding::Rc4 => {
                let mixed: String =
                    rc4(text.as_bytes(), self.keys[place].as_bytes()).into_iter().map(char::from).collect();
                base64(mixed.as_bytes(), TURNED).trim_end_matches('=').to_owned()
            }
        }
    }

    /// The program: it makes an element and puts it into the page; names and the address come from the table.
    fn program(&mut self, seed: &mut Seed, reader: &str, address: &str) -> String {
        let (alias, page, made) = (seed.name(), seed.name(), seed.name());
        let mut said = |seed: &mut Seed, text: &str| self.said(seed, &alias, text);
        let tag = seed.pick(&["script", "iframe"]);
        let create = said(seed, "createElement");
        let tag = said(seed, tag);
        let src = said(seed, "src");
        let (first, last) = address.split_at(8 + seed.below(6));
        let address = format!("{}+{}", said(seed, first), said(seed, last));
        let (body, append) = (said(seed, "body"), said(seed, "appendChild"));
        for _ in 0..seed.below(12) {
            let filler = seed.name();
            said(seed, &filler);
        }
        format!(
            "var {alias}={reader},{page}=document,{made}={page}[{create}]({tag});{made}[{src}]={address};\
             {page}[{body}][{append}]({made});"
        )
    }

    /// The expression that is right only when the list stands in order, and its value.
    fn sum(&self, reader: &str) -> (String, i64) {
        let part = |at: usize| {
            let (place, number) = self.sums[at];
            (format!("parseInt({})/{:#x}", self.read(reader, place), at + 1), number / (at as i64 + 1))
        };
        let parts: Vec<_> = (0..6).map(part).collect();
        let value = -parts[0].1 + parts[1].1 * parts[2].1 + -parts[3].1 + parts[4].1 * -parts[5].1;
        let [a, b, c, d, e, f] = [0, 1, 2, 3, 4, 5].map(|at| &parts[at].0);
        (format!("-{a}+{b}*({c})+-{d}+{e}*(-{f})"), value)
    }

    fn written(mut self, seed: &mut Seed, address: &str) -> String {
        let stem = format!("a{}_0x", seed.below(3));
        let mut names: Vec<String> = (0..40).map(|_| seed.name()).collect();
        names[0] = format!("{stem}{}", seed.letters("0123456789abcdef", 4));
        names[1] = format!("{stem}{}", seed.letters("0123456789abcdef", 4)) + "r";
        let program = self.program(seed, &names[1], address);
        let (sum, value) = self.sum(&names[2]);
        let count = self.strings.len();
        let turned = 1 + seed.below(count - 1);
        let listed: Vec<String> = (0..count).map(|at| self.coded((at + count - turned) % count)).collect();
        let list: Vec<String> = listed.iter().map(|text| format!("'{text}'")).collect();
        names[3] = format!("{:#x}", self.offset);
        let table = format!("function $0(){{var $4=[{}];$0=function(){{return $4;}};return $0();}}", list.join(","));
        let turn = "(function($5,$6){var $2=$1,$7=$5();while(!![]){try{var $8=SUM;if($8===$6)break;else $7@push($7@shift());}\
                    catch($9){$7@push($7@shift());}}}($0,VALUE));";
        let turn = turn.replace("SUM", &sum).replace("VALUE", &format!("{value}"));
        let reader = match self.coding {
            Coding::Plain => PLAIN.to_owned(),
            Coding::Base64 => CODED.replace("MIX", "").replace("DECODE", "$12"),
            Coding::Rc4 => CODED.replace("MIX", RC4).replace("DECODE", "$13"),
        };
        let mut parts = [table, turn, reader];
        parts.rotate_left(seed.below(3));
        let whole = parts.join("") + &program;
        // The list and the sum hold no marks of the template: their texts come from alphabets without `$`, `@` and `#`.
        self.filled(seed, &whole, &names)
    }

    /// Keys may hold the marks of a template: they are put in last.
    fn filled(&self, seed: &mut Seed, whole: &str, names: &[String]) -> String {
        let mark = |at: usize| format!("KEY{at}KEY");
        let hidden =
            self.keys.iter().enumerate().fold(whole.to_owned(), |text, (at, key)| {
                text.replace(&format!("'{key}'"), &format!("'{}'", mark(at)))
            });
        let filled = seed.filled(&hidden, names);
        self.keys
            .iter()
            .enumerate()
            .fold(filled, |text, (at, key)| text.replace(&format!("'{}'", mark(at)), &format!("'{key}'")))
    }
}

const PLAIN: &str = "function $1($20,$21){var $22=$0();return $1=function($23,$24){$23=$23-$3;var $25=$22[$23];return $25;},$1($20,$21);}";

/// The reader with base64, and with what mixes on top of it.
const CODED: &str = "function $1($20,$21){var $22=$0();return $1=function($23,$24){$23=$23-$3;var $25=$22[$23];\
if($1['once']===undefined){var $12=function($26){var $27='abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=';\
var $28='',$29='',$10=$28+$12;for(var $30=#0,$31,$32,$33=#0;$32=$26@charAt($33++);~$32&&($31=$30%#4?$31*#64+$32:$32,$30++%#4)?\
$28+=$10@charCodeAt($33+#10)-#10!==#0?String@fromCharCode(#255&$31>>(-#2*$30&#6)):$30:#0){$32=$27@indexOf($32);}\
for(var $34=#0,$35=$28@length;$34<$35;$34++){$29+='%'+('00'+$28@charCodeAt($34)@toString(#16))@slice(-#2);}\
return decodeURIComponent($29);};MIX$1['read']=DECODE,$20=arguments,$1['once']=!![];}\
var $14=$22[#0],$15=$23+$14,$16=$20[$15];return!$16?($1['seen']===undefined&&($1['seen']=!![]),\
$25=$1['read']($25,$24),$20[$15]=$25):$25=$16,$25;},$1($20,$21);}";

const RC4: &str = "var $13=function($36,$37){var $38=[],$39=#0,$17,$18='';$36=$12($36);var $19;\
for($19=#0;$19<#256;$19++){$38[$19]=$19;}for($19=#0;$19<#256;$19++){$39=($39+$38[$19]+$37@charCodeAt($19%$37@length))%#256,\
$17=$38[$19],$38[$19]=$38[$39],$38[$39]=$17;}$19=#0,$39=#0;for(var $11=#0;$11<$36@length;$11++){$19=($19+#1)%#256,\
$39=($39+$38[$19])%#256,$17=$38[$19],$38[$19]=$38[$39],$38[$39]=$17,\
$18+=String@fromCharCode($36@charCodeAt($11)^$38[($38[$19]+$38[$39])%#256]);}return $18;};";

/// The cipher that such tables are mixed with.
fn rc4(text: &[u8], key: &[u8]) -> Vec<u8> {
    let mut state: Vec<u8> = (0..=255).collect();
    let mut other = 0_usize;
    for at in 0..256 {
        other = (other + usize::from(state[at]) + usize::from(key[at % key.len()])) % 256;
        state.swap(at, other);
    }
    let (mut at, mut other) = (0_usize, 0_usize);
    text.iter()
        .map(|byte| {
            at = (at + 1) % 256;
            other = (other + usize::from(state[at])) % 256;
            state.swap(at, other);
            byte ^ state[(usize::from(state[at]) + usize::from(state[other])) % 256]
        })
        .collect()
}
