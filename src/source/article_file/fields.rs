//! What the keys of an article mean, for TOML, YAML, JSON and database rows alike.
//!
//! Our own names come first, then the names that Zola and Hugo use. A key at the top level wins
//! over the same key in a generator's table. In such a table a value of the wrong type belongs to a
//! theme, so it is skipped instead of refused. Unknown keys are ignored.

use super::tree::{KeyValue, Node, Value};
use super::{ParseContext, date, excerpt};
use crate::model::article::{Author, Body, Draft, Media, Refusal, Visibility, WrittenTerm};
use crate::model::time::{DateError, WrittenDate};

/// Tables in which Zola and Hugo keep further keys of an article.
const TABLES: [&str; 3] = ["taxonomies", "extra", "params"];

/// The keys of one article.
pub(in crate::source) struct Fields {
    pairs: Vec<KeyValue>,
    line: u32,
}

/// One key of the article with its value.
struct Field<'f> {
    key: &'f str,
    node: &'f Node,
}

impl Fields {
    /// A missing key is reported at `line`; 0 means that the source has no lines, as a database row.
    pub(in crate::source) fn new(pairs: Vec<KeyValue>, line: u32) -> Fields {
        Fields { pairs, line }
    }

    /// Builds the draft from these keys and `body`.
    pub(in crate::source) fn draft(
        &self,
        body: Body,
        context: &ParseContext<'_>,
    ) -> Result<Draft, Refusal> {
        // Hugo keeps an embargo in `publishDate`, beside an earlier `date`.
        let published = self.date(&["publishDate", "date"])?.or(context.name_date);
        let title = self
            .text(&["title"])?
            .ok_or_else(|| self.missing("title"))?;
        let published = published.ok_or_else(|| self.missing("date"))?;
        let is_draft = self.flag("draft")?.unwrap_or(false);
        let is_in_feeds = self.flag("feed")?.unwrap_or(true);
        Ok(Draft {
            id: self.text(&["id"])?.map(|id| id.trim().to_owned()),
            updated: self.date(&["updated", "lastmod"])?,
            expires: self.date(&["expires", "expiryDate"])?,
            visibility: match (is_draft, is_in_feeds) {
                (true, _) => Visibility::Draft,
                (false, false) => Visibility::OutOfFeeds,
                (false, true) => Visibility::Public,
            },
            url: self.text(&["url"])?,
            sections: self.section()?.into_iter().map(WrittenTerm::from).collect(),
            tags: self.tags()?.into_iter().map(WrittenTerm::from).collect(),
            authors: self.list(&["authors", "author"], author)?,
            language: self.text(&["lang", "language"])?,
            summary: self.text(&["summary", "description"])?,
            image: self.image()?,
            enclosures: self.list(&["enclosures"], media)?,
            ..Draft::new(title, published, body)
        })
    }

    /// The text of the first of these keys that is not blank.
    pub(in crate::source) fn text(&self, names: &[&str]) -> Result<Option<String>, Refusal> {
        let field = self.find(names, is_scalar);
        field.map(|field| field.text()).transpose()
    }

    fn missing(&self, key: &str) -> Refusal {
        Refusal::new(
            at(self.line),
            format!("there is no `{key}`"),
            "every article has a `title` and a `date` such as 2026-01-08 or 2026-01-08T10:30",
        )
    }

    /// The first of `names` with a value; in a generator's table only if the value `fits`.
    fn find(&self, names: &[&str], fits: fn(&Value) -> bool) -> Option<Field<'_>> {
        names.iter().find_map(|name| {
            lookup(&self.pairs, name).or_else(|| {
                TABLES.iter().find_map(|table| {
                    match &lookup(&self.pairs, table)?.node.value {
                        Value::Table(inner) => lookup(inner, name),
                        _ => None,
                    }
                    .filter(|field| fits(&field.node.value))
                })
            })
        })
    }

    fn date(&self, names: &[&str]) -> Result<Option<WrittenDate>, Refusal> {
        let field = self.find(names, is_scalar);
        field.map(|field| field.date()).transpose()
    }

    fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        let field = self.find(&[name], is_scalar);
        field.map(|field| field.flag()).transpose()
    }

    /// The section, or the first of several: an article has one section.
    fn section(&self) -> Result<Option<String>, Refusal> {
        let names = ["section", "sections", "categories", "category"];
        let Some(field) = self.find(&names, is_scalar_or_list) else {
            return Ok(None);
        };
        let first = match &field.node.value {
            Value::Text(text) if !field.key.eq_ignore_ascii_case("section") => {
                text.split([',', ';']).next()
            }
            _ => return Ok(field.texts()?.into_iter().next()),
        };
        Ok(first.map(str::to_owned))
    }

    fn tags(&self) -> Result<Vec<String>, Refusal> {
        let Some(field) = self.find(&["tags"], is_scalar_or_list) else {
            return Ok(Vec::new());
        };
        Ok(match &field.node.value {
            Value::Text(text) => split_tags(text),
            _ => field.texts()?,
        })
    }

    fn image(&self) -> Result<Option<Media>, Refusal> {
        let Some(field) = self.find(&["image"], |_| true) else {
            return Ok(None);
        };
        let first = field.items().first();
        first.map(|item| media(&field, item)).transpose()
    }

    /// All items of the first of `names` that has a value.
    fn list<T>(
        &self,
        names: &[&str],
        parse: fn(&Field<'_>, &Node) -> Result<T, Refusal>,
    ) -> Result<Vec<T>, Refusal> {
        let Some(field) = self.find(names, |_| true) else {
            return Ok(Vec::new());
        };
        let items = field.items().iter();
        items.map(|item| parse(&field, item)).collect()
    }
}

