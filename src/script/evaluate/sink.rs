//! Calls of the browser: what they would do is noted, and nothing is done.

use super::Machine;
use super::host::{WINDOW, last};
use super::value::{Done, Outcome, Stop, Text, Value};
use crate::model::Sink;
use std::rc::Rc;

/// Whether an event comes without the visitor doing anything.
pub(super) fn comes_by_itself(event: &str) -> bool {
    matches!(event, "load" | "DOMContentLoaded" | "pageshow" | "readystatechange" | "ready" | "error" | "deviceready")
}

impl Machine {
    /// Calls something of the browser.
    pub(super) fn call_host(&mut self, path: &Rc<str>, arguments: &[Value]) -> Outcome {
        self.spend(24)?;
        self.unknowns += 1;
        self.look_at(path);
        let first = arguments.first().cloned().unwrap_or(Value::Undefined);
        let second = arguments.get(1).cloned().unwrap_or(Value::Undefined);
        match last(path) {
            "setTimeout" | "setInterval" | "setImmediate" => self.timer(&first)?,
            "addEventListener" | "attachEvent" | "on" | "one" | "bind" => self.listen(&first, arguments),
            "createElement" | "createElementNS" => {
                let name = if last(path) == "createElement" { first } else { second };
                return self.create(&name);
            }
            "createTextNode" => return Ok(first),
            "getElementById" | "querySelector" | "$" | "jQuery" | "getElementsByTagName" | "html" | "text" => {
                if let Some(found) = self.found_around(path, &first, arguments.is_empty()) {
                    return Ok(found);
                }
                return match last(path) {
                    "html" if !arguments.is_empty() => self.put_in(path, arguments).map(|()| first),
                    _ => self.call_other(path, &first, &second, arguments),
                };
            }
            "cloneNode" => return Ok(Value::Host(Rc::clone(path))),
            "write" | "writeln" if path.starts_with("document") || path.starts_with('?') => {
                for argument in arguments {
                    self.write(argument, true)?;
                }
            }
            "insertAdjacentHTML" => self.write(&second, false)?,
            "createContextualFragment" | "parseHTML" | "parseFromString" => self.write(&first, false)?,
            "appendChild"
            | "insertBefore"
            | "replaceChild"
            | "append"
            | "prepend"
            | "before"
            | "after"
            | "replaceWith"
            | "appendTo"
            | "prependTo"
            | "insertAfter"
            | "insertAdjacentElement" => {
                self.put_in(path, arguments)?;
                return Ok(first);
            }
            "replace" | "assign" if path.starts_with("location") => self.navigate(&first, "location")?,
            "open"
                if matches!(&**path, "open" | "?.open")
                    || path.starts_with("XMLHttpRequest")
                    || arguments.len() >= 2 =>
            {
                self.open(path, &first, &second, arguments)?;
            }
            "setAttribute" => {
                let name = self.string_of(&first);
                self.set_host(super::host::NAMELESS, &name, &second)?;
            }
            "attr" | "prop" => {
                let name = self.string_of(&first);
                self.set_host(super::host::NAMELESS, &name, &second)?;
            }
            _ => return self.call_other(path, &first, &second, arguments),
        }
        self.hand_over(arguments, true);
        Ok(called(path))
    }

    /// What is known of the page around: an element with a text by its id, that text, and the scripts.
    fn found_around(&mut self, path: &str, first: &Value, bare: bool) -> Option<Value> {
        if bare {
            let receiver = path.rsplit_once('.').map_or("", |(receiver, _)| receiver);
            return self.text_around(receiver, last(path));
        }
        let Value::Text(text) = first else { return None };
        let asked = self.read(text);
        match last(path) {
            "getElementsByTagName" => (asked == "script").then(|| Value::host(super::host::SCRIPTS)),
            "getElementById" => self.element_around(&asked),
            "html" | "text" => None,
            _ => self.element_around(asked.strip_prefix('#')?),
        }
    }

