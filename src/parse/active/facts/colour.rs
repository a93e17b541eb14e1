//! Colours of letters and of the ground under them.

use super::Facts;
use super::length::numbers;

/// The colours of one list of declarations.
#[derive(Default)]
pub(super) struct Colours {
    ink: Option<String>,
    paper: Option<String>,
    image: bool,
}

impl Colours {
    /// Takes in one declaration.
    pub(super) fn read(&mut self, name: &str, value: &str) {
        match name {
            "color" => self.ink = colour(value),
            "background" | "background-color" | "background-image" => {
                self.image |= value.contains("url(");
                self.paper = value.split_whitespace().find_map(colour).or_else(|| colour(value)).or(self.paper.take());
            }
            _ => {}
        }
    }

    /// Letters in the colour of the ground are hidden, unless there is an image on it.
    pub(super) fn facts(&self) -> Facts {
        let alike = self.ink.is_some() && self.ink == self.paper && !self.image;
        Facts::HIDES.when(alike).with(Facts::IMAGE.when(self.image)).with(Facts::OPAQUE.when(self.paper.is_some()))
    }
}

/// A colour that lets nothing shine through, in one writing.
fn colour(value: &str) -> Option<String> {
    let value = value.trim();
    if let Some(digits) = value.strip_prefix('#').filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit())) {
        return match digits.len() {
            3 => Some(digits.chars().flat_map(|c| [c, c]).collect()),
            6 => Some(digits.to_owned()),
            _ => None,
        };
    }
    if let Some(parts) = value.strip_prefix("rgb(") {
        let mut parts = numbers(parts);
        let (red, green, blue) = (parts.next()?, parts.next()?, parts.next()?);
        return Some(format!("{:02x}{:02x}{:02x}", red as u8, green as u8, blue as u8));
    }
    let named = match value {
        "white" | "snow" => "ffffff",
        "black" => "000000",
        "red" => "ff0000",
        "gray" | "grey" => "808080",
        "silver" => "c0c0c0",
        "navy" => "000080",
        "blue" => "0000ff",
        "green" => "008000",
        "lime" => "00ff00",
        "whitesmoke" => "f5f5f5",
        _ => return None,
    };
    Some(named.to_owned())
}
