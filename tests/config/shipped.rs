//! The registry that is shipped.

use crate::{brackets_close, root};
use hinomi::config::load_targets;
use std::collections::BTreeSet;
use std::time::Duration;

/// The 47 prefectures, by the ids used in the file.
const PREFECTURES: [&str; 47] = [
    "hokkaido",
    "aomori",
    "iwate",
    "miyagi",
    "akita",
    "yamagata",
    "fukushima",
    "ibaraki",
    "tochigi",
    "gunma",
    "saitama",
    "chiba",
    "tokyo",
    "kanagawa",
    "niigata",
    "toyama",
    "ishikawa",
    "fukui",
    "yamanashi",
    "nagano",
    "gifu",
    "shizuoka",
    "aichi",
    "mie",
    "shiga",
    "kyoto",
    "osaka",
    "hyogo",
    "nara",
    "wakayama",
    "tottori",
    "shimane",
    "okayama",
    "hiroshima",
    "yamaguchi",
    "tokushima",
    "kagawa",
    "ehime",
    "kochi",
    "fukuoka",
    "saga",
    "nagasaki",
    "kumamoto",
    "oita",
    "miyazaki",
    "kagoshima",
    "okinawa",
];

#[test]
fn the_shipped_registry_lists_ministries_and_all_prefectures() {
    let registry = load_targets(&root("targets.toml"), &brackets_close).unwrap_or_else(|m| panic!("{m}"));
    for name in PREFECTURES {
        let organisation = format!("pref-{name}").parse().expect("id");
        assert!(registry.organisations.contains_key(&organisation), "{name} is missing");
        let owned = registry.targets.values().filter(|target| target.organisation == organisation);
        let tagged = owned.filter(|target| target.tags.iter().any(|tag| tag == "prefecture"));
        assert_eq!(tagged.count(), 1, "{name} has not one home page");
    }
    let tagged = |tag: &str| registry.targets.values().filter(|t| t.tags.iter().any(|own| own == tag)).count();
    assert_eq!(tagged("prefecture"), 47);
    assert!(tagged("central-government") >= 50, "only {}", tagged("central-government"));
    let hosts: BTreeSet<_> = registry.targets.values().filter_map(|target| target.url.host_str()).collect();
    assert_eq!(hosts.len(), registry.targets.len(), "a host is listed twice");
    for target in registry.targets.values() {
        assert!(target.interval >= Duration::from_secs(900), "{} is discourteous", target.id);
        assert!(target.url.host_str().is_some_and(|host| host.ends_with(".jp")), "{}", target.url);
        assert!(
            registry.lineage(&target.organisation).iter().all(|o| o.contacts.is_empty()),
            "{} has contacts",
            target.id
        );
    }
    assert!(registry.organisations.len() > 100);
    let owners: BTreeSet<_> = registry.targets.values().map(|target| &target.organisation).collect();
    assert!(registry.organisations.keys().all(|id| owners.contains(id)), "an organisation owns nothing");
}
