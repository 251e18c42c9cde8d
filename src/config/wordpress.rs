//! `[source.wordpress]`: the site that has the articles.

use super::keys::wordpress as key;
use super::table::Table;
use super::{Secret, WordPressConfig};

pub(super) fn read(table: &Table<'_>) -> WordPressConfig {
    table.refuse_unknown_keys();
    let user = table.read(&key::USER);
    let password = table.text(&key::PASSWORD);
    let blank = password
        .as_ref()
        .filter(|text| text.value.trim().is_empty());
    if let Some(text) = blank {
        let message = format!("{} must be a text that is not empty", key::PASSWORD.name);
        table.refuse_without_excerpt(text, message);
    }
    match (&user, &password) {
        // What is wrong with a password that is there has been said.
        (Some(_), None) if table.place(key::PASSWORD.name).is_none() => {
            let message = format!("`{}` needs `{}`", key::USER.name, key::PASSWORD.name);
            table.refuse_key(key::USER.name, message);
        }
        // Neither a secret nor its line is repeated.
        (None, Some(text)) => {
            let message = format!("`{}` needs `{}`", key::PASSWORD.name, key::USER.name);
            table.refuse_without_excerpt(text, message);
        }
        (Some(_), _) | (None, None) => {}
    }
    let mut post_types = table.read_or_default(&key::POST_TYPES);
    if post_types.is_empty() {
        post_types = key::POST_TYPES.default();
    }
    WordPressConfig {
        url: table.read_required(&key::URL),
        refresh: table.read_or_default(&key::REFRESH),
        rows: table.read_or_default(&key::ROWS),
        post_types,
        login: user.zip(password.map(|text| Secret::new(text.value))),
    }
}
