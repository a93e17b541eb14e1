//! Whether the names of two hosts are related, as a site's old and new address are.

use crate::model::chosen_name;

/// Words in host names that say nothing about whose they are.
const COMMON: [&str; 10] =
    ["online", "japan", "portal", "mobile", "official", "static", "store", "website", "index", "global"];

/// Whether two hosts share a word of the names their owners chose, as a site's old and new address do.
pub(in crate::detect) fn related(a: &str, b: &str) -> bool {
    let words = |host: &str| -> Vec<String> {
        let name = chosen_name(host).unwrap_or_default().to_ascii_lowercase();
        let words = name.split(['.', '-']).filter(|word| word.len() >= 5 && !COMMON.contains(word));
        words.map(str::to_owned).collect()
    };
    let (ours, theirs) = (words(a), words(b));
    ours.iter().any(|word| theirs.iter().any(|other| word.contains(other.as_str()) || other.contains(word.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_that_moved_keeps_a_word_of_its_name() {
        assert!(related("stopcovid19.pref.example", "covid19-pref.hosting.invalid"));
        assert!(related("www.library-town.example", "library.town.invalid"));
        assert!(!related("www.city.example", "spam.invalid"));
        assert!(!related("www.city.shibukawa.tokyo.jp", "casino-slot.tokyo"));
        assert!(!related("town.online", "spam-online.online"));
    }
}
