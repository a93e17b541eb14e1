//! Pages put together from the parts of a site's source file, in the charset the site is served in.
//!
//! A source file is cut at lines `@@@ name`. Inside a part `@@name@@` is a slot: it takes the part of that name, another
//! one that the scene puts there, or a value that is made anew for each fetch. Marks are ASCII and begin with bytes that
//! cannot be mistaken for the middle of a Shift_JIS or EUC-JP character, so bytes need not be decoded.

use crate::model::japan;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Most slots filled in one page; ends a circle of parts.
const MAX_SLOTS: usize = 1_000;
/// The mail address behind the protected ones.
const MAIL: &[u8] = b"info@office.example";

/// A site's parts by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Parts(BTreeMap<&'static str, &'static [u8]>);

/// What stands in the slots now.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    /// Parts that take a slot's own part's place; of several, each fetch gets the next one.
    pub(super) slots: BTreeMap<&'static str, &'static [&'static str]>,
    /// HTTP status of the page.
    pub(super) status: u16,
}

/// What differs from fetch to fetch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    /// How many times the page was fetched before.
    pub(super) fetch: u64,
    /// Differs between runs.
    pub(super) salt: u64,
    /// Now.
    pub(super) now: Timestamp,
}

impl Default for Scene {
    fn default() -> Self {
        Self { slots: BTreeMap::new(), status: 200 }
    }
}

impl Parts {
    /// Cuts source files into their parts.
    pub(super) fn read(sources: &[&'static [u8]]) -> Self {
        let mut parts = BTreeMap::new();
        for source in sources {
            let mut rest = *source;
            while let Some((name, from)) = heading(rest) {
                let body = rest.get(from..).unwrap_or_default();
                let end = next_heading(body);
                let part = body.get(..end).unwrap_or_default();
                parts.insert(name, part.strip_suffix(b"\n").unwrap_or(part));
                rest = body.get(end..).unwrap_or_default();
            }
        }
        Self(parts)
    }

    /// Whether there is a part of this name.
    #[cfg(test)]
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Whether any part has a slot of this name.
    #[cfg(test)]
    pub(super) fn has_slot(&self, name: &str) -> bool {
        let slot = format!("@@{name}@@");
        self.0.values().any(|part| part.windows(slot.len()).any(|window| window == slot.as_bytes()))
    }

    /// The page of a scene at a moment.
    pub(super) fn page(&self, scene: &Scene, moment: &Moment) -> Vec<u8> {
        let mut out = Vec::with_capacity(32 << 10);
        let mut open = vec![self.slot("page", scene, moment)];
        let mut filled = 0;
        while let Some(text) = open.pop() {
            let Some((start, name, end)) = mark(text).filter(|_| filled < MAX_SLOTS) else {
                out.extend_from_slice(text);
                continue;
            };
            filled += 1;
            out.extend_from_slice(&text[..start]);
            open.push(&text[end..]);
            match moment.value(name) {
                Some(value) => out.extend_from_slice(value.as_bytes()),
                None => open.push(self.slot(name, scene, moment)),
            }
        }
        out
    }

    fn slot(&self, name: &str, scene: &Scene, moment: &Moment) -> &'static [u8] {
        let choice = scene.slots.get(name).copied().unwrap_or_default();
        let turn = usize::try_from(moment.fetch).unwrap_or_default() % choice.len().max(1);
        self.0.get(choice.get(turn).copied().unwrap_or(name)).copied().unwrap_or_default()
    }
}

impl Moment {
    /// A value that is made anew for each fetch.
    fn value(&self, name: &str) -> Option<String> {
        let japan = japan(self.now);
        Some(match name {
            "token" => format!("{:016x}{:016x}", self.mixed(1), self.mixed(2)),
            "nonce" => format!("{:016x}", self.mixed(3)),
            "buster" => self.now.as_millisecond().to_string(),
            "counter" => (128_406 + self.salt % 50_000 + self.fetch).to_string(),
            "today" => japan.strftime("%Y.%m.%d").to_string(),
            "clock" => japan.strftime("%H:%M:%S").to_string(),
            "email-key" => self.protected_mail(),
            _ => return None,
        })
    }

    /// A number that differs for each fetch and use (SplitMix64's finisher).
    fn mixed(&self, which: u64) -> u64 {
        let seed =
            self.salt ^ self.fetch.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ which.wrapping_mul(0xD1B5_4A32_D192_ED03);
        let once = (seed ^ (seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let twice = (once ^ (once >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        twice ^ (twice >> 31)
    }

    /// A mail address as content delivery networks hide it: one key byte, then each byte under it, in hexadecimal.
    fn protected_mail(&self) -> String {
        let key = (self.mixed(4) % 251) as u8 + 1;
        let bytes = std::iter::once(key).chain(MAIL.iter().map(|byte| byte ^ key));
        bytes.map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The name of the heading a text begins with, and where its part begins.
fn heading(text: &'static [u8]) -> Option<(&'static str, usize)> {
    let line = text.strip_prefix(b"@@@ ")?;
    let end = line.iter().position(|byte| *byte == b'\n')?;
    Some((std::str::from_utf8(line.get(..end)?).ok()?.trim(), end + 5))
}

/// Where the next heading begins; the end when there is none.
fn next_heading(text: &[u8]) -> usize {
    let found = text.windows(5).position(|window| window == b"\n@@@ ");
    found.map_or(text.len(), |at| at + 1)
}

/// The first slot: where it begins, its name, where it ends.
fn mark(text: &[u8]) -> Option<(usize, &str, usize)> {
    let mut at = 0;
    loop {
        let start = at + text.get(at..)?.windows(2).position(|pair| pair == b"@@")?;
        let rest = text.get(start + 2..)?;
        let length = rest.iter().take_while(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || **b == b'-').count();
        if length > 0 && rest.get(length..)?.starts_with(b"@@") {
            return Some((start, std::str::from_utf8(&rest[..length]).ok()?, start + length + 4));
        }
        at = start + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &[u8] =
        b"@@@ page\n<p>@@news@@</p>@@token@@@@none@@\n@@@ news\na\x83\x40@@inner@@\n@@@ inner\nb\n@@@ other\nc\n";

    fn moment(fetch: u64) -> Moment {
        Moment { fetch, salt: 7, now: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn slots_take_their_part_another_one_or_a_fresh_value() {
        let parts = Parts::read(&[SOURCE]);
        let mut scene = Scene::default();
        let page = parts.page(&scene, &moment(0));
        assert!(page.starts_with(b"<p>a\x83\x40b</p>"), "{}", page.escape_ascii());
        assert_ne!(page, parts.page(&scene, &moment(1)));
        scene.slots.insert("news", &["other", "news"]);
        assert!(parts.page(&scene, &moment(0)).starts_with(b"<p>c</p>"));
        assert!(parts.page(&scene, &moment(1)).starts_with(b"<p>a"));
    }

    #[test]
    fn a_circle_of_parts_ends() {
        let parts = Parts::read(&[b"@@@ page\nx@@page@@\n"]);
        assert!(parts.page(&Scene::default(), &moment(0)).len() < 100_000);
    }
}
