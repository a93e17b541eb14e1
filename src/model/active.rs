//! The active plane's inventory: each thing of a page that can act on a visitor.

use super::{Digest, NodeId};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// On which plane something lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Plane {
    /// Text, images, links, attributes without effect: tolerant.
    #[default]
    Content,
    /// What can act on a visitor: strict.
    Active,
}

/// Where in the page something stands; attackers have favourite places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Position {
    /// Before `<!doctype>` or `<html>`.
    BeforeHtml,
    /// First element of `<head>`.
    HeadStart,
    /// Inside or just after `<title>`.
    InTitle,
    /// Elsewhere in `<head>`.
    Head,
    /// Between `</head>` and `<body>`.
    BetweenHeadAndBody,
    /// First element of `<body>`.
    BodyStart,
    /// In the content.
    #[default]
    Content,
    /// Last element before `</body>`.
    BodyEnd,
    /// After `</body>` or `</html>`.
    AfterBody,
    /// In a script file.
    ScriptFile,
}

/// What kind of thing acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActiveKind {
    /// `<script>` with code in the page.
    InlineScript,
    /// `<script src>` (also `xlink:href` of SVG scripts).
    LinkedScript,
    /// `<iframe>`, `<frame>`, with `src` or `srcdoc`; also `<portal>`, `<fencedframe>`.
    Frame,
    /// `<object>`, `<embed>`, `<applet>`.
    Object,
    /// `<form action>`, `formaction` of a control.
    Form,
    /// `<base>`.
    Base,
    /// `<meta http-equiv=refresh>`.
    MetaRefresh,
    /// Other `http-equiv` that acts (Content-Security-Policy, set-cookie).
    MetaPolicy,
    /// An `on…` attribute.
    EventHandler,
    /// `javascript:` or executable `data:` URL in an attribute.
    ScriptUrl,
    /// Stylesheet from another host, `@import` of another host, or a CSS expression/behavior that executes.
    Stylesheet,
    /// Service worker registration or manifest of one.
    ServiceWorker,
    /// `<script type=importmap>` or `speculationrules`.
    ImportMap,
    /// `<link rel=preload|modulepreload|prefetch|preconnect|dns-prefetch>` to another host.
    Preload,
    /// A hidden element that holds a frame, a form, off-site links, or 1 kB of text and more.
    Hidden,
    /// An element that lies over the whole screen, or a style that hides the page itself.
    Cover,
}

/// Whether the code in an attribute runs without the visitor choosing so: by loading, showing, moving the pointer,
/// scrolling, focus, an animation or leaving. Attributes that hold an address run as soon as it is loaded.
#[must_use]
pub fn runs_unasked(attribute: &str) -> bool {
    const EVENTS: [&str; 62] = [
        "abort",
        "afterprint",
        "animationcancel",
        "animationend",
        "animationiteration",
        "animationstart",
        "beforeprint",
        "beforetoggle",
        "beforeunload",
        "begin",
        "blur",
        "bounce",
        "canplay",
        "canplaythrough",
        "contentvisibilityautostatechange",
        "durationchange",
        "emptied",
        "end",
        "ended",
        "error",
        "finish",
        "focus",
        "focusin",
        "focusout",
        "hashchange",
        "load",
        "loadeddata",
        "loadedmetadata",
        "loadend",
        "loadstart",
        "message",
        "mouseenter",
        "mouseleave",
        "mousemove",
        "mouseout",
        "mouseover",
        "mousewheel",
        "pagehide",
        "pagereveal",
        "pageshow",
        "play",
        "playing",
        "pointerenter",
        "pointermove",
        "pointerover",
        "pointerrawupdate",
        "popstate",
        "progress",
        "readystatechange",
        "repeat",
        "resize",
        "scroll",
        "scrollend",
        "start",
        "timeupdate",
        "toggle",
        "touchmove",
        "touchstart",
        "transitionend",
        "transitionrun",
        "unload",
        "wheel",
    ];
    match attribute.strip_prefix("on") {
        Some(event) => {
            EVENTS.binary_search(&event).is_ok()
                || event.strip_prefix("webkit").is_some_and(|event| EVENTS.binary_search(&event).is_ok())
        }
        None => matches!(attribute, "src" | "data" | "srcdoc"),
    }
}

/// One thing that can act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveItem {
    /// What it is.
    pub kind: ActiveKind,
    /// Its element.
    pub node: NodeId,
    /// The attribute that makes it act, where it is one.
    pub attribute: Option<SmolStr>,
    /// What acts: the resolved URL (query included), the code of a script or handler, or the text of a hidden element.
    pub value: String,
    /// Host of the URL, lower case, where the value is one.
    pub host: Option<String>,
    /// The host belongs to another site than the page (the registrable domain differs; four labels under `lg.jp`).
    pub foreign: bool,
    /// Where it stands.
    pub position: Position,
    /// It or an element above it is hidden from the visitor.
    pub hidden: bool,
    /// It stands inside `<noscript>`.
    pub noscript: bool,
    /// Digest of kind, element, acting attributes and value: equal identities act equally.
    pub identity: Digest,
}

/// What became of one active item between the approved states and this page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveChange {
    /// Index into the new page's [`Page::active`](super::Page::active); none for something that vanished.
    pub new: Option<usize>,
    /// Index into the approved page's list: what it replaces or what vanished.
    pub old: Option<usize>,
}
