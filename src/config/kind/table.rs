//! Tables below a key.

use serde_json::{Value, json};

use crate::config::key::{TableKeys, ValueKind};
use crate::config::shortcode_form::SHORTCODE;
use crate::config::term_form::TERM;

pub(in crate::config) enum Tables {
    One(&'static TableKeys),
    /// `[[key]]`, any number of times.
    List(&'static TableKeys),
    /// `[key]`, in which each key is a term and its value a term or a list of them.
    OfTerms(&'static TableKeys),
    /// `[key]`, in which each key is the name of a tag in texts and its value what becomes of it.
    OfShortcodes(&'static TableKeys),
}

impl ValueKind for Tables {
    type Literal = ();

    fn expected(&self) -> String {
        match self {
            Tables::One(_) | Tables::OfTerms(_) | Tables::OfShortcodes(_) => "a table".to_owned(),
            Tables::List(_) => "a list of tables".to_owned(),
        }
    }

    fn schema(&self) -> Value {
        match self {
            Tables::One(keys) => keys.schema(),
            Tables::List(keys) => json!({ "type": "array", "items": keys.schema() }),
            Tables::OfTerms(_) => {
                let term = TERM.schema();
                let list = json!({ "type": "array", "items": term });
                json!({
                    "type": "object",
                    "propertyNames": term,
                    "additionalProperties": { "anyOf": [term, list] },
                })
            }
            Tables::OfShortcodes(_) => {
                json!({ "type": "object", "additionalProperties": SHORTCODE.schema() })
            }
        }
    }

    fn table(&self) -> Option<&'static TableKeys> {
        match self {
            Tables::One(keys)
            | Tables::List(keys)
            | Tables::OfTerms(keys)
            | Tables::OfShortcodes(keys) => Some(keys),
        }
    }
}
