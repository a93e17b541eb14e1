//! Elements that a script makes: their attributes, what is put into them, where they go.

use super::Machine;
use super::heap::{Kind, Made};
use super::value::{Done, Outcome, Text, Value};
use crate::model::Sink;
use std::rc::Rc;

/// Most attributes of one element, and bytes of one value.
const MAX_ATTRIBUTES: usize = 64;
const MAX_VALUE: usize = 8192;
/// Names of elements that act when they are made.
pub(super) const ACTING: [&str; 9] = ["script", "iframe", "frame", "object", "embed", "form", "base", "meta", "link"];

impl Machine {
    /// `document.createElement(name)`.
    pub(super) fn create(&mut self, name: &Value) -> Outcome {
        self.make(320)?;
        let text = self.text_of(name);
        if !text.is_whole() || text.len() > 32 {
            self.sink(Sink::Element);
            return Ok(Value::Host("document.createElement()".into()));
        }
        let name = text.read().to_ascii_lowercase();
        if ACTING.contains(&name.as_str()) {
            self.sink(Sink::Element);
            self.hidden_tag(&text);
        }
        let made = Made { name, after: self.looks, ..Made::default() };
        Ok(self.heap.add(Kind::Element(Box::new(made))))
    }

    /// An element made with its attributes in an object, as some libraries do.
    pub(super) fn create_with(&mut self, name: &Value, attributes: Option<&Value>) -> Outcome {
        let element = self.create(name)?;
        if let (Value::Item(place), Some(attributes)) = (&element, attributes)
            && let Some(keys) = self.each(attributes, false)?
        {
            for key in keys {
                let value = self.get(attributes, &key)?;
                let name = self.string_of(&key);
                self.set_on_element(*place, &name, &value)?;
            }
        }
        Ok(element)
    }

    /// A member of a made element.
    pub(super) fn of_element(&mut self, place: u32, object: &Value, name: &Rc<str>) -> Value {
        let attribute = name.to_ascii_lowercase();
        if let Some(made) = self.heap.element(place) {
            if let Some((_, value)) = made.attributes.iter().find(|(known, _)| *known == attribute) {
                let value = value.clone();
                let room = self.make(value.len() * 2);
                return if room.is_ok() { Value::text(&value) } else { self.unknown() };
            }
            if &**name == "tagName" || &**name == "nodeName" {
                return Value::text(&made.name.to_ascii_uppercase());
            }
        }
        match &**name {
            "style" => self.heap.add(Kind::Style(place)),
            "contentWindow" => Value::host(super::host::WINDOW),
            "contentDocument" => Value::host("document"),
            "setAttribute" | "appendChild" | "append" | "insertBefore" | "addEventListener" => {
                super::index::method_of(object, name)
            }
            _ => {
                self.unknowns += 1;
                Value::Host(format!("?.{name}").into())
            }
        }
    }

    /// Calls a method of a made element.
    pub(super) fn call_on_element(&mut self, place: u32, name: &Rc<str>, arguments: &[Value]) -> Outcome {
        let first = arguments.first().cloned().unwrap_or(Value::Undefined);
        let second = arguments.get(1).cloned().unwrap_or(Value::Undefined);
        match &**name {
            "setAttribute" | "setAttributeNS" => {
                let (key, value) = if &**name == "setAttribute" {
                    (first, second)
                } else {
                    (second, arguments.get(2).cloned().unwrap_or(Value::Undefined))
                };
                let key = self.string_of(&key).to_ascii_lowercase();
                self.set_on_element(place, &key, &value)?;
            }
            "appendChild" | "append" | "insertBefore" | "prepend" => {
                for argument in arguments {
                    self.put_into(place, argument)?;
                }
                return Ok(first);
            }
            "insertAdjacentHTML" => self.fill(place, &second)?,
            "write" | "writeln" => self.write(&first, true)?,
            "addEventListener" | "attachEvent" => {
                let event = self.string_of(&first);
                let waits = !super::sink::comes_by_itself(event.strip_prefix("on").unwrap_or(&event));
                self.hand_over(arguments, waits);
            }
            "submit" | "click" => self.submit(place),
            _ => self.hand_over(arguments, true),
        }
        Ok(self.unknown())
    }

    /// A form that is sent, or a link that is clicked, by the script itself.
    fn submit(&mut self, place: u32) {
        let Some(made) = self.heap.element(place) else { return };
        let name = if made.name == "form" { "action" } else { "href" };
        let address = made.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        if let Some(address) = address {
            self.redirect(&Text::new(&address), if name == "action" { "form submit" } else { "click" });
        }
    }

