//! Masks: which elements of a page are left out of its content plane, and which selectors can say so.

use super::html::Parsed;
use crate::model::{Cut, Mask, Words};
use scraper::error::SelectorErrorKind;
use scraper::{ElementRef, Html, Node, Selector};
use std::collections::HashSet;

/// Longest mask, in bytes.
const LONGEST: usize = 500;

/// What a selector may not hold: an element would be compared with all that stands below, before or behind it.
const COSTLY: &[&str] = &[":has", ":is", ":where", ":nth", "-of-type", "~"];

/// Comparisons that matching the masks of one page may take at most: elements × depth × classes × masks.
const COMPARISONS: u64 = 1 << 29;

/// The elements that masks name; none, and why, when finding them takes too long.
pub(super) fn masked(parsed: &Parsed, masks: &[Mask]) -> (HashSet<ego_tree::NodeId>, Option<Cut>) {
    let usable = masks.iter().filter(|mask| check(&mask.select).is_ok());
    let selectors: Vec<Selector> = usable.filter_map(|mask| Selector::parse(&mask.select).ok()).collect();
    let mut found = HashSet::new();
    if !selectors.is_empty() && comparisons(parsed).saturating_mul(selectors.len() as u64) > COMPARISONS {
        return (found, Some(Cut::Steps));
    }
    for selector in &selectors {
        found.extend(parsed.html.select(selector).map(|element: ElementRef| element.id()));
    }
    (found, None)
}

/// Comparisons that one selector takes at most: each element with each above it, by each of its classes.
fn comparisons(parsed: &Parsed) -> u64 {
    let (mut elements, mut classes) = (0_u64, 0_u64);
    for node in parsed.html.tree.values() {
        let Node::Element(element) = node else { continue };
        elements += 1;
        classes = classes.max(element.attr("class").map_or(0, |value| value.split_ascii_whitespace().count() as u64));
    }
    elements.saturating_mul(parsed.deepest()).saturating_mul(classes + 1)
}

/// See [`super::check_mask`].
pub(super) fn check(select: &str) -> Result<(), Words> {
    if select.len() > LONGEST {
        return Err(Words::new(
            format!("the selector is longer than {LONGEST} bytes: write a shorter one"),
            format!("セレクターが {LONGEST} バイトを超えています。短くしてください"),
        ));
    }
    let selector = Selector::parse(select).map_err(|error| no_selector(&error))?;
    if let Some(costly) = costly(&without_values(&select.to_ascii_lowercase())) {
        return Err(Words::new(
            format!("'{costly}' costs too much on hostile pages: name the element itself, by its id or class"),
            format!("「{costly}」は悪意のあるページで負荷が大きすぎます。要素自体を ID かクラスで指定してください"),
        ));
    }
    let page = Html::parse_document("<!doctype html><html><head></head><body></body></html>");
    match page.select(&selector).next() {
        Some(_) => Err(Words::new(
            "it covers the whole page: name the part that changes, by its id or class",
            "ページ全体に当てはまります。変わる部分を ID かクラスで指定してください",
        )),
        None => Ok(()),
    }
}

/// What the parser of selectors says, in our own words: its text is for developers.
fn no_selector(error: &SelectorErrorKind) -> Words {
    let (en, ja) = match error {
        SelectorErrorKind::EndOfLine => ("it ends too early", "途中で終わっています"),
        SelectorErrorKind::UnexpectedToken => ("a sign stands where none may", "使えない位置に記号や文字があります"),
        SelectorErrorKind::TooManyNestedBlocks => ("it is nested too deeply", "入れ子が深すぎます"),
        SelectorErrorKind::ExpectedColonOnPseudoElement | SelectorErrorKind::ExpectedIdentityOnPseudoElement => {
            ("a name is missing behind `:`", "「:」の後に名前がありません")
        }
        _ => ("it is not written as CSS selectors are", "CSS セレクターの書き方になっていません"),
    };
    Words::new(format!("it is no CSS selector: {en}"), format!("CSS セレクターではありません: {ja}"))
}

/// The part of a selector for which matching takes more than linear time.
fn costly(plain: &str) -> Option<&str> {
    let combines = |inside: &&str| inside.split(',').any(|one| one.trim().contains([' ', '\t', '\n', '>', '+', '(']));
    let negated = plain.split(":not(").skip(1).filter_map(|rest| rest.split(')').next());
    COSTLY.iter().copied().find(|costly| plain.contains(costly)).or_else(|| negated.into_iter().find(combines))
}

/// A selector without what stands in brackets (`[title~="x"]`) and without escaped characters.
fn without_values(select: &str) -> String {
    let (mut plain, mut quote, mut inside, mut escaped) = (String::new(), None, false, false);
    for c in select.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if quote.is_some() => quote = quote.filter(|q| *q != c),
            '"' | '\'' => quote = Some(c),
            '[' => inside = true,
            ']' => inside = false,
            _ if !inside => plain.push(c),
            _ => {}
        }
    }
    plain
}
