//! What the keys of an article mean, for TOML, YAML, JSON and database rows alike.
//!
//! [`names`] has every name of each field, in the order in which they count. A key at the top level
//! wins over the same key in a generator's table. Of a key that is given twice the last counts. A
//! value that does not fit is left out with a warning, but for the title, the date, and what
//! [`hidden`] reads. Keys that nothing knows are collected for `check`.

mod dates;
pub(in crate::source) mod key_traits;
mod media;
mod missing;
mod names;
mod status;
mod terms;
mod text;

use std::collections::BTreeMap;

pub(in crate::source) use self::dates::inherited_date;
use self::names::Field;
pub(in crate::source) use self::names::key_names;
use super::hidden::{self, Marks};
use super::tree::{KeyValue, Node, Value};
use super::{ParseContext, key_name};
use crate::model::article::{AcceptSettings, Body, Draft, Refusal, WARNINGS_MAX, Warning};
use crate::model::time::Timestamp;
use crate::text::excerpt;

/// Tables in which Zola and Hugo keep further keys of an article, in the order in which they count.
const TABLES: [&str; 3] = ["taxonomies", "extra", "params"];

/// The most keys that are collected because nothing knows them.
const UNKNOWN_KEYS_MAX: usize = 20;

/// The keys of one article, by what they mean.
pub(in crate::source) struct Fields<'p> {
    pairs: &'p [KeyValue],
    line: u32,
    settings: &'p AcceptSettings,
    /// By field, then by the order in which they count. Absent values are left out.
    keys: Vec<Key<'p>>,
    unknown: Vec<&'p KeyValue>,
    warnings: Vec<Warning>,
}

/// Gives keys with one of the further `names` of a key that key's own name, where that is missing. Names
/// of keys that hide or date an article keep theirs: each of them counts.
pub(in crate::source) fn rename(pairs: &mut [KeyValue], names: &BTreeMap<String, Vec<String>>) {
    let all_count = |key: &str| key == "date" || hidden::WITH_FURTHER_NAMES.contains(&key);
    for (key, names) in names.iter().filter(|(key, _)| !all_count(key)) {
        let has_value = |pair: &KeyValue, name: &str| {
            key_name::is(&pair.key, name) && !is_absent(&pair.node.value)
        };
        if pairs.iter().any(|pair| has_value(pair, key)) {
            continue;
        }
        let found = names
            .iter()
            .find_map(|name| pairs.iter().position(|pair| has_value(pair, name)));
        if let Some(found) = found {
            pairs[found].key = key.as_str().into();
        }
    }
}

/// Whether a key of this name, in its normal form, may hold the date of publication.
pub(in crate::source) fn is_date(name: &str, settings: &AcceptSettings) -> bool {
    let mut fields = names::fields_of(name).iter();
    fields.any(|(field, _)| *field == Field::Date) || names::further_date(name, settings).is_some()
}

/// One key of the article with its value.
#[derive(Clone, Copy, Debug)]
struct Key<'p> {
    field: Field,
    /// The number of its name among those of its field.
    rank: usize,
    /// The number of its table in [`TABLES`], from 1; 0 at the top level.
    table: usize,
    name: &'p str,
    node: &'p Node,
}

