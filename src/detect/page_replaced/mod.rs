//! Rule `page-replaced`: nearly nothing of the approved page is left.

mod cover;
mod identity;

use super::support::{cut, shares_no_word};
use super::{Detector, Findings, Found};
use crate::model::{
    Case, Compared, Confidence, NodeId, Plane, Rule, Severity, StaticWords, Words, language as declared,
};
use identity::Kept;

/// # What it finds
///
/// A page of which most text and structure is gone at once, and with it what shows whose page it is: the name in title
/// and text, telephone number, postal code, copyright line, logo, links to its own pages. A page that shows nothing but
/// an image, where there was text. A page that is empty. A page over which a new element lies that fills the screen with
/// a picture, a frame or a short text, and one that a style hides while something new is shown instead. When the identity stays, it is a redesign or a disaster page:
/// a person looks at leisure.
///
/// # Why it matters
///
/// Two defacements in five carry none of the known phrases: a flag, a picture, a text in another language. What they
/// have in common is that the owner's page is gone.
///
/// # Example
///
/// ```html
/// <title>-</title><body bgcolor="black"><center><img src="flag.jpg"></center></body>
/// ```
///
/// # Known false alarms
///
/// A relaunch under another name, a maintenance page without the owner's name, a registered disaster page that was never
/// approved. Planned changes and approved special pages keep these quiet. A cookie notice at the edge, a dialogue that is
/// hidden until it is asked for and a picture that turns while the page loads cover nothing.
///
/// # References
///
/// Defacements of Japanese public bodies in 2000, 2010–2012; median visible text of 15,532 defaced pages: 341 letters.
pub(super) struct PageReplaced;

static RULE: Rule = Rule {
    id: "page-replaced",
    title: StaticWords { en: "Page replaced", ja: "ページの差し替え" },
    why: StaticWords {
        en: "Nearly nothing of the approved page is left. After a break-in the front page is often replaced as a whole.",
        ja: "承認済みのページの内容がほとんど残っていません。侵入後にトップページが丸ごと差し替えられる手口に見られます。",
    },
    first_step: StaticWords {
        en: "Look at the page without logging in. If it is not your page, keep copies and logs before you restore anything, and take the server's other pages into account too.",
        ja: "ログインせずにページを確認してください。自組織のページでなければ、復旧の前に写しとログを保存し、同じサーバーの他のページも確認してください。",
    },
};

/// Letters of the approved page from which on its loss says something.
const ENOUGH_TEXT: usize = 80;
/// Letters below which a page shows nothing but images.
const IMAGE_ONLY: usize = 40;

impl Detector for PageReplaced {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let Some(compared) = case.approved else { return };
        out.extend(cover::find(case));
        let Some(loss) = Loss::of(case, &compared) else { return };
        let (severity, confidence) = loss.weigh();
        let node = case.now.page.elements_named("body").map(|(id, _)| id).next().unwrap_or(NodeId::ROOT);
        let shown = case.now.page.visible_text(2_000);
        let title = case.now.page.title().unwrap_or_default();
        let evidence = format!("{} | {}", cut(&title, 120), cut(shown.trim(), 400));
        out.add(Found::new(severity, confidence, loss.words()).plane(Plane::Content).at(node).evidence(evidence));
    }
}

/// What was lost between the approved page and the new one.
#[derive(Debug)]
struct Loss {
    text_kept: f64,
    kept: Kept,
    /// The charset or the language turned into another (THREATS' D2).
    turned: bool,
    /// The title has no word of the old one (D3).
    retitled: bool,
    image_only: bool,
    empty: bool,
    /// The new page says that it is under maintenance, or that there is an emergency.
    maintenance: bool,
}

impl Loss {
    /// Measures a page that lost most of its content; none for any other.
    fn of(case: &Case, compared: &Compared) -> Option<Self> {
        let (old, new) = (compared.version.page, case.now.page);
        let had = letters(&old.visible_text(65_536));
        let has = letters(&new.visible_text(65_536));
        let difference = compared.difference;
        let lost = difference.text_kept < 0.3 && difference.nodes_kept < 0.5 && had >= ENOUGH_TEXT;
        let image_only = has < IMAGE_ONLY && had >= 200 && identity::images(new) > 0;
        let empty = had >= ENOUGH_TEXT && identity::is_empty(new);
        if !(lost || image_only || empty) {
            return None;
        }
        let (was, is) = (&compared.version.page.charset.used, &new.charset.used);
        Some(Self {
            text_kept: difference.text_kept,
            kept: identity::kept(case, old, new),
            turned: (was != is && is != "UTF-8") || language(case, compared),
            retitled: shares_no_word(&old.title(), &new.title()),
            image_only,
            empty,
            maintenance: is_maintenance(&new.visible_text(4_000)),
        })
    }

