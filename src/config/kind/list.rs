//! Lists of strings.

use serde_json::{Value, json};

use super::{Form, Readable, TomlValue, ValueKind};
use crate::config::key::Key;
use crate::config::table::Table;

/// A list of strings of one form.
pub(in crate::config) struct List<T: 'static> {
    item: Form<T>,
    /// What one item is called, if there must be at least one and none twice.
    set_of: Option<&'static str>,
    /// Whether one string may stand without brackets.
    pub(in crate::config) or_one: bool,
}

/// Any number of strings.
pub(in crate::config) const fn list<T>(item: Form<T>) -> List<T> {
    List {
        item,
        set_of: None,
        or_one: false,
    }
}

/// At least one string and none twice; messages call one of them `noun`.
pub(in crate::config) const fn set<T>(item: Form<T>, noun: &'static str) -> List<T> {
    List {
        item,
        set_of: Some(noun),
        or_one: false,
    }
}

/// The same, or one string alone.
pub(in crate::config) const fn one_or_set<T>(item: Form<T>, noun: &'static str) -> List<T> {
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
