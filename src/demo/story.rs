//! The story as data: which site is changed when, by whom, and what hinomi must say of it.

use crate::model::{StaticWords, Verdict};

/// One change of what a site shows.
#[derive(Debug, Clone, Copy)]
pub enum Edit {
    /// Puts parts into a slot; of several, each fetch gets the next one.
    Put(&'static str, &'static [&'static str]),
    /// The page comes with this HTTP status.
    Status(u16),
    /// The server answers no more.
    Down,
    /// The server answers again.
    Up,
    /// Everything as it was at first.
    Restore,
}

/// An ordinary update, made by the owner. It must not alarm.
#[derive(Debug)]
pub struct Update {
    /// Whose page.
    pub site: &'static str,
    /// Short name.
    pub name: &'static str,
    /// What is done.
    pub what: StaticWords,
    /// How.
    pub edits: &'static [Edit],
}

/// An attack, with the verdict it must get.
#[derive(Debug)]
pub struct Attack {
    /// Whose page.
    pub site: &'static str,
    /// Short name.
    pub name: &'static str,
    /// What is done.
    pub what: StaticWords,
    /// How.
    pub edits: &'static [Edit],
    /// What hinomi must say.
    pub expected: Verdict,
}

/// A special page that is approved before it is needed.
#[derive(Debug)]
pub struct Rehearsal {
    /// Whose page.
    pub site: &'static str,
    /// Name of the special page.
    pub special: &'static str,
    /// Shows it.
    pub enter: &'static [Edit],
    /// Shows the ordinary page again.
    pub leave: &'static [Edit],
}

/// Who does what after the attacks, by target id.
#[derive(Debug)]
pub struct Aftermath {
    /// Its alarm is answered by nobody: it escalates.
    pub unanswered: &'static str,
    /// The owner restores the page; hinomi sees for itself that it is over.
    pub recovers: &'static [(&'static str, &'static [Edit])],
    /// The owner cleans the page and says that it is over.
    pub resolved: &'static str,
    /// The owner rebuilds the page and says "this was us".
    pub ours: Update,
}

const fn words(en: &'static str, ja: &'static str) -> StaticWords {
    StaticWords { en, ja }
}

/// The disaster page, shown in a drill and approved.
pub static REHEARSAL: Rehearsal = Rehearsal {
    site: "sakuragaura-top",
    special: "disaster",
    enter: &[Edit::Put("page", &["disaster"])],
    leave: &[Edit::Put("page", &["page"])],
};

/// Ordinary days. In the first round nobody does anything: only what differs with every fetch differs.
pub static ROUNDS: &[&[Update]] = &[
    &[],
    &[
        Update {
            site: "kokudo-top",
            name: "news-added",
            what: words("a news item is added", "新着情報を1件追加"),
            edits: &[Edit::Put("news", &["news-2"])],
        },
        Update {
            site: "kazahaya-top",
            name: "news-removed",
            what: words("old news items are taken down", "掲載期間を過ぎた新着情報を削除"),
            edits: &[Edit::Put("news", &["news-2"])],
        },
        Update {
            site: "chidorigaoka-top",
            name: "banner-replaced",
            what: words("the banner image is replaced", "バナー画像を差し替え"),
            edits: &[Edit::Put("banner", &["banner-2"])],
        },
        Update {
            site: "shirasunahama-top",
            name: "typo-fixed",
            what: words("a typing error is mended (EUC-JP page)", "誤字を訂正(EUC-JP のページ)"),
            edits: &[Edit::Put("greeting", &["greeting-2"])],
        },
        Update {
            site: "kumoi-top",
            name: "shift-jis-news",
            what: words("news on a Shift_JIS page", "Shift_JIS のページで新着情報を更新"),
            edits: &[Edit::Put("news", &["news-2"])],
        },
    ],
    &[
        Update {
            site: "mitsuba-top",
            name: "section-added",
            what: words("a new section with a table", "表を含む新しい区画を追加"),
            edits: &[Edit::Put("extra", &["extra-2"])],
        },
        Update {
            site: "kagaku-top",
            name: "reordered",
            what: words("the sections change places", "区画の並べ替え"),
            edits: &[Edit::Put("sections", &["sections-2"])],
        },
        Update {
            site: "sakuragaura-top",
            name: "disaster-entered",
            what: words("an earthquake: the disaster page goes up", "地震発生、災害時ページへ切り替え"),
            edits: REHEARSAL.enter,
        },
        Update {
            site: "fujinami-top",
            name: "several-at-once",
            what: words("news, opening hours and a figure at once", "新着・窓口時間・人口をまとめて更新"),
            edits: &[Edit::Put("news", &["news-2"]), Edit::Put("facts", &["facts-2"])],
        },
    ],
    &[
        Update {
            site: "sakuragaura-top",
            name: "disaster-left",
            what: words("the disaster page is taken down", "災害時ページを終了し通常ページへ"),
            edits: REHEARSAL.leave,
        },
        Update {
            site: "hoshimi-top",
            name: "event-over",
            what: words("a festival is announced (Shift_JIS page)", "星まつりの案内を掲載(Shift_JIS のページ)"),
            edits: &[Edit::Put("events", &["events-2"])],
        },
        Update {
            site: "kyoiku-top",
            name: "links-changed",
            what: words("a list of links and documents changes", "資料一覧とリンク先を更新"),
            edits: &[Edit::Put("documents", &["documents-2"])],
        },
    ],
];

/// The attacks, each on its own site.
pub static ATTACKS: &[Attack] = &[
    Attack {
        site: "kokudo-top",
        name: "gumblar-script",
        what: words("Gumblar: an encoded script before <body>", "Gumblar 型: <body> の前に難読化スクリプト"),
        edits: &[Edit::Put("between", &["gumblar"])],
        expected: Verdict::Alarm,
    },
    Attack {
        site: "kagaku-top",
        name: "8080-script",
        what: words("8080: an encoded loader after </html>", "8080 型: </html> の後に難読化ローダー"),
        edits: &[Edit::Put("after-html", &["gnu-gpl"])],
        expected: Verdict::Alarm,
    },
    Attack {
        site: "kazahaya-top",
        name: "hidden-frame",
        what: words("a hidden frame", "見えない iframe の挿入"),
        edits: &[Edit::Put("body-end", &["hidden-frame"])],
        expected: Verdict::Alarm,
    },
    Attack {
        site: "kumoi-top",
        name: "script-in-title",
        what: words("a script inside <title>", "<title> の中にスクリプト"),
        edits: &[Edit::Put("title-end", &["title-script"])],
        expected: Verdict::Alarm,
    },
    Attack {
        site: "sakuragaura-top",
        name: "gambling-links",
        what: words("hidden links to casinos", "隠しリンクでオンラインカジノへ誘導"),
        edits: &[Edit::Put("body-end", &["gambling"])],
        expected: Verdict::Alarm,
    },
    Attack {
        site: "wakabahara-top",
        name: "page-replaced",
        what: words("the page is replaced", "ページ全体の書き換え"),
        edits: &[Edit::Put("page", &["defaced"])],
        expected: Verdict::Alarm,
    },
    Attack {
        site: "chidorigaoka-top",
        name: "image-only",
        what: words("the page becomes one image", "画像1枚だけのページに書き換え"),
        edits: &[Edit::Put("page", &["image-only"])],
        expected: Verdict::Alarm,
    },
    Attack {
        site: "shirasunahama-top",
        name: "meta-refresh",
        what: words("a meta refresh leads to another site", "meta refresh で外部サイトへ転送"),
        edits: &[Edit::Put("head-end", &["meta-refresh"])],
        expected: Verdict::Alarm,
    },
    Attack {
        site: "fujinami-top",
        name: "form-target",
        what: words("the form sends to a stranger", "問い合わせフォームの送信先を第三者に変更"),
        edits: &[Edit::Put("form-target", &["stolen-form"])],
        expected: Verdict::Alarm,
    },
    Attack {
        site: "hoshimi-top",
        name: "base",
        what: words("<base> bends every relative address", "<base> で相対 URL をすべて外部へ"),
        edits: &[Edit::Put("head-start", &["base"])],
        expected: Verdict::Alarm,
    },
    Attack {
        site: "kaiyo-top",
        name: "external-script",
        what: words("a script from an unknown host", "見知らぬホストのスクリプトを読み込み"),
        edits: &[Edit::Put("head-end", &["external-script"])],
        expected: Verdict::Alarm,
    },
    Attack {
        site: "kyoiku-top",
        name: "defaced-503",
        what: words("a defacement served with 503", "HTTP 503 で返される改ざんページ"),
        edits: &[Edit::Status(503), Edit::Put("page", &["defaced"])],
        expected: Verdict::Alarm,
    },
    Attack {
        site: "mitsuba-top",
        name: "site-down",
        what: words("the server answers no more", "サーバー停止"),
        edits: &[Edit::Down],
        expected: Verdict::Unseen,
    },
];

/// What people do about it.
pub static AFTERMATH: Aftermath = Aftermath {
    unanswered: "kokudo-top",
    recovers: &[("wakabahara-top", &[Edit::Restore]), ("mitsuba-top", &[Edit::Up])],
    resolved: "kazahaya-top",
    ours: Update {
        site: "aozoradai-top",
        name: "this-was-us",
        what: words("the owner embeds a map and a survey form", "市が地図とアンケートの送信フォームを設置"),
        edits: &[Edit::Put("extra", &["extra-2"])],
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::{SITES, site};

    fn all() -> Vec<(&'static str, &'static [Edit])> {
        let updates = ROUNDS.iter().flat_map(|round| round.iter()).map(|update| (update.site, update.edits));
        let attacks = ATTACKS.iter().map(|attack| (attack.site, attack.edits));
        let after = AFTERMATH.recovers.iter().copied();
        let ours = [(AFTERMATH.ours.site, AFTERMATH.ours.edits), (REHEARSAL.site, REHEARSAL.enter)];
        updates.chain(attacks).chain(after).chain(ours).collect()
    }

    #[test]
    fn everything_the_story_names_is_there() {
        for (id, edits) in all() {
            let parts = site(id).unwrap_or_else(|| panic!("{id}")).parts();
            for edit in edits {
                let Edit::Put(slot, names) = edit else { continue };
                names.iter().for_each(|name| assert!(parts.has(name), "{id}: no part {name}"));
                assert!(*slot == "page" || parts.has_slot(slot), "{id}: no slot {slot}");
            }
        }
        for id in [AFTERMATH.unanswered, AFTERMATH.resolved] {
            assert!(ATTACKS.iter().any(|attack| attack.site == id), "{id} is not attacked");
        }
    }

    #[test]
    fn the_story_is_as_long_as_promised() {
        let mut attacked: Vec<_> = ATTACKS.iter().map(|attack| attack.site).collect();
        attacked.sort_unstable();
        attacked.dedup();
        assert_eq!(attacked.len(), ATTACKS.len(), "each attack has its own site");
        assert!(ATTACKS.len() >= 12 && SITES.len() >= 12);
    }

    #[test]
    fn all_hosts_are_reserved() {
        assert!(SITES.iter().all(|site| site.host.ends_with(".example")));
    }
}
