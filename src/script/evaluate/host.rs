//! The browser by name: what a path means, what is looked at, and what may be asked of it.

use super::Machine;
use super::value::{Done, Value};
use crate::model::Looks;
use std::rc::Rc;

/// The global object, and something of the browser without a name.
pub(super) const WINDOW: &str = "window";
pub(super) const NAMELESS: &str = "?";
/// The scripts of the page, and the one that is being read: a decoder may be keyed by its own text.
pub(super) const SCRIPTS: &str = "document.scripts";
pub(super) const OWN_SCRIPT: &str = "document.currentScript";
/// How the name of an element of the page begins whose text is known; its id follows.
const AROUND: &str = "document.getElementById(#";
/// Longest name of something of the browser, in bytes.
const MAX_PATH: usize = 96;

/// Whether a path is the global object.
fn is_window(path: &str) -> bool {
    path == WINDOW
}

/// What every browser has, so that asking for it is no question.
pub(super) fn truth(path: &str) -> Option<bool> {
    let sure = matches!(
        path,
        WINDOW
            | "document"
            | "navigator"
            | "location"
            | "document.body"
            | "document.head"
            | "document.documentElement"
            | "document.createElement"
            | "document.getElementById"
            | "document.getElementsByTagName"
            | "document.querySelector"
            | "document.addEventListener"
            | "addEventListener"
            | "JSON"
            | "fetch"
    );
    sure.then_some(true)
}

/// `typeof` of what every browser has.
pub(super) fn type_of(path: &str) -> Option<&'static str> {
    match path {
        WINDOW | "document" | "navigator" | "location" => Some("object"),
        "document.createElement" | "document.getElementById" | "addEventListener" | "setTimeout" => Some("function"),
        "location.href" | "document.cookie" | "document.referrer" | "navigator.userAgent" => Some("string"),
        _ => None,
    }
}

/// The last part of a path.
pub(super) fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// What is looked at when a member of the browser is read.
fn look(path: &str) -> Looks {
    let of_place = || path.starts_with("location.");
    match last(path) {
        "referrer" => Looks::REFERRER,
        "userAgent" | "appVersion" | "appName" | "platform" | "vendor" | "oscpu" | "userAgentData" => Looks::AGENT,
        "cookie" | "localStorage" | "sessionStorage" | "cookieEnabled" => Looks::COOKIE,
        "Date" | "performance" => Looks::CLOCK,
        "screen" | "innerWidth" | "innerHeight" | "outerWidth" | "outerHeight" | "devicePixelRatio" => Looks::SCREEN,
        "webdriver" | "callPhantom" | "_phantom" => Looks::WEBDRIVER,
        "language" | "languages" | "userLanguage" | "browserLanguage" | "systemLanguage" => Looks::LANGUAGE,
        "history" => Looks::HISTORY,
        "value" | "val" | "serialize" | "serializeArray" | "FormData" => Looks::FIELDS,
        "href" | "hostname" | "host" | "pathname" | "search" | "hash" | "protocol" | "origin" if of_place() => {
            Looks::PLACE
        }
        "URL" | "documentURI" | "baseURI" | "domain" => Looks::PLACE,
        _ => Looks::NONE,
    }
}

impl Machine {
    /// Notes what a member of the browser tells of the visitor.
    pub(super) fn look_at(&mut self, path: &str) {
        self.looks = self.looks.and(look(path));
    }

    /// The path of a member; ways to the same thing have one name.
    pub(super) fn host_path(&self, path: &str, name: &str) -> Rc<str> {
        match name {
            "window" | "globalThis" | "defaultView" | "contentWindow" => return WINDOW.into(),
            // `style.top` is another thing.
            "self" | "top" | "parent" | "frames" if path == NAMELESS || is_window(path) => return WINDOW.into(),
            "contentDocument" | "ownerDocument" => return "document".into(),
            "location" if matches!(path, "document" | NAMELESS) || is_window(path) => return name.into(),
            "document" | "navigator" if path == NAMELESS => return name.into(),
            _ if is_window(path) => return name.into(),
            _ => {}
        }
        if path.len() + name.len() > MAX_PATH || name.len() > 40 {
            let name = name.get(..name.floor_char_boundary(40)).unwrap_or_default();
            return format!("{NAMELESS}.{name}").into();
        }
        format!("{path}.{name}").into()
    }

