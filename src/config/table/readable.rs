//! Reads a value of each kind from a table, and reports what does not fit.

use std::fmt::Display;

use serde::Serialize;
use toml::de::DeValue;

use super::{Table, bare_text};
use crate::config::environment::StringValue;
use crate::config::form::{Form, Mismatch};
use crate::config::key::{Absent, Key, ValueKind};
use crate::config::kind::{Integer, List, Size, Switch};
use crate::config::line_correction::{quoted, switch_word};
use crate::text::nearest::did_you_mean;

/// Kinds that the reader turns into a checked value at one go.
pub(in crate::config) trait Readable: ValueKind + Sized {
    type Output;

    /// The checked value, if the table has it; what does not fit is reported to `table`.
    fn read(key: &Key<Self>, table: &Table<'_>) -> Option<Self::Output>;

    /// What a literal means. Literals are constants, and a test reads each.
    fn parse_literal(&self, literal: Self::Literal) -> Self::Output;
}

impl<K: Readable> Key<K> {
    /// What a table without this key means; only for keys that have a default.
    pub(in crate::config) fn default(&self) -> K::Output {
        let Absent::Default(literal) = self.absent else {
            unreachable!("{} has no default", self.name);
        };
        self.kind.parse_literal(literal)
    }
}

impl<T> Key<Form<T>> {
    /// The text that another text was meant to be: itself, or a number with a unit. HTTP counts its times in
    /// seconds, and so do many programs; else it is the unit in which the key is documented.
    fn meant(&self, text: &str) -> Option<String> {
        let literal = match self.absent {
            Absent::Default(literal) => Some(literal),
            _ => self.examples.first().copied(),
        };
        let unit = literal.and_then(|literal| literal.chars().next_back());
        let unit = unit.filter(|unit| unit.is_alphabetic() && is_number(text));
        let is_seconds = HTTP_TIMES.contains(&self.name)
            || text
                .trim()
                .parse()
                .is_ok_and(|number: u64| number >= 3600 && number.is_multiple_of(60));
        let unit = unit.map(|unit| if is_seconds { 's' } else { unit });
        let with_unit = unit.map(|unit| format!("{}{unit}", text.trim()));
        let trimmed = text.trim().to_owned();
        let mut meant = [Some(trimmed), with_unit].into_iter().flatten();
        meant.find(|meant| (self.kind.parse)(meant).is_ok())
    }
}

/// Keys with the times of Cache-Control.
const HTTP_TIMES: [&str; 3] = ["cache", "stale-while-revalidate", "stale-if-error"];

/// Whether a text is a whole number.
fn is_number(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

impl<T> Readable for Form<T> {
    type Output = T;

    fn read(key: &Key<Self>, table: &Table<'_>) -> Option<T> {
        let value = table.value(key)?;
        let meant = |text: &str| key.meant(text).map(|meant| quoted(&meant));
        if let Some(bare) = bare_text(value) {
            let expected = key.kind.expected();
            // A choice of words is named; what else a string must be, the next message says.
            let expected = match expected.starts_with('`') {
                true => expected.as_str(),
                false => "a string",
            };
            table.refuse_with_correction(key.name, expected, value, meant(&bare));
            return None;
        }
        let text = table.text(key)?;
        match (key.kind.parse)(&text.value) {
            Err(mismatch) if mismatch.hint.is_none() || is_number(&text.value) => {
                let meant = meant(&text.value).filter(|_| !text.is_secret);
                table.refuse_parsed(key.name, mismatch, &text, meant);
                None
            }
            parsed => table.accept_parsed(key.name, parsed, &text),
        }
    }

    fn parse_literal(&self, literal: &'static str) -> T {
        (self.parse)(literal).expect("a literal has the form of its key")
    }
}

impl<T: PartialEq> Readable for List<T> {
    type Output = Vec<T>;

    fn read(key: &Key<Self>, table: &Table<'_>) -> Option<Vec<T>> {
        let List { item, set_of, .. } = &key.kind;
        let texts = table.texts(key)?;
        if let (true, Some(noun)) = (texts.is_empty(), set_of) {
            let message = format!("{} must name at least one {noun}", key.name);
            table.refuse_key(key.name, message);
        }
        let mut items = Vec::with_capacity(texts.len());
        let wrong = texts
            .iter()
            .filter(|text| (item.parse)(&text.value).is_err());
        let wrong = wrong.count();
        for text in &texts {
            let parsed = (item.parse)(&text.value).map_err(|mismatch| match mismatch.meant {
                Some(meant) if set_of.is_some() && texts.iter().any(|text| text.value == meant) => {
                    let hint = format!("delete it: `{meant}` is in the list already");
                    mismatch.instead_of_line(hint)
                }
                // With this item alone corrected, the line would still be wrong.
                Some(meant) if wrong > 1 => mismatch.instead_of_line(did_you_mean(meant)),
                _ => mismatch,
            });
            let Some(item) = table.accept_parsed(key.name, parsed, text) else {
                continue;
            };
            if set_of.is_some() && items.contains(&item) {
                let message = format!("{} names {} twice", key.name, text.quoted());
                table.refuse(text, message, None);
            } else {
                items.push(item);
            }
        }
        Some(items)
    }

    fn parse_literal(&self, literal: Self::Literal) -> Vec<T> {
        let items = literal.iter();
        items.map(|item| self.item.parse_literal(item)).collect()
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
            let number = match value.get_ref() {
                DeValue::String(text) => text.trim().parse::<i64>().ok(),
                DeValue::Float(number) => number
                    .as_str()
                    .strip_suffix(".0")
                    .and_then(|n| n.parse().ok()),
                _ => None,
            };
            let number = number.and_then(|number| N::try_from(number).ok());
            let number = number.filter(|number| key.kind.0.contains(number));
            let meant = number.map(|number| number.to_string());
            table.refuse_with_correction(key.name, &expected, value, meant);
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

impl Readable for Switch {
    type Output = bool;

    fn read(key: &Key<Self>, table: &Table<'_>) -> Option<bool> {
        let value = table.value(key)?;
        let switch = value.get_ref().as_bool();
        if switch.is_none() {
            let meant = match value.get_ref() {
                DeValue::String(text) => switch_word(text).map(str::to_owned),
                DeValue::Integer(number) => switch_word(number.as_str()).map(str::to_owned),
                _ => None,
            };
            table.refuse_with_correction(key.name, &key.kind.expected(), value, meant);
        }
        switch
    }

    fn parse_literal(&self, literal: bool) -> bool {
        literal
    }
}
