//! The text of a `hinomi.toml` to checked settings, or all mistakes in it.

use super::fetch::{addresses, bytes, count, no_url, time};
use super::secret::{Keys, Surroundings, secret};
use super::{HeartbeatSettings, RetentionSettings, SECTIONS, Settings, WebhookSettings, fetch, mail};
use crate::config::collect::Collector;
use crate::config::mistake::{Complaint, Mistakes, quoted};
use crate::config::section::{Section, text};
use crate::config::targets::organisation::LANGUAGES;
use crate::config::{syntax, texts, units};
use crate::model::Secret;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

const URL: Keys = Keys { plain: "url", file: "url_file", env: "url_env" };
const SIGNATURE: Keys = Keys { plain: "secret", file: "secret_file", env: "secret_env" };
const DAY: Duration = Duration::from_secs(86_400);
const MINUTE: Duration = Duration::from_secs(60);
/// Levels above the first.
const MAX_STEPS: usize = 8;
/// Shortest key of a signature, in bytes.
const MIN_SIGNATURE: usize = 16;

/// Reads the text of a `hinomi.toml`. Takes from the world only what `around` hands it, and never panics.
///
/// # Errors
/// All mistakes in the text.
pub fn parse_settings(text: &str, file_name: &str, around: &Surroundings<'_>) -> Result<Settings, Mistakes> {
    let mut c = Collector::new(file_name, text);
    let room = std::cell::OnceCell::new();
    let (tree, errors) = syntax::parse(text, &room);
    c.syntax(errors);
    let top = Section::new("", tree.span(), tree.get_ref());
    top.only(&mut c, keys(""));
    let settings = read(&mut c, &top, around);
    c.finish(settings)
}

fn read(c: &mut Collector<'_>, top: &Section<'_>, around: &Surroundings<'_>) -> Settings {
    let mut settings = Settings::default();
    if let Some(language) = top.get(c, "language", |v| texts::choice(text(v)?, LANGUAGES)) {
        settings.language = language.value;
    }
    data(c, top, around, &mut settings);
    if let Some(section) = section(c, top, "listen")
        && let Some(address) = section.get(c, "address", |v| text(v).and_then(address))
    {
        settings.listen = address.value;
    }
    if let Some(section) = top.table(c, "fetch") {
        settings.fetch = fetch::read(c, &section, around);
    }
    if let Some(section) = section(c, top, "check") {
        bytes(c, &section, "memory", [10_000_000, 64_000_000_000], &mut settings.check_memory);
        let services = section.get(c, "services", |v| text(v).and_then(texts::name));
        settings.services = services.map(|found| around.path(&found.value));
        settings.signatures = signatures(c, &section, around);
    }
    let section = top.table(c, "mail");
    settings.mail = mail::read(c, section.as_ref(), around, &settings.data);
    settings.webhook = webhook(c, top, around);
    settings.retention = retention(c, top);
    settings.heartbeat = heartbeat(c, top, around);
    rhythm(c, top, &mut settings);
    settings
}

/// The folder of signatures, where this build can use them.
fn signatures(c: &mut Collector<'_>, section: &Section<'_>, around: &Surroundings<'_>) -> Option<PathBuf> {
    let found = section.get(c, "signatures", |v| text(v).and_then(texts::name))?;
    if cfg!(feature = "yara") {
        return Some(around.path(&found.value));
    }
    c.push(found.span, section.key("signatures"), without_yara());
    None
}

fn without_yara() -> Complaint {
    Complaint::new(
        ["this hinomi was built without YARA", "この hinomi は YARA を含めずにビルドされています"],
        [
            "build it with `cargo build --release --features yara`, or take `signatures` out",
            "`cargo build --release --features yara` でビルドし直すか、signatures の設定を外してください",
        ],
    )
}

/// A table of the file, with its keys checked.
fn section<'t>(c: &mut Collector<'_>, top: &Section<'t>, name: &str) -> Option<Section<'t>> {
    let section = top.table(c, name)?;
    section.only(c, keys(name));
    Some(section)
}

fn keys(name: &str) -> &'static [&'static str] {
    SECTIONS.iter().find(|(known, _)| *known == name).map_or(&[], |(_, keys)| keys)
}

fn data(c: &mut Collector<'_>, top: &Section<'_>, around: &Surroundings<'_>, settings: &mut Settings) {
    let section = section(c, top, "data");
    let mut folder = |key, default: &str| {
        let found = section.as_ref().and_then(|section| section.get(c, key, |v| text(v).and_then(texts::name)));
        around.path(&found.map_or_else(|| default.to_owned(), |found| found.value))
    };
    settings.data = folder("dir", "data");
    settings.baselines = folder("baselines", "baselines");
}

