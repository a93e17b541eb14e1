//! The families by name: how a variant of each is written, and what it comes to without a baseline.

pub(crate) mod clear;
mod encoded;
mod seed;
mod symbols;
mod tables;
pub(crate) mod words;

use hinomi::model::Verdict;
pub(crate) use seed::Seed;
use tables::Coding;

/// A family of injected scripts.
#[derive(Clone, Copy)]
pub(crate) struct Family {
    pub(crate) name: &'static str,
    pub(crate) make: fn(&mut Seed) -> String,
    /// It is markup with its script, not a script alone.
    pub(crate) markup: bool,
    /// What it comes to without a baseline: who hides nothing is known by being new.
    pub(crate) alone: Verdict,
}

const fn script(name: &'static str, make: fn(&mut Seed) -> String) -> Family {
    Family { name, make, markup: false, alone: Verdict::Alarm }
}

const fn markup(name: &'static str, make: fn(&mut Seed) -> String) -> Family {
    Family { name, make, markup: true, alone: Verdict::Alarm }
}

/// One that only a baseline tells from an honest script.
const fn only_new(family: Family) -> Family {
    Family { alone: Verdict::Routine, ..family }
}

pub(crate) const FAMILIES: [Family; 26] = [
    script("gumblar", encoded::gumblar),
    script("8080", encoded::stuffed),
    script("percent", encoded::percent),
    script("codes", encoded::codes),
    script("alphabet", encoded::alphabet),
    script("escapes", encoded::escapes),
    script("base64", encoded::base64_loader),
    script("pieces", encoded::pieces),
    script("digits", encoded::digits),
    script("reversed", encoded::reversed),
    script("packed", encoded::packed),
    only_new(script("table", |seed| tables::script(seed, Coding::Plain))),
    script("table-base64", |seed| tables::script(seed, Coding::Base64)),
    script("table-rc4", |seed| tables::script(seed, Coding::Rc4)),
    script("symbols", symbols::script),
    markup("words", words::markup),
    script("parrot", clear::parrot),
    script("timed", clear::timed),
    script("skimmer", clear::skimmer),
    script("miner", clear::miner),
    script("clipboard", clear::clipboard),
    script("chain", clear::chain),
    markup("sentinels", clear::sentinels),
    only_new(markup("redirect", clear::redirect)),
    only_new(script("gate", clear::gate)),
    only_new(script("movement", clear::movement)),
];
