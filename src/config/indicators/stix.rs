//! STIX 2.0 and 2.1 bundles: the patterns of their indicators.

use super::{About, NoIndicators, Taken, id};
use crate::model::words;
use jiff::Timestamp;
use regex::Regex;
use serde::Deserialize;
use std::sync::LazyLock;

/// Comparisons of a pattern that name something that can be looked for.
static COMPARISON: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let object = r"(?:domain-name:value|url:value|ipv4-addr:value|ipv6-addr:value|file:hashes\.'?(?:SHA-256|SHA256)'?)";
    Regex::new(&format!(r"(?i){object}\s*=\s*'((?:[^'\\]|\\.){{1,2048}})'")).ok()
});

#[derive(Deserialize)]
struct Bundle {
    #[serde(default)]
    objects: Vec<Object>,
}

#[derive(Deserialize)]
struct Object {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    pattern: String,
    pattern_type: Option<String>,
    #[serde(default)]
    name: String,
    valid_from: Option<String>,
    valid_until: Option<String>,
    #[serde(default)]
    revoked: bool,
}

#[derive(Deserialize)]
struct Kind {
    #[serde(default, rename = "type")]
    kind: String,
}

/// Whether a JSON text is a bundle.
pub(super) fn is_bundle(text: &str) -> bool {
    serde_json::from_str::<Kind>(text).is_ok_and(|kind| kind.kind == "bundle")
}

pub(super) fn read(text: &str, taken: &mut Taken) -> Result<(), NoIndicators> {
    let bundle: Bundle = serde_json::from_str(text).map_err(|error| {
        NoIndicators(words!(
            "no STIX bundle: {error}; export it again",
            "STIXバンドルとして読めません（{error}）。もう一度書き出してください"
        ))
    })?;
    for object in bundle.objects.iter().filter(|object| object.kind == "indicator") {
        let other_language = object.pattern_type.as_deref().is_some_and(|language| language != "stix");
        if object.revoked || other_language {
            taken.left_out += 1;
        } else {
            take(object, taken);
        }
    }
    Ok(())
}

fn take(object: &Object, taken: &mut Taken) {
    let time = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<Timestamp>().ok());
    let about = About { since: time(&object.valid_from), until: time(&object.valid_until), note: object.name.clone() };
    let place = || id(&object.id);
    let Some(comparison) = COMPARISON.as_ref() else { return };
    let values: Vec<String> = comparison.captures_iter(&object.pattern).map(|found| unescaped(&found[1])).collect();
    // A pattern about mail, processes or registries: nothing that a web page could show. Without what else it asks for, a
    // host would be more than what was meant.
    if values.is_empty() || asks_for_more(&object.pattern, values.len()) {
        taken.left_out += 1;
        return;
    }
    values.iter().for_each(|value| taken.take(value, &about, place));
}

/// Whether a pattern joins what can be looked for with something that cannot.
fn asks_for_more(pattern: &str, known: usize) -> bool {
    static ANY: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)[a-z0-9-]+:[a-z0-9_.'\[\]*-]+\s*(?:NOT\s+)?(?:!?=|[<>]|IN\b|LIKE\b|MATCHES\b)").ok()
    });
    let Some(any) = ANY.as_ref() else { return true };
    let outside: String = pattern.split('\'').step_by(2).collect::<Vec<_>>().join(" ");
    let joins = ["AND", "FOLLOWEDBY"].iter().any(|word| outside.split_whitespace().any(|one| one == *word));
    joins && any.find_iter(pattern).count() > known
}

fn unescaped(text: &str) -> String {
    text.replace("\\'", "'").replace("\\\\", "\\")
}