fn address(text: &str) -> Result<SocketAddr, Complaint> {
    text.parse().map_err(|_| {
        let shown = quoted(text);
        Complaint::new(
            [format!("`{shown}` is no address with a port"), format!("`{shown}` はアドレスとポートとして読めません")],
            [
                "write both, such as \"127.0.0.1:8470\" or \"[::1]:8470\"",
                "\"127.0.0.1:8470\" や \"[::1]:8470\" のように両方を書いてください",
            ],
        )
    })
}

fn webhook(c: &mut Collector<'_>, top: &Section<'_>, around: &Surroundings<'_>) -> Option<WebhookSettings> {
    let section = top.table(c, "webhook")?;
    section.only_and(c, keys("webhook"), SIGNATURE.plain);
    let url = secret_url(c, &section, around);
    let key = secret(c, &section, around, SIGNATURE, false, long_enough);
    let allow_addresses = addresses(c, &section);
    for keys in [URL, SIGNATURE].into_iter().filter(|keys| keys.given(&section).is_empty()) {
        c.push_missing(section.span.clone(), section.key(keys.file), no_such(keys.file));
    }
    let (url, secret) = url.zip(key)?;
    Some(WebhookSettings { url, secret, allow_addresses })
}

fn heartbeat(c: &mut Collector<'_>, top: &Section<'_>, around: &Surroundings<'_>) -> Option<HeartbeatSettings> {
    let section = section(c, top, "heartbeat")?;
    let mut interval = MINUTE;
    time(c, &section, "interval", [Duration::from_secs(10), DAY], &mut interval);
    let url = secret_url(c, &section, around);
    if URL.given(&section).is_empty() {
        c.push_missing(section.span.clone(), section.key(URL.plain), no_such(URL.plain));
    }
    Some(HeartbeatSettings { url: url?, interval })
}

/// A URL that may hold a key in its path: it may stand in the file, but is never shown.
fn secret_url(c: &mut Collector<'_>, section: &Section<'_>, around: &Surroundings<'_>) -> Option<Secret> {
    secret(c, section, around, URL, true, |text| match Url::parse(text) {
        Ok(_) => texts::url(text, &["http", "https"]).map(drop),
        Err(_) => Err(no_url()),
    })
}

fn long_enough(secret: &str) -> Result<(), Complaint> {
    if secret.len() >= MIN_SIGNATURE {
        return Ok(());
    }
    Err(Complaint::new(
        [format!("the key has fewer than {MIN_SIGNATURE} bytes"), format!("署名の鍵が {MIN_SIGNATURE} バイト未満です")],
        ["make a random one: `openssl rand -hex 32`", "乱数で作ってください: `openssl rand -hex 32`"],
    ))
}

fn retention(c: &mut Collector<'_>, top: &Section<'_>) -> RetentionSettings {
    let mut kept = RetentionSettings::default();
    let Some(section) = section(c, top, "retention") else { return kept };
    time(c, &section, "observations", [DAY, 3_650 * DAY], &mut kept.observations);
    count(c, &section, "observations_per_target", [100, 10_000_000], &mut kept.observations_per_target);
    time(c, &section, "incidents", [30 * DAY, 36_500 * DAY], &mut kept.incidents);
    time(c, &section, "messages", [7 * DAY, 36_500 * DAY], &mut kept.messages);
    kept
}

/// When the next levels and the digest are told, and when approvals end.
fn rhythm(c: &mut Collector<'_>, top: &Section<'_>, settings: &mut Settings) {
    if let Some(section) = section(c, top, "escalation")
        && let Some(steps) = section.list(c, "after", MAX_STEPS, |v| units::duration_within(text(v)?, MINUTE, 7 * DAY))
    {
        for (before, after) in steps.iter().zip(steps.iter().skip(1)).filter(|(a, b)| a.value >= b.value) {
            c.push(after.span.clone(), section.key("after"), not_later(before.value));
        }
        settings.escalation = steps.into_iter().map(|step| step.value).collect();
    }
    if let Some(section) = section(c, top, "digest")
        && let Some(at) = section.get(c, "at", |v| text(v).and_then(units::time_of_day))
    {
        settings.digest_at = at.value;
    }
    if let Some(section) = section(c, top, "approval") {
        count(c, &section, "days", [30, 3_650], &mut settings.approval_days);
    }
}

fn not_later(before: Duration) -> Complaint {
    let before = units::duration_text(before);
    Complaint::new(
        [
            format!("this step is not later than the one before ({before})"),
            format!("前の段階 ({before}) より後になっていません"),
        ],
        [
            "all times count from the opening of the incident: write them in rising order",
            "いずれもインシデントの発生からの時間です。短い順に書いてください",
        ],
    )
}

fn no_such(key: &str) -> Complaint {
    Complaint::new(
        [format!("`{key}` is missing"), format!("`{key}` がありません")],
        [
            format!("add `{key}`, or take the whole table out; hinomi.example.toml shows how"),
            format!("`{key}` を加えるか、表ごと消してください。書き方は hinomi.example.toml にあります"),
        ],
    )
}
