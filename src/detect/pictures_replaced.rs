//! Rule `pictures-replaced`: one new picture stands in the place of nearly all pictures of the page.

use super::support::{Hosts, Standing};
use super::{Detector, Findings, Found};
use crate::model::{Case, Confidence, NodeId, Page, Plane, Rule, Severity, StaticWords, same_site, words};
use std::collections::{HashMap, HashSet};
use url::Url;

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
/// approves it once. Where one picture stood everywhere before, another of the own site, or of one whose pictures the page
/// shows already, is no finding.
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
        if before.len() < ENOUGH || now.len() < ENOUGH {
            return;
        }
        let Some((source, node)) = ruling(&now) else { return };
        let known: HashSet<&str> = before.iter().map(|(_, source)| *source).collect();
        if known.contains(source) {
            return;
        }
        let hosts = Hosts::of(case);
        let stranger = stranger(source, &before, &hosts);
        // One placeholder in the place of another is nothing, unless a stranger put it there.
        if stranger.is_some() || ruling(&before).is_none() {
            out.add(found(stranger.as_ref(), now.len()).at(node).evidence(source));
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

/// The address of a picture on a host that the page has nothing to do with, and from which it showed none before.
fn stranger(source: &str, before: &[(NodeId, &str)], hosts: &Hosts) -> Option<Url> {
    let url = hosts.resolve(source).filter(|_| source.contains("//"))?;
    let unknown = matches!(hosts.linked(&url), Standing::Unknown | Standing::Imitation(_));
    let host = url.host_str()?;
    let shown = |known: &str| {
        hosts
            .resolve(known)
            .filter(|_| known.contains("//"))
            .is_some_and(|url| url.host_str().is_some_and(|one| same_site(one, host)))
    };
    (unknown && !before.iter().any(|(_, known)| shown(known))).then_some(url)
}

fn found(stranger: Option<&Url>, count: usize) -> Found {
    let (severity, words) = match stranger.and_then(Url::host_str) {
        Some(host) => (
            Severity::High,
            words!(
                "nearly all of the {count} pictures were replaced by one from {host}, a host never approved for this page",
                "{count}枚の画像のほとんどが、このページで承認されたことのないホスト {host} の1枚に差し替えられています"
            ),
        ),
        None => (
            Severity::Medium,
            words!(
                "nearly all of the {count} pictures were replaced by one",
                "{count}枚の画像のほとんどが、同じ1枚に差し替えられています"
            ),
        ),
    };
    Found::new(severity, Confidence::Firm, words).plane(Plane::Content)
}
