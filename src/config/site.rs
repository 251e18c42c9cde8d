//! `[site]`: the publication.

use super::Site;
use super::key::Key;
use super::keys::site as key;
use super::kind::ByLanguage;
use super::table::Table;
use crate::model::article::default_languages;
use crate::model::translations::Translations;

pub(super) fn read(table: &Table<'_>) -> Site {
    table.refuse_unknown_keys();
    let language = table.read_or_default(&key::LANGUAGE);
    let split = |key: &Key<ByLanguage>| Some(table.read(key)?.split(table, key.name, &language));
    let (title, titles) = split(&key::TITLE).unwrap_or_default();
    let (description, descriptions) = split(&key::DESCRIPTION).unzip();
    Site {
        title,
        url: table.read_required(&key::URL),
        id_authority: table.read_required(&key::ID_AUTHORITY),
        id_year: table.read_required(&key::ID_YEAR),
        languages: read_languages(table, &language),
        language,
        zone: table.read_or_default(&key::TIME_ZONE),
        description,
        author: table.read(&key::AUTHOR),
        email: table.read(&key::EMAIL),
        copyright: table.read(&key::COPYRIGHT),
        icon: table.read(&key::ICON),
        logo: table.read(&key::LOGO),
        translations: Translations {
            titles,
            descriptions: descriptions.unwrap_or_default(),
        },
    }
}

fn read_languages(table: &Table<'_>, language: &str) -> Vec<String> {
    let Some(languages) = table.read(&key::LANGUAGES) else {
        return default_languages(language);
    };
    // A list without a readable item has its own error.
    if !languages.is_empty()
        && !languages
            .iter()
            .any(|listed| listed.eq_ignore_ascii_case(language))
    {
        let name = key::LANGUAGES.name;
        let message = table.say(format!(
            "{name} must have `{language}`, the `language` of the site"
        ));
        let hint = format!("add `\"{language}\"`, or set `language` to one of them");
        table
            .reader
            .error(table.place(name).unwrap_or_default(), message, Some(hint));
    }
    languages
}