    fn call_other(&mut self, path: &Rc<str>, first: &Value, second: &Value, arguments: &[Value]) -> Outcome {
        match last(path) {
            "fetch" | "importScripts" | "import" | "get" | "post" | "getJSON" | "getScript" | "ajax" | "axios"
            | "request" | "sendBeacon" => {
                self.network(path, first)?;
            }
            "register" if path.contains("serviceWorker") => {
                let text = self.text_of(first);
                self.action(Sink::ServiceWorker, "serviceWorker.register", &text);
            }
            "writeText" | "setData" if path.contains("clipboard") => {
                let text = self.text_of(if last(path) == "setData" { second } else { first });
                self.action(Sink::Clipboard, "clipboard", &text);
            }
            "execCommand" => {
                let command = self.text_of(first);
                if command.is("copy") || command.is("cut") {
                    let copied = self.selected();
                    self.action(Sink::Clipboard, "execCommand", &copied);
                }
            }
            "$" | "jQuery" => self.query(first)?,
            "ready"
            | "then"
            | "requestAnimationFrame"
            | "requestIdleCallback"
            | "queueMicrotask"
            | "load"
            | "finally" => self.hand_over(arguments, false),
            "each" | "forEach" | "map" | "filter" | "some" => self.call_for_some(arguments)?,
            "submit" => self.sink(Sink::Network),
            _ => {}
        }
        self.hand_over(arguments, true);
        Ok(called(path))
    }

    /// What is copied: the text of the field that the script made last.
    fn selected(&mut self) -> Text {
        self.charge(self.heap.len() / 4);
        let fields = self.heap.items().iter().rev().filter_map(|item| match &item.kind {
            super::heap::Kind::Element(made) if matches!(made.name.as_str(), "textarea" | "input") => Some(made),
            _ => None,
        });
        let value = |made: &super::heap::Made| {
            let value = made.attributes.iter().find(|(name, _)| name == "value").map(|(_, value)| value);
            value.unwrap_or(&made.content).clone()
        };
        fields.map(|made| value(made)).find(|text| !text.is_empty()).map_or_else(Text::hole, |text| Text::new(&text))
    }

    /// `new` of something of the browser.
    pub(super) fn construct_host(&mut self, path: &Rc<str>, arguments: &[Value]) -> Outcome {
        let first = arguments.first().cloned().unwrap_or(Value::Undefined);
        match last(path) {
            "Image" => return self.create(&Value::text("img")),
            "Element" => return self.create_with(&first, arguments.get(1)),
            "WebSocket" | "EventSource" | "Worker" | "SharedWorker" => {
                let text = self.text_of(&first);
                self.action(Sink::Network, last(path), &text);
            }
            "XMLHttpRequest" | "ActiveXObject" => self.sink(Sink::Network),
            "Promise" | "MutationObserver" | "IntersectionObserver" => self.hand_over(arguments, false),
            "Blob" => return self.blob(&first),
            _ => {}
        }
        self.hand_over(arguments, true);
        Ok(called(path))
    }

    /// `new Blob([code])`: its text, which a script made of it would run.
    fn blob(&mut self, parts: &Value) -> Outcome {
        let text = self.text_of(parts);
        let code = crate::script::words::is_code(&self.read(&text));
        Ok(if code { Value::Text(text) } else { Value::host("Blob()") })
    }

    /// A timer runs its function by itself, and text as code.
    fn timer(&mut self, first: &Value) -> Done {
        match first {
            Value::Text(code) => {
                self.sink(Sink::Eval);
                let source = self.shown(code);
                self.note_code(&code.clone(), &source, "setTimeout");
                self.later.push_back((super::Later::Code(source), self.waits));
            }
            other => self.hand_over(std::slice::from_ref(other), false),
        }
        Ok(())
    }

    fn listen(&mut self, event: &Value, arguments: &[Value]) {
        let event = self.string_of(event);
        let waits = !comes_by_itself(event.strip_prefix("on").unwrap_or(&event));
        self.hand_over(arguments, waits);
    }

    /// `open` of a request, or of a window.
    fn open(&mut self, path: &Rc<str>, first: &Value, second: &Value, arguments: &[Value]) -> Done {
        let method = self.string_of(first).to_ascii_uppercase();
        if matches!(method.as_str(), "GET" | "POST" | "PUT" | "HEAD") || path.starts_with("XMLHttpRequest") {
            let text = self.text_of(second);
            self.action(Sink::Network, "XMLHttpRequest", &text);
            return Ok(());
        }
        let target = self.string_of(second);
        if matches!(target.as_str(), "_self" | "_top" | "_parent") {
            return self.navigate(first, "open");
        }
        if arguments.len() > 4 {
            return Ok(());
        }
        let text = self.text_of(first);
        if text.len() > 1 {
            self.action(Sink::Navigate, "open", &text);
        }
        Ok(())
    }

    /// A request to an address, which may stand in the `url` of an object.
    fn network(&mut self, path: &str, first: &Value) -> Done {
        let address = match first {
            Value::Item(place) => self.heap.field(*place, "url").cloned().unwrap_or(Value::Unknown),
            other => other.clone(),
        };
        let text = self.text_of(&address);
        let library = path.starts_with('$') || path.starts_with("jQuery") || path.starts_with("axios");
        if matches!(last(path), "get" | "post" | "request") && !library && !text.units.contains(&u16::from(b'/')) {
            return Ok(());
        }
        self.action(Sink::Network, last(path), &text);
        Ok(())
    }

