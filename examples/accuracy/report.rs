//! The report: `docs/accuracy.md`.

use crate::attacks::Attacks;
use crate::benign::Benign;
use crate::tally::Tally;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Benign pages that are listed.
const LISTED: usize = 15;

pub(crate) fn written(benign: &Benign, attacks: &Attacks, seed: u64) -> String {
    let mut text = format!(
        "# Accuracy\n\nWritten by `cargo run --release --example accuracy -- --seed {seed} [--pages N] FOLDER`, where FOLDER holds page \
         histories as\n`hinomi backtest` reads them; `--misses` lists every attack that did not alarm. Figures of one run over the\n\
         development histories: they are not in the project.\n\n"
    );
    of_benign(&mut text, benign);
    of_attacks(&mut text, attacks);
    text.push_str(UNSEEN_IN_ONE);
    text
}

fn of_benign(text: &mut String, benign: &Benign) {
    let Benign { pages, versions, changed, tally, months, timed, timed_pages, .. } = benign;
    let said = tally.all();
    let _ = write!(
        text,
        "## Ordinary histories\n\nThe first version is approved; a person is taken to approve what is asked.\n\n\
         | | |\n|---|---:|\n| pages | {pages} |\n| versions | {versions} |\n| later versions | {said} |\n\
         | changed versions | {changed} |\n| alarms | {} |\n| reviews | {} |\n| quiet | {} |\n| unseen | {} |\n",
        tally.alarm, tally.review, tally.quiet, tally.unseen
    );
    let _ = write!(
        text,
        "| months of {timed_pages} pages with times | {months:.0} |\n| reviews a page and month | {:.2} |\n\
         | alarms a page and month | {:.3} |\n| changed versions an alarm | {} |\n\n",
        timed.review as f64 / months.max(1.0),
        timed.alarm as f64 / months.max(1.0),
        changed / tally.alarm.max(1),
    );
    text.push_str("Rules that stood in what was asked or alarmed:\n\n| rule | reviews | alarms |\n|---|---:|---:|\n");
    let mut rules: Vec<_> = benign.rules.iter().collect();
    rules.sort_by_key(|(rule, (reviews, alarms))| (std::cmp::Reverse(reviews + alarms), (*rule).clone()));
    for (rule, (reviews, alarms)) in rules {
        let _ = writeln!(text, "| `{rule}` | {reviews} | {alarms} |");
    }
    text.push_str("\nPages that ask most:\n\n| page | alarms | reviews | quiet |\n|---|---:|---:|---:|\n");
    for (page, tally) in benign.worst.iter().take(LISTED) {
        let page: Vec<&str> = page.rsplit('/').take(2).collect();
        let page: Vec<&str> = page.into_iter().rev().collect();
        let _ = writeln!(text, "| {} | {} | {} | {} |", page.join("/"), tally.alarm, tally.review, tally.quiet);
    }
}

fn of_attacks(text: &mut String, attacks: &Attacks) {
    let mut all = Tally::default();
    attacks.classes.values().for_each(|tally| all.add(*tally));
    let _ = write!(
        text,
        "\n## Attacks\n\nEach class at each place into {} pages: {} attacks, {:.2} % alarm, {} reviews, {} quiet, {} unseen.\n",
        attacks.pages,
        all.all(),
        all.found(),
        all.review,
        all.quiet,
        all.unseen
    );
    table(text, "occasion", attacks.occasions.iter().map(|(name, tally)| ((*name).to_owned(), *tally)).collect());
    table(text, "place", attacks.places.clone());
    table(text, "class", attacks.classes.clone());
}

fn table(text: &mut String, head: &str, rows: BTreeMap<String, Tally>) {
    let _ = write!(text, "\n| {head} | attacks | alarm | review | quiet | unseen |\n|---|---:|---:|---:|---:|---:|\n");
    for (name, tally) in rows {
        let Tally { review, quiet, unseen, .. } = tally;
        let _ = writeln!(text, "| {name} | {} | {:.2} % | {review} | {quiet} | {unseen} |", tally.all(), tally.found());
    }
}

/// What one response does not show.
const UNSEEN_IN_ONE: &str = "
## What one response does not show

| attack | what sees it |
|---|---|
| code at the end of a linked script, a style or a frame's document | the files are part of the snapshot: `script-appended` and the rules on files |
| a page that only robots or phones or visitors from a search engine get | the personas of a target |
| code for one visitor in many, or at some hours | full fetches at unpredictable moments; `conditional` signs in the code |
| an address whose owner or content changes later | indicators, and third-party files looked at once an interval |
| a name server or a certificate in other hands | the certificate and address kept with each snapshot |
| pages that are not registered | nothing: register them |
";
