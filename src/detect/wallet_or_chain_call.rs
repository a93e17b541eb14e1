//! Rule `wallet-or-chain-call`: a script asks a blockchain or a wallet.

use super::support::{NewScript, around, new_scripts};
use super::{Detector, Findings, Found};
use crate::model::{Case, Confidence, Rule, Severity, Sink, StaticWords, Words};

/// # What it finds
///
/// A new script, its decoded layers included, that calls a contract or wallet (`eth_call`, `eth_sendTransaction` …) or
/// reaches a public node of a blockchain.
///
/// # Why it matters
///
/// EtherHiding keeps the address of the malware in a contract, so that it can be changed for thousands of hacked sites at
/// once. Sites of municipalities were among the victims.
///
/// # Example
///
/// ```js
/// fetch("https://node.chain.example/", {body: JSON.stringify({method: "eth_call", params: []})});
/// ```
///
/// # Known false alarms
///
/// Shops and projects that take such payments do the same: approve them once. Pages that only write about blockchains hold
/// no such call.
///
/// # References
///
/// ClearFake and EtherHiding (since 2023); JokerStat (2026).
pub(super) struct WalletOrChainCall;

static RULE: Rule = Rule {
    id: "wallet-or-chain-call",
    title: StaticWords {
        en: "Call to a blockchain or wallet", ja: "ブロックチェーン・ウォレットの呼び出し"
    },
    why: StaticWords {
        en: "A script asks a blockchain or a visitor's wallet. On sites of public bodies nothing needs that; attackers keep their next step there, where nobody can remove it.",
        ja: "スクリプトがブロックチェーンや閲覧者のウォレットを呼び出します。公共機関のサイトに必要なものではなく、攻撃者が次の不正コードを消されない場所に置く手口です。",
    },
    first_step: StaticWords {
        en: "Ask the site's maintainers whether they added this script. If nobody did, keep a copy of the page and its script files, take them offline, and change FTP and CMS passwords from a clean computer.",
        ja: "このスクリプトを追加したか保守担当者に確認してください。心当たりがなければ、ページとスクリプトファイルの写しを残して公開を止め、安全な端末からFTPとCMSのパスワードを変更してください。",
    },
};

impl Detector for WalletOrChainCall {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let first_sight = case.approved.is_none();
        out.extend(new_scripts(case).iter().filter_map(|script| judge(script, first_sight)));
    }
}

/// Methods of nodes and wallets.
const CALLS: [&str; 9] = [
    "eth_call",
    "eth_sendtransaction",
    "eth_requestaccounts",
    "eth_getstorageat",
    "eth_signtypeddata",
    "wallet_switchethereumchain",
    "solana:signtransaction",
    "signandsendtransaction",
    "tron_requestaccounts",
];

/// Parts of the names of public nodes.
const NODES: [&str; 10] = [
    "bsc-dataseed",
    "polygon-rpc",
    "bsc-testnet",
    "data-seed-prebsc",
    "rpc.ankr.com",
    "infura.io/v3",
    "publicnode.com",
    "g.alchemy.com",
    "api.mainnet-beta.solana",
    "llamarpc.com",
];

fn judge(script: &NewScript, first_sight: bool) -> Option<Found> {
    let texts = script.words();
    let find = |list: &'static [&'static str]| {
        list.iter().find(|word| texts.iter().any(|text| text.contains(**word))).copied()
    };
    let (call, node) = (find(&CALLS), find(&NODES));
    let word = call.or(node)?;
    // What a chain answers is no code, unless somebody keeps the next stage there.
    let runs = call.is_some() && script.report.sinks.contains(&Sink::Eval);
    let hidden = !script.item.value.to_ascii_lowercase().contains(word);
    let severity = if first_sight && !hidden && !runs && !(call.is_some() && node.is_some()) {
        (Severity::Medium, Confidence::Firm)
    } else if first_sight {
        (Severity::High, Confidence::Firm)
    } else {
        (Severity::Critical, Confidence::Firm)
    };
    let words = Words::new(
        format!("a script asks a blockchain or wallet ({word})"),
        format!("スクリプトがブロックチェーンまたはウォレットを呼び出します({word})"),
    );
    let found = Found::new(severity.0, severity.1, words).on(script.item);
    Some(match script.layer_with(word) {
        Some(layer) => found.decoded(around(layer, word)),
        None => found.evidence(around(&script.item.value, word)),
    })
}
