//! What each element does by its name and attributes.

use super::place::children;
use super::{Survey, Value, framed, refresh, sheet, urls};
use crate::model::{ActiveKind, Element, NodeId};

/// Script types that browsers execute.
const EXECUTABLE: &[&str] = &[
    "module",
    "text/javascript",
    "application/javascript",
    "application/x-javascript",
    "text/ecmascript",
    "application/ecmascript",
    "application/x-ecmascript",
    "text/x-javascript",
    "text/x-ecmascript",
    "text/jscript",
    "text/livescript",
    "text/vbscript",
    "text/javascript1.0",
    "text/javascript1.1",
    "text/javascript1.2",
    "text/javascript1.3",
    "text/javascript1.4",
    "text/javascript1.5",
];

/// Relations of a link that make a browser reach another host.
const PRELOADS: &[&str] = &["preload", "modulepreload", "prefetch", "preconnect", "dns-prefetch", "prerender"];

impl Survey<'_> {
    /// Everything that one element can do.
    pub(super) fn element(&mut self, id: NodeId, element: &Element) {
        match element.name.as_str() {
            "script" => self.script(id, element),
            "iframe" | "frame" | "portal" | "fencedframe" => self.frame(id, element),
            "object" => self.object(id, element),
            "embed" => {
                self.url(ActiveKind::Object, id, element, &["src"]);
                self.data(id, element.attribute("src"));
            }
            "applet" => self.url(ActiveKind::Object, id, element, &["archive", "code", "codebase"]),
            "form" => self.form(id, element),
            "button" | "input" if element.attribute("formaction").is_some() => {
                self.url(ActiveKind::Form, id, element, &["formaction"]);
            }
            "base" if element.attribute("href").is_some() => self.base(id, element),
            "meta" => self.meta(id, element),
            "link" => self.link(id, element),
            "style" => self.style(id),
            "html" if element.attribute("manifest").is_some() => {
                self.url(ActiveKind::ServiceWorker, id, element, &["manifest"]);
            }
            _ => {}
        }
        self.attributes(id, element);
    }

    /// Handlers, script URLs and styles that execute, on any element.
    fn attributes(&mut self, id: NodeId, element: &Element) {
        for (name, value) in &element.attributes {
            if is_handler(name) {
                self.add(ActiveKind::EventHandler, id, Some(name), Value::code(value.as_str()), &[]);
            } else if urls::takes_url(name) {
                if let Some(code) = urls::script_url(&element.name, name, value) {
                    self.add(ActiveKind::ScriptUrl, id, Some(name), Value::code(code), &[]);
                }
            } else if name == "style"
                && let Some(code) = sheet::executes(value)
            {
                self.add(ActiveKind::Stylesheet, id, Some(name), Value::code(code), &[]);
            }
        }
    }

    /// An item for the first of these attributes that is there; without any, one without a URL.
    fn url(&mut self, kind: ActiveKind, id: NodeId, element: &Element, names: &[&str]) {
        let found = names.iter().find_map(|name| Some((*name, element.attribute(name)?)));
        let value = found.map_or_else(|| Value::code(""), |(_, raw)| self.urls.resolve(raw));
        self.add(kind, id, found.map(|(name, _)| name), value, &[element.attribute("type").unwrap_or_default()]);
    }

    fn script(&mut self, id: NodeId, element: &Element) {
        let kind = script_type(element);
        if matches!(kind.as_str(), "importmap" | "speculationrules") {
            let text = self.text(id);
            return self.add(ActiveKind::ImportMap, id, None, Value::code(text), &[&kind]);
        }
        if !executes(&kind) {
            return;
        }
        let module = if kind == "module" { "module" } else { "" };
        let source = ["src", "href", "xlink:href"]
            .into_iter()
            .skip(usize::from(element.namespace == crate::model::Namespace::Svg))
            .find_map(|name| Some((name, element.attribute(name)?)));
        let integrity = element.attribute("integrity").unwrap_or_default();
        match source {
            Some((name, raw)) if name == "src" || element.namespace == crate::model::Namespace::Svg => {
                let value = self.urls.resolve(raw);
                self.add(ActiveKind::LinkedScript, id, Some(name), value, &[module, integrity]);
            }
            _ => {
                let text = self.text(id);
                if !text.trim().is_empty() {
                    self.add(ActiveKind::InlineScript, id, None, Value::code(text), &[module]);
                }
            }
        }
    }

    fn frame(&mut self, id: NodeId, element: &Element) {
        let sandbox = element.attribute("sandbox").unwrap_or("none");
        if let Some(srcdoc) = element.attribute("srcdoc") {
            self.add(ActiveKind::Frame, id, Some("srcdoc"), Value::code(srcdoc), &[sandbox]);
            return self.framed(id, srcdoc);
        }
        let names = ["src", "data-src", "data-lazy-src"];
        let found = names.into_iter().find_map(|name| Some((name, element.attribute(name)?)));
        let value = found.map_or_else(|| Value::code(""), |(_, raw)| self.urls.resolve(raw));
        self.add(ActiveKind::Frame, id, found.map(|(name, _)| name), value, &[sandbox]);
        self.data(id, found.map(|(_, raw)| raw));
    }

    /// The document of a `data:` URL.
    fn data(&mut self, id: NodeId, raw: Option<&str>) {
        if let Some(text) = raw.and_then(framed::document) {
            self.framed(id, &text);
        }
    }

    /// An object; without an address of its own, the one in its parameters, as Flash has it.
    fn object(&mut self, id: NodeId, element: &Element) {
        let kind = element.attribute("type").unwrap_or_default();
        if let Some(raw) = element.attribute("data").is_none().then(|| self.parameter(id)).flatten() {
            let value = self.urls.resolve(raw);
            return self.add(ActiveKind::Object, id, Some("param"), value, &[kind]);
        }
        self.url(ActiveKind::Object, id, element, &["data"]);
        self.data(id, element.attribute("data"));
    }

    /// The address in the parameters of an object.
    fn parameter(&self, id: NodeId) -> Option<&str> {
        let named = |name: &str| {
            ["movie", "src", "url", "filename", "archive", "code"].iter().any(|known| name.eq_ignore_ascii_case(known))
        };
        children(self.nodes, id).take(200).find_map(|child| {
            let parameter = self.element_at(child).filter(|child| child.name == "param")?;
            parameter.attribute("name").filter(|name| named(name.trim()))?;
            parameter.attribute("value")
        })
    }

    fn form(&mut self, id: NodeId, element: &Element) {
        let action = element.attribute("action");
        let value = action.map_or_else(|| Value::code(""), |raw| self.urls.resolve(raw));
        let method = element.attribute("method").unwrap_or("get").to_ascii_lowercase();
        self.add(ActiveKind::Form, id, action.map(|_| "action"), value, &[&method]);
    }

    fn base(&mut self, id: NodeId, element: &Element) {
        let value = self.urls.resolve_base(element.attribute("href").unwrap_or_default());
        self.add(ActiveKind::Base, id, Some("href"), value, &[]);
    }

    fn meta(&mut self, id: NodeId, element: &Element) {
        let Some(pragma) = element.attribute("http-equiv") else { return };
        let content = element.attribute("content").unwrap_or_default();
        match pragma.trim().to_ascii_lowercase().as_str() {
            "refresh" => {
                let target = refresh::target(content);
                let value = target.map_or_else(|| Value::code(""), |raw| self.urls.resolve(raw));
                self.add(ActiveKind::MetaRefresh, id, Some("content"), value, &[]);
                if let Some(code) = target.and_then(|raw| urls::script_url("meta", "content", raw)) {
                    self.add(ActiveKind::ScriptUrl, id, Some("content"), Value::code(code), &[]);
                }
            }
            pragma @ ("content-security-policy"
            | "content-security-policy-report-only"
            | "set-cookie"
            | "origin-trial") => {
                self.add(ActiveKind::MetaPolicy, id, Some("content"), Value::code(content), &[pragma]);
            }
            _ => {}
        }
    }

    fn link(&mut self, id: NodeId, element: &Element) {
        let Some(raw) = element.attribute("href") else { return };
        let relations = element.attribute("rel").unwrap_or_default().to_ascii_lowercase();
        let is = |name: &str| relations.split_ascii_whitespace().any(|relation| relation == name);
        let kind = match () {
            () if is("import") => ActiveKind::LinkedScript,
            () if is("manifest") || is("serviceworker") => ActiveKind::ServiceWorker,
            () if is("stylesheet") => ActiveKind::Stylesheet,
            () if PRELOADS.iter().any(|name| is(name)) => ActiveKind::Preload,
            () => return,
        };
        let value = self.urls.resolve(raw);
        let only_foreign = matches!(kind, ActiveKind::Stylesheet | ActiveKind::Preload);
        if !only_foreign || value.host.as_deref().is_some_and(|host| self.urls.is_foreign(host)) {
            self.add(kind, id, Some("href"), value, &[&relations]);
        }
    }

    fn style(&mut self, id: NodeId) {
        if self.sheet.veils(id) {
            self.add(ActiveKind::Cover, id, None, Value::code("hides the page"), &[]);
        }
        let text = self.text(id);
        for raw in sheet::imports(&text) {
            let value = self.urls.resolve(raw);
            if value.host.as_deref().is_some_and(|host| self.urls.is_foreign(host)) {
                self.add(ActiveKind::Stylesheet, id, None, value, &[]);
            }
        }
        if let Some(code) = sheet::executes(&text) {
            self.add(ActiveKind::Stylesheet, id, None, Value::code(code), &[]);
        }
    }
}

/// `on` and letters.
fn is_handler(name: &str) -> bool {
    name.strip_prefix("on").is_some_and(|event| !event.is_empty() && event.bytes().all(|b| b.is_ascii_alphabetic()))
}

/// The type of a script, lower-case and without parameters; empty for plain JavaScript.
fn script_type(element: &Element) -> String {
    let declared = match (element.attribute("type"), element.attribute("language")) {
        (Some(kind), _) => kind.to_ascii_lowercase(),
        (None, Some(language)) if !language.trim().is_empty() => {
            format!("text/{}", language.trim().to_ascii_lowercase())
        }
        _ => String::new(),
    };
    declared.split(';').next().unwrap_or_default().trim().to_owned()
}

/// Whether a type executes; a loader that delays scripts puts its own key before the type.
fn executes(kind: &str) -> bool {
    kind.is_empty() || EXECUTABLE.contains(&kind) || kind.ends_with("-text/javascript") || kind.ends_with("-module")
}
