//! Numbers within a range, sizes, and switches.

use std::fmt::Display;
use std::ops::RangeInclusive;

use serde::Serialize;
use serde_json::{Value, json};
use toml::de::DeValue;

use super::{ENVIRONMENT, Mismatch, Readable, ValueKind};
use crate::config::environment::StringValue;
use crate::config::key::Key;
use crate::config::table::Table;
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

impl<N> Readable for Integer<N>
where
    N: Copy + Display + PartialOrd + Serialize + TryFrom<i64>,
{
    type Output = N;

    fn read(key: &Key<Self>, table: &Table<'_>) -> Option<N> {
        let value = table.value(key)?;
        let expected = key.kind.expected();
        let DeValue::Integer(integer) = value.get_ref() else {
            table.refuse_type(key.name, &expected, value, None);
            return None;
        };
        // A number too long for `i64` is out of range as well.
        let number = i64::from_str_radix(integer.as_str(), integer.radix()).ok();
        let number = number.and_then(|number| N::try_from(number).ok());
        let number = number.filter(|number| key.kind.0.contains(number));
        let text = StringValue::plain(integer.as_str(), value.span());
        let parsed = number.ok_or_else(|| Mismatch::expected(expected));
        table.accept_parsed(key.name, parsed, &text)
    }

    fn parse_literal(&self, literal: i64) -> N {
        let number = N::try_from(literal).ok();
        number.expect("a literal is within the range of its key")
    }
}

/// Bytes within a range, as a whole number or as a string with a unit.
pub(in crate::config) struct Size<N>(pub(in crate::config) RangeInclusive<N>);

impl<N: Copy + Into<u64> + PartialOrd + TryFrom<u64>> Size<N> {
    fn range(&self) -> String {
        let [least, most] = [*self.0.start(), *self.0.end()].map(|n| value::written_size(n.into()));
        format!("from {least} to {most}")
    }

    fn parse(&self, text: &str) -> Result<N, Mismatch> {
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

impl<N: Copy + Into<u64> + PartialOrd + TryFrom<u64>> Readable for Size<N> {
    type Output = N;

    fn read(key: &Key<Self>, table: &Table<'_>) -> Option<N> {
        let value = table.value(key)?;
        let text = match value.get_ref() {
            DeValue::Integer(integer) => StringValue::plain(&integer.to_string(), value.span()),
            _ => table.read_text(key.name, value)?,
        };
        table.accept_parsed(key.name, key.kind.parse(&text.value), &text)
    }

    fn parse_literal(&self, literal: &'static str) -> N {
        let bytes = self.parse(literal);
        bytes.expect("a literal is within the range of its key")
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

impl Readable for Switch {
    type Output = bool;

    fn read(key: &Key<Self>, table: &Table<'_>) -> Option<bool> {
        let value = table.value(key)?;
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
