//! Tables below a key.

use serde_json::{Value, json};

use super::ValueKind;
use crate::config::key::TableKeys;
use crate::config::schema;
use crate::config::terms::TERM;

/// A table with keys of its own.
pub(in crate::config) struct SubTable(pub(in crate::config) &'static TableKeys);

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
pub(in crate::config) struct TableList(pub(in crate::config) &'static TableKeys);

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
pub(in crate::config) struct TermTable(pub(in crate::config) &'static TableKeys);

impl ValueKind for TermTable {
    type Literal = ();

    fn expected(&self) -> String {
        "a table".to_owned()
    }

    fn schema(&self) -> Value {
        let term = TERM.schema();
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