    /// A member of the browser; of the global object also what the script put there.
    pub(super) fn host_member(&mut self, path: &str, name: &str) -> Value {
        if is_window(path) {
            let symbol = self.tree.known(name);
            if let Some(value) = symbol.and_then(|symbol| self.global(symbol).clone()) {
                return value;
            }
            if super::scope::is_native(name) {
                return Value::native(name);
            }
        }
        let whole = self.host_path(path, name);
        if let Some(value) = self.extended.get(&*whole) {
            return value.clone();
        }
        if let Some(text) = self.text_around(path, name) {
            return text;
        }
        self.look_at(&whole);
        self.unknowns += 1;
        Value::Host(whole)
    }

    /// The element of the page that is asked for by its id, where its text is known.
    pub(super) fn element_around(&self, id: &str) -> Option<Value> {
        self.around.text(id).map(|_| Value::Host(format!("{AROUND}{id})").into()))
    }

    /// The text of an element of the page.
    pub(super) fn text_around(&mut self, path: &str, name: &str) -> Option<Value> {
        if path == OWN_SCRIPT && matches!(name, "innerHTML" | "text" | "textContent" | "innerText") {
            self.make(self.own_length * 2).ok()?;
            return Some(Value::text(self.tree.own(self.own_length)));
        }
        let (id, way) = path.strip_prefix(AROUND)?.split_once(')')?;
        let raw = match (way, name) {
            ("", "innerHTML" | "html") => true,
            ("", "textContent" | "innerText" | "text") | (".firstChild", "data" | "nodeValue" | "textContent") => false,
            _ => return None,
        };
        let text = self.around.text(id)?;
        self.make(text.len() * 2).ok()?;
        let escaped = || text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        Some(Value::text(&if raw { escaped() } else { text.to_string() }))
    }

    /// A function that the script made global, by its path.
    pub(super) fn window_function(&mut self, path: &str) -> Option<Value> {
        if path.contains('.') {
            return None;
        }
        if super::scope::is_native(path) {
            return Some(Value::native(path));
        }
        let symbol = self.tree.known(path)?;
        let value = self.global(symbol).clone()?;
        self.heap.closure(&value).is_some().then_some(value)
    }

    /// `window.name = value`, `location.href = value`, `body.innerHTML = value`, `a.onclick = value`.
    pub(super) fn set_host(&mut self, path: &str, name: &str, value: &Value) -> Done {
        let whole = self.host_path(path, name);
        if let Some(event) = name.strip_prefix("on").filter(|_| self.heap.is_function(value)) {
            let waits = !super::sink::comes_by_itself(event);
            self.put_off(value.clone(), waits);
            if !is_window(path) {
                return Ok(());
            }
        }
        match &*whole {
            WINDOW => return Ok(()),
            "location" | "location.href" => return self.navigate(value, "location"),
            _ if is_window(path) => {
                let symbol = self.tree.symbol(name);
                *self.global(symbol) = Some(value.clone());
                return Ok(());
            }
            _ => {}
        }
        match name {
            "innerHTML" | "outerHTML" | "srcdoc" => self.write(value, false),
            "src" | "href" | "action" | "data" | "formAction" => self.reach(value, name),
            "text" | "textContent" | "innerText" => Ok(()),
            "prototype" => Ok(()),
            _ => {
                // What the script keeps on something of the browser is its own.
                if path != NAMELESS && !value.is_opaque() && super::host::look(&whole) == Looks::NONE {
                    self.extend(whole.to_string(), value.clone())?;
                }
                self.hand_over(std::slice::from_ref(value), true);
                Ok(())
            }
        }
    }
}
