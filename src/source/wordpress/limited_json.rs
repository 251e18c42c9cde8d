//! JSON of a site, within limits that hold before it takes memory.
//!
//! A value takes 32 bytes and an object 640, whatever little of the answer they are: 32 MiB of `{"a":0}` would
//! take three gigabytes.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Items of one call: as many as the interface gives at most.
pub(in crate::source) const ITEMS_A_CALL: usize = 100;

/// Values of an answer, those inside of others included. A hundred posts have ten thousand.
pub(super) const VALUES_MAX: usize = 50_000;

/// Why there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JsonFault {
    /// It is not JSON.
    NotJson,
    /// It is a list of more than [`ITEMS_A_CALL`] items.
    TooManyItems,
    /// It has more than [`VALUES_MAX`] values.
    TooManyValues,
}

/// The value of a whole text.
pub(super) fn parse(text: &[u8]) -> Result<Value, JsonFault> {
    let limits = Limits {
        values_left: Cell::new(VALUES_MAX),
        fault: Cell::new(JsonFault::NotJson),
    };
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let whole = LimitedValue {
        limits: &limits,
        items_max: ITEMS_A_CALL,
    };
    let value = whole.deserialize(&mut deserializer);
    let value = value.and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|_| limits.fault.get())
}

/// What is left of the limits, and which one was exceeded.
struct Limits {
    values_left: Cell<usize>,
    fault: Cell<JsonFault>,
}

impl Limits {
    fn exceeded<E: Error>(&self, fault: JsonFault) -> E {
        self.fault.set(fault);
        E::custom("a limit is exceeded")
    }

    fn count_value<E: Error>(&self) -> Result<(), E> {
        match self.values_left.get().checked_sub(1) {
            Some(left) => {
                self.values_left.set(left);
                Ok(())
            }
            None => Err(self.exceeded(JsonFault::TooManyValues)),
        }
    }
}

/// A value; of a list, with at most so many items.
#[derive(Clone, Copy)]
struct LimitedValue<'l> {
    limits: &'l Limits,
    items_max: usize,
}

impl LimitedValue<'_> {
    /// A value inside of this one.
    fn inner(self) -> Self {
        LimitedValue {
            items_max: usize::MAX,
            ..self
        }
    }
}

impl<'de> DeserializeSeed<'de> for LimitedValue<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.limits.count_value()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for LimitedValue<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(self.inner())? {
            if items.len() == self.items_max {
                return Err(self.limits.exceeded(JsonFault::TooManyItems));
            }
            items.push(item);
        }
        Ok(items.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = object.next_key::<String>()? {
            fields.insert(name, object.next_value_seed(self.inner())?);
        }
        Ok(fields.into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::testkit::cpu_time;

    /// So many times the same, with commas between.
    fn times(part: &str, count: usize) -> String {
        vec![part; count].join(",")
    }

    #[test]
    fn limits_hold_at_their_edges() {
        // The list is a value too.
        let values = VALUES_MAX - 2;
        let zeroes = times("0", values);
        for (text, expected) in [
            (format!("[{}]", times("{}", ITEMS_A_CALL)), None),
            (
                format!("[{}]", times("{}", ITEMS_A_CALL + 1)),
                Some(JsonFault::TooManyItems),
            ),
            (format!("[[{zeroes}]]"), None),
            (format!("[[{zeroes},0]]"), Some(JsonFault::TooManyValues)),
            (format!("{{\"a\":[{zeroes}]}}"), None),
            (
                format!("{{\"a\":[{zeroes},0]}}"),
                Some(JsonFault::TooManyValues),
            ),
            ("[".repeat(100) + &"]".repeat(100), None),
            ("[".repeat(200) + &"]".repeat(200), Some(JsonFault::NotJson)),
            ("[1] 2".to_owned(), Some(JsonFault::NotJson)),
            ("[1".to_owned(), Some(JsonFault::NotJson)),
            (String::new(), Some(JsonFault::NotJson)),
        ] {
            let shown = &text[..text.len().min(40)];
            assert_eq!(parse(text.as_bytes()).err(), expected, "{shown}");
        }
    }

    /// Answers of 32 MiB that would take gigabytes: each is refused long before its end, which is no JSON.
    #[test]
    fn small_values_without_end_are_refused_before_they_take_memory() {
        for (begin, part, expected) in [
            ("[", "[],", JsonFault::TooManyItems),
            ("[", "{\"a\":0},", JsonFault::TooManyItems),
            ("[[", "[],", JsonFault::TooManyValues),
            (
                "[{\"id\":1,\"content\":[",
                "{\"a\":0},",
                JsonFault::TooManyValues,
            ),
            ("{", "\"a\":0,", JsonFault::TooManyValues),
            ("{\"a\":[", "null,", JsonFault::TooManyValues),
        ] {
            let text = begin.to_owned() + &part.repeat((32 << 20) / part.len()) + "!";
            // Reading all of it takes seconds here.
            let took = cpu_time(|| {
                assert_eq!(parse(text.as_bytes()), Err(expected), "{begin}{part}");
            });
            assert!(took.as_millis() < 500, "{begin}{part}: {took:?}");
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-1e9..1e9).prop_map(Value::from),
            ".*".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(".*", inner, 0..5).prop_map(|fields| json!(fields)),
            ]
        })
    }

    proptest! {
        #[test]
        fn within_the_limits_a_value_is_what_serde_json_reads(value in values()) {
            let text = value.to_string();
            let expected = serde_json::from_str(&text).expect("JSON");
            prop_assert_eq!(parse(text.as_bytes()), Ok(expected));
        }
    }
}
