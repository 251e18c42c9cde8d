//! Numbers within a range, sizes, and switches.

use std::marker::PhantomData;
use std::ops::RangeInclusive;

use serde_json::{Value, json};
use toml::de::DeValue;

use super::{ENVIRONMENT, Mismatch, Readable, TomlValue, ValueKind};
use crate::config::environment::StringValue;
use crate::config::key::Key;
use crate::config::table::Table;
use crate::config::value;

/// A whole number within a range.
pub(in crate::config) struct Integer<N> {
    range: RangeInclusive<i64>,
    number: PhantomData<fn() -> N>,
}

pub(in crate::config) const fn integer<N>(range: RangeInclusive<i64>) -> Integer<N> {
    Integer {
        range,
        number: PhantomData,
    }
}

impl<N> ValueKind for Integer<N> {
    type Literal = i64;

    fn expected(&self) -> String {
        let (least, most) = (self.range.start(), self.range.end());
        format!("a whole number from {least} to {most}")
    }

    fn schema(&self) -> Value {
        json!({ "type": "integer", "minimum": self.range.start(), "maximum": self.range.end() })
    }
}

impl<N: TryFrom<i64>> Readable for Integer<N> {
    type Output = N;

    fn read(key: &Key<Self>, table: &Table<'_>, value: &TomlValue<'_>) -> Option<N> {
        let expected = key.kind.expected();
        let DeValue::Integer(integer) = value.get_ref() else {
            table.refuse_type(key.name, &expected, value, None);
            return None;
        };
        // A number too long for `i64` is out of range as well.
        let number = i64::from_str_radix(integer.as_str(), integer.radix())
            .ok()
            .filter(|number| key.kind.range.contains(number))
            .and_then(|number| N::try_from(number).ok());
        if number.is_none() {
            let got = StringValue::plain(integer.as_str(), value.span());
            let message = format!("{} must be {expected}, got {}", key.name, got.quoted());
            table.refuse(&got, message, None);
        }
        number
    }

    fn parse_literal(&self, literal: i64) -> N {
        let number = N::try_from(literal).ok();
        number.expect("a literal is within the range of its key")
    }
}

/// Bytes within a range, as a whole number or as a string with a unit.
pub(in crate::config) struct Size<N> {
    range: RangeInclusive<u64>,
    number: PhantomData<fn() -> N>,
}

pub(in crate::config) const fn size<N>(range: RangeInclusive<u64>) -> Size<N> {
    Size {
        range,
        number: PhantomData,
    }
}

impl<N> Size<N> {
    fn range_text(&self) -> String {
        let [least, most] =
            [self.range.start(), self.range.end()].map(|bytes| value::written_size(*bytes));
        format!("from {least} to {most}")
    }
}

impl<N> ValueKind for Size<N> {
    type Literal = &'static str;

    fn expected(&self) -> String {
        format!("{}, {}", value::SIZE, self.range_text())
    }

    fn schema(&self) -> Value {
        json!({
            "type": ["string", "integer"],
            "minimum": self.range.start(),
            "maximum": self.range.end(),
            "pattern": format!(r"^\s*[0-9]+\s*([KMG]iB|[KMG]B)?\s*$|{ENVIRONMENT}"),
        })
    }
}

impl<N: TryFrom<u64>> Readable for Size<N> {
    type Output = N;

    fn read(key: &Key<Self>, table: &Table<'_>, value: &TomlValue<'_>) -> Option<N> {
        let text = match value.get_ref() {
            DeValue::Integer(integer) => StringValue::plain(&integer.to_string(), value.span()),
            _ => table.read_text(key.name, value)?,
        };
        let parsed = value::size(&text.value).and_then(|bytes| {
            let bytes = Some(bytes).filter(|bytes| key.kind.range.contains(bytes));
            bytes
                .and_then(|bytes| N::try_from(bytes).ok())
                .ok_or_else(|| Mismatch::expected(key.kind.range_text()))
        });
        table.accept_parsed(key.name, parsed, &text)
    }

    fn parse_literal(&self, literal: &'static str) -> N {
        let bytes = value::size(literal).ok();
        let bytes = bytes.and_then(|bytes| N::try_from(bytes).ok());
        bytes.expect("a literal is within the range of its key")
    }
}

/// `true` or `false`.
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

    fn read(key: &Key<Self>, table: &Table<'_>, value: &TomlValue<'_>) -> Option<bool> {
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
