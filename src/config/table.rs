//! A TOML table that is asked for its keys one by one.
//!
//! It reports what it refuses instead of stopping, so one reading finds every problem; and it
//! remembers what it was asked for, so that all other keys are known to be mistakes.

use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::environment::Text;
use super::reader::Reader;
use crate::text::nearest::{did_you_mean, nearest, one_of};

/// A table of the file, or the absence of one.
pub(super) struct Table<'a> {
    pub(super) reader: &'a Reader<'a>,
    /// How messages name it; empty for the file itself.
    pub(super) label: String,
    /// `None` where the file has no such table: every key is absent then.
    entries: Option<&'a DeTable<'a>>,
    /// Its header, for what it lacks.
    header: Option<Range<usize>>,
    asked: Vec<&'static str>,
}

/// A value that is not what its key takes.
pub(super) struct Mismatch {
    /// What it must be, behind the words "must be".
    pub(super) expected: String,
    /// What was probably meant.
    pub(super) hint: Option<String>,
}

impl Mismatch {
    /// A value that must be `expected`.
    pub(super) fn expected(expected: impl Into<String>) -> Mismatch {
        Mismatch {
            expected: expected.into(),
            hint: None,
        }
    }

    /// The same, with a hint.
    pub(super) fn hint(self, hint: Option<String>) -> Mismatch {
        Mismatch { hint, ..self }
    }
}

/// A key with its value.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) key: &'a Spanned<std::borrow::Cow<'a, str>>,
    pub(super) value: &'a Spanned<DeValue<'a>>,
}

