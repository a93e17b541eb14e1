//! Slow poisoning: small changes day after day end in a question before much of the page is somebody else's, and the page's own
//! news do not.

use crate::pupil::{day, page};
use hinomi::learn::{self, Lesson};
use hinomi::model::{Habits, Verdict};
use hinomi::monitor::{About, Bodies, Read, Terms, examine, since};

/// A town's page of some eighty sentences.
fn town(news: &[String], sentences: &[String]) -> String {
    let news: String = news.iter().map(|item| format!("<li><a href=/n>{item}</a></li>")).collect();
    let text: String = sentences
        .chunks(4)
        .enumerate()
        .map(|(n, four)| format!("<section id=s{n}><p>{}</p></section>", four.join("</p><p>")))
        .collect();
    format!(
        "<html lang=ja><head><title>例示市</title></head><body><main><ul id=news>{news}</ul>{text}</main><footer>例示市役所</footer>"
    )
}

fn sentences() -> Vec<String> {
    (0..80).map(|n| format!("例示市のくらしの手続き第{n}号について、市民課の窓口でご案内しています。")).collect()
}

/// Somebody who watches a page, with states that were approved on a day.
struct Watch {
    habits: Habits,
    approved: Read<'static>,
    approved_on: i64,
}

impl Watch {
    fn new(html: &str) -> Self {
        let mut watch = Self { habits: Habits::default(), approved: page(html), approved_on: 0 };
        watch.see(html, 0);
        watch
    }

    /// What is said of a state; what is accepted teaches.
    fn see(&mut self, html: &str, on: i64) -> Verdict {
        let now = page(html);
        let bodies = &Bodies::new();
        let (approved_at, habits) = (Some(day(self.approved_on)), Some((&self.habits, day(on))));
        let terms = Terms { approved_at, habits, ..Terms::new(About::nothing(), bodies) };
        let approved = std::slice::from_ref(&self.approved);
        let examination = examine(&now, approved, &terms);
        let verdict = examination.judgement.verdict;
        if verdict <= Verdict::Routine {
            let since = since(&examination, approved);
            let lesson =
                Lesson { since, now: &now.page, url: None, organisation: None, provisional: false, at: day(on) };
            self.habits.learned = Some(learn::learn(&self.habits, &lesson));
        }
        verdict
    }

    fn approve(&mut self, html: &str, on: i64) {
        (self.approved, self.approved_on) = (page(html), on);
    }
}

/// On which day a question came when one small thing is changed a day, and which share of the text was foreign then.
fn asked(from: i64, change: impl Fn(&mut Vec<String>, usize)) -> Option<(usize, f64)> {
    let (own, mut text) = (sentences(), sentences());
    let html = |text: &[String]| town(&["お知らせ".to_owned()], text);
    let mut watch = Watch::new(&html(&own));
    (0..50).find_map(|n| {
        change(&mut text, n);
        let asks = watch.see(&html(&text), from + n as i64) > Verdict::Routine;
        let length = |all: &mut dyn Iterator<Item = &String>| all.map(String::len).sum::<usize>() as f64;
        let foreign = length(&mut text.iter().filter(|one| !own.contains(one))) / length(&mut text.iter());
        asks.then_some((n, foreign))
    })
}

#[test]
fn one_small_thing_a_day_is_asked_about_before_a_tenth_of_the_page_is_strange() {
    let spread = |text: &mut Vec<String>, n: usize| {
        text[n * 7 % 80] = format!("第{n}の新しい文章です。みなさまどうぞお読みください。");
    };
    let one_place =
        |text: &mut Vec<String>, n: usize| text[n % 8] = format!("第{n}回のごあいさつを申し上げます。ご覧ください。");
    let grown = |text: &mut Vec<String>, n: usize| {
        text.push(format!("追記その{n}。市の担当者からのお知らせをここに書きます。"));
    };
    // Right after the registration, and into a page that has been known for a month.
    for from in [1, 30] {
        for (how, found) in [("spread", asked(from, spread)), ("grown", asked(from, grown))] {
            assert!(found.is_some_and(|(_, foreign)| foreign <= 0.1), "{how} from day {from}: {found:?}");
        }
        let found = asked(from, one_place);
        assert!(found.is_none_or(|(day, _)| day >= 5), "{found:?}");
    }
}

#[test]
fn news_in_a_place_that_was_usual_at_the_approval_are_followed() {
    let news =
        |n: usize| (0..30).map(|k| format!("お知らせ第{}号を市の掲示板に掲載しました", n + 30 - k)).collect::<Vec<_>>();
    let text = sentences();
    let mut watch = Watch::new(&town(&news(0), &text));
    let reviews: Vec<i64> = (1..60)
        .filter(|&on| {
            let html = town(&news(on as usize), &text);
            let asks = watch.see(&html, on) > Verdict::Routine;
            if asks {
                watch.approve(&html, on);
            }
            asks
        })
        .collect();
    assert!(reviews.len() <= 2, "{reviews:?}");
    // What a person then pins is usual at once; what nobody vouched for is not.
    let strange: Vec<String> = text.iter().map(|_| "見知らぬ文章がここにあります。".to_owned()).collect();
    let half: Vec<String> = strange.iter().take(30).chain(text.iter().skip(30)).cloned().collect();
    assert_eq!(watch.see(&town(&news(60), &half), 61), Verdict::Review);
}
