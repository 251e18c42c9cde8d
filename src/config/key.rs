//! What is known about a key of feeds.toml. The reader, the JSON Schema and the reference page take
//! it from here, so none of them can contradict another.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::form::Form;

/// What the value of a key must be.
pub(super) trait ValueKind {
    /// How a default or an example is written in the tables of keys.
    type Literal: Copy + Serialize + Sync + 'static;

    /// What the value must be, to be put behind "must be".
    fn expected(&self) -> String;

    /// The JSON Schema of the value. It may be laxer than the reader, never stricter.
    fn schema(&self) -> Value;

    /// Lets the schema take a blank string as well.
    fn allow_blank(&self, schema: &mut Value) {
        if let Some(Value::String(pattern)) = schema.get_mut("pattern") {
            pattern.insert_str(0, r"^\s*$|");
        }
    }

    /// A literal as the file would have it.
    fn json(&self, literal: Self::Literal) -> Value {
        json!(literal)
    }

    /// The keys of the table, if the value is one.
    fn table(&self) -> Option<&'static TableKeys> {
        None
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

pub(super) struct Key<K: ValueKind> {
    pub(super) name: &'static str,
    pub(super) kind: K,
    pub(super) absent: Absent<K::Literal>,
    /// Shown where there is no default to show.
    pub(super) examples: &'static [K::Literal],
    /// What it means, in whole sentences of Markdown.
    pub(super) doc: &'static str,
}

/// What a table without the key means.
#[derive(Clone, Copy)]
pub(super) enum Absent<L> {
    /// The table cannot be used.
    Required,
    /// The same as with this value.
    Default(L),
    /// What the key's `doc` says. A blank string is as good as none: it may be an unset `${LOGO:-}`.
    Optional,
    /// What the key's `doc` says. A blank string is a mistake.
    OptionalNotBlank,
}

#[derive(Clone)]
pub(super) struct Facts {
    pub(super) name: &'static str,
    pub(super) doc: &'static str,
    pub(super) is_required: bool,
    pub(super) default: Option<Value>,
    pub(super) examples: Vec<Value>,
    pub(super) expected: String,
    pub(super) schema: Value,
    /// The keys below it, if its value is a table or a list of tables.
    pub(super) table: Option<&'static TableKeys>,
}

impl<K: ValueKind> Key<K> {
    /// Whether a blank string is as good as none.
    pub(super) fn may_be_blank(&self) -> bool {
        matches!(self.absent, Absent::Optional)
    }

    pub(super) fn facts(&self) -> Facts {
        let mut schema = self.kind.schema();
        if self.may_be_blank() {
            self.kind.allow_blank(&mut schema);
        }
        let json = |literal: &K::Literal| self.kind.json(*literal);
        Facts {
            name: self.name,
            doc: self.doc,
            is_required: matches!(self.absent, Absent::Required),
            default: match &self.absent {
                Absent::Default(literal) => Some(json(literal)),
                Absent::Required | Absent::Optional | Absent::OptionalNotBlank => None,
            },
            examples: self.examples.iter().map(json).collect(),
            expected: self.kind.expected(),
            schema,
            table: self.kind.table(),
        }
    }
}

/// The name of a key, and its facts, which only few readers need.
pub(super) type NamedFacts = (&'static str, fn() -> Facts);

pub(super) struct TableKeys {
    pub(super) own: &'static [NamedFacts],
    /// The table whose keys this one has as well.
    pub(super) shared: &'static [&'static TableKeys],
    /// Keywords of JSON Schema about several keys together.
    pub(super) rules: &'static [fn() -> Value],
}

impl TableKeys {
    pub(super) fn own(&self) -> impl Iterator<Item = Facts> {
        self.own.iter().map(|(_, facts)| facts())
    }

    /// Its own keys, then the shared ones.
    pub(super) fn all(&self) -> impl Iterator<Item = Facts> {
        let shared = self.shared.iter().flat_map(|table| table.own());
        self.own().chain(shared)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> + Clone {
        let shared = self.shared.iter().flat_map(|table| table.own);
        self.own.iter().chain(shared).map(|&(name, _)| name)
    }

    pub(super) fn required(&self) -> Vec<&'static str> {
        let required = self.all().filter(|key| key.is_required);
        required.map(|key| key.name).collect()
    }

    /// The JSON Schema of a table with these keys and no others.
    pub(super) fn schema(&self) -> Value {
        let properties: Map<String, Value> = self
            .all()
            .map(|key| (key.name.to_owned(), property(key)))
            .collect();
        let mut schema = json!({
            "type": "object",
            "additionalProperties": false,
            "required": self.required(),
            "properties": properties,
        });
        for rule in self.rules {
            if let (Value::Object(schema), Value::Object(keywords)) = (&mut schema, rule()) {
                schema.extend(keywords);
            }
        }
        schema
    }
}

fn property(key: Facts) -> Value {
    let mut schema = key.schema;
    schema["description"] = match key.table {
        Some(_) => json!(key.doc),
        None => json!(format!("{} Value: {}.", key.doc, key.expected)),
    };
    if let Some(default) = key.default {
        schema["default"] = default;
    }
    if !key.examples.is_empty() {
        schema["examples"] = json!(key.examples);
    }
    schema
}