    /// A function that is called at once with things that are not known.
    fn call_for_some(&mut self, arguments: &[Value]) -> Done {
        for argument in arguments {
            if let Some((_, closure)) = self.heap.closure(argument) {
                let unknown = vec![Value::Unknown; self.parameter_count(closure.node)];
                self.guess(|machine| machine.call(argument, &Value::Unknown, unknown).map(drop))?;
            }
        }
        Ok(())
    }

    /// `$(function)`, `$('<markup>')`.
    fn query(&mut self, first: &Value) -> Done {
        match first {
            Value::Text(text) if text.part(0, 64).read().trim_start().starts_with('<') => self.write(first, false),
            other => {
                if self.heap.closure(other).is_some() {
                    self.later.push_back((super::Later::Ready(other.clone()), self.waits));
                }
                Ok(())
            }
        }
    }

    /// Elements and markup that are put into the page.
    fn put_in(&mut self, path: &str, arguments: &[Value]) -> Done {
        for argument in arguments {
            match argument {
                Value::Item(place) if self.heap.element(*place).is_some() => self.place(*place),
                Value::Text(text) if text.units.contains(&u16::from(b'<')) => self.write(argument, false)?,
                _ => {}
            }
        }
        self.look_at(path);
        Ok(())
    }

    /// Goes elsewhere.
    pub(super) fn navigate(&mut self, value: &Value, by: &str) -> Done {
        if let Value::Item(_) | Value::Native(_) | Value::Method(_) = value {
            return Ok(());
        }
        let text = self.text_of(value);
        self.redirect(&text, by);
        Ok(())
    }

    /// An address given to an element that is not the script's own.
    pub(super) fn reach(&mut self, value: &Value, name: &str) -> Done {
        if let Value::Text(text) = value {
            let text = text.clone();
            self.action(Sink::Element, name, &text);
        }
        Ok(())
    }

    /// Follows code that is text; gives the value of its last statement.
    pub(super) fn run_text(&mut self, code: &Text, by: &str) -> Outcome {
        self.sink(Sink::Eval);
        let source = self.shown(code);
        self.note_code(code, &source, by);
        self.code(&source, true)
    }

    /// Follows a layer.
    pub(super) fn code(&mut self, source: &str, nested: bool) -> Outcome {
        if self.layers >= super::MAX_LAYERS_DEEP {
            self.cut("layers");
            return Ok(self.unknown());
        }
        let script = source.trim();
        let script = script.strip_prefix("javascript:").unwrap_or(script);
        self.make(script.len() * 4)?;
        self.spend_source(script.len())?;
        if !nested && !self.ran.insert(crate::model::Digest::of(script)) {
            return Ok(Value::Undefined);
        }
        let Some(program) = self.parse(script) else {
            self.cut("parser");
            return Ok(self.unknown());
        };
        self.layers += 1;
        let depth = self.depth;
        self.depth = depth.min(100);
        self.last = Value::Undefined;
        let done = self.program(program);
        self.depth = depth;
        self.layers -= 1;
        match done {
            Err(Stop::Spent) => Err(Stop::Spent),
            _ => Ok(std::mem::replace(&mut self.last, Value::Undefined)),
        }
    }

    /// `Function(names, code)`: a function of its own.
    pub(super) fn compile_function(&mut self, names: &str, code: &Text) -> Outcome {
        let body = self.shown(code);
        if body.trim() == "return this" {
            return Ok(Value::host(WINDOW));
        }
        self.sink(Sink::Eval);
        self.note_code(code, &body, "Function");
        self.make(body.len() * 4)?;
        let source = format!("(function({names}){{{body}\n}})");
        if let Some(known) = self.compiled.get(&source) {
            let known = *known;
            return self.evaluate(known, super::scope::TOP);
        }
        self.spend_source(source.len())?;
        if self.layers >= super::MAX_LAYERS_DEEP {
            self.cut("layers");
            return Ok(self.unknown());
        }
        let Some(program) = self.parse(&source) else {
            self.cut("parser");
            return Ok(self.unknown());
        };
        let Some(function) = self.tree.nth(program, 0).and_then(|id| self.tree.nth(id, 0)) else {
            return Ok(self.unknown());
        };
        self.compiled.insert(source, function);
        self.evaluate(function, super::scope::TOP)
    }
}

/// What a call of the browser gives back.
fn called(path: &str) -> Value {
    if path.ends_with("()") { Value::host(path) } else { Value::Host(format!("{path}()").into()) }
}
