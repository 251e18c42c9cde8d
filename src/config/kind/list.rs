//! Lists of strings.

use serde_json::{Value, json};

use super::{Form, Readable, ValueKind};
use crate::config::key::Key;
use crate::config::table::Table;

pub(in crate::config) struct List<T: 'static> {
    pub(in crate::config) item: Form<T>,
    /// What messages call an item, if there must be at least one and none twice.
    pub(in crate::config) set_of: Option<&'static str>,
    /// Whether one string may stand without brackets.
    pub(in crate::config) or_one: bool,
}

impl<T> List<T> {
    pub(in crate::config) const fn of(item: Form<T>) -> List<T> {
        List {
            item,
            set_of: None,
            or_one: false,
        }
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

    fn read(key: &Key<Self>, table: &Table<'_>) -> Option<Vec<T>> {
        let List { item, set_of, .. } = &key.kind;
        let texts = table.texts(key)?;
        if let (true, Some(noun)) = (texts.is_empty(), set_of) {
            let message = format!("{} must name at least one {noun}", key.name);
            table.refuse_key(key.name, message);
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
