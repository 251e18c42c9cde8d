//! What the name of a key alone says of it: a database selects its columns by that.

use super::TABLES;
use super::names::{Field, fields_of};
use crate::source::article_file::{hidden, key_name};

/// Columns of JSON in which CMSs keep flags of an article among much else.
const METADATA: [&str; 2] = ["metadata", "meta"];

/// What is known of a key by its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::source) struct KeyTraits {
    /// It holds the text of the article.
    pub(in crate::source) is_text: bool,
    /// It holds a date.
    pub(in crate::source) is_date: bool,
    /// In place of the date it may hold a flag, as `published` does.
    pub(in crate::source) may_be_flag: bool,
    /// It may hold a list or a table.
    pub(in crate::source) is_nested: bool,
    /// It says whether the article is public.
    pub(in crate::source) is_mark: bool,
    /// It is a table that holds further keys.
    pub(in crate::source) is_table: bool,
    /// It is such a table of which only the keys count that say whether the article is public.
    pub(in crate::source) is_metadata: bool,
}

/// What is known of the key `name`, in any spelling; `None` if no article has such a key.
pub(in crate::source) fn of(name: &str) -> Option<KeyTraits> {
    let name = key_name::normal(name);
    let is_metadata = METADATA.contains(&&*name);
    let is_table = is_metadata || TABLES.contains(&&*name);
    let knows = hidden::is_mark(&name);
    let fields = fields_of(&name);
    if fields.is_empty() && !knows && !is_table {
        return None;
    }
    let has = |of: &[Field]| fields.iter().any(|(field, _)| of.contains(field));
    let is_text = has(&[Field::Html, Field::Markdown, Field::Plain]);
    // Of these two, WordPress's tables may be protected; their texts say nothing.
    let is_mark = knows && !is_text && !has(&[Field::Summary]);
    let is_expiry = hidden::is_expiry(&name);
    let is_date = has(&[Field::Date, Field::Updated]) || is_expiry;
    Some(KeyTraits {
        is_text,
        is_date,
        may_be_flag: is_date && is_mark && !is_expiry,
        is_nested: is_table
            || is_mark
            || has(&[
                Field::Section,
                Field::Tag,
                Field::Author,
                Field::Image,
                Field::Enclosure,
            ]),
        is_mark,
        is_table,
        is_metadata,
    })
}

/// Whether two names are of one field.
pub(in crate::source) fn are_of_one_field(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|name| fields_of(&key_name::normal(name)));
    one.iter()
        .any(|(field, _)| other.iter().any(|(other, _)| field == other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_its_column_holds() {
        let traits = |is: &str| KeyTraits {
            is_text: is.contains("text"),
            is_date: is.contains("date"),
            may_be_flag: is.contains("flag"),
            is_nested: is.contains("nested"),
            is_mark: is.contains("mark"),
            is_table: is.contains("table"),
            is_metadata: is.contains("meta_"),
        };
        for (name, expected) in [
            ("Title", Some("")),
            ("content_html", Some("text")),
            ("content", Some("text")),
            ("excerpt", Some("")),
            ("published_at", Some("date")),
            ("lastmod", Some("date")),
            ("published", Some("date or flag, mark nested")),
            ("Expires-At", Some("date mark nested")),
            ("is_draft", Some("mark nested")),
            ("status", Some("mark nested")),
            ("_build", Some("mark nested")),
            ("categories", Some("nested")),
            ("extra", Some("nested table")),
            ("Meta", Some("nested table meta_")),
            ("views", None),
            ("layout", None),
        ] {
            assert_eq!(of(name), expected.map(traits), "{name}");
        }
    }
}
