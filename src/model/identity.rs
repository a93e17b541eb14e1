//! What shows whose page it is: names, telephone numbers, postal codes, addresses, copyright lines, logos, the language.

use super::Page;
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Most visible text that is read, in bytes.
const MAX_TEXT: usize = 131_072;
/// What stands between the parts of a title. Those of full width are written as codes: they look like the others.
const SEPARATORS: [char; 19] = [
    '|', '\u{ff5c}', '-', '\u{2010}', '\u{ff0d}', '–', '—', '/', '\u{ff0f}', ':', '\u{ff1a}', '»', '<', '>', '【',
    '】', '・', ' ', '\u{3000}',
];
/// Most anchors of one kind.
const MAX_ANCHORS: usize = 40;

static PHONE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(PHONE_NUMBER).ok());
/// Brackets and dashes of full width too, and digits of any script.
const PHONE_NUMBER: &str = "(?:\\+\\d{1,3}[ -]?)?[(\u{ff08}]?[0\u{ff10}]\\d{1,4}[)\u{ff09}]?[-\u{2010}\u{2212}\u{30fc}\u{ff0d} ()\u{ff08}\u{ff09}]\
     \\d{1,4}[-\u{2010}\u{2212}\u{30fc}\u{ff0d} )\u{ff09}]\\d{3,4}";
static POSTAL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"〒\s?\d{3}[-‐−ー]\d{4}").ok());
static COPYRIGHT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)(?:©|\(c\)|copyright)[\s\d,.:©(c)–-]{0,24}([^\s\d.,|][^\n.,|]{2,40})").ok());
static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(POSTAL_ADDRESS).ok());
/// A prefecture, a municipality, and what of the street follows.
const POSTAL_ADDRESS: &str = r"(?:北海道|東京都|京都府|大阪府|[\p{Han}]{2,3}県)[\p{Han}ぁ-んァ-ヶー]{1,12}?[市区町村郡][\p{Han}ぁ-んァ-ヶー0-9０-９一二三四五六七八九十番地号丁目の−‐-]{1,24}";

/// Title and visible text, with the texts of images, at most about 128 kB.
#[must_use]
pub fn identity_text(page: &Page) -> String {
    let mut text = page.title().unwrap_or_default();
    text.push(' ');
    text.push_str(&page.visible_text(MAX_TEXT));
    for alt in page.elements().filter_map(|(_, element)| element.attribute("alt")).take(500) {
        text.push(' ');
        text.push_str(alt);
    }
    text
}

/// The organisation's name and the site's, where the page shows them in its [`identity_text`].
#[must_use]
pub fn names(organisation: Option<&str>, page: &Page, text: &str) -> BTreeSet<String> {
    let site = page.elements_named("meta").find(|(_, meta)| meta.attribute("property") == Some("og:site_name"));
    let site = site.and_then(|(_, meta)| meta.attribute("content"));
    let title = page.title().unwrap_or_default();
    let parts = title.split(SEPARATORS);
    let parts = parts.map(str::trim).filter(|part| part.chars().count() >= 3);
    let all = organisation.into_iter().chain(site).chain(parts);
    let kept = all.map(str::trim).filter(|name| !name.is_empty() && text.contains(*name));
    kept.take(MAX_ANCHORS).map(str::to_owned).collect()
}

/// Telephone numbers, digits and letters only: `0494-25-5000` and `0494(25)5000` are one.
#[must_use]
pub fn phones(text: &str) -> BTreeSet<String> {
    matches(&PHONE, text)
}

/// Postal codes, digits only.
#[must_use]
pub fn postal_codes(text: &str) -> BTreeSet<String> {
    matches(&POSTAL, text)
}

/// Who holds the copyright, digits and letters only.
#[must_use]
pub fn copyrights(text: &str) -> BTreeSet<String> {
    matches(&COPYRIGHT, text)
}

/// Postal addresses in Japan, digits and letters only.
#[must_use]
pub fn postal_addresses(text: &str) -> BTreeSet<String> {
    matches(&ADDRESS, text)
}

/// What a pattern finds, digits and letters only.
fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> BTreeSet<String> {
    let Some(regex) = pattern.as_ref() else { return BTreeSet::new() };
    let found = regex.captures_iter(text).filter_map(|groups| groups.get(1).or_else(|| groups.get(0)));
    found.map(|found| plain(found.as_str())).filter(|anchor| !anchor.is_empty()).take(MAX_ANCHORS).collect()
}

/// The digits and letters of a text, those of full width as the others.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars().filter_map(narrow).collect()
}

/// A letter or digit, those of full width as the others.
fn narrow(c: char) -> Option<char> {
    let c = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0)?,
        c => c,
    };
    (c.is_alphanumeric() && c != '\u{30fc}').then_some(c)
}

/// File names of the images in the page's header, or of those that call themselves logo.
#[must_use]
pub fn logos(page: &Page) -> BTreeSet<String> {
    let images = page.elements_named("img").take(300);
    let named = images.filter(|(_, image)| {
        ["src", "class", "id", "alt"]
            .iter()
            .filter_map(|name| image.attribute(name))
            .any(|value| value.to_ascii_lowercase().contains("logo") || value.contains("ロゴ"))
    });
    let files = named.filter_map(|(_, image)| image.attribute("src")?.split('?').next()?.rsplit('/').next());
    files.filter(|file| !file.is_empty()).map(str::to_owned).collect()
}

/// The declared language without region: `ja` of `ja-JP`, and of the frequent mistake `jp`.
#[must_use]
pub fn language(page: &Page) -> Option<String> {
    let (_, html) = page.elements_named("html").next()?;
    let lang = html.attribute("lang").or_else(|| html.attribute("xml:lang"))?;
    let primary = lang.split(['-', '_']).next().unwrap_or_default().trim().to_ascii_lowercase();
    let primary = match primary.as_str() {
        "" => return None,
        "jp" => "ja",
        "cn" => "zh",
        "kr" => "ko",
        primary => primary,
    };
    Some(primary.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_fall_apart_at_separators_of_both_widths() {
        let parts = |title: &str| title.split(SEPARATORS).filter(|part| !part.is_empty()).count();
        for title in
            ["例示市|トップ", "例示市\u{ff5c}トップ", "例示市:トップ", "例示市\u{ff1a}トップ", "例示市\u{3000}トップ"]
        {
            assert_eq!(parts(title), 2, "{title}");
        }
    }

    #[test]
    fn telephone_numbers_are_one_in_every_writing() {
        let number = |text: &str| phones(text).into_iter().next();
        for text in [
            "0494-25-5000",
            "0494(25)5000",
            "0494\u{ff08}25\u{ff09}5000",
            "\u{ff08}0494\u{ff09}25-5000",
            "０４９４\u{ff0d}２５\u{ff0d}５０００",
        ] {
            assert_eq!(number(text).as_deref(), Some("0494255000"), "{text}");
        }
    }

    #[test]
    fn addresses_and_postal_codes_are_found() {
        let text = "〒368-8686 埼玉県秩父市熊木町8番15号 電話 0494-22-2211 (代表)";
        assert_eq!(postal_addresses(text).into_iter().collect::<Vec<_>>(), ["埼玉県秩父市熊木町8番15号"]);
        assert_eq!(postal_codes(text).into_iter().collect::<Vec<_>>(), ["3688686"]);
        assert!(postal_addresses("例示県の人口は三万人です").is_empty());
    }
}
