//! MISP events: the attributes that are meant for detection.

use super::{About, NoIndicators, Taken, id, table};
use crate::model::words;
use serde::Deserialize;

/// What an export may be: one event, a response with several, or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Export {
    // The list first: serde would read one of length one as the fields of an event in order.
    List(Vec<Wrapped>),
    Response { response: Response },
    Wrapped(Wrapped),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Response {
    Events(Vec<Wrapped>),
    Attributes {
        #[serde(rename = "Attribute")]
        attributes: Vec<Attribute>,
    },
}

#[derive(Deserialize)]
struct Wrapped {
    #[serde(rename = "Event")]
    event: Event,
}

#[derive(Deserialize)]
struct Event {
    #[serde(default)]
    info: String,
    #[serde(default, rename = "Attribute")]
    attributes: Vec<Attribute>,
    #[serde(default, rename = "Object")]
    objects: Vec<Holder>,
}

#[derive(Deserialize)]
struct Holder {
    #[serde(default, rename = "Attribute")]
    attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
struct Attribute {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    value: String,
    #[serde(default)]
    uuid: String,
    #[serde(default)]
    comment: String,
    #[serde(default)]
    to_ids: Option<bool>,
    #[serde(default)]
    deleted: bool,
    #[serde(default)]
    timestamp: Option<serde_json::Value>,
    #[serde(default)]
    first_seen: Option<String>,
}

pub(super) fn read(text: &str, taken: &mut Taken) -> Result<(), NoIndicators> {
    let wrong = |error: serde_json::Error| {
        NoIndicators(words!(
            "JSON, but neither a STIX bundle nor MISP events ({error}); export it in one of these forms",
            "JSONですが、STIXバンドルでもMISPイベントでもありません（{error}）。どちらかの形で書き出してください"
        ))
    };
    let events: Vec<Event> = match serde_json::from_str(text).map_err(wrong)? {
        Export::Wrapped(one) => vec![one.event],
        Export::Response { response: Response::Events(all) } | Export::List(all) => {
            all.into_iter().map(|one| one.event).collect()
        }
        Export::Response { response: Response::Attributes { attributes } } => {
            vec![Event { info: String::new(), attributes, objects: Vec::new() }]
        }
    };
    for event in &events {
        let inside = event.objects.iter().flat_map(|object| &object.attributes);
        event.attributes.iter().chain(inside).for_each(|attribute| take(attribute, &event.info, taken));
    }
    Ok(())
}

fn take(attribute: &Attribute, info: &str, taken: &mut Taken) {
    let Some(values) = values(attribute).filter(|_| attribute.to_ids != Some(false) && !attribute.deleted) else {
        taken.left_out += 1;
        return;
    };
    let stamp = attribute.timestamp.as_ref().map(|stamp| stamp.to_string().trim_matches('"').to_owned());
    let since = attribute.first_seen.clone().or(stamp).and_then(|text| table::time(&text));
    let note = if attribute.comment.is_empty() { info } else { &attribute.comment };
    let about = About { since, until: None, note: note.to_owned() };
    let place = || id(&attribute.uuid);
    values.into_iter().for_each(|value| taken.take(value, &about, place));
}

/// The values of an attribute that can be looked for; none for types that web pages do not show.
fn values(attribute: &Attribute) -> Option<Vec<&str>> {
    let value = attribute.value.as_str();
    let halves = || value.split_once('|').unwrap_or((value, ""));
    match attribute.kind.as_str() {
        "domain" | "hostname" | "url" | "uri" | "link" | "ip-dst" | "ip-src" | "sha256" => Some(vec![value]),
        "domain|ip" => Some(vec![halves().0, halves().1]),
        "hostname|port" | "ip-dst|port" | "ip-src|port" => Some(vec![halves().0]),
        "filename|sha256" => Some(vec![halves().1]),
        _ => None,
    }
}
