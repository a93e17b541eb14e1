//! A letter's content as blocks, and its two forms: plain text and HTML through the templates.

use super::wrap;
use crate::model::Language;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value, context, syntax::SyntaxConfig};
use std::sync::LazyLock;

/// How a title looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// Needs a person now.
    Alarm,
    /// Needs a person.
    Warning,
    /// Good to know.
    Calm,
}

impl Tone {
    /// Colour of the bar beside the title; dark enough on white for everybody (contrast 4.5 and more).
    const fn colour(self) -> &'static str {
        match self {
            Self::Alarm => "#b00020",
            Self::Warning => "#8a5300",
            Self::Calm => "#1b5e20",
        }
    }
}

/// One block of a letter. Captured text in it is shown and defanged already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    /// Title of a story.
    Title(String, Tone),
    /// Heading of a section.
    Heading(String),
    /// Heading inside a section.
    Sub(String),
    /// A paragraph.
    Para(String),
    /// Names and values.
    Facts(Vec<(String, String)>),
    /// A list.
    Bullets(Vec<String>),
    /// A numbered list.
    Steps(Vec<String>),
    /// Captured text with a label.
    Quote(String, String),
    /// A command to be copied.
    Code(String),
    /// A table: its head and its rows.
    Table(Vec<String>, Vec<Vec<String>>),
}

impl From<&Block> for Value {
    fn from(block: &Block) -> Self {
        match block {
            Block::Title(text, tone) => context!(kind => "title", text => text, colour => tone.colour()),
            Block::Heading(text) => context!(kind => "heading", text => text),
            Block::Sub(text) => context!(kind => "sub", text => text),
            Block::Para(text) => context!(kind => "para", text => text),
            Block::Facts(facts) => {
                let rows = facts.iter().map(|(name, value)| context!(name => name, value => value));
                context!(kind => "facts", rows => rows.collect::<Vec<_>>())
            }
            Block::Bullets(items) => context!(kind => "bullets", items => items.clone()),
            Block::Steps(items) => context!(kind => "steps", items => items.clone()),
            Block::Quote(label, text) => context!(kind => "quote", label => label, text => text),
            Block::Code(text) => context!(kind => "code", text => text),
            Block::Table(head, rows) => {
                context!(kind => "table", head => head.clone(), rows => rows.clone(), lines => columns(head, rows))
            }
        }
    }
}

/// A table as lines of aligned columns.
fn columns(head: &[String], rows: &[Vec<String>]) -> Vec<String> {
    let all = || std::iter::once(head).chain(rows.iter().map(Vec::as_slice));
    let wide = |column: usize| all().filter_map(|row| row.get(column)).map(|cell| wrap::width(cell)).max();
    let widths: Vec<usize> = (0..head.len()).map(|column| wide(column).unwrap_or(0).min(36)).collect();
    let line = |row: &[String]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| wrap::pad(cell, *width));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    all().map(line).collect()
}

fn environment() -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_filter("wrap", |text: &str, indent: usize| wrap::wrap(text, indent));
    environment.add_filter("quote", wrap::quote);
    environment.add_template("letter.txt", include_str!("../templates/letter.txt"))?;
    environment.add_template("letter.html", include_str!("../templates/letter.html"))?;
    Ok(environment)
}

static TEMPLATES: LazyLock<Result<Environment<'static>, String>> =
    LazyLock::new(|| environment().map_err(|error| error.to_string()));

/// Plain text and HTML of a letter.
///
/// # Errors
/// A mistake in the templates.
pub(super) fn render(subject: &str, language: Language, blocks: &[Block]) -> Result<(String, String), Error> {
    let environment = TEMPLATES.as_ref().map_err(|error| Error::new(ErrorKind::BadSerialization, error.clone()))?;
    let language = match language {
        Language::Japanese => "ja",
        Language::English => "en",
    };
    let blocks: Vec<Value> = blocks.iter().map(Value::from).collect();
    let context = context!(subject => subject, language => language, blocks => blocks);
    let form = |name: &str| environment.get_template(name)?.render(&context);
    Ok((form("letter.txt")?, form("letter.html")?))
}