impl<'a> Table<'a> {
    /// The file itself.
    pub(super) fn root(reader: &'a Reader<'a>, entries: &'a DeTable<'a>) -> Table<'a> {
        Table {
            entries: Some(entries),
            ..Table::absent(reader, "")
        }
    }

    fn absent(reader: &'a Reader<'a>, label: &str) -> Table<'a> {
        Table {
            reader,
            label: label.to_owned(),
            entries: None,
            header: None,
            asked: Vec::new(),
        }
    }

    fn take(&mut self, key: &'static str) -> Option<Entry<'a>> {
        self.asked.push(key);
        let (key, value) = self.entries?.get_key_value(key)?;
        Some(Entry { key, value })
    }

    /// Where `key` stands, if the file has it.
    pub(super) fn place(&self, key: &str) -> Option<Range<usize>> {
        Some(self.entries?.get_key_value(key)?.0.span())
    }

    /// All keys with their values, in the order of the file.
    pub(super) fn entries(&self) -> Vec<Entry<'a>> {
        let mut entries: Vec<Entry<'a>> = self
            .entries
            .into_iter()
            .flatten()
            .map(|(key, value)| Entry { key, value })
            .collect();
        entries.sort_by_key(|entry| entry.key.span().start);
        entries
    }

    /// A string, empty or not.
    pub(super) fn text(&mut self, key: &'static str) -> Option<Text> {
        let entry = self.take(key)?;
        self.read_text(key, entry.value)
    }

    /// A string; an empty one, such as an unset `${LOGO:-}`, is as good as none.
    pub(super) fn filled(&mut self, key: &'static str) -> Option<Text> {
        self.text(key).filter(|text| !text.value.trim().is_empty())
    }

    /// A string that `parse` understands.
    pub(super) fn parsed<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Mismatch>,
    ) -> Option<T> {
        let text = self.text(key)?;
        self.accept(key, &text, parse)
    }

    /// A string that is empty or that `parse` understands.
    pub(super) fn parsed_if_filled<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Mismatch>,
    ) -> Option<T> {
        let text = self.filled(key)?;
        self.accept(key, &text, parse)
    }

    /// A string that must be there and that `parse` understands.
    pub(super) fn required<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Mismatch>,
    ) -> Option<T> {
        self.require(key);
        self.parsed(key, parse)
    }

    /// Reports `key` as missing if it is; of an absent table only the table itself is missed.
    pub(super) fn require(&self, key: &'static str) {
        if self
            .entries
            .is_some_and(|entries| !entries.contains_key(key))
        {
            let message = self.say(format!("`{key}` is required"));
            self.reader.missing(self.header.clone(), message, None);
        }
    }

    /// What `parse` makes of a text; a mismatch is reported.
    pub(super) fn accept<T>(
        &self,
        key: &str,
        text: &Text,
        parse: impl FnOnce(&str) -> Result<T, Mismatch>,
    ) -> Option<T> {
        match parse(&text.value) {
            Ok(value) => Some(value),
            Err(mismatch) => {
                let message = format!("{key} must be {}, got {}", mismatch.expected, text.quoted());
                self.refuse(text, message, mismatch.hint);
                None
            }
        }
    }

    /// Reports a text that cannot be used.
    pub(super) fn refuse(&self, text: &Text, message: String, hint: Option<String>) {
        let hint = presentable(hint, text);
        self.reader
            .error(text.span.clone(), self.say(message), hint);
    }

    /// Reports a text that cannot be used and must not be seen.
    pub(super) fn refuse_unseen(&self, text: &Text, message: String, hint: String) {
        self.reader
            .error_unseen(text.span.clone(), self.say(message), hint);
    }

    /// Reports a text that is used, but probably not what was meant.
    pub(super) fn doubt(&self, text: &Text, message: String, hint: Option<String>) {
        let hint = presentable(hint, text);
        self.reader
            .warning(text.span.clone(), self.say(message), hint);
    }

    /// A whole number within `range`.
    pub(super) fn integer<N: TryFrom<i64>>(
        &mut self,
        key: &'static str,
        range: RangeInclusive<i64>,
    ) -> Option<N> {
        let value = self.take(key)?.value;
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        let DeValue::Integer(integer) = value.get_ref() else {
            self.refuse_type(key, &expected, value, None);
            return None;
        };
        // A number too long for `i64` is out of range as well.
        let number = i64::from_str_radix(integer.as_str(), integer.radix())
            .ok()
            .filter(|number| range.contains(number))
            .and_then(|number| N::try_from(number).ok());
        if number.is_none() {
            let got = Text::plain(integer.as_str(), value.span());
            let message = format!("{key} must be {expected}, got {}", got.quoted());
            self.refuse(&got, message, None);
        }
        number
    }

    /// `true` or `false`.
    pub(super) fn switch(&mut self, key: &'static str) -> Option<bool> {
        let value = self.take(key)?.value;
        let switch = value.get_ref().as_bool();
        if switch.is_none() {
            self.refuse_type(key, "`true` or `false`, without quotes", value, None);
        }
        switch
    }

    /// A string that `parse` understands, or an integer, given to it as its digits.
    pub(super) fn text_or_integer<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Mismatch>,
    ) -> Option<T> {
        let value = self.take(key)?.value;
        let text = match value.get_ref() {
            DeValue::Integer(integer) => Text::plain(&integer.to_string(), value.span()),
            _ => self.read_text(key, value)?,
        };
        self.accept(key, &text, parse)
    }

    /// A list of strings.
    pub(super) fn texts(&mut self, key: &'static str) -> Option<Vec<Text>> {
        let value = self.take(key)?.value;
        self.read_texts(key, value)
    }

    /// One string or a list of them.
    pub(super) fn text_or_list(&mut self, key: &'static str) -> Option<Vec<Text>> {
        let value = self.take(key)?.value;
        self.read_text_or_list(key, value)
    }

    /// The strings of a value that is one or a list of them.
    pub(super) fn read_text_or_list(
        &self,
        key: &str,
        value: &'a Spanned<DeValue<'a>>,
    ) -> Option<Vec<Text>> {
        match value.get_ref() {
            DeValue::String(_) => Some(vec![self.read_text(key, value)?]),
            _ => self.read_texts(key, value),
        }
    }

    fn read_text(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Text> {
        match value.get_ref() {
            DeValue::String(written) => self.reader.text(written, value.span()),
            DeValue::Integer(integer) => {
                let hint = format!("write it in quotes: `\"{}\"`", integer.as_str());
                self.refuse_type(key, "a string", value, Some(hint));
                None
            }
            DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => {
                self.refuse_type(key, "a string", value, None);
                None
            }
        }
    }

    fn read_texts(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Vec<Text>> {
        let DeValue::Array(items) = value.get_ref() else {
            let is_text = value.get_ref().is_str();
            let hint = is_text.then(|| "write it in brackets: `[\"…\"]`".to_owned());
            self.refuse_type(key, "a list of strings", value, hint);
            return None;
        };
        // The good ones are used even beside bad ones, so that they are checked as well.
        Some(
            items
                .iter()
                .filter_map(|item| self.read_text(key, item))
                .collect(),
        )
    }

    /// The table below `key`, if the file has it.
    pub(super) fn table(&mut self, key: &'static str, label: &str) -> Option<Table<'a>> {
        let entry = self.take(key)?;
        match entry.value.get_ref() {
            DeValue::Table(table) => Some(self.below(label, table, entry.value.span())),
            _ => {
                self.refuse_type(key, "a table", entry.value, None);
                None
            }
        }
    }

    /// The table below `key`, or one without keys.
    pub(super) fn table_or_empty(&mut self, key: &'static str, label: &str) -> Table<'a> {
        let reader = self.reader;
        self.table(key, label)
            .unwrap_or_else(|| Table::absent(reader, label))
    }

    /// The tables that are written `[[key]]`.
    pub(super) fn tables(&mut self, key: &'static str) -> Vec<Table<'a>> {
        let Some(entry) = self.take(key) else {
            return Vec::new();
        };
        let label = format!("[[{key}]]");
        let DeValue::Array(items) = entry.value.get_ref() else {
            let expected = format!("a list of tables, each headed `{label}`");
            self.refuse_type(key, &expected, entry.value, None);
            return Vec::new();
        };
        self.tables_of(items, key, &label)
    }

    fn tables_of(&self, items: &'a DeArray<'a>, key: &str, label: &str) -> Vec<Table<'a>> {
        let mut tables = Vec::with_capacity(items.len());
        for item in items.iter() {
            match item.get_ref() {
                DeValue::Table(table) => tables.push(self.below(label, table, item.span())),
                _ => self.refuse_type(key, "a list of tables", item, None),
            }
        }
        tables
    }

    fn below(&self, label: &str, entries: &'a DeTable<'a>, header: Range<usize>) -> Table<'a> {
        Table {
            entries: Some(entries),
            header: Some(header),
            ..Table::absent(self.reader, label)
        }
    }

    /// Reports every key that nobody asked for.
    pub(super) fn finish(self) {
        for Entry { key, .. } in self.entries() {
            let name: &str = key.get_ref();
            if self.asked.contains(&name) {
                continue;
            }
            let known = self.asked.iter().copied();
            let hint = match nearest(name, known.clone()) {
                Some(near) => did_you_mean(near),
                None => format!("known here: {}", one_of(known).replace(" or ", ", ")),
            };
            let shown = Text::plain(name, key.span());
            let message = self.say(format!("unknown key {}", shown.quoted()));
            self.reader.error(key.span(), message, Some(hint));
        }
    }

    /// A message that begins with the table's name.
    pub(super) fn say(&self, message: impl std::fmt::Display) -> String {
        if self.label.is_empty() {
            message.to_string()
        } else {
            format!("{}: {message}", self.label)
        }
    }

    fn refuse_type(
        &self,
        key: &str,
        expected: &str,
        value: &Spanned<DeValue<'_>>,
        hint: Option<String>,
    ) {
        let got = match value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        let message = self.say(format!("{key} must be {expected}, got {got}"));
        self.reader.error(value.span(), message, hint);
    }
}

/// The hint about `text`, unless it could repeat what came from the environment.
fn presentable(hint: Option<String>, text: &Text) -> Option<String> {
    if text.is_secret {
        Some("the value comes from the environment and is not shown".to_owned())
    } else {
        hint
    }
}
