//! What the declarations of a style say about whether and where an element is seen.

mod colour;
mod length;

use super::super::lower;
use colour::Colours;
pub(super) use length::is_tiny;
use length::{SCREEN, inner, number, numbers, pixels};
use std::borrow::Cow;

/// How far off the screen something is hidden, in pixels.
const FAR: f32 = 100.0;
/// Where something is beyond the right edge of any screen, in pixels.
const BEYOND: f32 = 1500.0;

/// Facts from any number of declarations, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Facts(u32);

impl Facts {
    /// It hides its element by itself.
    pub(super) const HIDES: Self = Self(1);
    const FLOWS: Self = Self(1 << 1);
    const ABSOLUTE: Self = Self(1 << 2);
    const FIXED: Self = Self(1 << 3);
    const FAR: Self = Self(1 << 4);
    const CLIPPED: Self = Self(1 << 5);
    const CUT: Self = Self(1 << 6);
    const TINY_WIDTH: Self = Self(1 << 7);
    const TINY_HEIGHT: Self = Self(1 << 8);
    const TINY_MOST: Self = Self(1 << 9);
    const TOP: Self = Self(1 << 10);
    const LEFT: Self = Self(1 << 11);
    const RIGHT: Self = Self(1 << 12);
    const BOTTOM: Self = Self(1 << 13);
    const WIDE: Self = Self(1 << 14);
    const HIGH: Self = Self(1 << 15);
    const OF_SCREEN: Self = Self(1 << 16);
    const ABOVE: Self = Self(1 << 17);
    const BELOW: Self = Self(1 << 18);
    const SHOWN: Self = Self(1 << 19);
    const IMAGE: Self = Self(1 << 20);
    const OPAQUE: Self = Self(1 << 21);
    const WIDE_AT_LEAST: Self = Self(1 << 22);
    const NARROW_AT_LEAST: Self = Self(1 << 23);

    /// The facts of a list of declarations.
    pub(super) fn of(style: &str) -> Self {
        let style = without_comments(style);
        let style = lower(&style);
        let mut facts = Self::default();
        let mut colours = Colours::default();
        for declaration in style.split(';') {
            let Some((name, value)) = declaration.split_once(':') else { continue };
            let (value, important) = value.split_once('!').map_or((value, false), |(value, _)| (value, true));
            let (name, value) = (name.trim(), value.trim());
            facts = facts.with(hiding(name, value)).with(placing(name, value)).with(sizing(name, value));
            if name == "display" && important && value != "none" {
                facts = facts.with(Self::SHOWN);
            }
            colours.read(name, value);
        }
        facts.with(colours.facts())
    }

    /// Both together.
    pub(super) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it says anything at all.
    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    const fn any(self, one: Self, other: Self) -> bool {
        self.has(one) || self.has(other)
    }

    const fn when(self, holds: bool) -> Self {
        if holds { self } else { Self(0) }
    }

    /// Whether an element with these facts is hidden; `frame` says that its size alone does it.
    pub(super) fn hides(self, frame: bool) -> bool {
        let placed = self.has(Self::FLOWS) || self.any(Self::ABSOLUTE, Self::FIXED);
        // Of two least widths the last counts; which one that is, is not kept.
        let stretched = self.has(Self::WIDE_AT_LEAST) && !self.has(Self::NARROW_AT_LEAST);
        let narrow = self.has(Self::TINY_WIDTH) && !stretched;
        let small =
            [narrow, self.has(Self::TINY_HEIGHT), self.has(Self::TINY_MOST)].into_iter().filter(|one| *one).count();
        self.has(Self::HIDES)
            || (placed && self.has(Self::FAR))
            || (self.has(Self::CUT) && self.any(Self::ABSOLUTE, Self::FIXED))
            || (small >= 1 && (frame || self.has(Self::CLIPPED)))
            || small >= 3
    }

    /// Whether it lies over all of the screen; `outermost` says that nothing but the page is around it.
    pub(super) fn covers(self, outermost: bool) -> bool {
        let wide = self.has(Self::WIDE) || (self.has(Self::LEFT) && self.has(Self::RIGHT));
        let high = self.has(Self::HIGH) || (self.has(Self::TOP) && self.has(Self::BOTTOM));
        let placed = self.any(Self::LEFT, Self::RIGHT) && self.any(Self::TOP, Self::BOTTOM);
        let over = self.has(Self::FIXED)
            || (self.has(Self::ABSOLUTE) && (outermost || self.has(Self::OF_SCREEN) || self.has(Self::ABOVE)));
        let shown = !self.hides(false) || self.has(Self::SHOWN);
        wide && high && over && shown && !self.has(Self::BELOW) && (placed || self.has(Self::FIXED) || outermost)
    }

