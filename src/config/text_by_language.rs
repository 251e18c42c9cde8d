//! A text of feeds.toml that is one string, or a table with a string for each language.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::environment::StringValue;
use super::form::Form;
use super::key::Key;
use super::kind::ByLanguage;
use super::table::{Readable, Table, TomlValue};
use super::value::LANGUAGE;
use crate::model::translations::in_language;

/// A text as feeds.toml has it.
#[derive(Debug)]
pub(super) enum TextByLanguage {
    /// In one language, which the file does not name.
    One(String),
    /// By lower-case language tags.
    Each(BTreeMap<String, String>),
}

impl TextByLanguage {
    /// The text in the language of what it describes, and all texts by their languages. A table without that
    /// language is reported: feeds are written in it.
    pub(super) fn split(
        self,
        table: &Table<'_>,
        key: &str,
        language: &str,
    ) -> (String, BTreeMap<String, String>) {
        let texts = match self {
            TextByLanguage::One(text) => return (text, BTreeMap::new()),
            TextByLanguage::Each(texts) => texts,
        };
        let text = in_language(&texts, language).map(str::to_owned);
        if text.is_none() && !texts.is_empty() {
            let message = format!("{key} must have a text for `{language}`, the language of feeds");
            table.refuse_key(key, message);
        }
        (text.unwrap_or_default(), texts)
    }
}

impl Readable for ByLanguage {
    type Output = TextByLanguage;

    fn read(key: &Key<Self>, table: &Table<'_>) -> Option<TextByLanguage> {
        let value = table.value(key)?;
        let DeValue::Table(texts) = value.get_ref() else {
            let text = table.read_text(key.name, value)?;
            let is_none = key.may_be_blank() && text.value.trim().is_empty();
            let text = (!is_none).then_some(text)?;
            let text = table.accept(key.name, &key.kind.0, &text)?;
            return Some(TextByLanguage::One(text));
        };
        if texts.is_empty() {
            let message = format!("{} must have a text in at least one language", key.name);
            table.refuse_key(key.name, message);
        }
        let mut read = BTreeMap::new();
        for (language, value) in texts {
            let name = StringValue::plain(language.get_ref(), language.span());
            let label = format!("a key of {}", key.name);
            let language = table.accept(&label, &LANGUAGE, &name);
            let text = read_filled(table, key.name, &key.kind.0, value);
            if let (Some(language), Some(text)) = (language, text)
                && read.insert(language.to_ascii_lowercase(), text).is_some()
            {
                let message = format!("{} has a text for `{language}` twice", key.name);
                table.refuse(&name, message, None);
            }
        }
        Some(TextByLanguage::Each(read))
    }

    fn parse_literal(&self, literal: &'static str) -> TextByLanguage {
        TextByLanguage::One(self.0.parse_literal(literal))
    }
}

fn read_filled(
    table: &Table<'_>,
    key: &str,
    form: &Form<String>,
    value: &TomlValue<'_>,
) -> Option<String> {
    let text = table.read_text(key, value)?;
    table.accept(key, form, &text)
}
