//! Files of indicators (plain lists, hosts files, CSV, STIX 2.1 bundles, MISP events) to indicators.

mod lines;
mod misp;
mod stix;
mod table;
mod value;

use crate::model::{Indicator, IndicatorKind, Words, words};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// Largest file that is read, in bytes.
const MAX_FILE: usize = 64 << 20;
/// Most indicators of one file.
const MAX_INDICATORS: usize = 1_000_000;
/// Most mistakes that are told one by one.
const MAX_TOLD: usize = 20;

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndicatorFormat {
    /// One indicator a line.
    List,
    /// `0.0.0.0 host`, as ad blockers use it.
    Hosts,
    /// Comma-separated values, with or without a header.
    Csv,
    /// A STIX 2.0 or 2.1 bundle.
    Stix,
    /// MISP events.
    Misp,
}

impl IndicatorFormat {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Hosts => "hosts",
            Self::Csv => "csv",
            Self::Stix => "stix",
            Self::Misp => "misp",
        }
    }
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndicatorFile {
    /// What it is.
    pub format: IndicatorFormat,
    /// Its indicators, each once.
    pub indicators: BTreeSet<Indicator>,
    /// What could not be taken, the first twenty: where (a line, or an id) and why.
    pub told: Vec<(Words, Words)>,
    /// How many could not be taken in all.
    pub refused: usize,
    /// How many were left out for a reason of the file's own: revoked, ended, or not meant for detection.
    pub left_out: usize,
}

/// The file cannot be read at all; the text says why and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.en)]
pub struct NoIndicators(Words);

impl NoIndicators {
    /// Why, in both languages.
    #[must_use]
    pub fn words(&self) -> Words {
        self.0.clone()
    }
}

/// Reads a file of indicators; its content decides what it is. Indicators that say nothing of their age are as old as `now`.
///
/// # Errors
/// When the file is too large, no text, or JSON of another kind, and when it holds no indicator at all.
pub fn read_indicators(bytes: &[u8], now: Timestamp) -> Result<IndicatorFile, NoIndicators> {
    if bytes.len() > MAX_FILE {
        return Err(NoIndicators(words!(
            "larger than {most} MB; split it",
            "{most} MBを超えています。分割してください",
            most = MAX_FILE >> 20
        )));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        NoIndicators(words!(
            "no text in UTF-8 (at byte {at}); convert it first",
            "UTF-8のテキストではありません（{at}バイト目）。先に変換してください",
            at = error.valid_up_to()
        ))
    })?;
    let mut taken = Taken::new(now);
    let format = match text.trim_start().as_bytes().first() {
        Some(b'{' | b'[') if is_json(text) => json(text, &mut taken)?,
        _ if table::is_table(text) => table::read(text, &mut taken),
        _ => lines::read(text, &mut taken),
    };
    taken.finish(format)
}

/// A bracket may also begin an IPv6 address in a list.
fn is_json(text: &str) -> bool {
    let rest = text.trim_start();
    rest.starts_with('{') || rest.get(1..).is_some_and(|rest| rest.trim_start().starts_with('{'))
}

fn json(text: &str, taken: &mut Taken) -> Result<IndicatorFormat, NoIndicators> {
    if stix::is_bundle(text) {
        stix::read(text, taken)?;
        return Ok(IndicatorFormat::Stix);
    }
    misp::read(text, taken)?;
    Ok(IndicatorFormat::Misp)
}

/// What is said of an indicator beside its value.
#[derive(Debug, Clone, Default)]
struct About {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    note: String,
}

/// What has been taken so far.
struct Taken {
    now: Timestamp,
    indicators: BTreeSet<Indicator>,
    told: Vec<(Words, Words)>,
    refused: usize,
    left_out: usize,
}

impl Taken {
    const fn new(now: Timestamp) -> Self {
        Self { now, indicators: BTreeSet::new(), told: Vec::new(), refused: 0, left_out: 0 }
    }

    /// Takes a value as it is written; `place` says where it stands.
    fn take(&mut self, raw: &str, about: &About, place: impl FnOnce() -> Words) {
        match value::read(raw) {
            Ok((kind, value)) => self.put(kind, value, about, place),
            Err(why) => self.refuse(place(), why),
        }
    }

    fn put(&mut self, kind: IndicatorKind, value: String, about: &About, place: impl FnOnce() -> Words) {
        if about.until.is_some_and(|until| until <= self.now) {
            self.left_out += 1;
        } else if self.indicators.len() >= MAX_INDICATORS {
            self.refuse(
                place(),
                words!(
                    "more than {MAX_INDICATORS} indicators; split the file",
                    "指標が{MAX_INDICATORS}件を超えます。ファイルを分割してください"
                ),
            );
        } else {
            let since = about.since.unwrap_or(self.now).min(self.now);
            let note = value::note(&about.note);
            self.indicators.insert(Indicator { kind, value, since, until: about.until, note });
        }
    }

    fn refuse(&mut self, place: Words, why: Words) {
        self.refused += 1;
        if self.told.len() < MAX_TOLD {
            self.told.push((place, why));
        }
    }

    fn finish(self, format: IndicatorFormat) -> Result<IndicatorFile, NoIndicators> {
        let Self { indicators, told, refused, left_out, .. } = self;
        if indicators.is_empty() && left_out == 0 {
            return Err(NoIndicators(nothing(told.first())));
        }
        Ok(IndicatorFile { format, indicators, told, refused, left_out })
    }
}

/// Nothing of the file could be taken.
fn nothing(first: Option<&(Words, Words)>) -> Words {
    let (place, why) = first.cloned().unwrap_or_default();
    let [en, ja] = match first {
        Some(_) => [format!(" ({}: {})", place.en, why.en), format!("（{}: {}）", place.ja, why.ja)],
        None => Default::default(),
    };
    words!(
        "no indicator in it{en}; a list holds hosts, URLs, addresses or SHA-256 digests, one a line",
        "指標がありません{ja}。一覧には、ホスト名・URL・アドレス・SHA-256を1行に1件書きます"
    )
}

/// The id of an object, as the place where something stands.
fn id(text: &str) -> Words {
    let id: String = text.chars().filter(|c| !c.is_control()).take(80).collect();
    Words::new(id.clone(), id)
}

#[cfg(test)]
mod tests;
