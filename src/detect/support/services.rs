//! Well-known services: whose newness alone is no alarm, and names that imitate them.

use crate::model::{ActiveKind, StaticWords, site};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

/// One service of the list.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::detect) struct Service<'a> {
    /// Its name.
    pub(in crate::detect) name: &'a str,
    /// The path its files begin with; empty for any.
    path: &'a str,
    purpose: Purpose,
    /// Anybody can publish there.
    open: bool,
    /// Its programs change by nature.
    changes: bool,
}

impl Service<'_> {
    /// What it is used for, as a person says it.
    pub(in crate::detect) fn purpose(&self) -> StaticWords {
        self.purpose.1
    }

    /// Whether only public bodies can hold its names. Their pages are broken into as others are: such a name speaks
    /// for a link or a move, never for something that acts.
    pub(in crate::detect) fn is_government(&self) -> bool {
        self.purpose.0 == "government"
    }

    /// Whether anybody can publish there.
    pub(in crate::detect) fn is_open(&self) -> bool {
        self.open
    }

    /// Whether it is what people embed from there: where strangers publish, frames that are shown, and packages.
    pub(in crate::detect) fn offers(&self, kind: ActiveKind) -> bool {
        use ActiveKind::{Frame, LinkedScript, Preload, Stylesheet};
        let packages = self.purpose.0 == "cdn" && matches!(kind, LinkedScript | Stylesheet);
        !self.open || packages || matches!(kind, Frame | Preload)
    }

    /// Whether it serves nothing but libraries that it takes in by itself: what stands there is nobody's own code.
    pub(in crate::detect) fn is_library(&self) -> bool {
        self.purpose.0 == "cdn" && !self.open
    }

    /// Whether its programs change by nature.
    pub(in crate::detect) fn changes(&self) -> bool {
        self.changes
    }

    /// Whether such services work with frames that nobody sees.
    pub(in crate::detect) fn works_unseen(&self) -> bool {
        const UNSEEN: [&str; 9] =
            ["ads", "analytics", "captcha", "chat", "consent", "monitoring", "payment", "sign-in", "tags"];
        !self.open && UNSEEN.contains(&self.purpose.0)
    }
}

type Purpose = (&'static str, StaticWords);

const fn purpose(code: &'static str, en: &'static str, ja: &'static str) -> Purpose {
    (code, StaticWords { en, ja })
}

/// What services are for: the code in the list, and words.
static PURPOSES: [Purpose; 19] = [
    purpose("ads", "advertising", "広告"),
    purpose("analytics", "web analytics", "アクセス解析"),
    purpose("captcha", "protection against robots", "ロボット対策"),
    purpose("cdn", "common program files", "共通プログラムの配信"),
    purpose("chat", "chat", "チャット"),
    purpose("consent", "cookie consent", "Cookie同意管理"),
    purpose("fonts", "fonts", "Webフォント"),
    purpose("form", "forms", "入力フォーム"),
    purpose("government", "public bodies", "公的機関"),
    purpose("map", "maps", "地図"),
    purpose("monitoring", "performance monitoring", "性能監視"),
    purpose("payment", "payment", "決済"),
    purpose("reader", "reading aloud and accessibility", "音声読み上げ・支援"),
    purpose("search", "search", "検索"),
    purpose("sign-in", "signing in", "ログイン"),
    purpose("social", "social networks", "SNS"),
    purpose("survey", "surveys", "アンケート"),
    purpose("tags", "tag management", "タグ管理"),
    purpose("translation", "translation", "翻訳"),
];

/// Purposes that need no word of their own.
static OTHER_PURPOSES: [Purpose; 3] = [
    purpose("video", "video and audio", "動画・音声"),
    purpose("weather", "weather", "気象情報"),
    purpose("widget", "embedded parts", "埋め込み部品"),
];

static SERVICES: LazyLock<HashMap<&'static str, Vec<Service<'static>>>> = LazyLock::new(|| {
    let mut services: HashMap<_, Vec<_>> = HashMap::new();
    let own = OWN.get().copied().unwrap_or_default();
    for (_, line) in lines(own).chain(lines(include_str!("../data/services.tsv"))) {
        if let Ok((host, service)) = read(line) {
            services.entry(host).or_default().push(service);
        }
    }
    services
});

/// What the operators of this installation added: lines as in the list that hinomi brings.
static OWN: OnceLock<&'static str> = OnceLock::new();

/// Adds services of the operators' own, before any page is judged; a second time changes nothing.
///
/// # Errors
/// The lines that cannot be read, by number, each with what is wrong.
pub(in crate::detect) fn add(text: &str) -> Result<(), Vec<(usize, String)>> {
    // A whole top-level domain is nobody's service.
    let of_one = |line| match read(line) {
        Err(why) => Some(why),
        Ok((host, _)) => (!host.contains('.')).then(|| format!("'{host}' is no name that somebody registered")),
    };
    let wrong: Vec<_> = lines(text).filter_map(|(number, line)| Some((number, of_one(line)?))).take(20).collect();
    if wrong.is_empty() {
        // Read once in the life of the process, and needed to its end.
        OWN.get_or_init(|| Box::leak(text.to_owned().into_boxed_str()));
        return Ok(());
    }
    Err(wrong)
}

/// What the operators added; empty where they added nothing.
pub(in crate::detect) fn added() -> &'static str {
    OWN.get().copied().unwrap_or_default()
}