    fn weigh(&self) -> (Severity, Confidence) {
        let signs = [self.turned, self.retitled, self.kept.is_gone()].iter().filter(|sign| **sign).count();
        match self {
            _ if self.empty => (Severity::High, Confidence::Tentative),
            _ if self.kept.is_owners() => (Severity::Medium, Confidence::Firm),
            _ if self.maintenance && !self.turned => (Severity::High, Confidence::Tentative),
            _ if signs >= 2 || (self.image_only && signs >= 1) => (Severity::Critical, Confidence::Firm),
            _ if signs == 1 || self.image_only => (Severity::High, Confidence::Firm),
            _ => (Severity::Medium, Confidence::Firm),
        }
    }

    fn words(&self) -> Words {
        let share = (self.text_kept.clamp(0.0, 1.0) * 100.0).round() as u32;
        if self.empty {
            return Words::new("the page is empty", "ページが空になっています");
        }
        if self.image_only {
            return Words::new(
                "the page shows nothing but images where it had text",
                "文章のあったページが画像だけになっています",
            );
        }
        if self.kept.is_owners() {
            return Words::new(
                format!("{share} % of the page's text is left, but the owner's name and address are still there"),
                format!("ページの文章は{share}%しか残っていませんが、組織名や連絡先は残っています"),
            );
        }
        Words::new(
            format!("{share} % of the page's text is left, and what shows whose page it is has gone"),
            format!("ページの文章は{share}%しか残っておらず、どの組織のページかを示す情報も消えています"),
        )
    }
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

/// Whether the declared language turned into another.
fn language(case: &Case, compared: &Compared) -> bool {
    let old = declared(compared.version.page);
    let new = declared(case.now.page);
    old.zip(new).is_some_and(|(old, new)| old != new)
}

/// Whether a short page says that it is under maintenance, or puts an emergency before everything else.
fn is_maintenance(text: &str) -> bool {
    const WORDS: [&str; 18] = [
        "緊急情報",
        "避難指示",
        "避難情報",
        "高齢者等避難",
        "災害",
        "地震",
        "津波",
        "大雨",
        "アクセスが集中",
        "メンテナンス",
        "工事中",
        "しばらくお待ち",
        "一時停止",
        "移転しました",
        "maintenance",
        "be right back",
        "coming soon",
        "temporarily unavailable",
    ];
    let lower = text.to_lowercase();
    letters(text) < 600 && WORDS.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loss(had: usize, kept: usize) -> Loss {
        Loss {
            text_kept: 0.05,
            kept: Kept { had, kept, named: false },
            turned: false,
            retitled: false,
            image_only: false,
            empty: false,
            maintenance: false,
        }
    }

    #[test]
    fn identity_decides() {
        assert_eq!(loss(4, 3).weigh(), (Severity::Medium, Confidence::Firm));
        assert_eq!(loss(4, 0).weigh(), (Severity::High, Confidence::Firm));
        assert_eq!(Loss { retitled: true, ..loss(4, 0) }.weigh(), (Severity::Critical, Confidence::Firm));
        assert_eq!(Loss { image_only: true, ..loss(4, 0) }.weigh(), (Severity::Critical, Confidence::Firm));
        assert_eq!(Loss { maintenance: true, retitled: true, ..loss(4, 0) }.weigh().1, Confidence::Tentative);
        assert_eq!(
            Loss { maintenance: true, turned: true, retitled: true, ..loss(4, 0) }.weigh().0,
            Severity::Critical
        );
    }

    #[test]
    fn maintenance_is_short_and_says_so() {
        assert!(is_maintenance("ただいまメンテナンス中です。しばらくお待ちください。"));
        assert!(!is_maintenance("ようこそ"));
        assert!(!is_maintenance(&"メンテナンス".repeat(200)));
    }
}
