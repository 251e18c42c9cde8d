//! Numbers within a range, sizes, and switches.

use std::fmt::Display;
use std::ops::RangeInclusive;

use serde::Serialize;
use serde_json::{Value, json};

use crate::config::form::{ENVIRONMENT, Mismatch};
use crate::config::key::ValueKind;
use crate::config::value;

pub(in crate::config) struct Integer<N>(pub(in crate::config) RangeInclusive<N>);

impl<N: Copy + Display + Serialize + TryFrom<i64>> ValueKind for Integer<N> {
    type Literal = i64;

    fn expected(&self) -> String {
        let (least, most) = (self.0.start(), self.0.end());
        format!("a whole number from {least} to {most}")
    }

    fn schema(&self) -> Value {
        json!({ "type": "integer", "minimum": self.0.start(), "maximum": self.0.end() })
    }
}

/// Bytes within a range, as a whole number or as a string with a unit.
pub(in crate::config) struct Size<N>(pub(in crate::config) RangeInclusive<N>);

impl<N: Copy + Into<u64> + PartialOrd + TryFrom<u64>> Size<N> {
    fn range(&self) -> String {
        let [least, most] = [*self.0.start(), *self.0.end()].map(|n| value::written_size(n.into()));
        format!("from {least} to {most}")
    }

    pub(in crate::config) fn parse(&self, text: &str) -> Result<N, Mismatch> {
        let bytes = N::try_from(value::size(text)?).ok();
        let bytes = bytes.filter(|bytes| self.0.contains(bytes));
        bytes.ok_or_else(|| Mismatch::expected(self.range()))
    }
}

impl<N: Copy + Into<u64> + PartialOrd + TryFrom<u64>> ValueKind for Size<N> {
    type Literal = &'static str;

    fn expected(&self) -> String {
        format!("{}, {}", value::SIZE, self.range())
    }

    fn schema(&self) -> Value {
        let [least, most]: [u64; 2] = [*self.0.start(), *self.0.end()].map(Into::into);
        json!({
            "type": ["string", "integer"],
            "minimum": least,
            "maximum": most,
            "pattern": format!(r"^\s*[0-9]+\s*([KMG]iB|[KMG]B)?\s*$|{ENVIRONMENT}"),
        })
    }
}

pub(in crate::config) struct Switch;

impl ValueKind for Switch {
    type Literal = bool;

    fn expected(&self) -> String {
        "`true` or `false`, without quotes".to_owned()
    }

    fn schema(&self) -> Value {
        json!({ "type": "boolean" })
    }
}
