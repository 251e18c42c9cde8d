//! A TOML table of the file. It reports what it refuses instead of stopping, so one reading finds
//! every problem.

mod readable;

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub(super) use self::readable::Readable;
use super::environment::StringValue;
use super::form::{Form, Mismatch};
use super::key::{Absent, Key, TableKeys, ValueKind};
use super::kind::{List, Tables};
use super::line_correction::quoted;
use super::reader::Reader;
use super::unknown_key;

pub(super) type TomlValue<'a> = Spanned<DeValue<'a>>;

/// A table of the file, or the absence of one.
pub(super) struct Table<'a> {
    pub(super) reader: &'a Reader<'a>,
    /// How messages name it; empty for the file itself.
    pub(super) label: String,
    keys: &'static TableKeys,
    /// `None` where the file has no such table: every key is absent then.
    values: Option<&'a DeTable<'a>>,
    /// Its header, for what it lacks.
    header: Option<Range<usize>>,
}

impl<'a> Table<'a> {
    pub(super) fn root(
        reader: &'a Reader<'a>,
        keys: &'static TableKeys,
        values: &'a DeTable<'a>,
    ) -> Table<'a> {
        Table {
            values: Some(values),
            ..Table::absent(reader, keys, String::new())
        }
    }

    /// A table that the file does not have.
    pub(super) fn absent(
        reader: &'a Reader<'a>,
        keys: &'static TableKeys,
        label: String,
    ) -> Table<'a> {
        Table {
            reader,
            label,
            keys,
            values: None,
            header: None,
        }
    }

    /// Where `key` stands, if the file has it.
    pub(super) fn place(&self, key: &str) -> Option<Range<usize>> {
        Some(self.values?.get_key_value(key)?.0.span())
    }

    /// All keys with their values, in the order of the file.
    pub(super) fn key_values(&self) -> Vec<(&'a Spanned<Cow<'a, str>>, &'a TomlValue<'a>)> {
        let mut values: Vec<_> = self.values.into_iter().flatten().collect();
        values.sort_by_key(|(key, _)| key.span().start);
        values
    }

    /// The value of a key; that a required one is missing is reported.
    pub(super) fn value<K: ValueKind>(&self, key: &Key<K>) -> Option<&'a TomlValue<'a>> {
        if let Absent::Required = key.absent {
            self.require(key.name);
        }
        self.values?.get(key.name)
    }

    /// Reports `key` as missing if it is. An absent table does not miss its keys: the table itself is
    /// reported, if it is required.
    pub(super) fn require(&self, key: &str) {
        if self.values.is_some_and(|values| !values.contains_key(key)) {
            let message = self.say(format!("`{key}` is required"));
            self.reader.missing(self.header.clone(), message, None);
        }
    }

    pub(super) fn read<K: Readable>(&self, key: &Key<K>) -> Option<K::Output> {
        K::read(key, self)
    }

    /// The checked value of a key, or any value where the lack of one is reported.
    pub(super) fn read_required<K: Readable<Output: Default>>(&self, key: &Key<K>) -> K::Output {
        self.read(key).unwrap_or_default()
    }

    pub(super) fn read_or_default<K: Readable>(&self, key: &Key<K>) -> K::Output {
        self.read(key).unwrap_or_else(|| key.default())
    }

    /// The string of a key; `None` if it is blank and may be.
    pub(super) fn text<T>(&self, key: &Key<Form<T>>) -> Option<StringValue> {
        let text = self.read_text(key.name, self.value(key)?)?;
        let is_none = key.may_be_blank() && text.value.trim().is_empty();
        (!is_none).then_some(text)
    }

    pub(super) fn texts<T>(&self, key: &Key<List<T>>) -> Option<Vec<StringValue>> {
        let (value, kind) = (self.value(key)?, &key.kind);
        let mismatch = bare_text(value).and_then(|text| (kind.item.parse)(&text).err());
        if let Some(mismatch) = mismatch {
            let each = || format!("each of them must be {}", mismatch.expected);
            let hint = mismatch.hint.clone().unwrap_or_else(each);
            self.refuse_type(key.name, "a list of strings", value, Some(hint));
            return None;
        }
        self.read_texts(key.name, value, kind.or_one)
    }

    pub(super) fn read_text(&self, key: &str, value: &TomlValue<'_>) -> Option<StringValue> {
        let DeValue::String(written) = value.get_ref() else {
            let meant = bare_text(value).map(|text| quoted(&text));
            self.refuse_with_correction(key, "a string", value, meant);
            return None;
        };
        self.refuse_escaped_path(key, written, value)?;
        self.reader.text(written, value.span())
    }

    /// Reports a path of Windows of which a part counts as an escape: `"C:\temp"` has a tab.
    fn refuse_escaped_path(&self, key: &str, written: &str, value: &TomlValue<'_>) -> Option<()> {
        if !written.contains(char::is_control) {
            return Some(());
        }
        let file = self.reader.written(&value.span()).trim_matches('"');
        let mut begin = file.chars();
        let is_path = begin
            .next()
            .is_some_and(|drive| drive.is_ascii_alphabetic())
            && begin.as_str().starts_with(":\\");
        if !is_path {
            return Some(());
        }
        let message =
            format!("{key} is a path with a backslash, which begins an escape in double quotes");
        self.reader
            .refuse_with_correction(value.span(), self.say(message), Some(quoted(file)));
        None
    }

    /// The strings that a value lists; with `or_one`, it may also be one string.
    pub(super) fn read_texts(
        &self,
        key: &str,
        value: &TomlValue<'_>,
        or_one: bool,
    ) -> Option<Vec<StringValue>> {
        let items: Vec<String> = match value.get_ref() {
            // The good ones are used even beside bad ones, so that they are checked as well.
            DeValue::Array(items) => {
                let texts = items.iter().filter_map(|item| self.read_text(key, item));
                let texts: Vec<StringValue> = texts.collect();
                if items.is_empty() {
                    self.doubt_hidden_tags(key, value);
                }
                return Some(texts);
            }
            DeValue::String(_) if or_one => return Some(vec![self.read_text(key, value)?]),
            DeValue::String(text) => {
                let items = text.split(',').map(str::trim);
                items
                    .filter(|item| !item.is_empty())
                    .map(str::to_owned)
                    .collect()
            }
            _ => bare_text(value).into_iter().collect(),
        };
        let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
        let meant = (!items.is_empty()).then(|| format!("[{}]", items.join(", ")));
        self.refuse_with_correction(key, "a list of strings", value, meant);
        None
    }

    /// Reports a list that has only comments which look like tags.
    fn doubt_hidden_tags(&self, key: &str, value: &TomlValue<'_>) {
        let lines = self.reader.written(&value.span()).lines();
        let mut names =
            lines.filter_map(|line| line.trim_start_matches(['[', ' ', '\t']).strip_prefix('#'));
        if let Some(name) = names.find(|name| name.starts_with(char::is_alphanumeric)) {
            let name = name.trim_end().trim_end_matches(',');
            let message = format!("{key} is an empty list: `#` begins a comment outside of quotes");
            let hint = format!("write `{}`", quoted(&format!("#{name}")));
            self.reader
                .warning(value.span(), self.say(message), Some(hint));
        }
    }

    /// What `text` means in this form; a mismatch is reported.
    pub(super) fn accept<T>(&self, key: &str, form: &Form<T>, text: &StringValue) -> Option<T> {
        self.accept_parsed(key, (form.parse)(&text.value), text)
    }

    /// What `text` was parsed to; a mismatch is reported.
    pub(super) fn accept_parsed<T>(
        &self,
        key: &str,
        parsed: Result<T, Mismatch>,
        text: &StringValue,
    ) -> Option<T> {
        let report = |mismatch| self.refuse_parsed(key, mismatch, text, None);
        parsed.map_err(report).ok()
    }

    /// Reports a text that does not fit; `meant` is the TOML that was probably meant in its place.
    fn refuse_parsed(
        &self,
        key: &str,
        mismatch: Mismatch,
        text: &StringValue,
        meant: Option<String>,
    ) {
        let message = format!("{key} must be {}, got {}", mismatch.expected, text.quoted());
        let known = mismatch.meant.filter(|_| !text.is_secret).map(quoted);
        let meant = meant.or(known);
        match meant {
            Some(_) => {
                let message = self.say(message);
                self.reader
                    .refuse_with_correction(text.span.clone(), message, meant);
            }
            None => self.refuse(text, message, mismatch.hint),
        }
    }

    pub(super) fn refuse(&self, text: &StringValue, message: String, hint: Option<String>) {
        let hint = without_secret(hint, text);
        self.reader
            .error(text.span.clone(), self.say(message), hint);
    }

    /// Reports a text that cannot be used and must not be shown.
    pub(super) fn refuse_without_excerpt(&self, text: &StringValue, message: String) {
        let message = self.say(message);
        self.reader
            .error_without_excerpt(text.span.clone(), message);
    }

    /// Reports a text that stands at `first` already, where it may stand only once.
    pub(super) fn refuse_repeated(&self, text: &StringValue, verb: &str, first: usize) {
        let line = self.reader.line(first);
        let message = format!("{} {verb} twice, first on line {line}", text.quoted());
        self.refuse(text, message, None);
    }

    /// Reports a key whose value cannot be used as a whole.
    pub(super) fn refuse_key(&self, key: &str, message: String) {
        let place = self.place(key).unwrap_or_default();
        self.reader.error(place, self.say(message), None);
    }

    /// Reports a text that is used, but probably not what was meant.
    pub(super) fn doubt(&self, text: &StringValue, message: String, hint: Option<String>) {
        let hint = without_secret(hint, text);
        self.reader
            .warning(text.span.clone(), self.say(message), hint);
    }

    /// Reports a value of another type; `meant` is the value that was probably meant, as TOML.
    pub(super) fn refuse_with_correction(
        &self,
        key: &str,
        expected: &str,
        value: &TomlValue<'_>,
        meant: Option<String>,
    ) {
        let message = self.wrong_type(key, expected, value);
        self.reader
            .refuse_with_correction(value.span(), message, meant);
    }

    pub(super) fn refuse_type(
        &self,
        key: &str,
        expected: &str,
        value: &TomlValue<'_>,
        hint: Option<String>,
    ) {
        let message = self.wrong_type(key, expected, value);
        self.reader.error(value.span(), message, hint);
    }

    fn wrong_type(&self, key: &str, expected: &str, value: &TomlValue<'_>) -> String {
        let got = match value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.say(format!("{key} must be {expected}, got {got}"))
    }

    /// The table below `key`, if the file has it.
    pub(super) fn table(&self, key: &Key<Tables>) -> Option<Table<'a>> {
        let value = self.values?.get(key.name)?;
        match value.get_ref() {
            DeValue::Table(values) => Some(self.below(key, values, value.span())),
            _ => {
                let is_list_of_tables = value
                    .get_ref()
                    .as_array()
                    .is_some_and(|items| items.iter().any(|item| item.get_ref().is_table()));
                // Other programs switch a feature on so.
                let is_on = value.get_ref().as_bool() == Some(true);
                let hint =
                    (is_list_of_tables || is_on).then(|| format!("write `{}`", self.label_of(key)));
                let is_off = value.get_ref().as_bool() == Some(false);
                let hint = hint.or_else(|| is_off.then(|| "delete this line".to_owned()));
                self.refuse_type(key.name, "a table", value, hint);
                None
            }
        }
    }

    /// The table below `key`, or one without keys.
    pub(super) fn table_or_empty(&self, key: &Key<Tables>) -> Table<'a> {
        self.table(key)
            .unwrap_or_else(|| Table::absent(self.reader, keys_of(key), self.label_of(key)))
    }

    /// The tables that are written `[[key]]`.
    pub(super) fn tables(&self, key: &Key<Tables>) -> Vec<Table<'a>> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        let DeValue::Array(items) = value.get_ref() else {
            let expected = format!("a list of tables, each headed `[[{}]]`", key.name);
            let hint = value
                .get_ref()
                .is_table()
                .then(|| format!("write `[[{}]]`", key.name));
            self.refuse_type(key.name, &expected, value, hint);
            return Vec::new();
        };
        let mut tables = Vec::with_capacity(items.len());
        for item in items.iter() {
            match item.get_ref() {
                DeValue::Table(values) => tables.push(Table {
                    label: format!("[[{}]]", key.name),
                    ..self.below(key, values, item.span())
                }),
                _ => self.refuse_type(key.name, "a list of tables", item, None),
            }
        }
        tables
    }

    fn below(&self, key: &Key<Tables>, values: &'a DeTable<'a>, header: Range<usize>) -> Table<'a> {
        Table {
            values: Some(values),
            header: Some(header),
            ..Table::absent(self.reader, keys_of(key), self.label_of(key))
        }
    }

    /// `[server.limits]` for the key `limits` of `[server]`.
    fn label_of(&self, key: &Key<Tables>) -> String {
        match self.label.strip_suffix(']') {
            Some(parent) => format!("{parent}.{}]", key.name),
            None => format!("[{}]", key.name),
        }
    }

    /// Reports every key that this table cannot have.
    pub(super) fn refuse_unknown_keys(&self) {
        for (key, value) in self.key_values() {
            let name: &str = key.get_ref();
            let known = self.keys.names();
            if known.clone().any(|known| known == name) {
                continue;
            }
            let hint = unknown_key::hint(name, self.keys, is_table(value));
            let shown = StringValue::plain(name, key.span());
            let message = self.say(format!("unknown key {}", shown.quoted()));
            self.reader.error(key.span(), message, Some(hint));
        }
    }

    /// A message that begins with the table's name.
    pub(super) fn say(&self, message: impl std::fmt::Display) -> String {
        match self.label.as_str() {
            "" => message.to_string(),
            label => format!("{label}: {message}"),
        }
    }
}

fn keys_of(key: &Key<Tables>) -> &'static TableKeys {
    key.kind.table().expect("a key that leads to a table")
}

/// A number, date or switch as text.
fn bare_text(value: &TomlValue<'_>) -> Option<String> {
    match value.get_ref() {
        DeValue::Integer(number) => Some(number.as_str().to_owned()),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Boolean(switch) => Some(switch.to_string()),
        DeValue::Datetime(date) => Some(date.to_string()),
        DeValue::String(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

/// Whether a value is a table, or a list that begins with one.
fn is_table(value: &TomlValue<'_>) -> bool {
    match value.get_ref() {
        DeValue::Table(_) => true,
        DeValue::Array(items) => items.first().is_some_and(|item| item.get_ref().is_table()),
        _ => false,
    }
}

/// The hint about `text`, unless it could repeat what came from the environment.
fn without_secret(hint: Option<String>, text: &StringValue) -> Option<String> {
    match text.is_secret {
        true => Some("the value comes from the environment and is not shown".to_owned()),
        false => hint,
    }
}
