//! What a script would do, found without running it.

use super::{Digest, NodeId, StaticWords};
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
    /// Letters written as character references (`&#104;`) in a literal.
    References,
    /// Code or markup that exists only after decoding, and is run or written.
    DecodedCode,
    /// The names by which the page is read and written come out of an encoding or a table of strings.
    HiddenNames,
    /// An address that exists only after decoding, and from which something is loaded.
    HiddenAddress,
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

/// What a script looks at before it acts: a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Looks(u16);

impl Looks {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// The page the visitor came from.
    pub const REFERRER: Self = Self(1);
    /// The browser and its system.
    pub const AGENT: Self = Self(1 << 1);
    /// Cookies and other storage.
    pub const COOKIE: Self = Self(1 << 2);
    /// The time.
    pub const CLOCK: Self = Self(1 << 3);
    /// The size of screen or window.
    pub const SCREEN: Self = Self(1 << 4);
    /// Whether a program drives the browser.
    pub const WEBDRIVER: Self = Self(1 << 5);
    /// The visitor's language.
    pub const LANGUAGE: Self = Self(1 << 6);
    /// The pages seen before.
    pub const HISTORY: Self = Self(1 << 7);
    /// The address of the page itself.
    pub const PLACE: Self = Self(1 << 8);
    /// What was typed into form fields.
    pub const FIELDS: Self = Self(1 << 9);

    const NAMES: [(Self, &'static str); 10] = [
        (Self::REFERRER, "referrer"),
        (Self::AGENT, "agent"),
        (Self::COOKIE, "cookie"),
        (Self::CLOCK, "clock"),
        (Self::SCREEN, "screen"),
        (Self::WEBDRIVER, "webdriver"),
        (Self::LANGUAGE, "language"),
        (Self::HISTORY, "history"),
        (Self::PLACE, "place"),
        (Self::FIELDS, "fields"),
    ];

    /// Whether it has something of the other.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The names of what is looked at.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().filter(move |(look, _)| self.has(*look)).map(|(_, name)| name)
    }
}

/// One thing that a script would do with an address or text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What kind of thing it is.
    pub sink: Sink,
    /// By what: `location`, `fetch`, `script src`, `form submit`…
    pub by: SmolStr,
    /// The address or text; what is not known of it is `…`.
    pub target: String,
    /// What the script has looked at before.
    pub after: Looks,
    /// Whether it waits until the visitor does something, or for a call that is not seen.
    pub waits: bool,
    /// Whether the text exists only after decoding.
    pub decoded: bool,
}

/// An element that a script would make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Its name in small letters.
    pub name: SmolStr,
    /// Its attributes, as far as they are known.
    pub attributes: Vec<(SmolStr, String)>,
    /// It with what is in it, as markup.
    pub markup: String,
    /// Whether it is put into the page.
    pub placed: bool,
    /// What the script has looked at before.
    pub after: Looks,
}

/// A script that only states data: objects and arrays that are given a name or handed to a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptState {
    /// Digest of the script without the data.
    pub code: Digest,
    /// What in the data is not plain, sorted: addresses by their host (`//host`), all else as it is, or its digest. Numbers,
    /// dates, digests, paths of the site itself and sentences are plain.
    pub leaves: Vec<String>,
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
    /// What it states, when it only states data.
    pub state: Option<ScriptState>,
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
    /// What it looks at: referrer, agent, cookie…
    pub looks: Looks,
    /// What it would do with addresses and texts, in the order of doing.
    pub actions: Vec<Action>,
    /// Markup that it would write.
    pub markup: Vec<String>,
    /// Elements that it would make, outermost ones.
    pub elements: Vec<Made>,
    /// The family it belongs to, where its make is known.
    pub family: Option<SmolStr>,
    /// Why the script was not read to its end.
    pub cut: Option<SmolStr>,
}

/// Why a script was not read to its end, by the code in [`ScriptReport::cut`].
#[must_use]
pub fn cut_reason(code: &str) -> StaticWords {
    let (en, ja) = match code {
        "stalled" => (
            "it takes more steps than any script of its size needs",
            "同程度の大きさのスクリプトに必要な手数を超えています",
        ),
        "encoded" => {
            ("what it runs encoded is more than is decoded", "実行される符号化コードが復号の上限を超えています")
        }
        "steps" => ("following it takes more steps than the limit", "追跡の手数が上限を超えています"),
        "tree" => ("a part of it is longer than what is followed", "追跡できる長さを超える部分があります"),
        "parser" => ("its syntax could not be read within the limit", "上限内で構文を解析できませんでした"),
        "bytes" => ("it is longer than the limit", "長さが上限を超えています"),
        "memory" => ("it makes more than the limit", "生成する量が上限を超えています"),
        "depth" => ("it is nested deeper than the limit", "入れ子が深すぎます"),
        "layers" => ("code makes code more often than is followed", "コードの生成が追跡の上限を超えて繰り返されます"),
        "decoded" => ("it decodes more than is kept", "復号される量が保持の上限を超えています"),
        "output" | "markup" => ("it writes more than is kept", "書き込む量が保持の上限を超えています"),
        "elements" => ("it makes more elements than are kept", "生成する要素が保持の上限を超えています"),
        "actions" => ("it does more than is noted", "動作の数が記録の上限を超えています"),
        "functions" => ("it has more functions than are followed", "関数が追跡の上限を超えています"),
        "page" => {
            ("the scripts of the page are more than are followed", "ページ内のスクリプトが追跡の上限を超えています")
        }
        _ => ("a limit was reached", "上限に達しました"),
    };
    StaticWords { en, ja }
}
