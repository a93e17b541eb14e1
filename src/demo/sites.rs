//! The made-up offices and their sites.

use super::page::Parts;

/// One made-up office with its one site.
#[derive(Debug)]
pub struct Site {
    /// Id of the target.
    pub id: &'static str,
    /// Id of the organisation.
    pub organisation: &'static str,
    /// The office's name.
    pub name: &'static str,
    /// Its name in English.
    pub english: &'static str,
    /// The organisation above it.
    pub parent: Option<&'static str>,
    /// The host, a reserved name.
    pub host: &'static str,
    /// What its `content-type` says after `text/html`.
    pub charset: &'static str,
    /// Who looks after it.
    pub officer: &'static str,
    /// Whose turn it is when nobody answers.
    pub superior: &'static str,
    /// What kind of office, as tags of the target.
    pub tag: &'static str,
    /// Slots whose content changes by turns.
    pub turns: &'static [(&'static str, &'static [&'static str])],
    source: &'static [u8],
}

/// Parts that attackers bring along, the same for all sites.
static BROUGHT_ALONG: &[u8] = include_bytes!("pages/attacks.html");

impl Site {
    /// The parts of its pages, and what attackers bring along.
    pub(super) fn parts(&self) -> Parts {
        Parts::read(&[self.source, BROUGHT_ALONG])
    }

    /// Mail address of a desk of this office.
    #[must_use]
    pub fn mail(&self, desk: &str) -> String {
        format!("{desk}@{}", self.host.trim_start_matches("www."))
    }
}

/// The site of a target's id.
#[must_use]
pub fn site(id: &str) -> Option<&'static Site> {
    SITES.iter().find(|site| site.id == id)
}

