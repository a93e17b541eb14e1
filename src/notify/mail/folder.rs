//! Mail as `.eml` files in a folder: the embedded default, readable by every mail program.

use super::SendError;
use crate::model::Message;
use std::path::Path;
use tokio::io::AsyncWriteExt;

/// Longest part of a file name taken from the subject, in bytes; the whole name stays below the 255 of file systems.
const LONGEST_SLUG: usize = 120;

/// Writes one mail. The same message gives the same name, so it lies there once.
pub(super) async fn write(folder: &Path, message: &Message, bytes: &[u8]) -> Result<(), SendError> {
    let name = file_name(message);
    let unfinished = folder.join(format!(".{}.tmp", message.id));
    let written = async {
        tokio::fs::create_dir_all(folder).await?;
        let mut file = tokio::fs::File::create(&unfinished).await?;
        file.write_all(bytes).await?;
        file.sync_all().await?;
        tokio::fs::rename(&unfinished, folder.join(name)).await
    };
    written.await.map_err(|error| failed(folder, &error))
}

/// Makes the folder and proves that it takes files.
pub(super) async fn test(folder: &Path) -> Result<(), SendError> {
    let probe = folder.join(".hinomi-probe.tmp");
    let tried = async {
        tokio::fs::create_dir_all(folder).await?;
        tokio::fs::write(&probe, b"").await?;
        tokio::fs::remove_file(&probe).await
    };
    tried.await.map_err(|error| failed(folder, &error))
}

fn failed(folder: &Path, error: &std::io::Error) -> SendError {
    let detail = format!("{}: {error}; check free space and permissions of the mail folder", folder.display());
    SendError::Retry { detail, after: None }
}

/// `time-subjectslug-id.eml`
fn file_name(message: &Message) -> String {
    format!("{}-{}-{}.eml", message.at.strftime("%Y%m%dT%H%M%SZ"), slug(&message.subject), message.id.simple())
}

/// The letters and digits of a subject, Japanese ones too, with `-` for all between them.
fn slug(subject: &str) -> String {
    let mut slug = String::new();
    for word in subject.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if !slug.is_empty() {
            slug.push('-');
        }
        for c in word.chars() {
            if slug.len() + c.len_utf8() > LONGEST_SLUG {
                return slug;
            }
            slug.push(c);
        }
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_never_leaves_the_folder() {
        assert_eq!(slug("【火の見・警報】例示市: a/../b\0\n"), "火の見-警報-例示市-a-b");
        assert!(slug(&"あ/".repeat(500)).len() <= LONGEST_SLUG);
    }
}
