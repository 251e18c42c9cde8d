//! Strings that may differ by language.

use serde_json::{Value, json};

use crate::config::form::Form;
use crate::config::key::ValueKind;
use crate::config::value::LANGUAGE;

/// A string, or a table with a string for each language.
pub(in crate::config) struct ByLanguage(pub(in crate::config) Form<String>);

impl ValueKind for ByLanguage {
    type Literal = &'static str;

    fn expected(&self) -> String {
        let text = self.0.expected();
        format!("{text}; or a table of these by language")
    }

    fn schema(&self) -> Value {
        let text = self.0.schema();
        json!({ "anyOf": [text, {
            "type": "object",
            "minProperties": 1,
            "propertyNames": LANGUAGE.schema(),
            "additionalProperties": text,
        }] })
    }

    /// A text of the table may not be blank.
    fn allow_blank(&self, schema: &mut Value) {
        self.0.allow_blank(&mut schema["anyOf"][0]);
    }
}
