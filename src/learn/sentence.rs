//! A habit in one sentence: what, where, how often, an example, and when it is forgotten.

use super::calendar::usual;
use super::size::joined;
use crate::model::{
    AnchorKind, Detail, Extent, Habit, Habits, HostUse, Learned, Manner, StaticWords, Topic, Words, counted, japan_day,
};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Updates from which on their hours say something.
const FEW: u16 = 3;

/// The whole of a habit; of one that is known only by a person's mark what it is about.
pub(super) fn sentence(habits: &Habits, topic: &Topic, habit: Option<&Habit>, expires: Option<Timestamp>) -> Words {
    let learned = habits.learned.as_ref();
    let subject = subject(topic, habit);
    let more =
        [habit.and_then(place), habit.map(|habit| often(habit, learned)), habit.and_then(example), expires.map(until)];
    more.into_iter().flatten().fold(subject, |all, more| Words {
        en: format!("{}; {}", all.en, more.en),
        ja: format!("{}。{}", all.ja, more.ja),
    })
}

fn words(en: String, ja: String) -> Words {
    Words { en, ja }
}

fn subject(topic: &Topic, habit: Option<&Habit>) -> Words {
    let detail = habit.map_or(&Detail::None, |habit| &habit.detail);
    match (topic, detail) {
        (Topic::Region { path }, Detail::Region { manners, .. }) => {
            let way = way(manners);
            words(format!("{path}: {}", way.en), format!("{path}: {}", way.ja))
        }
        (Topic::Region { path }, _) => words(format!("{path} changes"), format!("{path} が変わります")),
        (Topic::Host { host, usage: HostUse::Link }, _) => {
            words(format!("the page links to {host}"), format!("{host} へのリンクがあります"))
        }
        (Topic::Host { host, usage: HostUse::Picture }, _) => {
            words(format!("the page shows pictures of {host}"), format!("{host} の画像を表示します"))
        }
        (Topic::Title(title), _) => words(format!("the title is “{title}”"), format!("タイトルは「{title}」です")),
        (Topic::Language(language), _) => {
            words(format!("the declared language is {language}"), format!("言語指定は {language} です"))
        }
        (Topic::Anchor { kind, value }, _) => anchor(*kind, value),
        (Topic::Size, Detail::Size { now, before, .. }) => size(before.map_or(*now, |before| joined(*now, before))),
        (Topic::Vocabulary, Detail::Words(known)) => vocabulary(known),
        (Topic::Hours, Detail::Hours { hours, days }) if hours.iter().sum::<u16>() >= FEW => updates(hours, days),
        (Topic::Size, _) => words("the size of the page".to_owned(), "ページの大きさ".to_owned()),
        (Topic::Vocabulary, _) => words("the words of the page".to_owned(), "ページの語彙".to_owned()),
        (Topic::Hours, _) => words("the hours of updates".to_owned(), "更新の時間帯".to_owned()),
    }
}

/// The ways in which a region changes, the usual one first.
fn way(manners: &BTreeMap<Manner, u32>) -> Words {
    let mut by_count: Vec<(&Manner, &u32)> = manners.iter().collect();
    by_count.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let said: Vec<StaticWords> = by_count.into_iter().take(3).map(|(manner, _)| manner_words(*manner)).collect();
    let join = |gap: &str, of: fn(&StaticWords) -> &'static str| said.iter().map(of).collect::<Vec<_>>().join(gap);
    words(join(", or ", |said| said.en), join("、または", |said| said.ja))
}

const fn manner_words(manner: Manner) -> StaticWords {
    let (en, ja) = match manner {
        Manner::GrowsAtHead => ("items are added at the head", "先頭に項目が追加されます"),
        Manner::GrowsAtEnd => ("items are added at the end", "末尾に項目が追加されます"),
        Manner::Rolls => ("items come in at one end and old ones go", "新しい項目が入り、古い項目が消えます"),
        Manner::Exchanges => ("items come and go", "項目が入れ替わります"),
        Manner::Shuffles => ("the same items come in another order", "同じ項目の順序が変わります"),
        Manner::Counts => ("a date, a time or a counter changes", "日付・時刻・カウンターの数字が変わります"),
        Manner::Rewrites => ("the text changes", "文章が変わります"),
        Manner::Rotates => ("the picture changes", "画像が切り替わります"),
        Manner::Alternates => ("one of a few variants is shown", "いくつかの版のどれかが表示されます"),
        Manner::Redresses => ("attributes without effect change", "作用のない属性が変わります"),
    };
    StaticWords { en, ja }
}