impl<'p> Fields<'p> {
    /// A missing key is reported at `line`; 0 means that the source has no lines, as a database row.
    pub(in crate::source) fn new(
        pairs: &'p [KeyValue],
        line: u32,
        settings: &'p AcceptSettings,
    ) -> Fields<'p> {
        let mut fields = Fields {
            pairs,
            line,
            settings,
            keys: Vec::with_capacity(pairs.len()),
            unknown: Vec::new(),
            warnings: Vec::new(),
        };
        for pair in pairs {
            let name = key_name::normal(&pair.key);
            fields.add(pair, &name, 0);
            let table = TABLES.iter().position(|table| *table == name);
            if let (Some(table), Value::Table(inner)) = (table, &pair.node.value) {
                for pair in inner {
                    fields.add(pair, &key_name::normal(&pair.key), table + 1);
                }
            }
        }
        fields.keys.sort_by_key(Key::place);
        fields.drop_repeated();
        fields
    }

    fn add(&mut self, pair: &'p KeyValue, name: &str, table: usize) {
        let fields = names::fields_of(name);
        let further = names::further_date(name, self.settings).map(|rank| (Field::Date, rank));
        let is_known = !fields.is_empty() || further.is_some() || names::is_ignored(name);
        let is_known = || is_known || hidden::knows(name, self.settings);
        if table == 0 && !is_absent(&pair.node.value) && !is_known() {
            let has_room = self.unknown.len() < UNKNOWN_KEYS_MAX;
            self.unknown.extend(has_room.then_some(pair));
        }
        for &(field, rank) in fields.iter().chain(&further) {
            if !is_absent(&pair.node.value) && (table == 0 || field.is_in_tables(name)) {
                self.keys.push(Key {
                    field,
                    rank,
                    table,
                    name: &pair.key,
                    node: &pair.node,
                });
            }
        }
    }

    /// Whether they have a title or a date.
    pub(in crate::source) fn are_of_article(&self) -> bool {
        [Field::Title, Field::Date]
            .iter()
            .any(|&field| !self.of(field).is_empty())
    }

    /// Keeps the last of keys with one name.
    fn drop_repeated(&mut self) {
        let mut kept: Vec<Key<'p>> = Vec::with_capacity(self.keys.len());
        for key in std::mem::take(&mut self.keys) {
            let repeated = kept.pop_if(|last| last.place() == key.place());
            if let Some(last) = repeated.filter(|_| self.warnings.len() < WARNINGS_MAX) {
                let reason = format!("`{}`: is given twice, and the last value counts", last.name);
                self.warnings
                    .push(last.warning(last.node, reason, "delete one of the two"));
            }
            kept.push(key);
        }
        self.keys = kept;
    }

    /// The keys of a field that have a value, in the order in which they count.
    fn of(&self, field: Field) -> &[Key<'p>] {
        let start = self.keys.partition_point(|key| key.field < field);
        let end = self.keys.partition_point(|key| key.field <= field);
        &self.keys[start..end]
    }

    /// Builds the draft from these keys. `body` is the text that stands outside of them.
    ///
    /// # Errors
    /// When there is no title or no date, or one that is not understood.
    pub(in crate::source) fn draft(
        self,
        body: Option<Body>,
        context: &ParseContext<'_>,
    ) -> Result<Draft, Refusal> {
        let pairs = context.inherit(self.pairs);
        let marks = hidden::marks(&pairs, self.settings);
        match marks.hiding.refusal() {
            Some(refusal) => Err(refusal),
            None => self.understood_draft(body, context, marks),
        }
    }

    /// The refusal of an article with these keys. Where they say that readers may not see it at `now`, its last
    /// good version goes too: they hide it, it has expired, or its date is still to come. Where it will expire,
    /// that version goes then.
    pub(in crate::source) fn refuse(
        &self,
        refusal: Refusal,
        context: &ParseContext<'_>,
        now: Timestamp,
    ) -> Refusal {
        let pairs = context.inherit(self.pairs);
        let marks = hidden::marks(&pairs, self.settings);
        if let Some(refusal) = marks.hiding.refusal().filter(|_| !refusal.withdraws) {
            return refusal;
        }
        let zone = &self.settings.zone;
        let is_embargoed = || {
            let mut dates = self.dates(context.inherited).flatten();
            dates.any(|date| zone.resolve(date) > now)
        };
        let expires = marks.expires.iter().map(|&date| zone.resolve(date)).min();
        refusal
            .withdrawn_if(marks.withhold(zone, now) || is_embargoed())
            .expiring(expires)
    }

    fn understood_draft(
        mut self,
        body: Option<Body>,
        context: &ParseContext<'_>,
        marks: Marks<'_>,
    ) -> Result<Draft, Refusal> {
        let title = text::title(self.of(Field::Title))?.ok_or_else(|| missing::title(&self))?;
        let published = self
            .published(context)?
            .ok_or_else(|| missing::date(&self))?;
        let mut warnings = std::mem::take(&mut self.warnings);
        warn_of(&marks, &mut warnings);
        let public_status = &context.settings.public_status;
        let hiding_status = status::hiding(&marks.statuses, public_status, &mut warnings);
        let warned = &mut warnings;
        let zone = &context.settings.zone;
        let visibility = marks.visibility();
        let draft = Draft {
            id: text::first(self.of(Field::Id), warned).map(|id| id.trim().to_owned()),
            updated: dates::updated(self.of(Field::Updated), warned),
            expires: marks
                .expires
                .into_iter()
                .min_by_key(|&date| zone.resolve(date)),
            visibility,
            url: text::page(self.of(Field::Url), warned)
                .or_else(|| text::own_page(self.of(Field::Link), &context.settings.site)),
            slug: text::slug(self.of(Field::Slug), warned),
            sections: terms::sections(self.of(Field::Section), self.numbers_are_ids(), warned),
            tags: terms::tags(self.of(Field::Tag), self.numbers_are_ids(), warned),
            authors: terms::authors(self.of(Field::Author), self.numbers_are_ids(), warned),
            language: text::language(self.of(Field::Language), warned),
            summary: text::summary(
                self.of(Field::Summary),
                self.of(Field::Description),
                &title,
                warned,
            ),
            image: media::image(self.of(Field::Image), self.of(Field::ImageAlt), warned),
            enclosures: media::enclosures(self.of(Field::Enclosure), warned),
            unknown_keys: self.unknown.iter().map(|pair| (*pair.key).into()).collect(),
            hiding_status: hiding_status.map(String::into_boxed_str),
            ..Draft::new(title, published, Body::Html(String::new()))
        };
        let body = self.body(body, warned);
        warnings.truncate(WARNINGS_MAX);
        Ok(Draft {
            body,
            warnings,
            ..draft
        })
    }

    /// The text of the article: `outside` if it has any, else the first key that holds one: HTML, then
    /// Markdown, then plain text.
    fn body(&self, outside: Option<Body>, warnings: &mut Vec<Warning>) -> Body {
        let is_blank = match &outside {
            Some(
                Body::Html(text)
                | Body::HtmlTemplate(text)
                | Body::Markdown(text)
                | Body::Mdx(text),
            ) => text.trim().is_empty(),
            Some(Body::Paragraphs { .. }) | None => outside.is_none(),
        };
        let [html, markdown, plain] = [Field::Html, Field::Markdown, Field::Plain];
        match outside {
            Some(body) if !is_blank => body,
            empty => text::body(self.of(html), self.of(markdown), self.of(plain), warnings)
                .or(empty)
                .unwrap_or_else(|| text::plain("")),
        }
    }

    /// Whether the numbers of sections, tags and authors name records of WordPress, as in the answers of
    /// its REST interface.
    fn numbers_are_ids(&self) -> bool {
        let title = self.of(Field::Title).first();
        title.is_some_and(|title| matches!(title.node.value, Value::Table(_)))
    }
}

