//! `[mail]`: the way mails leave, the sender, the operators.

use super::secret::{Keys, Surroundings, secret};
use super::{MailSettings, MailWay, Settings, SmtpSettings};
use crate::config::collect::Collector;
use crate::config::mistake::Complaint;
use crate::config::section::{Section, text};
use crate::config::targets::organisation::LANGUAGES;
use crate::config::texts;
use crate::model::Secret;
use std::path::Path;
use url::Url;

pub(super) const KEYS: &[&str] =
    &["smtp", "folder", "from", "operators", "operators_language", "username", "password_file", "password_env"];
const PASSWORD: Keys = Keys { plain: "password", file: "password_file", env: "password_env" };
/// Most operators.
const MAX_OPERATORS: usize = 50;

pub(super) fn read(
    c: &mut Collector<'_>,
    section: Option<&Section<'_>>,
    around: &Surroundings<'_>,
    data: &Path,
) -> MailSettings {
    let mut mail = MailSettings { way: MailWay::Folder(data.join("mail")), ..Settings::default().mail };
    let Some(section) = section else { return mail };
    section.only_and(c, KEYS, PASSWORD.plain);
    if let Some(from) = section.get(c, "from", |v| text(v).and_then(texts::mail)) {
        mail.from = from.value;
    }
    if let Some(operators) = operators(c, section) {
        mail.operators = operators;
    }
    if let Some(language) = section.get(c, "operators_language", |v| texts::choice(text(v)?, LANGUAGES)) {
        mail.operators_language = language.value;
    }
    if let Some(way) = way(c, section, around) {
        mail.way = way;
    }
    mail
}

fn operators(c: &mut Collector<'_>, section: &Section<'_>) -> Option<Vec<String>> {
    let found = section.list(c, "operators", MAX_OPERATORS, |v| text(v).and_then(texts::mail))?;
    if section.is_empty_list("operators") {
        c.push(section.key_span("operators"), section.key("operators"), nobody());
    }
    Some(found.into_iter().map(|found| found.value).collect::<Vec<_>>()).filter(|all| !all.is_empty())
}

fn way(c: &mut Collector<'_>, section: &Section<'_>, around: &Surroundings<'_>) -> Option<MailWay> {
    let login = login(c, section, around);
    let folder = section.get(c, "folder", |v| text(v).and_then(texts::name));
    let Some(node) = section.node("smtp") else {
        refuse_login_without_server(c, section);
        return folder.map(|folder| MailWay::Folder(around.path(&folder.value)));
    };
    if node.get_ref().as_str().is_some_and(|text| text.contains('@')) {
        c.hide(node.span());
    }
    if folder.is_some() {
        c.push(section.key_span("folder"), section.key("folder"), two_ways());
    }
    for key in ["from", "operators"].into_iter().filter(|key| section.node(key).is_none()) {
        c.push_missing(section.key_span("smtp"), section.key(key), needed(key));
    }
    let url = section.get(c, "smtp", |v| texts::url(text(v)?, &["smtp", "smtps"]).and_then(plain_server))?;
    Some(MailWay::Smtp(SmtpSettings { url: url.value, login }))
}

/// Nothing but scheme, host and port counts; anything else would be a setting that has no effect.
fn plain_server(url: Url) -> Result<Url, Complaint> {
    if url.query().is_none() && url.fragment().is_none() && matches!(url.path(), "" | "/") {
        return Ok(url);
    }
    Err(Complaint::new(
        [
            "a mail server's URL has scheme, host and port only",
            "メールサーバーの URL に書けるのは形式・ホスト・ポートだけです",
        ],
        [
            "write \"smtps://mail.example\" (TLS) or \"smtp://mail.example:587\" (STARTTLS)",
            "\"smtps://mail.example\" (TLS) か \"smtp://mail.example:587\" (STARTTLS) と書いてください",
        ],
    ))
}

fn login(c: &mut Collector<'_>, section: &Section<'_>, around: &Surroundings<'_>) -> Option<(String, Secret)> {
    let user = section.get(c, "username", |v| text(v).and_then(texts::name));
    let password = secret(c, section, around, PASSWORD, false, |_| Ok(()));
    let given = PASSWORD.given(section);
    match (section.node("username"), given.first()) {
        (Some(_), None) => {
            c.push_missing(section.key_span("username"), section.key(PASSWORD.file), needed(PASSWORD.file));
        }
        (None, Some(key)) => c.push_missing(section.key_span(key), section.key("username"), needed("username")),
        _ => {}
    }
    user.map(|user| user.value).zip(password)
}

fn refuse_login_without_server(c: &mut Collector<'_>, section: &Section<'_>) {
    if section.node("username").is_some() {
        let complaint = Complaint::new(
            ["a user name has no use without `smtp`", "smtp がないので、ユーザー名は使われません"],
            [
                "add `smtp = \"smtps://mail.example\"`, or take the login out",
                "smtp = \"smtps://mail.example\" を加えるか、ユーザー名とパスワードを消してください",
            ],
        );
        c.push_missing(section.key_span("username"), section.key("username"), complaint);
    }
}

fn nobody() -> Complaint {
    Complaint::new(
        [
            "there must be an operator who is told about hinomi itself",
            "hinomi 自身の異常を受け取る運用担当者が必要です",
        ],
        ["write at least one mail address", "メールアドレスを一つ以上書いてください"],
    )
}

fn two_ways() -> Complaint {
    Complaint::new(
        ["`smtp` and `folder` cannot both be given", "`smtp` と `folder` は同時に書けません"],
        ["keep one of them", "どちらか一つだけを残してください"],
    )
}

fn needed(key: &str) -> Complaint {
    Complaint::new(
        [format!("`{key}` is needed here"), format!("ここでは `{key}` も必要です")],
        [
            format!("add `{key}`; hinomi.example.toml shows how"),
            format!("`{key}` を加えてください。書き方は hinomi.example.toml にあります"),
        ],
    )
}