/// The lines of a list that are no comments, with their numbers from 1.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    numbered.filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty())
}

/// One line: host (with a path), name, purpose, and a word.
fn read<'a>(line: &'a str) -> Result<(&'a str, Service<'a>), String> {
    let fields: Vec<&str> = line.split('\t').collect();
    let (place, name, code) = match fields.as_slice() {
        [place, name, code] | [place, name, code, _] if !place.is_empty() && !name.is_empty() => (*place, *name, *code),
        _ => return Err("not a host, a name and a purpose with tabs between them".to_owned()),
    };
    let (host, path) = place.find('/').map_or((place, ""), |at| place.split_at(at));
    if host.contains(|c: char| c.is_ascii_uppercase() || c.is_whitespace()) || host.contains(':') {
        return Err(format!("'{host}' is no host in small letters, without scheme and port"));
    }
    let mut known = PURPOSES.iter().chain(&OTHER_PURPOSES);
    let purpose = known.find(|purpose| purpose.0 == code).copied().ok_or_else(|| {
        let all: Vec<&str> = PURPOSES.iter().chain(&OTHER_PURPOSES).map(|purpose| purpose.0).collect();
        format!("'{code}' is none of the purposes {}", all.join(", "))
    })?;
    let (open, changes) = match fields.get(3) {
        None => (false, false),
        Some(&"open") => (true, false),
        Some(&"changes") => (false, true),
        Some(word) => return Err(format!("'{word}' is neither `open` nor `changes`")),
    };
    Ok((host, Service { name, path, purpose, open, changes }))
}

/// The service a host and path belong to.
pub(in crate::detect) fn service(host: &str, path: &str) -> Option<&'static Service<'static>> {
    let mut rest = host.trim_end_matches('.');
    loop {
        let here = SERVICES.get(rest).and_then(|all| all.iter().find(|service| path.starts_with(service.path)));
        if here.is_some() {
            return here;
        }
        (_, rest) = rest.split_once('.')?;
    }
}

/// Whether a host belongs to a service of the list as a whole, or one of the list lies below it.
pub(in crate::detect) fn is_well_known(host: &str) -> bool {
    let below = |known: &str| known.strip_suffix(host).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    service(host, "/").is_some() || SERVICES.keys().any(|known| below(known))
}

/// Names that skimmers and injections imitate, with the sites that may bear them.
static BRANDS: [(&str, &[&str]); 17] = [
    ("google-analytics", &["google-analytics.com"]),
    ("googletagmanager", &["googletagmanager.com"]),
    ("googletagservices", &["googletagservices.com"]),
    ("googlesyndication", &["googlesyndication.com"]),
    ("googleadservices", &["googleadservices.com"]),
    ("googleapis", &["googleapis.com", "googleapis.cn"]),
    ("gstatic", &["gstatic.com", "gstatic.cn"]),
    ("doubleclick", &["doubleclick.net", "doubleclick.com"]),
    ("recaptcha", &["recaptcha.net"]),
    ("cloudflareinsights", &["cloudflareinsights.com"]),
    ("bootstrapcdn", &["bootstrapcdn.com"]),
    ("jsdelivr", &["jsdelivr.net", "jsdelivr.com"]),
    ("fontawesome", &["fontawesome.com"]),
    ("newrelic", &["newrelic.com"]),
    ("adobedtm", &["adobedtm.com"]),
    ("siteimproveanalytics", &["siteimproveanalytics.com", "siteimproveanalytics.io"]),
    ("typekit", &["typekit.net", "typekit.com"]),
];

/// The name that a host imitates: another ending, a slip of one or two letters, or the name as a label or part of one.
/// Method: optimal string alignment (restricted Damerau–Levenshtein) distance on the site's first label.
pub(in crate::detect) fn imitates(host: &str) -> Option<&'static str> {
    let below = |site: &str| host.strip_suffix(site).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    if BRANDS.iter().flat_map(|(_, sites)| *sites).any(|site| below(site)) || service(host, "/").is_some() {
        return None;
    }
    let name = plain(site(host).split('.').next()?);
    let labels: Vec<_> = host.split('.').take(12).map(plain).collect();
    BRANDS.iter().map(|(brand, _)| *brand).find(|brand| {
        let bare = plain(brand);
        let slips = if bare.len() >= 10 { 2 } else { 1 };
        let borne = labels.iter().any(|label| *label == bare || (bare.len() >= 8 && label.contains(&*bare)));
        borne || within(&name, &bare, slips)
    })
}