fn anchor(kind: AnchorKind, value: &str) -> Words {
    let (en, ja) = match kind {
        AnchorKind::Name => ("the page carries the name", "名称"),
        AnchorKind::Phone => ("the page carries the telephone number", "電話番号"),
        AnchorKind::PostalCode => ("the page carries the postal code", "郵便番号"),
        AnchorKind::Address => ("the page carries the address", "住所"),
        AnchorKind::Copyright => ("the page carries the copyright line", "著作権表示"),
        AnchorKind::Logo => ("the page shows the logo", "ロゴ"),
        AnchorKind::Footer => ("the footer reads", "フッター"),
    };
    words(format!("{en} “{value}”"), format!("{ja}「{value}」が表示されています"))
}

fn size(extent: Extent) -> Words {
    let Extent { text, nodes } = extent;
    words(
        format!("{} to {} bytes of visible text in {} to {} nodes", text.0, text.1, nodes.0, nodes.1),
        format!("表示文字列は{}〜{}バイト、ノード数は{}〜{}です", text.0, text.1, nodes.0, nodes.1),
    )
}

fn vocabulary(known: &BTreeMap<String, Timestamp>) -> Words {
    let some: Vec<&str> = known.keys().take(12).map(String::as_str).collect();
    let count = known.len();
    words(
        format!("{count} words that nearly every state has, as {}", some.join(", ")),
        format!("ほぼ常に現れる語が{count}個あります(例: {})", some.join("、")),
    )
}

fn updates(hours: &[u16; 24], days: &[u16; 7]) -> Words {
    let (from, to) = usual(hours);
    let weekend = u32::from(days[5]) + u32::from(days[6]);
    let all: u32 = days.iter().map(|count| u32::from(*count)).sum();
    let (on, on_ja) = if weekend == 0 && all >= 10 { (" on weekdays", "平日の") } else { ("", "") };
    match (from, to) {
        (0, 24) => words(format!("updates come at any hour{on}"), format!("更新は{on_ja}時間を問わず行われます")),
        _ => words(
            format!("four updates in five come{on} between {from}:00 and {to}:00 JST"),
            format!("更新の8割は{on_ja}{from}時から{to}時(日本時間)に行われます"),
        ),
    }
}

/// How often it was seen, and since when.
fn often(habit: &Habit, learned: Option<&Learned>) -> Words {
    let (count, since, last) = (habit.count, japan_day(habit.first), japan_day(habit.last));
    let of = learned.map_or(count, |learned| match habit.topic {
        Topic::Region { .. } | Topic::Hours => learned.compared.max(count),
        _ => learned.lessons.max(count),
    });
    let every = every(habit);
    words(
        format!("seen in {count} of {} since {since}{}, last on {last}", counted(of as usize, "state"), every.en),
        format!("{since}以降の{of}状態中{count}回{}、最終は{last}", every.ja),
    )
}

/// The mean time between two changes of a region.
fn every(habit: &Habit) -> Words {
    let span = habit.last.duration_since(habit.first).as_secs();
    let times = i64::from(habit.count) - 1;
    if !matches!(habit.topic, Topic::Region { .. } | Topic::Hours) || times < 1 || span < 60 {
        return Words::default();
    }
    let minutes = (span / times / 60).max(1);
    let (number, en, ja) = match minutes {
        0..120 => (minutes, "minutes", "分"),
        120..2_880 => (minutes / 60, "hours", "時間"),
        _ => (minutes / 1_440, "days", "日"),
    };
    words(format!(", about every {number} {en}"), format!("(約{number}{ja}ごと)"))
}

fn place(habit: &Habit) -> Option<Words> {
    let path = &habit.path;
    (!path.is_empty()).then(|| words(format!("at {path}"), format!("場所は {path}")))
}

fn example(habit: &Habit) -> Option<Words> {
    let example = &habit.example;
    (!example.is_empty()).then(|| words(format!("for example “{example}”"), format!("例:「{example}」")))
}

fn until(at: Timestamp) -> Words {
    let date = japan_day(at);
    words(format!("forgotten on {date} unless it is seen again"), format!("再び見られなければ{date}に忘れます"))
}
