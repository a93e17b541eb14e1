//! `hinomi target habit`, and what `target show` says of habits: what was learned of a page, and people's word on it.

use super::{in_words, json, named, render};
use crate::app::{self, HabitWord, LearnedShown, Office};
use crate::cli::Context;
use crate::model::{Drift, HabitShown, Keep, Language, Topic, Words, counted, japan_time};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// What is normal for a page, as hinomi learned it: drop, pin or release parts of it.
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Example:\n  hinomi target habit drop city-top 3f9a01c2 --by \"Hanako Yamada <web@city.example>\""
)]
pub(in crate::cli) enum HabitCommand {
    /// Forget it, and do not learn it again.
    #[command(
        after_help = "Example:\n  hinomi target habit drop city-top 3f9a01c2 --by \"Hanako Yamada <web@city.example>\" --reason \"an old campaign\""
    )]
    Drop(WordArgs),
    /// Keep it, whether it is seen or not.
    #[command(
        after_help = "Example:\n  hinomi target habit pin city-top 3f9a01c2 --by \"Hanako Yamada <web@city.example>\""
    )]
    Pin(WordArgs),
    /// Take back what was said: it is learned and expires as others.
    #[command(
        after_help = "Example:\n  hinomi target habit release city-top 3f9a01c2 --by \"Hanako Yamada <web@city.example>\""
    )]
    Release(WordArgs),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct WordArgs {
    target: String,
    /// Its id or the beginning of it, as `target show` lists it.
    #[arg(value_name = "HABIT")]
    habit: String,
    /// Who says so.
    #[arg(long, value_name = "NAME <mail>")]
    by: String,
    /// Why.
    #[arg(long, default_value = "")]
    reason: String,
}

pub(super) fn run(command: &HabitCommand, context: &Context) -> anyhow::Result<()> {
    let (args, word) = match command {
        HabitCommand::Drop(args) => (args, HabitWord::Keep(Keep::Drop)),
        HabitCommand::Pin(args) => (args, HabitWord::Keep(Keep::Pin)),
        HabitCommand::Release(args) => (args, HabitWord::Release),
    };
    let target = named(context, &args.target)?;
    let topic = app::block_on(async {
        let office = Office::open_store(&context.places()).await?;
        office.say_of_habit(&target, &args.habit, word, &args.by, &args.reason).await
    })?;
    let id = topic.digest().short();
    if context.json {
        let keep = match word {
            HabitWord::Keep(keep) => json!(keep),
            HabitWord::Release => Value::Null,
        };
        return json::line(&json!({ "target": args.target, "habit": id, "keep": keep }));
    }
    let (en, ja) = match word {
        HabitWord::Keep(Keep::Drop) => {
            ("is dropped and not learned again", "を除外しました。再び学習することはありません")
        }
        HabitWord::Keep(Keep::Pin) => ("is pinned and does not expire", "を固定しました。期限なく保持します"),
        HabitWord::Release => {
            ("is released: it is learned and expires as others", "の指定を解除しました。通常どおり学習します")
        }
    };
    render::say(context, &format!("habit {id} of {} {en}", args.target), &format!("{} の習慣 {id} {ja}", args.target))
}

/// What was learned and how far the page has drifted, as lines for people.
pub(super) fn lines(learned: &[LearnedShown], context: &Context) -> Vec<String> {
    let of = |of: &LearnedShown| {
        let habits = of.habits.iter().map(|one| line(one, context)).collect();
        [vec![distance(of, context), head(of, context)], habits].concat()
    };
    learned.iter().flat_map(of).collect()
}

fn distance(of: &LearnedShown, context: &Context) -> String {
    let persona = of.persona.as_str();
    match of.drift.map(|drift| drift.words(Drift::LIMIT)) {
        Some(Words { en, ja }) => in_words(
            context,
            format!("  distance from the approved state ({persona}): {en}"),
            format!("  承認済みの状態からの隔たり ({persona}): {ja}"),
        ),
        None => in_words(
            context,
            format!(
                "  distance from the approved state ({persona}): none to measure (it shows an approved state, or nothing is approved yet)"
            ),
            format!("  承認済みの状態からの隔たり ({persona}): なし(承認済みの状態を表示中か、まだ承認がありません)"),
        ),
    }
}

/// A distance for programs: shares from 0 to 1, and a number of sites.
fn drift_value(drift: Drift) -> Value {
    let Drift { text, structure, sites, strange } = drift;
    let share = |thousandths: u16| f64::from(thousandths) / 1000.0;
    json!({ "text": share(text), "structure": share(structure), "sites": sites, "strange": share(strange) })
}

fn head(of: &LearnedShown, context: &Context) -> String {
    let persona = of.persona.as_str();
    match (of.lessons, of.damaged) {
        (None, true) => in_words(
            context,
            format!("  learned ({persona}): could not be read, begins anew"),
            format!("  学習した内容 ({persona}): 読み取れないため、学習をやり直します"),
        ),
        (None, false) => in_words(
            context,
            format!("  learned ({persona}): nothing yet"),
            format!("  学習した内容 ({persona}): まだありません"),
        ),
        (Some((since, states)), _) => in_words(
            context,
            format!("  learned ({persona}): from {} since {}", counted(states as usize, "state"), japan_time(since)),
            format!("  学習した内容 ({persona}): {}以降の{states}状態から", japan_time(since)),
        ),
    }
}

fn line(shown: &HabitShown, context: &Context) -> String {
    let mark = shown.mark.as_ref().map(|mark| {
        let (en, ja) = match mark.keep {
            Keep::Drop => ("dropped", "除外"),
            Keep::Pin => ("pinned", "固定"),
        };
        let (at, by) = (japan_time(mark.mark.at), &mark.mark.by);
        in_words(
            context,
            format!(" [{en} {at} by {by} {}]", mark.mark.reason),
            format!(" [{ja} {at} {by} {}]", mark.mark.reason),
        )
    });
    let mark = mark.unwrap_or_default();
    render::safe(&format!("    {} {}{mark}", shown.id, shown.sentence.get(context.language)))
}

/// Where a habit shows; none where it is one of the page as a whole.
fn path(shown: &HabitShown) -> Option<&str> {
    match &shown.topic {
        Topic::Region { path } => Some(path),
        _ => shown.habit.as_ref().map(|habit| habit.path.as_str()).filter(|path| !path.is_empty()),
    }
}

/// What was learned, for programs.
pub(super) fn value(learned: &[LearnedShown], language: Language) -> Value {
    let habit = |one: &HabitShown| {
        let known = one.habit.as_ref();
        json!({
            "id": one.id,
            "kind": one.topic.kind(),
            "topic": one.topic,
            "sentence": one.sentence.get(language),
            "path": path(one),
            "example": known.map(|habit| &habit.example),
            "count": known.map(|habit| habit.count),
            "first": known.map(|habit| habit.first),
            "last": known.map(|habit| habit.last),
            "detail": known.map(|habit| &habit.detail),
            "expires": one.expires,
            "mark": one.mark.as_ref().map(|mark| json!({
                "keep": mark.keep, "by": mark.mark.by, "at": mark.mark.at, "reason": mark.mark.reason,
            })),
        })
    };
    let of = |of: &LearnedShown| {
        json!({
            "persona": of.persona,
            "since": of.lessons.map(|(since, _)| since),
            "states": of.lessons.map(|(_, states)| states),
            "damaged": of.damaged,
            "drift": of.drift.map(drift_value),
            "drift_limit": drift_value(Drift::LIMIT),
            "habits": of.habits.iter().map(habit).collect::<Value>(),
        })
    };
    learned.iter().map(of).collect()
}
