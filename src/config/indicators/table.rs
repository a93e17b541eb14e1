//! Comma-separated values: the columns are found by their header, else by what stands in them.

use super::{About, IndicatorFormat, Taken, value};
use crate::model::{Words, words};
use csv::StringRecord;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Names of columns that hold an indicator, in the order of preference.
const VALUES: [&str; 14] = [
    "indicator",
    "ioc",
    "value",
    "url",
    "domain",
    "hostname",
    "host",
    "fqdn",
    "ip",
    "ip_address",
    "dst_ip",
    "sha256",
    "sha256_hash",
    "ioc_value",
];
/// Names of columns that hold the time of the first sight.
const SINCE: [&str; 8] =
    ["first_seen", "first_seen_utc", "firstseen", "dateadded", "date_added", "date", "created", "timestamp"];
/// Names of columns that hold an end.
const UNTIL: [&str; 4] = ["valid_until", "expires", "expiration", "until"];
/// Names of columns that say something about it.
const NOTES: [&str; 8] =
    ["description", "threat", "tags", "malware", "malware_printable", "comment", "note", "threat_type"];

/// Whether a text is a table: its first line that is no comment has several fields of which one names or holds an indicator.
pub(super) fn is_table(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let first = lines.find(|line| !line.trim_start().starts_with('#')).unwrap_or_default();
    let record = reader(first).records().next().and_then(Result::ok).unwrap_or_default();
    // Some feeds write their header as a comment.
    record.len() > 1 && (column(&record, &VALUES).is_some() || record.iter().any(|field| value::read(field).is_ok()))
}

fn reader(text: &str) -> csv::Reader<&[u8]> {
    let mut builder = csv::ReaderBuilder::new();
    builder.has_headers(false).flexible(true).comment(Some(b'#')).trim(csv::Trim::All);
    builder.from_reader(text.as_bytes())
}

/// Which fields hold what.
struct Columns {
    value: Option<usize>,
    since: Option<usize>,
    until: Option<usize>,
    notes: Vec<usize>,
}

pub(super) fn read(text: &str, taken: &mut Taken) -> IndicatorFormat {
    let mut columns = header_in_comment(text);
    for record in reader(text).records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                taken.refuse(
                    error.position().map_or_else(Words::default, line),
                    words!("not readable as CSV ({error})", "CSVとして読めません（{error}）"),
                );
                continue;
            }
        };
        match &columns {
            None => {
                let found = Columns::of(&record);
                let is_header = found.value.is_some();
                columns = Some(found);
                if !is_header {
                    row(&record, columns.as_ref(), taken);
                }
            }
            Some(_) => row(&record, columns.as_ref(), taken),
        }
    }
    IndicatorFormat::Csv
}

fn header_in_comment(text: &str) -> Option<Columns> {
    let comments = text.lines().take_while(|line| line.starts_with('#') || line.trim().is_empty());
    let last = comments.filter(|line| line.contains(',')).last()?;
    let record = reader(last.trim_start_matches('#').trim()).records().next()?.ok()?;
    Some(Columns::of(&record)).filter(|columns| columns.value.is_some())
}

impl Columns {
    fn of(header: &StringRecord) -> Self {
        Self {
            value: column(header, &VALUES),
            since: column(header, &SINCE),
            until: column(header, &UNTIL),
            notes: NOTES.iter().filter_map(|name| column(header, &[name])).collect(),
        }
    }
}

fn column(header: &StringRecord, names: &[&str]) -> Option<usize> {
    let is = |field: &str, name: &str| field.trim_matches('"').replace([' ', '-'], "_").eq_ignore_ascii_case(name);
    names.iter().find_map(|name| header.iter().position(|field| is(field, name)))
}

fn line(at: &csv::Position) -> Words {
    words!("line {line}", "{line}行目", line = at.line())
}

fn row(record: &StringRecord, columns: Option<&Columns>, taken: &mut Taken) {
    let place = || record.position().map_or_else(Words::default, line);
    let field = |index: Option<usize>| index.and_then(|index| record.get(index)).unwrap_or_default();
    let Some(columns) = columns else { return };
    let held = || record.iter().find(|field| value::read(field).is_ok()).unwrap_or_default();
    let raw = columns.value.map_or_else(held, |index| field(Some(index)));
    if record.iter().all(str::is_empty) {
        return;
    }
    let notes: Vec<&str> =
        columns.notes.iter().map(|index| field(Some(*index))).filter(|note| !note.is_empty()).collect();
    let about = About { since: time(field(columns.since)), until: time(field(columns.until)), note: notes.join(", ") };
    taken.take(raw, &about, place);
}

/// A time in one of the forms that feeds use: RFC 3339, `2026-01-31 12:00:00`, a date, or seconds since 1970.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim().trim_end_matches(" UTC");
    let spaced = || text.replacen(' ', "T", 1);
    let utc = |text: &str| format!("{text}Z").parse::<Timestamp>().ok();
    let seconds =
        || text.parse::<i64>().ok().filter(|at| *at > 10_000_000).and_then(|at| Timestamp::from_second(at).ok());
    let date = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp());
    text.parse::<Timestamp>().ok().or_else(|| utc(&spaced())).or_else(seconds).or_else(date)
}
