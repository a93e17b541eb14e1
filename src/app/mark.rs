//! Who decided, who entered it, when and why.

use crate::app::fault::fault;
use crate::model::Mark;
use crate::model::words;
use anyhow::Result;
use jiff::Timestamp;

/// A mark made now.
///
/// # Errors
/// When nobody is named, or not as `NAME <mail>`.
pub fn mark(by: &str, reason: &str) -> Result<Mark> {
    Ok(Mark { by: named(by)?, at: Timestamp::now(), reason: reason.to_owned() })
}

/// Checks that somebody is named as `NAME <mail>`.
pub(super) fn named(by: &str) -> Result<String> {
    let by = by.trim();
    let named = by.strip_suffix('>').and_then(|by| by.split_once('<')).is_some_and(|(name, mail)| {
        let plain = |text: &str| !text.contains(['<', '>']) && !text.chars().any(char::is_control);
        let is_mail = mail.split_once('@').is_some_and(|(who, host)| !who.is_empty() && !host.is_empty());
        !name.trim().is_empty() && plain(name) && plain(mail) && is_mail && !mail.contains(char::is_whitespace)
    });
    if !named {
        return Err(fault(words!(
            "--by: name who decided with the mail address, as \"Hanako Yamada <web@city.example>\"",
            "--by: 決定した人を「氏名 <メールアドレス>」の形で書いてください。例: \"山田花子 <web@city.example>\""
        )));
    }
    Ok(by.to_owned())
}

/// Who entered it: the system's user.
pub(super) fn system_user() -> String {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let named = set("SUDO_USER").or_else(|| set("USER")).or_else(|| set("LOGNAME"));
    named.or_else(user_of_process).unwrap_or_else(|| "unknown".to_owned())
}

/// The user as whom this process runs, where no variable says it, as under cron: by name, else by number.
fn user_of_process() -> Option<String> {
    let number = rustix::process::getuid().as_raw().to_string();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == number).then(|| name.to_owned())
    });
    Some(named.unwrap_or_else(|| format!("uid {number}")))
}
