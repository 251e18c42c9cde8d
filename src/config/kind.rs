//! Kinds of values. Each says what it takes in three ways that stand together: the phrase for people,
//! the JSON Schema for editors, and the check of the reader.

use std::marker::PhantomData;
use std::ops::RangeInclusive;

use serde::Serialize;
use serde_json::{Value, json};
use toml::Spanned;
use toml::de::DeValue;

use super::environment::Text;
use super::key::{Absent, Key, TableKeys};
use super::schema;
use super::table::Table;
use super::value;
use crate::text::nearest::{did_you_mean, nearest, one_of};

/// A value of the file with its place.
pub(super) type TomlValue<'a> = Spanned<DeValue<'a>>;

/// What the value of a key must be.
pub(super) trait ValueKind {
    /// How a default or an example is written in the tables of keys.
    type Literal: Copy + Serialize + Sync + 'static;

    /// What the value must be, to be put behind "must be".
    fn expected(&self) -> String;

    /// The JSON Schema of the value. It may be laxer than the reader, never stricter.
    fn schema(&self) -> Value;

    /// A literal as the file would have it.
    fn json(&self, literal: Self::Literal) -> Value {
        json!(literal)
    }

    /// The keys of the table, if the value is one.
    fn table(&self) -> Option<&'static TableKeys> {
        None
    }
}

/// Kinds that the reader turns into a checked value at one go.
pub(super) trait Readable: ValueKind + Sized {
    type Output;

    /// The checked value; what does not fit is reported to `table`.
    fn read(key: &Key<Self>, table: &Table<'_>, value: &TomlValue<'_>) -> Option<Self::Output>;

    /// What a literal means. Literals are constants, and a test reads each.
    fn parse_literal(&self, literal: Self::Literal) -> Self::Output;
}

impl<K: Readable> Key<K> {
    /// What a table without this key means; only for keys that have a default.
    pub(super) fn default(&self) -> K::Output {
        let Absent::Default(literal) = self.absent else {
            unreachable!("{} has no default", self.name);
        };
        self.kind.parse_literal(literal)
    }
}

/// A value that is not what its key takes.
#[derive(Debug)]
pub(super) struct Mismatch {
    /// What it must be, to be put behind "must be".
    pub(super) expected: String,
    /// What was probably meant.
    pub(super) hint: Option<String>,
}

impl Mismatch {
    pub(super) fn expected(expected: impl Into<String>) -> Mismatch {
        Mismatch {
            expected: expected.into(),
            hint: None,
        }
    }

    pub(super) fn hint(self, hint: Option<String>) -> Mismatch {
        Mismatch { hint, ..self }
    }
}

/// A string of a certain form.
pub(super) struct Form<T: 'static> {
    pub(super) expected: fn() -> String,
    pub(super) schema: fn() -> Value,
    pub(super) parse: fn(&str) -> Result<T, Mismatch>,
}

impl<T> Form<T> {
    /// The mismatch of a string that has another form.
    pub(super) fn mismatch(&self) -> Mismatch {
        Mismatch::expected((self.expected)())
    }
}

impl<T> ValueKind for Form<T> {
    type Literal = &'static str;

    fn expected(&self) -> String {
        (self.expected)()
    }

    fn schema(&self) -> Value {
        (self.schema)()
    }
}

impl<T> Readable for Form<T> {
    type Output = T;

    fn read(key: &Key<Self>, table: &Table<'_>, value: &TomlValue<'_>) -> Option<T> {
        let text = table.text_of(key, value)?;
        table.accept(key.name, &key.kind, &text)
    }

    fn parse_literal(&self, literal: &'static str) -> T {
        (self.parse)(literal).expect("a literal has the form of its key")
    }
}

/// Strings that a regular expression matches. Any string may come from the environment.
pub(super) fn matching(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": format!(r"{pattern}|{ENVIRONMENT}") })
}

/// The same, except for strings that `excluded` matches.
pub(super) fn matching_except(pattern: &str, excluded: &str) -> Value {
    let mut schema = matching(pattern);
    schema["not"] = json!({ "pattern": excluded });
    schema
}

/// What strings with a value from the environment match.
pub(super) const ENVIRONMENT: &str = r"\$\{";

/// A choice that is written as one of several words.
pub(super) trait Word: Copy + 'static {
    /// Every choice with its word.
    fn words() -> Vec<(&'static str, Self)>;
}

