//! Lists of strings.

use serde_json::{Value, json};

use crate::config::form::Form;
use crate::config::key::ValueKind;

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
