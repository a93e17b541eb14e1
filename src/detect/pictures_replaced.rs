//! Rule `pictures-replaced`: one new picture stands in the place of nearly all pictures of the page.

use super::support::{Hosts, Standing};
use super::{Detector, Findings, Found};
use crate::model::{Case, Confidence, NodeId, Page, Plane, Rule, Severity, StaticWords, Words};
use std::collections::{HashMap, HashSet};

/// # What it finds
///
/// A page on which at least four in five pictures are one and the same that the approved page does not have. From
/// another site that the page has nothing to do with it is an attack; from its own site a person looks at leisure.
///
/// # Why it matters
///
/// Some defacers leave text and markup alone and put their own picture wherever there is one, by hand or by a script that
/// goes through the files of a server.
///
/// # Example
///
/// ```html
/// <img src="http://img.stranger.example/flag.jpg"> <img src="http://img.stranger.example/flag.jpg">
/// ```
///
/// # Known false alarms
///
/// A page that begins to load its pictures late shows one placeholder everywhere: it comes from its own site, and a person
/// approves it once. Pages that showed one picture everywhere before are no finding.
///
/// # References
///
/// THREATS, part A: image-only replacement.
pub(super) struct PicturesReplaced;

static RULE: Rule = Rule {
    id: "pictures-replaced",
    title: StaticWords { en: "Pictures replaced", ja: "画像の差し替え" },
    why: StaticWords {
        en: "Nearly all pictures of the page are now one and the same new picture. Some attackers leave the text alone and show their own picture everywhere.",
        ja: "ページのほとんどの画像が、同じ1つの新しい画像に変わりました。文章はそのままに、画像だけを差し替える改ざんの手口があります。",
    },
    first_step: StaticWords {
        en: "Look at the page without logging in. If it is not your picture, keep copies and logs before you restore anything, and look at the other pages of the server too.",
        ja: "ログインせずにページを確認してください。心当たりのない画像であれば、復旧の前に写しとログを保存し、同じサーバーの他のページも確認してください。",
    },
};

/// Fewest pictures, before and now, from which on a replacement says something.
const ENOUGH: usize = 2;
/// Most pictures that are looked at.
const MOST: usize = 2_000;

impl Detector for PicturesReplaced {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let Some(compared) = case.approved else { return };
        let (before, now) = (pictures(compared.version.page), pictures(case.now.page));
        if before.len() < ENOUGH || now.len() < ENOUGH || ruling(&before).is_some() {
            return;
        }
        let Some((source, node)) = ruling(&now) else { return };
        let known: HashSet<&str> = before.iter().map(|(_, source)| *source).collect();
        if !known.contains(source) {
            out.add(found(source, now.len(), case).at(node).evidence(source));
        }
    }
}

/// The pictures of a page with their sources.
fn pictures(page: &Page) -> Vec<(NodeId, &str)> {
    let images = page.elements_named("img").take(MOST);
    let sources = images.filter_map(|(node, image)| Some((node, image.attribute("src")?.trim())));
    sources.filter(|(_, source)| !source.is_empty()).collect()
}

/// The source of at least four in five pictures, and where it stands first.
fn ruling<'a>(pictures: &[(NodeId, &'a str)]) -> Option<(&'a str, NodeId)> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    pictures.iter().for_each(|(_, source)| *counts.entry(source).or_default() += 1);
    let rules = |source: &str| counts.get(source).is_some_and(|count| count * 5 >= pictures.len() * 4);
    pictures.iter().find(|(_, source)| rules(source)).map(|(node, source)| (*source, *node))
}

fn found(source: &str, count: usize, case: &Case) -> Found {
    let hosts = Hosts::of(case);
    let url = hosts.resolve(source).filter(|_| source.contains("//"));
    let standing = url.as_ref().map_or(Standing::Own, |url| hosts.linked(url));
    let host = url.as_ref().and_then(url::Url::host_str).unwrap_or_default();
    match standing {
        Standing::Unknown | Standing::Imitation(_) => {
            let words = Words::new(
                format!(
                    "nearly all of the {count} pictures were replaced by one from {host}, a host never approved for this page"
                ),
                format!(
                    "{count}枚の画像のほとんどが、このページで承認されたことのないホスト {host} の1枚に差し替えられています"
                ),
            );
            Found::new(Severity::High, Confidence::Firm, words).plane(Plane::Content)
        }
        _ => {
            let words = Words::new(
                format!("nearly all of the {count} pictures were replaced by one"),
                format!("{count}枚の画像のほとんどが、同じ1枚に差し替えられています"),
            );
            Found::new(Severity::Medium, Confidence::Firm, words).plane(Plane::Content)
        }
    }
}
