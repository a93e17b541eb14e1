//! Plain lists and hosts files: one line after another.

use super::{About, IndicatorFormat, Taken};
use crate::model::words;
use std::net::IpAddr;

/// Longest line that is read, in bytes.
const LONGEST: usize = 4 << 10;

pub(super) fn read(text: &str, taken: &mut Taken) -> IndicatorFormat {
    let mut hosts = 0;
    for (index, line) in text.lines().enumerate() {
        let place = || words!("line {line}", "{line}行目", line = index + 1);
        if line.len() > LONGEST {
            taken.refuse(place(), words!("longer than {LONGEST} bytes", "{LONGEST}バイトを超えています"));
            continue;
        }
        let line = without_comment(line);
        if line.is_empty() {
            continue;
        }
        match redirected(line) {
            Some(names) => {
                hosts += 1;
                names.filter(|name| !is_local(name)).for_each(|name| taken.take(name, &About::default(), place));
            }
            None => taken.take(line, &About::default(), place),
        }
    }
    if hosts > 0 { IndicatorFormat::Hosts } else { IndicatorFormat::List }
}

/// A line without its comment. A `#` inside a URL belongs to the URL.
fn without_comment(line: &str) -> &str {
    let line = line.trim();
    if line.starts_with(['#', ';', '!']) || line.starts_with("//") {
        return "";
    }
    let end = [" #", "\t#", " ;", "\t;"].iter().filter_map(|sign| line.find(sign)).min();
    line[..end.unwrap_or(line.len())].trim()
}

/// The names of a line of a hosts file; none when it is no such line.
fn redirected(line: &str) -> Option<impl Iterator<Item = &str>> {
    let mut words = line.split_ascii_whitespace();
    let address: IpAddr = words.next()?.parse().ok()?;
    let mut names = words.peekable();
    (address.is_loopback() || address.is_unspecified()).then_some(())?;
    names.peek()?;
    Some(names)
}

/// Names of the machine itself, as every hosts file begins with.
fn is_local(name: &str) -> bool {
    let known =
        ["localhost", "localhost.localdomain", "local", "broadcasthost", "ip6-localhost", "ip6-loopback", "0.0.0.0"];
    known.contains(&name) || name.starts_with("ip6-")
}