/// All made-up offices.
pub static SITES: [Site; 14] = [
    Site {
        id: "kokudo-top",
        organisation: "kokudo",
        name: "国土保全省",
        english: "Ministry of Land Conservation",
        parent: None,
        host: "www.kokudo-hozen.example",
        charset: "; charset=utf-8",
        officer: "広報課 岡本 直人",
        superior: "情報政策課長 西村 由紀",
        tag: "ministry",
        turns: &[],
        source: include_bytes!("pages/kokudo.html"),
    },
    Site {
        id: "kaiyo-top",
        organisation: "kaiyo",
        name: "海洋観測庁",
        english: "Marine Observation Agency",
        parent: Some("kokudo"),
        host: "www.kaiyo-kansoku.example",
        charset: "; charset=UTF-8",
        officer: "総務課 川島 聡",
        superior: "情報管理室長 三浦 恵",
        tag: "ministry",
        turns: &[("notice", &["notice-a", "notice-b"])],
        source: include_bytes!("pages/kaiyo.html"),
    },
    Site {
        id: "kagaku-top",
        organisation: "kagaku",
        name: "科学文化省",
        english: "Ministry of Science and Culture",
        parent: None,
        host: "www.kagaku-bunka.example",
        charset: "; charset=EUC-JP",
        officer: "報道室 石井 真理",
        superior: "情報システム課長 長谷川 亮",
        tag: "ministry",
        turns: &[],
        source: include_bytes!("pages/kagaku.html"),
    },
    Site {
        id: "kazahaya-top",
        organisation: "kazahaya",
        name: "風早県",
        english: "Kazahaya Prefecture",
        parent: None,
        host: "www.pref-kazahaya.example",
        charset: "; charset=utf-8",
        officer: "広報広聴課 森田 香織",
        superior: "情報政策課長 藤原 誠",
        tag: "prefecture",
        turns: &[],
        source: include_bytes!("pages/kazahaya.html"),
    },
    Site {
        id: "kumoi-top",
        organisation: "kumoi",
        name: "雲居県",
        english: "Kumoi Prefecture",
        parent: None,
        host: "www.pref-kumoi.example",
        charset: "",
        officer: "県民広報課 後藤 健一",
        superior: "デジタル推進課長 村上 智子",
        tag: "prefecture",
        turns: &[],
        source: include_bytes!("pages/kumoi.html"),
    },
    Site {
        id: "sakuragaura-top",
        organisation: "sakuragaura",
        name: "桜ヶ浦市",
        english: "Sakuragaura City",
        parent: Some("kazahaya"),
        host: "www.city-sakuragaura.example",
        charset: "; charset=UTF-8",
        officer: "広報課 山下 陽子",
        superior: "情報システム課長 中島 徹",
        tag: "municipality",
        turns: &[],
        source: include_bytes!("pages/sakuragaura.html"),
    },
    Site {
        id: "wakabahara-top",
        organisation: "wakabahara",
        name: "若葉原市",
        english: "Wakabahara City",
        parent: Some("kazahaya"),
        host: "www.city-wakabahara.example",
        charset: "; charset=Shift_JIS",
        officer: "秘書広報課 井上 浩",
        superior: "情報管理課長 木村 さやか",
        tag: "municipality",
        turns: &[],
        source: include_bytes!("pages/wakabahara.html"),
    },
    Site {
        id: "chidorigaoka-top",
        organisation: "chidorigaoka",
        name: "千鳥ヶ岡市",
        english: "Chidorigaoka City",
        parent: Some("kumoi"),
        host: "www.city-chidorigaoka.example",
        charset: "; charset=UTF-8",
        officer: "市政情報課 斎藤 美穂",
        superior: "デジタル推進室長 清水 学",
        tag: "municipality",
        turns: &[],
        source: include_bytes!("pages/chidorigaoka.html"),
    },
    Site {
        id: "shirasunahama-top",
        organisation: "shirasunahama",
        name: "白砂浜町",
        english: "Shirasunahama Town",
        parent: Some("kumoi"),
        host: "www.town-shirasunahama.example",
        charset: "; charset=EUC-JP",
        officer: "総務課 松本 剛",
        superior: "総務課長 近藤 久美子",
        tag: "municipality",
        turns: &[],
        source: include_bytes!("pages/shirasunahama.html"),
    },
    Site {
        id: "fujinami-top",
        organisation: "fujinami",
        name: "藤波町",
        english: "Fujinami Town",
        parent: Some("kazahaya"),
        host: "www.town-fujinami.example",
        charset: "; charset=utf-8",
        officer: "企画財政課 橋本 綾",
        superior: "企画財政課長 青木 隆",
        tag: "municipality",
        turns: &[],
        source: include_bytes!("pages/fujinami.html"),
    },
    Site {
        id: "hoshimi-top",
        organisation: "hoshimi",
        name: "星見村",
        english: "Hoshimi Village",
        parent: Some("kumoi"),
        host: "www.vill-hoshimi.example",
        charset: "",
        officer: "総務係 坂本 修",
        superior: "総務課長 遠藤 静",
        tag: "municipality",
        turns: &[],
        source: include_bytes!("pages/hoshimi.html"),
    },
    Site {
        id: "mitsuba-top",
        organisation: "mitsuba",
        name: "三つ葉市",
        english: "Mitsuba City",
        parent: Some("kazahaya"),
        host: "www.city-mitsuba.example",
        charset: "; charset=utf-8",
        officer: "広報課 福田 望",
        superior: "情報政策課長 太田 隼人",
        tag: "municipality",
        turns: &[],
        source: include_bytes!("pages/mitsuba.html"),
    },
    Site {
        id: "kyoiku-top",
        organisation: "kyoiku",
        name: "風早県教育委員会",
        english: "Kazahaya Prefectural Board of Education",
        parent: Some("kazahaya"),
        host: "www.kyoiku-kazahaya.example",
        charset: "; charset=utf-8",
        officer: "教育総務課 岩崎 舞",
        superior: "教育情報化推進室長 菊地 正",
        tag: "prefecture",
        turns: &[],
        source: include_bytes!("pages/kyoiku.html"),
    },
    Site {
        id: "aozoradai-top",
        organisation: "aozoradai",
        name: "青空台市",
        english: "Aozoradai City",
        parent: Some("kumoi"),
        host: "www.city-aozoradai.example",
        charset: "; charset=UTF-8",
        officer: "シティプロモーション課 野口 葵",
        superior: "情報推進課長 松尾 大輔",
        tag: "municipality",
        turns: &[],
        source: include_bytes!("pages/aozoradai.html"),
    },
];
