//! Rule `server-side-script`: a script whose source is a program on a server.

use super::support::{Hosts, OddPlaces, Scripts, Standing, address, is_program, program};
use super::{Detector, Findings, Found};
use crate::model::{ActiveItem, ActiveKind, Case, Confidence, Position, Rule, Severity, StaticWords, Words};
use std::collections::HashSet;
use url::Url;

/// # What it finds
///
/// A new script whose address is a program (`.php`, `.php5`, `.asp`, `.aspx`, `.ashx`, `.cgi`, `.jsp`, `.pl` …, also
/// with percent signs), on another host or on the site's own, linked or made by code in the page. Without an approved
/// page it is low, unless it stands where pages have nothing.
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
/// Old visitor counters, and content systems that join their scripts by a program (`/wp-admin/load-scripts.php`,
/// `/ScriptResource.axd`): quiet when the approved page has them, medium when exactly such a program is new.
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

/// Longest code in which made scripts are looked for, in bytes.
const MAX_CODE: usize = 65_536;
/// Most sources in one piece of code that are looked at.
const MAX_SOURCES: usize = 200;

/// Programs by which well-known content systems serve joined scripts.
const SYSTEMS: [&str; 4] = [
    "/wp-admin/load-scripts.php",
    "/wp-includes/js/tinymce/wp-tinymce.php",
    "/_layouts/15/ScriptResx.ashx",
    "/WorkArea/FrameworkUI/js/ektron.javascript.ashx",
];

/// Handlers of the server itself, in whatever folder an application lies: no file of these names is looked for.
const HANDLERS: [&str; 4] =
    ["ScriptResource.axd", "WebResource.axd", "DependencyHandler.axd", "Telerik.Web.UI.WebResource.axd"];

impl Detector for ServerSideScript {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let hosts = Hosts::of(case);
        let odd = OddPlaces::of(case);
        let known = known_programs(case);
        let scripts = Scripts::of(&case.now);
        for (item, _) in case.new_items() {
            let Some(url) = source(item, &hosts, &scripts) else { continue };
            let (severity, confidence) = match case.approved {
                None if item.kind != ActiveKind::LinkedScript => continue,
                None => at_first_sight(item, &hosts, &url),
                Some(_) if known.contains(&program(&url)) => (Severity::Low, Confidence::Firm),
                Some(_) => weigh(item, &hosts, &odd, &url),
            };
            let foreign =
                !matches!(standing(item, &hosts, &url), Standing::Own) && (item.foreign || item.host.is_none());
            out.add(Found::new(severity, confidence, words(foreign, &url)).on(item));
        }
    }
}

/// The program that a script comes from: the source of a linked one, or what code in the page gives a new script as its
/// source.
fn source<'a>(item: &'a ActiveItem, hosts: &Hosts, scripts: &Scripts<'a>) -> Option<Url> {
    match item.kind {
        ActiveKind::LinkedScript => address(item).filter(is_program),
        ActiveKind::InlineScript | ActiveKind::EventHandler => scripts.texts(item).find_map(|code| made(code, hosts)),
        _ => None,
    }
}

/// The program that code names as the source of a script it makes.
fn made(code: &str, hosts: &Hosts) -> Option<Url> {
    let code = code.get(..code.floor_char_boundary(MAX_CODE))?;
    let makes = code.contains("createElement") && (code.contains("'script'") || code.contains("\"script\""));
    if !(makes || code.contains("<script")) {
        return None;
    }
    code.match_indices("src").take(MAX_SOURCES).find_map(|(at, _)| {
        // A frame or an image has a source too: in markup the tag before it must be a script's.
        let tag = code.get(..at)?.rsplit_once('<').map(|(_, tag)| tag);
        let markup = tag.is_some_and(|tag| !tag.contains('>') && tag.len() < 200);
        let fits = if markup { tag.is_some_and(|tag| tag.starts_with("script")) } else { makes };
        let rest = code.get(at + 3..)?.trim_start_matches(['"', '\'', ']', ' ', '=', ',', '\\', '`', '(', '+']);
        let raw = rest.split(['"', '\'', '>', ' ', '\\', '`', '<']).next().filter(|raw| raw.len() < 2_048)?;
        hosts.resolve(raw).filter(|url| fits && is_program(url))
    })
}

/// The programs whose scripts the approved page has; another query asks the same program.
fn known_programs(case: &Case) -> HashSet<(Option<String>, String)> {
    let old = case.approved.map(|compared| compared.version.page.active.as_slice()).unwrap_or_default();
    let scripts = old.iter().filter(|item| item.kind == ActiveKind::LinkedScript);
    scripts.filter_map(|item| Some(program(&address(item)?))).collect()
}

fn at_first_sight(item: &ActiveItem, hosts: &Hosts, url: &Url) -> (Severity, Confidence) {
    let standing = standing(item, hosts, url);
    let unknown = standing == Standing::Unknown;
    match item.position {
        _ if standing == Standing::Own && is_system(url) => (Severity::Info, Confidence::Firm),
        Position::BeforeHtml | Position::BetweenHeadAndBody if unknown => (Severity::High, Confidence::Firm),
        Position::AfterBody if unknown => (Severity::High, Confidence::Tentative),
        _ => (Severity::Low, Confidence::Firm),
    }
}

/// Whether well-known systems serve joined scripts by a program of this name.
fn is_system(url: &Url) -> bool {
    let (_, path) = program(url);
    let name = path.rsplit('/').next().unwrap_or_default();
    SYSTEMS.contains(&path.as_str()) || HANDLERS.iter().any(|handler| handler.eq_ignore_ascii_case(name))
}

/// Whose the program is. Where the page's own address is not known, a relative one is the page's own all the same.
fn standing(item: &ActiveItem, hosts: &Hosts, url: &Url) -> Standing {
    match item.host {
        Some(_) => hosts.standing_of(item, url),
        None if item.kind == ActiveKind::LinkedScript => Standing::Own,
        None => hosts.standing(url),
    }
}

fn weigh(item: &ActiveItem, hosts: &Hosts, odd: &OddPlaces, url: &Url) -> (Severity, Confidence) {
    match standing(item, hosts, url) {
        Standing::Own if is_system(url) => (Severity::Medium, Confidence::Firm),
        // That it is new is told by the rule for new hosts.
        Standing::Service(service) if !service.is_open() => (Severity::Low, Confidence::Firm),
        _ if odd.name(item.position).is_some() => (Severity::Critical, Confidence::Firm),
        _ => (Severity::High, Confidence::Firm),
    }
}

fn words(foreign: bool, url: &Url) -> Words {
    let host = url.host_str().unwrap_or_default();
    if foreign {
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