/// The service of the list whose name a site's name is made to be taken for: the same after look-alike letters are made
/// one, or a slip away. Names shorter than eight letters are too near to each other to tell.
pub(in crate::detect) fn look_alike(site_name: &str) -> Option<&'static str> {
    const SHORTEST: usize = 8;
    let label = site_name.split('.').next()?;
    let skeleton = skeleton(label);
    if label.len() < SHORTEST {
        return None;
    }
    SERVICES.iter().filter(|(_, services)| services.iter().any(is_imitated)).find_map(|(host, services)| {
        let name = site(host).split('.').next()?;
        let near =
            name.len() >= SHORTEST && name != label && (self::skeleton(name) == skeleton || within(label, name, 1));
        near.then(|| services.first().map(|service| service.name))?
    })
}

/// Services whose programs stand in many pages.
fn is_imitated(service: &Service) -> bool {
    matches!(service.purpose.0, "analytics" | "tags" | "cdn" | "captcha" | "payment" | "fonts")
}

/// A name with letters that look alike made one.
fn skeleton(label: &str) -> String {
    let plain = label.replace("rn", "m").replace("vv", "w").replace('-', "");
    plain
        .chars()
        .map(|c| match c {
            '1' | 'i' => 'l',
            '0' => 'o',
            '5' => 's',
            '3' => 'e',
            other => other,
        })
        .collect()
}

fn plain(label: &str) -> Cow<'_, str> {
    if label.contains('-') { Cow::Owned(label.replace('-', "")) } else { Cow::Borrowed(label) }
}

/// Whether two names are at most `limit` slips apart (a letter changed, left out, added, or two swapped).
fn within(a: &str, b: &str, limit: usize) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > limit || a.len() > 63 {
        return false;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut least = (above[j] + usize::from(x != y)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().is_some_and(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_list_is_read() {
        let text = include_str!("../data/services.tsv");
        let wrong: Vec<_> = lines(text).filter_map(|(number, line)| Some((number, read(line).err()?))).collect();
        assert_eq!(wrong, []);
        assert!(SERVICES.values().map(Vec::len).sum::<usize>() > 200);
    }

    #[test]
    fn lines_of_operators_are_read_strictly() {
        let service = read("bot.example.jp/anti/\tBot guard\tcaptcha\tchanges").expect("a line").1;
        assert!(service.changes() && service.path == "/anti/");
        for line in
            ["a.example", "A.example\tA\tcdn", "https://a.example\tA\tcdn", "a.example\tA\tfun", "a.example\tA\tcdn\tx"]
        {
            assert!(read(line).is_err(), "{line}");
        }
        let wrong = add("# ours\na.example\tA\tcdn\nb\tB\tcdn\n").expect_err("the third line");
        assert_eq!(wrong.len(), 1);
        assert_eq!(wrong[0].0, 3);
    }

    #[test]
    fn services_are_known_by_suffix_and_path() {
        assert_eq!(service("www.googletagmanager.com", "/gtm.js").map(|s| s.name), Some("Google Tag Manager"));
        assert!(service("www.city.example.lg.jp", "/").is_some_and(Service::is_government));
        assert!(service("cdn.jsdelivr.net", "/npm/vue@3").is_some());
        assert!(service("cdn.jsdelivr.net", "/gh/someone/repo/x.js").is_none(), "anybody publishes there");
        assert!(service("cdn.jsdelivr.net", "/npm/vue@3").is_some_and(Service::is_open));
        assert!(service("docs.google.com", "/forms/").is_some_and(|s| s.is_open() && s.offers(ActiveKind::Frame)));
        assert!(service("docs.google.com", "/x").is_some_and(|s| !s.offers(ActiveKind::LinkedScript)));
        assert!(service("js.stripe.com", "/v3/").is_some_and(Service::works_unseen));
        assert!(service("googletagmanager.com.evil.example", "/gtm.js").is_none());
        assert!(service("notgoogletagmanager.com", "/").is_none());
    }

    #[test]
    fn look_alikes_are_a_slip_or_a_letter_away() {
        assert!(look_alike("jsde1ivr.example").is_some());
        assert!(look_alike("google-anaiytics.example").is_some() || imitates("google-anaiytics.example").is_some());
        for host in ["jsdelivr.net", "municipality.example", "city.example", "analytics.example"] {
            assert_eq!(look_alike(host), None, "{host}");
        }
    }

    #[test]
    fn imitations_are_named() {
        let seen = ["google-analytics.cm", "googletagmanager4.com", "js-agentnewrelic.com", "gstatlc.org"];
        for host in seen {
            assert!(imitates(host).is_some(), "{host}");
        }
        assert_eq!(imitates("googleanalytlcs.net"), Some("google-analytics"));
        assert_eq!(imitates("www.googletagmanager.com.cdn.example"), Some("googletagmanager"));
        for host in [
            "www.google-analytics.com",
            "plus.googleapis.com",
            "statics.example",
            "cdn.city.example",
            "jquery.example",
            "ecstatic.example",
        ] {
            assert_eq!(imitates(host), None, "{host}");
        }
    }
}
