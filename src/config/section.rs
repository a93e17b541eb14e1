//! Walking a spanned TOML table: every key is asked for by name and kind, and nothing unknown slips through.

use super::collect::Collector;
use super::mistake::{Complaint, quoted};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value with its place.
pub(super) type Node<'t> = Spanned<DeValue<'t>>;

/// A value that was understood, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Found<T> {
    pub(super) value: T,
    pub(super) span: Range<usize>,
}

/// One table of the file, with its name for people.
pub(super) struct Section<'t> {
    pub(super) path: String,
    pub(super) span: Range<usize>,
    table: &'t DeTable<'t>,
}

impl<'t> Section<'t> {
    pub(super) fn new(path: impl Into<String>, span: Range<usize>, table: &'t DeTable<'t>) -> Self {
        Self { path: path.into(), span, table }
    }

    /// The full name of a key.
    pub(super) fn key(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Complains about every key that is not known.
    pub(super) fn only(&self, c: &mut Collector<'_>, known: &[&'static str]) {
        self.only_and(c, known, "");
    }

    /// Like [`Section::only`], with one more key that is read only to be refused with the way to mend it: it is no
    /// unknown key, but is never offered either.
    pub(super) fn only_and(&self, c: &mut Collector<'_>, known: &[&'static str], refused: &str) {
        for (key, _) in self.table {
            let name = key.get_ref().as_ref();
            if !known.contains(&name) && (name != refused || refused.is_empty()) {
                let near = c.suggest(name, known.iter().copied());
                c.push(key.span(), self.key(&quoted(name)), unknown_key(name, near, known));
            }
        }
    }

    pub(super) fn node(&self, key: &str) -> Option<&'t Node<'t>> {
        self.table.get(key)
    }

    /// Place of a key's name; of the whole section when it is missing.
    pub(super) fn key_span(&self, key: &str) -> Range<usize> {
        self.table.get_key_value(key).map_or_else(|| self.span.clone(), |(key, _)| key.span())
    }

    /// The key holds a list without entries.
    pub(super) fn is_empty_list(&self, key: &str) -> bool {
        self.node(key).and_then(|node| node.get_ref().as_array()).is_some_and(|list| list.is_empty())
    }

    /// A value that may be missing.
    pub(super) fn get<T>(
        &self,
        c: &mut Collector<'_>,
        key: &str,
        read: impl Fn(&DeValue<'t>) -> Result<T, Complaint>,
    ) -> Option<Found<T>> {
        let node = self.node(key)?;
        match read(node.get_ref()) {
            Ok(value) => Some(Found { value, span: node.span() }),
            Err(complaint) => {
                c.push(node.span(), self.key(key), complaint);
                None
            }
        }
    }

    /// A value that must be there. `example` is shown when it is not.
    pub(super) fn required<T>(
        &self,
        c: &mut Collector<'_>,
        key: &str,
        example: &str,
        read: impl Fn(&DeValue<'t>) -> Result<T, Complaint>,
    ) -> Option<Found<T>> {
        if self.node(key).is_none() {
            c.push_missing(self.span.clone(), self.key(key), missing(key, example));
        }
        self.get(c, key, read)
    }

    /// A list whose every value is read alike, at most `most` of them.
    pub(super) fn list<T>(
        &self,
        c: &mut Collector<'_>,
        key: &str,
        most: usize,
        read: impl Fn(&DeValue<'t>) -> Result<T, Complaint>,
    ) -> Option<Vec<Found<T>>> {
        let items = self.items(c, key, most)?;
        let mut found = Vec::with_capacity(items.len());
        for (at, node) in items.iter().enumerate() {
            match read(node.get_ref()) {
                Ok(value) => found.push(Found { value, span: node.span() }),
                Err(complaint) => c.push(node.span(), format!("{}[{}]", self.key(key), at + 1), complaint),
            }
        }
        Some(found)
    }

    /// A list of tables; `[[key]]` and `key = [{ … }]` are the same. Empty when missing.
    pub(super) fn tables(&self, c: &mut Collector<'_>, key: &str, most: usize) -> Vec<Section<'t>> {
        let mut found = Vec::new();
        for (at, node) in self.items(c, key, most).unwrap_or_default().iter().enumerate() {
            let path = format!("{}[{}]", self.key(key), at + 1);
            match node.get_ref() {
                DeValue::Table(table) => found.push(Section::new(path, node.span(), table)),
                other => c.push(node.span(), path, wrong_type("a table { … }", "表 { … }", other)),
            }
        }
        found
    }

    /// One table inside this one.
    pub(super) fn table(&self, c: &mut Collector<'_>, key: &str) -> Option<Section<'t>> {
        let node = self.node(key)?;
        match node.get_ref() {
            DeValue::Table(table) => Some(Section::new(self.key(key), node.span(), table)),
            other => {
                c.push(node.span(), self.key(key), wrong_type("a table [ … ]", "表 [ … ]", other));
                None
            }
        }
    }

    fn items(&self, c: &mut Collector<'_>, key: &str, most: usize) -> Option<&'t [Node<'t>]> {
        let node = self.node(key)?;
        let complaint = match node.get_ref() {
            DeValue::Array(items) if items.len() <= most => return Some(items),
            DeValue::Array(items) => too_many(items.len(), most),
            other => wrong_type("a list [ … ]", "一覧 [ … ]", other),
        };
        c.push(node.span(), self.key(key), complaint);
        None
    }
}

/// Text in quotes.
pub(super) fn text<'v>(value: &'v DeValue<'_>) -> Result<&'v str, Complaint> {
    match value {
        DeValue::String(text) => Ok(text),
        other => Err(wrong_type("text in quotes", "引用符で囲んだ文字列", other)),
    }
}

/// `true` or `false`.
pub(super) fn flag(value: &DeValue<'_>) -> Result<bool, Complaint> {
    match value {
        DeValue::Boolean(flag) => Ok(*flag),
        other => Err(wrong_type("true or false", "true か false", other)),
    }
}

/// A whole number between two limits.
pub(super) fn whole(value: &DeValue<'_>, least: i64, most: i64) -> Result<i64, Complaint> {
    let DeValue::Integer(number) = value else {
        return Err(wrong_type("a whole number", "整数", value));
    };
    let read = i64::from_str_radix(number.as_str(), number.radix()).ok();
    read.filter(|number| (least..=most).contains(number)).ok_or_else(|| {
        let shown = quoted(number.as_str());
        Complaint::new(
            [format!("{shown} is outside {least} to {most}"), format!("{shown} は {least}〜{most} の範囲にありません")],
            [format!("write a number from {least} to {most}"), format!("{least} から {most} までの数を書いてください")],
        )
    })
}

fn wrong_type(en: &str, ja: &str, value: &DeValue<'_>) -> Complaint {
    let (is_en, is_ja) = match value {
        DeValue::String(_) => ("text", "文字列"),
        DeValue::Integer(_) => ("a whole number", "整数"),
        DeValue::Float(_) => ("a number with a point", "小数"),
        DeValue::Boolean(_) => ("true or false", "真偽値"),
        DeValue::Datetime(_) => ("a date or time", "日時"),
        DeValue::Array(_) => ("a list", "一覧"),
        DeValue::Table(_) => ("a table", "表"),
    };
    Complaint::new(
        [format!("this must be {en}, but is {is_en}"), format!("{ja}でなければなりませんが、{is_ja}が書かれています")],
        [format!("write {en}"), format!("{ja}を書いてください")],
    )
}

fn missing(key: &str, example: &str) -> Complaint {
    Complaint::new(
        [format!("`{key}` is missing"), format!("`{key}` がありません")],
        [format!("add a line such as `{key} = {example}`"), format!("`{key} = {example}` のような行を加えてください")],
    )
}

fn too_many(count: usize, most: usize) -> Complaint {
    Complaint::new(
        [format!("{count} entries are too many"), format!("{count} 件は多すぎます")],
        [format!("keep at most {most}"), format!("{most} 件までにしてください")],
    )
}

fn unknown_key(name: &str, near: Option<&str>, known: &[&str]) -> Complaint {
    let all = known.join(", ");
    let help = match near {
        Some(near) => [format!("did you mean `{near}`?"), format!("`{near}` の間違いではありませんか")],
        None => [format!("known here: {all}"), format!("ここで使えるキー: {all}")],
    };
    let name = quoted(name);
    Complaint::new([format!("unknown key `{name}`"), format!("`{name}` というキーはありません")], help)
}