    /// Whether it shows an image of its own.
    pub(super) const fn shows_image(self) -> bool {
        self.has(Self::IMAGE)
    }

    /// Whether nothing shines through.
    pub(super) const fn is_opaque(self) -> bool {
        self.has(Self::OPAQUE)
    }
}

/// Declarations that hide by themselves.
fn hiding(name: &str, value: &str) -> Facts {
    let hides = match name {
        "display" => value == "none",
        "visibility" => matches!(value, "hidden" | "collapse"),
        "content-visibility" => value == "hidden",
        "opacity" | "-moz-opacity" | "-khtml-opacity" => {
            number(value).is_some_and(|n| n <= 0.05 && !value.contains('%')) || number(value) == Some(0.0)
        }
        "filter" | "-ms-filter" => ["opacity(0)", "opacity=0)", "opacity(0%)"].iter().any(|zero| value.contains(zero)),
        "text-indent" | "margin-left" | "margin-top" | "margin-inline-start" | "margin-block-start" => {
            pixels(value).is_some_and(|n| n <= -FAR * 2.0)
        }
        "font-size" => {
            number(value).is_some_and(|n| n <= 2.0) && !value.contains("em") && !value.contains('%')
                || number(value) == Some(0.0)
        }
        "zoom" | "scale" => number(value).is_some_and(|n| n <= 0.05),
        "transform" | "-webkit-transform" | "-ms-transform" => value.split(')').any(moves_away),
        "translate" => moves_away(&format!("translate({value}")),
        "clip-path" | "-webkit-clip-path" => {
            ["inset(50%", "inset(100%", "circle(0"].iter().any(|nothing| value.contains(nothing))
                || value.strip_prefix("polygon(").is_some_and(|points| numbers(points).all(|n| n == 0.0))
        }
        "color" | "-webkit-text-fill-color" => value == "transparent",
        _ => false,
    };
    Facts::HIDES.when(hides)
}

/// Whether one function of a transformation moves its element out of sight or shrinks it to nothing.
fn moves_away(function: &str) -> bool {
    let Some((name, arguments)) = function.split_once('(') else { return false };
    let name = name.trim();
    if name.starts_with("scale") {
        return numbers(arguments).any(|n| n.abs() <= 0.05);
    }
    name.starts_with("translate")
        && arguments.split([',', ' ']).filter(|one| !one.is_empty()).any(|one| {
            let length = pixels(one).unwrap_or_default();
            if one.contains('%') {
                number(one).is_some_and(|n| n < -100.0)
            } else {
                length <= -SCREEN / 2.0 || length >= BEYOND
            }
        })
}

/// Declarations about where an element stands.
fn placing(name: &str, value: &str) -> Facts {
    let length = pixels(value);
    let at = |edge: Facts| {
        let far = length.is_some_and(|n| n <= -FAR) || (name != "top" && length.is_some_and(|n| n >= BEYOND));
        edge.when(length.is_some_and(|n| n <= 0.0)).with(Facts::FAR.when(far))
    };
    match name {
        "position" => match value {
            "absolute" => Facts::ABSOLUTE,
            "fixed" | "-webkit-sticky" => Facts::FIXED,
            "relative" => Facts::FLOWS,
            _ => Facts::default(),
        },
        "top" | "inset-block-start" => at(Facts::TOP),
        "left" | "inset-inline-start" => at(Facts::LEFT),
        "right" | "inset-inline-end" => at(Facts::RIGHT),
        "bottom" | "inset-block-end" => at(Facts::BOTTOM),
        "inset-inline" => at(Facts::LEFT.with(Facts::RIGHT)),
        "inset-block" => at(Facts::TOP.with(Facts::BOTTOM)),
        "inset" => at(Facts::TOP.with(Facts::LEFT).with(Facts::RIGHT).with(Facts::BOTTOM)),
        "z-index" => {
            let level = number(value).unwrap_or_default();
            Facts::ABOVE.when(level >= 100.0).with(Facts::BELOW.when(level < 0.0))
        }
        "overflow" | "overflow-x" | "overflow-y" => {
            Facts::CLIPPED.when(matches!(value, "hidden" | "clip" | "auto" | "scroll"))
        }
        "clip" => {
            let edges = value.strip_prefix("rect(").map(numbers);
            let cut = edges.is_some_and(|mut edges| edges.all(|n| n.abs() <= 1.0));
            Facts::CUT.with(Facts::CLIPPED).when(cut)
        }
        _ => Facts::default(),
    }
}

