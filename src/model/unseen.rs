//! Why a comparison could not be made, with the next step for a person.

use super::StaticWords;
use serde::{Deserialize, Serialize};

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident $code:literal { $en:literal, $ja:literal, $next_en:literal, $next_ja:literal })*) => {
        /// Why a check is *unseen*.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum UnseenReason {
            $($(#[$doc])* #[serde(rename = $code)] $variant,)*
        }

        impl UnseenReason {
            /// All reasons, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name used in JSON, metrics and the database.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// What happened.
            #[must_use]
            pub const fn words(self) -> StaticWords {
                match self { $(Self::$variant => StaticWords { en: $en, ja: $ja },)* }
            }

            /// What a person can do next.
            #[must_use]
            pub const fn next_step(self) -> StaticWords {
                match self { $(Self::$variant => StaticWords { en: $next_en, ja: $next_ja },)* }
            }
        }
    };
}

reasons! {
    /// The name does not exist.
    NameNotFound "name-not-found" { "the host name does not exist", "ホスト名が存在しません",
        "check that the domain is still registered and its DNS records are there; an expired domain can be taken over by anybody", "ドメインの登録とDNSレコードを確認してください。失効したドメインは第三者に取得されるおそれがあります" }
    /// Name servers failed or timed out.
    NameServerFailed "name-server-failed" { "the name servers did not answer", "ネームサーバーが応答しません",
        "check the domain's name servers; if many sites are affected, check this machine's resolver", "ドメインのネームサーバーを確認してください。多数のサイトで起きている場合は監視側のリゾルバーを確認してください" }
    /// The address guard refused an address.
    AddressRefused "address-refused" { "the address is private or reserved and must not be fetched", "アクセスが禁じられたアドレス(プライベート等)です",
        "check the URL and its DNS records; allow a range by name in hinomi.toml only if the site really lives there", "URLとDNSレコードを確認してください。本当にその範囲にある場合のみ hinomi.toml で範囲を許可してください" }
    /// The port or scheme is not allowed.
    UrlRefused "url-refused" { "the URL or a redirect leads to something that is not fetched", "取得できないURL、またはそのようなURLへの転送です",
        "only http and https on ordinary hosts are fetched; check where the page redirects to", "http と https のみ取得します。転送先を確認してください" }
    /// Connection refused or reset.
    ConnectFailed "connect-failed" { "the server refused or reset the connection", "サーバーが接続を拒否または切断しました",
        "check that the web server runs and that no firewall blocks the monitor's address", "Webサーバーの稼働と、ファイアウォールが監視元を遮断していないかを確認してください" }
    /// No connection in time.
    ConnectTimeout "connect-timeout" { "no connection could be made in time", "時間内に接続できませんでした",
        "check that the server is up and that no firewall silently drops the monitor's packets", "サーバーの稼働と、ファイアウォールがパケットを破棄していないかを確認してください" }
    /// TLS failed before any page came.
    TlsFailed "tls-failed" { "the encrypted connection (TLS) could not be made", "暗号化通信(TLS)を確立できませんでした",
        "check the server's TLS settings: TLS 1.2 or 1.3 is needed", "サーバーのTLS設定を確認してください。TLS 1.2 または 1.3 が必要です" }
    /// No first byte in time.
    FirstByteTimeout "first-byte-timeout" { "the server did not begin to answer in time", "時間内に応答が始まりませんでした",
        "the server is overloaded or stuck; check its load", "サーバーの過負荷や停止が疑われます。負荷を確認してください" }
    /// The body did not end in time.
    TotalTimeout "total-timeout" { "the answer did not end in time", "時間内に応答が完了しませんでした",
        "the server is very slow, or holds connections open on purpose; check its load", "サーバーが極端に遅いか、意図的に接続を保持しています。負荷を確認してください" }
    /// The body is larger than the cap.
    TooLarge "too-large" { "the answer is larger than the limit", "応答が上限より大きいです",
        "if the page is really that large, raise fetch.max_body in hinomi.toml", "本当に大きなページであれば hinomi.toml の fetch.max_body を増やしてください" }
    /// The answer broke off, or cannot be decoded.
    BrokenAnswer "broken-answer" { "the answer broke off or is not valid HTTP", "応答が途切れたか、HTTPとして正しくありません",
        "look at the server's and the proxy's error log", "サーバーとプロキシのエラーログを確認してください" }
    /// Redirects without end.
    TooManyRedirects "too-many-redirects" { "the page redirects in a circle or too often", "転送が循環しているか、回数が多すぎます",
        "check the redirects of the page", "ページの転送設定を確認してください" }
    /// An error status (4xx, 5xx) without a sign of attack.
    ErrorPage "error" { "the server answered with an error page", "サーバーがエラーページを返しました",
        "check that the page still exists at this URL and that the server works", "このURLにページがあるか、サーバーが正常かを確認してください" }
    /// An answer without a body.
    EmptyPage "empty-page" { "the server answered with an empty page", "サーバーが空のページを返しました",
        "check that the page is still there: its file, its program or its database may have been emptied, by mistake or by an intruder", "ページのファイル、プログラム、データベースが空になっていないか確認してください。誤操作のほか、侵入者による消去も考えられます" }
    /// Refused by a filter.
    Blocked "blocked" { "the monitor is being blocked", "監視アクセスが遮断されています",
        "ask the site's operator to admit the monitor's user agent or address", "サイトの運用者に、監視のUser-Agentまたはアドレスの許可を依頼してください" }
    /// A challenge (captcha, script check) instead of the page.
    Challenge "challenge" { "a challenge page came instead of the page", "ページの代わりに確認画面(チャレンジ)が返されました",
        "ask the site's operator to exempt the monitor from the challenge", "サイトの運用者に、監視を確認画面の対象外にするよう依頼してください" }
    /// The host asked us to come later (429, Retry-After).
    Overloaded "overloaded" { "the server asks to come back later", "サーバーが混雑のため後で来るよう求めています",
        "lengthen the interval of this target, or ask for an exemption", "監視間隔を延ばすか、対象外の設定を依頼してください" }
    /// Only 304 answers: nothing was compared.
    NotCompared "not-compared" { "the server says nothing changed; nothing was compared", "サーバーは変更なしと答えましたが、比較していません",
        "nothing to do: a full fetch follows by itself", "対応は不要です。全体の取得を自動で行います" }
    /// Our own network is down.
    MonitorOffline "monitor-offline" { "the monitor itself has no network", "監視システム自身がネットワークに接続できません",
        "check this machine's network; the sites are not to blame", "監視システムのネットワークを確認してください。サイト側の問題ではありません" }
    /// The check failed inside hinomi.
    InternalError "internal-error" { "the check failed inside hinomi", "点検が内部エラーで失敗しました",
        "please report it with the log lines of this check", "この点検のログを添えて報告してください" }
    /// The page killed the process before; it is set aside.
    Quarantined "quarantined" { "the target is set aside because its check killed the process", "点検がプロセスを停止させたため隔離されています",
        "look at the page by hand; `hinomi check TARGET` tries it again", "ページを手動で確認してください。`hinomi check TARGET` で再試行できます" }
}

impl UnseenReason {
    /// Whether the cause may lie in our own network rather than in the site.
    #[must_use]
    pub const fn may_be_our_network(self) -> bool {
        matches!(self, Self::NameNotFound | Self::NameServerFailed | Self::ConnectFailed | Self::ConnectTimeout)
    }
}
