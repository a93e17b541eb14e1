//! What states, kinds and grades are called on a terminal, in both languages.

use crate::model::{
    ApprovalAction, CaptureOf, Confidence, IncidentState, Language, Looks, ScriptSign, Severity, Sink, StaticWords,
};

const fn term(en: &'static str, ja: &'static str) -> StaticWords {
    StaticWords { en, ja }
}

pub(super) const fn severity(severity: Severity, language: Language) -> &'static str {
    let words = match severity {
        Severity::Critical => term("critical", "重大"),
        Severity::High => term("high", "高"),
        Severity::Medium => term("medium", "中"),
        Severity::Low => term("low", "低"),
        Severity::Info => term("info", "参考"),
    };
    words.get(language)
}

pub(super) const fn confidence(confidence: Confidence, language: Language) -> &'static str {
    let words = match confidence {
        Confidence::Certain => term("certain", "確実"),
        Confidence::Firm => term("firm", "確度高"),
        Confidence::Tentative => term("tentative", "兆候"),
    };
    words.get(language)
}

pub(super) const fn state(state: IncidentState, language: Language) -> &'static str {
    let words = match state {
        IncidentState::Open => term("open", "未対応"),
        IncidentState::Acknowledged => term("acknowledged", "対応中"),
        IncidentState::Resolved => term("resolved", "解決済み"),
    };
    words.get(language)
}

pub(super) const fn capture(of: CaptureOf, language: Language) -> &'static str {
    let words = match of {
        CaptureOf::First => term("first", "最初"),
        CaptureOf::Worse => term("worse", "悪化時"),
        CaptureOf::Last => term("last", "最新"),
    };
    words.get(language)
}

pub(super) const fn action(action: ApprovalAction, language: Language) -> &'static str {
    let words = match action {
        ApprovalAction::Approve => term("approve", "承認"),
        ApprovalAction::Retire => term("retire", "除外"),
    };
    words.get(language)
}

/// What a script does, as a person says it.
pub(super) const fn sink(sink: Sink, language: Language) -> &'static str {
    let words = match sink {
        Sink::Eval => term("runs text as code", "文字列をコードとして実行"),
        Sink::Write => term("writes into the page", "ページへ書き込み"),
        Sink::Element => term("makes something that acts", "動作する要素を生成"),
        Sink::Navigate => term("leads elsewhere", "別のページへ移動"),
        Sink::Network => term("asks a server", "サーバーと通信"),
        Sink::ServiceWorker => term("installs a service worker", "Service Workerを登録"),
        Sink::Clipboard => term("fills the clipboard", "クリップボードへ書き込み"),
    };
    words.get(language)
}

/// What is odd in a script.
pub(super) const fn sign(sign: ScriptSign, language: Language) -> &'static str {
    let words = match sign {
        ScriptSign::PercentLetters => term("letters written as %XX", "文字の%XX表記"),
        ScriptSign::CharCodes => term("runs of character codes", "文字コードの列"),
        ScriptSign::EscapedLetters => term("letters written as escapes", "文字のエスケープ表記"),
        ScriptSign::SplitKeywords => term("split keywords", "分割されたキーワード"),
        ScriptSign::ComputedCall => term("a computed call", "計算で得た名前の呼び出し"),
        ScriptSign::SymbolRun => term("code of symbols", "記号だけのコード"),
        ScriptSign::CharMapper => term("a table of letters", "文字の対応表"),
        ScriptSign::DelimiterHex => term("hexadecimal between delimiters", "区切り文字入りの16進数"),
        ScriptSign::NoiseReplace => term("noise that is taken out", "除去される雑音文字"),
        ScriptSign::Packed => term("a packer", "パッカー"),
        ScriptSign::CodeAsData => term("code kept as data", "データとして持つコード"),
        ScriptSign::LooksThenActs => term("looks at the visitor, then acts", "閲覧者を調べてから動作"),
        ScriptSign::References => term("letters written as references", "文字参照による表記"),
        ScriptSign::DecodedCode => term("decoded code", "復号されたコード"),
        ScriptSign::HiddenNames => term("hidden names", "隠された名前"),
        ScriptSign::HiddenAddress => term("a hidden address", "隠されたアドレス"),
    };
    words.get(language)
}

/// What a script looks at before it acts.
pub(super) fn looks(looks: Looks, language: Language) -> String {
    let ja = |name: &'static str| match name {
        "referrer" => "リンク元",
        "agent" => "ブラウザの種類",
        "cookie" => "Cookie・保存領域",
        "clock" => "時刻",
        "screen" => "画面の大きさ",
        "webdriver" => "自動操作かどうか",
        "language" => "言語",
        "history" => "閲覧履歴",
        "place" => "ページのアドレス",
        "fields" => "入力欄",
        other => other,
    };
    let names = looks.names().map(|name| if language == Language::Japanese { ja(name) } else { name });
    names.collect::<Vec<_>>().join(", ")
}