/// Declarations about how large an element is.
fn sizing(name: &str, value: &str) -> Facts {
    let (tiny, large) = match name {
        "width" | "inline-size" => (Facts::TINY_WIDTH, Facts::WIDE),
        "height" | "block-size" => (Facts::TINY_HEIGHT, Facts::HIGH),
        "min-width" => (Facts::NARROW_AT_LEAST, Facts::WIDE.with(Facts::WIDE_AT_LEAST)),
        "min-height" => (Facts::default(), Facts::HIGH),
        "max-width" | "max-height" => (Facts::TINY_MOST, Facts::default()),
        _ => return Facts::default(),
    };
    let of_screen = value.contains("vw") || value.contains("vh");
    let full = (value.contains('%') || of_screen) && number(inner(value)).is_some_and(|n| n >= 95.0)
        || number(value).is_some_and(|n| n >= 1200.0);
    tiny.when(is_tiny(value)).with(large.with(Facts::OF_SCREEN.when(of_screen)).when(full))
}

/// A style without its comments.
pub(super) fn without_comments(style: &str) -> Cow<'_, str> {
    if !style.contains("/*") {
        return Cow::Borrowed(style);
    }
    let mut plain = String::with_capacity(style.len());
    let mut rest = style;
    while let Some((before, after)) = rest.split_once("/*") {
        plain.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, rest)| rest);
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_to_hide() {
        for style in [
            "display:none",
            "DISPLAY : none !important",
            "disp/**/lay:none",
            "visibility:hidden",
            "opacity:0.0",
            "position:absolute;left:-9999px",
            "position:absolute;left:calc(-9999px)",
            "position:absolute;left:200vw",
            "position:absolute;inset-inline-start:-9999px",
            "position:absolute;clip:rect(1px,1px,1px,1px)",
            "position:absolute;clip:rect(0 0 0 0)",
            "transform:translateX(-2000px)",
            "transform:translate(-9999px, 0)",
            "transform:scale(0.0)",
            "transform:rotate(1deg) scale(0)",
            "translate:-3000px",
            "scale:0",
            "color:#fff;background:white",
            "color:rgb(255,255,255);background-color:#FFF",
            "font-size:1px",
            "text-indent:-9999px",
            "height:0;overflow:hidden",
            "clip-path:polygon(0 0,0 0,0 0)",
            "margin-inline-start:-5000px",
        ] {
            assert!(Facts::of(style).hides(false), "{style}");
        }
        for style in [
            "display:block",
            "opacity:0.9",
            "left:-9999px",
            "position:absolute;left:100%",
            "clip:rect(1px,1px,1px,1px)",
            "position:absolute;clip:rect(0,100px,50px,0)",
            "transform:translate(-50%,-50%)",
            "transform:scale(0.9)",
            "transform:translateX(-100%)",
            "color:#fff;background:#000",
            "color:#fff;background:#fff url(a.png)",
            "font-size:0.8em",
            "position:relative;top:-5px",
            "width:1px",
            "color:#fff",
            "background:#fff",
        ] {
            assert!(!Facts::of(style).hides(false), "{style}");
        }
    }

    #[test]
    fn a_frame_that_stretches_to_its_place_is_shown() {
        assert!(!Facts::of("width:0;min-width:100% !important;border:none").hides(true));
        for style in ["width:0", "width:0;min-width:100%;min-width:0", "width:0;min-width:100%;height:0"] {
            assert!(Facts::of(style).hides(true), "{style}");
        }
    }

    #[test]
    fn ways_to_cover() {
        for style in [
            "position:fixed;top:0;left:0;width:100%;height:100%;z-index:99999",
            "position:fixed;inset:0",
            "position:absolute;top:0;left:0;width:100vw;height:100vh",
            "position:fixed;top:0;right:0;bottom:0;left:0",
            "position:absolute;top:0;left:0;width:100%;height:100%;z-index:9999",
            "position:fixed;width:100dvw;height:100dvh;top:0;left:0",
        ] {
            assert!(Facts::of(style).covers(false), "{style}");
        }
        for style in [
            "position:fixed;bottom:0;left:0;width:100%",
            "position:absolute;top:0;left:0;width:100%;height:100%",
            "position:fixed;inset:0;display:none",
            "position:fixed;inset:0;z-index:-1",
            "position:fixed;top:0;left:0;width:100%;height:80px",
            "position:fixed;inset:0;opacity:0",
        ] {
            assert!(!Facts::of(style).covers(false), "{style}");
        }
        assert!(Facts::of("position:absolute;top:0;left:0;width:100%;height:100%").covers(true));
        assert!(Facts::of("inset:0;position:fixed;background:#000").is_opaque());
        assert!(!Facts::of("inset:0;position:fixed;background:rgba(0,0,0,.5)").is_opaque());
    }
}
