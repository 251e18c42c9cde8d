//! What is known about a key of feeds.toml. The reader, the JSON Schema and the reference page take
//! it from here, so none of them can contradict another.

use serde_json::Value;

use super::kind::ValueKind;

/// A key whose value is of kind `K`.
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

/// The facts about a key, whatever its kind.
pub(super) trait KeyFacts: Sync {
    fn name(&self) -> &'static str;
    fn doc(&self) -> &'static str;
    fn is_required(&self) -> bool;
    fn default(&self) -> Option<Value>;
    fn examples(&self) -> Vec<Value>;
    /// What the value must be.
    fn expected(&self) -> String;
    /// The JSON Schema of the value.
    fn schema(&self) -> Value;
    /// The keys below it, if its value is a table or a list of tables.
    fn table(&self) -> Option<&'static TableKeys>;
}

impl<K: ValueKind + Sync> KeyFacts for Key<K> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn doc(&self) -> &'static str {
        self.doc
    }

    fn is_required(&self) -> bool {
        matches!(self.absent, Absent::Required)
    }

    fn default(&self) -> Option<Value> {
        match self.absent {
            Absent::Default(literal) => Some(self.kind.json(literal)),
            Absent::Required | Absent::Optional | Absent::OptionalNotBlank => None,
        }
    }

    fn examples(&self) -> Vec<Value> {
        let literals = self.examples.iter();
        literals.map(|&literal| self.kind.json(literal)).collect()
    }

    fn expected(&self) -> String {
        self.kind.expected()
    }

    fn schema(&self) -> Value {
        let mut schema = self.kind.schema();
        if matches!(self.absent, Absent::Optional)
            && let Some(Value::String(pattern)) = schema.get_mut("pattern")
        {
            pattern.insert_str(0, r"^\s*$|");
        }
        schema
    }

    fn table(&self) -> Option<&'static TableKeys> {
        self.kind.table()
    }
}

/// The keys that a table may have.
pub(super) struct TableKeys {
    pub(super) own: &'static [&'static dyn KeyFacts],
    /// The table whose keys this one has as well.
    pub(super) shared: &'static [&'static TableKeys],
    /// Keywords of JSON Schema about several keys together.
    pub(super) rules: &'static [fn() -> Value],
}

impl TableKeys {
    /// Its own keys, then the shared ones.
    pub(super) fn all(&self) -> impl Iterator<Item = &'static dyn KeyFacts> + Clone {
        let shared = self.shared.iter().flat_map(|table| table.own);
        self.own.iter().chain(shared).copied()
    }

    /// The names of the keys that must be there.
    pub(super) fn required(&self) -> impl Iterator<Item = &'static str> {
        self.all()
            .filter(|key| key.is_required())
            .map(KeyFacts::name)
    }
}
