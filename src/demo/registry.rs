//! The registry of the made-up web, as a person would write it.

use super::sites::{SITES, Site};
use std::fmt::Write as _;

/// `targets.toml` for the sites at their ports.
#[must_use]
pub fn targets_text(port: impl Fn(&Site) -> u16) -> String {
    let mut text = String::from(
        "# 作り物の登録簿です(hinomi demo)。実在の組織とは関係ありません。\n\
         # A made-up registry of `hinomi demo`; no office in it exists.\n",
    );
    for site in &SITES {
        organisation(&mut text, site);
        let Site { id, organisation, host, tag, .. } = site;
        let port = port(site);
        let _ = write!(
            text,
            "[[target]]\nid = \"{id}\"\norganisation = \"{organisation}\"\nurl = \"http://{host}:{port}/\"\n\
             interval = \"1m\"\ntags = [\"{tag}\"]\n"
        );
    }
    text
}

fn organisation(text: &mut String, site: &Site) {
    let Site { organisation, name, english, officer, superior, .. } = site;
    let parent = site.parent.map(|parent| format!("parent = \"{parent}\"\n")).unwrap_or_default();
    let (web, security) = (site.mail("web"), site.mail("security"));
    let _ = write!(
        text,
        "\n# {english}\n[[organisation]]\nid = \"{organisation}\"\nname = \"{name}\"\n{parent}language = \"ja\"\n\
         contacts = [\n  {{ name = \"{officer}\", mail = \"{web}\", level = 1 }},\n  \
         {{ name = \"{superior}\", mail = \"{security}\", level = 2 }},\n]\n"
    );
}
