//! What a script would do, found without running it.

use super::{Digest, NodeId};
use smol_str::SmolStr;

/// One decoded layer of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// How it was obtained, as a person says it: `unescape`, `delimiter-hex`, `fromCharCode`, `noise-replace`, `base64`…
    pub how: SmolStr,
    /// The decoded text.
    pub text: String,
}

/// A kind of needless encoding or another sign in the tokens of a script. Letters are THREATS' shorthand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScriptSign {
    /// Letters encoded as `%XX` (E1).
    PercentLetters,
    /// A run of decimal character codes (E2).
    CharCodes,
    /// Letters encoded as `\xNN` or `\u00NN` (E3).
    EscapedLetters,
    /// Keywords that exist only after joining literals (E4).
    SplitKeywords,
    /// Computed calls as `[][x][x](` (E5).
    ComputedCall,
    /// A long run of only `[]()!+{}$` (E6).
    SymbolRun,
    /// ROT13, Caesar or XOR over a literal or array (E7).
    CharMapper,
    /// A literal of delimiter-hex with its replace (G1).
    DelimiterHex,
    /// A literal stuffed with noise that an alternation strips (G2).
    NoiseReplace,
    /// Dean Edwards' packer.
    Packed,
    /// A literal of base64 or hexadecimal digits that decodes to code or markup, in a script that runs or writes text.
    CodeAsData,
    /// Looks at the visitor (referrer, agent, cookie, clock), then loads or goes elsewhere (K1).
    LooksThenActs,
}

/// What a script can reach or do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sink {
    /// `eval`, `Function`, `setTimeout(string)`.
    Eval,
    /// `document.write`, `innerHTML`, `insertAdjacentHTML`.
    Write,
    /// `createElement` of something that acts, `appendChild`.
    Element,
    /// Assigns or calls `location`, `top.location`, `location.replace`.
    Navigate,
    /// `fetch`, `XMLHttpRequest`, `WebSocket`, `sendBeacon`.
    Network,
    /// `navigator.serviceWorker.register`.
    ServiceWorker,
    /// Clipboard.
    Clipboard,
}

/// What was found in one script, handler or `javascript:` URL.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScriptReport {
    /// The element it belongs to; the root's script for a script file.
    pub node: Option<NodeId>,
    /// SHA-256 of its text.
    pub digest: Digest,
    /// Digest of its tokens with plain data literals (numbers, dates, ids, token-like strings that can reach no sink)
    /// left out; none when the script holds something that could turn data into action.
    pub shape: Option<Digest>,
    /// Signs of needless encoding, each with the offending piece of text.
    pub signs: Vec<(ScriptSign, String)>,
    /// Sinks used, at the top level or in decoded layers.
    pub sinks: Vec<Sink>,
    /// Decoded layers, outermost first.
    pub layers: Vec<Layer>,
    /// URLs in string literals and layers (absolute or protocol-relative), raw.
    pub urls: Vec<String>,
    /// Literal targets of a redirect that happens at top level, outside functions and handlers.
    pub redirects: Vec<String>,
    /// Why the script was not read to its end.
    pub cut: Option<SmolStr>,
}