/// Warns of keys that hide the article somewhere else than here.
fn warn_of(marks: &Marks<'_>, warnings: &mut Vec<Warning>) {
    for (key, node, effect) in marks.elsewhere.iter().take(WARNINGS_MAX) {
        warnings.push(Warning::new(
            at(node.line),
            format!("`{key}`: {effect}"),
            "`feed: false` keeps it out of feeds, `draft: true` out of everything",
        ));
    }
}

impl<'p> Key<'p> {
    fn place(&self) -> (Field, usize, usize) {
        (self.field, self.rank, self.table)
    }

    /// The items of a list, or the value itself as the only item.
    fn items(&self) -> &'p [Node] {
        match &self.node.value {
            Value::List(items) => items,
            _ => std::slice::from_ref(self.node),
        }
    }

    fn warning(&self, node: &Node, reason: String, hint: &str) -> Warning {
        Warning::new(at(node.line), reason, hint)
    }

    /// The warning that `node` is not what this key expects.
    fn wrong(&self, node: &Node, expected: &str) -> Warning {
        let got = match &node.value {
            Value::Text(text) => format!("`{}`", excerpt(text.trim())),
            value => value.kind().to_owned(),
        };
        let reason = format!("`{}`: must be {expected}, got {got}", self.name);
        self.warning(node, reason, "correct the value, or delete the key")
    }
}

/// Whether a key with this value counts as absent.
fn is_absent(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => !flag,
        Value::List(items) => items.iter().all(|item| is_absent(&item.value)),
        Value::Table(pairs) => pairs.is_empty(),
        Value::Null | Value::Number(_) | Value::Text(_) => value.is_blank(),
    }
}

/// The value of the first of `names` that is there in a table.
fn find<'n>(pairs: &'n [KeyValue], names: &[&str]) -> Option<&'n Node> {
    names.iter().find_map(|name| {
        let mut pairs = pairs.iter().rev();
        let pair = pairs.find(|pair| key_name::is(&pair.key, name) && !is_absent(&pair.node.value));
        pair.map(|pair| &pair.node)
    })
}

/// The line for a message; 0 means that there is none.
fn at(line: u32) -> Option<u32> {
    (line > 0).then_some(line)
}

#[cfg(test)]
mod tests;