/// One of the words of `T`.
pub(super) const fn word<T: Word>() -> Form<T> {
    Form {
        expected: || one_of(names(&T::words())),
        schema: || {
            let words: Vec<&str> = names(&T::words()).collect();
            json!({ "type": "string", "anyOf": [{ "enum": words }, { "pattern": ENVIRONMENT }] })
        },
        parse: |text| {
            let words = T::words();
            let choice = words.iter().find(|&&(word, _)| word == text);
            choice.map(|&(_, choice)| choice).ok_or_else(|| {
                let near = nearest(text, names(&words));
                word::<T>().mismatch().hint(near.map(did_you_mean))
            })
        },
    }
}

fn names<T>(words: &[(&'static str, T)]) -> impl Iterator<Item = &'static str> {
    words.iter().map(|&(word, _)| word)
}

/// A list of strings of one form.
pub(super) struct List<T: 'static> {
    item: Form<T>,
    /// What one item is called, if there must be at least one and none twice.
    set_of: Option<&'static str>,
    /// Whether one string may stand without brackets.
    pub(super) or_one: bool,
}

/// Any number of strings.
pub(super) const fn list<T>(item: Form<T>) -> List<T> {
    List {
        item,
        set_of: None,
        or_one: false,
    }
}

/// At least one string and none twice; messages call one of them `noun`.
pub(super) const fn set<T>(item: Form<T>, noun: &'static str) -> List<T> {
    List {
        item,
        set_of: Some(noun),
        or_one: false,
    }
}

/// The same, or one string alone.
pub(super) const fn one_or_set<T>(item: Form<T>, noun: &'static str) -> List<T> {
    List {
        item,
        set_of: Some(noun),
        or_one: true,
    }
}

impl<T> ValueKind for List<T> {
    type Literal = &'static [&'static str];

    fn expected(&self) -> String {
        let item = self.item.expected();
        match self.or_one {
            true => format!("{item}; or a list of these"),
            false => format!("a list; each item: {item}"),
        }
    }

    fn schema(&self) -> Value {
        let item = self.item.schema();
        let mut list = json!({ "type": "array", "items": item });
        if self.set_of.is_some() {
            list["minItems"] = json!(1);
            list["uniqueItems"] = json!(true);
        }
        match self.or_one {
            true => json!({ "anyOf": [item, list] }),
            false => list,
        }
    }

    fn json(&self, literal: Self::Literal) -> Value {
        match literal {
            [one] if self.or_one => json!(one),
            items => json!(items),
        }
    }
}

impl<T: PartialEq> Readable for List<T> {
    type Output = Vec<T>;

    fn read(key: &Key<Self>, table: &Table<'_>, value: &TomlValue<'_>) -> Option<Vec<T>> {
        let List { item, set_of, .. } = &key.kind;
        let texts = table.texts_of(key, value)?;
        if let (true, Some(noun)) = (texts.is_empty(), set_of) {
            table.refuse_key(key, format!("{} must name at least one {noun}", key.name));
        }
        let mut items = Vec::with_capacity(texts.len());
        for text in &texts {
            let Some(item) = table.accept(key.name, item, text) else {
                continue;
            };
            if set_of.is_some() && items.contains(&item) {
                let message = format!("{} names {} twice", key.name, text.quoted());
                table.refuse(text, message, None);
            } else {
                items.push(item);
            }
        }
        Some(items)
    }

    fn parse_literal(&self, literal: Self::Literal) -> Vec<T> {
        let items = literal.iter();
        items.map(|item| self.item.parse_literal(item)).collect()
    }
}

/// A whole number within a range.
pub(super) struct Integer<N> {
    range: RangeInclusive<i64>,
    number: PhantomData<fn() -> N>,
}

pub(super) const fn integer<N>(range: RangeInclusive<i64>) -> Integer<N> {
    Integer {
        range,
        number: PhantomData,
    }
}

impl<N> ValueKind for Integer<N> {
    type Literal = i64;

    fn expected(&self) -> String {
        let (least, most) = (self.range.start(), self.range.end());
        format!("a whole number from {least} to {most}")
    }

    fn schema(&self) -> Value {
        json!({ "type": "integer", "minimum": self.range.start(), "maximum": self.range.end() })
    }
}

impl<N: TryFrom<i64>> Readable for Integer<N> {
    type Output = N;

    fn read(key: &Key<Self>, table: &Table<'_>, value: &TomlValue<'_>) -> Option<N> {
        let expected = key.kind.expected();
        let DeValue::Integer(integer) = value.get_ref() else {
            table.refuse_type(key.name, &expected, value, None);
            return None;
        };
        // A number too long for `i64` is out of range as well.
        let number = i64::from_str_radix(integer.as_str(), integer.radix())
            .ok()
            .filter(|number| key.kind.range.contains(number))
            .and_then(|number| N::try_from(number).ok());
        if number.is_none() {
            let got = Text::plain(integer.as_str(), value.span());
            let message = format!("{} must be {expected}, got {}", key.name, got.quoted());
            table.refuse(&got, message, None);
        }
        number
    }

    fn parse_literal(&self, literal: i64) -> N {
        let number = N::try_from(literal).ok();
        number.expect("a literal is within the range of its key")
    }
}

/// Bytes within a range, as a whole number or as a string with a unit.
pub(super) struct Size<N> {
    range: RangeInclusive<u64>,
    number: PhantomData<fn() -> N>,
}

pub(super) const fn size<N>(range: RangeInclusive<u64>) -> Size<N> {
    Size {
        range,
        number: PhantomData,
    }
}

impl<N> Size<N> {
    fn range_text(&self) -> String {
        let [least, most] =
            [self.range.start(), self.range.end()].map(|bytes| value::written_size(*bytes));
        format!("from {least} to {most}")
    }
}

impl<N> ValueKind for Size<N> {
    type Literal = &'static str;

    fn expected(&self) -> String {
        format!("{}, {}", value::SIZE, self.range_text())
    }

    fn schema(&self) -> Value {
        json!({
            "type": ["string", "integer"],
            "minimum": self.range.start(),
            "maximum": self.range.end(),
            "pattern": format!(r"^\s*[0-9]+\s*([KMG]iB|[KMG]B)?\s*$|{ENVIRONMENT}"),
        })
    }
}

impl<N: TryFrom<u64>> Readable for Size<N> {
    type Output = N;

    fn read(key: &Key<Self>, table: &Table<'_>, value: &TomlValue<'_>) -> Option<N> {
        let text = match value.get_ref() {
            DeValue::Integer(integer) => Text::plain(&integer.to_string(), value.span()),
            _ => table.read_text(key.name, value)?,
        };
        let parsed = value::size(&text.value).and_then(|bytes| {
            let bytes = Some(bytes).filter(|bytes| key.kind.range.contains(bytes));
            bytes
                .and_then(|bytes| N::try_from(bytes).ok())
                .ok_or_else(|| Mismatch::expected(key.kind.range_text()))
        });
        table.accept_parsed(key.name, parsed, &text)
    }

    fn parse_literal(&self, literal: &'static str) -> N {
        let bytes = value::size(literal).ok();
        let bytes = bytes.and_then(|bytes| N::try_from(bytes).ok());
        bytes.expect("a literal is within the range of its key")
    }
}

/// `true` or `false`.
pub(super) struct Switch;

impl ValueKind for Switch {
    type Literal = bool;

    fn expected(&self) -> String {
        "`true` or `false`, without quotes".to_owned()
    }

    fn schema(&self) -> Value {
        json!({ "type": "boolean" })
    }
}

impl Readable for Switch {
    type Output = bool;

    fn read(key: &Key<Self>, table: &Table<'_>, value: &TomlValue<'_>) -> Option<bool> {
        let switch = value.get_ref().as_bool();
        if switch.is_none() {
            table.refuse_type(key.name, &key.kind.expected(), value, None);
        }
        switch
    }

    fn parse_literal(&self, literal: bool) -> bool {
        literal
    }
}

/// A table with keys of its own.
pub(super) struct SubTable(pub(super) &'static TableKeys);

impl ValueKind for SubTable {
    type Literal = ();

    fn expected(&self) -> String {
        "a table".to_owned()
    }

    fn schema(&self) -> Value {
        schema::table(self.0)
    }

    fn table(&self) -> Option<&'static TableKeys> {
        Some(self.0)
    }
}

/// Any number of tables, each below a header in double brackets.
pub(super) struct TableList(pub(super) &'static TableKeys);

impl ValueKind for TableList {
    type Literal = ();

    fn expected(&self) -> String {
        "a list of tables".to_owned()
    }

    fn schema(&self) -> Value {
        json!({ "type": "array", "items": schema::table(self.0) })
    }

    fn table(&self) -> Option<&'static TableKeys> {
        Some(self.0)
    }
}

/// A table whose keys are terms, each with one term or a list of them.
pub(super) struct TermTable(pub(super) &'static TableKeys);

impl ValueKind for TermTable {
    type Literal = ();

    fn expected(&self) -> String {
        "a table".to_owned()
    }

    fn schema(&self) -> Value {
        let term = super::terms::TERM.schema();
        let list = json!({ "type": "array", "items": term });
        json!({
            "type": "object",
            "propertyNames": term,
            "additionalProperties": { "anyOf": [term, list] },
        })
    }

    fn table(&self) -> Option<&'static TableKeys> {
        Some(self.0)
    }
}
