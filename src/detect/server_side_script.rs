//! Rule `server-side-script`: a script whose source is a program on a server.

use super::support::{Hosts, OddPlaces, Standing, address};
use super::{Detector, Findings, Found};
use crate::model::{ActiveItem, ActiveKind, Case, Confidence, Position, Rule, Severity, StaticWords, Words};
use std::collections::HashSet;
use url::Url;

/// # What it finds
///
/// A new script whose address ends in `.php`, `.asp`, `.aspx`, `.cgi`, `.jsp` or `.pl`, on another host or on the
/// site's own. Without an approved page it is low, unless it stands where pages have nothing.
///
/// # Why it matters
///
/// Such an address gives every visitor another script: attackers answer harmlessly to those who look, and attack the
/// rest. The same shape on the site's own host has been used to record who visits, in preparation of aimed attacks.
///
/// # Example
///
/// ```html
/// <script src="https://small-shop.example/images/count.php"></script><body>
/// <script src="./index_old.php"></script>
/// ```
///
/// # Known false alarms
///
/// Old visitor counters, and content systems that join their scripts by a program (`load-scripts.php`, `/_layouts/`):
/// quiet when the approved page has them, medium when such a system's own path is new.
///
/// # References
///
/// Gumblar.x, 2009-10 to 2010-02; National Police Agency and JPCERT/CC on `index_old.php`, 2016-11-14.
pub(super) struct ServerSideScript;

static RULE: Rule = Rule {
    id: "server-side-script",
    title: StaticWords {
        en: "Script made by a program on a server", ja: "サーバー側プログラムが生成するスクリプト"
    },
    why: StaticWords {
        en: "A script that a server program makes can be different for every visitor, so an attack shows itself only to its victims.",
        ja: "サーバー側のプログラムが生成するスクリプトは閲覧者ごとに内容を変えられるため、攻撃が被害者にしか見えないことがあります。",
    },
    first_step: StaticWords {
        en: "Look for that program on the server: whether it belongs there, when it was changed and by whom. Keep it and the access log as evidence before you remove anything.",
        ja: "サーバー上にそのプログラムがあるか、誰がいつ変更したかを確認してください。削除の前に、ファイルとアクセスログを証拠として保全してください。",
    },
};

/// Endings of programs.
const ENDINGS: [&str; 7] = ["php", "asp", "aspx", "cgi", "jsp", "pl", "phtml"];

/// Paths at which well-known content systems serve joined scripts.
const SYSTEMS: [&str; 5] = ["/wp-admin/load-scripts.php", "/wp-includes/", "/_layouts/", "/typo3/", "/umbraco/"];

impl Detector for ServerSideScript {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let hosts = Hosts::of(case);
        let odd = OddPlaces::of(case);
        let known = known_programs(case);
        for (item, _) in case.new_items().filter(|(item, _)| item.kind == ActiveKind::LinkedScript) {
            let Some(url) = address(item).filter(is_program) else { continue };
            let (severity, confidence) = match case.approved {
                None => at_first_sight(item, &hosts, &url),
                Some(_) if known.contains(&program(&url)) => (Severity::Low, Confidence::Firm),
                Some(_) => weigh(item, &hosts, &odd, &url),
            };
            out.add(Found::new(severity, confidence, words(item, &url)).on(item));
        }
    }
}

fn is_program(url: &Url) -> bool {
    url.path().split('/').any(names_program)
}

fn names_program(segment: &str) -> bool {
    segment.rsplit_once('.').is_some_and(|(name, ending)| {
        !name.is_empty() && ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
    })
}

/// The programs whose scripts the approved page has; another query asks the same program.
fn known_programs(case: &Case) -> HashSet<(Option<String>, String)> {
    let old = case.approved.map(|compared| compared.version.page.active.as_slice()).unwrap_or_default();
    let scripts = old.iter().filter(|item| item.kind == ActiveKind::LinkedScript);
    scripts.filter_map(|item| Some(program(&address(item)?))).collect()
}

/// Host and path of the program itself; what follows it in the path is its input, as a query is.
fn program(url: &Url) -> (Option<String>, String) {
    let mut path = String::new();
    for segment in url.path().split('/') {
        path.push('/');
        path.push_str(segment);
        if names_program(segment) {
            break;
        }
    }
    (url.host_str().map(str::to_owned), path)
}

fn at_first_sight(item: &ActiveItem, hosts: &Hosts, url: &Url) -> (Severity, Confidence) {
    let unknown = hosts.standing_of(item, url) == Standing::Unknown;
    match item.position {
        Position::BeforeHtml | Position::BetweenHeadAndBody if unknown => (Severity::High, Confidence::Firm),
        Position::AfterBody if unknown => (Severity::High, Confidence::Tentative),
        _ => (Severity::Low, Confidence::Firm),
    }
}

fn weigh(item: &ActiveItem, hosts: &Hosts, odd: &OddPlaces, url: &Url) -> (Severity, Confidence) {
    let system = SYSTEMS.iter().any(|path| url.path().starts_with(path));
    match hosts.standing_of(item, url) {
        Standing::Service(_) => (Severity::Medium, Confidence::Firm),
        Standing::Own if system => (Severity::Medium, Confidence::Firm),
        _ if odd.name(item.position).is_some() => (Severity::Critical, Confidence::Firm),
        _ => (Severity::High, Confidence::Firm),
    }
}

fn words(item: &ActiveItem, url: &Url) -> Words {
    let host = url.host_str().unwrap_or_default();
    if item.foreign {
        return Words::new(
            format!("a script comes from a program on another site, {host}"),
            format!("別サイト {host} のプログラムが生成するスクリプトが読み込まれます"),
        );
    }
    Words::new(
        format!("a script comes from a program on the site's own server ({})", url.path()),
        format!("自サイトのプログラム({})が生成するスクリプトが読み込まれます", url.path()),
    )
}