/// Ignores case, since generators do not agree on it (`publishDate`, `publishdate`).
fn lookup<'f>(pairs: &'f [KeyValue], name: &str) -> Option<Field<'f>> {
    let matches =
        |pair: &&KeyValue| pair.key.eq_ignore_ascii_case(name) && !pair.node.value.is_blank();
    pairs.iter().find(matches).map(|pair| Field {
        key: &pair.key,
        node: &pair.node,
    })
}

fn is_scalar(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => true,
        Value::List(_) | Value::Table(_) => false,
    }
}

fn is_scalar_or_list(value: &Value) -> bool {
    is_scalar(value) || matches!(value, Value::List(_))
}

impl Field<'_> {
    fn text(&self) -> Result<String, Refusal> {
        self.text_of(self.node, "text")
    }

    fn text_of(&self, node: &Node, expected: &str) -> Result<String, Refusal> {
        node.value
            .as_text()
            .ok_or_else(|| self.wrong(node, expected))
    }

    /// The items of a list, or the value itself as the only item.
    fn items(&self) -> &[Node] {
        match &self.node.value {
            Value::List(items) => items,
            _ => std::slice::from_ref(self.node),
        }
    }

    fn texts(&self) -> Result<Vec<String>, Refusal> {
        let items = self.items().iter().filter(|item| !item.value.is_blank());
        items
            .map(|item| self.text_of(item, "text or a list of texts"))
            .collect()
    }

    fn date(&self) -> Result<WrittenDate, Refusal> {
        let written = self.text_of(self.node, "a date")?;
        date::parse(written.trim()).map_err(|error| {
            let what = match error {
                DateError::Shape => "is not a date",
                DateError::TwoDates => "could be two dates",
                DateError::NoSuchDay => "is a day or time that does not exist",
            };
            self.refuse(
                self.node,
                format!("`{}` {what}", excerpt(&written)),
                "write it as 2026-01-08, 2026-01-08T10:30 or 2026-01-08T10:30:00+05:00",
            )
        })
    }

    fn flag(&self) -> Result<bool, Refusal> {
        let word = self.text_of(self.node, "true or false")?;
        match word.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(true),
            "false" | "no" | "off" | "0" => Ok(false),
            _ => Err(self.wrong(self.node, "true or false")),
        }
    }

    fn wrong(&self, node: &Node, expected: &str) -> Refusal {
        let got = match &node.value {
            Value::Text(text) => format!("`{}`", excerpt(text)),
            value => value.kind().to_owned(),
        };
        self.refuse(
            node,
            format!("must be {expected}, got {got}"),
            "correct the value, or delete the key",
        )
    }

    fn refuse(&self, node: &Node, reason: String, hint: &str) -> Refusal {
        Refusal::new(at(node.line), format!("`{}`: {reason}", self.key), hint)
    }
}

/// The line for a refusal; 0 means that there is none.
fn at(line: u32) -> Option<u32> {
    (line > 0).then_some(line)
}

/// Splits tags on one line at commas or semicolons, or at spaces where it has neither.
fn split_tags(line: &str) -> Vec<String> {
    let tags = if line.contains([',', ';']) {
        line.split([',', ';']).map(str::trim).collect::<Vec<_>>()
    } else {
        line.split_whitespace().collect()
    };
    let tags = tags.into_iter().filter(|tag| !tag.is_empty());
    tags.map(str::to_owned).collect()
}

fn author(field: &Field<'_>, item: &Node) -> Result<Author, Refusal> {
    let Value::Table(pairs) = &item.value else {
        let name = field.text_of(
            item,
            "a name, `{name, email, url, role}`, or a list of them",
        )?;
        return Ok(Author {
            name,
            ..Author::default()
        });
    };
    let part = |name| lookup(pairs, name).map(|part| part.text()).transpose();
    Ok(Author {
        name: part("name")?.unwrap_or_default(),
        slug: part("slug")?,
        role: part("role")?,
        email: part("email")?,
        url: part("url")?,
    })
}

fn media(field: &Field<'_>, item: &Node) -> Result<Media, Refusal> {
    let Value::Table(pairs) = &item.value else {
        let url = field.text_of(item, "an address, `{url, type, …}`, or a list of them")?;
        return Ok(Media {
            url,
            ..Media::default()
        });
    };
    let text = |name| lookup(pairs, name).map(|part| part.text()).transpose();
    let number = |name| lookup(pairs, name).map(|part| number(&part)).transpose();
    let pixels = |name| Ok(number(name)?.and_then(|pixels| u32::try_from(pixels).ok()));
    Ok(Media {
        url: text("url")?
            .or(text("src")?)
            .ok_or_else(|| field.refuse(item, "there is no `url`".to_owned(), "add one"))?,
        media_type: text("type")?,
        length: number("length")?,
        width: pixels("width")?,
        height: pixels("height")?,
        alt: text("alt")?,
        credit: text("credit")?,
    })
}

fn number(part: &Field<'_>) -> Result<u64, Refusal> {
    let expected = "a whole number";
    let written = part.text_of(part.node, expected)?;
    let number = written.trim().parse();
    number.map_err(|_| part.wrong(part.node, expected))
}

#[cfg(test)]
mod tests;