    /// Something is put into a made element.
    fn put_into(&mut self, place: u32, child: &Value) -> Done {
        match child {
            Value::Item(inner) if self.heap.element(*inner).is_some() && *inner != place => {
                let inner = *inner;
                if let Some(made) = self.heap.element_mut(place)
                    && made.children.len() < MAX_ATTRIBUTES
                {
                    made.children.push(inner);
                }
                self.place(inner);
                Ok(())
            }
            Value::Text(_) => self.put_text(place, child),
            _ => Ok(()),
        }
    }

    /// An element comes into the page.
    pub(super) fn place(&mut self, place: u32) {
        let looks = self.looks;
        if let Some(made) = self.heap.element_mut(place) {
            made.placed = true;
            made.after = made.after.and(looks);
        }
    }

    /// An attribute or property of a made element.
    pub(super) fn set_on_element(&mut self, place: u32, name: &str, value: &Value) -> Done {
        if let Some(event) = name.strip_prefix("on")
            && self.heap.closure(value).is_some()
        {
            let waits = !super::sink::comes_by_itself(event);
            self.put_off(value.clone(), waits);
            return Ok(());
        }
        match name {
            "innerHTML" | "outerHTML" => return self.fill(place, value),
            "text" | "textContent" | "innerText" => return self.put_text(place, value),
            "src" | "href" | "action" | "data" | "formaction" | "srcdoc" => self.address(place, name, value),
            _ => {}
        }
        let name = if name == "className" { "class".to_owned() } else { name.to_ascii_lowercase() };
        let shown = match value {
            Value::Item(_) | Value::Native(_) | Value::Method(_) => return Ok(()),
            other => {
                let text = self.text_of(other);
                self.shown(&text)
            }
        };
        self.make(64 + shown.len() + name.len())?;
        let shown = shown.get(..shown.floor_char_boundary(MAX_VALUE)).unwrap_or_default().to_owned();
        let Some(made) = self.heap.element_mut(place) else { return Ok(()) };
        let full = made.attributes.len() >= MAX_ATTRIBUTES;
        match made.attributes.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = shown,
            None if full => {}
            None => made.attributes.push((name, shown)),
        }
        Ok(())
    }

    /// The address of a made element.
    fn address(&mut self, place: u32, attribute: &str, value: &Value) {
        let text = self.text_of(value);
        let Some(made) = self.heap.element(place) else { return };
        let by = format!("{} {attribute}", made.name);
        let sink = if matches!(made.name.as_str(), "img" | "audio") { Sink::Network } else { Sink::Element };
        if made.name != "a" && text.len() > 1 {
            self.action(sink, &by, &text);
        }
    }

    /// Text in a made element: it stays text, but in a script.
    fn put_text(&mut self, place: u32, value: &Value) -> Done {
        let Some(made) = self.heap.element(place) else { return Ok(()) };
        if made.name == "script" {
            return self.fill(place, value);
        }
        let text = self.text_of(value);
        let shown = self.shown(&text);
        let shown = shown.get(..shown.floor_char_boundary(MAX_VALUE)).unwrap_or_default().replace('<', "&lt;");
        if let Some(made) = self.heap.element_mut(place)
            && made.content.len() + shown.len() <= MAX_VALUE
        {
            made.content.push_str(&shown);
        }
        Ok(())
    }

    /// Text or markup in a made element; in a script it is code.
    fn fill(&mut self, place: u32, value: &Value) -> Done {
        let text = self.text_of(value);
        let Some(name) = self.heap.element(place).map(|made| made.name.clone()) else { return Ok(()) };
        if name == "script" {
            self.run_text(&text, "script")?;
        } else if text.units.contains(&u16::from(b'<')) {
            self.write(value, false)?;
        }
        let shown = self.shown(&text);
        let shown = shown.get(..shown.floor_char_boundary(MAX_VALUE)).unwrap_or_default();
        if let Some(made) = self.heap.element_mut(place)
            && made.content.len() + shown.len() <= MAX_VALUE
        {
            made.content.push_str(shown);
        }
        Ok(())
    }

    /// A property of an element's style.
    pub(super) fn set_style(&mut self, place: u32, name: &str, value: &Value) {
        let value = self.text_of(value);
        let value = self.shown(&value);
        let Some(made) = self.heap.element_mut(place) else { return };
        let rule = if name == "cssText" { value } else { format!("{}:{value}", dashed(name)) };
        match made.attributes.iter_mut().find(|(known, _)| known == "style") {
            Some((_, style)) if style.len() + rule.len() < MAX_VALUE => {
                style.push(';');
                style.push_str(&rule);
            }
            Some(_) => {}
            None => made.attributes.push(("style".to_owned(), rule)),
        }
    }
}

/// `zIndex` as `z-index`.
fn dashed(name: &str) -> String {
    let mut dashed = String::with_capacity(name.len() + 4);
    for c in name.chars().take(40) {
        if c.is_ascii_uppercase() {
            dashed.push('-');
        }
        dashed.push(c.to_ascii_lowercase());
    }
    dashed
}
